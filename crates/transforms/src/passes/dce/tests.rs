//! What goes, and what stays.

use std::sync::Arc;

use pontine_core_ir::{
    Model, Path,
    model::{Operator, OperatorKind, Signal},
    port::{HostError, HostOperator, HostStep},
};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::{Pipeline, testing::models};

const SIGNALS: &str = "model dt=0.001 seed=0 \"\"\n\
    signal %0 \"a\" dense [1] temporary = [0.0]\n\
    signal %1 \"b\" dense [1] temporary = [0.0]\n\
    signal %2 \"c\" dense [1] state = [0.0]\n\
    signal %3 \"k\" dense [1] constant = [1.0]\n\
    operator \"set_a\" 0 reset %0 1.0\n\
    operator \"set_b\" 0 reset %1 0.0\n";

/// Two sources and a cell that nobody records.
const CELLS: &str = "model dt=0.0001 seed=0 \"\"\n\
    mechanism \"mechanism Cell { units population receptor r mV { on_spike(w) { v += w } } state v = 0 mV \
    spike when v >= 1 mV { v = 0 } }\"\n\
    signal %0 \"in\" events [1] amplitude=1.0\n\
    signal %1 \"sum\" dense [1] temporary = [0.0]\n\
    signal %2 \"out\" events [1] amplitude=1.0\n\
    operator \"list\" 0 spike_list %0 [[1]]\n\
    operator \"sum\" 0 reset %1 0.0\n\
    operator \"p\" 0 deliver %0 -> %1 list [[0, 0]] weight=1.0 delay=1.0\n\
    operator \"cell\" 0 neurons 1 Cell; receptor r=%1; output spikes=%2\n";

fn run(text: &str, model: Model) -> Model {
    Pipeline::parse(text).unwrap().apply_model(model, &mut ()).unwrap().0
}

fn operators(model: &Model) -> Vec<&str> {
    model.operators.iter().map(|(_, op)| op.path.as_str()).collect()
}

fn signals(model: &Model) -> Vec<&str> {
    model.signals.iter().map(|(_, signal)| signal.path.as_str()).collect()
}

#[track_caller]
fn check(lines: &str, expected_operators: &[&str], expected_signals: &[&str]) {
    let model = run("dce", Model::parse(&format!("{SIGNALS}{lines}")).unwrap());
    assert_eq!(operators(&model), expected_operators);
    assert_eq!(signals(&model), expected_signals);
}

#[test]
fn nothing_recorded_leaves_nothing() {
    check("operator \"f\" 0 filter %0 -> %2 decay=0.5 gain=0.5\n", &[], &[]);
}

#[test]
fn what_a_record_takes_stays_with_all_that_goes_into_it() {
    check(
        "operator \"f\" 0 filter %0 -> %2 decay=0.5 gain=0.5\n\
         operator \"unused\" 0 copy %2 -> %1 inc\n\
         record \"r\" signal %2 every=1.0 first=first_step unit=\"\"\n",
        &["set_a", "f"],
        &["a", "c"],
    );
}

#[test]
fn all_writers_of_a_live_signal_stay() {
    check(
        "operator \"inc\" 0 elementwise %3 * %0 -> %1\n\
         record \"r\" signal %1 every=1.0 first=first_step unit=\"\"\n",
        &["set_a", "set_b", "inc"],
        &["a", "b", "k"],
    );
}

#[test]
fn a_loop_through_a_filter_does_not_keep_itself() {
    check(
        "operator \"f\" 0 filter %0 -> %2 decay=0.5 gain=0.5\n\
         operator \"back\" 0 copy %2 -> %0 inc\n",
        &[],
        &[],
    );
}

#[derive(Debug)]
struct Sink;

impl HostOperator for Sink {
    fn name(&self) -> &str {
        "sink"
    }

    fn make_step(&self, _: f64, _: u64) -> Result<Box<dyn HostStep>, HostError> {
        Err("not run in this test".into())
    }
}

#[test]
fn hosts_and_what_they_read_stay() {
    let mut model = Model::parse(SIGNALS).unwrap();
    let y = model.signals.add(Signal::temporary(Path::from_text("y"), &[1]));
    let kind = OperatorKind::Host { host: Arc::new(Sink), x: model.signal("a"), y };
    model.operators.add(Operator { path: Path::from_text("host"), part: 0, kind });
    let model = run("dce", model);
    assert_eq!(operators(&model), ["set_a", "host"]);
    assert_eq!(signals(&model), ["a", "y"]);
}

#[test]
fn cells_stay_unless_told_otherwise() {
    let model = Model::parse(CELLS).unwrap();
    assert_eq!(run("dce", model.clone()), model);
    assert_eq!(operators(&run("dce{cells=true}", model)), [""; 0]);
}

#[test]
fn a_state_that_is_recorded_keeps_its_cell_and_its_sources() {
    let text = format!("{CELLS}record \"r\" state \"cell\" v every=1.0 first=zero unit=\"mV\"\n");
    let model = Model::parse(&text).unwrap();
    assert_eq!(run("dce{cells=true}", model.clone()), model);
}

proptest! {
    #[test]
    fn what_is_left_is_whole_recorded_and_has_nothing_to_remove(model in models()) {
        prop_assert!(model.validate().is_ok());
        let left = run("dce", model.clone());
        prop_assert_eq!(&left.records, &model.records);
        prop_assert_eq!(run("dce", left.clone()), left);
    }

    /// Against a scan for reachability, one round after the other.
    #[test]
    fn what_is_left_is_what_records_reach(model in models()) {
        let left = run("dce", model.clone());
        let record = |r: &pontine_core_ir::model::Record| match r.target {
            pontine_core_ir::model::RecordTarget::Signal(signal) => Some(signal),
            _ => None,
        };
        let mut seen: Vec<_> = model.records.iter().filter_map(|(_, r)| record(r)).collect();
        let mut live = Vec::new();
        for _ in 0..=model.operators.len() {
            for (id, op) in model.operators.iter() {
                let access = op.access(model.dt);
                let mut written = access.sets.iter().chain(&access.incs).chain(&access.updates);
                if written.any(|s| seen.contains(s)) {
                    seen.extend(access.reads);
                    live.push(id);
                }
            }
            seen.sort();
            seen.dedup();
        }
        live.sort();
        live.dedup();
        prop_assert_eq!(left.operators.ids().collect::<Vec<_>>(), live);
    }
}
