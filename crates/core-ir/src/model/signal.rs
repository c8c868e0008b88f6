//! What operators write and read.

use crate::{path::Path, tensor::Tensor};

/// Numbers, or the spikes of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Its stable name.
    pub path: Path,
    /// Numbers or spikes.
    pub kind: SignalKind,
    /// What may happen to it.
    pub role: Role,
    /// Initial value; for events, of shape `(n,)` and zero.
    pub initial: Tensor,
}

/// Numbers or spikes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SignalKind {
    /// An array.
    Dense,
    /// The spikes of one step: index and value; k spikes of one cell in one step are one event of
    /// value k. Read as dense, element i is `amplitude · value`, or 0.
    Events {
        /// What a spike of value 1 counts where it is read as dense (1/dt Hz in the NEF).
        amplitude: f64,
    },
}

/// What may happen to a signal; passes and backends rely on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing writes it while the model runs.
    Constant,
    /// Like a constant, but learning may change it and training may fit it.
    Parameter,
    /// Carries something from step to step.
    State,
    /// Written anew in each step.
    Temporary,
}

impl Signal {
    /// Numbers that are never written.
    pub fn constant(path: Path, initial: Tensor) -> Self {
        Self { path, kind: SignalKind::Dense, role: Role::Constant, initial }
    }

    /// Numbers that are written in each step, zero at first.
    pub fn temporary(path: Path, shape: &[usize]) -> Self {
        Self {
            path,
            kind: SignalKind::Dense,
            role: Role::Temporary,
            initial: Tensor::filled(shape, 0.0),
        }
    }

    /// Numbers that are carried from step to step, zero at first.
    pub fn state(path: Path, shape: &[usize]) -> Self {
        Self { role: Role::State, ..Self::temporary(path, shape) }
    }

    /// The spikes of `n` cells.
    pub fn events(path: Path, n: usize, amplitude: f64) -> Self {
        Self { kind: SignalKind::Events { amplitude }, ..Self::temporary(path, &[n]) }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.initial.len()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.initial.is_empty()
    }

    /// Whether it carries spikes.
    pub fn is_events(&self) -> bool {
        matches!(self.kind, SignalKind::Events { .. })
    }
}
