//! A synapse of our own: two equal low-pass filters, one after the other.

use pontine_builder::{BuildError, Builder, FilterSite, SynapseEntry};
use pontine_core_ir::{
    SignalId, Spec,
    model::{Filter, OperatorKind, Signal},
};

inventory::submit! {
    SynapseEntry { kind: "DoubleLowpass", build, place: module_path!() }
}

fn build(
    builder: &mut Builder<'_>,
    site: &FilterSite,
    spec: &Spec,
) -> Result<SignalId, BuildError> {
    let wrong = |source| BuildError::Spec { path: site.path.clone(), source };
    spec.check_names(&["tau"]).map_err(wrong)?;
    let decay = (-builder.dt() / spec.number("tau").map_err(wrong)?).exp();
    let mut input = site.input;
    for stage in ["lowpass.1", "lowpass.2"] {
        let output = builder.signal(Signal::state(site.path.part(stage), &[site.size]));
        let filter = Filter { input, output, decay, gain: 1.0 - decay };
        builder.operator(&site.path, OperatorKind::Filter(filter));
        input = output;
    }
    Ok(input)
}
