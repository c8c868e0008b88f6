//! Memory that a model would need, without making it.

use std::collections::BTreeMap;

use pontine_core_ir::{
    Model, Path, SignalId, Value,
    model::{Deliver, Neurons, OperatorKind, Role},
    port::{CompileError, Estimate},
    registry::sampler,
};
use pontine_mechanism::LANES;

use crate::{
    arena::{self, padded},
    calendar,
    plan::synapses,
    rows::Narrow,
};

/// Steps that a calendar is taken to hold where the longest delay is only known when it is drawn.
const UNKNOWN_DELAY: f64 = 64.0;

/// Bytes of synapses, sums under way, states, parameters and signals, for numbers of `size` bytes.
pub(crate) fn estimate(model: &Model, size: usize) -> Result<Estimate, CompileError> {
    let bytes = arena::estimate(model, size) + of_spikes(model, size);
    let mut total = Estimate { bytes, ..Estimate::default() };
    for (_, op) in model.operators.iter() {
        match &op.kind {
            OperatorKind::Deliver(deliver) => {
                let (synapses, bytes) = of_delivery(model, &op.path, deliver, size)?;
                total.add(&op.path, synapses, bytes);
            }
            OperatorKind::Neurons(neurons) => total.add(&op.path, 0.0, of_cells(neurons, size)),
            OperatorKind::SpikeList(list) => {
                total.add(&op.path, 0.0, 16.0 * list.steps.len() as f64);
            }
            // What does not change is kept a second time, in another order.
            OperatorKind::DotInc { a, .. } if model.signals[*a].role == Role::Constant => {
                total.add(&op.path, 0.0, (size * model.signals[*a].len()) as f64);
            }
            // Numbers and places, in the order of rows or of columns.
            OperatorKind::SparseInc { entries, .. } => {
                total.add(&op.path, 0.0, ((8 + size) * entries.rows.len()) as f64);
            }
            OperatorKind::Time { .. }
            | OperatorKind::Reset { .. }
            | OperatorKind::Copy { .. }
            | OperatorKind::ElementwiseInc { .. }
            | OperatorKind::DotInc { .. }
            | OperatorKind::OuterInc { .. }
            | OperatorKind::Filter(_)
            | OperatorKind::Function { .. }
            | OperatorKind::Host { .. } => {}
        }
    }
    Ok(total)
}

/// Number of synapses, and bytes.
fn of_delivery(
    model: &Model,
    path: &Path,
    deliver: &Deliver,
    size: usize,
) -> Result<(f64, f64), CompileError> {
    let rows = synapses(model, path, deliver)?;
    let n = rows.n_expected();
    let weight = if rows.constant_weight().is_some() { 0 } else { size };
    let n_source = model.signals[deliver.source].len() as f64;
    let n_target = model.signals[deliver.target].len();
    let index = Narrow::up_to(n_target.saturating_sub(1) as u32).width();
    let longest = longest_delay(model, deliver);
    let column = (padded(n_target) * size) as f64;
    let (delay, calendar) = match rows.constant_delay() {
        Some(_) => (0, 0.0),
        None => {
            let day = column + (calendar::room(n_target) * 2 * size) as f64;
            (Narrow::up_to(longest as u32).width(), n_columns(longest) * day)
        }
    };
    let states = deliver.synapse.as_deref().map_or(0, |model| {
        let is_varied = |(_, value): &(String, Option<&Value>)| {
            value.is_some_and(|value| !matches!(value, Value::Const(_)))
        };
        // When the last spike came is known of each.
        let n_columns =
            model.synapse.states().len() + 2 * model.variables().filter(is_varied).count();
        size_of::<u32>() + size * n_columns
    });
    Ok((
        n,
        n * (index + weight + delay + states) as f64 + 8.0 * (n_source + 1.0) + column + calendar,
    ))
}

/// Lists of spikes have room for all elements of their signal, for as many steps as delays reach back.
fn of_spikes(model: &Model, size: usize) -> f64 {
    let mut reaches = BTreeMap::new();
    for (_, op) in model.operators.iter() {
        if let OperatorKind::Deliver(deliver) = &op.kind {
            let reach: &mut f64 = reaches.entry(deliver.source).or_default();
            *reach = reach.max(longest_delay(model, deliver));
        }
    }
    let of_signal = |(signal, reach): (SignalId, f64)| {
        model.signals[signal].len() as f64 * n_columns(reach + 1.0) * (4 + size) as f64
    };
    reaches.into_iter().map(of_signal).sum()
}

/// Columns are a power of two.
fn n_columns(n_steps: f64) -> f64 {
    n_steps.log2().ceil().exp2()
}

/// In steps.
fn longest_delay(model: &Model, deliver: &Deliver) -> f64 {
    let listed = deliver.longest_listed_delay();
    let longest_ms = listed.unwrap_or_else(|| match &deliver.delay {
        Value::Distribution(spec) => sampler(spec).map_or(f64::INFINITY, |s| s.bounds().1),
        Value::Const(delay) => *delay,
        Value::Dense(_) | Value::Expression(_) => f64::INFINITY,
    });
    let steps = longest_ms / (model.dt * 1e3);
    if steps.is_finite() { steps.max(1.0) } else { UNKNOWN_DELAY }
}

fn of_cells(neurons: &Neurons, size: usize) -> f64 {
    let mechanism = &neurons.mechanism;
    let n_varied = neurons.parameters.iter().filter(|v| !matches!(v, Value::Const(_))).count();
    let n_equal = neurons.parameters.len() - n_varied;
    // What is derived from parameters that differ may differ as well.
    let n_derived = mechanism.derived.len();
    let (more_varied, more_equal) = if n_varied > 0 { (n_derived, 0) } else { (0, n_derived) };
    // Parameters are kept as given, in f64, beside what kernels read.
    let per_cell = size * (mechanism.states.len() + n_varied + more_varied) + 8 * n_varied;
    (padded(neurons.n) * per_cell + LANES * size * (n_equal + more_equal)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_need_room_for_their_factors_alone() {
        let zeros = |n: usize| vec![0.0; n];
        let (n, sum, factor) = (1000, zeros(1000), zeros(4000));
        let text = format!(
            "model dt=0.001 seed=0 \"\"
             signal %0 \"spikes\" events [{n}] amplitude=1.0
             signal %1 \"sum\" dense [{n}] temporary = {sum:?}
             signal %2 \"d\" dense [4, {n}] constant = {factor:?}
             signal %3 \"e\" dense [{n}, 4] constant = {factor:?}
             operator \"p\" 0 deliver %0 -> %1 factored encoders=%3 decoders=%2 weight=1.0 delay=1.0"
        );
        let estimate = estimate(&Model::parse(&text).unwrap(), size_of::<f64>()).unwrap();
        assert_eq!(estimate.synapses, 0.0);
        let factors = 8.0 * 8000.0;
        assert!((factors..2.0 * factors).contains(&estimate.bytes), "{}", estimate.bytes);
    }
}
