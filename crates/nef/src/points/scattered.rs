//! `ScatteredHypersphere(surface=false, min_magnitude=0, base=QuasirandomSequence, method="sct-approx")`:
//! Nengo's default points and encoders.

mod angles;
mod table;
mod tfww;

use std::sync::Arc;

use ndarray::{Array2, s};
use pontine_core_ir::{Param, Spec, SpecError, inventory, registry::LookupError};
use pontine_rng::RandomState;

use super::{
    PointSampler, PointsEntry, QuasirandomSequence, dimensions, filled, min_magnitude, sampler,
};
use crate::{linear, samples::SampleError};

const KIND: &str = "ScatteredHypersphere";

inventory::submit! {
    PointsEntry { kind: KIND, make: |spec| Ok(Box::new(ScatteredHypersphere::from_spec(spec)?)), place: module_path!() }
}

/// Points that fill the unit ball, or its surface, more evenly than independent ones.
///
/// A quasi-random sequence in the unit cube is mapped to the sphere, whose points are rotated at
/// random. In one dimension the sequence itself is scaled and mirrored.
///
/// # References
/// Fang & Wang (1994), *Number-theoretic methods in statistics*, section 1.5.
#[derive(Clone, Debug)]
pub struct ScatteredHypersphere {
    /// On the surface only.
    pub surface: bool,
    /// Points of the ball are at least so long.
    pub min_magnitude: f64,
    /// Draws the points of the cube.
    pub base: Arc<dyn PointSampler>,
    /// How they are mapped.
    pub mapping: Mapping,
}

/// From the unit cube of d - 1 dimensions to the unit sphere of d.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// `sct`: angles by the inverses of their distribution functions, then coordinates.
    Angles,
    /// `sct-approx`, the default: the same, interpolated in tables.
    AnglesByTable,
    /// `tfww`: the squared lengths of pairs of coordinates, and an angle for each pair.
    Pairs,
}

impl ScatteredHypersphere {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["surface", "min_magnitude", "base", "method"])?;
        Ok(Self {
            surface: spec.bool_or("surface", false)?,
            min_magnitude: min_magnitude(spec)?,
            base: base(spec)?,
            mapping: mapping(spec)?,
        })
    }

    fn on_the_line(&self, n: usize, rng: &mut RandomState) -> Result<Array2<f64>, SampleError> {
        if self.surface {
            let points = self.base.sample(n, Some(1), rng)?;
            return Ok(points.mapv(|x| sign(x - 0.5)));
        }
        let positive = self.base.sample(n / 2, Some(1), rng)?;
        let negative = self.base.sample(n - n / 2, Some(1), rng)?;
        let scale = |x: &f64| x * (1.0 - self.min_magnitude) + self.min_magnitude;
        let mut points: Vec<f64> =
            positive.iter().map(scale).chain(negative.iter().map(|x| -scale(x))).collect();
        rng.shuffle(&mut points);
        Ok(Array2::from_shape_fn((n, 1), |(i, _)| points[i]))
    }

    /// The share of the cube that is mapped to angles, and the radius of each point.
    fn cube(
        &self,
        n: usize,
        d: usize,
        rng: &mut RandomState,
    ) -> Result<(Array2<f64>, Vec<f64>), SampleError> {
        if self.surface {
            return Ok((self.base.sample(n, Some(d - 1), rng)?, vec![1.0; n]));
        }
        let cube = self.base.sample(n, Some(d), rng)?;
        let innermost = self.min_magnitude.powi(d as i32);
        let radius = |x: &f64| (x * (1.0 - innermost) + innermost).powf(1.0 / d as f64);
        let radii = cube.column(d - 1).iter().map(radius).collect();
        Ok((cube.slice(s![.., ..d - 1]).to_owned(), radii))
    }
}

impl PointSampler for ScatteredHypersphere {
    fn sample(
        &self,
        n: usize,
        d: Option<usize>,
        rng: &mut RandomState,
    ) -> Result<Array2<f64>, SampleError> {
        let d = dimensions(KIND, d)?;
        if d == 1 {
            return self.on_the_line(n, rng);
        }
        let (cube, radii) = self.cube(n, d, rng)?;
        let mut points = self.mapping.on_the_sphere(cube);
        for (mut row, radius) in points.rows_mut().into_iter().zip(radii) {
            row *= radius;
        }
        let normal = filled(d, d, || rng.standard_normal());
        Ok(linear::product(points.view(), linear::nearest_rotation(normal.view()).view()))
    }
}

/// 0 at 0, as NumPy has it.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

fn base(spec: &Spec) -> Result<Arc<dyn PointSampler>, SpecError> {
    match spec.params.get("base") {
        None => Ok(Arc::new(QuasirandomSequence)),
        Some(Param::Spec(base)) => match sampler(base) {
            Ok(base) => Ok(base.into()),
            Err(LookupError::Spec(error)) => Err(error),
            Err(_) => Err(spec.wrong("base", &Param::Spec(base.clone()), "a known distribution")),
        },
        Some(other) => Err(spec.wrong("base", other, "a distribution")),
    }
}

fn mapping(spec: &Spec) -> Result<Mapping, SpecError> {
    match spec.params.get("method") {
        None => Ok(Mapping::AnglesByTable),
        Some(Param::Text(text)) if text == "sct-approx" => Ok(Mapping::AnglesByTable),
        Some(Param::Text(text)) if text == "sct" => Ok(Mapping::Angles),
        Some(Param::Text(text)) if text == "tfww" => Ok(Mapping::Pairs),
        Some(other) => Err(spec.wrong("method", other, "`sct`, `sct-approx` or `tfww`")),
    }
}

impl Mapping {
    fn on_the_sphere(self, cube: Array2<f64>) -> Array2<f64> {
        match self {
            Self::Angles => angles::on_the_sphere(cube, angles::exact),
            Self::AnglesByTable => angles::on_the_sphere(cube, |dims| {
                let table = table::Angles::of(dims);
                move |y| table.at(y)
            }),
            Self::Pairs => tfww::on_the_sphere(cube.view()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::check::{lengths, points},
        *,
    };

    /// Second of three rows of Nengo 4.1 with `RandomState(5)`; 28 dimensions lie between tables.
    #[test]
    fn points_are_nengos() {
        let check = |surface: bool, d, expected: &[f64]| {
            let points = points(Spec::new(KIND).with("surface", surface), 3, Some(d), 5);
            for (found, expected) in points.row(1).iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{d}: {found} {expected}");
            }
        };
        check(true, 2, &[-0.07423822839720384, -0.9972405353997827]);
        check(false, 3, &[-0.3950873803515298, -0.20584795159923763, -0.5057146838091267]);
        check(true, 29, &[-0.047003463452387435, 0.21683226697682578, 0.29586927626590104]);
    }

    #[test]
    fn points_of_one_dimension_are_nengos_bit_by_bit() {
        let points = points(Spec::new(KIND), 5, Some(1), 5);
        let nengo = [
            -0.16466116810877485,
            -0.4979945014421081,
            -0.8313278347754415,
            0.22199317108973948,
            0.7219931710897395,
        ];
        assert_eq!(points.into_raw_vec_and_offset().0, nengo);
    }

    #[test]
    fn encoders_of_one_dimension_are_half_positive() {
        let encoders = points(Spec::new(KIND).with("surface", true), 50, Some(1), 9);
        assert_eq!(encoders.iter().filter(|&&x| x == 1.0).count(), 25);
        assert_eq!(encoders.iter().filter(|&&x| x == -1.0).count(), 25);
    }

    #[test]
    fn points_of_one_dimension_keep_their_distance_from_0() {
        let points = points(Spec::new(KIND).with("min_magnitude", 0.5), 101, Some(1), 9);
        assert!(points.iter().all(|x| (0.5..=1.0).contains(&x.abs())));
        assert_eq!(points.iter().filter(|x| **x > 0.0).count(), 50);
    }

    #[test]
    fn points_of_the_surface_have_length_1() {
        for d in [2, 3, 7, 40] {
            let points = points(Spec::new(KIND).with("surface", true), 100, Some(d), 2);
            assert!(lengths(&points).iter().all(|l| (l - 1.0).abs() < 1e-13), "{d}");
        }
    }

    /// The mean and the covariance of the uniform distribution on the sphere are 0 and 1/d; a
    /// scattered sample keeps much closer to them than n independent points would.
    #[test]
    fn points_of_the_surface_have_the_moments_of_the_sphere() {
        for d in [2, 3, 5, 16] {
            let n = 2000;
            let points = points(Spec::new(KIND).with("surface", true), n, Some(d), 5);
            let mean = points.sum_axis(ndarray::Axis(0)) / n as f64;
            let covariance = points.t().dot(&points) / n as f64;
            let off = covariance - Array2::<f64>::eye(d) / d as f64;
            let largest = |numbers: &mut dyn Iterator<Item = &f64>| {
                numbers.fold(0.0, |m: f64, x| m.max(x.abs()))
            };
            assert!(largest(&mut mean.iter()) < 0.01, "{d}: {mean}");
            assert!(largest(&mut off.iter()) < 0.02, "{d}: {off}");
        }
    }

    #[test]
    fn radii_fill_the_ball_evenly() {
        let points = points(Spec::new(KIND), 1000, Some(3), 5);
        for share in [0.1, 0.5, 0.9f64] {
            let inner = lengths(&points).iter().filter(|&&l| l < share.cbrt()).count();
            assert!((inner as f64 - 1000.0 * share).abs() < 3.0, "{share}: {inner}");
        }
    }
}
