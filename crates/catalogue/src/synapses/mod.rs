//! Synapses with states of their own: a text each.
//!
//! | name | what it is |
//! | --- | --- |
//! | `TsodyksMarkram` | short-term depression and facilitation |
//! | `SimpleStochastic` | delivers a spike with a probability |
//! | `StochasticTsodyksMarkram` | one site, which a spike empties by chance |
//! | `MultiQuantal` | several such sites |
//! | `StdpAdditive`, `StdpMultiplicative`, `StdpAdditivePotentiationMultiplicativeDepression`, `StdpGutig` | spike timing of all pairs, which depends on the weight in four ways |
//! | `Vogels2011` | symmetric spike timing of inhibitory synapses |
//!
//! All-pair traces count spikes that came before: two spikes that are at the synapse in one step are no
//! pair. `Vogels2011` counts such a pair once.

mod multi_quantal;
mod simple_stochastic;
mod stdp_additive;
mod stdp_additive_potentiation;
mod stdp_gutig;
mod stdp_multiplicative;
mod stochastic_tsodyks_markram;
mod tsodyks_markram;
mod vogels2011;

#[cfg(test)]
mod tests;
