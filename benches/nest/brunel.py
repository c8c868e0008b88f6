"""The sparse network of Brunel (2000), g 5 and eta 2: models/brunel.toml."""

import nest

from recipe import Recipe, arguments

SIZES = {"E": 10000, "I": 2500}
G, ETA, J, THETA, TAU_M = 5.0, 2.0, 0.1, 20.0, 20.0
CELL = {
    "tau_m": TAU_M,
    "E_L": 0.0,
    "V_th": THETA,
    "V_reset": 10.0,
    "t_ref": 2.0,
    "refractory_input": False,
}


def main():
    options = arguments()
    recipe = Recipe(options.seed)
    for name, size in SIZES.items():
        cells = recipe.population(name, "iaf_psc_delta", size, CELL, nest.random.uniform(0.0, THETA))
        recipe.poisson(cells, 1000.0 * ETA * THETA / (J * TAU_M), J)
    for source, weight in (("E", J), ("I", -G * J)):
        for target in SIZES:
            cells = recipe.populations
            indegree = SIZES[source] // 10
            rule = {"rule": "fixed_indegree", "indegree": indegree, "allow_multapses": True}
            nest.Connect(cells[source], cells[target], rule, {"weight": weight, "delay": 1.5})
    recipe.finish(options.time)


main()
