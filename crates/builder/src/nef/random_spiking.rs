//! Spikes at random, out of rates: NumPy's draws in Nengo's order, so code of the host.

use pontine_core_ir::{
    Path,
    port::{HostError, HostOperator, HostStep},
};
use pontine_rng::RandomState;

use super::process::reseeded;

/// How many spikes a neuron fires in a step in which it should fire `x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Draws {
    /// The whole part of `x`, and one more with the probability of the rest.
    Rounding,
    /// A number of Poisson's distribution with mean `x`.
    Poisson,
}

impl Draws {
    fn n_spikes(self, x: f64, rng: &mut RandomState) -> f64 {
        match self {
            Self::Rounding => {
                let whole = x.floor();
                whole + f64::from(u8::from(rng.random_sample() < x - whole))
            }
            Self::Poisson => rng.poisson(x) as f64,
        }
    }
}

/// From the rates of all neurons to the heights of their spikes.
#[derive(Debug)]
pub(super) struct RandomSpiking {
    pub(super) draws: Draws,
    /// What a spike counts: its height is amplitude / dt.
    pub(super) amplitude: f64,
    /// The generator that drew the initial states goes on.
    pub(super) rng: RandomState,
    /// The seed of the model that it was seeded in.
    pub(super) drawn_by: u64,
    /// Its ensemble.
    pub(super) path: Path,
}

struct Step {
    draws: Draws,
    height: f64,
    dt_s: f64,
    rng: RandomState,
}

impl HostOperator for RandomSpiking {
    fn name(&self) -> &str {
        match self.draws {
            Draws::Rounding => "StochasticSpiking",
            Draws::Poisson => "PoissonSpiking",
        }
    }

    fn make_step(&self, dt_s: f64, seed: u64) -> Result<Box<dyn HostStep>, HostError> {
        let height = self.amplitude / dt_s;
        let rng = match seed == self.drawn_by {
            true => self.rng.clone(),
            false => RandomState::new(reseeded(&self.path, seed)),
        };
        Ok(Box::new(Step { draws: self.draws, height, dt_s, rng }))
    }
}

impl HostStep for Step {
    fn step(&mut self, _: f64, rates: &[f64], spikes: &mut [f64]) -> Result<(), HostError> {
        for (spikes, rate) in spikes.iter_mut().zip(rates) {
            let n = self.draws.n_spikes((rate * self.dt_s).abs(), &mut self.rng);
            *spikes = if n > 0.0 { self.height * n * rate.signum() } else { 0.0 };
        }
        Ok(())
    }

    fn save(&self) -> Option<Vec<u64>> {
        Some(self.rng.to_words())
    }

    fn restore(&mut self, words: &[u64]) -> Result<(), HostError> {
        self.rng =
            RandomState::from_words(words).ok_or("the words are no state of its generator")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_mean(draws: Draws, rate: f64, variance: f64) {
        let (rng, path) = (RandomState::new(1), Path::from_text("Ensemble:a"));
        let spiking = RandomSpiking { draws, amplitude: 0.5, rng, drawn_by: 0, path };
        let mut step = spiking.make_step(1e-3, 0).unwrap();
        let mut spikes = vec![0.0; 4000];
        step.step(0.0, &vec![rate; 4000], &mut spikes).unwrap();
        let mean = spikes.iter().sum::<f64>() / 4000.0;
        let error = 500.0 * (variance / 4000.0).sqrt();
        assert!((mean - 0.5 * rate).abs() < 4.0 * error, "{mean}");
    }

    #[test]
    fn spikes_make_up_the_rate() {
        check_mean(Draws::Rounding, 1300.0, 0.21);
        check_mean(Draws::Rounding, -300.0, 0.21);
        check_mean(Draws::Poisson, 1300.0, 1.3);
        check_mean(Draws::Poisson, -300.0, 0.3);
    }
}
