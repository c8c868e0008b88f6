//! `Piecewise(times, values, interpolation="zero")`: values at given times, and between them.

use ndarray::{Array1, Array2};
use pontine_core_ir::{Param, Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{
    Process, ProcessEntry, ProcessError, ProcessStep, carries_nothing, n_rows, spline::Spline,
};

const KIND: &str = "Piecewise";

inventory::submit! {
    ProcessEntry { kind: KIND, make: |spec| Ok(Box::new(Piecewise::from_spec(spec)?)), place: module_path!() }
}

/// A signal given at some times. Before the first of them it is 0; after the last too, unless values
/// just stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Piecewise {
    /// The times, s, ascending.
    pub times: Vec<f64>,
    /// A row for each, one after the other.
    pub values: Vec<f64>,
    /// What stands between.
    pub interpolation: Interpolation,
}

/// What stands between given times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// `zero`: the value before.
    Zero,
    /// `nearest`: the nearer value.
    Nearest,
    /// `linear` or `slinear`: a line.
    Linear,
    /// `quadratic`: a spline of degree 2.
    Quadratic,
    /// `cubic`: a spline of degree 3.
    Cubic,
}

impl Piecewise {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["times", "values", "interpolation"])?;
        let times = numbers(spec, "times")?;
        if times.is_empty() || !times.is_sorted_by(|a, b| a < b) {
            return Err(spec.wrong("times", &Param::from(times), "ascending times"));
        }
        Ok(Self { times, values: numbers(spec, "values")?, interpolation: interpolation(spec)? })
    }

    fn spline(&self, degree: usize, rows: &Array2<f64>) -> Result<Spline, ProcessError> {
        Spline::new(degree, &self.times, rows.view()).ok_or_else(|| ProcessError::Parameter {
            kind: KIND,
            name: "the number of times",
            found: self.times.len() as f64,
            expected: format!("more than {degree}"),
        })
    }
}

fn numbers(spec: &Spec, name: &'static str) -> Result<Vec<f64>, SpecError> {
    match spec.params.get(name) {
        Some(Param::Array(numbers)) if numbers.iter().all(|x| x.is_finite()) => {
            Ok(numbers.to_vec())
        }
        Some(other) => Err(spec.wrong(name, other, "finite numbers")),
        None => Err(SpecError::Missing { kind: spec.kind.clone(), name }),
    }
}

fn interpolation(spec: &Spec) -> Result<Interpolation, SpecError> {
    let known = [
        ("zero", Interpolation::Zero),
        ("nearest", Interpolation::Nearest),
        ("linear", Interpolation::Linear),
        ("slinear", Interpolation::Linear),
        ("quadratic", Interpolation::Quadratic),
        ("cubic", Interpolation::Cubic),
    ];
    let Some(given) = spec.params.get("interpolation") else { return Ok(Interpolation::Zero) };
    let found = known.iter().find(|(word, _)| *given == Param::from(*word));
    found.map(|(_, interpolation)| *interpolation).ok_or_else(|| {
        let expected = "`zero`, `nearest`, `linear`, `slinear`, `quadratic` or `cubic`";
        spec.wrong("interpolation", given, expected)
    })
}

impl Process for Piecewise {
    fn default_size(&self) -> usize {
        (self.values.len() / self.times.len()).max(1)
    }

    fn start(
        &self,
        dt: f64,
        size: usize,
        _: RandomState,
    ) -> Result<Box<dyn ProcessStep>, ProcessError> {
        let rows =
            Array2::from_shape_vec((n_rows(KIND, &self.values, size)?, size), self.values.clone());
        let rows = rows.ok().filter(|rows| rows.nrows() == self.times.len());
        let n_numbers = self.values.len();
        let rows = rows.ok_or(ProcessError::Rows { kind: KIND, n_numbers, size })?;
        let between = match self.interpolation {
            Interpolation::Zero => Between::Standing(dt / 2.0),
            Interpolation::Nearest => Between::Nearest,
            Interpolation::Linear => Between::Line,
            Interpolation::Quadratic => Between::Spline(self.spline(2, &rows)?),
            Interpolation::Cubic => Between::Spline(self.spline(3, &rows)?),
        };
        Ok(Box::new(Steps { times: self.times.clone(), rows, between }))
    }
}

enum Between {
    /// The value before, looked at so much later, so that rounding does not matter.
    Standing(f64),
    Nearest,
    Line,
    Spline(Spline),
}

struct Steps {
    times: Vec<f64>,
    rows: Array2<f64>,
    between: Between,
}

impl Steps {
    /// The row at a time; 0 if there is none.
    fn at(&self, t: f64) -> Option<Array1<f64>> {
        let (times, row) = (&self.times, |i: usize| self.rows.row(i));
        if let Between::Standing(late) = self.between {
            let n_before = times.partition_point(|time| *time < t + late);
            return (n_before > 0).then(|| row(n_before - 1).to_owned());
        }
        if !(times[0]..=times[times.len() - 1]).contains(&t) {
            return None;
        }
        let right = times.partition_point(|time| *time < t).max(1).min(times.len() - 1);
        let left = right.saturating_sub(1);
        Some(match &self.between {
            Between::Spline(spline) => spline.at(t),
            Between::Nearest => {
                let middle = times[left] + (times[right] - times[left]) / 2.0;
                row(if t <= middle { left } else { right }).to_owned()
            }
            Between::Line | Between::Standing(_) => {
                let width = times[right] - times[left];
                let share = if width > 0.0 { (t - times[left]) / width } else { 0.0 };
                &row(left) + &((&row(right) - &row(left)) * share)
            }
        })
    }
}

impl ProcessStep for Steps {
    fn step(&mut self, time_s: f64, output: &mut [f64]) -> Result<(), ProcessError> {
        match self.at(time_s) {
            None => output.fill(0.0),
            Some(row) => output.iter_mut().zip(&row).for_each(|(y, value)| *y = *value),
        }
        Ok(())
    }

    carries_nothing!();
}

#[cfg(test)]
mod tests {
    use super::{super::check::steps, *};

    fn signal(interpolation: &str) -> Vec<f64> {
        let spec = Spec::new(KIND)
            .with("times", vec![0.002, 0.004])
            .with("values", vec![1.0, 3.0])
            .with("interpolation", interpolation);
        steps(&spec, 5, 1, 0)
    }

    #[test]
    fn values_stand_or_are_joined() {
        assert_eq!(signal("zero"), [0.0, 1.0, 1.0, 3.0, 3.0]);
        assert_eq!(signal("nearest"), [0.0, 1.0, 1.0, 3.0, 0.0]);
        assert!((signal("linear")[2] - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_parabola_needs_three_points() {
        let piecewise = Piecewise {
            times: vec![0.0, 1.0],
            values: vec![0.0, 1.0],
            interpolation: Interpolation::Quadratic,
        };
        let error = piecewise.start(1e-3, 1, RandomState::new(0)).err().unwrap();
        let expected = "`Piecewise`: the number of times is 2, but must be more than 2";
        assert_eq!(error.to_string(), expected);
    }
}
