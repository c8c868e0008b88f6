//! Arrays over named axes, of numbers in a unit, of conditions, or of words.

use std::sync::Arc;

use pontine_core_ir::Unit;

/// Cells over named axes, the last axis running fastest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Array {
    pub axes: Vec<Axis>,
    pub cells: Cells,
}

/// A named axis and what its places are called.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub name: Arc<str>,
    pub labels: Arc<[Arc<str>]>,
}

impl PartialEq for Axis {
    /// Axes go by their names.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// What an array holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cells {
    Numbers(Vec<f64>, Unit),
    Flags(Vec<bool>),
    Words(Vec<Arc<str>>),
}

/// The largest number of cells that an array may have.
pub(crate) const MAX_CELLS: usize = 1 << 22;

/// An array would have more than [`MAX_CELLS`] cells.
#[derive(Debug, PartialEq)]
pub(crate) struct TooLarge;

impl Array {
    pub fn number(value: f64, unit: Unit) -> Self {
        Self { axes: vec![], cells: Cells::Numbers(vec![value], unit) }
    }

    pub fn word(word: Arc<str>) -> Self {
        Self { axes: vec![], cells: Cells::Words(vec![word]) }
    }

    /// The labels of an axis, along it.
    pub fn labels_of(axis: &Axis) -> Self {
        Self { axes: vec![axis.clone()], cells: Cells::Words(axis.labels.to_vec()) }
    }

    pub fn axis(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|axis| &*axis.name == name)
    }

    /// The array over `axes`, whose cell at `index` is the one that `source` finds.
    fn gathered(
        &self,
        axes: Vec<Axis>,
        source: impl Fn(&[usize]) -> usize,
    ) -> Result<Self, TooLarge> {
        let n = n_cells(&axes).ok_or(TooLarge)?;
        let mut index = vec![0; axes.len()];
        let mut places = Vec::with_capacity(n);
        for _ in 0..n {
            places.push(source(&index));
            advance(&mut index, &axes);
        }
        let cells = match &self.cells {
            Cells::Numbers(v, unit) => {
                Cells::Numbers(places.iter().map(|&i| v[i]).collect(), *unit)
            }
            Cells::Flags(v) => Cells::Flags(places.iter().map(|&i| v[i]).collect()),
            Cells::Words(v) => Cells::Words(places.iter().map(|&i| v[i].clone()).collect()),
        };
        Ok(Self { axes, cells })
    }

    /// The array with one selector for each of its axes.
    pub fn selected(&self, selectors: &[Selector]) -> Result<Self, TooLarge> {
        let mut axes = Vec::<Axis>::new();
        for selector in selectors {
            if let Selector::Along(axis) = selector
                && !axes.contains(axis)
            {
                axes.push(axis.clone());
            }
        }
        let place = |axis: &Axis| axes.iter().position(|a| a == axis).unwrap_or_default();
        let sources: Vec<_> = selectors
            .iter()
            .map(|selector| match selector {
                Selector::At(index) => (Some(*index), 0),
                Selector::Along(axis) => (None, place(axis)),
            })
            .collect();
        let strides = strides(&self.axes);
        self.gathered(axes.clone(), |index| {
            let steps = sources.iter().map(|(at, along)| at.unwrap_or_else(|| index[*along]));
            steps.zip(&strides).map(|(i, stride)| i * stride).sum()
        })
    }

    /// The array without the axes that are bound to one place.
    pub fn bound(&self, at: impl Fn(&str) -> Option<usize>) -> Result<Self, TooLarge> {
        let select = |axis: &Axis| match at(&axis.name) {
            Some(index) => Selector::At(index),
            None => Selector::Along(axis.clone()),
        };
        self.selected(&self.axes.iter().map(select).collect::<Vec<_>>())
    }

    /// The array repeated over axes that hold all of its own.
    pub fn spread(&self, axes: &[Axis]) -> Result<Self, TooLarge> {
        if self.axes == axes {
            return Ok(self.clone());
        }
        let own = strides(&self.axes);
        let stride = |axis: &Axis| self.axis(&axis.name).map_or(0, |i| own[i]);
        let strides: Vec<_> = axes.iter().map(stride).collect();
        self.gathered(axes.to_vec(), |index| index.iter().zip(&strides).map(|(i, s)| i * s).sum())
    }

    /// The axes of both arrays, those of the first one first.
    pub fn joint_axes(&self, other: &Self) -> Vec<Axis> {
        let mut axes = self.axes.clone();
        axes.extend(other.axes.iter().filter(|axis| !self.axes.contains(axis)).cloned());
        axes
    }

    /// The array with an axis last.
    pub fn with_last(&self, axis: &Axis) -> Result<Self, TooLarge> {
        let mut axes: Vec<_> = self.axes.iter().filter(|a| *a != axis).cloned().collect();
        axes.push(axis.clone());
        self.spread(&axes)
    }
}

/// What to take along an axis.
pub(crate) enum Selector {
    /// One place.
    At(usize),
    /// All places, under the name of this axis.
    Along(Axis),
}

/// The product of the lengths; `None` if it is too large.
pub(crate) fn n_cells(axes: &[Axis]) -> Option<usize> {
    let product = axes.iter().try_fold(1_usize, |n, axis| n.checked_mul(axis.labels.len()))?;
    Some(product).filter(|n| *n <= MAX_CELLS)
}

fn strides(axes: &[Axis]) -> Vec<usize> {
    let mut strides = vec![1; axes.len()];
    for i in (1..axes.len()).rev() {
        strides[i - 1] = strides[i] * axes[i].labels.len();
    }
    strides
}

fn advance(index: &mut [usize], axes: &[Axis]) {
    for (i, axis) in index.iter_mut().zip(axes).rev() {
        *i += 1;
        if *i < axis.labels.len() {
            return;
        }
        *i = 0;
    }
}
