"""Golden values of a network that uses every end of a connection, built and run by Nengo itself.

Makes `ends.json`, beside this file or in the folder given as the first argument. Run it through
`cargo xtask golden nengo`, which pins the versions. It may be re-made when a key is added or a pin
moves; the commit that does so says why.

Objects are named by their labels. Ensembles keep Nengo's default points and encoders.
"""

import json
import pathlib
import sys

import nengo
import numpy as np
import scipy

SEED = 3
DT = 0.001
N_STEPS = 100


def network():
    """The network; the probes are named in `probes`."""
    net = nengo.Network(seed=SEED)
    probes = {}
    with net:
        drive = nengo.Node(lambda t: [np.sin(20 * t), 0.5 - t], label="drive")
        still = nengo.Node([0.25, -0.5], label="still")
        relay = nengo.Node(size_in=3, label="relay")
        bent = nengo.Node(lambda t, x: [x[0] * x[2], x[1] + t], size_in=3, label="bent")
        plane = nengo.Ensemble(
            40,
            2,
            radius=1.5,
            neuron_type=nengo.LIFRate(tau_ref=0.003),
            max_rates=nengo.dists.Uniform(100, 200),
            label="plane",
        )
        line = nengo.Ensemble(30, 1, label="line")
        with nengo.Network(label="inner") as inner:
            inner.config[nengo.Ensemble].radius = 0.5
            within = nengo.Ensemble(
                20, 3, neuron_type=nengo.LIFRate(), n_eval_points=100, label="within"
            )
        nengo.Connection(drive, plane, label="drive_plane")
        nengo.Connection(still, plane, transform=[0.5, 2], synapse=None, label="still_plane")
        nengo.Connection(still[1], line, transform=-0.5, synapse=0.02, label="still_line")
        nengo.Connection(
            plane[[1, 0]],
            line,
            function=lambda x: x[0] * x[0] + x[1],
            synapse=0.01,
            label="plane_line",
        )
        nengo.Connection(
            plane[1], within[[2, 0]], transform=[[0.3], [-0.6]], label="plane_within"
        )
        nengo.Connection(
            within,
            relay[[0, 2]],
            function=lambda x: [x[1] + x[2], x[2] * x[2]],
            eval_points=np.linspace(-0.5, 0.5, 60).reshape(20, 3),
            scale_eval_points=False,
            label="within_relay",
        )
        nengo.Connection(plane, relay[1], function=lambda x: x[1], synapse=0, label="plane_relay")
        nengo.Connection(relay, bent, synapse=None, label="relay_bent")
        nengo.Connection(line, line, synapse=0.1, transform=0.5, label="line_line")
        nengo.Connection(
            line.neurons[:3], within.neurons[[4, 2, 0]], transform=1e-3, label="line_cells"
        )
        nengo.Connection(
            bent, plane.neurons, transform=np.linspace(-0.1, 0.1, 80).reshape(40, 2),
            label="bent_cells",
        )
        probes["plane"] = nengo.Probe(plane, synapse=0.01, sample_every=0.005)
        probes["line"] = nengo.Probe(line)
        probes["within"] = nengo.Probe(within, synapse=0.005)
        probes["relay"] = nengo.Probe(relay)
        probes["bent"] = nengo.Probe(bent, synapse=0.03)
        probes["line_in"] = nengo.Probe(line, "input")
        probes["line_voltage"] = nengo.Probe(line.neurons[:4], "voltage")
        probes["plane_rates"] = nengo.Probe(plane.neurons[:4])
        probes["plane_line"] = nengo.Probe(net.connections[3])
    return net, probes


def golden():
    """What was drawn, and the first steps."""
    net, probes = network()
    with nengo.Simulator(net, dt=DT, progress_bar=False) as sim:
        ensembles = {
            ens.label: {
                "seed": int(sim.model.seeds[ens]),
                "eval_points": sim.data[ens].eval_points[:4].tolist(),
                "encoders": sim.data[ens].encoders[:4].tolist(),
                "scaled_encoders": sim.data[ens].scaled_encoders[:4].tolist(),
                "max_rates": sim.data[ens].max_rates.tolist(),
            }
            for ens in net.all_ensembles
        }
        sim.run_steps(N_STEPS)
        return {
            "recipe": "tests/golden/nengo/ends.py",
            "versions": {
                "nengo": nengo.__version__,
                "numpy": np.__version__,
                "scipy": scipy.__version__,
            },
            "ensembles": ensembles,
            "probes": {name: sim.data[probe].tolist() for name, probe in probes.items()},
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
