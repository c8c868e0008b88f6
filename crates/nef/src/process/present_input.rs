//! `PresentInput(inputs, presentation_time)`: given rows, each for some time.

use std::sync::Arc;

use pontine_core_ir::{Param, Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Process, ProcessEntry, ProcessError, ProcessStep, carries_nothing, n_rows, positive};

const KIND: &str = "PresentInput";

inventory::submit! {
    ProcessEntry { kind: KIND, make: |spec| Ok(Box::new(PresentInput::from_spec(spec)?)), place: module_path!() }
}

/// Rows in turn, from the first again after the last.
#[derive(Clone, Debug, PartialEq)]
pub struct PresentInput {
    /// The rows, one after the other.
    pub inputs: Arc<[f64]>,
    /// How long each of them stands, s.
    pub presentation_time: f64,
}

impl PresentInput {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["inputs", "presentation_time"])?;
        let inputs = match spec.params.get("inputs") {
            Some(Param::Array(inputs)) if inputs.iter().all(|x| x.is_finite()) => inputs.clone(),
            Some(other) => return Err(spec.wrong("inputs", other, "finite numbers")),
            None => return Err(SpecError::Missing { kind: spec.kind.clone(), name: "inputs" }),
        };
        Ok(Self { inputs, presentation_time: positive(spec, "presentation_time")? })
    }
}

impl Process for PresentInput {
    fn start(
        &self,
        dt: f64,
        size: usize,
        _: RandomState,
    ) -> Result<Box<dyn ProcessStep>, ProcessError> {
        let n_rows = n_rows(KIND, &self.inputs, size)?;
        Ok(Box::new(Steps { process: self.clone(), n_rows, dt }))
    }
}

struct Steps {
    process: PresentInput,
    n_rows: usize,
    dt: f64,
}

impl ProcessStep for Steps {
    fn step(&mut self, time_s: f64, output: &mut [f64]) -> Result<(), ProcessError> {
        // A hair more, so that a quotient that rounding put below a whole number counts as it.
        let shown = (time_s - self.dt) / self.process.presentation_time + 1e-7;
        let row = shown as usize % self.n_rows;
        output.copy_from_slice(&self.process.inputs[row * output.len()..][..output.len()]);
        Ok(())
    }

    carries_nothing!();
}

#[cfg(test)]
mod tests {
    use super::{super::check::steps, *};

    #[test]
    fn rows_stand_for_their_time() {
        let spec = Spec::new(KIND)
            .with("inputs", vec![1.0, 2.0, 3.0, 4.0])
            .with("presentation_time", 0.002);
        let shown = steps(&spec, 5, 2, 0);
        assert_eq!(shown, [1.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 4.0, 1.0, 2.0]);
    }

    #[test]
    fn numbers_must_make_up_rows() {
        let process = PresentInput { inputs: [1.0, 2.0, 3.0].into(), presentation_time: 0.1 };
        let error = process.start(1e-3, 2, RandomState::new(0)).err().unwrap();
        let expected = "`PresentInput` holds 3 numbers, which are no rows of 2 elements";
        assert_eq!(error.to_string(), expected);
    }
}
