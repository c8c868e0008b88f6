//! `Gaussian(mean, std)`.

use ndarray::Array2;
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{PointSampler, PointsEntry, filled, finite};
use crate::samples::SampleError;

inventory::submit! {
    PointsEntry { kind: "Gaussian", make: |spec| Ok(Box::new(Gaussian::from_spec(spec)?)), place: module_path!() }
}

/// Each coordinate normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Mean.
    pub mean: f64,
    /// Standard deviation, positive.
    pub std: f64,
}

impl Gaussian {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["mean", "std"])?;
        let std = finite(spec, "std", None)?;
        if std > 0.0 {
            Ok(Self { mean: finite(spec, "mean", None)?, std })
        } else {
            Err(spec.wrong("std", &std.into(), "positive"))
        }
    }
}

impl PointSampler for Gaussian {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        Ok(filled(n, d.unwrap_or(1), || rng.normal(self.mean, self.std)))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::points, *};

    #[test]
    fn numbers_are_numpys() {
        let numbers =
            points(Spec::new("Gaussian").with("mean", 1.0).with("std", 2.0), 1, Some(2), 0);
        assert_eq!(numbers[[0, 0]], 1.0 + 2.0 * 1.764052345967664);
        assert_eq!(numbers[[0, 1]], 1.0 + 2.0 * 0.4001572083672233);
    }
}
