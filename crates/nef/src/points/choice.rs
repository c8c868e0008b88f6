//! `Choice(options, weights)`: one of some numbers or points.

use ndarray::Array2;
use pontine_core_ir::{Param, Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{PointSampler, PointsEntry, numbers, rows};
use crate::samples::SampleError;

const KIND: &str = "Choice";

inventory::submit! {
    PointsEntry { kind: KIND, make: |spec| Ok(Box::new(Choice::from_spec(spec)?)), place: module_path!() }
}

/// Independent choices with replacement.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Numbers, or points one after the other.
    options: Vec<f64>,
    /// Sums of the probabilities; all options are equal if absent.
    cumulated: Option<Vec<f64>>,
}

impl Choice {
    /// Equal chances for some numbers.
    pub fn among(options: &[f64]) -> Self {
        Self { options: options.to_vec(), cumulated: None }
    }

    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["options", "weights"])?;
        let options = numbers(spec, "options")?;
        if options.is_empty() {
            return Err(spec.wrong("options", &Param::from(options), "at least one number"));
        }
        let weights = spec.params.get("weights").map(|_| weights(spec)).transpose()?;
        Ok(Self { options, cumulated: weights.as_deref().map(cumulated) })
    }
}

fn weights(spec: &Spec) -> Result<Vec<f64>, SpecError> {
    let weights = numbers(spec, "weights")?;
    if weights.iter().all(|w| *w >= 0.0) && weights.iter().sum::<f64>() > 0.0 {
        return Ok(weights);
    }
    Err(spec.wrong("weights", &Param::from(weights), "not negative and of a positive sum"))
}

fn cumulated(weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let add = |w: &f64| {
        sum += w / total;
        sum
    };
    weights.iter().map(add).collect()
}

impl PointSampler for Choice {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        let options = rows(KIND, &self.options, d)?;
        let equal = || cumulated(&vec![1.0; options.nrows()]);
        let cumulated = self.cumulated.clone().unwrap_or_else(equal);
        if cumulated.len() != options.nrows() {
            let (found, expected) = (vec![cumulated.len()], vec![options.nrows()]);
            return Err(SampleError::Shape { what: "weights of `Choice`", found, expected });
        }
        let last = options.nrows() - 1;
        let mut draw = || {
            let u = rng.random_sample();
            cumulated.partition_point(|c| *c < u).min(last)
        };
        let chosen: Vec<usize> = (0..n).map(|_| draw()).collect();
        Ok(options.select(ndarray::Axis(0), &chosen))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::points, *};

    #[test]
    fn points_are_chosen_whole_and_by_weight() {
        let spec = Spec::new(KIND)
            .with("options", vec![1.0, 2.0, 3.0, 4.0])
            .with("weights", vec![3.0, 1.0]);
        let points = points(spec, 1000, Some(2), 3);
        assert!(points.rows().into_iter().all(|p| p[1] == p[0] + 1.0));
        let n_first = points.column(0).iter().filter(|x| **x == 1.0).count();
        assert!((n_first as f64 - 750.0).abs() < 60.0, "{n_first}");
    }

    #[test]
    fn options_must_fill_points() {
        let choice = Choice::among(&[1.0, 2.0, 3.0]);
        let error = choice.sample(1, Some(2), &mut RandomState::new(0)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`Choice` holds 3 numbers, which are no points of 2 dimensions"
        );
    }
}
