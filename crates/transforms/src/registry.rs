//! The passes of all linked crates, by name.

use std::sync::{Arc, LazyLock};

use pontine_core_ir::{
    Model, Network, Spec, SpecError,
    error::nearest,
    pass::{Pass, PassIr, PassMeta},
    registry::{Entry, Registry},
};

use crate::error::PipelineError;

/// A pass offered by name: submit one to `inventory` as `PassEntry<Network>` or `PassEntry<Model>`.
pub struct PassEntry<Ir: PassIr + 'static> {
    /// Its name and promises.
    pub meta: &'static PassMeta,
    /// Makes the pass, or says what is wrong with its parameters.
    pub make: MakePass<Ir>,
    /// Who offers it: `module_path!()`.
    pub place: &'static str,
}

/// Makes a pass from its parameters.
pub type MakePass<Ir> = fn(&Spec) -> Result<Arc<dyn Pass<Ir>>, SpecError>;

/// Makes a pass that has no parameters.
///
/// # Errors
/// [`SpecError`] for the first parameter that is given.
pub fn plain<Ir: PassIr, P: Pass<Ir> + Default + 'static>(
    spec: &Spec,
) -> Result<Arc<dyn Pass<Ir>>, SpecError> {
    spec.check_names(&[])?;
    Ok(Arc::new(P::default()))
}

inventory::collect!(PassEntry<Network>);
inventory::collect!(PassEntry<Model>);

impl<Ir: PassIr + 'static> Entry for PassEntry<Ir> {
    const ROLE: &'static str = "pass";

    fn name(&self) -> &str {
        self.meta.name
    }

    fn place(&self) -> &'static str {
        self.place
    }
}

/// The network passes of all linked crates.
pub fn network_passes() -> &'static Registry<PassEntry<Network>> {
    static REGISTRY: LazyLock<Registry<PassEntry<Network>>> =
        LazyLock::new(|| Registry::read(inventory::iter::<PassEntry<Network>>()));
    &REGISTRY
}

/// The model passes of all linked crates.
pub fn model_passes() -> &'static Registry<PassEntry<Model>> {
    static REGISTRY: LazyLock<Registry<PassEntry<Model>>> =
        LazyLock::new(|| Registry::read(inventory::iter::<PassEntry<Model>>()));
    &REGISTRY
}

/// A pass of either kind.
pub(crate) enum Found {
    Network(&'static PassEntry<Network>),
    Model(&'static PassEntry<Model>),
}

pub(crate) fn find(name: &str) -> Result<Found, PipelineError> {
    let (networks, models) = (network_passes().entries()?, model_passes().entries()?);
    match (networks.get(name), models.get(name)) {
        (Some(entry), None) => Ok(Found::Network(entry)),
        (None, Some(entry)) => Ok(Found::Model(entry)),
        (Some(network), Some(model)) => Err(PipelineError::Ambiguous {
            name: name.into(),
            network: network.place,
            model: model.place,
        }),
        (None, None) => {
            let known = networks.keys().chain(models.keys()).copied();
            Err(PipelineError::Unknown { name: name.into(), nearest: nearest(name, known) })
        }
    }
}
