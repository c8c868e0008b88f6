//! The rates that mean-field theory gives for sparse networks of integrate-and-fire cells.
//!
//! Brunel, J. Comput. Neurosci. 8, 183 (2000), doi:10.1023/A:1008925309027: each cell receives many
//! independent spikes, so its input is white noise of mean μ and spread σ, and it fires at the rate of
//! Siegert's formula; the rate that the network gives itself is the one that it takes.
//!
//! Invariant: nothing here simulates, or knows of the engine.

use std::f64::consts::PI;

/// A network of excitatory and inhibitory cells of one kind; mV, ms, spikes per ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanField {
    /// Time constant of the membrane.
    pub tau_m: f64,
    /// Time after a spike in which the potential is held.
    pub tau_refrac: f64,
    /// Potential at which a cell spikes, above rest.
    pub theta: f64,
    /// Potential after a spike, above rest.
    pub v_reset: f64,
    /// What a spike of an excitatory cell adds.
    pub j: f64,
    /// How many times as much a spike of an inhibitory cell takes away.
    pub g: f64,
    /// Excitatory synapses of a cell.
    pub c_e: f64,
    /// Inhibitory synapses of a cell.
    pub c_i: f64,
    /// Rate of all external spikes of a cell.
    pub external: f64,
}

impl MeanField {
    /// Model A of the paper: 1,000 excitatory and 250 inhibitory synapses of 0.1 mV, and an external rate
    /// that is `eta` times the one that just reaches threshold.
    pub fn brunel(g: f64, eta: f64) -> Self {
        let (tau_m, theta, j) = (20.0, 20.0, 0.1);
        let external = eta * theta / (j * tau_m);
        Self {
            tau_m,
            tau_refrac: 2.0,
            theta,
            v_reset: 10.0,
            j,
            g,
            c_e: 1000.0,
            c_i: 250.0,
            external,
        }
    }

    /// Mean and spread of the input where all cells fire at `rate`, mV:
    /// `μ = τ J (ν_ext + (C_E - g C_I) ν)`, `σ² = τ J² (ν_ext + (C_E + g² C_I) ν)`.
    pub fn input(&self, rate: f64) -> (f64, f64) {
        let Self { tau_m, j, g, c_e, c_i, external, .. } = *self;
        let mean = tau_m * j * (external + (c_e - g * c_i) * rate);
        let variance = tau_m * j * j * (external + (c_e + g * g * c_i) * rate);
        (mean, variance.sqrt())
    }

    /// Siegert's formula: the rate at an input of this mean and spread,
    /// `1/ν = t_ref + τ √π ∫ exp(u²) (1 + erf u) du` from `(V_r - μ)/σ` to `(θ - μ)/σ`.
    pub fn siegert(&self, mean: f64, spread: f64) -> f64 {
        let at = |v: f64| (v - mean) / spread;
        let integral = integral(at(self.v_reset), at(self.theta));
        1.0 / (self.tau_refrac + self.tau_m * PI.sqrt() * integral)
    }

    /// The rate at which the network keeps itself, spikes per second.
    pub fn rate_hz(&self) -> f64 {
        let excess = |rate: f64| {
            let (mean, spread) = self.input(rate);
            self.siegert(mean, spread) - rate
        };
        let (mut low, mut high) = (0.0, 1.0 / self.tau_refrac);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if excess(middle) > 0.0 { low = middle } else { high = middle }
        }
        1e3 * low
    }

    /// The same with the threshold tested every `dt` ms only, to first order: it is crossed as one higher
    /// by `0.5826 σ √(dt/τ)`, where the number is `-ζ(1/2) / √(2π)`.
    pub fn rate_hz_tested_every(&self, dt: f64) -> f64 {
        let (_, spread) = self.input(1e-3 * self.rate_hz());
        let raise = 0.5826 * spread * (dt / self.tau_m).sqrt();
        Self { theta: self.theta + raise, ..*self }.rate_hz()
    }
}

/// `∫ exp(u²) (1 + erf u) du` from a to b, which is `1/√π ∫ exp(-t²) (exp(2bt) - exp(2at)) / t dt` from 0
/// to ∞, by Simpson's rule.
fn integral(a: f64, b: f64) -> f64 {
    let integrand = |t: f64| {
        if t == 0.0 {
            return 2.0 * (b - a);
        }
        ((2.0 * b * t - t * t).exp() - (2.0 * a * t - t * t).exp()) / t
    };
    let n = 4000;
    let h = (b.abs().max(a.abs()) + 8.0) / f64::from(n);
    let weight = |i| if i == 0 || i == n { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
    let sum: f64 = (0..=n).map(|i| weight(i) * integrand(f64::from(i) * h)).sum();
    sum * h / 3.0 / PI.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_has_its_value_over_the_symmetric_interval() {
        // The odd part cancels: 2 ∫ exp(u²) du from 0 to 1.
        assert!((integral(-1.0, 1.0) - 2.0 * 1.462_651_745_907_181_6).abs() < 1e-12);
    }

    #[test]
    fn without_noise_a_cell_fires_as_its_closed_form_says() {
        let cell = MeanField::brunel(5.0, 2.0);
        let exact = 1.0 / (2.0 + 20.0 * (20.0_f64 / 10.0).ln());
        assert!((cell.siegert(30.0, 1.0) / exact - 1.0).abs() < 5e-3);
    }

    /// The paper's figure 8 gives 55.8, 38.0 and 6.5.
    #[test]
    fn the_points_of_the_paper_have_its_rates() {
        let rate = |g, eta| (100.0 * MeanField::brunel(g, eta).rate_hz()).round() / 100.0;
        assert_eq!((rate(6.0, 4.0), rate(5.0, 2.0), rate(4.5, 0.9)), (55.84, 37.95, 6.52));
        let tested = MeanField::brunel(5.0, 2.0).rate_hz_tested_every(0.1);
        assert!((tested - 37.24).abs() < 0.005, "{tested}");
    }
}
