//! When a network is whole. The rules:
//!
//! 1. Every id that an object holds names an object of this network.
//! 2. Ensembles have at least one neuron and one dimension; populations at least one cell.
//! 3. Slices stay within the dimensions of what they slice.
//! 4. A connection's parts fit: what leaves `pre` enters the function, its result the transform,
//!    whose result has the length of `post`.
//! 5. Gains and biases are given together or not at all.
//! 6. Views name cells of their population, each at most once.
//! 7. A projection's receptor and a recorder's variable exist in the mechanism; ports likewise.
//! 8. Spike times are given for each cell, sorted, and only to mechanisms without a `step`.
//! 9. Radii are at least 1e-10, times between samples more than 0, constants of nodes finite.
//! 10. Arrays of an ensemble have as many rows as it has neurons, points as many columns as it has
//!     dimensions.
//! 11. Functions and evaluation points go with what can have them; a table has a row for each point.
//! 12. A matrix does not go with a slice that repeats a dimension.
//! 13. Factors of a projection fit one another and its cells, blocks name each cell at most once; its
//!     weight and delay are numbers then; only products learn.
//! 14. What linked crates ask for besides ([`CheckEntry`]): that names are known, and their parameters
//!     right.
//!
//! All faults are collected.

use std::collections::HashSet;

use super::{
    Cells, Connection, Connector, EndObject, Endpoint, Factor, Network, ObjId, Paths, Population,
    Probe, ProbeTarget, RuleInput, Transform, factored, values,
};
use crate::{
    error::{Faults, nearest, number},
    function::Function,
    id::{ConnectionId, ProjectionId},
    path::Path,
    registry::{CheckEntry, LookupError, checks},
};

/// One rule broken by one object.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkFault {
    /// The object refers to something that is not there.
    #[error("`{path}` refers to {what}, which is not in this network")]
    Dangling {
        /// The object.
        path: Path,
        /// What it refers to.
        what: String,
    },
    /// There is nothing in it.
    #[error("`{path}`: {what} must be at least 1")]
    Empty {
        /// The object.
        path: Path,
        /// What is 0.
        what: &'static str,
    },
    /// A slice reaches beyond its object.
    #[error("`{path}`: its slice takes dimension {index} of {what}, which has {size}")]
    Slice {
        /// The object.
        path: Path,
        /// The dimension.
        index: usize,
        /// What is sliced.
        what: Path,
        /// Its dimensions.
        size: usize,
    },
    /// The parts of a connection do not fit.
    #[error("`{path}`: {what} has size {found}, but {expected} is needed")]
    Size {
        /// The connection.
        path: Path,
        /// The part.
        what: &'static str,
        /// Its size.
        found: usize,
        /// The size needed.
        expected: usize,
    },
    /// A transform that joins other dimensions.
    #[error(
        "`{path}`: transform has shape {found:?}, but joins {size_in} to {size_out} dimensions"
    )]
    TransformShape {
        /// The connection.
        path: Path,
        /// Its shape.
        found: Vec<usize>,
        /// What enters.
        size_in: usize,
        /// What must leave.
        size_out: usize,
    },
    /// A transform that is not whole.
    #[error("`{path}`: {what}")]
    Transform {
        /// The connection.
        path: Path,
        /// What is wrong.
        what: &'static str,
    },
    /// A number out of bounds.
    #[error("`{path}`: {what} is {}, but must be {expected}", number(*.found))]
    Value {
        /// The object.
        path: Path,
        /// What has it.
        what: &'static str,
        /// The number.
        found: f64,
        /// What it has to be.
        expected: &'static str,
    },
    /// An array of another shape.
    #[error("`{path}`: {what} has shape {found:?}, but {expected:?} is needed")]
    Shape {
        /// The object.
        path: Path,
        /// What has it.
        what: &'static str,
        /// Its shape.
        found: Vec<usize>,
        /// The shape needed.
        expected: Vec<usize>,
    },
    /// Something that does not go with the rest.
    #[error("`{path}`: {what}")]
    Misplaced {
        /// The connection.
        path: Path,
        /// What, and why.
        what: &'static str,
    },
    /// A name that nobody offers, or parameters that its kind does not take.
    #[error("`{path}`: {}{source}", colon(.what))]
    Lookup {
        /// The object.
        path: Path,
        /// What the name is for, unless the object tells.
        what: &'static str,
        /// The cause.
        source: LookupError,
    },
    /// What a linked crate refuses.
    #[error("`{path}`: {message}")]
    Refused {
        /// The object.
        path: Path,
        /// What, and what would do instead.
        message: String,
    },
    /// Only one of gain and bias.
    #[error("`{path}`: gain and bias must be given together")]
    GainWithoutBias {
        /// The ensemble.
        path: Path,
    },
    /// The mechanism has no such thing.
    #[error("`{path}`: `{mechanism}` has no {role} `{name}`{}", crate::error::nearest_hint(.nearest))]
    Port {
        /// The object.
        path: Path,
        /// The mechanism.
        mechanism: String,
        /// "receptor", "state", "input".
        role: &'static str,
        /// The name given.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// A view names a cell twice, or one that is not there.
    #[error("`{path}`: index {index} is {what}")]
    View {
        /// The view.
        path: Path,
        /// The index.
        index: u32,
        /// Twice, or out of range.
        what: &'static str,
    },
    /// Spike times that cannot be played.
    #[error("`{path}`: spike times {what}")]
    SpikeTimes {
        /// The population.
        path: Path,
        /// What is wrong with them.
        what: String,
    },
}

impl Network {
    /// Holds the network against the rules at the head of this file.
    ///
    /// # Errors
    /// All the rules broken, with the labels of the objects.
    pub fn validate(&self) -> Result<(), Faults<NetworkFault>> {
        let mut check = Check { network: self, paths: self.paths(), faults: Vec::new() };
        check.parents();
        check.ensembles();
        check.populations();
        check.views();
        check.connections();
        check.probes();
        check.projections();
        check.products();
        check.recorders();
        let Check { mut faults, paths, .. } = check;
        faults.extend(values::faults(self, &paths));
        match checks().entries() {
            Ok(entries) => {
                let found = |entry: &&CheckEntry| (entry.check)(self, &paths);
                faults.extend(entries.values().flat_map(found));
            }
            Err(error) => {
                let (path, source) = (Path::root(), error.into());
                faults.push(NetworkFault::Lookup { path, what: "", source });
            }
        }
        Faults::check(faults)
    }

    /// Dimensions of one end of a connection before slicing; `None` if it is not there.
    pub fn size_of(&self, end: &EndObject, as_source: bool) -> Option<usize> {
        Some(match end {
            EndObject::Ensemble(id) => self.ensembles.get(*id)?.dimensions,
            EndObject::Neurons(id) => self.ensembles.get(*id)?.n_neurons,
            EndObject::Node(id) => {
                let node = self.nodes.get(*id)?;
                if as_source { node.size_out } else { node.size_in }
            }
            EndObject::Custom(id) => {
                let custom = self.customs.get(*id)?;
                if as_source { custom.size_out } else { custom.size_in }
            }
            EndObject::Rule { connection, rule } => self.rule_size(*connection, *rule)?,
            EndObject::ProjectionRule { projection, rule } => {
                self.projection_rule_size(*projection, *rule)?
            }
            EndObject::Population { population, .. } => self.populations.get(*population)?.size,
        })
    }

    /// Length of what a learning rule is told; `None` if there is no such rule.
    fn rule_size(&self, id: ConnectionId, rule: usize) -> Option<usize> {
        let connection = self.connections.get(id)?;
        Some(match self.learning(id).get(rule)?.input {
            RuleInput::Nothing => 0,
            RuleInput::Number => 1,
            RuleInput::State if self.is_receptor(&connection.post.object) => {
                self.size_decoded(connection)?
            }
            RuleInput::State => match (&connection.pre.object, &connection.post) {
                (EndObject::Neurons(_), Endpoint { object: EndObject::Neurons(id), .. }) => {
                    self.ensembles.get(*id)?.dimensions
                }
                // Rules cannot be learned, so this ends.
                (_, Endpoint { object: EndObject::Rule { .. }, .. })
                | (_, Endpoint { object: EndObject::ProjectionRule { .. }, .. }) => return None,
                (_, Endpoint { slice: Some(slice), .. }) => slice.len(),
                (_, post) => self.size_of(&post.object, false)?,
            },
        })
    }

    /// Length of what a connection decodes or computes, before its transform.
    fn size_decoded(&self, connection: &Connection) -> Option<usize> {
        match (&connection.function, &connection.pre.slice) {
            (Some(function), _) => Some(function.size_out()),
            (None, Some(slice)) => Some(slice.len()),
            (None, None) => self.size_of(&connection.pre.object, true),
        }
    }

    /// Whether an end of a connection is a receptor of a population, which takes spikes.
    pub fn is_receptor(&self, end: &EndObject) -> bool {
        let EndObject::Population { population, port } = end else { return false };
        self.populations.get(*population).is_some_and(|population| {
            let mechanism = &population.mechanism;
            let is_input = mechanism.inputs.iter().any(|input| input.name == *port);
            !is_input && mechanism.receptors.iter().any(|receptor| receptor.name == *port)
        })
    }

    /// The same of a projection, whose errors are those of what its decoders give.
    fn projection_rule_size(&self, id: ProjectionId, rule: usize) -> Option<usize> {
        let projection = self.projections.get(id)?;
        Some(match (projection.learning.get(rule)?.input, &projection.connector) {
            (RuleInput::Nothing, _) => 0,
            (RuleInput::Number, _) => 1,
            (RuleInput::State, Connector::Factored(product)) => product.n_decoded(),
            (RuleInput::State, Connector::Blocks(blocks)) => {
                blocks.iter().map(|block| block.product.n_decoded()).sum()
            }
            (RuleInput::State, Connector::Rule(_) | Connector::List(_)) => return None,
        })
    }

    /// Number of cells in a set; `None` if it is not there.
    pub fn n_cells(&self, cells: Cells) -> Option<usize> {
        Some(match cells {
            Cells::Population(id) => self.populations.get(id)?.size,
            Cells::View(id) => self.views.get(id)?.indices.len(),
            Cells::Neurons(id) => self.ensembles.get(id)?.n_neurons,
        })
    }

    /// Whether the weights of a projection, or one of their blocks, have this factor.
    fn has_factor(&self, id: ProjectionId, block: Option<usize>, factor: Factor) -> bool {
        let product = match (self.projections.get(id).map(|p| &p.connector), block) {
            (Some(Connector::Factored(product)), None) => product,
            (Some(Connector::Blocks(blocks)), Some(block)) => match blocks.get(block) {
                Some(block) => &block.product,
                None => return false,
            },
            _ => return false,
        };
        product.factors().any(|(f, _)| f == factor)
    }

    /// The population that cells belong to; `None` for neurons of an ensemble.
    pub fn population_of(&self, cells: Cells) -> Option<crate::id::PopulationId> {
        match cells {
            Cells::Population(id) => self.populations.get(id).map(|_| id),
            Cells::View(id) => Some(self.views.get(id)?.population),
            Cells::Neurons(_) => None,
        }
    }
}

struct Check<'a> {
    network: &'a Network,
    paths: Paths,
    faults: Vec<NetworkFault>,
}

impl Check<'_> {
    fn path(&self, id: impl Into<ObjId>) -> Path {
        self.paths[id.into()].clone()
    }

    fn dangling(&mut self, path: &Path, what: &str) {
        self.faults.push(NetworkFault::Dangling { path: path.clone(), what: what.to_owned() });
    }

    fn at_least_one(&mut self, path: &Path, what: &'static str, n: usize) {
        if n == 0 {
            self.faults.push(NetworkFault::Empty { path: path.clone(), what });
        }
    }

    fn parents(&mut self) {
        for id in self.network.objects() {
            if !self.network.has_parent(id) {
                let path = self.path(id);
                self.dangling(&path, "a network around it");
            }
        }
    }

    fn ensembles(&mut self) {
        for (id, ensemble) in self.network.ensembles.iter() {
            let path = self.path(id);
            self.at_least_one(&path, "n_neurons", ensemble.n_neurons);
            self.at_least_one(&path, "dimensions", ensemble.dimensions);
            if ensemble.options.gain.is_some() != ensemble.options.bias.is_some() {
                self.faults.push(NetworkFault::GainWithoutBias { path });
            }
        }
    }

    fn populations(&mut self) {
        for (id, population) in self.network.populations.iter() {
            let path = self.path(id);
            self.at_least_one(&path, "size", population.size);
            if let Some(what) = spike_times_fault(population) {
                self.faults.push(NetworkFault::SpikeTimes { path, what });
            }
        }
    }

    fn views(&mut self) {
        for (id, view) in self.network.views.iter() {
            let path = self.path(id);
            let Some(population) = self.network.populations.get(view.population) else {
                self.dangling(&path, "a population");
                continue;
            };
            let mut seen = HashSet::new();
            for &index in view.indices.iter() {
                let what = if index as usize >= population.size {
                    "not a cell of its population"
                } else if !seen.insert(index) {
                    "there twice"
                } else {
                    continue;
                };
                self.faults.push(NetworkFault::View { path: path.clone(), index, what });
            }
        }
    }

    fn connections(&mut self) {
        for (id, connection) in self.network.connections.iter() {
            let path = self.path(id);
            let size_in = self.end(&path, &connection.pre, true);
            let size_out = self.end(&path, &connection.post, false);
            if self.network.is_receptor(&connection.post.object)
                && connection.transform.shape().len() != 2
            {
                let what = "to a receptor it needs a matrix as its transform, a row for each cell";
                self.faults.push(NetworkFault::Misplaced { path, what });
                continue;
            }
            if self.is_told_nothing(&connection.post.object) {
                let what = "it leads to a learning rule that takes nothing from others";
                self.faults.push(NetworkFault::Misplaced { path, what });
                continue;
            }
            // What decodes nothing is a fault of its own.
            let tells_nothing = matches!(connection.post.object, EndObject::ProjectionRule { .. })
                && size_out == Some(0);
            if let (Some(size_in), Some(size_out)) = (size_in, size_out)
                && !tells_nothing
            {
                self.sizes(&path, connection, size_in, size_out);
            }
        }
    }

    /// Whether it is a learning rule that nobody can tell anything.
    fn is_told_nothing(&self, end: &EndObject) -> bool {
        let network = self.network;
        let rule = match *end {
            EndObject::Rule { connection, rule } => network.learning(connection).get(rule),
            EndObject::ProjectionRule { projection, rule } => {
                network.projections.get(projection).and_then(|p| p.learning.get(rule))
            }
            _ => None,
        };
        rule.is_some_and(|rule| rule.input == RuleInput::Nothing)
    }

    /// The size of one end after slicing, if all is well with it.
    fn end(&mut self, path: &Path, end: &Endpoint, as_source: bool) -> Option<usize> {
        let is_rule =
            matches!(end.object, EndObject::Rule { .. } | EndObject::ProjectionRule { .. });
        let size = self.network.size_of(&end.object, as_source).filter(|_| !(is_rule && as_source));
        let Some(size) = size else {
            self.dangling(path, if as_source { "its pre object" } else { "its post object" });
            return None;
        };
        if let EndObject::Population { population, port } = &end.object
            && (as_source || !self.network.is_receptor(&end.object))
        {
            self.port(path, &self.network.populations[*population], port, as_source);
        }
        let Some(slice) = &end.slice else { return Some(size) };
        if let Some(&index) = slice.iter().find(|&&i| i >= size) {
            let what = self.end_path(&end.object);
            self.faults.push(NetworkFault::Slice { path: path.clone(), index, what, size });
            return None;
        }
        Some(slice.len())
    }

    fn end_path(&self, object: &EndObject) -> Path {
        match object {
            EndObject::Ensemble(id) | EndObject::Neurons(id) => self.path(*id),
            EndObject::Node(id) => self.path(*id),
            EndObject::Custom(id) => self.path(*id),
            EndObject::Rule { connection, .. } => self.path(*connection),
            EndObject::ProjectionRule { projection, .. } => self.path(*projection),
            EndObject::Population { population, .. } => self.path(*population),
        }
    }

    fn sizes(&mut self, path: &Path, connection: &Connection, size_in: usize, size_out: usize) {
        let mut size_mid = size_in;
        if let Some(function) = &connection.function {
            if let Some(found) = argument_size(function).filter(|&found| found != size_in) {
                let what = "the function's argument";
                self.faults.push(NetworkFault::Size {
                    path: path.clone(),
                    what,
                    found,
                    expected: size_in,
                });
            }
            size_mid = function.size_out();
        }
        self.transform(path, &connection.transform);
        let shape = connection.transform.shape();
        let fits = match *shape {
            [] => size_mid == size_out,
            [n] => n == size_mid && n == size_out,
            [rows, columns] => rows == size_out && columns == size_mid,
            _ => false,
        };
        match fits {
            true => {}
            false if shape.is_empty() => {
                let what =
                    if connection.function.is_some() { "the function's result" } else { "pre" };
                self.faults.push(NetworkFault::Size {
                    path: path.clone(),
                    what,
                    found: size_mid,
                    expected: size_out,
                });
            }
            false => self.faults.push(NetworkFault::TransformShape {
                path: path.clone(),
                found: shape,
                size_in: size_mid,
                size_out,
            }),
        }
    }

    /// What can be wrong with a transform alone.
    fn transform(&mut self, path: &Path, transform: &Transform) {
        let what = match transform {
            Transform::Convolution(convolution) if !convolution.is_whole() => {
                "its convolution needs one size, kernel and stride for each axis, and whole groups"
            }
            Transform::Convolution(convolution) if !convolution.spreads_fittingly() => {
                "its output shape is none that the convolution would take to its input shape"
            }
            Transform::Sparse(matrix) | Transform::DrawnSparse { places: matrix, .. }
                if !matrix.is_whole() =>
            {
                "its sparse transform has entries beyond its rows or columns"
            }
            _ => return,
        };
        self.faults.push(NetworkFault::Transform { path: path.clone(), what });
    }

    fn probes(&mut self) {
        for (id, probe) in self.network.probes.iter() {
            let path = self.path(id);
            let found = match &probe.target {
                ProbeTarget::Decoded(id)
                | ProbeTarget::Neurons(id)
                | ProbeTarget::NeuronState(id, _)
                | ProbeTarget::NeuronInput(id)
                | ProbeTarget::Input(id)
                | ProbeTarget::ScaledEncoders(id) => self.network.ensembles.get(*id).is_some(),
                ProbeTarget::Node(id) => self.network.nodes.get(*id).is_some(),
                ProbeTarget::Custom(id) => self.network.customs.get(*id).is_some(),
                ProbeTarget::Connection(id)
                | ProbeTarget::ConnectionInput(id)
                | ProbeTarget::Weights(id) => self.network.connections.get(*id).is_some(),
                ProbeTarget::Rule { connection, rule, .. } => {
                    self.network.rule_size(*connection, *rule).is_some()
                }
                ProbeTarget::ProjectionRule { projection, rule, .. } => {
                    self.network.projection_rule_size(*projection, *rule).is_some()
                }
                ProbeTarget::Factor(id, block, factor) => {
                    self.network.has_factor(*id, *block, *factor)
                }
            };
            if !found {
                self.dangling(&path, "its target");
            }
            self.probed(&path, probe);
        }
    }

    /// Elements that a probe picks, where their number is known before the build.
    fn probed(&mut self, path: &Path, probe: &Probe) {
        let (end, what): (EndObject, ObjId) = match probe.target {
            ProbeTarget::Decoded(id) | ProbeTarget::Input(id) => {
                (EndObject::Ensemble(id), id.into())
            }
            ProbeTarget::Neurons(id)
            | ProbeTarget::NeuronState(id, _)
            | ProbeTarget::NeuronInput(id) => (EndObject::Neurons(id), id.into()),
            ProbeTarget::Node(id) => (EndObject::Node(id), id.into()),
            ProbeTarget::Custom(id) => (EndObject::Custom(id), id.into()),
            _ => return,
        };
        let Some(size) = self.network.size_of(&end, true) else { return };
        if let Some(&index) = probe.slice.iter().flat_map(|s| s.iter()).find(|&&i| i >= size) {
            let what = self.path(what);
            self.faults.push(NetworkFault::Slice { path: path.clone(), index, what, size });
        }
    }

    fn projections(&mut self) {
        for (id, projection) in self.network.projections.iter() {
            let path = self.path(id);
            if self.network.n_cells(projection.source).is_none() {
                self.dangling(&path, "its source");
            }
            let target = self.network.population_of(projection.target);
            match target.and_then(|id| self.network.populations.get(id)) {
                None => self.dangling(&path, "its target population"),
                Some(target) => {
                    let known = target.mechanism.receptors.iter().map(|r| r.name.as_str());
                    self.name(&path, target, "receptor", &projection.receptor, known);
                }
            }
        }
    }

    fn products(&mut self) {
        for (id, projection) in self.network.projections.iter() {
            let path = self.path(id);
            self.faults.extend(factored::faults(self.network, &path, projection));
            let of_products =
                matches!(projection.connector, Connector::Factored(_) | Connector::Blocks(_));
            let synapse = projection.synapse.as_ref();
            self.faults.extend(super::synapse_type::faults(&path, synapse, of_products));
        }
    }

    fn recorders(&mut self) {
        for (id, recorder) in self.network.recorders.iter() {
            let path = self.path(id);
            let population = self.network.population_of(recorder.cells);
            match population.and_then(|id| self.network.populations.get(id)) {
                None => self.dangling(&path, "its population"),
                Some(population) => self.port(&path, population, &recorder.variable, true),
            }
        }
    }

    /// `spikes` and states can be read, inputs be written.
    fn port(&mut self, path: &Path, population: &Population, name: &str, as_source: bool) {
        let mechanism = &population.mechanism;
        if as_source {
            let states = mechanism.states.iter().filter(|s| !s.hidden).map(|s| s.name.as_str());
            let outputs = mechanism.outputs.iter().map(|o| o.name.as_str());
            let spikes = population.spike_times.is_some().then_some("spikes");
            self.name(
                path,
                population,
                "output or state",
                name,
                outputs.chain(spikes).chain(states),
            );
        } else {
            self.name(
                path,
                population,
                "input",
                name,
                mechanism.inputs.iter().map(|i| i.name.as_str()),
            );
        }
    }

    fn name<'n>(
        &mut self,
        path: &Path,
        population: &Population,
        role: &'static str,
        name: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        if !known.clone().any(|k| k == name) {
            self.faults.push(NetworkFault::Port {
                path: path.clone(),
                mechanism: population.mechanism.name.clone(),
                role,
                name: name.to_owned(),
                nearest: nearest(name, known),
            });
        }
    }
}

fn colon(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!("{what}: ") }
}

fn argument_size(function: &Function) -> Option<usize> {
    match function {
        Function::Expression(function) => Some(function.n_inputs()),
        Function::Table(_) => None,
        Function::Native(native) => Some(native.size_in),
    }
}

fn spike_times_fault(population: &Population) -> Option<String> {
    let times = population.spike_times.as_ref()?;
    if times.len() != population.size {
        return Some(format!("are given for {} cells of {}", times.len(), population.size));
    }
    let bad = |t: &Vec<f64>| t.iter().any(|t| !t.is_finite() || *t < 0.0) || !t.is_sorted();
    let i = times.iter().position(bad)?;
    Some(format!("of cell {i} must be finite, not negative and sorted"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        network::{Ensemble, Node},
        tensor::Tensor,
    };

    #[test]
    fn all_faults_are_collected_with_labels() {
        let mut network = Network::new("");
        let a = network.add(Ensemble::new(0, 1).labelled("a"));
        let b = network.add(Node::passthrough(2).labelled("b"));
        network.add(Connection::new(a, b).labelled("ab"));
        let mut scaled = Connection::new(b, a).labelled("ba");
        scaled.transform = Transform::Dense(Tensor::filled(&[2, 2], 1.0));
        network.add(scaled);
        network.add(Connection::new(Endpoint::sliced(b, &[2]), a).labelled("slice"));
        let faults = network.validate().unwrap_err();
        assert_eq!(
            faults.to_string(),
            "`Ensemble:a`: n_neurons must be at least 1\n\
             `Connection:ab`: pre has size 1, but 2 is needed\n\
             `Connection:ba`: transform has shape [2, 2], but joins 2 to 1 dimensions\n\
             `Connection:slice`: its slice takes dimension 2 of Node:b, which has 2"
        );
    }
}
