//! `WhiteNoise(dist=Gaussian(0, 1), scale=true)`, `FilteredNoise(synapse=Lowpass(0.005), dist, scale)`
//! and `BrownNoise(dist)`.

use std::sync::Arc;

use pontine_core_ir::{Param, Spec, SpecError, inventory, registry::LookupError};
use pontine_rng::RandomState;

use super::{Process, ProcessEntry, ProcessError, ProcessStep};
use crate::{
    points::{Gaussian, PointSampler, sampler},
    synapse::{State, discrete},
};

inventory::submit! {
    ProcessEntry { kind: "WhiteNoise", make: |spec| Ok(Box::new(Noise::white(spec)?)), place: module_path!() }
}
inventory::submit! {
    ProcessEntry { kind: "FilteredNoise", make: |spec| Ok(Box::new(Noise::filtered(spec)?)), place: module_path!() }
}
inventory::submit! {
    ProcessEntry { kind: "BrownNoise", make: |spec| Ok(Box::new(Noise::brown(spec)?)), place: module_path!() }
}

/// Independent draws in each step, filtered if there is a synapse.
#[derive(Clone, Debug)]
pub struct Noise {
    /// Draws the numbers of a step.
    pub dist: Arc<dyn PointSampler>,
    /// Whether they are divided by √dt, so that their spectrum does not depend on the time step.
    pub scale: bool,
    /// The filter.
    pub synapse: Option<Spec>,
}

impl Noise {
    fn white(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["dist", "scale"])?;
        Ok(Self { dist: dist(spec)?, scale: spec.bool_or("scale", true)?, synapse: None })
    }

    fn filtered(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["dist", "scale", "synapse"])?;
        let synapse = match spec.params.get("synapse") {
            None => Spec::new("Lowpass").with("tau", 0.005),
            Some(Param::Spec(synapse)) => (**synapse).clone(),
            Some(Param::Number(tau)) => Spec::new("Lowpass").with("tau", *tau),
            Some(other) => return Err(spec.wrong("synapse", other, "a synapse")),
        };
        let scale = spec.bool_or("scale", true)?;
        Ok(Self { dist: dist(spec)?, scale, synapse: Some(synapse) })
    }

    /// The sum of white noise over time.
    fn brown(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["dist"])?;
        let integrator = Spec::new("LinearFilter")
            .with("num", vec![1.0])
            .with("den", vec![1.0, 0.0])
            .with("method", "euler");
        Ok(Self { dist: dist(spec)?, scale: true, synapse: Some(integrator) })
    }
}

fn dist(spec: &Spec) -> Result<Arc<dyn PointSampler>, SpecError> {
    match spec.params.get("dist") {
        None => Ok(Arc::new(Gaussian { mean: 0.0, std: 1.0 })),
        Some(Param::Spec(dist)) => match sampler(dist) {
            Ok(dist) => Ok(dist.into()),
            Err(LookupError::Spec(error)) => Err(error),
            Err(_) => Err(spec.wrong("dist", &(**dist).clone().into(), "registered once")),
        },
        Some(other) => Err(spec.wrong("dist", other, "a distribution")),
    }
}

impl Process for Noise {
    fn start(
        &self,
        dt: f64,
        size: usize,
        rng: RandomState,
    ) -> Result<Box<dyn ProcessStep>, ProcessError> {
        let mut filters = Vec::new();
        if let Some(synapse) = &self.synapse {
            let synapse = discrete(synapse, dt)?;
            filters.extend((0..size).filter_map(|element| State::new(&synapse, element, 0.0)));
        }
        let factor = if self.scale { 1.0 / dt.sqrt() } else { 1.0 };
        Ok(Box::new(Steps { dist: self.dist.clone(), factor, filters, rng }))
    }
}

struct Steps {
    dist: Arc<dyn PointSampler>,
    factor: f64,
    /// One for each element, or none.
    filters: Vec<State>,
    rng: RandomState,
}

impl ProcessStep for Steps {
    fn step(&mut self, _: f64, output: &mut [f64]) -> Result<(), ProcessError> {
        let drawn = self.dist.sample(1, Some(output.len()), &mut self.rng)?;
        let factor = self.factor;
        output.iter_mut().zip(&drawn).for_each(|(y, drawn)| *y = drawn * factor);
        self.filters.iter_mut().zip(output).for_each(|(filter, y)| *y = filter.step(*y));
        Ok(())
    }

    fn save(&self) -> Option<Vec<u64>> {
        let filters = self.filters.iter().flat_map(|filter| filter.numbers());
        let filters = filters.map(f64::to_bits);
        Some(filters.chain(self.rng.to_words()).collect())
    }

    fn restore(&mut self, words: &[u64]) -> bool {
        let lengths = self.filters.iter().map(|filter| filter.numbers().len());
        let Some((numbers, rng)) = words.split_at_checked(lengths.sum()) else { return false };
        let Some(rng) = RandomState::from_words(rng) else { return false };
        let mut numbers = numbers.iter().map(|&bits| f64::from_bits(bits));
        self.filters.iter_mut().for_each(|filter| filter.put(&mut numbers));
        self.rng = rng;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::steps, *};

    #[test]
    fn the_power_of_white_noise_is_1_whatever_the_time_step() {
        let noise = steps(&Spec::new("WhiteNoise"), 4000, 1, 1);
        let power = noise.iter().map(|x| x * x).sum::<f64>() / 4000.0 * 1e-3;
        assert!((power - 1.0).abs() < 0.1, "{power}");
    }

    #[test]
    fn noise_goes_on_from_a_saved_state() {
        for spec in [
            Spec::new("WhiteNoise"),
            Spec::new("BrownNoise"),
            Spec::new("FilteredNoise").with("synapse", Spec::new("Triangle").with("t", 0.004)),
        ] {
            let process = super::super::process(&spec).unwrap();
            let start = |seed| process.start(1e-3, 3, RandomState::new(seed)).unwrap();
            let (mut first, mut second) = (start(1), start(2));
            let (mut x, mut y) = ([0.0; 3], [0.0; 3]);
            (0..7).for_each(|_| first.step(0.0, &mut x).unwrap());
            assert!(second.restore(&first.save().unwrap()), "{spec}");
            assert!(!second.restore(&[1]));
            for _ in 0..7 {
                first.step(0.0, &mut x).unwrap();
                second.step(0.0, &mut y).unwrap();
                assert_eq!(x, y, "{spec}");
            }
        }
    }

    #[test]
    fn brown_noise_is_the_sum_of_white_noise() {
        let white = steps(&Spec::new("WhiteNoise"), 50, 2, 1);
        let brown = steps(&Spec::new("BrownNoise"), 50, 2, 1);
        let sum: f64 = white.iter().step_by(2).sum::<f64>() * 1e-3;
        assert!((brown[98] - sum).abs() < 1e-12);
    }
}
