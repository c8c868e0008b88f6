"""Golden values of Nengo's networks library, built and run by Nengo itself.

Makes `networks.json`, beside this file or in the folder given as the first argument. Run it through
`cargo xtask golden nengo`, which pins the versions. `tests/tests/nengo_networks.rs` makes the same
networks.
"""

import json
import pathlib
import sys

import nengo
import nengo.spa
import numpy as np

HERE = pathlib.Path(__file__)
N_STEPS = 200
EVERY = 10


def wave(d):
    """An input of d dimensions."""
    return nengo.Node(lambda t: [np.sin(8 * t + i) for i in range(d)], label="u")


def ensemble_array():
    array = nengo.networks.EnsembleArray(30, 3)
    nengo.Connection(wave(3), array.input)
    return [array.output, array.add_output("square", np.square)]


def product():
    made = nengo.networks.Product(40, 2)
    u = wave(2)
    nengo.Connection(u, made.input_a)
    nengo.Connection(u, made.input_b, transform=-1)
    return [made.output]


def circular_convolution():
    made = nengo.networks.CircularConvolution(20, 4, invert_b=True)
    u = wave(4)
    nengo.Connection(u, made.input_a)
    nengo.Connection(u, made.input_b, transform=0.5)
    return [made.output]


def basal_ganglia():
    ganglia = nengo.networks.BasalGanglia(3, 30)
    thalamus = nengo.networks.Thalamus(3, 20)
    nengo.Connection(wave(3), ganglia.input)
    nengo.Connection(ganglia.output, thalamus.input)
    return [ganglia.output, thalamus.output]


def input_gated_memory():
    memory = nengo.networks.InputGatedMemory(30, 2)
    nengo.Connection(wave(2), memory.input)
    gate = nengo.Node(lambda t: 1.0 if t > 0.1 else 0.0, label="gate")
    nengo.Connection(gate, memory.gate)
    return [memory.output]


def associative_memory():
    keys = [[1, 0, 0], [0, 0.6, 0.8]]
    values = [[0.5, -1], [1, 0.5]]
    memory = nengo.networks.AssociativeMemory(
        keys, values, n_neurons=20, threshold=0.4, input_scales=1.2, inhibitable=True, label="AM"
    )
    memory.add_threshold_to_outputs()
    memory.add_default_output_vector([0.1, 0.2])
    memory.add_wta_network(1.5)
    memory.add_input_mapping("other_keys", np.array([[0, 1], [1, 0]]))
    memory.add_output_mapping("other_values", np.array([[1], [-1]]))
    nengo.Connection(wave(3), memory.input)
    off = nengo.Node(lambda t: 1.0 if t > 0.15 else 0.0, label="off")
    nengo.Connection(off, memory.inhibit)
    return [memory.output, memory.other_values]


def cleanup_memory():
    keys = [[1, 0, 0], [0, 0.6, 0.8]]
    memory = nengo.networks.AssociativeMemory(keys, n_neurons=30)
    memory.add_default_output_vector([0.1, 0.2, 0.3], n_neurons=20, min_activation_value=0.4)
    nengo.Connection(wave(3), memory.input)
    return [memory.output]


def golden(make):
    """What the probes of a network record."""
    with nengo.Network(seed=7) as net:
        probes = [nengo.Probe(made, sample_every=EVERY * 0.001) for made in make()]
    with nengo.Simulator(net, progress_bar=False) as sim:
        sim.run_steps(N_STEPS)
        return [np.ravel(sim.data[probe]).tolist() for probe in probes]


def vocabulary():
    """Pointers, plain and unitary, and what is bound of them; the last plain one is like others."""
    words = nengo.spa.Vocabulary(16, rng=np.random.RandomState(5))
    unitary = nengo.spa.Vocabulary(16, rng=np.random.RandomState(5), unitary=True)
    for name in "ABCDEFGH":
        words.parse(name)
    return {
        "plain": np.ravel(words.vectors).tolist(),
        "unitary": unitary.parse("A").v.tolist(),
        "bound": words.parse("A * B").v.tolist(),
        "unbound": words.parse("A * ~B").v.tolist(),
    }


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent
    makes = [ensemble_array, product, circular_convolution, basal_ganglia, input_gated_memory]
    makes += [associative_memory, cleanup_memory]
    lines = ['"recipe": "tests/golden/nengo/networks.py"']
    lines.append(f'"versions": {json.dumps({m.__name__: m.__version__ for m in [nengo, np]})}')
    lines += [f'"{make.__name__}": {json.dumps(golden(make))}' for make in makes]
    lines.append(f'"vocabulary": {json.dumps(vocabulary())}')
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (folder / HERE.name).with_suffix(".json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
