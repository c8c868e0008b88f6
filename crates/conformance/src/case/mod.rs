//! Closed-form cases: a model as text, and what must come out of it, from outside the code.
//!
//! ```text
//! # what holds                                  the comments above the model; said where it does not
//! source closed form of tau dv/dt = -v          where the expected numbers come from
//! steps 200                                     how long to run
//! model dt=0.0001 seed=0 "decay"                the model; see `pontine_core_ir::model`
//! mechanism Decay {                             a mechanism may stand in lines of its own,
//!     …
//! }                                             up to a brace at the beginning of a line
//! …
//! expect "p.v" at 200 = [-61.3] +- 1e-6                     one row of samples
//! expect "p.v"[0] follows "-65 + exp(-t / 0.02)" +- 1e-9    all samples of one element; t in s
//! expect "p.spikes" spikes [[201, 0], [402, 0, 2]]          all spikes: step, index, count if not 1
//! expect "p.v" taken at [0, 3, 5]                           the steps of all samples
//! ```

mod check;
mod read;

use pontine_core_ir::{ExpressionFunction, Model};

pub use check::Mismatch;
pub use read::parse_model;

/// A model and what must come out of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The name: that of its file.
    pub name: String,
    /// What holds, in a sentence or two: the comments above the model.
    pub holds: String,
    /// Where the expected numbers come from.
    pub source: String,
    /// How many steps to run.
    pub n_steps: u64,
    /// The model.
    pub model: Model,
    /// What must come out of it.
    pub expectations: Vec<Expectation>,
}

/// One line of what must come out.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The line in the case's text, from 1.
    pub line: usize,
    /// The path of the record.
    pub record: String,
    /// What is expected of it.
    pub expected: Expected,
}

/// What is expected of one record.
#[derive(Clone, Debug)]
pub enum Expected {
    /// One row of samples.
    Row {
        /// The step at whose end it is taken.
        step: u64,
        /// Its numbers.
        values: Vec<f64>,
        /// The largest difference that is allowed.
        tolerance: f64,
    },
    /// All samples of one element.
    Course {
        /// The element's place in the row.
        element: usize,
        /// A function of the time `t`, s.
        closed_form: ExpressionFunction,
        /// The largest difference that is allowed.
        tolerance: f64,
    },
    /// All spikes: step, index, count.
    Spikes(Vec<(u64, u32, u32)>),
    /// The steps of all samples.
    Taken(Vec<u64>),
}

/// Why a text is not a case.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{case}:{line}: {message}")]
pub struct CaseError {
    /// The case's name.
    pub case: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

macro_rules! texts {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../cases/", $folder, $name, ".case")))),*]
    };
}

/// Names and texts of the smallest cases, each of which only one fault breaks.
pub const FIRST: &[(&str, &str)] = texts! { "first/":
    "a_delay_counts_whole_steps",
    "a_membrane_resets_to_v_reset",
    "a_multapse_counts_each_synapse",
    "a_parameter_belongs_to_its_cell",
    "a_refractory_period_counts_whole_steps",
    "a_spike_counts_as_often_as_it_is_named",
    "a_synapse_leads_where_it_is_told",
    "a_weight_keeps_its_sign",
    "an_initial_value_is_where_a_state_begins",
    "no_spike_is_lost",
};

/// Names and texts of all other cases.
pub const SHIPPED: &[(&str, &str)] = texts! { "":
    "blocks_of_products",
    "conditions_of_a_mechanism",
    "copies_through_indices",
    "current_input_to_a_cell",
    "decay",
    "delay_of_one_and_of_many_steps",
    "delta_jumps_before_the_threshold",
    "delta_jumps_are_lost_while_refractory",
    "dense_products",
    "epsp",
    "epsp_of_equal_time_constants",
    "event_multiplicity",
    "euler",
    "events_read_as_dense",
    "exponential_euler",
    "exposed_state_is_read_in_its_step",
    "filters_end_at_zero",
    "function_of_time",
    "function_of_time_and_vector",
    "functions_of_the_language",
    "interspike_interval",
    "learned_products",
    "lowpass_step_response",
    "multapses_add_up",
    "numbers_of_drawn_synapses",
    "one_step_delay_filter",
    "order_of_accesses",
    "order_of_one_sum",
    "order_of_products",
    "outer_products",
    "parameters_from_index",
    "recording_intervals",
    "recording_subsets",
    "refractory_steps",
    "runge_kutta",
    "runge_kutta_in_parts",
    "sparse_products",
    "spike_list",
    "sums_of_many_incs",
    "synapses_by_list",
    "synapses_by_rule",
    "two_receptors",
    "units_of_the_nef",
    "values_of_synapses",
    "weights_of_products",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_shipped_and_whole() {
        for (folder, shipped) in [("cases/first", FIRST), ("cases", SHIPPED)] {
            let names: BTreeSet<String> = shipped.iter().map(|(n, _)| (*n).to_owned()).collect();
            assert_eq!(names, files(folder));
            for (name, text) in shipped {
                let case = Case::parse(name, text).unwrap();
                case.model.validate().unwrap();
                assert!(!case.holds.is_empty(), "{name} does not say what holds");
                assert!(!case.expectations.is_empty(), "{name} expects nothing");
            }
        }
    }

    fn files(folder: &str) -> BTreeSet<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
            .collect()
    }
}
