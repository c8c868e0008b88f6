//! The synapses of one projection as compressed rows by source.

use std::ops::Range;

use pontine_core_ir::{
    Path, SynapseRow, Synapses,
    connectivity::SynapseError,
    port::{CompileError, Major},
};
use pontine_mechanism::Real;

use crate::memory::{bytes, extend, filled, reserve};

/// One number for all synapses, or one for each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PerSynapse<T> {
    /// The same everywhere.
    All(T),
    /// In the order of the synapses.
    Each(Vec<T>),
}

/// Synapses ordered by (source, ordinal).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows<F> {
    /// Where the row of each source begins; one more than there are sources.
    starts: Vec<usize>,
    /// Targets of the synapses.
    pub targets: Vec<u32>,
    /// Their weights.
    pub weights: PerSynapse<F>,
    /// Their delays, in steps, at least 1.
    pub delays: PerSynapse<u32>,
}

/// How many cells stand on either side of a projection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sides {
    /// Elements of the source signal.
    pub n_source: usize,
    /// Elements of the target signal.
    pub n_target: usize,
}

impl<F: Real> Rows<F> {
    /// Pulls all synapses.
    ///
    /// Synapses of one source and target come in the order of (row, place in the row).
    pub fn pull(synapses: &Synapses, sides: Sides, path: &Path) -> Result<Self, CompileError> {
        let mut rows = match synapses.major() {
            Major::Source => Self::by_source(synapses, sides, path),
            Major::Target => Self::by_target(synapses, sides, path),
        }?;
        synapses.check_pulled()?;
        rows.weights.compact();
        rows.delays.compact();
        Ok(rows)
    }

    fn empty(synapses: &Synapses) -> Self {
        Self {
            starts: Vec::new(),
            targets: Vec::new(),
            weights: match synapses.constant_weight() {
                Some(weight) => PerSynapse::All(F::from_f64(weight)),
                None => PerSynapse::Each(Vec::new()),
            },
            delays: match synapses.constant_delay() {
                Some(delay) => PerSynapse::All(delay),
                None => PerSynapse::Each(Vec::new()),
            },
        }
    }

    fn by_source(synapses: &Synapses, sides: Sides, path: &Path) -> Result<Self, CompileError> {
        let what = path.as_str();
        let mut rows = Self::empty(synapses);
        rows.reserve(what, likely(synapses.n_expected()))?;
        reserve(what, &mut rows.starts, sides.n_source + 1)?;
        let mut order: Vec<usize> = (0..synapses.n_major()).collect();
        order.sort_by_key(|&i| synapses.major_index(i));
        let mut row = SynapseRow::default();
        for i in order {
            let source = synapses.major_index(i) as usize;
            synapses.fill(i, &mut row);
            within(path, &[source as u32], sides.n_source)?;
            within(path, &row.minor, sides.n_target)?;
            rows.open(source);
            rows.append(what, &row)?;
        }
        rows.starts.resize(sides.n_source + 1, rows.targets.len());
        Ok(rows)
    }

    /// Begins the row of a source, and those before it that have not begun.
    fn open(&mut self, source: usize) {
        if self.starts.len() <= source {
            self.starts.resize(source + 1, self.targets.len());
        }
    }

    fn append(&mut self, what: &str, row: &SynapseRow) -> Result<(), CompileError> {
        extend(what, &mut self.targets, row.minor.iter().copied())?;
        if let PerSynapse::Each(weights) = &mut self.weights {
            extend(what, weights, row.weights.iter().map(|&w| F::from_f64(w)))?;
        }
        if let PerSynapse::Each(delays) = &mut self.delays {
            extend(what, delays, row.delays.iter().copied())?;
        }
        Ok(())
    }

    fn reserve(&mut self, what: &str, n: usize) -> Result<(), CompileError> {
        reserve(what, &mut self.targets, n)?;
        self.weights.reserve(what, n)?;
        self.delays.reserve(what, n)
    }

    /// Rows are pure functions of their index: they are pulled once to count, once to place.
    fn by_target(synapses: &Synapses, sides: Sides, path: &Path) -> Result<Self, CompileError> {
        let what = path.as_str();
        let mut rows = Self::empty(synapses);
        rows.starts = filled(what, sides.n_source + 1, 0)?;
        let mut row = SynapseRow::default();
        for i in 0..synapses.n_major() {
            synapses.fill(i, &mut row);
            within(path, &row.minor, sides.n_source)?;
            row.minor.iter().for_each(|&source| rows.starts[source as usize + 1] += 1);
        }
        for source in 0..sides.n_source {
            rows.starts[source + 1] += rows.starts[source];
        }
        rows.place(synapses, sides, path)?;
        Ok(rows)
    }

    fn place(
        &mut self,
        synapses: &Synapses,
        sides: Sides,
        path: &Path,
    ) -> Result<(), CompileError> {
        let what = path.as_str();
        let n = self.starts[sides.n_source];
        self.targets = filled(what, n, 0)?;
        self.weights.fill(what, n)?;
        self.delays.fill(what, n)?;
        let mut next = filled(what, sides.n_source, 0)?;
        next.copy_from_slice(&self.starts[..sides.n_source]);
        let mut row = SynapseRow::default();
        for i in 0..synapses.n_major() {
            let target = synapses.major_index(i);
            within(path, &[target], sides.n_target)?;
            synapses.fill(i, &mut row);
            for (ordinal, &source) in row.minor.iter().enumerate() {
                let at = next[source as usize];
                next[source as usize] += 1;
                self.targets[at] = target;
                self.weights.set(at, || F::from_f64(row.weights[ordinal]));
                self.delays.set(at, || row.delays[ordinal]);
            }
        }
        Ok(())
    }

    /// Number of synapses.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Number of sources.
    pub fn n_sources(&self) -> usize {
        self.starts.len() - 1
    }

    /// The synapses of a source.
    #[inline]
    pub fn row(&self, source: u32) -> Range<usize> {
        self.starts[source as usize]..self.starts[source as usize + 1]
    }

    /// Adds weight · value of each synapse of `source` to its target's sum.
    #[inline]
    pub fn add_row(&self, source: u32, value: F, sums: &mut [F]) {
        let row = self.row(source);
        let targets = &self.targets[row.clone()];
        match &self.weights {
            PerSynapse::All(weight) => {
                let added = *weight * value;
                for &target in targets {
                    let sum = &mut sums[target as usize];
                    *sum = *sum + added;
                }
            }
            PerSynapse::Each(weights) => {
                for (&target, &weight) in targets.iter().zip(&weights[row]) {
                    let sum = &mut sums[target as usize];
                    *sum = *sum + weight * value;
                }
            }
        }
    }

    /// The longest delay, in steps.
    pub fn longest_delay(&self) -> u32 {
        match &self.delays {
            PerSynapse::All(delay) => *delay,
            PerSynapse::Each(delays) => delays.iter().copied().max().unwrap_or(1),
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> u64 {
        bytes(&self.starts) + bytes(&self.targets) + self.weights.bytes() + self.delays.bytes()
    }
}

impl<T: Copy + Default + PartialEq> PerSynapse<T> {
    /// The number of synapse `i`.
    #[inline]
    pub fn at(&self, i: usize) -> T {
        match self {
            Self::All(value) => *value,
            Self::Each(values) => values[i],
        }
    }

    /// Keeps one number if all are equal.
    pub fn compact(&mut self) {
        if let Self::Each(values) = self
            && let Some(&first) = values.first()
            && values.iter().all(|v| *v == first)
        {
            *self = Self::All(first);
        }
    }

    /// One number, or one for each.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::All(value) => std::slice::from_ref(value),
            Self::Each(values) => values,
        }
    }

    fn reserve(&mut self, what: &str, n: usize) -> Result<(), CompileError> {
        match self {
            Self::All(_) => Ok(()),
            Self::Each(values) => reserve(what, values, n),
        }
    }

    fn fill(&mut self, what: &str, n: usize) -> Result<(), CompileError> {
        if let Self::Each(values) = self {
            *values = filled(what, n, T::default())?;
        }
        Ok(())
    }

    fn set(&mut self, i: usize, value: impl FnOnce() -> T) {
        if let Self::Each(values) = self {
            values[i] = value();
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::All(_) => 0,
            Self::Each(values) => bytes(values),
        }
    }
}

/// A number that a random count of this mean hardly exceeds, so that columns need not grow.
fn likely(mean: f64) -> usize {
    (mean + 4.0 * mean.sqrt()) as usize
}

/// Connectors come from anywhere, so what they name is looked at before it is used as an index.
fn within(path: &Path, cells: &[u32], n: usize) -> Result<(), CompileError> {
    match cells.iter().find(|&&cell| cell as usize >= n) {
        None => Ok(()),
        Some(cell) => Err(CompileError::Synapse(SynapseError::List {
            path: path.clone(),
            message: format!("the connector names cell {cell} of {n}"),
        })),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pontine_core_ir::{
        Connectivity, RuleConnectivity, Spec, Value, Window, inventory,
        port::{RowBuf, RowSource, Rule, RuleContext, RuleError},
        registry::RuleEntry,
    };

    use super::*;

    inventory::submit! {
        RuleEntry {
            kind: "test_neighbours",
            make: |spec| {
                let by_target = spec.params.contains_key("by_target");
                let major = if by_target { Major::Target } else { Major::Source };
                Ok(Box::new(Neighbours { major }))
            },
            place: module_path!(),
        }
    }

    /// Row i holds i + 1, i, and i + 1 again.
    #[derive(Clone, Copy, Debug)]
    struct Neighbours {
        major: Major,
    }

    impl Rule for Neighbours {
        fn prepare(&self, _: &RuleContext<'_>) -> Result<Box<dyn RowSource>, RuleError> {
            Ok(Box::new(*self))
        }
    }

    impl RowSource for Neighbours {
        fn major(&self) -> Major {
            self.major
        }

        fn n_major(&self) -> usize {
            3
        }

        fn n_expected(&self) -> f64 {
            9.0
        }

        fn fill(&self, i: usize, row: &mut RowBuf) {
            let i = i as u32;
            row.minor.extend([i + 1, i, i + 1].map(|minor| minor % 3));
        }
    }

    fn pull(spec: Spec, sides: Sides) -> Result<Rows<f64>, CompileError> {
        let connectivity = Connectivity::Rule(RuleConnectivity {
            spec,
            source: Window::Some(Arc::new([4, 0, 2])),
            target: Window::Some(Arc::new([1, 3, 0])),
            same_cells: false,
        });
        let weight = pontine_mechanism::Function::parse(
            "10 * i + j",
            &[pontine_mechanism::Argument::new("i", 1), pontine_mechanism::Argument::new("j", 1)],
            &[],
        )
        .unwrap();
        let weight = Value::Expression(Arc::new(weight));
        let path = Path::from_text("p");
        let synapses =
            Synapses::new(&connectivity, &weight, &Value::Const(2.0), &path, 0, 1e-3).unwrap();
        Rows::pull(&synapses, sides, &path)
    }

    #[track_caller]
    fn check(spec: Spec, expected: [&[(u32, f64)]; 5]) {
        let rows = pull(spec, Sides { n_source: 5, n_target: 4 }).unwrap();
        assert_eq!(rows.len(), 9);
        assert_eq!(rows.delays, PerSynapse::All(2));
        for (source, expected) in expected.iter().enumerate() {
            let row = rows.row(source as u32);
            let found: Vec<_> = row.map(|k| (rows.targets[k], rows.weights.at(k))).collect();
            assert_eq!(found, *expected, "source {source}");
        }
    }

    #[test]
    fn rows_of_sources_keep_their_order_and_are_sorted_through_the_window() {
        check(
            Spec::new("test_neighbours"),
            [
                &[(0, 12.0), (3, 11.0), (0, 12.0)],
                &[],
                &[(1, 20.0), (0, 22.0), (1, 20.0)],
                &[],
                &[(3, 1.0), (1, 0.0), (3, 1.0)],
            ],
        );
    }

    #[test]
    fn rows_of_targets_are_transposed_in_their_order() {
        check(
            Spec::new("test_neighbours").with("by_target", 1.0),
            [
                &[(1, 10.0), (1, 10.0), (3, 11.0)],
                &[],
                &[(3, 21.0), (3, 21.0), (0, 22.0)],
                &[],
                &[(1, 0.0), (0, 2.0), (0, 2.0)],
            ],
        );
    }

    #[test]
    fn a_connector_that_names_cells_beyond_is_refused() {
        for spec in
            [Spec::new("test_neighbours"), Spec::new("test_neighbours").with("by_target", 1.0)]
        {
            let error = pull(spec, Sides { n_source: 5, n_target: 3 }).unwrap_err();
            assert_eq!(error.to_string(), "`p`: the connector names cell 3 of 3");
        }
    }

    #[test]
    fn equal_numbers_are_kept_once() {
        let mut same = PerSynapse::Each(vec![2.0, 2.0]);
        same.compact();
        assert_eq!(same, PerSynapse::All(2.0));
        let mut none = PerSynapse::<f64>::Each(vec![]);
        none.compact();
        assert_eq!(none.as_slice(), []);
    }
}
