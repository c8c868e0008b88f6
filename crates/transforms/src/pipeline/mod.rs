//! Lists of passes, and their text.

mod text;

use std::{fmt, str::FromStr, sync::Arc};

use pontine_core_ir::{
    Model, Network, Spec,
    pass::{Analyses, Pass, PassIr, PassMeta, Repeat},
};

use crate::{
    drive::{Drive, Driven},
    error::PipelineError,
    observer::PassObserver,
    provenance::Provenance,
    registry::{Found, PassEntry, find},
};

/// Passes in the order in which they run: those over networks, the build, those over models.
///
/// The text is `pin-seeds, [build], fix(4){cse, dce{cells=true}}`; `[build]` may be left out, and
/// `fix(n){…}` repeats what it holds until nothing changes, n times at most. Pipelines with names:
///
/// | name | passes |
/// | --- | --- |
/// | `none` | none |
/// | `default` | `pin-seeds, [build], dce` |
/// | `nengo-compat` | `pin-seeds, [build], merge-ops` |
/// | `fast` | all that make a model simpler and change at most the order of sums |
#[derive(Clone)]
pub struct Pipeline {
    networks: Vec<Step<Network>>,
    models: Vec<Step<Model>>,
    seed: u64,
    edit_limit: usize,
    verify_each: bool,
    on_error: OnError,
    /// Of those who went before: what they have treated.
    earlier: Arc<Provenance>,
}

/// What a pipeline does when a pass gives up, or leaves something broken behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// It ends with the error.
    #[default]
    Fail,
    /// It undoes what the pass did, tells of it in the stamp, and goes on.
    Skip,
}

/// A place in a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At<'a> {
    /// Before all passes of its side of the build.
    First,
    /// Behind all passes of its side of the build.
    Last,
    /// Right before the pass of this name, or before the `fix` that it stands in.
    Before(&'a str),
    /// Right behind the pass of this name, or behind the `fix` that it stands in.
    Behind(&'a str),
}

/// One step of a pipeline.
pub(crate) enum Step<Ir> {
    /// A pass.
    Pass(Item<Ir>),
    /// Passes to repeat until none changes anything, so many times at most.
    Fix { rounds: u32, items: Vec<Item<Ir>> },
}

impl<Ir> Step<Ir> {
    fn items(&self) -> &[Item<Ir>] {
        match self {
            Self::Pass(item) => std::slice::from_ref(item),
            Self::Fix { items, .. } => items,
        }
    }
}

impl<Ir> Clone for Step<Ir> {
    fn clone(&self) -> Self {
        match self {
            Self::Pass(item) => Self::Pass(item.clone()),
            Self::Fix { rounds, items } => Self::Fix { rounds: *rounds, items: items.clone() },
        }
    }
}

impl<Ir> fmt::Display for Step<Ir> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(item) => item.fmt(f),
            Self::Fix { rounds, items } => {
                let items: Vec<_> = items.iter().map(ToString::to_string).collect();
                write!(f, "fix({rounds}){{{}}}", items.join(", "))
            }
        }
    }
}

/// One pass, and how it is written.
pub(crate) struct Item<Ir> {
    pub(crate) spec: Spec,
    pub(crate) pass: Arc<dyn Pass<Ir>>,
}

impl<Ir> Clone for Item<Ir> {
    fn clone(&self) -> Self {
        Self { spec: self.spec.clone(), pass: self.pass.clone() }
    }
}

/// The parameter that every pass of [`Repeat::OncePerObject`] has.
const FORCE: &str = "force";

impl<Ir: PassIr> Item<Ir> {
    /// Makes the pass; `force` is the driver's.
    fn new(spec: Spec, entry: &PassEntry<Ir>) -> Result<Self, PipelineError>
    where
        Ir: 'static,
    {
        let mut own = spec.clone();
        if entry.meta.repeat == Repeat::OncePerObject {
            spec.bool_or(FORCE, false)?;
            own.params.remove(FORCE);
        }
        let pass = (entry.make)(&own)?;
        Ok(Self { spec, pass })
    }

    /// Whether what was treated before is treated again.
    pub(crate) fn is_forced(&self) -> bool {
        self.spec.params.get(FORCE) == Some(&true.into())
    }
}

/// The pass as it is written.
impl<Ir> fmt::Display for Item<Ir> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::print(&self.spec))
    }
}

/// Names of pipelines, and their texts.
const NAMED: [(&str, &str); 4] = [
    ("none", ""),
    ("default", "pin-seeds, [build], dce"),
    (
        "fast",
        "pin-seeds, [build], fix(8){const-fold, remove-unmodified-resets, remove-zero-incs, \
         remove-identity-muls, remove-constant-copies, fold-transforms, remove-reset-incs, cse, \
         dce}, merge-ops",
    ),
    ("nengo-compat", "pin-seeds, [build], merge-ops"),
];

impl Pipeline {
    /// No passes.
    pub fn none() -> Self {
        Self {
            networks: vec![],
            models: vec![],
            seed: 0,
            edit_limit: usize::MAX,
            verify_each: cfg!(debug_assertions),
            on_error: OnError::Fail,
            earlier: Arc::default(),
        }
    }

    /// The pipelines that have names, and their texts.
    pub fn all_named() -> &'static [(&'static str, &'static str)] {
        &NAMED
    }

    /// The pipeline of this name: `none`, `default` or `fast`.
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = NAMED.iter().find(|(known, _)| *known == name)?;
        // Only passes of this crate are named, so that this fails only where two crates claim one.
        Self::of_list(text).ok()
    }

    /// Reads the name of a pipeline, or a list of passes.
    ///
    /// # Errors
    /// [`PipelineError`] for text that is no list, unknown passes and parameters, and passes that
    /// stand on the wrong side of the build or before what they require.
    pub fn parse(text: &str) -> Result<Self, PipelineError> {
        let named = NAMED.iter().find(|(name, _)| *name == text.trim());
        Self::of_list(named.map_or(text, |(_, list)| list))
    }

    fn of_list(text: &str) -> Result<Self, PipelineError> {
        let mut pipeline = Self::none();
        let mut built = false;
        for item in text::items(text)? {
            match item {
                text::Item::Build if !pipeline.models.is_empty() => {
                    let message = "`[build]` stands behind a pass over models".into();
                    return Err(PipelineError::Text { text: text.trim().to_owned(), message });
                }
                text::Item::Build => built = true,
                text::Item::Pass(spec) => pipeline.add_named(spec, built)?,
                text::Item::Fix(rounds, specs) => pipeline.add_fix(rounds, specs, built)?,
            }
        }
        pipeline.check()?;
        Ok(pipeline)
    }

    fn add_named(&mut self, spec: Spec, built: bool) -> Result<(), PipelineError> {
        match self.found(spec, built)? {
            Either::Network(item) => self.networks.push(Step::Pass(item)),
            Either::Model(item) => self.models.push(Step::Pass(item)),
        }
        Ok(())
    }

    fn add_fix(&mut self, rounds: u32, specs: Vec<Spec>, built: bool) -> Result<(), PipelineError> {
        let (mut networks, mut models) = (Vec::new(), Vec::new());
        for spec in specs {
            match self.found(spec, built || !models.is_empty())? {
                Either::Network(item) => networks.push(item),
                Either::Model(item) => models.push(item),
            }
        }
        match (networks.is_empty(), models.is_empty()) {
            (false, true) => self.networks.push(Step::Fix { rounds, items: networks }),
            (true, false) => self.models.push(Step::Fix { rounds, items: models }),
            (true, true) => {}
            (false, false) => {
                let message = "`fix` holds passes of both sides of the build".into();
                return Err(PipelineError::Text { text: format!("fix({rounds})"), message });
            }
        }
        Ok(())
    }

    fn found(&self, spec: Spec, built: bool) -> Result<Either, PipelineError> {
        match find(&spec.kind)? {
            Found::Network(_) if built || !self.models.is_empty() => {
                Err(PipelineError::Side { pass: spec.kind, what: "networks", side: "before" })
            }
            Found::Network(entry) => Ok(Either::Network(Item::new(spec, entry)?)),
            Found::Model(entry) => Ok(Either::Model(Item::new(spec, entry)?)),
        }
    }

    fn metas(&self) -> Vec<&PassMeta> {
        let networks = self.networks.iter().flat_map(Step::items).map(|item| item.pass.meta());
        let models = self.models.iter().flat_map(Step::items).map(|item| item.pass.meta());
        networks.chain(models).collect()
    }

    /// Whether every pass stands where it may.
    ///
    /// # Errors
    /// [`PipelineError::Requires`], [`PipelineError::After`] or [`PipelineError::Conflict`] for the
    /// first that does not.
    pub fn check(&self) -> Result<(), PipelineError> {
        let metas = self.metas();
        let stands = |among: &[&PassMeta], name: &str| among.iter().any(|meta| meta.name == name);
        for (i, meta) in metas.iter().enumerate() {
            if let Some(needed) = meta.requires.iter().find(|n| !stands(&metas[..i], n)) {
                return Err(PipelineError::Requires { pass: meta.name, needed });
            }
            if let Some(first) = meta.after.iter().find(|n| stands(&metas[i..], n)) {
                return Err(PipelineError::After { pass: meta.name, first });
            }
            if let Some(other) = meta.conflicts.iter().find(|n| stands(&metas, n)) {
                return Err(PipelineError::Conflict { pass: meta.name, other });
            }
        }
        Ok(())
    }

    /// The same with one more network pass, at the end of those. It need not be registered.
    #[must_use]
    pub fn with_network_pass(mut self, pass: Arc<dyn Pass<Network>>) -> Self {
        self.networks.push(Step::Pass(Item { spec: Spec::new(pass.meta().name), pass }));
        self
    }

    /// The same with one more model pass, at the end. It need not be registered.
    #[must_use]
    pub fn with_model_pass(mut self, pass: Arc<dyn Pass<Model>>) -> Self {
        self.models.push(Step::Pass(Item { spec: Spec::new(pass.meta().name), pass }));
        self
    }

    /// The same without a pass.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        take_out(&mut self.networks, name);
        take_out(&mut self.models, name);
        self
    }

    /// The same with the passes of another pipeline at some place. Those over networks stay before the
    /// build, those over models behind it.
    ///
    /// # Errors
    /// [`PipelineError::Absent`] if no pass of that name is in this pipeline, [`PipelineError::Side`]
    /// if it stands on the other side of the build than a pass to insert.
    ///
    /// # Examples
    /// ```
    /// use pontine_transforms::{At, Pipeline};
    ///
    /// let pipeline = Pipeline::default().insert(At::Before("dce"), &"cse".parse()?)?;
    /// assert_eq!(pipeline.to_string(), "pin-seeds, [build], cse, dce");
    /// # Ok::<(), pontine_transforms::PipelineError>(())
    /// ```
    pub fn insert(mut self, at: At<'_>, others: &Self) -> Result<Self, PipelineError> {
        let places = match at {
            At::First => (Some(0), Some(0)),
            At::Last => (Some(self.networks.len()), Some(self.models.len())),
            At::Before(name) | At::Behind(name) => {
                let behind = usize::from(matches!(at, At::Behind(_)));
                let places = (place(&self.networks, name), place(&self.models, name));
                if places == (None, None) {
                    return Err(PipelineError::Absent { pass: name.into() });
                }
                (places.0.map(|i| i + behind), places.1.map(|i| i + behind))
            }
        };
        put(&mut self.networks, places.0, &others.networks, ("networks", "before"))?;
        put(&mut self.models, places.1, &others.models, ("models", "behind"))?;
        Ok(self)
    }

    /// The same with passes of this name treating again what they have treated before, if they treat
    /// each object once; in the text `name{force=true}`.
    #[must_use]
    pub fn forcing(mut self, name: &str) -> Self {
        force(&mut self.networks, name);
        force(&mut self.models, name);
        self
    }

    /// The same for what another pipeline has been over: passes that treat each object once leave
    /// alone what they have treated then.
    #[must_use]
    pub fn following(mut self, earlier: &Provenance) -> Self {
        let mut kept = Provenance::default();
        kept.network.treated.clone_from(&earlier.network.treated);
        kept.model.treated.clone_from(&earlier.model.treated);
        self.earlier = Arc::new(kept);
        self
    }

    /// The same with another answer to passes that fail.
    #[must_use]
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// The same for a build with this seed (0 if not said).
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The same, checked after each pass, as programs built for tests do it; otherwise after the last
    /// pass, and after each only to find the one that broke something.
    #[must_use]
    pub fn verify_each(mut self) -> Self {
        self.verify_each = true;
        self
    }

    /// The same with at most `n` edits applied in each of [`Pipeline::apply`] and
    /// [`Pipeline::apply_model`], to find one that breaks something.
    #[must_use]
    pub fn edit_limit(mut self, n: usize) -> Self {
        self.edit_limit = n;
        self
    }

    /// Runs the network passes over a copy of the network.
    ///
    /// # Errors
    /// [`PipelineError::Pass`] if a pass gives up, [`PipelineError::Broken`] if one leaves a
    /// network that is not whole; the network passed in is as it was.
    pub fn apply(
        &self,
        network: &Network,
        observer: &mut dyn PassObserver,
    ) -> Result<(Network, Provenance), PipelineError> {
        self.check()?;
        self.drive(&self.networks, network.clone(), observer)
    }

    /// Runs the model passes over a model.
    ///
    /// # Errors
    /// As [`Pipeline::apply`].
    pub fn apply_model(
        &self,
        model: Model,
        observer: &mut dyn PassObserver,
    ) -> Result<(Model, Provenance), PipelineError> {
        self.check()?;
        self.drive(&self.models, model, observer)
    }

    fn drive<Ir: Driven>(
        &self,
        steps: &[Step<Ir>],
        ir: Ir,
        observer: &mut dyn PassObserver,
    ) -> Result<(Ir, Provenance), PipelineError> {
        let &Self { seed, edit_limit, on_error, verify_each, .. } = self;
        let mut provenance = Provenance::default();
        provenance.network.treated = self.earlier.network.treated.clone();
        provenance.model.treated = self.earlier.model.treated.clone();
        let analyses = Analyses::default();
        let mut drive =
            Drive { ir, seed, verify_each, edit_limit, on_error, observer, provenance, analyses };
        drive.all(steps)?;
        Ok((drive.ir, drive.provenance))
    }
}

/// A pass of either side of the build.
enum Either {
    Network(Item<Network>),
    Model(Item<Model>),
}

/// Where the step stands that a pass is, or is in.
fn place<Ir>(steps: &[Step<Ir>], name: &str) -> Option<usize> {
    steps.iter().position(|step| step.items().iter().any(|item| item.spec.kind == name))
}

fn put<Ir>(
    steps: &mut Vec<Step<Ir>>,
    place: Option<usize>,
    others: &[Step<Ir>],
    (what, side): (&'static str, &'static str),
) -> Result<(), PipelineError> {
    match (place, others.first()) {
        (_, None) => Ok(()),
        (Some(place), _) => {
            steps.splice(place..place, others.iter().cloned());
            Ok(())
        }
        (None, Some(other)) => Err(PipelineError::Side { pass: other.to_string(), what, side }),
    }
}

fn force<Ir>(steps: &mut [Step<Ir>], name: &str) {
    let items = steps.iter_mut().flat_map(|step| match step {
        Step::Pass(item) => std::slice::from_mut(item),
        Step::Fix { items, .. } => items,
    });
    for item in items.filter(|item| item.spec.kind == name) {
        item.spec.params.insert(FORCE.into(), true.into());
    }
}

fn take_out<Ir>(steps: &mut Vec<Step<Ir>>, name: &str) {
    for step in steps.iter_mut() {
        if let Step::Fix { items, .. } = step {
            items.retain(|item| item.spec.kind != name);
        }
    }
    steps.retain(|step| match step {
        Step::Pass(item) => item.spec.kind != name,
        Step::Fix { items, .. } => !items.is_empty(),
    });
}

/// The pipeline `default`; without passes should another crate claim a name of this one.
impl Default for Pipeline {
    fn default() -> Self {
        Self::named("default").unwrap_or_else(Self::none)
    }
}

impl FromStr for Pipeline {
    type Err = PipelineError;

    fn from_str(text: &str) -> Result<Self, PipelineError> {
        Self::parse(text)
    }
}

/// The text that reads back.
impl fmt::Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let build = (!self.models.is_empty()).then(|| "[build]".to_owned());
        let networks = self.networks.iter().map(Step::to_string);
        let models = self.models.iter().map(Step::to_string);
        let items: Vec<String> = networks.chain(build).chain(models).collect();
        f.write_str(&items.join(", "))
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pipeline(\"{self}\")")
    }
}

#[cfg(test)]
mod tests;
