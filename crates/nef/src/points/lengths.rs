//! `SqrtBeta(n, m=1)`, `SubvectorLength(dimensions, subdimensions=1)` and
//! `CosineSimilarity(dimensions)`: how long parts of random unit vectors are.

use ndarray::Array2;
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Choice, PointSampler, PointsEntry, filled};
use crate::{beta::Beta, samples::SampleError};

inventory::submit! {
    PointsEntry { kind: "SqrtBeta", make: |spec| Ok(Box::new(SqrtBeta::from_spec(spec)?)), place: module_path!() }
}
inventory::submit! {
    PointsEntry { kind: "SubvectorLength", make: |spec| Ok(Box::new(subvector_length(spec)?)), place: module_path!() }
}
inventory::submit! {
    PointsEntry { kind: "CosineSimilarity", make: |spec| Ok(Box::new(CosineSimilarity::from_spec(spec)?)), place: module_path!() }
}

/// The square root of a number of the beta distribution with parameters m/2 and n/2: the length of
/// m coordinates of a random unit vector of m + n.
///
/// # Examples
/// ```
/// use pontine_nef::points::SqrtBeta;
/// // One of two coordinates is a sine of a random angle.
/// let sine = SqrtBeta { n: 1, m: 1 };
/// assert!((sine.cdf(0.5) - 1.0 / 3.0).abs() < 1e-14);
/// assert!((sine.ppf(1.0 / 3.0) - 0.5).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SqrtBeta {
    /// Coordinates left out, at least 1.
    pub n: u32,
    /// Coordinates whose length it is, at least 1.
    pub m: u32,
}

impl SqrtBeta {
    /// Length of `m` of `dimensions` coordinates of a random unit vector.
    pub fn of_subvector(dimensions: u32, m: u32) -> Self {
        Self { n: dimensions.saturating_sub(m), m }
    }

    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["n", "m"])?;
        Ok(Self { n: at_least_one(spec, "n", None)?, m: at_least_one(spec, "m", Some(1))? })
    }

    /// Density at a length `x`.
    pub fn pdf(&self, x: f64) -> f64 {
        if (0.0..=1.0).contains(&x) { 2.0 * self.beta().density_of_square(x) } else { 0.0 }
    }

    /// Probability of a length of at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        self.beta().incomplete(x.max(0.0).powi(2))
    }

    /// The length below which a share `p` lies.
    pub fn ppf(&self, p: f64) -> f64 {
        self.beta().inverse(p).sqrt()
    }

    fn beta(&self) -> Beta {
        Beta::of_halves(self.m, self.n)
    }
}

fn subvector_length(spec: &Spec) -> Result<SqrtBeta, SpecError> {
    spec.check_names(&["dimensions", "subdimensions"])?;
    let dimensions = at_least_one(spec, "dimensions", None)?;
    let m = at_least_one(spec, "subdimensions", Some(1))?;
    if m < dimensions {
        return Ok(SqrtBeta::of_subvector(dimensions, m));
    }
    Err(spec.wrong("subdimensions", &f64::from(m).into(), "less than `dimensions`"))
}

fn at_least_one(spec: &Spec, name: &'static str, default: Option<u32>) -> Result<u32, SpecError> {
    if let Some(default) = default
        && !spec.params.contains_key(name)
    {
        return Ok(default);
    }
    let n = spec.count(name)?;
    u32::try_from(n)
        .ok()
        .filter(|n| (1..=1 << 24).contains(n))
        .ok_or_else(|| spec.wrong(name, &(n as f64).into(), "from 1 to 2^24"))
}

impl PointSampler for SqrtBeta {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        let (a, b) = (f64::from(self.m) / 2.0, f64::from(self.n) / 2.0);
        Ok(filled(n, d.unwrap_or(1), || rng.beta(a, b).sqrt()))
    }
}

/// The cosine of the angle between two random vectors: one coordinate of a random unit vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CosineSimilarity {
    /// Dimensions of the vectors, at least 2.
    pub dimensions: u32,
}

impl CosineSimilarity {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["dimensions"])?;
        let dimensions = at_least_one(spec, "dimensions", None)?;
        if dimensions < 2 {
            return Err(spec.wrong("dimensions", &1.0.into(), "at least 2"));
        }
        Ok(Self { dimensions })
    }

    /// Density at `x`.
    pub fn pdf(&self, x: f64) -> f64 {
        self.length().pdf(x.abs()) / 2.0
    }

    /// Probability of at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        0.5 + 0.5 * self.length().cdf(x.abs()).copysign(x)
    }

    /// The number below which a share `p` lies.
    pub fn ppf(&self, p: f64) -> f64 {
        let centred = 2.0 * p - 1.0;
        self.length().ppf(centred.abs()).copysign(centred)
    }

    fn length(&self) -> SqrtBeta {
        SqrtBeta::of_subvector(self.dimensions, 1)
    }
}

impl PointSampler for CosineSimilarity {
    /// All signs are drawn before all lengths.
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        let columns = d.unwrap_or(1);
        let signs = Choice::among(&[1.0, -1.0]).sample(n * columns, None, rng)?;
        let mut numbers = self.length().sample(n, Some(columns), rng)?;
        numbers.iter_mut().zip(&signs).for_each(|(number, sign)| *number *= sign);
        Ok(numbers)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_of_three_coordinates_is_uniform() {
        let height = CosineSimilarity { dimensions: 3 };
        for x in [-0.9, -0.1, 0.0, 0.5] {
            assert!((height.cdf(x) - (x + 1.0) / 2.0).abs() < 1e-14, "{x}");
            assert!((height.pdf(x) - 0.5).abs() < 1e-14, "{x}");
        }
    }

    #[test]
    fn a_part_is_smaller_than_the_whole() {
        let spec = Spec::new("SubvectorLength").with("dimensions", 4.0).with("subdimensions", 4.0);
        let error = subvector_length(&spec).unwrap_err().to_string();
        assert!(error.ends_with("`subdimensions` is 4.0, but must be less than `dimensions`"));
    }

    proptest! {
        #[test]
        fn ppf_undoes_cdf(n in 1u32..300, m in 1u32..300, p in 1e-6..0.999f64) {
            let length = SqrtBeta { n, m };
            prop_assert!((length.cdf(length.ppf(p)) - p).abs() < 1e-9);
        }

        #[test]
        fn the_density_is_the_slope(n in 1u32..40, m in 1u32..40, x in 0.1..0.9f64) {
            let length = SqrtBeta { n, m };
            let slope = (length.cdf(x + 1e-6) - length.cdf(x - 1e-6)) / 2e-6;
            prop_assert!((slope - length.pdf(x)).abs() < 1e-5 * length.pdf(x).max(1.0));
        }

        #[test]
        fn cosines_are_symmetric(dimensions in 2u32..100, p in 0.01..0.99f64) {
            let cosine = CosineSimilarity { dimensions };
            prop_assert!((cosine.ppf(p) + cosine.ppf(1.0 - p)).abs() < 1e-9);
            prop_assert!((cosine.cdf(cosine.ppf(p)) - p).abs() < 1e-9);
        }
    }
}
