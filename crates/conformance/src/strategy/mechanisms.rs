//! Mechanisms that random models are made of.

use std::sync::{Arc, LazyLock};

use pontine_core_ir::Mechanism;

/// A spiking cell with two receptors and an input, integrated exactly.
const CELL: &str = "mechanism RandomCell {
    units population
    parameter cm = 0.25 nF
    parameter tau_m = 10 ms
    parameter tau_syn_E = 2 ms
    parameter tau_syn_I = 5 ms
    parameter tau_refrac = 0.5 ms
    parameter v_thresh = 5 mV
    parameter v_reset = 0 mV
    input i_inj nA
    receptor excitatory nA { state i = 0 nA   di/dt = -i / tau_syn_E   on_spike(w) { i += w } }
    receptor inhibitory nA { state i = 0 nA   di/dt = -i / tau_syn_I   on_spike(w) { i += w } }
    state v = uniform(-1, 4)
    dv/dt = -v / tau_m + (i_inj + excitatory.i + inhibitory.i) / cm
    spike when v >= v_thresh { v = v_reset   refractory tau_refrac clamps v }
    solve exact
}";

/// A cell whose synapses move the potential itself.
const DELTA: &str = "mechanism RandomDelta {
    units population
    parameter tau_m = 10 ms
    parameter tau_refrac = 0.2 ms
    parameter v_thresh = 0.9 mV
    input i_inj nA
    receptor excitatory mV { on_spike(w) { v += w } }
    state v = normal(0, 0.5)
    dv/dt = (i_inj * 3 - v) / tau_m
    spike when v >= v_thresh { v = -0.1 mV   refractory tau_refrac clamps v }
    solve exponential_euler
}";

/// Draws and elementary functions in branches; spikes of both signs, several in one step.
const WILD: &str = "mechanism RandomWild {
    units nef
    parameter scale = 1
    parameter limit = 1
    input x
    receptor in { on_spike(w) { b += 0.1 * w } }
    state a = uniform(0, 1)
    state b = 0
    output spikes events
    output level dense
    step {
        let u = uniform()
        let change = 0.2 * sin(3 * a) + 0.1 * tanh(x) + 0.05 * normal()
        if a > limit {
            if u < 0.5 {
                emit spikes 2
            } else {
                emit spikes poisson(0.5 + u)
            }
            a = exp(-b * b) * u
        } else if u > 0.9 {
            a += log1p(u) - expm1(-0.1 * u)
            b = cos(a) * scale
        } else {
            a += abs(change)
            b = 0.9 * b + 0.01 * exponential()
        }
        level = scale * sqrt(1 + a * a) - pow(1 + u, 0.3)
    }
}";

/// Spikes at random.
const POISSON: &str = "mechanism RandomSource {
    units population
    parameter rate = 500 Hz
    output spikes events
    step { emit spikes poisson(rate * dt / 1000) }
}";

/// Which mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Exact,
    Delta,
    Wild,
    Source,
}

impl Cell {
    pub const ALL: [Self; 4] = [Self::Exact, Self::Delta, Self::Wild, Self::Source];

    /// The compiled text, or what is wrong with it.
    pub fn mechanism(self) -> Result<Arc<Mechanism>, String> {
        static COMPILED: LazyLock<Vec<Result<Arc<Mechanism>, String>>> = LazyLock::new(|| {
            let compile = |text| Mechanism::parse(text).map(Arc::new).map_err(|e| e.to_string());
            [CELL, DELTA, WILD, POISSON].into_iter().map(compile).collect()
        });
        COMPILED[self as usize].clone()
    }

    /// A parameter to vary, and between which values.
    pub fn varied(self) -> (&'static str, f64, f64) {
        match self {
            Self::Exact => ("tau_m", 2.0, 20.0),
            Self::Delta => ("tau_refrac", 0.0, 2.0),
            Self::Wild => ("limit", 0.5, 1.5),
            Self::Source => ("rate", 0.0, 3000.0),
        }
    }

    /// A state to record and to start from, if there is one.
    pub fn state(self) -> Option<&'static str> {
        match self {
            Self::Exact | Self::Delta => Some("v"),
            Self::Wild => Some("a"),
            Self::Source => None,
        }
    }

    /// Size of weights that matter.
    pub fn weight(self) -> f64 {
        match self {
            Self::Exact => 0.5,
            Self::Delta => 0.4,
            Self::Wild | Self::Source => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mechanism_compiles() {
        for cell in Cell::ALL {
            let mechanism = cell.mechanism().unwrap();
            assert!(mechanism.parameter_index(cell.varied().0).is_some());
        }
    }
}
