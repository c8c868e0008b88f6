"""Golden values of random small networks, each written as a model file, built and run by Nengo itself.

Makes `random_models.json`, beside this file or in the folder given as the first argument. Run it
through `cargo xtask golden nengo`, which pins the versions. It may be re-made when the generator is
changed or a pin moves; the commit that does so says why.

Every network comes from a seed of its own; `models.py` reads and runs it.
"""

import json
import pathlib
import sys

import nengo
import numpy as np
import scipy

sys.dont_write_bytecode = True
import models  # noqa: E402

HERE = pathlib.Path(__file__)
N_MODELS = 30
FIRST_SEED = 7000

RATES = ["LIFRate", "RectifiedLinear", "Sigmoid", "Tanh", "AdaptiveLIFRate"]
SPIKING = ["LIF", "LIF", "LIF", "SpikingRectifiedLinear", "AdaptiveLIF", "RegularSpiking"]


class Draw:
    """What a network is made of, drawn one after the other, and written down."""

    def __init__(self, seed):
        self.rng = np.random.RandomState(seed)
        self.sections = []
        # A third of the networks are recurrent; they are compared over fewer steps where decoders are
        # solved for on both sides.
        self.is_recurrent = seed % 3 == 0
        name = f"{'recurrent' if self.is_recurrent else 'forward'} {seed}"
        self.add("model", name=name, seed=int(seed))
        self.nodes, self.ensembles = {}, {}
        self.n_connections = 0

    def add(self, section, **keys):
        self.sections.append((section, keys))

    def one_of(self, options):
        return options[self.rng.randint(len(options))]

    def chance(self, share):
        return self.rng.random_sample() < share

    def number(self, low, high):
        """Few digits, so that files are short."""
        return round(float(self.rng.uniform(low, high)), 3)

    def numbers(self, *shape):
        return np.round(self.rng.uniform(-1, 1, shape), 3).tolist()

    def count(self, low, high):
        return int(self.rng.randint(low, high + 1))

    # Objects.

    def node(self, label):
        size = self.count(1, 3)
        kind = self.rng.randint(4)
        if kind == 0:
            self.add("node", label=label, output=self.numbers(size))
        elif kind == 1:
            signal = {"kind": "WhiteSignal", "period": "1 s", "high": "12 Hz", "seed": self.count(1, 99)}
            self.add("node", label=label, process=signal, size_out=size)
        else:
            waves = [f"{self.one_of(['sin', 'cos'])}({self.number(3, 20)} * t)" for _ in range(size)]
            self.add("node", label=label, output=", ".join(waves))
        self.nodes[label] = size

    def ensemble(self, label):
        spikes = self.chance(0.65)
        kinds = SPIKING if spikes else RATES
        if self.is_recurrent:
            # Rates without a bound could feed themselves.
            kinds = [kind for kind in kinds if "Rectified" not in kind]
        kind = self.one_of(kinds)
        dimensions = self.count(1, 4)
        item = {"label": label, "n_neurons": self.count(12, 40), "dimensions": dimensions}
        neurons = {"kind": kind}
        if kind == "RegularSpiking":
            neurons["base"] = {"kind": "LIFRate" if self.is_recurrent else "RectifiedLinear"}
        if "LIF" in kind and self.chance(0.3):
            neurons |= {"tau_rc": f"{self.count(10, 40)} ms", "tau_ref": f"{self.count(1, 3)} ms"}
        item["neuron_type"] = neurons
        # A sigmoid is at half of its largest rate, 400 Hz, where no current flows.
        least = 220 if kind == "Sigmoid" else 120
        most = least + self.count(30, 120)
        item["max_rates"] = self.distribution("Uniform", f"{least} Hz", f"{most} Hz")
        if self.chance(0.4):
            item["radius"] = self.number(0.5, 2)
        if self.chance(0.3):
            item["intercepts"] = self.distribution("Uniform", -0.8, self.number(0, 0.6))
        if self.chance(0.2) and dimensions == 1:
            item["encoders"] = {"distribution": "Choice", "options": [[1.0]]}
        if self.chance(0.2):
            item["eval_points"] = {"distribution": "UniformHypersphere"}
        if self.chance(0.2):
            item["n_eval_points"] = self.count(200, 900)
        if self.chance(0.1):
            item["noise"] = {"kind": "WhiteNoise", "seed": self.count(1, 99)}
        self.add("ensemble", **item)
        self.ensembles[label] = (dimensions, item["n_neurons"], spikes)

    def distribution(self, kind, low, high):
        return {"distribution": kind, "low": low, "high": high}

    # Ends and what lies between them.

    def slice(self, label, size):
        """An end, how many elements it has, and whether one is there twice."""
        draw = self.rng.random_sample()
        if draw < 0.6:
            return label, size, False
        if draw < 0.8:
            index = self.count(0, size - 1)
            return f"{label}[{index}]", 1, False
        places = self.rng.randint(size, size=self.count(1, 3)).tolist()
        repeats = len(set(places)) < len(places)
        return f"{label}[{', '.join(map(str, places))}]", len(places), repeats

    def function(self, size):
        """Text of a function, and the size of its result."""
        x = lambda: f"x[{self.count(0, size - 1)}]"
        term = lambda: self.one_of(
            [
                f"{x()} * {x()}",
                f"{self.number(-1, 1)} * {x()} + {self.number(-1, 1)}",
                f"sin({self.number(1, 3)} * {x()})",
                f"tanh(2 * {x()})",
                f"abs({x()})",
                f"exp(-{x()} * {x()})",
            ]
        )
        n = self.count(1, 3)
        return ", ".join(term() for _ in range(n)), n

    def synapse(self, may_be_none):
        options = ["5 ms", f"{self.count(2, 60)} ms", {"kind": "Alpha", "tau": f"{self.count(3, 30)} ms"}]
        options += [{"kind": "Triangle", "t": f"{self.count(2, 12)} ms"}]
        options += [{"kind": "LinearFilter", "num": [1.0], "den": [0.0004, 0.04, 1.0]}]
        return self.one_of(options + ["none"] * may_be_none)

    def transform(self, item, size_in, size_out, is_matrix_allowed=True):
        """Something that joins the sizes; false if nothing does."""
        kinds = (["nothing", "number", "diagonal"] if size_in == size_out else []) + (
            ["matrix", "matrix", "drawn"] if is_matrix_allowed else []
        )
        if not kinds:
            return False
        kind = self.one_of(kinds)
        if kind == "number":
            item["transform"] = self.number(-1, 1)
        elif kind == "diagonal":
            item["transform"] = self.numbers(size_in)
        elif kind == "matrix":
            item["transform"] = self.numbers(size_out, size_in)
        elif kind == "drawn":
            init = self.distribution("Uniform", -0.8, 0.8)
            item["transform"] = {"kind": "Dense", "shape": [size_out, size_in], "init": init}
        return True

    def solver(self):
        kind = self.one_of(["LstsqL2", "LstsqL2", "LstsqL2nz", "Lstsq", "LstsqNoise"])
        solver = {"kind": kind}
        if kind.startswith("LstsqL2") and self.chance(0.5):
            solver["reg"] = self.number(0.05, 0.3)
        return solver

    def label(self):
        self.n_connections += 1
        return f"c{self.n_connections}"

    def from_node(self, post):
        """A connection from a node to an ensemble."""
        pre = self.one_of(list(self.nodes))
        while True:
            start, size_in, from_twice = self.slice(pre, self.nodes[pre])
            end, size_out, to_twice = self.slice(post, self.ensembles[post][0])
            item = {"label": self.label(), "pre": start, "post": end}
            if self.chance(0.3):
                item["function"], size_in = self.function(size_in)
            if self.transform(item, size_in, size_out, not (from_twice or to_twice)):
                break
        item["synapse"] = self.synapse(True)
        if self.chance(0.15) and end == post:
            item["learning"] = {"kind": "Voja", "learning_rate": 0.02}
        self.add("connection", **item)

    def between(self, pre, post):
        """A connection between ensembles, decoded or from neurons to neurons."""
        dims_in, n_in, _ = self.ensembles[pre]
        dims_out, n_out, _ = self.ensembles[post]
        item = {"label": self.label()}
        if self.chance(0.15):
            item |= {"pre": f"{pre}.neurons", "post": f"{post}.neurons"}
            item["transform"] = np.round(self.rng.uniform(-2e-3, 2e-3, (n_out, n_in)), 6).tolist()
            item["synapse"] = self.synapse(False)
            draw = self.rng.random_sample()
            if draw < 0.3:
                item["learning"] = {"kind": "Oja", "learning_rate": 1e-8}
            elif draw < 0.5:
                item["learning"] = {"kind": "BCM", "learning_rate": 1e-11}
            return self.add("connection", **item)
        while True:
            start, size_in, from_twice = self.slice(pre, dims_in)
            end, size_out, to_twice = self.slice(post, dims_out)
            own = {"pre": start, "post": end}
            if self.chance(0.5):
                own["function"], size_in = self.function(size_in)
            if self.transform(own, size_in, size_out, not (from_twice or to_twice)):
                break
        item |= own
        item["synapse"] = self.synapse(False)
        if self.chance(0.5):
            item["solver"] = self.solver()
            if self.chance(0.2):
                item["solver"]["weights"] = True
        if self.chance(0.15) and item["pre"] == pre:
            item["eval_points"] = {"distribution": "UniformHypersphere", "surface": True}
        learns = self.chance(0.3) and not item.get("solver", {}).get("weights")
        if learns:
            item["learning"] = {"kind": self.one_of(["PES", "PES", "RLS"]), "learning_rate": 5e-4}
        self.add("connection", **item)
        if learns:
            rule = f"{item['label']}.{item['learning']['kind']}"
            error = {"label": self.label(), "pre": self.one_of(list(self.nodes)), "post": rule}
            error["transform"] = self.numbers(size_out, self.nodes[error["pre"]])
            error["synapse"] = self.synapse(True)
            self.add("connection", **error)

    def probe(self, label, target, **options):
        self.add("probe", label=label, target=target, **options)

    def network(self):
        for i in range(self.count(1, 2)):
            self.node(f"n{i}")
        labels = [f"e{i}" for i in range(self.count(1, 6))]
        for label in labels:
            self.ensemble(label)
        for label in labels:
            self.from_node(label)
        for _ in range(self.count(len(labels) - 1, 2 * len(labels))):
            i, j = sorted(self.rng.randint(len(labels), size=2).tolist())
            if self.is_recurrent and self.chance(0.5):
                i, j = j, i
            if i != j or self.is_recurrent:
                self.between(labels[i], labels[j])
        for label in labels:
            self.probe(f"{label} decoded", label, synapse="10 ms", sample_every="20 ms")
            if self.ensembles[label][2]:
                self.probe(f"{label} spikes", f"{label}.neurons")
            else:
                self.probe(f"{label} rates", f"{label}.neurons", sample_every="100 ms")
        return self.text()

    def text(self):
        lines = []
        for section, keys in self.sections:
            lines.append("[model]" if section == "model" else f"[[{section}]]")
            lines += [f"{key} = {toml(value)}" for key, value in keys.items()]
        return "\n".join(lines) + "\n"


def toml(value):
    """A value as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent
    versions = {m.__name__: m.__version__ for m in [nengo, np, scipy]}
    lines = [f'"recipe": {json.dumps("tests/golden/nengo/random_models.py")}']
    lines.append(f'"versions": {json.dumps(versions)}')
    texts = [Draw(seed).network() for seed in range(FIRST_SEED, FIRST_SEED + N_MODELS)]
    named = [(text.split('"')[1], text) for text in texts]
    found = [f"{json.dumps(name)}: {json.dumps(models.golden(text))}" for name, text in named]
    lines.append('"models": {\n' + ",\n".join(found) + "\n}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (folder / HERE.name).with_suffix(".json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
