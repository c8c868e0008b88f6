//! Operators: a closed set, so that every backend is made by the compiler to think of each.

use std::{fmt, num::NonZeroU32, sync::Arc};

use pontine_mechanism::{Function, Mechanism};

use super::{Model, SynapseModel};
use crate::{
    connectivity::{Block, Connectivity, Window},
    id::SignalId,
    path::Path,
    port::HostOperator,
    value::Value,
};

/// Distance into the past, in steps: at least one, so it makes no edge within a step.
pub type Lag = NonZeroU32;

/// One thing that happens in each step.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// The object that it was built for.
    pub path: Path,
    /// Which of the object's operators it is. (path, part) is unique.
    pub part: u16,
    /// What happens.
    pub kind: OperatorKind,
}

/// What an operator does.
#[derive(Clone, Debug)]
pub enum OperatorKind {
    /// `time = n · dt`, s.
    Time {
        /// Set.
        time: SignalId,
    },
    /// Every element becomes `value`.
    Reset {
        /// Set.
        target: SignalId,
        /// The value.
        value: f64,
    },
    /// `target[target_index] = source[source_index]`, or `+=`. A target set through an index keeps
    /// its other elements.
    Copy {
        /// Read.
        source: SignalId,
        /// Which elements; all if absent.
        source_index: Option<Arc<[u32]>>,
        /// Set, or incremented.
        target: SignalId,
        /// Which elements; all if absent.
        target_index: Option<Arc<[u32]>>,
        /// Whether to increment.
        inc: bool,
    },
    /// `y += a · x` element by element; `a` and `x` may be one number, and `a` may be one number for
    /// each row of `y`.
    ElementwiseInc {
        /// Read.
        a: SignalId,
        /// Read.
        x: SignalId,
        /// Incremented.
        y: SignalId,
    },
    /// `y += a x` with a matrix `a` of shape `(y, x)`; the sum of a row runs from zero in ascending
    /// index of `x`, and is then added.
    DotInc {
        /// Read: `(rows, columns)`.
        a: SignalId,
        /// Read: `(columns,)`.
        x: SignalId,
        /// Incremented: `(rows,)`.
        y: SignalId,
    },
    /// `y += A x` with a matrix of which only some numbers are there: the products of a row,
    /// `a[k] x[columns[k]]`, are summed from zero in ascending k, and the sum is then added.
    SparseInc {
        /// Read: the numbers, one for each entry.
        a: SignalId,
        /// Where they stand in the matrix.
        entries: Entries,
        /// Read.
        x: SignalId,
        /// Incremented.
        y: SignalId,
    },
    /// `y += a xᵀ`: what learning rules add to a matrix.
    OuterInc {
        /// Read: `(rows,)`.
        a: SignalId,
        /// Read: `(columns,)`.
        x: SignalId,
        /// Incremented: `(rows, columns)`.
        y: SignalId,
    },
    /// A synapse: the output changes at the end of the step.
    Filter(Filter),
    /// `y = f(t, x)`, an expression in the mechanism language.
    Function {
        /// Arguments are `t` (s), if `time` is there, and `x`, if it is there.
        function: Arc<Function>,
        /// Read.
        time: Option<SignalId>,
        /// Read.
        x: Option<SignalId>,
        /// Set.
        y: SignalId,
    },
    /// `y = host(t, x)`.
    Host {
        /// The code.
        host: Arc<dyn HostOperator>,
        /// Read.
        x: Option<SignalId>,
        /// Set.
        y: SignalId,
    },
    /// Cells of one mechanism, in both worlds.
    Neurons(Neurons),
    /// Spikes at given times.
    SpikeList(SpikeList),
    /// Spikes through synapses.
    Deliver(Deliver),
}

/// Where the numbers of a sparse matrix stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entries {
    /// The row of each.
    pub rows: Arc<[u32]>,
    /// The column of each.
    pub columns: Arc<[u32]>,
}

impl Entries {
    /// Row and column of each.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.rows.iter().copied().zip(self.columns.iter().copied())
    }
}

/// A linear filter over each element of a vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// Read.
    pub input: SignalId,
    /// Updated: `output = decay · output + gain · input` at the end of the step, or 0 where that is below
    /// [`Filter::TINY`] in size. A decay of 0 is a pure delay of one step.
    pub output: SignalId,
    /// What is kept of the output.
    pub decay: f64,
    /// What is added of the input.
    pub gain: f64,
}

impl Filter {
    /// What is less in size counts as 0, so that no arithmetic is done on subnormal numbers, which is many
    /// times slower: what has once been filtered decays for ever.
    pub const TINY: f64 = 1e-30;
}

/// Cells of one mechanism.
#[derive(Clone, Debug, PartialEq)]
pub struct Neurons {
    /// Their equations.
    pub mechanism: Arc<Mechanism>,
    /// How many.
    pub n: usize,
    /// Values of all parameters, in the mechanism's order and units.
    pub parameters: Vec<Value>,
    /// Initial values of states, in the mechanism's order; the mechanism's own where absent.
    pub initial: Vec<Option<Value>>,
    /// Read: one dense signal for each input of the mechanism; zero where absent.
    pub inputs: Vec<Option<SignalId>>,
    /// Read: one dense signal for each receptor, the sum of the weights due; zero where absent.
    pub receptors: Vec<Option<SignalId>>,
    /// Set: one signal for each output of the mechanism, events or dense.
    pub outputs: Vec<SignalId>,
    /// Set: dense copies of states at the end of the step, for others to read.
    pub exposed: Vec<(usize, SignalId)>,
}

/// Spikes at given times.
#[derive(Clone, Debug, PartialEq)]
pub struct SpikeList {
    /// Set: events.
    pub output: SignalId,
    /// Steps at whose end cell i spikes: `steps[starts[i]..starts[i + 1]]`, ascending; a step named
    /// k times is an event of value k.
    pub steps: Arc<[u64]>,
    /// Where each cell begins; one more than there are cells.
    pub starts: Arc<[usize]>,
}

/// Spikes through the synapses of one projection.
///
/// In step n each synapse of delay d adds weight · value of its source's event of step n - d to
/// its target. The sum of a target is one running sum in the order (step of emission, oldest
/// first; path of the projection; source; ordinal), over all projections to the signal. It is added
/// to the signal where the first of them stands in the step; weights and delays count as they are
/// then, whenever they were written.
///
/// Where the weights are products of signals, `scale · E T D`, a projection adds one number for each
/// of its blocks to a target of that block, if any source of the block sent an event in step n - d.
/// Such numbers come behind those of all single synapses, in the order (step of emission, oldest
/// first; path of the projection; block). `z = D x`, `y = T z` and the product of a row of E and y
/// each run from zero in ascending index, for z that of the sources in their signal, over those alone
/// that sent something; what is added is scale times the last of them. E, T and D are read as they
/// stand after all that is added to them in step n, by all deliveries to the signal at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Deliver {
    /// Read of the past: events.
    pub source: SignalId,
    /// Incremented: the receptor's sum.
    pub target: SignalId,
    /// Which cells are joined.
    pub connectivity: Connectivity,
    /// Weights, in the receptor's unit; a number, where they are products: the scale.
    pub weight: Value,
    /// Delays, ms; a number, where weights are products.
    pub delay: Value,
    /// What synapses do besides; none if they do nothing but add their weight. Not where weights are
    /// products.
    pub synapse: Option<Arc<SynapseModel>>,
}

/// How an operator touches signals; the order of a step follows from this alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Written first; at most one setter for each signal.
    pub sets: Vec<SignalId>,
    /// Added to after it is set.
    pub incs: Vec<SignalId>,
    /// Read after all that is added.
    pub reads: Vec<SignalId>,
    /// Written after all have read; at most one updater for each signal.
    pub updates: Vec<SignalId>,
    /// Read as it was at least so many steps ago: no edge within the step.
    pub reads_past: Vec<(SignalId, Lag)>,
}

impl Operator {
    /// What operators of one level are ordered by.
    pub fn key(&self) -> (&Path, u16) {
        (&self.path, self.part)
    }

    /// How it touches signals, in a model of this time step.
    pub fn access(&self, dt_s: f64) -> Access {
        self.kind.access(dt_s)
    }
}

impl OperatorKind {
    /// The name of the kind, as in the text form.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Time { .. } => "time",
            Self::Reset { .. } => "reset",
            Self::Copy { .. } => "copy",
            Self::ElementwiseInc { .. } => "elementwise",
            Self::DotInc { .. } => "dot",
            Self::SparseInc { .. } => "sparse",
            Self::OuterInc { .. } => "outer",
            Self::Filter(_) => "filter",
            Self::Function { .. } => "function",
            Self::Host { .. } => "host",
            Self::Neurons(_) => "neurons",
            Self::SpikeList(_) => "spike_list",
            Self::Deliver(_) => "deliver",
        }
    }

    /// The signals that it reads, in this step or as they were, to be changed.
    pub fn reads_mut(&mut self) -> Vec<&mut SignalId> {
        match self {
            Self::Time { .. } | Self::Reset { .. } | Self::SpikeList(_) => vec![],
            Self::Copy { source, .. } => vec![source],
            Self::ElementwiseInc { a, x, .. }
            | Self::DotInc { a, x, .. }
            | Self::SparseInc { a, x, .. }
            | Self::OuterInc { a, x, .. } => vec![a, x],
            Self::Filter(filter) => vec![&mut filter.input],
            Self::Function { time, x, .. } => time.iter_mut().chain(x).collect(),
            Self::Host { x, .. } => x.iter_mut().collect(),
            Self::Neurons(neurons) => {
                neurons.inputs.iter_mut().chain(&mut neurons.receptors).flatten().collect()
            }
            Self::Deliver(deliver) => {
                let factors = deliver.connectivity.factors_mut().into_iter();
                let synapse = deliver.synapse.as_mut().map(Arc::make_mut);
                let post = synapse.and_then(|synapse| synapse.post.as_mut());
                factors.chain(post).chain(std::iter::once(&mut deliver.source)).collect()
            }
        }
    }

    fn access(&self, dt_s: f64) -> Access {
        let mut access = Access::default();
        match self {
            Self::Time { time } => access.sets.push(*time),
            Self::Reset { target, .. } => access.sets.push(*target),
            Self::Copy { source, target, inc, .. } => {
                access.reads.push(*source);
                if *inc { &mut access.incs } else { &mut access.sets }.push(*target);
            }
            Self::ElementwiseInc { a, x, y }
            | Self::DotInc { a, x, y }
            | Self::SparseInc { a, x, y, .. }
            | Self::OuterInc { a, x, y } => {
                access.reads.extend([*a, *x]);
                access.incs.push(*y);
            }
            Self::Filter(filter) => {
                access.reads.push(filter.input);
                access.updates.push(filter.output);
            }
            Self::Function { time, x, y, .. } => {
                access.reads.extend(time.iter().chain(x));
                access.sets.push(*y);
            }
            Self::Host { x, y, .. } => {
                access.reads.extend(x);
                access.sets.push(*y);
            }
            Self::Neurons(neurons) => {
                access.reads.extend(neurons.inputs.iter().chain(&neurons.receptors).flatten());
                access
                    .sets
                    .extend(neurons.outputs.iter().chain(neurons.exposed.iter().map(|(_, s)| s)));
            }
            Self::SpikeList(list) => access.sets.push(list.output),
            Self::Deliver(deliver) => {
                access.incs.push(deliver.target);
                access.reads.extend(deliver.connectivity.factors().map(|(_, signal)| signal));
                access.reads_past.push((deliver.source, deliver.lag(dt_s)));
                let post = deliver.synapse.as_ref().and_then(|synapse| synapse.post);
                access.reads_past.extend(post.map(|post| (post, Lag::MIN)));
            }
        }
        access
    }
}

impl Deliver {
    /// Whether all synapses have one delay, as far as it is known without drawing.
    pub fn has_one_delay(&self) -> bool {
        matches!(self.delay, Value::Const(_)) && self.listed_delays().is_none()
    }

    /// The longest delay that a list of synapses brings along, ms.
    pub fn longest_listed_delay(&self) -> Option<f64> {
        self.listed_delays().map(|delays| delays.iter().copied().fold(0.0, f64::max))
    }

    /// The delays that a list of synapses brings along, ms.
    fn listed_delays(&self) -> Option<&[f64]> {
        match &self.connectivity {
            Connectivity::List(list) => list.delay.as_deref(),
            Connectivity::Rule(_) | Connectivity::Factored(_) | Connectivity::Blocks(_) => None,
        }
    }

    /// The products that its weights are, over all cells or over some of them; none if weights are
    /// those of single synapses.
    pub fn blocks(&self, model: &Model) -> Vec<Block> {
        let all = |signal: SignalId| Window::All(model.signals[signal].len());
        match &self.connectivity {
            Connectivity::Rule(_) | Connectivity::List(_) => Vec::new(),
            Connectivity::Factored(factors) => {
                let (source, target) = (all(self.source), all(self.target));
                vec![Block { source, target, factors: *factors }]
            }
            Connectivity::Blocks(blocks) => blocks.to_vec(),
        }
    }

    /// The shortest delay that is certain without drawing, in steps.
    pub fn lag(&self, dt_s: f64) -> Lag {
        let listed = self.listed_delays().map(|d| d.iter().copied().fold(f64::INFINITY, f64::min));
        let shortest_ms = listed.unwrap_or_else(|| match &self.delay {
            Value::Const(delay) => *delay,
            Value::Distribution(spec) => {
                crate::registry::sampler(spec).map_or(0.0, |s| s.bounds().0)
            }
            Value::Dense(_) | Value::Expression(_) => 0.0,
        });
        let steps = (shortest_ms / (dt_s * 1e3)).round().clamp(1.0, f64::from(u32::MAX));
        Lag::new(steps as u32).unwrap_or(Lag::MIN)
    }
}

impl PartialEq for OperatorKind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Time { time: a }, Self::Time { time: b }) => a == b,
            (Self::Reset { target: a, value: u }, Self::Reset { target: b, value: v }) => {
                (a, u) == (b, v)
            }
            (
                Self::Copy { source: a, source_index: b, target: c, target_index: d, inc: e },
                Self::Copy { source: f, source_index: g, target: h, target_index: i, inc: j },
            ) => (a, b, c, d, e) == (f, g, h, i, j),
            (Self::ElementwiseInc { a, x, y }, Self::ElementwiseInc { a: b, x: u, y: v })
            | (Self::DotInc { a, x, y }, Self::DotInc { a: b, x: u, y: v })
            | (Self::OuterInc { a, x, y }, Self::OuterInc { a: b, x: u, y: v }) => {
                (a, x, y) == (b, u, v)
            }
            (
                Self::SparseInc { a, entries: e, x, y },
                Self::SparseInc { a: b, entries: f, x: u, y: v },
            ) => (a, e, x, y) == (b, f, u, v),
            (Self::Filter(a), Self::Filter(b)) => a == b,
            (
                Self::Function { function: a, time: b, x: c, y: d },
                Self::Function { function: e, time: f, x: g, y: h },
            ) => (a, b, c, d) == (e, f, g, h),
            (Self::Host { host: a, x: b, y: c }, Self::Host { host: d, x: e, y: f }) => {
                Arc::ptr_eq(a, d) && (b, c) == (e, f)
            }
            (Self::Neurons(a), Self::Neurons(b)) => a == b,
            (Self::SpikeList(a), Self::SpikeList(b)) => a == b,
            (Self::Deliver(a), Self::Deliver(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of `{}`", self.kind.name(), self.path)
    }
}
