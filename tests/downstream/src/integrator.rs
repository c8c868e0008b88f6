//! A kind of object of our own: the integral of its input over time.

use pontine_builder::{BuildError, Builder, CustomEntry};
use pontine_core_ir::{
    CustomId, SignalId,
    model::{Filter, OperatorKind, Signal},
};

inventory::submit! {
    CustomEntry { kind: "Integrator", build, place: module_path!() }
}

fn build(
    builder: &mut Builder<'_>,
    id: CustomId,
    input: SignalId,
    output: SignalId,
) -> Result<(), BuildError> {
    let path = builder.path(id);
    let size = builder.network().customs[id].size_in;
    let sum = builder.signal(Signal::state(path.part("sum"), &[size]));
    let gain = builder.dt();
    builder.operator(&path, OperatorKind::Filter(Filter { input, output: sum, decay: 1.0, gain }));
    builder.operator(
        &path,
        OperatorKind::Copy {
            source: sum,
            source_index: None,
            target: output,
            target_index: None,
            inc: false,
        },
    );
    Ok(())
}
