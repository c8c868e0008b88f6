//! From a plan to the objects of a network.

use std::sync::Arc;

use pontine_core_ir::{
    Cells, Connection, Connector, EndObject, Endpoint, Ensemble, EnsembleId, ExpressionFunction,
    Factored, FactoredBlock, Function, Network, Node, NodeId, Population, PopulationId,
    PopulationView, Probe, ProbeTarget, Projection, Recorder, Spec, SynapseList, Tensor, Transform,
    ViewId,
};
use pontine_mechanism::lang::Argument;

use super::{Cell, Ends, Link, Neurons, RandomNetwork, Side, Source, Synapses, View, Wires};

/// Declares the plan's objects, within each kind in an order that `shuffle` chooses.
pub(super) fn build(plan: &RandomNetwork, shuffle: u64) -> Result<Network, String> {
    let mut draft = Draft { network: Network::new("random"), ..Draft::default() };
    draft.network.root_mut().seed = Some(1);
    let words = |error: pontine_core_ir::network::CellError| error.to_string();
    draft.populations = placed(&plan.populations, shuffle, |i, cell| {
        Ok(draft.network.add(population(i, cell).map_err(words)?))
    })?;
    draft.ensembles =
        placed(&plan.ensembles, shuffle, |i, neurons| Ok(draft.network.add(ensemble(i, neurons))))?;
    draft.nodes =
        placed(&plan.nodes, shuffle, |i, source| Ok(draft.network.add(node(i, source)?)))?;
    draft.views = placed(&plan.views, shuffle, |i, view| Ok(draft.view(i, view)))?;
    placed(&plan.projections, shuffle, |i, synapses| {
        draft.projection(i, synapses, plan);
        Ok(())
    })?;
    placed(&plan.connections, shuffle, |i, link| draft.connection(i, link, plan))?;
    draft.recorders(plan, shuffle)?;
    Ok(draft.network)
}

/// Does something with each item in an order chosen by `shuffle`; results by place of the item.
fn placed<T, R>(
    items: &[T],
    shuffle: u64,
    mut place: impl FnMut(usize, &T) -> Result<R, String>,
) -> Result<Vec<R>, String> {
    let key = |i: usize| (i as u64 + 1).wrapping_mul(shuffle.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&i| key(i));
    let mut results: Vec<(usize, R)> = Vec::new();
    for i in order {
        results.push((i, place(i, &items[i])?));
    }
    results.sort_by_key(|(i, _)| *i);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// A network in the making; ids by place in the plan.
struct Draft {
    network: Network,
    populations: Vec<PopulationId>,
    views: Vec<ViewId>,
    ensembles: Vec<EnsembleId>,
    nodes: Vec<NodeId>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            network: Network::new(""),
            populations: Vec::new(),
            views: Vec::new(),
            ensembles: Vec::new(),
            nodes: Vec::new(),
        }
    }
}

fn population(i: usize, cell: &Cell) -> Result<Population, pontine_core_ir::network::CellError> {
    let label = label("population", i);
    let population = match cell {
        Cell::Integrating { n, tau_m, start, .. } => {
            let population = Population::new("IF_curr_exp", *n)?
                .set("tau_m", tau_m.of_cells(*n, 5.0, 20.0))?
                .set("i_offset", 0.6)?;
            match start {
                Some(start) => population.start("v", start.of_cells(*n, -70.0, -50.0))?,
                None => population,
            }
        }
        Cell::Poisson { n, rate } => {
            Population::new("SpikeSourcePoisson", *n)?.set("rate", rate.of_cells(*n, 0.0, 400.0))?
        }
        Cell::Given(times) => {
            let mut population = Population::new("SpikeSourceArray", times.len())?;
            population.spike_times = Some(times.clone().into());
            population
        }
    };
    Ok(population.labelled(&label))
}

fn ensemble(i: usize, neurons: &Neurons) -> Ensemble {
    let mut ensemble = Ensemble::new(neurons.n, neurons.dimensions)
        .labelled(&label("ensemble", i))
        .seeded(neurons.seed);
    ensemble.options.n_eval_points = Some(60);
    ensemble.options.neuron_type = Some(Spec::new(if neurons.rate { "LIFRate" } else { "LIF" }));
    ensemble
}

fn node(i: usize, source: &Source) -> Result<Node, String> {
    let node = match source {
        Source::Constant(value) => Node::constant(vec![*value]),
        Source::Wave(frequency) => {
            Node::function(expression(&format!("sin({frequency:?} * t)"), "t", 1)?, 0)
        }
        Source::Passthrough(size) => Node::passthrough(*size),
    };
    Ok(node.labelled(&label("node", i)).seeded(i as u32))
}

fn expression(text: &str, argument: &str, size: usize) -> Result<Function, String> {
    let function = ExpressionFunction::parse(text, &[Argument::new(argument, size)], &[]);
    Ok(Function::Expression(Arc::new(function.map_err(|error| error.to_string())?)))
}

impl Draft {
    fn view(&mut self, i: usize, view: &View) -> ViewId {
        let population = self.populations[view.of % self.populations.len()];
        let n = self.network.populations[population].size as u32;
        let mut indices: Vec<u32> = (view.from as u32 % n..n).step_by(2).collect();
        if view.reversed {
            indices.reverse();
        }
        let label = Some(label("view", i));
        self.network.add(PopulationView { label, population, indices: indices.into() })
    }

    fn side(&self, side: &Side) -> Cells {
        match side {
            Side::View(k) if !self.views.is_empty() => self.views[k % self.views.len()].into(),
            Side::Neurons(k) if !self.ensembles.is_empty() => {
                Cells::Neurons(self.ensembles[k % self.ensembles.len()])
            }
            Side::Population(k) | Side::View(k) | Side::Neurons(k) => {
                self.populations[k % self.populations.len()].into()
            }
        }
    }

    fn is_integrating(&self, cells: Cells) -> bool {
        let population = self.network.population_of(cells);
        population.is_some_and(|id| self.network.populations[id].mechanism.name == "IF_curr_exp")
    }

    fn projection(&mut self, i: usize, plan: &Synapses, network: &RandomNetwork) {
        let (source, target) = (self.side(&plan.source), self.side(&plan.target));
        let spikes = match source {
            Cells::Neurons(id) => self.place(id).is_some_and(|k| !network.ensembles[k].rate),
            Cells::Population(_) | Cells::View(_) => true,
        };
        if !spikes || !self.is_integrating(target) {
            return;
        }
        let n = |cells| self.network.n_cells(cells).unwrap_or(0);
        let Some(connector) = connector(&plan.connector, n(source), n(target)) else { return };
        let (receptor, sign) =
            if plan.inhibitory { ("inhibitory", -1.0) } else { ("excitatory", 1.0) };
        let is_product = matches!(connector, Connector::Factored(_) | Connector::Blocks(_));
        let (mut weight, mut delay) = (plan.weight, plan.delay);
        if is_product {
            weight.make_constant();
            delay.make_constant();
        }
        let learns = matches!(plan.connector, Wires::Factored(_, true));
        let (low, high) = if plan.inhibitory { (-2.0, -0.1) } else { (0.1, 2.0 * sign) };
        self.network.add(Projection {
            label: Some(label("projection", i)),
            source,
            target,
            receptor: receptor.into(),
            connector,
            weight: weight.of_synapses(low, high),
            delay: delay.of_synapses(1.0, 9.0),
            // Nothing tells it an error, but one that is told 1 learns by itself.
            learning: if learns { vec![Spec::new("Voja").into()] } else { Vec::new() },
            synapse: None,
        });
    }

    fn place(&self, id: EnsembleId) -> Option<usize> {
        self.ensembles.iter().position(|e| *e == id)
    }

    fn connection(&mut self, i: usize, plan: &Link, network: &RandomNetwork) -> Result<(), String> {
        let Some((pre, post)) = self.ends(plan, network) else { return Ok(()) };
        let size = |end: &Endpoint, pre| self.network.size_of(&end.object, pre).unwrap_or(0);
        let (size_in, size_out) = (size(&pre, true), size(&post, false));
        let function = match (&pre.object, plan.which) {
            (EndObject::Ensemble(_), 0) => None,
            (EndObject::Ensemble(_), 1) => Some(expression("x[0] * x[0]", "x", size_in)?),
            (EndObject::Ensemble(_), 2) => {
                Some(expression("sin(x[0]), abs(x[0]) - 0.5", "x", size_in)?)
            }
            _ => None,
        };
        let size_mid = function.as_ref().map_or(size_in, Function::size_out);
        let mut connection =
            Connection::new(pre, post).labelled(&label("connection", i)).seeded(plan.seed);
        connection.function = function;
        connection.transform = Transform::Dense(matrix(size_out, size_mid, plan));
        connection.options.synapse = Some(match plan.ends {
            Ends::EnsembleToReceptor => None,
            _ => Some(Spec::new("Lowpass").with("tau", plan.tau)),
        });
        self.network.add(connection);
        Ok(())
    }

    fn ends(&self, plan: &Link, network: &RandomNetwork) -> Option<(Endpoint, Endpoint)> {
        let ensemble = |k: usize| Some(self.ensembles[k.checked_rem(self.ensembles.len())?]);
        let source = |k: usize| Some(self.nodes[k.checked_rem(self.nodes.len())?]);
        let sink = |k: usize| {
            let sinks = network.nodes.iter().zip(&self.nodes);
            let mut sinks = sinks.filter(|(node, _)| matches!(node, Source::Passthrough(_)));
            let n = sinks.clone().count();
            sinks.nth(k.checked_rem(n)?).map(|(_, id)| *id)
        };
        let cells = |k: usize, port: &str| {
            let population = self.populations[k % self.populations.len()];
            let end = EndObject::Population { population, port: port.into() };
            (port == "spikes" || self.is_integrating(population.into())).then(|| end.into())
        };
        let neurons = |k| Some(EndObject::Neurons(ensemble(k)?).into());
        Some(match plan.ends {
            Ends::NodeToEnsemble => (source(plan.pre)?.into(), ensemble(plan.post)?.into()),
            Ends::Ensembles => (ensemble(plan.pre)?.into(), ensemble(plan.post)?.into()),
            Ends::EnsembleToNode => (ensemble(plan.pre)?.into(), sink(plan.post)?.into()),
            Ends::NeuronsToNeurons => (neurons(plan.pre)?, neurons(plan.post)?),
            Ends::EnsembleToPopulation => (ensemble(plan.pre)?.into(), cells(plan.post, "i_inj")?),
            Ends::EnsembleToReceptor => {
                let pre = ensemble(plan.pre)?;
                let is_rate = self.place(pre).is_none_or(|k| network.ensembles[k].rate);
                (!is_rate).then_some(())?;
                (pre.into(), cells(plan.post, "excitatory")?)
            }
            Ends::SpikesToNode => (cells(plan.pre, "spikes")?, sink(plan.post)?.into()),
            Ends::VoltageToEnsemble => (cells(plan.pre, "v")?, ensemble(plan.post)?.into()),
        })
    }

    fn recorders(&mut self, network: &RandomNetwork, shuffle: u64) -> Result<(), String> {
        let mut recorders = Vec::new();
        let mut probes = Vec::new();
        for (i, cell) in network.populations.iter().enumerate() {
            let cells = self.populations[i].into();
            recorders.push((cells, "spikes", label("spikes", i), None));
            if let Cell::Integrating { interval, .. } = cell {
                recorders.push((cells, "v", label("v", i), *interval));
            }
        }
        for (i, view) in self.views.iter().enumerate() {
            let cells = (*view).into();
            recorders.push((cells, "spikes", label("spikes of a view", i), None));
            if self.is_integrating(cells) {
                recorders.push((cells, "excitatory.i", label("i of a view", i), None));
            }
        }
        for (i, id) in self.ensembles.iter().enumerate() {
            probes.push((ProbeTarget::Decoded(*id), label("decoded", i), Some(0.01)));
            probes.push((ProbeTarget::Neurons(*id), label("neurons", i), None));
            probes.push((ProbeTarget::Input(*id), label("input", i), None));
        }
        for (i, id) in self.nodes.iter().enumerate() {
            probes.push((ProbeTarget::Node(*id), label("output", i), None));
        }
        placed(&recorders, shuffle, |_, (cells, variable, label, sampling_interval)| {
            self.network.add(Recorder {
                label: Some(label.clone()),
                cells: *cells,
                variable: (*variable).into(),
                sampling_interval: *sampling_interval,
            });
            Ok(())
        })?;
        placed(&probes, shuffle, |i, (target, label, tau)| {
            let mut probe = Probe::new(target.clone()).labelled(label).seeded(i as u32);
            probe.synapse = Some(tau.map(|tau| Spec::new("Lowpass").with("tau", tau)));
            self.network.add(probe);
            Ok(())
        })?;
        Ok(())
    }
}

/// The connector for sides of these sizes; none if it cannot join them.
fn connector(plan: &Wires, n_source: usize, n_target: usize) -> Option<Connector> {
    let spec = match plan {
        Wires::AllToAll(selves) => Spec::new("all_to_all").with("allow_self_connections", *selves),
        Wires::OneToOne if n_source == n_target => Spec::new("one_to_one"),
        Wires::OneToOne => return None,
        Wires::Probability(p, selves) => Spec::new("fixed_probability")
            .with("p_connect", *p)
            .with("allow_self_connections", *selves),
        Wires::Total(n, true) => number("fixed_total_number", *n, true),
        Wires::Total(n, false) => {
            number("fixed_total_number", (*n).min((n_source * n_target) as u64), false)
        }
        Wires::Pre(n, again) => number("fixed_number_pre", *n, *again),
        Wires::Post(n, again) => number("fixed_number_post", *n, *again),
        Wires::List(pairs) => {
            let list = SynapseList {
                source: pairs.iter().map(|(s, _)| s % n_source as u32).collect(),
                target: pairs.iter().map(|(_, t)| t % n_target as u32).collect(),
                weight: None,
                delay: None,
            };
            return Some(Connector::List(Arc::new(list)));
        }
        Wires::Factored(rank, _) => {
            return Some(Connector::Factored(product(*rank, n_source, n_target)));
        }
        Wires::Blocks(rank) => return Some(Connector::Blocks(halves(*rank, n_source, n_target))),
    };
    Some(Connector::Rule(spec))
}

fn product(rank: usize, n_source: usize, n_target: usize) -> Factored {
    let number = |k: usize| ((k * 37 + 5) % 21) as f64 / 20.0 - 0.3;
    let matrix = |rows: usize, columns: usize| {
        let data: Vec<f64> = (0..rows * columns).map(number).collect();
        let tensor = Tensor::new(&[rows, columns], data);
        tensor.unwrap_or_else(|| Tensor::filled(&[rows, columns], 0.1))
    };
    Factored::new(matrix(rank, n_source), matrix(n_target, rank))
}

/// The first half of the sources to the last half of the targets, backwards, and all to all.
fn halves(rank: usize, n_source: usize, n_target: usize) -> Arc<[FactoredBlock]> {
    let source: Arc<[u32]> = (0..n_source.div_ceil(2) as u32).collect();
    let target: Arc<[u32]> = (n_target as u32 / 2..n_target as u32).rev().collect();
    let half = product(rank, source.len(), target.len());
    let all = product(rank, n_source, n_target);
    let half = FactoredBlock { source: Some(source), target: Some(target), product: half };
    [half, FactoredBlock { source: None, target: None, product: all }].into()
}

fn number(kind: &str, n: u64, with_replacement: bool) -> Spec {
    Spec::new(kind).with("n", n as f64).with("with_replacement", with_replacement)
}

fn matrix(rows: usize, columns: usize, plan: &Link) -> Tensor {
    let scale = match plan.ends {
        Ends::SpikesToNode => 0.001,
        Ends::VoltageToEnsemble | Ends::NeuronsToNeurons => 0.002,
        Ends::EnsembleToReceptor => 100.0,
        Ends::NodeToEnsemble
        | Ends::Ensembles
        | Ends::EnsembleToNode
        | Ends::EnsembleToPopulation => 1.0,
    };
    let at = |k: usize| scale * (((k * 37 + plan.which * 11 + 5) % 21) as f64 / 10.0 - 0.9);
    let data: Vec<f64> = (0..rows * columns).map(at).collect();
    Tensor::new(&[rows, columns], data).unwrap_or_else(|| Tensor::filled(&[rows, columns], scale))
}

/// A label that does not sort as it counts.
fn label(kind: &str, i: usize) -> String {
    format!("{} {kind} {i}", char::from(b'a' + (i * 11 % 26) as u8))
}
