//! The oracle with one fault: in the model that it is given, or in what it hands over.

mod running;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use pontine_conformance::Oracle;
use pontine_core_ir::{
    Connectivity, Model, SynapseList, Value,
    model::{Deliver, Neurons, OperatorKind, SpikeList},
    port::{Backend, Capability, CompileError, CompileOptions, Estimate, Simulation},
};

use running::{Errs, Running};

/// One fault, and the check that names it.
pub struct Fault {
    pub name: &'static str,
    /// The check of the group `first` that fails.
    pub check: &'static str,
    /// A part of what it says.
    pub told: &'static str,
    place: Place,
}

/// Where a fault sits.
enum Place {
    /// Another model is run.
    Model(fn(&mut Model)),
    /// The simulation errs.
    Running(Errs),
}

pub const FAULTS: &[Fault] = &[
    Fault {
        name: "delays are a step too long",
        check: "a_delay_counts_whole_steps",
        told: "[0] is 1 at step 5, not 0",
        place: Place::Model(|model| delays(model, |delay, dt| delay + dt)),
    },
    Fault {
        name: "delays are a step too short",
        check: "a_delay_counts_whole_steps",
        told: "[1] is 1 at step 7, not 0",
        place: Place::Model(|model| delays(model, |delay, dt| (delay - dt).max(dt))),
    },
    Fault {
        name: "spikes reset the potential to the initial one",
        check: "a_membrane_resets_to_v_reset",
        told: "[0] is -60 at step 3, not -70",
        place: Place::Model(|model| parameters(model, "v_reset", |_| -60.0)),
    },
    Fault {
        name: "refractory periods are a step too long",
        check: "a_refractory_period_counts_whole_steps",
        told: "[0] is 0 at step 5, not 1",
        place: Place::Model(|model| {
            let dt = 1e3 * model.dt;
            parameters(model, "tau_refrac", |tau| tau + dt);
        }),
    },
    Fault {
        name: "of more than eight spikes in a step the rest is lost",
        check: "no_spike_is_lost",
        told: "`count`: [0] is 16 at step 20, not 24",
        place: Place::Model(|model| lists(model, |cells| only_so_many_in_a_step(cells, 8))),
    },
    Fault {
        name: "the last recorded spike is lost",
        check: "no_spike_is_lost",
        told: "`spikes`: has spikes [",
        place: Place::Running(Errs::LosesTheLastSpike),
    },
    Fault {
        name: "of several synapses of one pair the first is kept",
        check: "a_multapse_counts_each_synapse",
        told: "[0] is 1 at step 10, not 7",
        place: Place::Model(|model| synapses(model, one_of_each_pair)),
    },
    Fault {
        name: "several spikes of a cell in one step are one",
        check: "a_spike_counts_as_often_as_it_is_named",
        told: "[0] is 1.5 at step 10, not 3",
        place: Place::Model(|model| lists(model, |cells| cells.iter_mut().for_each(Vec::dedup))),
    },
    Fault {
        name: "weights have no sign",
        check: "a_weight_keeps_its_sign",
        told: "[0] is 7 at step 10, not -3",
        place: Place::Model(|model| synapses(model, |list| weights(list, f64::abs))),
    },
    Fault {
        name: "sources and targets are exchanged",
        check: "a_synapse_leads_where_it_is_told",
        told: "[0] is 1 at step 10, not 0",
        place: Place::Model(exchanged),
    },
    Fault {
        name: "all cells have the first one's parameters",
        check: "a_parameter_belongs_to_its_cell",
        told: "[1] is 4 at step 4, not 8",
        place: Place::Model(|model| {
            neurons(model, |neurons| {
                neurons.parameters.iter_mut().for_each(of_the_first);
            })
        }),
    },
    Fault {
        name: "states begin as their mechanism says",
        check: "an_initial_value_is_where_a_state_begins",
        told: "[0] is 2 at step 2, not 0.25",
        place: Place::Model(|model| neurons(model, |neurons| neurons.initial.fill(None))),
    },
    Fault {
        name: "a reset keeps the states",
        check: "a_reset_begins_again",
        told: "counts after a reset in step 6, beside those of a new simulation: [3.0, ",
        place: Place::Running(Errs::KeepsStates),
    },
    Fault {
        name: "each run begins anew",
        check: "a_run_goes_on_where_the_last_ended",
        told: "counts in runs of 3, 1 and 4 steps, beside those of 8: [0.0, 0.0, 0.0, 1.0], not [",
        place: Place::Running(Errs::ForgetsTheLastRun),
    },
];

/// The oracle with a fault.
pub struct Broken(pub &'static Fault);

impl Backend for Broken {
    fn name(&self) -> &str {
        self.0.name
    }

    fn capabilities(&self) -> BTreeSet<Capability> {
        Oracle.capabilities()
    }

    fn estimate(&self, model: &Model, options: &CompileOptions) -> Result<Estimate, CompileError> {
        Oracle.estimate(model, options)
    }

    fn compile(
        &self,
        model: &Model,
        options: &CompileOptions,
    ) -> Result<Box<dyn Simulation>, CompileError> {
        match self.0.place {
            Place::Model(alter) => {
                let mut altered = model.clone();
                alter(&mut altered);
                Oracle.compile(&altered, options)
            }
            Place::Running(errs) => {
                let inner = Oracle.compile(model, options)?;
                Ok(Box::new(Running { inner, model: model.clone(), errs }))
            }
        }
    }
}

fn delivers(model: &mut Model, mut alter: impl FnMut(&mut Deliver)) {
    for (_, op) in model.operators.iter_mut() {
        if let OperatorKind::Deliver(deliver) = &mut op.kind {
            alter(deliver);
        }
    }
}

fn neurons(model: &mut Model, mut alter: impl FnMut(&mut Neurons)) {
    for (_, op) in model.operators.iter_mut() {
        if let OperatorKind::Neurons(neurons) = &mut op.kind {
            alter(neurons);
        }
    }
}

fn delays(model: &mut Model, alter: fn(f64, f64) -> f64) {
    let dt_ms = 1e3 * model.dt;
    delivers(model, |deliver| each(&mut deliver.delay, |delay| alter(delay, dt_ms)));
}

fn parameters(model: &mut Model, name: &str, alter: impl Fn(f64) -> f64) {
    neurons(model, |neurons| {
        let named = neurons.mechanism.parameters.iter().position(|p| p.name == name);
        if let Some(i) = named {
            each(&mut neurons.parameters[i], &alter);
        }
    });
}

fn each(value: &mut Value, alter: impl Fn(f64) -> f64) {
    match value {
        Value::Const(number) => *number = alter(*number),
        Value::Dense(numbers) => *numbers = numbers.iter().map(|number| alter(*number)).collect(),
        Value::Distribution(_) | Value::Expression(_) => {}
    }
}

fn of_the_first(value: &mut Value) {
    if let Value::Dense(numbers) = value {
        *value = Value::Const(numbers[0]);
    }
}

fn synapses(model: &mut Model, alter: fn(&mut SynapseList)) {
    delivers(model, |deliver| {
        if let Connectivity::List(list) = &mut deliver.connectivity {
            alter(Arc::make_mut(list));
        }
    });
}

fn weights(list: &mut SynapseList, alter: fn(f64) -> f64) {
    list.weight.iter_mut().flatten().for_each(|weight| *weight = alter(*weight));
}

fn one_of_each_pair(list: &mut SynapseList) {
    let mut seen = BTreeSet::new();
    let pairs = list.source.iter().zip(&list.target);
    let kept: Vec<usize> =
        pairs.enumerate().filter(|(_, pair)| seen.insert(*pair)).map(|(i, _)| i).collect();
    let of = |column: &[f64]| kept.iter().map(|i| column[*i]).collect();
    *list = SynapseList {
        source: kept.iter().map(|i| list.source[*i]).collect(),
        target: kept.iter().map(|i| list.target[*i]).collect(),
        weight: list.weight.as_deref().map(of),
        delay: list.delay.as_deref().map(of),
    };
}

/// Where both sides are of one size: elsewhere it would be noticed at once.
fn exchanged(model: &mut Model) {
    let sizes = model.signals.clone();
    delivers(model, |deliver| {
        let is_square = sizes[deliver.source].len() == sizes[deliver.target].len();
        if let (Connectivity::List(list), true) = (&mut deliver.connectivity, is_square) {
            let list = Arc::make_mut(list);
            std::mem::swap(&mut list.source, &mut list.target);
        }
    });
}

/// Alters the steps in which each cell of a list spikes.
fn lists(model: &mut Model, alter: fn(&mut Vec<Vec<u64>>)) {
    for (_, op) in model.operators.iter_mut() {
        if let OperatorKind::SpikeList(list) = &mut op.kind {
            let mut cells =
                list.starts.windows(2).map(|w| list.steps[w[0]..w[1]].to_vec()).collect();
            alter(&mut cells);
            let ends = cells.iter().scan(0, |end, cell| {
                *end += cell.len();
                Some(*end)
            });
            let starts = std::iter::once(0).chain(ends).collect();
            *list = SpikeList { output: list.output, steps: cells.concat().into(), starts };
        }
    }
}

fn only_so_many_in_a_step(cells: &mut Vec<Vec<u64>>, limit: usize) {
    let mut sent = BTreeMap::<u64, usize>::new();
    for cell in cells {
        cell.retain(|step| {
            let sent = sent.entry(*step).or_default();
            *sent += 1;
            *sent <= limit
        });
    }
}
