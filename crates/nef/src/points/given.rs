//! `Samples(samples)`: points that are given.

use ndarray::Array2;
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{PointSampler, PointsEntry, numbers, rows};
use crate::samples::SampleError;

const KIND: &str = "Samples";

inventory::submit! {
    PointsEntry { kind: KIND, make: |spec| Ok(Box::new(Given::from_spec(spec)?)), place: module_path!() }
}

/// The same points whenever they are asked for, which must be as many.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Numbers, or points one after the other.
    pub samples: Vec<f64>,
}

impl Given {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["samples"])?;
        Ok(Self { samples: numbers(spec, "samples")? })
    }
}

impl PointSampler for Given {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        _: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        let given = rows(KIND, &self.samples, d)?;
        if given.nrows() == n {
            return Ok(given);
        }
        let (found, expected) = (vec![given.nrows()], vec![n]);
        Err(SampleError::Shape { what: "points of `Samples`", found, expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_points_as_given_and_no_others() {
        let given = Given { samples: vec![1.0, 2.0, 3.0, 4.0] };
        let rng = &mut RandomState::new(0);
        assert_eq!(given.sample(2, Some(2), rng).unwrap(), ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
        let error = given.sample(3, Some(1), rng).unwrap_err();
        assert_eq!(error.to_string(), "points of `Samples` have shape [4], but [3] is needed");
    }
}
