//! Lists of passes, and their text.

mod text;

use std::{fmt, str::FromStr, sync::Arc};

use pontine_core_ir::{
    Model, Network, Spec,
    pass::{Pass, PassCx},
};

use crate::{
    drive::drive,
    error::PipelineError,
    observer::PassObserver,
    provenance::Provenance,
    registry::{Found, find},
};

/// Passes in the order in which they run: those over networks, the build, those over models.
///
/// The text is `pin-seeds, [build], dce{cells=true}`; `[build]` may be left out. Two pipelines have
/// names: `none` (no passes) and `default` (`pin-seeds, [build], dce`), both of passes that change
/// no number.
#[derive(Clone)]
pub struct Pipeline {
    networks: Vec<Item<Network>>,
    models: Vec<Item<Model>>,
    seed: u64,
    edit_limit: usize,
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
const NAMED: [(&str, &str); 2] = [("none", ""), ("default", "pin-seeds, [build], dce")];

impl Pipeline {
    /// No passes.
    pub fn none() -> Self {
        Self { networks: vec![], models: vec![], seed: 0, edit_limit: usize::MAX }
    }

    /// The pipeline of this name: `none` or `default`.
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
            }
        }
        pipeline.check_requirements()?;
        Ok(pipeline)
    }

    fn add_named(&mut self, spec: Spec, built: bool) -> Result<(), PipelineError> {
        match find(&spec.kind)? {
            Found::Network(_) if built || !self.models.is_empty() => {
                Err(PipelineError::Side { pass: spec.kind, what: "networks", side: "before" })
            }
            Found::Network(entry) => {
                let pass = (entry.make)(&spec)?;
                self.networks.push(Item { spec, pass });
                Ok(())
            }
            Found::Model(entry) => {
                let pass = (entry.make)(&spec)?;
                self.models.push(Item { spec, pass });
                Ok(())
            }
        }
    }

    fn check_requirements(&self) -> Result<(), PipelineError> {
        let metas = self.networks.iter().map(|item| item.pass.meta());
        let metas: Vec<_> = metas.chain(self.models.iter().map(|item| item.pass.meta())).collect();
        for (i, meta) in metas.iter().enumerate() {
            let ran = |needed: &str| metas[..i].iter().any(|earlier| earlier.name == needed);
            if let Some(needed) = meta.requires.iter().find(|needed| !ran(needed)) {
                return Err(PipelineError::Requires { pass: meta.name, needed });
            }
        }
        Ok(())
    }

    /// The same with one more network pass, at the end of those. It need not be registered.
    #[must_use]
    pub fn with_network_pass(mut self, pass: Arc<dyn Pass<Network>>) -> Self {
        self.networks.push(Item { spec: Spec::new(pass.meta().name), pass });
        self
    }

    /// The same with one more model pass, at the end. It need not be registered.
    #[must_use]
    pub fn with_model_pass(mut self, pass: Arc<dyn Pass<Model>>) -> Self {
        self.models.push(Item { spec: Spec::new(pass.meta().name), pass });
        self
    }

    /// The same without a pass.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.networks.retain(|item| item.spec.kind != name);
        self.models.retain(|item| item.spec.kind != name);
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
        drive(&self.networks, network.clone(), &self.context(), self.edit_limit, observer)
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
        drive(&self.models, model, &self.context(), self.edit_limit, observer)
    }

    fn context(&self) -> PassCx {
        PassCx { seed: self.seed }
    }
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
        let networks = self.networks.iter().map(Item::to_string);
        let models = self.models.iter().map(Item::to_string);
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
