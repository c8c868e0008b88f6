//! `Exponential(scale, shift=0, high=inf)`.

use ndarray::Array2;
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{PointSampler, PointsEntry, filled, finite};
use crate::samples::SampleError;

inventory::submit! {
    PointsEntry { kind: "Exponential", make: |spec| Ok(Box::new(Exponential::from_spec(spec)?)), place: module_path!() }
}

/// Each coordinate `shift + scale · e`, e of the exponential distribution, clipped to
/// [shift, high).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    /// Mean above `shift`, positive.
    pub scale: f64,
    /// The smallest number.
    pub shift: f64,
    /// What all numbers are below.
    pub high: f64,
}

impl Exponential {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["scale", "shift", "high"])?;
        let (scale, shift) = (finite(spec, "scale", None)?, finite(spec, "shift", Some(0.0))?);
        let high = spec.number_or("high", f64::INFINITY)?;
        match () {
            () if scale <= 0.0 => Err(spec.wrong("scale", &scale.into(), "positive")),
            () if high <= shift => Err(spec.wrong("high", &high.into(), "above `shift`")),
            () => Ok(Self { scale, shift, high }),
        }
    }
}

impl PointSampler for Exponential {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        let last = self.high.next_down();
        let draw = || (rng.exponential(self.scale) + self.shift).clamp(self.shift, last);
        Ok(filled(n, d.unwrap_or(1), draw))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::points, *};

    #[test]
    fn numbers_stay_below_the_end() {
        let spec = Spec::new("Exponential").with("scale", 1.0).with("shift", 2.0).with("high", 3.0);
        let numbers = points(spec, 200, None, 1);
        assert!(numbers.iter().all(|x| (2.0..3.0).contains(x)));
        assert!(numbers.iter().any(|x| *x == 3f64.next_down()));
    }

    #[test]
    fn an_interval_of_no_length_is_refused() {
        let error =
            Exponential::from_spec(&Spec::new("Exponential").with("scale", 1.0).with("high", 0.0));
        assert_eq!(
            error.unwrap_err().to_string(),
            "`Exponential`: `high` is 0.0, but must be above `shift`"
        );
    }
}
