//! Model to text.

use std::fmt::{self, Display, Formatter};

use super::super::{
    Deliver, First, Model, Neurons, OperatorKind, Record, RecordTarget, Role, Signal, SignalKind,
    SpikeList, SynapseModel,
};
use crate::{
    connectivity::{Connectivity, Factors, Window},
    id::{Id, SignalId},
    registry,
    value::Value,
};

impl Display for Model {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "model dt={:?} seed={} {:?}", self.dt, self.seed, self.label)?;
        self.print_mechanisms(f)?;
        self.print_synapses(f)?;
        for (id, signal) in self.signals.iter() {
            print_signal(f, id, signal)?;
        }
        for (_, op) in self.operators.iter() {
            write!(f, "operator {:?} {} {}", op.path.as_str(), op.part, op.kind.name())?;
            print_kind(f, &op.kind)?;
            writeln!(f)?;
        }
        for group in self.merged.groups() {
            write!(f, "merged")?;
            for (i, id) in group.iter().enumerate() {
                let (path, part) = self.operators[*id].key();
                write!(f, "{} {:?} {part}", if i == 0 { "" } else { ";" }, path.as_str())?;
            }
            writeln!(f)?;
        }
        for (_, record) in self.records.iter() {
            self.print_record(f, record)?;
        }
        for (name, tensor) in &self.built {
            writeln!(f, "built {name:?} {:?} = {:?}", tensor.shape(), tensor.data())?;
        }
        Ok(())
    }
}

impl Model {
    /// Mechanisms of the model that no linked crate offers under their name with the same text.
    fn print_mechanisms(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut printed = std::collections::BTreeSet::new();
        for (_, op) in self.operators.iter() {
            let OperatorKind::Neurons(neurons) = &op.kind else { continue };
            let mechanism = &neurons.mechanism;
            let offered = registry::mechanism(&mechanism.name).is_ok_and(|m| *m == **mechanism);
            if !offered && printed.insert(&mechanism.name) {
                writeln!(f, "mechanism {:?}", mechanism.source())?;
            }
        }
        Ok(())
    }

    /// Synapses of the model that no linked crate offers under their name with the same text.
    fn print_synapses(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut printed = std::collections::BTreeSet::new();
        for (_, op) in self.operators.iter() {
            let OperatorKind::Deliver(Deliver { synapse: Some(model), .. }) = &op.kind else {
                continue;
            };
            let synapse = &model.synapse;
            let offered = registry::synapse(&synapse.name).is_ok_and(|s| s == *synapse);
            if !offered && printed.insert(&synapse.name) {
                writeln!(f, "synapse {:?}", synapse.source())?;
            }
        }
        Ok(())
    }

    fn print_record(&self, f: &mut Formatter<'_>, record: &Record) -> fmt::Result {
        write!(f, "record {:?} ", record.path.as_str())?;
        match record.target {
            RecordTarget::Events(signal) => write!(f, "events {}", Sig(signal))?,
            RecordTarget::Signal(signal) => write!(f, "signal {}", Sig(signal))?,
            RecordTarget::State(operator, state) => {
                let op = &self.operators[operator];
                let OperatorKind::Neurons(neurons) = &op.kind else { return Err(fmt::Error) };
                write!(f, "state {:?} {}", op.path.as_str(), neurons.mechanism.states[state].name)?;
            }
        }
        if let Some(subset) = &record.subset {
            write!(f, " subset={subset:?}")?;
        }
        let first = if record.first == First::Zero { "zero" } else { "first_step" };
        writeln!(f, " every={:?} first={first} unit={:?}", record.every, record.unit)
    }
}

struct Sig(SignalId);

impl Display for Sig {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0.index())
    }
}

fn print_signal(f: &mut Formatter<'_>, id: SignalId, signal: &Signal) -> fmt::Result {
    write!(f, "signal {} {:?} ", Sig(id), signal.path.as_str())?;
    if let SignalKind::Events { amplitude } = signal.kind {
        return writeln!(f, "events [{}] amplitude={amplitude:?}", signal.len());
    }
    let role = match signal.role {
        Role::Constant => "constant",
        Role::Parameter => "parameter",
        Role::State => "state",
        Role::Temporary => "temporary",
    };
    writeln!(f, "dense {:?} {role} = {:?}", signal.initial.shape(), signal.initial.data())
}

fn print_kind(f: &mut Formatter<'_>, kind: &OperatorKind) -> fmt::Result {
    match kind {
        OperatorKind::Time { time } => write!(f, " -> {}", Sig(*time)),
        OperatorKind::Reset { target, value } => write!(f, " {} {value:?}", Sig(*target)),
        OperatorKind::Copy { source, source_index, target, target_index, inc } => {
            write!(f, " {}", Sig(*source))?;
            print_index(f, source_index.as_deref())?;
            write!(f, " -> {}", Sig(*target))?;
            print_index(f, target_index.as_deref())?;
            f.write_str(if *inc { " inc" } else { " set" })
        }
        OperatorKind::ElementwiseInc { a, x, y }
        | OperatorKind::DotInc { a, x, y }
        | OperatorKind::OuterInc { a, x, y } => {
            write!(f, " {} * {} -> {}", Sig(*a), Sig(*x), Sig(*y))
        }
        OperatorKind::SparseInc { a, entries, x, y } => {
            write!(f, " {} * {} -> {} ", Sig(*a), Sig(*x), Sig(*y))?;
            f.debug_list().entries(entries.iter().map(|(row, column)| [row, column])).finish()
        }
        OperatorKind::Filter(filter) => {
            write!(
                f,
                " {} -> {} decay={:?} gain={:?}",
                Sig(filter.input),
                Sig(filter.output),
                filter.decay,
                filter.gain
            )
        }
        OperatorKind::Function { function, time, x, y } => {
            write!(f, " {:?}", function.to_string())?;
            print_option(f, "t", *time)?;
            print_option(f, "x", *x)?;
            write!(f, " -> {}", Sig(*y))
        }
        OperatorKind::Host { host, x, y } => {
            write!(f, " {:?}", host.name())?;
            print_option(f, "x", *x)?;
            write!(f, " -> {}", Sig(*y))
        }
        OperatorKind::Neurons(neurons) => print_neurons(f, neurons),
        OperatorKind::SpikeList(list) => print_list(f, list),
        OperatorKind::Deliver(deliver) => print_deliver(f, deliver),
    }
}

fn print_index(f: &mut Formatter<'_>, index: Option<&[u32]>) -> fmt::Result {
    index.map_or(Ok(()), |index| write!(f, "{index:?}"))
}

fn print_option(f: &mut Formatter<'_>, name: &str, signal: Option<SignalId>) -> fmt::Result {
    signal.map_or(Ok(()), |signal| write!(f, " {name}={}", Sig(signal)))
}

fn print_neurons(f: &mut Formatter<'_>, neurons: &Neurons) -> fmt::Result {
    let m = &neurons.mechanism;
    write!(f, " {} {}", neurons.n, m.name)?;
    for (parameter, value) in m.parameters.iter().zip(&neurons.parameters) {
        if *value != Value::Const(parameter.default) {
            write!(f, " {}={value}", parameter.name)?;
        }
    }
    for (state, value) in m.states.iter().zip(&neurons.initial) {
        if let Some(value) = value {
            write!(f, "; init {}={value}", state.name)?;
        }
    }
    let named = |name: &String, signal: &Option<SignalId>| signal.map(|s| (name.clone(), s));
    let inputs = m.inputs.iter().zip(&neurons.inputs).filter_map(|(i, s)| named(&i.name, s));
    let receptors =
        m.receptors.iter().zip(&neurons.receptors).filter_map(|(r, s)| named(&r.name, s));
    let outputs = m.outputs.iter().zip(&neurons.outputs).map(|(o, s)| (o.name.clone(), *s));
    let exposed = neurons.exposed.iter().map(|(i, s)| (m.states[*i].name.clone(), *s));
    let all = inputs.map(|p| ("input", p)).chain(receptors.map(|p| ("receptor", p)));
    for (what, (name, signal)) in
        all.chain(outputs.map(|p| ("output", p))).chain(exposed.map(|p| ("expose", p)))
    {
        write!(f, "; {what} {name}={}", Sig(signal))?;
    }
    Ok(())
}

fn print_list(f: &mut Formatter<'_>, list: &SpikeList) -> fmt::Result {
    let cells: Vec<_> = list.starts.windows(2).map(|w| &list.steps[w[0]..w[1]]).collect();
    write!(f, " {} {cells:?}", Sig(list.output))
}

fn print_deliver(f: &mut Formatter<'_>, deliver: &Deliver) -> fmt::Result {
    write!(f, " {} -> {}", Sig(deliver.source), Sig(deliver.target))?;
    match &deliver.connectivity {
        Connectivity::Rule(rule) => {
            write!(f, " rule {} {} -> {}", rule.spec, Win(&rule.source), Win(&rule.target))?;
            if rule.same_cells {
                f.write_str(" same_cells")?;
            }
        }
        Connectivity::List(list) => {
            let pairs: Vec<_> =
                list.source.iter().zip(&list.target).map(|(s, t)| [*s, *t]).collect();
            write!(f, " list {pairs:?}")?;
            if let Some(weights) = &list.weight {
                write!(f, " weights={weights:?}")?;
            }
            if let Some(delays) = &list.delay {
                write!(f, " delays={delays:?}")?;
            }
        }
        Connectivity::Factored(factors) => {
            f.write_str(" factored")?;
            print_factors(f, factors)?;
        }
        Connectivity::Blocks(blocks) => {
            f.write_str(" blocks")?;
            for (i, block) in blocks.iter().enumerate() {
                let separator = if i == 0 { "" } else { ";" };
                write!(f, "{separator} {} -> {}", Win(&block.source), Win(&block.target))?;
                print_factors(f, &block.factors)?;
            }
        }
    }
    write!(f, " weight={} delay={}", deliver.weight, deliver.delay)?;
    deliver.synapse.as_ref().map_or(Ok(()), |model| print_synapse(f, model))
}

fn print_synapse(f: &mut Formatter<'_>, model: &SynapseModel) -> fmt::Result {
    let synapse = &model.synapse;
    write!(f, " synapse {} dendritic={:?}", synapse.name, model.dendritic)?;
    print_option(f, "post", model.post)?;
    for (parameter, value) in synapse.parameters().iter().zip(&model.parameters) {
        if *value != Value::Const(parameter.default) {
            write!(f, "; parameter {}={value}", parameter.name)?;
        }
    }
    for (state, value) in synapse.states().iter().skip(1).zip(&model.initial) {
        if let Some(value) = value {
            write!(f, "; init {}={value}", state.name)?;
        }
    }
    Ok(())
}

fn print_factors(f: &mut Formatter<'_>, factors: &Factors) -> fmt::Result {
    print_option(f, "encoders", factors.encoders)?;
    print_option(f, "transform", factors.transform)?;
    print_option(f, "decoders", Some(factors.decoders))
}

struct Win<'a>(&'a Window);

impl Display for Win<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Window::All(n) => write!(f, "{n}"),
            Window::Some(indices) => write!(f, "{indices:?}"),
        }
    }
}
