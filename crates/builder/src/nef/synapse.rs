//! `Lowpass(tau)`: the exponential filter, tau in s; 0 is a delay of one step.

use pontine_core_ir::{
    SignalId, Spec, SpecError, inventory,
    model::{Filter, OperatorKind, Signal},
};
use pontine_nef::synapse::lowpass;

use crate::{
    builder::Builder,
    error::BuildError,
    registry::{FilterSite, SynapseEntry},
};

inventory::submit! {
    SynapseEntry { kind: "Lowpass", build, place: module_path!() }
}

fn build(
    builder: &mut Builder<'_>,
    site: &FilterSite,
    spec: &Spec,
) -> Result<SignalId, BuildError> {
    let tau = tau(spec).map_err(|source| BuildError::Spec { path: site.path.clone(), source })?;
    let filter = lowpass(tau, builder.dt());
    let output = builder.signal(Signal::state(site.path.part("filtered"), &[site.size]));
    builder.operator(
        &site.path,
        OperatorKind::Filter(Filter {
            input: site.input,
            output,
            decay: filter.decay,
            gain: filter.gain,
        }),
    );
    Ok(output)
}

fn tau(spec: &Spec) -> Result<f64, SpecError> {
    spec.check_names(&["tau"])?;
    let tau = spec.number("tau")?;
    if tau >= 0.0 && tau.is_finite() {
        return Ok(tau);
    }
    Err(spec.wrong("tau", &tau.into(), "finite and not negative"))
}
