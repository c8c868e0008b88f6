"""Builds one network in Nengo: CPU seconds of the simulator's construction, and the process's peak memory.

    python benches/nengo/build.py NAME

`cargo xtask bench build` runs it. `tests/src/bin/nef_build.rs` has the same networks.
"""

import json
import resource
import sys
import time

import nengo
import numpy as np


def convolution():
    a, b = (nengo.Node(np.ones(128) / 12) for _ in range(2))
    made = nengo.networks.CircularConvolution(200, 128)
    result = nengo.networks.EnsembleArray(50, 128)
    nengo.Connection(a, made.input_a)
    nengo.Connection(b, made.input_b)
    nengo.Connection(made.output, result.input)


def arrays():
    first, second = (nengo.networks.EnsembleArray(50, 512) for _ in range(2))
    nengo.Connection(first.output, second.input)


def small(n):
    """Ensembles of 50 to 149 neurons and of up to four dimensions, five connections from each."""
    sizes = [(50 + i * 37 % 100, 1 + i % 4) for i in range(n)]
    ensembles = [nengo.Ensemble(*size) for size in sizes]
    for i, ensemble in enumerate(ensembles):
        for k in range(1, 6):
            j = (i * 7 + k * 13) % n
            transform = np.full((sizes[j][1], sizes[i][1]), 0.1)
            function = np.square if k % 2 else None
            nengo.Connection(ensemble, ensembles[j], function=function, transform=transform)


def single(n_neurons, dimensions):
    ensemble = nengo.Ensemble(n_neurons, dimensions)
    nengo.Connection(ensemble, ensemble, function=np.square)


def chain(n):
    ensembles = [nengo.Ensemble(50, 1) for _ in range(n)]
    for pre, post in zip(ensembles, ensembles[1:]):
        nengo.Connection(pre, post)


def channel():
    a, b = (nengo.Ensemble(500, 8) for _ in range(2))
    nengo.Connection(a, b)


def ganglia():
    nengo.networks.BasalGanglia(64)


MAKES = {
    "convolution": convolution,
    "arrays": arrays,
    "small60": lambda: small(60),
    "small400": lambda: small(400),
    "channel": channel,
    "ganglia": ganglia,
    "single2000": lambda: single(2000, 3),
    "single4000": lambda: single(4000, 8),
    "chain100": lambda: chain(100),
    "chain1000": lambda: chain(1000),
    "chain10000": lambda: chain(10000),
}

# Decoders that an earlier run left on the disk would not be solved for.
nengo.rc.set("decoder_cache", "enabled", "False")
with nengo.Network(seed=1) as net:
    MAKES[sys.argv[1]]()
start = time.process_time()
nengo.Simulator(net, progress_bar=False).close()
cpu_s = time.process_time() - start
peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"cpu_s": cpu_s, "peak_mib": peak_mib}))
