"""Golden values of Nengo's distributions, solvers and synapses, each alone.

Makes `nef.json`, beside this file or in the folder given as the first argument. Run it through
`cargo xtask golden nengo`, which pins the versions. It may be re-made when a case is added or a pin
moves; the commit that does so says why.

A case is a specification (a kind and its parameters) and what it is asked for; arrays of points
stand in it one after the other.
"""

import json
import pathlib
import sys

import nengo
import numpy as np
import scipy
import sklearn


def spec(kind, **params):
    """A specification as the golden file holds it."""
    return {"kind": kind, **params}


SMALL = {"n": 5, "d": None, "seed": 3}

DISTRIBUTIONS = [
    (spec("Uniform", low=-2.0, high=3.0), SMALL),
    (spec("Uniform", low=-2.0, high=30.0, integer=True), SMALL),
    (spec("Gaussian", mean=1.0, std=2.0), {"n": 5, "d": 3, "seed": 3}),
    (spec("Exponential", scale=2.0), SMALL),
    (spec("Exponential", scale=2.0, shift=-1.0, high=0.5), {"n": 5, "d": 2, "seed": 3}),
    (spec("UniformHypersphere"), {"n": 5, "d": 3, "seed": 3}),
    (spec("UniformHypersphere", surface=True), {"n": 5, "d": 4, "seed": 3}),
    (spec("UniformHypersphere", min_magnitude=0.4), {"n": 5, "d": 1, "seed": 3}),
    (spec("QuasirandomSequence"), {"n": 6, "d": 1, "seed": 4}),
    (spec("QuasirandomSequence"), {"n": 6, "d": 3, "seed": 4}),
    (spec("ScatteredHypersphere"), {"n": 7, "d": 1, "seed": 4}),
    (spec("ScatteredHypersphere", surface=True), {"n": 7, "d": 1, "seed": 4}),
    (spec("ScatteredHypersphere", min_magnitude=0.3), {"n": 6, "d": 1, "seed": 4}),
    (spec("ScatteredHypersphere", min_magnitude=0.3), {"n": 6, "d": 3, "seed": 4}),
    (spec("ScatteredHypersphere", surface=True), {"n": 6, "d": 16, "seed": 4}),
    (spec("ScatteredHypersphere", method="sct"), {"n": 6, "d": 5, "seed": 4}),
    (spec("ScatteredHypersphere", method="sct", surface=True), {"n": 6, "d": 2, "seed": 4}),
    (spec("ScatteredHypersphere", method="tfww"), {"n": 6, "d": 2, "seed": 4}),
    (spec("ScatteredHypersphere", method="tfww"), {"n": 6, "d": 3, "seed": 4}),
    (spec("ScatteredHypersphere", method="tfww", surface=True), {"n": 6, "d": 6, "seed": 4}),
    (spec("ScatteredHypersphere", method="tfww", surface=True), {"n": 6, "d": 7, "seed": 4}),
    (
        spec("ScatteredHypersphere", base=spec("Uniform", low=0.0, high=1.0)),
        {"n": 6, "d": 4, "seed": 4},
    ),
    (
        spec("ScatteredHypersphere", base=spec("Uniform", low=0.0, high=1.0)),
        {"n": 6, "d": 1, "seed": 4},
    ),
    (spec("PDF", x=[0.0, 1.0, 3.0, 4.0], p=[0.1, 0.4, 0.3, 0.2]), {"n": 6, "d": 2, "seed": 5}),
    (spec("Choice", options=[1.0, 2.0, 4.0]), {"n": 8, "d": None, "seed": 5}),
    (spec("Choice", options=[1.0, 2.0, 4.0], weights=[1.0, 5.0, 2.0]), {"n": 8, "d": None, "seed": 6}),
    (spec("Choice", options=[1.0, 2.0, 3.0, 4.0]), {"n": 6, "d": 2, "seed": 5}),
    (spec("Samples", samples=[1.0, 2.0, 3.0, 4.0]), {"n": 2, "d": 2, "seed": 5}),
    (spec("SqrtBeta", n=3.0), SMALL),
    (spec("SqrtBeta", n=1.0, m=1.0), {"n": 4, "d": 2, "seed": 5}),
    (spec("SubvectorLength", dimensions=16.0, subdimensions=4.0), SMALL),
    (spec("SubvectorLength", dimensions=2.0), SMALL),
    (spec("CosineSimilarity", dimensions=16.0), SMALL),
    (spec("CosineSimilarity", dimensions=4.0), {"n": 3, "d": 3, "seed": 5}),
]

# Shares at which lengths are asked for.
SHARES = [0.001, 0.1, 0.5, 0.77, 0.999]

WIDE = {"m": 60, "n": 20, "k": 2}
TALL = {"m": 12, "n": 30, "k": 1}

SOLVERS = [
    (spec("Lstsq"), WIDE),
    (spec("Lstsq", rcond=0.2), WIDE),
    (spec("LstsqNoise"), WIDE),
    (spec("LstsqMultNoise", noise=0.3), WIDE),
    (spec("LstsqL2"), WIDE),
    (spec("LstsqL2"), TALL),
    (spec("LstsqL2", solver=spec("Cholesky", transpose=True)), WIDE),
    (spec("LstsqL2", solver=spec("Cholesky", transpose=False)), TALL),
    (spec("LstsqL2", solver=spec("ConjgradScipy")), WIDE),
    (spec("LstsqL2", solver=spec("LSMRScipy")), WIDE),
    (spec("LstsqL2", solver=spec("Conjgrad")), WIDE),
    (spec("LstsqL2", solver=spec("Conjgrad", tol=1e-5, maxiters=7.0)), WIDE),
    (spec("LstsqL2", solver=spec("BlockConjgrad")), WIDE),
    (spec("LstsqL2", solver=spec("BlockConjgrad", tol=1e-6)), WIDE),
    (spec("LstsqL2", solver=spec("SVD")), WIDE),
    (spec("LstsqL2", solver=spec("SVD")), TALL),
    (spec("LstsqL2", solver=spec("RandomizedSVD", n_components=30.0)), WIDE),
    (
        spec("LstsqL2", solver=spec("RandomizedSVD", n_components=5.0, n_oversamples=2.0)),
        WIDE,
    ),
    (spec("LstsqL2nz"), WIDE),
    (spec("LstsqL2nz", reg=0.03), TALL),
    (spec("LstsqL1"), WIDE),
    (spec("LstsqL1", l1=0.1, l2=0.01), WIDE),
    (spec("LstsqDrop"), WIDE),
    (spec("LstsqDrop", drop=0.5), WIDE),
    (spec("Nnls"), WIDE),
    (spec("NnlsL2"), WIDE),
    (spec("NnlsL2", reg=0.01), TALL),
    (spec("NnlsL2nz"), WIDE),
    (spec("NoSolver"), WIDE),
    (spec("NoSolver", values=[0.5] * 40), WIDE),
]

SYNAPSES = [
    spec("Lowpass", tau=0.004),
    spec("Lowpass", tau=0.0),
    spec("Alpha", tau=0.003),
    spec("Triangle", t=0.005),
    spec("Triangle", t=0.0),
    spec("LinearFilter", num=[1.0], den=[2e-5, 8e-3, 1.0]),
    spec("LinearFilter", num=[1e-3, 1.0], den=[2e-8, 2e-5, 8e-3, 1.0]),
    spec("LinearFilter", num=[1e-3, 0.5], den=[4e-3, 1.0], method="bilinear"),
    spec("LinearFilter", num=[0.5], den=[1e-5, 8e-3, 1.0], method="euler"),
    spec("LinearFilter", num=[0.5], den=[1e-5, 8e-3, 1.0], method="backward_diff"),
    spec("LinearFilter", num=[0.3], den=[1.0, -0.7], analog=False),
    spec("LinearFilter", num=[0.2, 0.1], den=[1.0, -0.9, 0.2], analog=False),
    spec("LinearFilter", num=[0.2, 0.1, 0.3], den=[1.0, -0.9, 0.2], analog=False),
    spec("LinearFilter", num=[2.0], den=[4.0]),
]

# Of whole numbers.
COUNTS = {"dimensions", "subdimensions", "n", "m", "maxiters", "n_components", "n_oversamples"}


def made(module, case, d=1):
    """Nengo's object of a specification."""
    params = {name: value for name, value in case.items() if name != "kind"}
    for name, value in params.items():
        if name in COUNTS:
            params[name] = int(value)
        elif name in ("options", "samples", "values") and d > 1:
            params[name] = np.reshape(value, (-1, d))
        elif name == "base":
            params[name] = made(nengo.dists, value)
        elif name == "solver":
            params[name] = made(nengo.utils.least_squares_solvers, value)
    return getattr(module, case["kind"])(**params)


def distribution(case, asked):
    """What a distribution draws, and what the next number of its generator is."""
    rng = np.random.RandomState(asked["seed"])
    dist = made(nengo.dists, case, asked["d"] or 1)
    drawn = dist.sample(asked["n"], asked["d"], rng=rng)
    found = {"spec": case, **asked, "numbers": np.ravel(drawn).tolist(), "next": rng.rand()}
    if hasattr(dist, "ppf"):
        found["ppf"] = [float(dist.ppf(share)) for share in SHARES]
        found["cdf"] = [float(dist.cdf(share)) for share in SHARES]
        found["pdf"] = [float(dist.pdf(share)) for share in SHARES]
    return found


def solver(case, asked):
    """What a solver finds for activities and targets out of `RandomState(1)`."""
    m, n, k = asked["m"], asked["n"], asked["k"]
    rng = np.random.RandomState(1)
    activities = np.maximum(0, rng.uniform(-200, 300, (m, n)))
    targets = rng.uniform(-1, 1, (m, k))
    decoders, info = made(nengo.solvers, case, k)(activities, targets, rng=np.random.RandomState(2))
    rmses = np.sqrt(np.mean((activities @ decoders - targets) ** 2, axis=0))
    return {"spec": case, **asked, "decoders": np.ravel(decoders).tolist(), "rmses": rmses.tolist()}


def synapse(case):
    """What comes out of a synapse, forth, from a constant, and forth and back."""
    signal = np.random.RandomState(1).uniform(-1, 1, (12, 2))
    filtered = made(nengo.synapses, case)
    found = {"spec": case, "filt": np.ravel(filtered.filt(signal, dt=0.001)).tolist()}
    # Nengo finds no initial state where there is no state.
    if case.get("tau") != 0 and len(case.get("den", [1, 1])) > 1:
        found["from_half"] = np.ravel(filtered.filt(signal, dt=0.001, y0=0.5)).tolist()
        found["filtfilt"] = np.ravel(filtered.filtfilt(signal, dt=0.001)).tolist()
    return found


def golden():
    """All cases."""
    return {
        "recipe": "tests/golden/nengo/nef.py",
        "versions": {
            "nengo": nengo.__version__,
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "shares": SHARES,
        "distributions": [distribution(*case) for case in DISTRIBUTIONS],
        "solvers": [solver(*case) for case in SOLVERS],
        "synapses": [synapse(case) for case in SYNAPSES],
    }


def lines(value):
    """JSON with a case on each line, so that changes show in a diff."""
    body = []
    for key, item in value.items():
        text = json.dumps(item, allow_nan=False)
        if isinstance(item, list) and isinstance(item[0], dict):
            text = "[\n" + ",\n".join(json.dumps(case, allow_nan=False) for case in item) + "\n]"
        body.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(body) + "\n}\n"


def main():
    here = pathlib.Path(__file__)
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent
    (folder / here.name).with_suffix(".json").write_text(lines(golden()), encoding="utf-8")


if __name__ == "__main__":
    main()
