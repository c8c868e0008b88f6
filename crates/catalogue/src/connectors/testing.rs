//! What the tests of all connectors share.

use pontine_core_ir::{
    Param, Path, Spec,
    port::{RowBuf, RowSource, RuleContext, RuleError},
    registry::rule,
};

/// The two sets of cells, and the seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    n_source: usize,
    n_target: usize,
    same_cells: bool,
    seed: u64,
}

impl Sides {
    pub(super) fn two(n_source: usize, n_target: usize) -> Self {
        Self { n_source, n_target, same_cells: false, seed: 1 }
    }

    pub(super) fn same(n: usize) -> Self {
        Self { same_cells: true, ..Self::two(n, n) }
    }

    pub(super) fn seeded(self, seed: u64) -> Self {
        Self { seed, ..self }
    }
}

pub(super) type Params<'a> = &'a [(&'static str, Param)];

fn spec(kind: &str, params: Params<'_>) -> Spec {
    params.iter().fold(Spec::new(kind), |spec, (name, value)| spec.with(name, value.clone()))
}

pub(super) fn prepare(
    kind: &str,
    params: Params<'_>,
    sides: Sides,
) -> Result<Box<dyn RowSource>, RuleError> {
    let Sides { n_source, n_target, same_cells, seed } = sides;
    let path = Path::from_text("Projection:p");
    let cx = RuleContext { n_source, n_target, same_cells, seed, path: &path };
    rule(&spec(kind, params)).unwrap().prepare(&cx)
}

/// All rows, by their indices.
pub(super) fn rows(kind: &str, params: Params<'_>, sides: Sides) -> Vec<Vec<u32>> {
    let source = prepare(kind, params, sides).unwrap();
    (0..source.n_major()).map(|i| row(source.as_ref(), i)).collect()
}

fn row(source: &dyn RowSource, i: usize) -> Vec<u32> {
    let mut row = RowBuf::default();
    source.fill(i, &mut row);
    row.minor
}

/// Rows made last to first are the rows made first to last.
#[track_caller]
pub(super) fn check_rows_are_independent(kind: &str, params: Params<'_>, sides: Sides) {
    let source = prepare(kind, params, sides).unwrap();
    let mut backwards: Vec<_> =
        (0..source.n_major()).rev().map(|i| row(source.as_ref(), i)).collect();
    backwards.reverse();
    assert_eq!(backwards, rows(kind, params, sides));
}

pub(super) fn prepare_error(kind: &str, params: Params<'_>, sides: Sides) -> String {
    prepare(kind, params, sides).err().unwrap().to_string()
}

pub(super) fn spec_error(kind: &str, params: Params<'_>) -> String {
    rule(&spec(kind, params)).unwrap_err().to_string()
}

/// Holds counts against expected ones: chi-square within four standard deviations of its mean.
#[track_caller]
pub(super) fn check_chi_square(counts: &[f64], expected: &[f64]) {
    let terms = counts.iter().zip(expected).map(|(c, e)| (c - e).powi(2) / e);
    let chi_square: f64 = terms.sum();
    let degrees = counts.len() as f64 - 1.0;
    let bound = degrees + 4.0 * (2.0 * degrees).sqrt();
    assert!(chi_square < bound, "chi-square {chi_square} at {degrees} degrees: {counts:?}");
}
