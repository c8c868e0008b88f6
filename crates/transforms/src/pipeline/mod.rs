//! Lists of passes, and their text.

mod text;

use std::{fmt, str::FromStr, sync::Arc};

use pontine_core_ir::{
    Model, Network, Spec,
    pass::{Analyses, Pass, PassMeta},
};

use crate::{
    drive::{Drive, Driven},
    error::PipelineError,
    observer::PassObserver,
    provenance::Provenance,
    registry::{Found, find},
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
         remove-identity-muls, remove-constant-copies, remove-reset-incs, cse, dce}, merge-ops",
    ),
    ("nengo-compat", "pin-seeds, [build], merge-ops"),
];

impl Pipeline {
    /// No passes.
    pub fn none() -> Self {
        Self { networks: vec![], models: vec![], seed: 0, edit_limit: usize::MAX }
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
            Found::Network(entry) => {
                let pass = (entry.make)(&spec)?;
                Ok(Either::Network(Item { spec, pass }))
            }
            Found::Model(entry) => {
                let pass = (entry.make)(&spec)?;
                Ok(Either::Model(Item { spec, pass }))
            }
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

    /// The same for a build with this seed (0 if not said).
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
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
        let (seed, edit_limit) = (self.seed, self.edit_limit);
        let (provenance, analyses) = (Provenance::default(), Analyses::default());
        let mut drive = Drive { ir, seed, edit_limit, observer, provenance, analyses };
        drive.all(steps)?;
        Ok((drive.ir, drive.provenance))
    }
}

/// A pass of either side of the build.
enum Either {
    Network(Item<Network>),
    Model(Item<Model>),
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
