//! What is wrong with objects of the NEF before anything is built: names that nobody offers, parameters
//! that their kinds do not take, rules where they cannot stand.

use pontine_core_ir::{
    Connection, ConnectionId, ConnectionOptions, EndObject, EnsembleOptions, Network, NodeOutput,
    Path, Samples, Spec, Transform, inventory,
    network::{NetworkFault, Paths},
    registry::{CheckEntry, LookupError},
};
use pontine_nef::{points::sampler, process, solver, synapse as synapses};

use crate::{
    nef::{DIRECT, Learner, NO_FILTER, NO_INPUT, NeuronType, RuleSite},
    refusal::Refusal,
    registry::{learning_kinds, synapse_kinds},
};

inventory::submit! {
    CheckEntry { name: "objects of the NEF", check, place: module_path!() }
}

fn check(network: &Network, paths: &Paths) -> Vec<NetworkFault> {
    let mut check = Check { faults: Vec::new() };
    for (id, subnetwork) in network.subnetworks.iter() {
        let (path, config) = (&paths[id.into()], &subnetwork.config);
        check.ensemble(path, &config.ensemble);
        check.options(path, &config.connection);
        check.synapse(path, config.probe_synapse.iter().flatten());
        check.solver(path, config.probe_solver.as_ref());
    }
    for (id, ensemble) in network.ensembles.iter() {
        check.ensemble(&paths[id.into()], &ensemble.options);
    }
    for (id, node) in network.nodes.iter() {
        if let NodeOutput::Process(spec) = &node.output {
            check.take(&paths[id.into()], "", process_of_node(spec, node.size_in));
        }
    }
    for (id, connection) in network.connections.iter() {
        check.connection(network, id, connection, &paths[id.into()]);
    }
    for id in network.projections.ids() {
        check.rules(network, Learner::Projection(id), &paths[id.into()]);
    }
    for (id, probe) in network.probes.iter() {
        let path = &paths[id.into()];
        check.synapse(path, probe.synapse.iter().flatten());
        check.solver(path, probe.solver.as_ref());
    }
    check.faults
}

struct Check {
    faults: Vec<NetworkFault>,
}

impl Check {
    fn take(&mut self, path: &Path, what: &'static str, checked: Result<(), Refusal>) {
        let fault = checked.err().map(|refusal| refusal.described(path.clone(), what));
        self.faults.extend(fault);
    }

    fn ensemble(&mut self, path: &Path, options: &EnsembleOptions) {
        for (what, samples) in [
            ("encoders", &options.encoders),
            ("intercepts", &options.intercepts),
            ("max rates", &options.max_rates),
            ("evaluation points", &options.eval_points),
            ("gains", &options.gain),
            ("biases", &options.bias),
        ] {
            self.samples(path, what, samples.as_ref());
        }
        if let Some(spec) = options.neuron_type.as_ref().filter(|spec| spec.kind != DIRECT) {
            self.take(path, "", NeuronType::resolve(spec).map(drop));
        }
        if let Some(spec) = options.noise.iter().flatten().next() {
            self.take(path, "", process(spec));
        }
    }

    fn samples(&mut self, path: &Path, what: &'static str, samples: Option<&Samples>) {
        if let Some(Samples::Distribution(spec)) = samples {
            self.take(path, what, distribution(spec));
        }
    }

    fn options(&mut self, path: &Path, options: &ConnectionOptions) {
        self.synapse(path, options.synapse.iter().flatten());
        self.solver(path, options.solver.as_ref());
        self.samples(path, "evaluation points", options.eval_points.as_ref());
    }

    fn synapse<'s>(&mut self, path: &Path, specs: impl Iterator<Item = &'s Spec>) {
        specs.for_each(|spec| self.take(path, "", synapse(spec)));
    }

    fn solver(&mut self, path: &Path, spec: Option<&Spec>) {
        let check = |spec| solver::solver(spec).map(drop).map_err(Refusal::from);
        let weights = |spec| solver::for_weights(spec).map(drop).map_err(Refusal::from);
        let checked = spec.map_or(Ok(()), |spec| check(spec).and_then(|()| weights(spec)));
        self.take(path, "solver", checked);
    }

    fn connection(
        &mut self,
        network: &Network,
        id: ConnectionId,
        connection: &Connection,
        path: &Path,
    ) {
        self.options(path, &connection.options);
        if let Transform::Drawn { distribution: spec, .. }
        | Transform::DrawnSparse { distribution: spec, .. } = &connection.transform
        {
            self.take(path, "transform", distribution(spec));
        }
        self.take(path, "", decoded(network, id));
        self.rules(network, Learner::Connection(id), path);
    }

    fn rules(&mut self, network: &Network, learner: Learner, path: &Path) {
        let names = learner.rule_names(network);
        for (rule, name) in learner.rules(network).iter().zip(names) {
            let site = RuleSite { network, learner, spec: &rule.spec };
            match learning_kinds().get(&rule.spec.kind) {
                Ok(entry) => self.take(&path.part(&name), "", (entry.check)(&site)),
                Err(source) => self.take(path, "", Err(source.into())),
            }
        }
    }
}

/// What a connection asks of its decoders.
fn decoded(network: &Network, id: ConnectionId) -> Result<(), Refusal> {
    let connection = &network.connections[id];
    let EndObject::Ensemble(pre) = connection.pre.object else { return Ok(()) };
    if network.ensembles.get(pre).is_none()
        || network.ensemble_params(pre).neuron_type.kind == DIRECT
    {
        return Ok(());
    }
    match connection.transform {
        Transform::Identity | Transform::Dense(_) | Transform::Drawn { .. } => {}
        Transform::Sparse(_) | Transform::DrawnSparse { .. } | Transform::Convolution(_) => {
            return Err(SPARSE.into());
        }
    }
    let weights = solver::for_weights(&network.connection_params(id).solver).unwrap_or(false);
    let leads_on = matches!(connection.post.object, EndObject::Ensemble(_));
    if weights && !leads_on { Err(WEIGHTS.into()) } else { Ok(()) }
}

/// Why some transforms do not stand behind decoders.
pub(crate) const SPARSE: &str = "a sparse transform or a convolution cannot stand behind decoders";

/// Where weights between single neurons can be solved for.
pub(crate) const WEIGHTS: &str =
    "a solver with `weights` leads from an ensemble to an ensemble only";

fn distribution(spec: &Spec) -> Result<(), Refusal> {
    Ok(sampler(spec).map(drop)?)
}

fn process(spec: &Spec) -> Result<(), Refusal> {
    process::seed(spec)?;
    Ok(process::process(spec).map(drop)?)
}

/// A synapse is a process too, the only one with an input.
fn process_of_node(spec: &Spec, size_in: usize) -> Result<(), Refusal> {
    match (synapse_kinds().get(&spec.kind).is_ok(), size_in) {
        (true, 0) => Err(NO_INPUT.into()),
        (true, _) => synapse(spec),
        (false, 0) => process(spec),
        (false, _) => process(spec).and(Err(NO_FILTER.into())),
    }
}

/// Parameters of synapses of other crates are looked at when they are built.
pub(crate) fn synapse(spec: &Spec) -> Result<(), Refusal> {
    let known = synapse_kinds().get(&spec.kind).map(drop);
    known.map_err(|error: LookupError| Refusal::from(error))?;
    if synapses::KINDS.contains(&spec.kind.as_str()) {
        synapses::check(spec)?;
    }
    Ok(())
}
