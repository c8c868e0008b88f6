"""The cortical microcircuit of Potjans & Diesmann (2014), scaled: models/microcircuit.toml."""

import math

import nest

from recipe import DT, Recipe, arguments

NAMES = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
N_FULL = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]
K_EXTERNAL = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]
RHO = [0.971, 2.868, 4.746, 5.396, 8.142, 9.078, 0.991, 7.523]
PROBABILITY = [
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
]
TAU_SYN = 0.5
W = 87.8
EXTERNAL_RATE = 8.0
CELL = {
    "C_m": 250.0,
    "tau_m": 10.0,
    "t_ref": 2.0,
    "tau_syn_ex": TAU_SYN,
    "tau_syn_in": TAU_SYN,
    "E_L": -65.0,
    "V_reset": -65.0,
    "V_th": -50.0,
}


def in_degree(target, source):
    """At full scale, from the probability that a pair is connected at least once."""
    pairs = N_FULL[target] * N_FULL[source]
    return math.log1p(-PROBABILITY[target][source]) / math.log1p(-1.0 / pairs) / N_FULL[target]


def weight(target, source):
    """Mean and standard deviation at full scale, in pA."""
    if NAMES[source].endswith("I"):
        return -4.0 * W, 0.4 * W
    if (NAMES[target], NAMES[source]) == ("L23E", "L4E"):
        return 2.0 * W, 0.1 * W
    return W, 0.1 * W


def current(target, scale, drive):
    """What makes up for the input that is lost, in pA."""
    recurrent = sum(
        in_degree(target, source) * weight(target, source)[0] * RHO[source]
        for source in range(len(NAMES))
    )
    external = EXTERNAL_RATE * K_EXTERNAL[target] * W
    lost = 1.0 - math.sqrt(scale)
    share = lost if drive == "poisson" else 1.0
    return 0.001 * TAU_SYN * (lost * recurrent + share * external)


def connect(recipe, target, source, scale):
    """A fixed number of synapses with weights and delays drawn anew while outside their bounds."""
    cells = recipe.populations
    n_target = len(cells[NAMES[target]])
    mean, deviation = (value / math.sqrt(scale) for value in weight(target, source))
    bounds = {"min": 0.0, "max": math.inf} if mean > 0 else {"min": -math.inf, "max": 0.0}
    delay = 1.5 if mean > 0 else 0.75
    drawn = nest.random.normal(delay, delay / 2)
    synapse = {
        "weight": nest.math.redraw(nest.random.normal(mean, deviation), **bounds),
        # Just below dt, since rounding must not lose a delay of dt itself.
        "delay": nest.math.redraw(drawn, min=DT - 0.001, max=math.inf),
    }
    rule = {
        "rule": "fixed_total_number",
        "N": round(in_degree(target, source) * scale * n_target),
        "allow_autapses": True,
        "allow_multapses": True,
    }
    nest.Connect(cells[NAMES[source]], cells[NAMES[target]], rule, synapse)


def main():
    options = arguments("scale", "drive")
    scale = float(options.scale)
    recipe = Recipe(options.seed)
    for i, name in enumerate(NAMES):
        parameters = CELL | {"I_e": current(i, scale, options.drive)}
        v = nest.random.normal(-58.0, 5.0)
        cells = recipe.population(name, "iaf_psc_exp", round(scale * N_FULL[i]), parameters, v)
        if options.drive == "poisson":
            rate = EXTERNAL_RATE * K_EXTERNAL[i] * scale
            recipe.poisson(cells, rate, W / math.sqrt(scale))
    for target in range(len(NAMES)):
        for source in range(len(NAMES)):
            if PROBABILITY[target][source] > 0:
                connect(recipe, target, source, scale)
    recipe.finish(options.time)


main()
