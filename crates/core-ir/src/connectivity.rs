//! Connectivity kept as what it is: a rule, a list, or factors; rows are pulled when a backend wants
//! them, and factors are not multiplied out.

mod factored;

use std::sync::{Arc, OnceLock};

use pontine_mechanism::{
    FunctionKernel,
    native::{Supported, Task, dispatch},
};
use pontine_rng::StreamKey;

pub use factored::{Block, Factors};

use self::factored::FactoredRows;
use crate::{
    id::SignalId,
    model::{Deliver, Model},
    path::Path,
    port::{Major, RowBuf, RowSource, RuleContext, RuleError},
    registry::{LookupError, Sampler, rule, sampler},
    spec::Spec,
    tensor::Tensor,
    value::{Value, ValueError, check_arity},
};

/// Which cells are joined.
#[derive(Clone, Debug, PartialEq)]
pub enum Connectivity {
    /// A connector by name, with draws keyed by the projection's path.
    Rule(RuleConnectivity),
    /// Every synapse.
    List(Arc<SynapseList>),
    /// One product of signals, from all cells of the source to all of the target.
    Factored(Factors),
    /// Several products, in their order; their targets may overlap.
    Blocks(Arc<[Block]>),
}

impl Connectivity {
    /// All factors, by name.
    pub fn factors(&self) -> impl Iterator<Item = (&'static str, SignalId)> + '_ {
        let (one, blocks): (_, &[Block]) = match self {
            Self::Rule(_) | Self::List(_) => (None, &[]),
            Self::Factored(factors) => (Some(factors), &[]),
            Self::Blocks(blocks) => (None, blocks),
        };
        let all = one.into_iter().chain(blocks.iter().map(|block| &block.factors));
        all.flat_map(Factors::named)
    }

    /// The signals of all factors, to be changed.
    pub fn factors_mut(&mut self) -> Vec<&mut SignalId> {
        match self {
            Self::Rule(_) | Self::List(_) => vec![],
            Self::Factored(factors) => factors.signals_mut().collect(),
            Self::Blocks(blocks) => {
                let blocks = Arc::make_mut(blocks).iter_mut();
                blocks.flat_map(|block| block.factors.signals_mut()).collect()
            }
        }
    }

    /// Whether it is products of signals, so that there are no single synapses.
    pub fn is_factored(&self) -> bool {
        matches!(self, Self::Factored(_) | Self::Blocks(_))
    }
}

/// A connector over two sets of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleConnectivity {
    /// The connector.
    pub spec: Spec,
    /// Cells on the source side, and where they stand in the source signal.
    pub source: Window,
    /// Cells on the target side, and where they stand in the target signal.
    pub target: Window,
    /// Whether both sides are one and the same set of cells.
    pub same_cells: bool,
}

/// The connector's flat space laid over a signal.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// Cells 0 to n - 1 stand where they are.
    All(usize),
    /// Cell i stands at `indices[i]`.
    Some(Arc<[u32]>),
}

impl Window {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::All(n) => *n,
            Self::Some(indices) => indices.len(),
        }
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where cell `i` stands.
    pub fn at(&self, i: usize) -> u32 {
        match self {
            Self::All(_) => i as u32,
            Self::Some(indices) => indices[i],
        }
    }
}

/// Synapses one by one. Columns are of equal length; the order within one source is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SynapseList {
    /// Index of the source of each.
    pub source: Vec<u32>,
    /// Index of the target of each.
    pub target: Vec<u32>,
    /// Weights, if they are not given by the projection.
    pub weight: Option<Vec<f64>>,
    /// Delays in ms, if they are not given by the projection.
    pub delay: Option<Vec<f64>>,
}

/// Why synapses could not be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SynapseError {
    /// The connector is unknown or its parameters are wrong.
    #[error("`{path}`: {source}")]
    Lookup {
        /// The projection.
        path: Path,
        /// The cause.
        source: LookupError,
    },
    /// The connector cannot join these cells.
    #[error("`{path}`: {source}")]
    Rule {
        /// The projection.
        path: Path,
        /// The cause.
        source: RuleError,
    },
    /// Weights or delays cannot be expanded.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A weight, or another number of a synapse, that is not finite.
    #[error("`{path}`: a {purpose} of {weight} cannot be used")]
    Weight {
        /// The projection.
        path: Path,
        /// What it is: `weight`, `parameter.<name>` or `init.<name>`.
        purpose: String,
        /// The number.
        weight: f64,
    },
    /// A delay shorter than a step, or longer than can be counted.
    #[error("`{path}`: a delay of {delay_ms} ms is {} {dt_ms} ms", misfit(*.delay_ms, *.dt_ms))]
    Delay {
        /// The projection.
        path: Path,
        /// The delay.
        delay_ms: f64,
        /// The step.
        dt_ms: f64,
    },
    /// A list whose columns differ in length, or that names a cell that is not there.
    #[error("`{path}`: {message}")]
    List {
        /// The projection.
        path: Path,
        /// What is wrong.
        message: String,
    },
    /// Factors without the model that holds them.
    #[error("`{path}`: its weights are a product of signals, which only its model knows")]
    Factored {
        /// The projection.
        path: Path,
    },
    /// Factors that change while the model runs.
    #[error(
        "`{path}`: the {factor} `{signal}` are learned by `{by}`, so the weights cannot be expanded"
    )]
    Learned {
        /// The projection.
        path: Path,
        /// Which factor.
        factor: &'static str,
        /// The signal that holds it.
        signal: Path,
        /// Who writes it.
        by: Path,
    },
}

/// The synapses of one projection, ready to be pulled: rows from the connector, weights and delays
/// from their values, indices through the windows.
pub struct Synapses {
    rows: Box<dyn RowSource>,
    major_window: Window,
    minor_window: Window,
    weight: Variable,
    delay: Variable,
    dt_ms: f64,
    path: Path,
    /// What the weight is.
    purpose: String,
    fault: OnceLock<SynapseError>,
}

/// What a weight is drawn for, and called.
const WEIGHT: &str = "weight";

/// One synaptic variable as it is made row by row.
enum Variable {
    Const(f64),
    Drawn(Box<dyn Sampler>, StreamKey),
    Computed(Arc<pontine_mechanism::Function>),
    FromRow,
}

/// One row of synapses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SynapseRow {
    rows: RowBuf,
    /// Indices on the other side, in the signal's own numbering.
    pub minor: Vec<u32>,
    /// Weights; empty if [`Synapses::constant_weight`].
    pub weights: Vec<f64>,
    /// Delays in steps; empty if [`Synapses::constant_delay`].
    pub delays: Vec<u32>,
}

impl Synapses {
    /// Prepares the synapses of a delivery of a valid model; products of signals are expanded from
    /// their initial values, zeros included, row by row as they are pulled.
    ///
    /// # Errors
    /// As [`Synapses::new`], and [`SynapseError::Learned`] if something in the model writes a factor.
    pub fn of(model: &Model, path: &Path, deliver: &Deliver) -> Result<Self, SynapseError> {
        let Deliver { connectivity, weight, delay, .. } = deliver;
        if !connectivity.is_factored() {
            return Self::new(connectivity, weight, delay, path, model.seed, model.dt);
        }
        factored::check_constant(model, path, deliver)?;
        // Validity holds that both are numbers.
        let number = |value: &Value| if let Value::Const(value) = value { *value } else { 0.0 };
        let initial = |signal: SignalId| model.signals[signal].initial.clone();
        let synapses = Self::of_products(model, path, deliver, number(weight), initial);
        synapses.check_delay(number(delay))?;
        Ok(Self { delay: Variable::Const(number(delay)), ..synapses })
    }

    /// The synapses that a delivery's products of signals are with this scale and these numbers of the
    /// signals, such as those of a running model; all with a delay of one step.
    pub fn of_products(
        model: &Model,
        path: &Path,
        deliver: &Deliver,
        scale: f64,
        numbers: impl Fn(SignalId) -> Tensor,
    ) -> Self {
        let rows = FactoredRows::new(model, deliver, scale, numbers);
        let dt_ms = model.dt * 1e3;
        Self {
            major_window: Window::All(rows.n_major()),
            minor_window: Window::All(usize::MAX),
            weight: Variable::FromRow,
            delay: Variable::Const(dt_ms),
            rows: Box::new(rows),
            dt_ms,
            path: path.clone(),
            purpose: WEIGHT.to_owned(),
            fault: OnceLock::new(),
        }
    }

    /// Prepares the synapses of the projection at `path`, of a rule or a list.
    ///
    /// # Errors
    /// [`SynapseError`] if the connector, the weights or the delays are not what they must be.
    pub fn new(
        connectivity: &Connectivity,
        weight: &Value,
        delay_ms: &Value,
        path: &Path,
        seed: u64,
        dt_s: f64,
    ) -> Result<Self, SynapseError> {
        let dt_ms = dt_s * 1e3;
        let mut synapses = match connectivity {
            Connectivity::Rule(rule) => Self::of_rule(rule, path, seed, dt_ms)?,
            Connectivity::List(list) => Self::of_list(list, path, dt_ms)?,
            Connectivity::Factored(_) | Connectivity::Blocks(_) => {
                return Err(SynapseError::Factored { path: path.clone() });
            }
        };
        if !matches!(synapses.weight, Variable::FromRow) {
            synapses.weight = Variable::new(weight, path, seed, WEIGHT)?;
        }
        if !matches!(synapses.delay, Variable::FromRow) {
            synapses.delay = Variable::new(delay_ms, path, seed, "delay")?;
        }
        if let Some(weight) = synapses.constant_weight() {
            synapses.check_weight(weight)?;
        }
        if let Some(delay) = synapses.shortest_delay() {
            synapses.check_delay(delay)?;
        }
        if let Connectivity::List(list) = connectivity {
            list.weight.iter().flatten().try_for_each(|&weight| synapses.check_weight(weight))?;
            list.delay.iter().flatten().try_for_each(|&delay| synapses.check_delay(delay))?;
        }
        Ok(synapses)
    }

    /// The synapses of a delivery with another number of theirs in the place of the weight, such as a
    /// parameter: drawn for this purpose. A list may have one number for each of its synapses.
    ///
    /// # Errors
    /// As [`Synapses::new`].
    pub fn of_variable(
        deliver: &Deliver,
        value: &Value,
        purpose: &str,
        path: &Path,
        seed: u64,
        dt_s: f64,
    ) -> Result<Self, SynapseError> {
        let (mut connectivity, mut value) = (deliver.connectivity.clone(), value);
        if let Connectivity::List(list) = &mut connectivity {
            let numbers =
                if let Value::Dense(numbers) = value { Some(numbers.to_vec()) } else { None };
            if numbers.is_some() {
                value = &Value::Const(0.0);
            }
            Arc::make_mut(list).weight = numbers;
        }
        let one = &Value::Const(0.0);
        let mut synapses = Self::new(&connectivity, one, &deliver.delay, path, seed, dt_s)?;
        synapses.purpose = purpose.to_owned();
        if !matches!(synapses.weight, Variable::FromRow) {
            synapses.weight = Variable::new(value, path, seed, purpose)?;
        }
        if let Some(number) = synapses.constant_weight() {
            synapses.check_weight(number)?;
        }
        Ok(synapses)
    }

    fn check_weight(&self, weight: f64) -> Result<(), SynapseError> {
        if weight.is_finite() {
            return Ok(());
        }
        let (path, purpose) = (self.path.clone(), self.purpose.clone());
        Err(SynapseError::Weight { path, purpose, weight })
    }

    fn check_delay(&self, delay_ms: f64) -> Result<(), SynapseError> {
        let steps = (delay_ms / self.dt_ms).round();
        if (1.0..=f64::from(u32::MAX)).contains(&steps) {
            return Ok(());
        }
        Err(SynapseError::Delay { path: self.path.clone(), delay_ms, dt_ms: self.dt_ms })
    }

    /// What was found wrong with the rows pulled so far: weights and delays that are computed are
    /// known only then. To be asked once all rows are pulled.
    ///
    /// # Errors
    /// The first fault that was met.
    pub fn check_pulled(&self) -> Result<(), SynapseError> {
        self.fault.get().map_or(Ok(()), |fault| Err(fault.clone()))
    }

    fn note(&self, outcome: Result<(), SynapseError>) {
        if let Err(fault) = outcome {
            // Only the first is kept.
            self.fault.set(fault).ok();
        }
    }

    fn of_rule(
        spec: &RuleConnectivity,
        path: &Path,
        seed: u64,
        dt_ms: f64,
    ) -> Result<Self, SynapseError> {
        let lookup = |source| SynapseError::Lookup { path: path.clone(), source };
        let cx = RuleContext {
            n_source: spec.source.len(),
            n_target: spec.target.len(),
            same_cells: spec.same_cells,
            seed,
            path,
        };
        let rows = rule(&spec.spec)
            .map_err(lookup)?
            .prepare(&cx)
            .map_err(|source| SynapseError::Rule { path: path.clone(), source })?;
        let (major_window, minor_window) = match rows.major() {
            Major::Source => (spec.source.clone(), spec.target.clone()),
            Major::Target => (spec.target.clone(), spec.source.clone()),
        };
        let (weight, delay) = (Variable::Const(0.0), Variable::Const(0.0));
        let (path, purpose, fault) = (path.clone(), WEIGHT.to_owned(), OnceLock::new());
        Ok(Self { rows, major_window, minor_window, weight, delay, dt_ms, path, purpose, fault })
    }

    fn of_list(list: &Arc<SynapseList>, path: &Path, dt_ms: f64) -> Result<Self, SynapseError> {
        let rows = ListRows::new(list.clone())
            .map_err(|message| SynapseError::List { path: path.clone(), message })?;
        let from_row = |column: &Option<Vec<f64>>| match column {
            Some(_) => Variable::FromRow,
            None => Variable::Const(0.0),
        };
        Ok(Self {
            major_window: Window::All(rows.n_major()),
            minor_window: Window::All(usize::MAX),
            weight: from_row(&list.weight),
            delay: from_row(&list.delay),
            rows: Box::new(rows),
            dt_ms,
            path: path.clone(),
            purpose: WEIGHT.to_owned(),
            fault: OnceLock::new(),
        })
    }

    /// Which side the rows belong to.
    pub fn major(&self) -> Major {
        self.rows.major()
    }

    /// Number of rows.
    pub fn n_major(&self) -> usize {
        self.rows.n_major()
    }

    /// Where the cell of row `i` stands in its signal.
    pub fn major_index(&self, i: usize) -> u32 {
        self.major_window.at(i)
    }

    /// Number of synapses: exact, or the mean of the distribution.
    pub fn n_expected(&self) -> f64 {
        self.rows.n_expected()
    }

    /// The weight, if all are equal.
    pub fn constant_weight(&self) -> Option<f64> {
        if let Variable::Const(weight) = self.weight { Some(weight) } else { None }
    }

    /// The delay in steps, if all are equal.
    pub fn constant_delay(&self) -> Option<u32> {
        if let Variable::Const(delay) = self.delay { Some(self.steps(delay)) } else { None }
    }

    /// The shortest delay that can occur, ms, as far as it is known without drawing.
    fn shortest_delay(&self) -> Option<f64> {
        match &self.delay {
            Variable::Const(delay) => Some(*delay),
            Variable::Drawn(sampler, _) => Some(sampler.bounds().0),
            Variable::Computed(_) | Variable::FromRow => None,
        }
    }

    fn steps(&self, delay_ms: f64) -> u32 {
        steps(delay_ms, self.dt_ms)
    }

    /// Makes row `i`: a pure function of the projection and `i`, so rows may be pulled in any
    /// order and by any thread. The ordinal of a synapse is its place in the row.
    pub fn fill(&self, i: usize, row: &mut SynapseRow) {
        self.fill_ends(i, row);
        let ends = |minor: u32| match self.major() {
            Major::Source => [i as f64, f64::from(minor)],
            Major::Target => [f64::from(minor), i as f64],
        };
        self.weight.fill(i, &row.rows.minor, row.rows.columns.first(), ends, &mut row.weights);
        let mut delays = std::mem::take(&mut row.rows.scratch);
        self.delay.fill(i, &row.rows.minor, row.rows.columns.get(1), ends, &mut delays);
        if matches!(self.weight, Variable::Computed(_) | Variable::FromRow) {
            self.note(row.weights.iter().try_for_each(|&weight| self.check_weight(weight)));
        }
        if matches!(self.delay, Variable::Computed(_)) {
            self.note(delays.iter().try_for_each(|&delay| self.check_delay(delay)));
        }
        row.delays.resize(delays.len(), 0);
        let dt_ms = self.dt_ms;
        dispatch(Supported::best(), Steps { delays_ms: &delays, dt_ms, steps: &mut row.delays });
        row.rows.scratch = delays;
    }

    /// As [`Synapses::fill`], without weights and delays: enough to count.
    pub fn fill_ends(&self, i: usize, row: &mut SynapseRow) {
        row.rows.clear();
        self.rows.fill(i, &mut row.rows);
        row.weights.clear();
        row.delays.clear();
        row.minor.clear();
        row.minor.extend(row.rows.minor.iter().map(|&m| self.minor_window.at(m as usize)));
    }
}

#[inline(always)]
fn steps(delay_ms: f64, dt_ms: f64) -> u32 {
    (delay_ms / dt_ms).round().max(1.0) as u32
}

/// The delays of a row in steps, with the best instructions that there are.
struct Steps<'a> {
    delays_ms: &'a [f64],
    dt_ms: f64,
    steps: &'a mut [u32],
}

impl Task for Steps<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // Whole numbers of moderate size are read off the last digits of a number beyond 2^52, which
        // vectorises as a conversion does not.
        const BEYOND: f64 = 4_503_599_627_370_496.0;
        let mut are_moderate = true;
        for (n, &delay_ms) in self.steps.iter_mut().zip(self.delays_ms) {
            let whole = (delay_ms / self.dt_ms).round().max(1.0);
            are_moderate &= whole < f64::from(u32::MAX);
            *n = (whole + BEYOND).to_bits() as u32;
        }
        if !are_moderate {
            for (n, &delay_ms) in self.steps.iter_mut().zip(self.delays_ms) {
                *n = steps(delay_ms, self.dt_ms);
            }
        }
    }
}

impl Variable {
    fn new(value: &Value, path: &Path, seed: u64, purpose: &str) -> Result<Self, SynapseError> {
        Ok(match value {
            Value::Const(value) => Self::Const(*value),
            Value::Dense(numbers) => {
                return Err(SynapseError::List {
                    path: path.clone(),
                    message: format!(
                        "{} {purpose}s are given, but only a list of synapses can carry them",
                        numbers.len()
                    ),
                });
            }
            Value::Distribution(spec) => {
                let sampler = sampler(spec).map_err(|source| ValueError::Lookup {
                    path: path.clone(),
                    purpose: purpose.into(),
                    source,
                })?;
                Self::Drawn(sampler, StreamKey::new(seed, path.as_str(), purpose))
            }
            Value::Expression(function) => {
                check_arity(function, 2, "`i` and `j`", path, purpose)?;
                Self::Computed(function.clone())
            }
        })
    }

    fn fill(
        &self,
        major: usize,
        minor: &[u32],
        column: Option<&Vec<f64>>,
        ends: impl Fn(u32) -> [f64; 2],
        out: &mut Vec<f64>,
    ) {
        out.clear();
        match self {
            Self::Const(_) => {}
            Self::Drawn(sampler, key) => {
                out.resize(minor.len(), 0.0);
                sampler.draw_row(*key, (major as u64) << 32, out);
            }
            Self::Computed(function) => {
                let kernel = FunctionKernel::new(function);
                let mut result = [0.0];
                out.extend(minor.iter().map(|&m| {
                    kernel.eval(&ends(m), &mut result);
                    result[0]
                }));
            }
            Self::FromRow => out.extend(column.into_iter().flatten()),
        }
    }
}

/// A list as rows by source.
struct ListRows {
    list: Arc<SynapseList>,
    /// Synapses sorted by source, stable; row i is `order[starts[i]..starts[i + 1]]`.
    order: Vec<u32>,
    starts: Vec<usize>,
}

impl ListRows {
    fn new(list: Arc<SynapseList>) -> Result<Self, String> {
        let n = list.source.len();
        let lengths = [
            Some(list.target.len()),
            list.weight.as_ref().map(Vec::len),
            list.delay.as_ref().map(Vec::len),
        ];
        if let Some(other) = lengths.into_iter().flatten().find(|&l| l != n) {
            return Err(format!("a list of {n} synapses has a column of {other}"));
        }
        let n_rows = list.source.iter().max().map_or(0, |&m| m as usize + 1);
        let mut starts = vec![0; n_rows + 1];
        for &source in &list.source {
            starts[source as usize + 1] += 1;
        }
        for i in 0..n_rows {
            starts[i + 1] += starts[i];
        }
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_by_key(|&s| list.source[s as usize]);
        Ok(Self { list, order, starts })
    }
}

impl RowSource for ListRows {
    fn major(&self) -> Major {
        Major::Source
    }

    fn n_major(&self) -> usize {
        self.starts.len() - 1
    }

    fn n_expected(&self) -> f64 {
        self.order.len() as f64
    }

    fn fill(&self, i: usize, row: &mut RowBuf) {
        row.columns.resize(2, Vec::new());
        for &synapse in &self.order[self.starts[i]..self.starts[i + 1]] {
            let synapse = synapse as usize;
            row.minor.push(self.list.target[synapse]);
            if let Some(weights) = &self.list.weight {
                row.columns[0].push(weights[synapse]);
            }
            if let Some(delays) = &self.list.delay {
                row.columns[1].push(delays[synapse]);
            }
        }
    }
}

/// On which side of what can be counted a delay lies.
fn misfit(delay_ms: f64, dt_ms: f64) -> String {
    match (delay_ms / dt_ms).round() > f64::from(u32::MAX) {
        true => format!("longer than {} steps of", u32::MAX),
        false => "shorter than a step of".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use pontine_mechanism::lang::Argument;

    use super::*;

    fn synapses(list: SynapseList, delay: f64) -> Result<Synapses, SynapseError> {
        let connectivity = Connectivity::List(Arc::new(list));
        let path = Path::from_text("Projection:p");
        Synapses::new(&connectivity, &Value::Const(0.5), &Value::Const(delay), &path, 0, 1e-4)
    }

    #[test]
    fn a_list_keeps_the_order_within_one_source() {
        let list = SynapseList {
            source: vec![1, 0, 1, 1],
            target: vec![3, 2, 3, 0],
            weight: Some(vec![0.1, 0.2, 0.3, 0.4]),
            delay: None,
        };
        let synapses = synapses(list, 1.5).unwrap();
        let mut row = SynapseRow::default();
        synapses.fill(1, &mut row);
        assert_eq!(row.minor, [3, 3, 0]);
        assert_eq!(row.weights, [0.1, 0.3, 0.4]);
        assert_eq!(synapses.constant_delay(), Some(15));
    }

    #[test]
    fn listed_numbers_are_held_against_the_same_rules() {
        let list = |weight, delay| SynapseList {
            source: vec![0],
            target: vec![0],
            weight: Some(vec![weight]),
            delay: Some(vec![delay]),
        };
        let message = |w, d| synapses(list(w, d), 1.0).err().unwrap().to_string();
        assert_eq!(message(f64::NAN, 1.0), "`Projection:p`: a weight of NaN cannot be used");
        assert_eq!(
            message(1.0, -5.0),
            "`Projection:p`: a delay of -5 ms is shorter than a step of 0.1 ms"
        );
    }

    #[test]
    fn computed_numbers_are_checked_when_they_are_pulled() {
        let arguments = [Argument::new("i", 1), Argument::new("j", 1)];
        let weight = pontine_mechanism::Function::parse("1 / (i - j)", &arguments, &[]).unwrap();
        let list = SynapseList { source: vec![1], target: vec![1], ..SynapseList::default() };
        let path = Path::from_text("Projection:p");
        let weight = Value::Expression(Arc::new(weight));
        let connectivity = Connectivity::List(Arc::new(list));
        let synapses =
            Synapses::new(&connectivity, &weight, &Value::Const(1.0), &path, 0, 1e-4).unwrap();
        synapses.fill(1, &mut SynapseRow::default());
        assert_eq!(
            synapses.check_pulled().unwrap_err().to_string(),
            "`Projection:p`: a weight of inf cannot be used"
        );
    }

    #[test]
    fn a_delay_below_one_step_is_refused() {
        let error = synapses(SynapseList::default(), 0.04).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`Projection:p`: a delay of 0.04 ms is shorter than a step of 0.1 ms"
        );
    }
}
