//! `PDF(x, p)`: numbers with a density given at points.

use ndarray::Array2;
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{PointSampler, PointsEntry, filled, numbers};
use crate::samples::SampleError;

inventory::submit! {
    PointsEntry { kind: "PDF", make: |spec| Ok(Box::new(Pdf::from_spec(spec)?)), place: module_path!() }
}

/// Each coordinate by the inverse of the distribution function, linear between `x`.
///
/// The distribution function at `x_i` is `p_0 + … + p_(i-1) + p_i / 2`; beyond the ends it is cut
/// off.
#[derive(Clone, Debug, PartialEq)]
pub struct Pdf {
    /// Where the density is given, ascending.
    pub x: Vec<f64>,
    /// The distribution function there.
    cumulated: Vec<f64>,
}

impl Pdf {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["x", "p"])?;
        let (x, p) = (numbers(spec, "x")?, numbers(spec, "p")?);
        let wrong = |name: &str, values: &[f64], expected| {
            Err(spec.wrong(name, &values.to_vec().into(), expected))
        };
        match () {
            () if p.len() != x.len() || p.is_empty() => {
                wrong("p", &p, "one number for each of `x`")
            }
            () if (p.iter().sum::<f64>() - 1.0).abs() > 1e-8 => wrong("p", &p, "numbers of sum 1"),
            () => Ok(Self { cumulated: at_midpoints(&p), x }),
        }
    }

    fn inverse(&self, y: f64) -> f64 {
        let (c, x) = (&self.cumulated, &self.x);
        let right = c.partition_point(|c| *c <= y);
        match right {
            0 => x[0],
            right if right == c.len() => x[right - 1],
            right => {
                let slope = (x[right] - x[right - 1]) / (c[right] - c[right - 1]);
                slope * (y - c[right - 1]) + x[right - 1]
            }
        }
    }
}

/// Means of the sums before and after each share.
fn at_midpoints(p: &[f64]) -> Vec<f64> {
    let mut before = 0.0;
    let midpoint = |p: &f64| {
        let after = before + p;
        let midpoint = (before + after) / 2.0;
        before = after;
        midpoint
    };
    p.iter().map(midpoint).collect()
}

impl PointSampler for Pdf {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        Ok(filled(n, d.unwrap_or(1), || self.inverse(rng.uniform(0.0, 1.0))))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::points, *};

    #[test]
    fn numbers_have_the_density() {
        let spec = Spec::new("PDF").with("x", vec![0.0, 1.0, 2.0]).with("p", vec![0.25, 0.5, 0.25]);
        let numbers = points(spec, 4000, None, 2);
        let mean = numbers.mean().unwrap();
        assert!((mean - 1.0).abs() < 0.05, "{mean}");
        assert!(numbers.iter().all(|x| (0.0..=2.0).contains(x)));
    }

    #[test]
    fn shares_must_be_all() {
        let spec = Spec::new("PDF").with("x", vec![0.0, 1.0]).with("p", vec![0.5, 0.4]);
        let error = Pdf::from_spec(&spec).unwrap_err().to_string();
        assert_eq!(error, "`PDF`: `p` is [0.5, 0.4], but must be numbers of sum 1");
    }
}
