//! The model as it is being built, and how build functions add to it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use pontine_core_ir::{
    ConnectionId, CustomId, EnsembleId, Factors, Faults, Model, Network, ObjId, OperatorId, Path,
    ProjectionId, SignalId, Spec, Tensor,
    model::{Operator, OperatorKind, Signal},
    network::Paths,
};
use pontine_nef::solver::Activities;

use crate::{
    error::BuildError,
    nef::{BuiltEnsemble, DIRECT, Learner, Weights},
    registry::{FilterSite, custom_kinds, object_kinds, synapse_kinds},
    warning::Warning,
};

/// What is fixed for the whole build.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildOptions {
    /// The time step, s.
    pub dt: f64,
    /// The seed of keyed draws, and of a network without a seed of its own.
    pub seed: u64,
}

impl Default for BuildOptions {
    /// Steps of 1 ms, seed 0.
    fn default() -> Self {
        Self { dt: 1e-3, seed: 0 }
    }
}

/// What was built.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// The model.
    pub model: Model,
    /// Doubts about objects of the network, sorted by their text.
    pub warnings: Vec<Warning>,
}

/// A model as it is being built.
pub struct Builder<'n> {
    network: &'n Network,
    paths: Paths,
    model: Model,
    next_part: HashMap<Path, u16>,
    inputs: HashMap<ObjId, SignalId>,
    outputs: HashMap<ObjId, SignalId>,
    cells: HashMap<ObjId, OperatorId>,
    ensembles: HashMap<EnsembleId, Rc<BuiltEnsemble>>,
    weights: HashMap<ConnectionId, Weights>,
    rules: HashMap<(Learner, usize), BTreeMap<String, SignalId>>,
    factors: HashMap<ProjectionId, Vec<Factors>>,
    time: Option<SignalId>,
    /// Of the ensemble that was decoded last, at its own evaluation points.
    activities: RefCell<Option<(EnsembleId, Rc<Activities<'static>>)>>,
    seeds: BTreeMap<ObjId, u32>,
    faults: Vec<BuildError>,
    warnings: Vec<Warning>,
}

impl<'n> Builder<'n> {
    pub(crate) fn new(network: &'n Network, options: &BuildOptions) -> Self {
        Self {
            network,
            paths: network.paths(),
            model: Model::new(network.label(), options.dt, options.seed),
            next_part: HashMap::new(),
            inputs: HashMap::new(),
            outputs: HashMap::new(),
            cells: HashMap::new(),
            ensembles: HashMap::new(),
            weights: HashMap::new(),
            rules: HashMap::new(),
            factors: HashMap::new(),
            time: None,
            activities: RefCell::default(),
            seeds: pontine_nef::seeding::walk(network, options.seed),
            faults: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(crate) fn build_object(&mut self, id: ObjId) -> Result<(), BuildError> {
        let entry = object_kinds().get(id.kind()).map_err(|e| self.lookup(id, e))?;
        (entry.build)(self, id)
    }

    pub(crate) fn fault(&mut self, error: BuildError) {
        self.faults.push(error);
    }

    pub(crate) fn finish(self) -> Result<Built, Faults<BuildError>> {
        Faults::check(own_faults(self.faults))?;
        let Self { model, mut warnings, .. } = self;
        // In an order that does not depend on that of creation.
        warnings.sort_by_cached_key(Warning::to_string);
        Ok(Built { model, warnings })
    }

    /// Notes what is legal and yet hardly meant.
    pub fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// The network that is built.
    pub fn network(&self) -> &'n Network {
        self.network
    }

    /// The stable path of an object.
    pub fn path(&self, id: impl Into<ObjId>) -> Path {
        self.paths[id.into()].clone()
    }

    /// The model so far.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The model so far, for writing.
    pub fn model_mut(&mut self) -> &mut Model {
        &mut self.model
    }

    /// The time step, s.
    pub fn dt(&self) -> f64 {
        self.model.dt
    }

    /// The seed of a NEF object, from the walk over the network.
    pub fn seed(&self, id: impl Into<ObjId>) -> u32 {
        self.seeds.get(&id.into()).copied().unwrap_or_default()
    }

    /// The error that a name of this object's cannot be resolved.
    pub fn lookup(
        &self,
        id: impl Into<ObjId>,
        source: pontine_core_ir::registry::LookupError,
    ) -> BuildError {
        BuildError::Lookup { path: self.path(id), source }
    }

    /// Adds a signal.
    pub fn signal(&mut self, signal: Signal) -> SignalId {
        self.model.signals.add(signal)
    }

    /// Adds numbers that learning may change, under `<path>.<name>`: those that were imported under this
    /// name, such as learned ones, or these.
    ///
    /// # Errors
    /// [`BuildError::Shape`] if those imported have another shape.
    pub fn parameter(
        &mut self,
        path: &Path,
        name: &str,
        numbers: Tensor,
    ) -> Result<SignalId, BuildError> {
        let own = path.part(name);
        let initial = match self.network.imported.get(own.as_str()) {
            None => numbers,
            Some(imported) if imported.shape() == numbers.shape() => Tensor::clone(imported),
            Some(imported) => {
                return Err(BuildError::Shape {
                    path: path.clone(),
                    what: format!("the imported `{name}`"),
                    found: imported.shape().to_vec(),
                    expected: numbers.shape().to_vec(),
                });
            }
        };
        Ok(self.signal(Signal::constant(own, initial)))
    }

    /// Adds an operator to those of an object, after the ones it has.
    pub fn operator(&mut self, path: &Path, kind: OperatorKind) -> OperatorId {
        let next = self.next_part.entry(path.clone()).or_insert(0);
        let part = *next;
        *next += 1;
        self.operator_at(path, part, kind)
    }

    /// Adds an operator under a part of its own: for operators that other objects cause, so that
    /// their order does not depend on who comes first. Such parts begin at 1000.
    pub fn operator_at(&mut self, path: &Path, part: u16, kind: OperatorKind) -> OperatorId {
        self.model.operators.add(Operator { path: path.clone(), part, kind })
    }

    /// Keeps numbers for the reader of the model, under `<path>.<name>`.
    pub fn keep(&mut self, path: &Path, name: &str, numbers: impl Into<Tensor>) {
        self.model.built.insert(path.part(name).to_string(), numbers.into());
    }

    /// The signal of time (s), made when first asked for.
    pub fn time(&mut self) -> SignalId {
        if let Some(time) = self.time {
            return time;
        }
        let time = self.signal(Signal::temporary(Path::from_text("time"), &[]));
        self.operator(&Path::root(), OperatorKind::Time { time });
        *self.time.insert(time)
    }

    /// Says which signal an object adds its input up in.
    pub fn set_input(&mut self, id: impl Into<ObjId>, signal: SignalId) {
        self.inputs.insert(id.into(), signal);
    }

    /// Says which signal an object puts out.
    pub fn set_output(&mut self, id: impl Into<ObjId>, signal: SignalId) {
        self.outputs.insert(id.into(), signal);
    }

    /// Says which operator holds the cells of an object.
    pub fn set_cells(&mut self, id: impl Into<ObjId>, operator: OperatorId) {
        self.cells.insert(id.into(), operator);
    }

    /// The signal in which an object adds its input up.
    ///
    /// # Errors
    /// [`BuildError::NotBuilt`] if the object could not be built.
    pub fn input(&self, id: impl Into<ObjId>) -> Result<SignalId, BuildError> {
        let id = id.into();
        self.inputs.get(&id).copied().ok_or_else(|| BuildError::NotBuilt { path: self.path(id) })
    }

    /// The signal that an object puts out.
    ///
    /// # Errors
    /// [`BuildError::NotBuilt`] if the object could not be built.
    pub fn output(&self, id: impl Into<ObjId>) -> Result<SignalId, BuildError> {
        let id = id.into();
        self.outputs.get(&id).copied().ok_or_else(|| BuildError::NotBuilt { path: self.path(id) })
    }

    /// The operator that holds the cells of an object.
    ///
    /// # Errors
    /// [`BuildError::NotBuilt`] if the object could not be built.
    pub fn cells(&self, id: impl Into<ObjId>) -> Result<OperatorId, BuildError> {
        let id = id.into();
        self.cells.get(&id).copied().ok_or_else(|| BuildError::NotBuilt { path: self.path(id) })
    }

    pub(crate) fn set_ensemble(&mut self, id: EnsembleId, built: Rc<BuiltEnsemble>) {
        self.ensembles.insert(id, built);
    }

    /// Whether an ensemble has no neurons: what it represents is computed.
    pub(crate) fn is_direct(&self, id: EnsembleId) -> bool {
        self.network.ensemble_params(id).neuron_type.kind == DIRECT
    }

    /// An ensemble with neurons.
    pub(crate) fn ensemble(&self, id: EnsembleId) -> Result<Rc<BuiltEnsemble>, BuildError> {
        if self.is_direct(id) {
            let message = "its neuron type is `Direct`, so it has no neurons".into();
            return Err(BuildError::Unsupported { path: self.path(id), message });
        }
        let built = self.ensembles.get(&id).cloned();
        built.ok_or_else(|| BuildError::NotBuilt { path: self.path(id) })
    }

    /// The activities of an ensemble at its own evaluation points: what is decoded from it next needs
    /// them again.
    pub(crate) fn activities(
        &self,
        id: EnsembleId,
        built: &BuiltEnsemble,
    ) -> Rc<Activities<'static>> {
        let mut last = self.activities.borrow_mut();
        if let Some((_, activities)) = last.as_ref().filter(|(of, _)| *of == id) {
            return activities.clone();
        }
        // The old ones go first: both need not fit.
        last.take();
        let activities = Rc::new(Activities::from(built.activities(built.points())));
        *last = Some((id, activities.clone()));
        activities
    }

    pub(crate) fn set_weights(&mut self, id: ConnectionId, weights: Weights) {
        self.weights.insert(id, weights);
    }

    /// What a connection multiplies by, if it has weights.
    pub(crate) fn weights(&self, id: ConnectionId) -> Option<&Weights> {
        self.weights.get(&id)
    }

    pub(crate) fn set_factors(&mut self, id: ProjectionId, factors: Vec<Factors>) {
        self.factors.insert(id, factors);
    }

    /// The signals whose products the weights of a projection are, for each block; one for a projection
    /// that is one product.
    pub(crate) fn factors(&self, id: ProjectionId) -> &[Factors] {
        self.factors.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Says by which name a signal of a learning rule can be probed.
    pub fn set_rule_signal(&mut self, rule: (Learner, usize), name: &str, signal: SignalId) {
        self.rules.entry(rule).or_default().insert(name.to_owned(), signal);
    }

    /// The signals of a learning rule, by name; what it is told is `input`.
    ///
    /// # Errors
    /// [`BuildError::NotBuilt`] if the rule could not be built.
    pub fn rule_signals(
        &self,
        rule: (Learner, usize),
    ) -> Result<&BTreeMap<String, SignalId>, BuildError> {
        self.rules.get(&rule).ok_or_else(|| BuildError::NotBuilt { path: self.path(rule.0.id()) })
    }

    /// Puts a synapse behind a signal.
    ///
    /// # Errors
    /// [`BuildError`] if the kind is unknown or its parameters are wrong.
    pub fn synapse(&mut self, site: &FilterSite, spec: &Spec) -> Result<SignalId, BuildError> {
        let entry = synapse_kinds()
            .get(&spec.kind)
            .map_err(|source| BuildError::Lookup { path: site.path.clone(), source })?;
        (entry.build)(self, site, spec)
    }

    /// Builds a custom object between two signals.
    pub(crate) fn custom(&mut self, id: CustomId) -> Result<(), BuildError> {
        let custom = &self.network.customs[id];
        let path = self.path(id);
        let entry = custom_kinds().get(&custom.spec.kind).map_err(|e| self.lookup(id, e))?;
        let input = self.signal(Signal::temporary(path.part("in"), &[custom.size_in]));
        self.operator_at(&path, 1000, OperatorKind::Reset { target: input, value: 0.0 });
        let output = self.signal(Signal::temporary(path.part("out"), &[custom.size_out]));
        self.set_input(id, input);
        self.set_output(id, output);
        (entry.build)(self, id, input, output)
    }
}

/// What could not be built because something else could not be is no fault of its own; it counts only
/// where nothing else does.
fn own_faults(mut faults: Vec<BuildError>) -> Vec<BuildError> {
    let follows = |fault: &BuildError| matches!(fault, BuildError::NotBuilt { .. });
    if !faults.iter().all(follows) {
        faults.retain(|fault| !follows(fault));
    }
    faults
}
