//! Random networks and models for tests of passes.

use pontine_core_ir::{
    Connection, Ensemble, Model, Network, Node, Path, Probe, ProbeTarget, Subnetwork, Tensor,
    model::{Filter, First, Operator, OperatorKind, Record, RecordTarget, Signal},
};
use proptest::{collection::vec, option, prelude::*};

/// Networks of ensembles, nodes, connections, probes and networks within, some with seeds.
pub(crate) fn networks() -> impl Strategy<Value = Network> {
    let object = (0..6_u8, option::weighted(0.3, any::<u32>()), any::<usize>(), any::<usize>());
    (option::of(any::<u32>()), vec(object, 0..20)).prop_map(|(seed, objects)| {
        let mut network = Network::new("random");
        network.root_mut().seed = seed;
        let first = network.add(Ensemble::new(5, 1));
        for (kind, seed, a, b) in objects {
            add(&mut network, kind, seed, a, b);
        }
        network.add(Probe::new(ProbeTarget::Decoded(first)));
        network
    })
}

fn add(network: &mut Network, kind: u8, seed: Option<u32>, a: usize, b: usize) {
    let pick = |n: usize, which: usize| which % n;
    let parents: Vec<_> = network.subnetworks.ids().collect();
    let parent = parents[pick(parents.len(), a)];
    let ensembles: Vec<_> = network.ensembles.ids().collect();
    let (pre, post) = (ensembles[pick(ensembles.len(), a)], ensembles[pick(ensembles.len(), b)]);
    match kind {
        0 => {
            let id = network.add_in(parent, Subnetwork::default());
            network.subnetworks[id].seed = seed;
        }
        1 => drop(network.add_in(parent, Ensemble { seed, ..Ensemble::new(5, 1) })),
        2 => drop(network.add_in(parent, Node { seed, ..Node::constant(vec![0.5]) })),
        3 => drop(network.add_in(parent, Probe::new(ProbeTarget::Decoded(pre)))),
        _ => drop(network.add_in(parent, Connection { seed, ..Connection::new(pre, post) })),
    }
}

/// Models of numbers that are reset, copied forwards and filtered back; some are recorded.
pub(crate) fn models() -> impl Strategy<Value = Model> {
    let op = (any::<bool>(), any::<usize>(), any::<usize>());
    (1_usize..8, vec(op, 0..16), vec(any::<usize>(), 0..3)).prop_map(|(n, ops, records)| {
        let mut model = Model::new("random", 1e-3, 0);
        let name = |kind: &str, i: usize| Path::from_text(&format!("{kind}#{i}"));
        for i in 0..n {
            let target = model.signals.add(Signal::temporary(name("s", i), &[1]));
            push(&mut model, name("reset", i), OperatorKind::Reset { target, value: 0.5 });
        }
        for (i, (is_filter, a, b)) in ops.into_iter().enumerate() {
            let signals: Vec<_> = model.signals.ids().collect();
            let input = signals[a % signals.len()];
            if is_filter {
                let output = model.signals.add(Signal::state(name("state", i), &[1]));
                let filter = Filter { input, output, decay: 0.5, gain: 0.5 };
                push(&mut model, name("filter", i), OperatorKind::Filter(filter));
            } else if a % n < b % n {
                // From an earlier to a later signal, so that there is an order.
                push(&mut model, name("copy", i), copy(signals[a % n], signals[b % n]));
            }
        }
        for (i, which) in records.into_iter().enumerate() {
            let signals: Vec<_> = model.signals.ids().collect();
            let target = RecordTarget::Signal(signals[which % signals.len()]);
            model.records.add(record(name("r", i), target));
        }
        model.built.insert("s#0.gain".into(), Tensor::scalar(1.0));
        model
    })
}

fn push(model: &mut Model, path: Path, kind: OperatorKind) {
    model.operators.add(Operator { path, part: 0, kind });
}

fn copy(source: pontine_core_ir::SignalId, target: pontine_core_ir::SignalId) -> OperatorKind {
    OperatorKind::Copy { source, source_index: None, target, target_index: None, inc: true }
}

fn record(path: Path, target: RecordTarget) -> Record {
    Record { path, target, subset: None, every: 1.0, first: First::FirstStep, unit: String::new() }
}
