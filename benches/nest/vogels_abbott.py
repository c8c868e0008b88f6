"""The CUBA and COBA benchmarks: models/vogels_abbott_cuba.toml and models/vogels_abbott_coba.toml."""

import nest

from recipe import Recipe, arguments

SIZES = {"E": 3200, "I": 800}
COMMON = {
    "C_m": 200.0,
    "V_th": -50.0,
    "V_reset": -60.0,
    "t_ref": 5.0,
    "tau_syn_ex": 5.0,
    "tau_syn_in": 10.0,
}
KINDS = {
    "cuba": {
        "cell": "iaf_psc_exp",
        "parameters": {"tau_m": 20.0, "E_L": -49.0, "I_e": 0.0},
        "weights": {"E": 16.2, "I": -90.0},
    },
    "coba": {
        "cell": "iaf_cond_exp",
        "parameters": {"g_L": 10.0, "E_L": -60.0, "E_ex": 0.0, "E_in": -80.0, "I_e": 120.0},
        "weights": {"E": 6.0, "I": -67.0},
    },
}


def main():
    options = arguments("kind")
    kind = KINDS[options.kind]
    recipe = Recipe(options.seed)
    for name, size in SIZES.items():
        parameters = COMMON | kind["parameters"]
        recipe.population(name, kind["cell"], size, parameters, nest.random.uniform(-60.0, -50.0))
    rule = {"rule": "pairwise_bernoulli", "p": 0.02, "allow_autapses": True}
    for source, weight in kind["weights"].items():
        for target in SIZES:
            cells = recipe.populations
            synapse = {"weight": weight, "delay": 0.2}
            nest.Connect(cells[source], cells[target], rule, synapse)
    recipe.finish(options.time)


main()
