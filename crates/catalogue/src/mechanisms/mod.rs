//! Neuron types and sources of spikes: a text each, and what is known of it in closed form.
//!
//! | name | units | what it is |
//! | --- | --- | --- |
//! | `LIF` | s, Hz | Nengo's spiking LIF neuron |
//! | `LIFRate` | s, Hz | its firing rate |
//! | `AdaptiveLIF`, `AdaptiveLIFRate` | s, Hz | the same, whose firing works against its current |
//! | `RectifiedLinear`, `SpikingRectifiedLinear` | s, Hz | a rate that grows with the current, and its spikes |
//! | `Sigmoid`, `Tanh` | s, Hz | rates between two limits |
//! | `NefIzhikevich` | s, Hz | Izhikevich's neuron as Nengo steps it |
//! | `RegularSpiking` | s, Hz | spikes out of a rate |
//! | `IF_curr_exp` | ms, mV, nA, nF | PyNN's LIF neuron with exponential synaptic currents |
//! | `IF_curr_delta` | ms, mV, nA, nF | PyNN's LIF neuron with jumps of the voltage |
//! | `IF_cond_exp` | ms, mV, nA, nF, uS | PyNN's LIF neuron with exponential synaptic conductances; also with `rk4` |
//! | `IF_curr_alpha`, `IF_cond_alpha` | ms, mV, nA, nF, uS | the same with alpha-shaped currents and conductances |
//! | `IF_cond_exp_gsfa_grr` | ms, mV, nA, nF, uS | the LIF neuron with adaptation and relative refractoriness |
//! | `IF_facets_hardware1` | ms, mV, nA, uS | the LIF neuron of a neuromorphic chip |
//! | `HH_cond_exp` | ms, mV, nA, nF, uS | the Hodgkin-Huxley neuron of Traub and Miles, by `rk45`; also with `rk4` and `exponential_euler` |
//! | `EIF_cond_exp_isfa_ista`, `EIF_cond_alpha_isfa_ista` | ms, mV, nA, nF, uS | the adaptive exponential neuron (AdEx), by `rk4`; also with `euler` |
//! | `GIF_cond_exp`, `GIF_cond_exp(n)` | ms, mV, nA, nF, uS, Hz | the generalised integrate-and-fire neuron with three, or n, time constants |
//! | `PointNeuron(…)` | ms, mV, nA, nF, uS | LIF or AdEx membranes with any named receptors: `PointNeuron(LIF, AMPA=CondExp)` |
//! | `Izhikevich` | ms, mV, nA | Izhikevich's neuron |
//! | `SpikeSourcePoisson` | ms, Hz | random spikes |
//! | `SpikeSourcePoissonRefractory` | ms, Hz | random spikes with a pause after each |
//! | `SpikeSourceGamma` | ms, Hz | random spikes with intervals of the gamma distribution |
//! | `SpikeSourceInhGamma`, `SpikeSourceInhGamma(n)` | ms | the same, changing with time |
//! | `SpikeSourceArray` | ms | given spikes |
//! | `DCSource`, `ACSource`, `StepCurrentSource`, `StepCurrentSource(n)`, `NoisyCurrentSource` | ms, nA, Hz | currents to [inject](pontine_core_ir::Network::inject) into cells |

mod ac_source;
mod adaptive_lif;
mod adaptive_lif_rate;
mod curve;
mod dc_source;
mod eif_cond_alpha_isfa_ista;
mod eif_cond_exp_isfa_ista;
mod gif_cond_exp;
mod hh_cond_exp;
mod if_cond_alpha;
mod if_cond_exp;
mod if_cond_exp_gsfa_grr;
mod if_curr_alpha;
mod if_curr_delta;
mod if_curr_exp;
mod if_facets_hardware1;
mod izhikevich;
mod lif;
mod lif_rate;
mod nef_izhikevich;
mod noisy_current_source;
mod point_neuron;
mod rectified_linear;
mod regular_spiking;
mod sampled;
mod sigmoid;
mod spike_source_array;
mod spike_source_gamma;
mod spike_source_inh_gamma;
mod spike_source_poisson;
mod spike_source_poisson_refractory;
mod spiking_rectified_linear;
mod step_current_source;
mod tanh;

use pontine_core_ir::Mechanism;

/// The value of a parameter, in a mechanism that is known to have it.
fn parameter(mechanism: &Mechanism, parameters: &[f64], name: &str) -> f64 {
    let value = mechanism.parameter_index(name).and_then(|i| parameters.get(i));
    value.copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod intervals;
#[cfg(test)]
mod native;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
