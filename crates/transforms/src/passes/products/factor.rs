//! `factor-weights`: a matrix of low rank becomes a product of two.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2, s};
use pontine_core_ir::{
    Model, SpecError, Tensor,
    model::{Operator, OperatorKind, Role, Signal},
    pass::{
        Constants, Equality, ModelEdit, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter, Stage,
        Users,
    },
};
use pontine_nef::linear::{product, thin_svd};

use super::{chains::Fold, map::Dense};
use crate::registry::PassEntry;

/// What rounding leaves of a singular value that is zero.
const ROUNDING: f64 = 1e-12;

static META: PassMeta = PassMeta {
    stage: Stage::Simplify,
    equality: Equality::Reassociate,
    repeat: Repeat::Idempotent,
    conflicts: &["expand-weights"],
    ..PassMeta::new("factor-weights", "makes two small products of one with a matrix of low rank")
};

inventory::submit! {
    PassEntry::<Model> {
        meta: &META,
        make: |spec| {
            spec.check_names(&["eps"])?;
            Ok(Arc::new(FactorWeights::new(spec.number_or("eps", ROUNDING)?)?))
        },
        place: module_path!(),
    }
}

/// `W x` becomes `U (V x)` where both together have less than half the entries of `W`.
///
/// Singular values up to `eps` times the largest are left out: with the default of 1e-12 only what
/// rounding left. A larger one changes results by about that much. Weights between neurons that were
/// made of decoders and encoders go back to those, their rank being the dimensions in between.
/// Weights that may be learned, or that a record takes, stay whole.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorWeights {
    eps: f64,
    meta: PassMeta,
}

impl FactorWeights {
    /// One that leaves out singular values up to `eps` times the largest.
    ///
    /// # Errors
    /// [`SpecError::Value`] unless that is from 0 to below 1.
    pub fn new(eps: f64) -> Result<Self, SpecError> {
        if !(0.0..1.0).contains(&eps) {
            let expected = "a number from 0 to below 1";
            return Err(pontine_core_ir::Spec::new(META.name).wrong("eps", &eps.into(), expected));
        }
        let exact = eps <= ROUNDING;
        let equality =
            if exact { Equality::Reassociate } else { Equality::Tolerance { rmse: eps } };
        Ok(Self { eps, meta: PassMeta { equality, ..META.clone() } })
    }
}

impl Pass<Model> for FactorWeights {
    fn meta(&self) -> &PassMeta {
        &self.meta
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        cx: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        let constants = cx.analyses.get::<Constants>(model);
        let users = cx.analyses.get::<Users>(model);
        let mut fold = Fold::new(model);
        for (id, op) in model.operators.iter() {
            let OperatorKind::DotInc { a, x, y } = op.kind else { continue };
            let weights = &model.signals[a];
            if weights.initial.as_matrix().map_or(0, most_columns) == 0 {
                continue;
            }
            if weights.role == Role::Parameter {
                edits.refuse(op.to_string(), format!("`{}` may be learned", weights.path));
                continue;
            }
            if !users.of(a).records.is_empty() {
                edits.refuse(op.to_string(), format!("a record takes `{}`", weights.path));
                continue;
            }
            let weights = constants.of(a).and_then(Dense::of);
            let factors = weights.and_then(|weights| factors_of(weights.view(), self.eps));
            let Some((u, v)) = factors else { continue };
            let rank = v.nrows();
            let mut constant = |name, numbers: Array2<f64>| {
                let name = format!("{name}{}", op.part);
                fold.constant(&op.path, &name, Tensor::from(numbers), edits)
            };
            let (u, v) = (constant("left", u), constant("right", v));
            let between = |path| Signal::temporary(path, &[rank]);
            let z = fold.signal(&op.path, &format!("between{}", op.part), between, edits);
            fold.operator(&op.path, OperatorKind::Reset { target: z, value: 0.0 }, edits);
            fold.operator(&op.path, OperatorKind::DotInc { a: v, x, y: z }, edits);
            let kind = OperatorKind::DotInc { a: u, x: z, y };
            let second = Operator { kind, ..op.clone() };
            edits.edit(ModelEdit::ReplaceOperator(id, Box::new(second)));
        }
        Ok(())
    }
}

/// The largest rank for which two factors have less than half the entries of a matrix.
fn most_columns((rows, columns): (usize, usize)) -> usize {
    (rows * columns).saturating_sub(1) / (2 * (rows + columns)).max(1)
}

/// `U` and `V` whose product a matrix is but for singular values up to `eps` of the largest; `None`
/// where they are not small.
fn factors_of(weights: ArrayView2<'_, f64>, eps: f64) -> Option<(Array2<f64>, Array2<f64>)> {
    let (_, singular, v) = thin_svd(weights)?;
    let largest = singular.first().copied()?;
    let rank = singular.iter().filter(|&&value| value > eps * largest).count();
    // A matrix of zeros is for others to remove.
    if !(1..=most_columns(weights.dim())).contains(&rank) {
        return None;
    }
    let right = v.slice(s![.., ..rank]).t().as_standard_layout().into_owned();
    // Nearer than `U S`, whose rounding is that of the whole decomposition: `W V` over `Vᵀ V`, which
    // is all but a unit matrix, so that its inverse is twice that less itself.
    let inverse = Array2::from_diag_elem(rank, 2.0) - product(right.view(), right.t());
    let left = product(product(weights, right.t()).view(), inverse.view());
    Some((left, right))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn matrices(rows: usize, columns: usize) -> impl Strategy<Value = Array2<f64>> {
        vec(-1.0..1.0, rows * columns)
            .prop_map(move |numbers| Array2::from_shape_vec((rows, columns), numbers).unwrap())
    }

    /// The first singular value that is none to the largest, and the largest error of the product of
    /// the factors to the largest weight.
    fn misses(weights: &Array2<f64>, rank: usize) -> (f64, f64) {
        let (_, singular, _) = thin_svd(weights.view()).unwrap();
        let (u, v) = factors_of(weights.view(), ROUNDING).unwrap();
        let largest = |a: &Array2<f64>| a.iter().fold(0.0, |max: f64, w| max.max(w.abs()));
        (singular[rank] / singular[0], largest(&(u.dot(&v) - weights)) / largest(weights))
    }

    /// Unit encoders in four dimensions, and decoders.
    #[test]
    fn encoders_times_decoders_come_apart_to_rounding() {
        let number = |i: usize, j: usize| ((i * 7919 + j * 104_729) as f64).sin();
        let mut encoders = Array2::from_shape_fn((200, 4), |(i, j)| number(i, j));
        for mut row in encoders.rows_mut() {
            let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            row /= length;
        }
        let decoders = Array2::from_shape_fn((4, 150), |(i, j)| 1e-3 * number(i + 300, j));
        let (tail, miss) = misses(&encoders.dot(&decoders), 4);
        assert!(tail <= 6e-16 && miss <= 3e-15, "{tail} {miss}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn products_of_two_come_apart(e in matrices(40, 3), d in matrices(3, 30)) {
            let weights = e.dot(&d);
            let (_, singular, _) = thin_svd(weights.view()).unwrap();
            prop_assume!(singular[2] > 1e-3 * singular[0]);
            prop_assert_eq!(factors_of(weights.view(), ROUNDING).unwrap().1.dim(), (3, 30));
            let (tail, miss) = misses(&weights, 3);
            prop_assert!(tail <= 3e-15 && miss <= 1e-14, "{tail} {miss}");
        }

        #[test]
        fn full_matrices_stay_whole(weights in matrices(12, 12)) {
            prop_assert_eq!(factors_of(weights.view(), ROUNDING), None);
        }
    }

    #[test]
    fn two_factors_pay_below_half_the_entries() {
        assert_eq!(most_columns((2000, 2000)), 499);
        assert_eq!(most_columns((4, 4)), 0);
        assert_eq!(most_columns((0, 4)), 0);
        assert_eq!(factors_of(Array2::zeros((9, 9)).view(), ROUNDING), None);
    }

    #[test]
    fn a_small_tail_is_left_out_where_that_is_allowed() {
        let mut weights = Array2::from_elem((10, 10), 1.0);
        weights.diag_mut().iter_mut().for_each(|w| *w += 1e-4);
        assert_eq!(factors_of(weights.view(), ROUNDING), None);
        assert_eq!(factors_of(weights.view(), 1e-3).unwrap().1.dim(), (1, 10));
        let loose = FactorWeights::new(1e-3).unwrap();
        assert_eq!(loose.meta().equality, Equality::Tolerance { rmse: 1e-3 });
        assert!(FactorWeights::new(1.0).is_err() && FactorWeights::new(f64::NAN).is_err());
    }
}
