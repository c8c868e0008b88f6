"""Golden values of many small models, each a model file, built and run by Nengo itself.

Makes `models.json`, beside this file or in the folder given as the first argument, from the files
under `models/`. Run it through `cargo xtask golden nengo`, which pins the versions. It may be re-made
when a model is added or a pin moves; the commit that does so says why.

A file under `models/` holds several models, one after the other. This script reads of a
model file what these models use: quantities in s and Hz, functions that are Python too.
"""

import json
import pathlib
import re
import sys
import tomllib

import nengo
import numpy as np
import scipy
import sklearn
from nengo.builder import Builder

HERE = pathlib.Path(__file__)
DT = 0.001
N_STEPS = 500
# Numbers of each array that are kept; decoders are kept whole, since they are imported.
HEAD = 6

UNITS = {"ms": 1e-3, "s": 1.0, "Hz": 1.0}
NAMES = {name: getattr(np, name) for name in ["sin", "cos", "exp", "sqrt", "tanh", "abs", "pi"]}
# Ours and Nengo's names of parameters.
RENAMED = {"base": "base_type"}


def value(item):
    """A number, a quantity, a list, or an object of Nengo's."""
    if isinstance(item, list):
        return [value(part) for part in item]
    if isinstance(item, dict):
        return made(item)
    if not isinstance(item, str):
        return item
    quantity = re.fullmatch(r"(\S+) (ms|s|Hz)", item)
    if quantity:
        return float(quantity[1]) * UNITS[quantity[2]]
    return float(item) if re.fullmatch(r"[-\d.e]+|-?inf", item) else item


# Of whole numbers.
COUNTS = {"dimensions", "subdimensions", "maxiters", "n_components", "n_oversamples", "seed", "n", "m"}


def made(item, **extra):
    """Nengo's object of a kind."""
    if isinstance(item, str):
        item = {"kind": item}
    item = dict(item)
    kind = item.pop("kind", None) or item.pop("distribution")
    params = dict(extra)
    if kind == "Piecewise":
        params["data"] = dict(zip(map(value, item.pop("times")), item.pop("values")))
    for name, param in item.items():
        if name.startswith("initial_"):
            param = value(param)
            param = param if not isinstance(param, float) else nengo.dists.Choice([param])
            params.setdefault("initial_state", {})[name.removeprefix("initial_")] = param
        elif name == "values" and kind == "NoSolver":
            params[name] = np.reshape(param, (-1, item.get("columns", 1)))
        else:
            param = value(param)
            params[RENAMED.get(name, name)] = int(param) if name in COUNTS else param
    for place in [
        nengo,
        nengo.dists,
        nengo.solvers,
        nengo.synapses,
        nengo.processes,
        nengo.utils.least_squares_solvers,
    ]:
        if hasattr(place, kind):
            return getattr(place, kind)(**params)
    raise ValueError(kind)


def synapse(item):
    """None, a time constant, or a kind."""
    return None if item == "none" else made(item) if isinstance(item, dict) else value(item)


def function(text, arguments):
    """A function of Python from one of the language; one number, or several after commas."""
    code = compile(text, text, "eval")
    return lambda *given: np.ravel(eval(code, NAMES, dict(zip(arguments, given))))


def samples(item):
    """A distribution or numbers."""
    return made(item) if isinstance(item, dict) else np.array(value(item))


class Model:
    """A network of Nengo's and its objects by label."""

    def __init__(self, text):
        self.file = tomllib.loads(text)
        self.objects = {}
        self.probes = {}
        self.is_spikes = {}
        self.net = nengo.Network(seed=self.file.get("model", {}).get("seed", 0))
        with self.net:
            for item in self.file.get("ensemble", []):
                self.ensemble(dict(item))
            for item in self.file.get("node", []):
                self.node(dict(item))
            for item in self.file.get("connection", []):
                self.connection(dict(item))
            for item in self.file.get("probe", []):
                self.probe(dict(item))

    def ensemble(self, item):
        item.setdefault("dimensions", 1)
        for name in ["encoders", "intercepts", "max_rates", "eval_points", "gain", "bias"]:
            if name in item:
                item[name] = samples(item[name])
        for name in ["neuron_type", "noise"]:
            if name in item:
                item[name] = made(item[name])
        self.objects[item["label"]] = nengo.Ensemble(**item)

    def node(self, item):
        label = item["label"]
        if "size" in item:
            node = nengo.Node(size_in=item["size"], label=label)
        elif "process" in item:
            node = nengo.Node(
                made(item["process"]),
                size_in=item.get("size_in"),
                size_out=item.get("size_out"),
                label=label,
            )
        elif isinstance(item["output"], str):
            arguments = ["t", "x"] if "size_in" in item else ["t"]
            output = function(item["output"], arguments)
            node = nengo.Node(output, size_in=item.get("size_in"), label=label)
        else:
            node = nengo.Node(item["output"], label=label)
        self.objects[label] = node

    def end(self, text):
        """`a`, `a.neurons`, `a[0, 2]`, `a[0:3]`, `c.PES`."""
        name, index = re.fullmatch(r"([^\[]+)(\[.*\])?", text).groups()
        label, _, part = name.partition(".")
        found = self.objects[label]
        if isinstance(found, nengo.Connection) and part:
            found = self.rule(found, part)
        found = found.neurons if part == "neurons" else found
        return found if index is None else eval("found" + re.sub(r"\[(.*,.*)\]", r"[[\1]]", index))

    def connection(self, item):
        label = item["label"]
        if "learning" in item:
            learning = item.pop("learning")
            rules = learning if isinstance(learning, list) else [learning]
            rules = [self.learning(rule) for rule in rules]
            item["learning_rule_type"] = rules if isinstance(learning, list) else rules[0]
        pre, post = self.end(item.pop("pre")), self.end(item.pop("post"))
        if "function" in item:
            item["function"] = function(item["function"], ["x"])
        if "synapse" in item:
            item["synapse"] = synapse(item["synapse"])
        if "solver" in item:
            item["solver"] = made(item["solver"])
        if "eval_points" in item:
            item["eval_points"] = samples(item["eval_points"])
        if isinstance(item.get("transform"), dict):
            item["transform"] = self.transform(item["transform"])
        self.objects[label] = nengo.Connection(pre, post, **item)

    def learning(self, item):
        """A learning rule; its synapses may be none."""
        item = dict(item)
        kind = item.pop("kind")
        given = {k: synapse(v) if k.endswith("_synapse") else v for k, v in item.items()}
        return getattr(nengo, kind)(**given)

    def rule(self, connection, kind):
        """The rule of this kind on a connection."""
        rules = connection.learning_rule
        rules = rules if isinstance(rules, list) else [rules]
        return next(r for r in rules if type(r.learning_rule_type).__name__ == kind)

    def transform(self, item):
        """A transform by its kind."""
        item = dict(item)
        kind = item.pop("kind")
        if kind == "Sparse":
            indices = np.stack([item.pop("rows"), item.pop("columns")], axis=1)
            init = samples(item["init"]) if "init" in item else item["values"]
            return nengo.Sparse(item["shape"], indices=indices, init=init)
        if "init" in item:
            item["init"] = samples(item["init"])
        for name in ["shape", "input_shape", "kernel_size", "strides"]:
            if name in item:
                item[name] = tuple(item[name])
        if kind != "Dense":
            last = item.get("channels_last", True)
            for name in ["input_shape", "output_shape"]:
                if name in item:
                    item[name] = nengo.transforms.ChannelShape(tuple(item[name]), last)
        return getattr(nengo.transforms, kind)(**item)

    def probe(self, item):
        label, target = item["label"], item["target"]
        name, _, part = target.partition("[")[0].partition(".")
        options = {"sample_every": value(item["sample_every"])} if "sample_every" in item else {}
        if "synapse" in item:
            options["synapse"] = synapse(item["synapse"])
        found = self.objects[name]
        if isinstance(found, nengo.Connection) and part:
            kind, _, signal = part.partition(".")
            rule = None if kind in ["weights", "input"] else self.rule(found, kind)
            probe = nengo.Probe(rule or found, signal if rule else kind, **options)
        elif part == "neurons.input":
            probe = nengo.Probe(found.neurons, "input", **options)
        elif part == "scaled_encoders":
            probe = nengo.Probe(found, part, **options)
        elif part == "input":
            probe = nengo.Probe(found, "input", **options)
        elif part and part != "neurons":
            probe = nengo.Probe(found.neurons, part, **options)
        else:
            probe = nengo.Probe(self.end(target), label=label, **options)
        self.probes[label] = probe
        spiking = part == "neurons" and found.neuron_type.spiking
        self.is_spikes[label] = bool(spiking and "synapse" not in item)


SOLVED = {}


@Builder.register(nengo.solvers.Solver)
def solved(model, solver, conn, rng, sampled_transform=None):
    """What the builder does with a solver, whose decoders are kept."""
    build = nengo.builder.connection.build_solver
    given = [model, solver, conn, rng] + ([] if sampled_transform is None else [sampled_transform])
    found = build(*given)
    SOLVED[conn] = found[1]
    return found


def head(array):
    """The first numbers."""
    return np.ravel(array)[:HEAD].tolist()


def spikes(data):
    """How many spikes each neuron has, and a hash (FNV-1a) of their (step, index)."""
    steps, indices = np.nonzero(data)
    fnv = 0xCBF29CE484222325
    for number in np.stack([steps + 1, indices], axis=1).ravel().tolist():
        for byte in number.to_bytes(4, "little"):
            fnv = (fnv ^ byte) * 0x100000001B3 % 2**64
    return {"counts": np.count_nonzero(data, axis=0).tolist(), "fnv": f"{fnv:016x}"}


def golden(text):
    """What Nengo builds and runs of one model."""
    SOLVED.clear()
    model = Model(text)
    found = {"text": text, "ensembles": {}, "decoders": {}, "spikes": {}, "probes": {}}
    with nengo.Simulator(model.net, dt=DT, progress_bar=False) as sim:
        for ens in model.net.ensembles:
            if isinstance(ens.neuron_type, nengo.Direct):
                continue
            built = sim.data[ens]
            arrays = ["eval_points", "encoders", "max_rates", "intercepts", "gain", "bias"]
            found["ensembles"][ens.label] = {name: head(getattr(built, name)) for name in arrays}
        # The hidden connection of a decoded probe has the probe's seed.
        seeds = sim.model.seeds
        names = {seeds[conn]: f"Connection:{conn.label}" for conn in model.net.connections}
        names |= {seeds[probe]: f"Probe:{label}" for label, probe in model.probes.items()}
        for conn, decoders in SOLVED.items():
            name = names[seeds[conn]]
            found["decoders"][name] = {
                "shape": list(decoders.T.shape),
                "numbers": np.ravel(decoders.T).tolist(),
            }
        sim.run_steps(N_STEPS)
        for label, probe in model.probes.items():
            data = np.array(sim.data[probe])
            if model.is_spikes[label]:
                found["spikes"][label] = spikes(data)
            else:
                found["probes"][label] = np.ravel(data).tolist()
    return found


def texts():
    """Name and text of every model."""
    for path in sorted((HERE.parent / "models").glob("*.toml")):
        texts = re.split(r"^(?=\[model\]$)", path.read_text(encoding="utf-8"), flags=re.M)[1:]
        yield from ((tomllib.loads(text)["model"]["name"], text) for text in texts)


# What an earlier run left would not be drawn again.
nengo.rc["decoder_cache"]["enabled"] = "False"


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent
    versions = {m.__name__: m.__version__ for m in [nengo, np, scipy, sklearn]}
    lines = [f'"recipe": {json.dumps("tests/golden/nengo/models.py")}']
    lines.append(f'"versions": {json.dumps(versions)}')
    models = [f"{json.dumps(name)}: {json.dumps(golden(text))}" for name, text in texts()]
    lines.append('"models": {\n' + ",\n".join(models) + "\n}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (folder / HERE.name).with_suffix(".json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
