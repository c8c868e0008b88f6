"""Poisson sources onto cells through plastic synapses: models/stdp.toml."""

import nest

from recipe import Recipe, arguments

N, P, RATE, WEIGHT, DELAY = 10000, 0.1, 10.0, 17.0, 1.0
A_PLUS = 0.01
CELL = {
    "E_L": -65.0,
    "V_reset": -65.0,
    "V_th": -50.0,
    "C_m": 1000.0,
    "tau_m": 20.0,
    "tau_syn_ex": 5.0,
    "t_ref": 2.0,
    "tau_minus": 20.0,
}
SYNAPSE = {
    "synapse_model": "stdp_synapse",
    "weight": WEIGHT,
    "delay": DELAY,
    "tau_plus": 20.0,
    "lambda": A_PLUS,
    "alpha": 1.05,
    "mu_plus": 0.0,
    "mu_minus": 0.0,
    "Wmax": 2.0 * WEIGHT,
}


def main():
    options = arguments()
    recipe = Recipe(options.seed)
    cells = recipe.population("cells", "iaf_psc_exp", N, CELL, nest.random.uniform(-65.0, -50.0))
    generator = nest.Create("poisson_generator", params={"rate": RATE})
    sources = nest.Create("parrot_neuron", N)
    nest.Connect(generator, sources)
    rule = {"rule": "pairwise_bernoulli", "p": P}
    nest.Connect(sources, cells, rule, SYNAPSE)
    recipe.finish(options.time)


main()
