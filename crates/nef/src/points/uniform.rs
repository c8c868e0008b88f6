//! `Uniform(low, high, integer=false)`.

use ndarray::Array2;
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{PointSampler, PointsEntry, filled, finite};
use crate::samples::SampleError;

inventory::submit! {
    PointsEntry { kind: "Uniform", make: |spec| Ok(Box::new(Uniform::from_spec(spec)?)), place: module_path!() }
}

/// Each coordinate uniform on [low, high), or on the whole numbers of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    /// The smallest number.
    pub low: f64,
    /// What all numbers are below (may round to it where numbers are not whole).
    pub high: f64,
    /// Whole numbers only; `low` and `high` are whole then.
    pub integer: bool,
}

impl Uniform {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["low", "high", "integer"])?;
        let (low, high) = (finite(spec, "low", None)?, finite(spec, "high", None)?);
        let integer = spec.bool_or("integer", false)?;
        let width = high - low;
        if integer && !(low.fract() == 0.0 && high.fract() == 0.0 && (1.0..4.3e9).contains(&width))
        {
            return Err(spec.wrong("high", &high.into(), "whole and above `low`, which is whole"));
        }
        Ok(Self { low, high, integer })
    }

    fn draw(&self, rng: &mut RandomState) -> f64 {
        if self.integer {
            self.low + f64::from(rng.randint((self.high - self.low) as u32))
        } else {
            rng.uniform(self.low, self.high)
        }
    }
}

impl PointSampler for Uniform {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        Ok(filled(n, d.unwrap_or(1), || self.draw(rng)))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::points, *};

    #[test]
    fn numbers_are_numpys() {
        let spec = Spec::new("Uniform").with("low", 200.0).with("high", 400.0);
        let numbers = points(spec, 2, None, 0);
        let drawn = [0.5488135039273248, 0.7151893663724195].map(|u| 200.0 + 200.0 * u);
        assert_eq!(numbers.into_raw_vec_and_offset().0, drawn);
    }

    #[test]
    fn whole_numbers_reach_both_ends() {
        let spec = Spec::new("Uniform").with("low", -1.0).with("high", 2.0).with("integer", true);
        let numbers = points(spec, 200, None, 3);
        for whole in [-1.0, 0.0, 1.0] {
            assert!(numbers.iter().any(|&x| x == whole));
        }
        assert!(numbers.iter().all(|x| [-1.0, 0.0, 1.0].contains(x)));
    }
}
