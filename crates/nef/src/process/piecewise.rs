//! `Piecewise(times, values, interpolation="zero")`: values at given times, and between them.
//!
//! Values are numbers, a row for each time, or functions of the time `t` (s) as one text, with `;` between
//! those of different times and `,` between elements: `"sin(8 * t), 0; 0.5, t"`. A function stands until the
//! next time.
//!
//! ```
//! use pontine_core_ir::Spec;
//! use pontine_nef::process::{Steps, run};
//! let spec = Spec::new("Piecewise").with("times", vec![0.0, 0.2]).with("values", "10 * t; 5");
//! let samples = run(&spec, 0.3, Steps { dt: 0.1, ..Steps::default() })?;
//! assert_eq!(samples.into_raw_vec_and_offset().0, [1.0, 5.0, 5.0]);
//! # Ok::<(), pontine_nef::process::AloneError>(())
//! ```

use std::sync::Arc;

use ndarray::{Array1, Array2};
use pontine_core_ir::{Function, NativeCode, Param, Spec, SpecError, inventory};
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
    /// What stands at each.
    pub values: Pieces,
    /// What stands between.
    pub interpolation: Interpolation,
}

/// What stands at given times.
#[derive(Clone, Debug, PartialEq)]
pub enum Pieces {
    /// A row of numbers for each, one after the other.
    Numbers(Vec<f64>),
    /// A function of time for each, all of one size; only where values just stand.
    Functions(Vec<Function>),
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
        let interpolation = interpolation(spec)?;
        let values = match spec.params.get("values") {
            Some(Param::Text(text)) => Pieces::Functions(functions(spec, text, times.len())?),
            _ => Pieces::Numbers(numbers(spec, "values")?),
        };
        if matches!(values, Pieces::Functions(_)) && interpolation != Interpolation::Zero {
            let given = spec.params.get("interpolation").cloned().unwrap_or(Param::Bool(false));
            return Err(spec.wrong("interpolation", &given, "`zero` where values are functions"));
        }
        Ok(Self { times, values, interpolation })
    }

    /// Functions, each from its time on.
    fn standing(
        &self,
        functions: &[Function],
        dt: f64,
        size: usize,
    ) -> Result<Box<dyn ProcessStep>, ProcessError> {
        let n_numbers: usize = functions.iter().map(Function::size_out).sum();
        if functions.iter().any(|function| function.size_out() != size) {
            return Err(ProcessError::Rows { kind: KIND, n_numbers, size });
        }
        let code = functions.iter().filter_map(Function::code).collect();
        Ok(Box::new(Standing { times: self.times.clone(), code, late: dt / 2.0 }))
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

/// One for each time, all of one size.
fn functions(spec: &Spec, text: &str, n: usize) -> Result<Vec<Function>, SpecError> {
    let wrong = |expected| spec.wrong("values", &text.into(), expected);
    let function = |text| Function::expression(text, 0).map_err(|_| wrong("functions of `t`"));
    let functions = text.split(';').map(function).collect::<Result<Vec<_>, _>>()?;
    let sizes = functions.iter().map(Function::size_out);
    if sizes.clone().any(|size| Some(size) != sizes.clone().next()) {
        return Err(wrong("functions that give as many numbers each"));
    }
    if functions.len() != n { Err(wrong("one function for each time")) } else { Ok(functions) }
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
        match &self.values {
            Pieces::Numbers(numbers) => (numbers.len() / self.times.len()).max(1),
            Pieces::Functions(functions) => functions.first().map_or(1, Function::size_out),
        }
    }

    fn start(
        &self,
        dt: f64,
        size: usize,
        _: RandomState,
    ) -> Result<Box<dyn ProcessStep>, ProcessError> {
        let numbers = match &self.values {
            Pieces::Numbers(numbers) => numbers,
            Pieces::Functions(functions) => return self.standing(functions, dt, size),
        };
        let rows = Array2::from_shape_vec((n_rows(KIND, numbers, size)?, size), numbers.clone());
        let rows = rows.ok().filter(|rows| rows.nrows() == self.times.len());
        let n_numbers = numbers.len();
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

struct Standing {
    times: Vec<f64>,
    code: Vec<Arc<NativeCode>>,
    late: f64,
}

impl ProcessStep for Standing {
    fn step(&mut self, time_s: f64, output: &mut [f64]) -> Result<(), ProcessError> {
        match self.times.partition_point(|time| *time < time_s + self.late) {
            0 => output.fill(0.0),
            n_before => self.code[n_before - 1](&[time_s], output),
        }
        Ok(())
    }

    carries_nothing!();
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

    /// As nengo.processes.Piecewise({0: lambda t: sin(8 t), 0.2: 0.5, 0.4: lambda t: t}) has them.
    #[test]
    fn functions_stand_until_the_next_time() {
        let spec =
            Spec::new(KIND).with("times", vec![0.0, 0.2, 0.4]).with("values", "sin(8 * t); 0.5; t");
        let steps = super::super::Steps { dt: 0.1, ..Default::default() };
        let samples = super::super::run_steps(&spec, 6, steps).unwrap();
        let expected = [0.71735609, 0.5, 0.5, 0.4, 0.5, 0.6];
        for (found, expected) in samples.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-8, "{found} is not {expected}");
        }
    }

    #[test]
    fn functions_are_as_many_as_times_and_of_one_size() {
        let told = |values: &str, expected: &str| {
            let spec = Spec::new(KIND).with("times", vec![0.0, 1.0]).with("values", values);
            let error = Piecewise::from_spec(&spec).unwrap_err().to_string();
            assert!(error.ends_with(&format!("must be {expected}")), "{error}");
        };
        told("t", "one function for each time");
        told("t; t, 1", "functions that give as many numbers each");
        told("t; x", "functions of `t`");
        let joined = Spec::new(KIND).with("times", vec![0.0]).with("values", "t");
        let error = Piecewise::from_spec(&joined.with("interpolation", "linear")).unwrap_err();
        assert!(error.to_string().ends_with("must be `zero` where values are functions"));
    }

    #[test]
    fn a_parabola_needs_three_points() {
        let piecewise = Piecewise {
            times: vec![0.0, 1.0],
            values: Pieces::Numbers(vec![0.0, 1.0]),
            interpolation: Interpolation::Quadratic,
        };
        let error = piecewise.start(1e-3, 1, RandomState::new(0)).err().unwrap();
        let expected = "`Piecewise`: the number of times is 2, but must be more than 2";
        assert_eq!(error.to_string(), expected);
    }
}
