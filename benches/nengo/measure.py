"""Builds one network in Nengo and runs it: CPU seconds of both, the root mean square of what is probed, and
the process's peak memory.

    python benches/nengo/measure.py NAME [STEPS]

`cargo xtask bench build` and `cargo xtask bench nengo` run it.
"""

import json
import resource
import sys
import time

import nengo
import numpy as np

from networks import MAKES

WARM_UP = 50

# Decoders that an earlier run left on the disk would not be solved for.
nengo.rc.set("decoder_cache", "enabled", "False")
with nengo.Network(seed=1) as net:
    MAKES[sys.argv[1]]()
n_steps = int(sys.argv[2]) if len(sys.argv) > 2 else 0
start = time.process_time()
sim = nengo.Simulator(net, progress_bar=False)
cpu_s = time.process_time() - start
run_s, samples = 0.0, []
if n_steps:
    sim.run_steps(min(WARM_UP, n_steps), progress_bar=False)
    sim.clear_probes()
    start = time.process_time()
    sim.run_steps(n_steps, progress_bar=False)
    run_s = time.process_time() - start
    samples = [np.ravel(sim.data[probe]) for probe in net.all_probes]
rms = float(np.sqrt(np.mean(np.square(np.concatenate(samples))))) if samples else 0.0
operators = len(sim.model.operators)
sim.close()
peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"cpu_s": cpu_s, "peak_mib": peak_mib, "run_s": run_s, "rms": rms, "operators": operators}))
