//! `UniformHypersphere(surface=false, min_magnitude=0)`.

use ndarray::Array2;
use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{PointSampler, PointsEntry, dimensions, filled, min_magnitude};
use crate::samples::SampleError;

const KIND: &str = "UniformHypersphere";

inventory::submit! {
    PointsEntry { kind: KIND, make: |spec| Ok(Box::new(UniformHypersphere::from_spec(spec)?)), place: module_path!() }
}

/// Points independent and uniform in the unit ball, or on its surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UniformHypersphere {
    /// On the surface only.
    pub surface: bool,
    /// Points of the ball are at least so long.
    pub min_magnitude: f64,
}

impl UniformHypersphere {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["surface", "min_magnitude"])?;
        Ok(Self { surface: spec.bool_or("surface", false)?, min_magnitude: min_magnitude(spec)? })
    }
}

impl PointSampler for UniformHypersphere {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        let d = dimensions(KIND, d)?;
        let mut points = filled(n, d, || rng.standard_normal());
        for mut row in points.rows_mut() {
            let length = row.dot(&row).sqrt();
            row /= length;
        }
        if !self.surface {
            let innermost = self.min_magnitude.powi(d as i32);
            for mut row in points.rows_mut() {
                row *= rng.uniform(innermost, 1.0).powf(1.0 / d as f64);
            }
        }
        Ok(points)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::check::{lengths, points},
        *,
    };

    #[test]
    fn points_of_the_surface_have_length_1() {
        let points = points(Spec::new(KIND).with("surface", true), 50, Some(3), 1);
        assert!(lengths(&points).iter().all(|l| (l - 1.0).abs() < 1e-15));
    }

    #[test]
    fn radii_of_the_ball_fill_it_evenly() {
        let points = points(Spec::new(KIND), 4000, Some(3), 1);
        let inner = lengths(&points).iter().filter(|&&l| l < 0.5f64.cbrt()).count();
        assert!((inner as f64 - 2000.0).abs() < 4.0 * 1000f64.sqrt());
    }

    #[test]
    fn single_numbers_are_refused() {
        let error = UniformHypersphere { surface: true, min_magnitude: 0.0 }
            .sample(3, None, &mut RandomState::new(0))
            .unwrap_err();
        assert_eq!(error, SampleError::NeedsDimensions { kind: KIND });
    }
}
