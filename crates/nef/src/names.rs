//! Kinds by their names, as functions: each gives the [`Spec`] of a kind, with the parameters that a
//! model is most often told apart by; [`Spec::with`] sets the others.
//!
//! # Examples
//! ```
//! use pontine_core_ir::{Connection, Ensemble, Network};
//! use pontine_nef::names::{lif, pes, uniform, weights, nnls_l2};
//! let mut network = Network::new("");
//! let a = Ensemble::new(50, 1).intercepts(uniform(0.0, 1.0)).neuron_type(lif(0.03, 0.002));
//! let a = network.add(a);
//! let recurrent = Connection::new(a, a).solver(weights(nnls_l2(0.1))).learning_by(pes(1e-4));
//! network.add(recurrent);
//! ```

use pontine_core_ir::Spec;

/// Numbers between `low` and `high`.
pub fn uniform(low: f64, high: f64) -> Spec {
    Spec::new("Uniform").with("low", low).with("high", high)
}

/// Numbers of a normal distribution; `std` is more than 0.
pub fn gaussian(mean: f64, std: f64) -> Spec {
    Spec::new("Gaussian").with("mean", mean).with("std", std)
}

/// Numbers out of these, all as likely.
pub fn choice(options: &[f64]) -> Spec {
    Spec::new("Choice").with("options", options.to_vec())
}

/// Vectors in a ball of radius 1.
pub fn ball() -> Spec {
    Spec::new("UniformHypersphere")
}

/// Vectors of length 1.
pub fn sphere() -> Spec {
    ball().with("surface", true)
}

/// A lowpass, `1 / (tau s + 1)`; `tau_s` in s.
pub fn lowpass(tau_s: f64) -> Spec {
    Spec::new("Lowpass").with("tau", tau_s)
}

/// An alpha synapse, `1 / (tau s + 1)²`; `tau_s` in s.
pub fn alpha(tau_s: f64) -> Spec {
    Spec::new("Alpha").with("tau", tau_s)
}

/// A pure delay, s.
pub fn delay(delay_s: f64) -> Spec {
    Spec::new("Delay").with("delay", delay_s)
}

/// Leaky integrate-and-fire neurons: membrane time constant and refractory time, s.
pub fn lif(tau_rc_s: f64, tau_ref_s: f64) -> Spec {
    Spec::new("LIF").with("tau_rc", tau_rc_s).with("tau_ref", tau_ref_s)
}

/// The rates of leaky integrate-and-fire neurons.
pub fn lif_rate(tau_rc_s: f64, tau_ref_s: f64) -> Spec {
    Spec::new("LIFRate").with("tau_rc", tau_rc_s).with("tau_ref", tau_ref_s)
}

/// No neurons: what an ensemble represents is computed.
pub fn direct() -> Spec {
    Spec::new("Direct")
}

/// Least squares with this share of the largest activity as noise.
pub fn lstsq_l2(reg: f64) -> Spec {
    Spec::new("LstsqL2").with("reg", reg)
}

/// The same, with no decoder below 0.
pub fn nnls_l2(reg: f64) -> Spec {
    Spec::new("NnlsL2").with("reg", reg)
}

/// A solver that is asked for the weights between single neurons.
pub fn weights(solver: Spec) -> Spec {
    solver.with("weights", true)
}

/// Prescribed error sensitivity: weights follow an error, `ΔW = -(learning_rate dt / n) error aᵀ`.
pub fn pes(learning_rate: f64) -> Spec {
    Spec::new("PES").with("learning_rate", learning_rate)
}

/// Recursive least squares of an error.
pub fn rls(learning_rate: f64) -> Spec {
    Spec::new("RLS").with("learning_rate", learning_rate)
}

/// Encoders follow what they are shown.
pub fn voja(learning_rate: f64) -> Spec {
    Spec::new("Voja").with("learning_rate", learning_rate)
}

/// Hebbian learning with a sliding threshold.
pub fn bcm(learning_rate: f64) -> Spec {
    Spec::new("BCM").with("learning_rate", learning_rate)
}

/// Hebbian learning that forgets.
pub fn oja(learning_rate: f64) -> Spec {
    Spec::new("Oja").with("learning_rate", learning_rate)
}

/// Noise without memory, of these numbers over √dt.
pub fn white_noise(distribution: Spec) -> Spec {
    Spec::new("WhiteNoise").with("dist", distribution)
}

/// A random signal: its period (s), the highest frequency in it (Hz), and its root mean square.
pub fn white_signal(period_s: f64, high_hz: f64, rms: f64) -> Spec {
    Spec::new("WhiteSignal").with("period", period_s).with("high", high_hz).with("rms", rms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{points, process, solver};

    #[test]
    fn kinds_are_registered_and_take_these_parameters() {
        for spec in [uniform(0.0, 1.0), gaussian(0.0, 1.0), choice(&[1.0]), ball(), sphere()] {
            assert!(points::sampler(&spec).is_ok(), "{spec}");
        }
        for spec in [lstsq_l2(0.1), nnls_l2(0.1), weights(lstsq_l2(0.1))] {
            assert!(solver::solver(&spec).is_ok(), "{spec}");
        }
        for spec in [white_noise(gaussian(0.0, 1.0)), white_signal(1.0, 5.0, 0.5)] {
            assert!(process::process(&spec).is_ok(), "{spec}");
        }
        assert_eq!(lowpass(0.1), pontine_core_ir::Synapse::from(0.1).0.unwrap());
    }
}
