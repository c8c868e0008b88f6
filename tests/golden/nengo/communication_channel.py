"""Golden values of a communication channel, built and run by Nengo itself.

Makes `communication_channel.json`, beside this file or in the folder given as the first argument.
Run it through `cargo xtask golden nengo`, which pins the versions. It may be re-made when a key is
added or a pin moves; the commit that does so says why.

NumPy's own vector forms of exp and log are switched off: they differ in the last bit from the
platform's library, and from one kind of processor to another.

Every array is printed so that it reads back to the same bits. Objects are named as in the script.
"""

import json
import os
import pathlib
import sys

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"

import nengo
import numpy as np
import scipy
from nengo.dists import Uniform

SEED = 7
DT = 0.001
N_STEPS = 500
N_NEURONS = 50
SYNAPSE = 0.005
PROBE_SYNAPSE = 0.01
INPUT = "sin(6.283185307179586 * t)"

FUNCTIONS = {"identity": None, "square": lambda x: x**2}


def channel(function):
    """The network, and its objects by name in order of creation."""
    net = nengo.Network(seed=SEED)
    with net:
        stimulus = nengo.Node(lambda t: np.sin(6.283185307179586 * t))
        a = ensemble()
        b = ensemble()
        stimulus_a = nengo.Connection(stimulus, a, synapse=None)
        a_b = nengo.Connection(a, b, function=function, synapse=SYNAPSE)
        b_decoded = nengo.Probe(b, synapse=PROBE_SYNAPSE)
        a_spikes = nengo.Probe(a.neurons, "output")
        b_spikes = nengo.Probe(b.neurons, "output")
    return net, {
        "network": net,
        "stimulus": stimulus,
        "a": a,
        "b": b,
        "stimulus_a": stimulus_a,
        "a_b": a_b,
        "b_decoded": b_decoded,
        "a_spikes": a_spikes,
        "b_spikes": b_spikes,
    }


def ensemble():
    """Points are drawn uniformly, encoders too (Nengo then scales them to -1 or 1)."""
    return nengo.Ensemble(
        N_NEURONS,
        dimensions=1,
        neuron_type=nengo.LIF(),
        encoders=Uniform(-1, 1),
        eval_points=Uniform(-1, 1),
    )


def hidden_connection(sim, probe):
    """The connection that the builder makes for a decoded probe."""
    (connection,) = (
        obj
        for obj in sim.model.seeds
        if isinstance(obj, nengo.Connection) and obj.post_obj is probe
    )
    return connection


def built_ensemble(sim, ens):
    """What the build drew and derived for one ensemble; the shapes are (points, 1) and (neurons,)."""
    data = sim.data[ens]
    neurons = sim.model.sig[ens.neurons]
    return {
        "eval_points": data.eval_points[:, 0].tolist(),
        "encoders": data.encoders[:, 0].tolist(),
        "max_rates": data.max_rates.tolist(),
        "intercepts": data.intercepts.tolist(),
        "gain": data.gain.tolist(),
        "bias": data.bias.tolist(),
        "initial_voltage": neurons["voltage"].initial_value.tolist(),
        "initial_refractory_time": neurons["refractory_time"].initial_value.tolist(),
    }


def built_decoders(sim, connection, points_of):
    """Decoders of a connection that reuses the points of the ensemble it starts from."""
    data = sim.data[connection]
    assert np.array_equal(data.eval_points, sim.data[connection.pre_obj].eval_points)
    assert data.weights.shape == (1, N_NEURONS)
    return {
        "eval_points_of": points_of,
        "decoders": data.weights[0].tolist(),
        "rmse": float(data.solver_info["rmses"][0]),
    }


def spikes(sim, probe):
    """(step, neuron) of each spike, steps counting from 1, in ascending order."""
    raster = sim.data[probe]
    assert set(np.unique(raster)) <= {0.0, 1 / DT}
    return [[int(step) + 1, int(neuron)] for step, neuron in np.argwhere(raster > 0)]


def variant(function):
    """Builds and runs one network."""
    net, objects = channel(function)
    with nengo.Simulator(net, dt=DT, progress_bar=False) as sim:
        hidden = hidden_connection(sim, objects["b_decoded"])
        seeds = {name: int(sim.model.seeds[obj]) for name, obj in objects.items()}
        seeds["b_decoded_connection"] = int(sim.model.seeds[hidden])
        built = {
            "seeds": seeds,
            "ensembles": {name: built_ensemble(sim, objects[name]) for name in ("a", "b")},
            "connections": {
                "a_b": built_decoders(sim, objects["a_b"], "a"),
                "b_decoded_connection": built_decoders(sim, hidden, "b"),
            },
        }
        sim.run_steps(N_STEPS)
        return {
            **built,
            "probes": {"b_decoded": sim.data[objects["b_decoded"]][:, 0].tolist()},
            "spikes": {name: spikes(sim, objects[name + "_spikes"]) for name in ("a", "b")},
        }


def golden():
    """All variants, with what they share at the top."""
    return {
        "recipe": "tests/golden/nengo/communication_channel.py",
        "versions": {
            "nengo": nengo.__version__,
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "network_seed": SEED,
        "dt_s": DT,
        "n_steps": N_STEPS,
        "n_neurons": N_NEURONS,
        "input": INPUT,
        "synapse_s": SYNAPSE,
        "probe_synapse_s": PROBE_SYNAPSE,
        "variants": {name: variant(function) for name, function in FUNCTIONS.items()},
    }


def lines(value, indent=0):
    """JSON with objects spread over lines and arrays on one, so that changes show in a diff."""
    if not isinstance(value, dict):
        return json.dumps(value, allow_nan=False)
    pad = " " * (indent + 1)
    body = ",\n".join(f"{pad}{json.dumps(k)}: {lines(v, indent + 1)}" for k, v in value.items())
    return "{\n" + body + "\n" + " " * indent + "}"


def main():
    here = pathlib.Path(__file__)
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent
    (folder / here.name).with_suffix(".json").write_text(lines(golden()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
