//! Pulls the synapses of all deliveries, several at a time.

use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use pontine_core_ir::{
    Model, OperatorId, Path, Synapses, Value,
    model::{Deliver, OperatorKind},
    port::CompileError,
};
use pontine_mechanism::Real;

use crate::{
    plan::{Wiring, synapses},
    rows::{Delays, Rows, Sides, Weights, pull, rank},
    share::Shares,
};

type Pulled<F> = Result<Vec<Arc<Rows<F>>>, CompileError>;

/// Pulls the synapses of all deliveries, with so many threads.
///
/// # Errors
/// [`CompileError`] if a connector, its weights or delays are wrong, or memory is short.
pub(crate) fn wire<F: Real>(
    model: &Model,
    shares: &Shares,
    n_threads: usize,
) -> Result<Wiring<F>, CompileError> {
    let deliveries: Vec<(OperatorId, &Path, &Deliver)> = model
        .operators
        .iter()
        .filter_map(|(id, op)| match &op.kind {
            OperatorKind::Deliver(deliver) => Some((id, &op.path, deliver)),
            _ => None,
        })
        .collect();
    let pulled = in_parallel(deliveries.len(), n_threads, |i| {
        let (_, path, deliver) = deliveries[i];
        one(model, shares, path, deliver)
    });
    let mut wiring = vec![BTreeMap::new(); shares.n];
    for ((id, ..), rows) in deliveries.iter().zip(pulled) {
        for (of_share, rows) in wiring.iter_mut().zip(rows?) {
            of_share.insert(*id, rows);
        }
    }
    Ok(wiring)
}

fn one<F: Real>(model: &Model, shares: &Shares, path: &Path, deliver: &Deliver) -> Pulled<F> {
    let of_share = |share| shares.elements(model, deliver.target, share);
    let sides = Sides {
        n_source: model.signals[deliver.source].len(),
        n_target: model.signals[deliver.target].len(),
        shares: (0..shares.n).map(of_share).collect(),
    };
    let mut rows = pull(&synapses(model, path, deliver)?, &sides, path)?;
    if let Some(synapse) = &deliver.synapse {
        add_variables(model, path, deliver, &sides, &mut rows)?;
        let has_parts = rows.iter().any(|rows| matches!(rows.delays(), Delays::Each(_)));
        if synapse.synapse.is_random() || has_parts {
            rank(path.as_str(), &mut rows)?;
        }
    }
    Ok(rows.into_iter().map(Arc::new).collect())
}

/// Adds the numbers that synapses have besides: parameters, and initial values of their states.
fn add_variables<F: Real>(
    model: &Model,
    path: &Path,
    deliver: &Deliver,
    sides: &Sides,
    rows: &mut [Rows<F>],
) -> Result<(), CompileError> {
    let variables = deliver.synapse.iter().flat_map(|synapse| synapse.variables());
    for (purpose, value) in variables {
        match value {
            Some(Value::Const(value)) => {
                let value = F::from_f64(*value);
                rows.iter_mut().for_each(|rows| rows.more.push(Some(Weights::All(value))));
            }
            // The same synapses once more, each with this number as its weight.
            Some(value) => {
                let (seed, dt) = (model.seed, model.dt);
                let numbers = Synapses::of_variable(deliver, value, &purpose, path, seed, dt)?;
                let pulled = pull::<F>(&numbers, sides, path)?;
                let columns = rows.iter_mut().zip(pulled);
                columns.for_each(|(rows, pulled)| rows.more.push(Some(pulled.weights)));
            }
            None => rows.iter_mut().for_each(|rows| rows.more.push(None)),
        }
    }
    Ok(())
}

/// The results of `n` tasks, in their order; threads take the next task when they are done.
fn in_parallel<T: Send>(n: usize, n_threads: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let n_threads = n_threads.min(n);
    if n_threads <= 1 {
        return (0..n).map(task).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            match next.fetch_add(1, Ordering::Relaxed) {
                i if i < n => done.push((i, task(i))),
                _ => return done,
            }
        }
    };
    let mut results = thread::scope(|scope| {
        let workers: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined
            .flat_map(|done| done.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    results.sort_unstable_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::in_parallel;

    #[test]
    fn results_come_in_the_order_of_tasks() {
        for n_threads in [1, 2, 3, 7] {
            assert_eq!(in_parallel(5, n_threads, |i| i * i), [0, 1, 4, 9, 16]);
        }
    }
}
