//! Dense linear algebra through `faer`, sequential whatever the program around it chose.

use faer::{
    Accum, Mat, MatMut, MatRef, Par,
    diag::Diag,
    dyn_stack::{MemBuffer, MemStack},
    linalg::{
        cholesky::llt,
        matmul::{
            matmul,
            triangular::{BlockStructure, matmul as triangular},
        },
        svd::{ComputeSvdVectors, svd, svd_scratch},
    },
};
use ndarray::{Array1, Array2, ArrayView2};

/// `a b`.
///
/// # Panics
/// If `a` has not as many columns as `b` has rows.
pub fn product(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
    let shape = (a.nrows(), b.ncols());
    let mut product = vec![0.0; shape.0 * shape.1];
    let target = MatMut::from_row_major_slice_mut(&mut product, shape.0, shape.1);
    let (a, b) = (Matrix::of(a), Matrix::of(b));
    matmul(target, Accum::Replace, a.view(), b.view(), 1.0, Par::Seq);
    rows(shape, product)
}

/// `aᵀ a`, of which only what stands on the diagonal and above it is there.
pub(crate) fn gram(a: ArrayView2<'_, f64>) -> Array2<f64> {
    let n = a.ncols();
    let mut gram = vec![0.0; n * n];
    // What are rows to us are columns to the decomposition, which is fastest along them.
    let target = MatMut::from_column_major_slice_mut(&mut gram, n, n);
    let a = Matrix::of(a);
    let (whole, lower) = (BlockStructure::Rectangular, BlockStructure::TriangularLower);
    let (left, right) = (a.view().transpose(), a.view());
    triangular(target, lower, Accum::Replace, left, whole, right, whole, 1.0, Par::Seq);
    rows((n, n), gram)
}

/// A matrix of which only what stands on the diagonal and above it was there, with the rest.
pub(crate) fn symmetric(mut gram: Array2<f64>) -> Array2<f64> {
    for i in 0..gram.nrows() {
        (0..i).for_each(|j| gram[[i, j]] = gram[[j, i]]);
    }
    gram
}

/// A matrix where it lies, or a copy if it does not lie in one piece.
enum Matrix<'a> {
    Rows(&'a [f64], (usize, usize)),
    Columns(&'a [f64], (usize, usize)),
    Copied(Mat<f64>),
}

impl<'a> Matrix<'a> {
    fn of(array: ArrayView2<'a, f64>) -> Self {
        let shape = array.dim();
        match (array.to_slice(), array.reversed_axes().to_slice()) {
            (Some(rows), _) => Self::Rows(rows, shape),
            (None, Some(columns)) => Self::Columns(columns, shape),
            (None, None) => Self::Copied(to_mat(array)),
        }
    }

    fn view(&self) -> MatRef<'_, f64> {
        match self {
            Self::Rows(slice, (m, n)) => MatRef::from_row_major_slice(slice, *m, *n),
            Self::Columns(slice, (m, n)) => MatRef::from_column_major_slice(slice, *m, *n),
            Self::Copied(matrix) => matrix.as_ref(),
        }
    }
}

fn rows(shape: (usize, usize), numbers: Vec<f64>) -> Array2<f64> {
    Array2::from_shape_vec(shape, numbers).unwrap_or_else(|_| Array2::zeros(shape))
}

/// The rotation (or rotation and reflection) nearest to a square matrix: `U Vᵀ` of its singular
/// value decomposition `U S Vᵀ`, whatever signs the decomposition chose.
pub(crate) fn nearest_rotation(matrix: ArrayView2<'_, f64>) -> Array2<f64> {
    let n = matrix.nrows();
    let (mut u, mut v) = (Mat::<f64>::zeros(n, n), Mat::<f64>::zeros(n, n));
    let mut singular = Diag::<f64>::zeros(n);
    let full = ComputeSvdVectors::Full;
    let scratch = svd_scratch::<f64>(n, n, full, full, Par::Seq, Default::default());
    let found = svd(
        to_mat(matrix).as_ref(),
        singular.as_mut(),
        Some(u.as_mut()),
        Some(v.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    );
    match found {
        Ok(()) => product(to_array(u.as_ref()).view(), to_array(v.transpose()).view()),
        // Only a matrix with numbers that are not finite has none.
        Err(_) => Array2::eye(n),
    }
}

/// `U`, the singular values and `V` of `a = U diag(s) Vᵀ`, as many columns as `a` has rows or columns.
///
/// `None` only where numbers are not finite.
pub fn thin_svd(a: ArrayView2<'_, f64>) -> Option<(Array2<f64>, Array1<f64>, Array2<f64>)> {
    let (m, n) = a.dim();
    let k = m.min(n);
    let (mut u, mut v) = (Mat::<f64>::zeros(m, k), Mat::<f64>::zeros(n, k));
    let mut singular = Diag::<f64>::zeros(k);
    let thin = ComputeSvdVectors::Thin;
    let scratch = svd_scratch::<f64>(m, n, thin, thin, Par::Seq, Default::default());
    svd(
        to_mat(a).as_ref(),
        singular.as_mut(),
        Some(u.as_mut()),
        Some(v.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .ok()?;
    let singular = (0..k).map(|i| singular[i]).collect();
    Some((to_array(u.as_ref()), singular, to_array(v.as_ref())))
}

/// Cholesky's factor of a symmetric, positive definite matrix.
#[derive(Debug)]
pub(crate) struct Factor {
    n: usize,
    /// Column by column; what is above the diagonal has no meaning.
    lower: Vec<f64>,
}

impl Factor {
    /// Of `g`, of which what is below the diagonal is not looked at; `None` if it has none.
    pub(crate) fn of(g: Array2<f64>) -> Option<Self> {
        let n = g.nrows();
        let g = if g.is_standard_layout() { g } else { g.as_standard_layout().into_owned() };
        let (mut lower, _) = g.into_raw_vec_and_offset();
        let factor = MatMut::from_column_major_slice_mut(&mut lower, n, n);
        let params = Default::default();
        let scratch = llt::factor::cholesky_in_place_scratch::<f64>(n, Par::Seq, params);
        let mut buffer = MemBuffer::new(scratch);
        let stack = MemStack::new(&mut buffer);
        llt::factor::cholesky_in_place(factor, Default::default(), Par::Seq, stack, params).ok()?;
        Some(Self { n, lower })
    }

    /// Solves `g x = b`.
    pub(crate) fn solve(&self, b: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut x = to_mat(b);
        let factor = MatRef::from_column_major_slice(&self.lower, self.n, self.n);
        let scratch = llt::solve::solve_in_place_scratch::<f64>(self.n, b.ncols(), Par::Seq);
        let mut buffer = MemBuffer::new(scratch);
        let stack = MemStack::new(&mut buffer);
        llt::solve::solve_in_place(factor, x.as_mut(), Par::Seq, stack);
        to_array(x.as_ref())
    }
}

/// Solves `g x = b` for a symmetric, positive definite `g`, of which what is below the diagonal is not
/// looked at; `None` if it is not.
pub(crate) fn solve_positive_definite(
    g: Array2<f64>,
    b: ArrayView2<'_, f64>,
) -> Option<Array2<f64>> {
    Some(Factor::of(g)?.solve(b))
}

/// Solves `a x = b` by elimination; `None` if `a` is singular. For the small matrices of filters.
pub(crate) fn solve(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Option<Array2<f64>> {
    let (mut a, mut b) = (a.to_owned(), b.to_owned());
    let n = a.nrows();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[[*i, k]].abs().total_cmp(&a[[*j, k]].abs()))?;
        if a[[pivot, k]] == 0.0 {
            return None;
        }
        swap_rows(&mut a, k, pivot);
        swap_rows(&mut b, k, pivot);
        for i in (0..n).filter(|i| *i != k) {
            let share = a[[i, k]] / a[[k, k]];
            let (from_a, from_b) = (a.row(k).to_owned(), b.row(k).to_owned());
            a.row_mut(i).scaled_add(-share, &from_a);
            b.row_mut(i).scaled_add(-share, &from_b);
        }
    }
    for k in 0..n {
        let pivot = a[[k, k]];
        b.row_mut(k).mapv_inplace(|x| x / pivot);
    }
    Some(b)
}

fn swap_rows(a: &mut Array2<f64>, i: usize, j: usize) {
    (0..a.ncols()).for_each(|k| a.swap([i, k], [j, k]));
}

fn to_mat(array: ArrayView2<'_, f64>) -> Mat<f64> {
    Mat::from_fn(array.nrows(), array.ncols(), |i, j| array[(i, j)])
}

fn to_array(matrix: MatRef<'_, f64>) -> Array2<f64> {
    Array2::from_shape_fn((matrix.nrows(), matrix.ncols()), |(i, j)| matrix[(i, j)])
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_rotation_is_its_own_nearest() {
        let rotation = array![[0.6, -0.8], [0.8, 0.6]];
        let nearest = nearest_rotation((&rotation * 3.0).view());
        assert!((nearest - rotation).iter().all(|x| x.abs() < 1e-15));
    }

    #[test]
    fn factors_multiply_to_the_matrix() {
        for a in [array![[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]], array![[1.0], [2.0]]] {
            let (u, s, v) = thin_svd(a.view()).unwrap();
            let back = (&u * &s).dot(&v.t());
            assert!((back - &a).iter().all(|x| x.abs() < 1e-14));
            assert!(s.iter().all(|s| *s > 0.0));
        }
    }

    #[test]
    fn a_system_is_solved_and_a_singular_one_refused() {
        let a = array![[0.0, 2.0], [1.0, 1.0]];
        let x = solve(a.view(), array![[4.0], [3.0]].view()).unwrap();
        assert_eq!(x, array![[1.0], [2.0]]);
        assert_eq!(solve(array![[1.0, 1.0], [1.0, 1.0]].view(), x.view()), None);
    }

    #[test]
    fn a_positive_definite_system_is_solved_and_another_refused() {
        let g = array![[4.0, 1.0], [1.0, 3.0]];
        let x = solve_positive_definite(g.clone(), array![[1.0], [2.0]].view()).unwrap();
        assert!((&x - &array![[1.0 / 11.0], [7.0 / 11.0]]).iter().all(|d| d.abs() < 1e-15));
        assert_eq!(solve_positive_definite(-&g, x.view()), None);
        let a = array![[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]];
        let gram = gram(a.view());
        assert_eq!([gram[[0, 0]], gram[[0, 1]], gram[[1, 1]]], [35.0, 49.0, 69.0]);
    }
}
