//! Rates of neurons at points, with what is found out about them once and needed again by all that
//! are decoded from them.

use std::cell::{OnceCell, RefCell};

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, CowArray, Ix2};

use super::{Sigma, SolverError};
use crate::linear::{self, Factor};

/// Activities (points, neurons).
///
/// # Examples
/// ```
/// use ndarray::array;
/// use pontine_nef::solver::{Activities, LstsqL2, Solver};
/// use pontine_rng::RandomState;
/// let activities = Activities::from(array![[1.0], [2.0], [4.0]]);
/// // The second function is solved for with what was worked out for the first.
/// for targets in [array![[0.5], [1.0], [2.0]], array![[1.0], [0.0], [1.0]]] {
///     let solution = LstsqL2::new(0.1).solve(&activities, targets.view(), &mut RandomState::new(0))?;
///     assert_eq!(solution.decoders.dim(), (1, 1));
/// }
/// # Ok::<(), pontine_nef::SolverError>(())
/// ```
#[derive(Debug)]
pub struct Activities<'a> {
    rates: CowArray<'a, f64, Ix2>,
    range: OnceCell<Range>,
    positive: OnceCell<Array1<f64>>,
    active: OnceCell<Array1<f64>>,
    factor: RefCell<Option<Decomposed>>,
}

impl From<Array2<f64>> for Activities<'_> {
    fn from(rates: Array2<f64>) -> Self {
        Self::new(rates.into())
    }
}

impl<'a> From<ArrayView2<'a, f64>> for Activities<'a> {
    fn from(rates: ArrayView2<'a, f64>) -> Self {
        Self::new(rates.into())
    }
}

impl<'a> Activities<'a> {
    fn new(rates: CowArray<'a, f64, Ix2>) -> Self {
        let (range, positive, active) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { rates, range, positive, active, factor: RefCell::default() }
    }

    /// The numbers: (points, neurons).
    pub fn view(&self) -> ArrayView2<'_, f64> {
        self.rates.view()
    }

    /// How many points there are.
    pub fn n_points(&self) -> usize {
        self.rates.nrows()
    }

    /// How many neurons there are.
    pub fn n_neurons(&self) -> usize {
        self.rates.ncols()
    }

    /// The largest activity; of rates that may be negative the greatest.
    pub fn greatest(&self) -> f64 {
        self.range().greatest
    }

    /// The largest size of an activity.
    pub fn largest(&self) -> f64 {
        let Range { least, greatest, .. } = self.range();
        greatest.max(-least).max(0.0)
    }

    /// For each neuron the share of points at which it is above 0.
    pub fn positive_shares(&self) -> &Array1<f64> {
        self.positive.get_or_init(|| self.shares(|rate| rate > 0.0))
    }

    /// For each neuron the share of points at which it is not 0.
    pub fn active_shares(&self) -> &Array1<f64> {
        match self.range().least {
            // Rates are seldom below 0.
            least if least >= 0.0 => self.positive_shares(),
            _ => self.active.get_or_init(|| self.shares(|rate| rate != 0.0)),
        }
    }

    fn shares(&self, counts: impl Fn(f64) -> bool) -> Array1<f64> {
        let mut n = vec![0.0; self.n_neurons()];
        for point in self.rates.rows() {
            let counted = point.iter().map(|rate| f64::from(u8::from(counts(*rate))));
            n.iter_mut().zip(counted).for_each(|(n, counted)| *n += counted);
        }
        Array1::from(n) / self.n_points() as f64
    }

    /// The error that equations for them have no one solution.
    pub(super) fn singular(&self) -> SolverError {
        SolverError::Singular { n_neurons: self.n_neurons() }
    }

    /// Refuses activities from which nothing can be decoded.
    ///
    /// # Errors
    /// [`SolverError::Silent`] or [`SolverError::NotFinite`].
    pub fn check(&self) -> Result<(), SolverError> {
        let range = self.range();
        if !range.is_finite {
            return Err(self.not_finite());
        }
        if range.least >= 0.0 && range.greatest <= 0.0 {
            let (n_points, n_neurons) = self.rates.dim();
            return Err(SolverError::Silent { n_neurons, n_points });
        }
        Ok(())
    }

    fn not_finite(&self) -> SolverError {
        let is_bad = |row: ArrayView1<'_, f64>| row.iter().position(|a| !a.is_finite());
        let mut rows = self.rates.rows().into_iter().map(is_bad).enumerate();
        let found = rows.find_map(|(point, neuron)| Some((point, neuron?)));
        let (point, neuron) = found.unwrap_or_default();
        SolverError::NotFinite { neuron, point }
    }

    fn range(&self) -> Range {
        *self.range.get_or_init(|| Range::of(self.view()))
    }

    /// Solves `(AᵀA + m σ²) x = b`, or with `AAᵀ` ("transposed"); `None` if that is singular. The
    /// decomposition is kept until another is asked for.
    pub(super) fn solve_normal(
        &self,
        sigma: &Sigma,
        transposed: bool,
        b: ArrayView2<'_, f64>,
    ) -> Option<Array2<f64>> {
        let mut kept = self.factor.borrow_mut();
        if !kept.as_ref().is_some_and(|kept| kept.is(sigma, transposed)) {
            // The old one goes first: both need not fit.
            kept.take();
            *kept = Some(Decomposed {
                sigma: sigma.clone(),
                transposed,
                factor: self.decomposed(sigma, transposed)?,
            });
        }
        kept.as_ref().map(|kept| kept.factor.solve(b))
    }

    fn decomposed(&self, sigma: &Sigma, transposed: bool) -> Option<Factor> {
        let a = if transposed { self.rates.t() } else { self.view() };
        let mut gram = linear::gram(a);
        let penalties = sigma.penalties(self.n_points(), gram.nrows());
        gram.diag_mut().zip_mut_with(&penalties, |x, penalty| *x += penalty);
        Factor::of(gram)
    }

    /// Those of some neurons.
    pub(super) fn select(&self, neurons: &[usize]) -> Activities<'static> {
        self.rates.select(Axis(1), neurons).into()
    }
}

#[derive(Debug)]
struct Decomposed {
    sigma: Sigma,
    transposed: bool,
    factor: Factor,
}

impl Decomposed {
    fn is(&self, sigma: &Sigma, transposed: bool) -> bool {
        self.sigma == *sigma && self.transposed == transposed
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Range {
    least: f64,
    greatest: f64,
    is_finite: bool,
}

/// So many at a time, so that none waits for another.
const LANES: usize = 8;

impl Range {
    fn of(rates: ArrayView2<'_, f64>) -> Self {
        let mut lanes = Lanes::new();
        match rates.as_slice_memory_order() {
            Some(all) => lanes.take(all),
            None => rates.rows().into_iter().for_each(|row| lanes.take(&row.to_vec())),
        }
        lanes.range()
    }
}

struct Lanes {
    least: [f64; LANES],
    greatest: [f64; LANES],
    /// 0 as long as all is finite: 0 times anything else is not 0.
    zeros: [f64; LANES],
}

impl Lanes {
    fn new() -> Self {
        Self {
            least: [f64::INFINITY; LANES],
            greatest: [f64::NEG_INFINITY; LANES],
            zeros: [0.0; LANES],
        }
    }

    fn take(&mut self, numbers: &[f64]) {
        let (chunks, rest) = numbers.as_chunks::<LANES>();
        chunks.iter().for_each(|chunk| self.take_chunk(chunk));
        rest.iter().for_each(|x| self.take_chunk(&[*x; LANES]));
    }

    fn take_chunk(&mut self, chunk: &[f64; LANES]) {
        for (i, &x) in chunk.iter().enumerate() {
            self.least[i] = if x < self.least[i] { x } else { self.least[i] };
            self.greatest[i] = if x > self.greatest[i] { x } else { self.greatest[i] };
            self.zeros[i] += x * 0.0;
        }
    }

    fn range(&self) -> Range {
        Range {
            least: self.least.iter().copied().fold(f64::INFINITY, f64::min),
            greatest: self.greatest.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            is_finite: self.zeros.iter().all(|zero| *zero == 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_neuron_without_a_rate_is_told_in_any_layout() {
        let mut rates = Array2::<f64>::ones((5, 11));
        rates[[3, 9]] = f64::INFINITY;
        let expected = Err(SolverError::NotFinite { neuron: 9, point: 3 });
        assert_eq!(Activities::from(rates.view()).check(), expected);
        rates[[3, 9]] = f64::NAN;
        assert_eq!(Activities::from(rates.view()).check(), expected);
        let columns = rates.reversed_axes();
        assert_eq!(Activities::from(columns.t()).check(), expected);
    }

    #[test]
    fn the_range_counts_all_numbers() {
        let activities = Activities::from(array![[-3.0, 0.0, 1.0], [2.0, 0.0, -1.0]]);
        assert_eq!((activities.greatest(), activities.largest()), (2.0, 3.0));
        assert_eq!(activities.positive_shares(), &array![0.5, 0.0, 0.5]);
        assert_eq!(activities.active_shares(), &array![1.0, 0.0, 1.0]);
        assert_eq!(Activities::from(array![[0.0, -1.0]]).check(), Ok(()));
        let silent = SolverError::Silent { n_neurons: 2, n_points: 1 };
        assert_eq!(Activities::from(array![[0.0, 0.0]]).check(), Err(silent));
    }

    #[test]
    fn a_kept_decomposition_serves_only_its_own_penalty() {
        let activities = Activities::from(array![[1.0], [1.0]]);
        let solve = |sigma, b: f64| {
            let x = activities.solve_normal(&Sigma::Same(sigma), false, array![[b]].view());
            x.map(|x| (x[[0, 0]] * 1e12).round() / 1e12)
        };
        assert_eq!([solve(0.0, 2.0), solve(0.0, 4.0)], [Some(1.0), Some(2.0)]);
        assert_eq!(solve(1.0, 2.0), Some(0.5));
        assert_eq!(solve(0.0, 2.0), Some(1.0));
    }
}
