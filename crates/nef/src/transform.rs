//! Transforms in numbers: drawn, or a convolution written out as the matrix that it is.

use ndarray::Array2;
use pontine_core_ir::{
    Samples, SparseMatrix, Spec, Tensor, Transform,
    network::{Convolution, Padding},
};
use pontine_rng::RandomState;

use crate::{
    points::sampler,
    samples::{SampleError, resolve, resolve_vector},
};

const WHAT: &str = "the transform";

/// A transform whose numbers are known.
#[derive(Clone, Debug, PartialEq)]
pub enum Sampled {
    /// Nothing is changed.
    Identity,
    /// A number, a diagonal or a matrix.
    Dense(Tensor),
    /// A matrix of which few numbers are not 0.
    Sparse(SparseMatrix),
}

/// Draws what is left to draw.
///
/// # Errors
/// [`SampleError`] if a distribution is unknown, or a kernel has another shape.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Samples, Tensor, Transform, network::Convolution};
/// use pontine_nef::transform::{Sampled, sampled};
/// use pontine_rng::RandomState;
/// let mut means = Convolution::new(1, &[4], 1);
/// means.init = Samples::Array(Tensor::filled(&[3, 1, 1], 1.0 / 3.0));
/// let matrix = sampled(&Transform::Convolution(means), &mut RandomState::new(0)).unwrap();
/// let Sampled::Sparse(matrix) = matrix else { panic!("{matrix:?}") };
/// assert_eq!((matrix.rows, matrix.columns, matrix.entries.len()), (2, 4, 6));
/// ```
pub fn sampled(transform: &Transform, rng: &mut RandomState) -> Result<Sampled, SampleError> {
    Ok(match transform {
        Transform::Identity => Sampled::Identity,
        Transform::Dense(tensor) => Sampled::Dense(tensor.clone()),
        Transform::Drawn { rows, columns, distribution } => {
            Sampled::Dense(drawn(distribution, *rows, *columns, rng)?.into())
        }
        Transform::Sparse(matrix) => Sampled::Sparse(matrix.clone()),
        Transform::DrawnSparse { places, distribution } => {
            Sampled::Sparse(drawn_sparse(places, distribution, rng)?)
        }
        Transform::Convolution(convolution) => {
            let kernel = kernel(convolution, rng)?;
            Sampled::Sparse(matrix(convolution, &kernel))
        }
    })
}

fn drawn(
    distribution: &Spec,
    rows: usize,
    columns: usize,
    rng: &mut RandomState,
) -> Result<Array2<f64>, SampleError> {
    resolve(&Samples::Distribution(distribution.clone()), WHAT, rows, columns, None, rng)
}

/// One number for each entry.
fn drawn_sparse(
    places: &SparseMatrix,
    distribution: &Spec,
    rng: &mut RandomState,
) -> Result<SparseMatrix, SampleError> {
    let samples = Samples::Distribution(distribution.clone());
    let numbers = resolve_vector(&samples, WHAT, places.entries.len(), rng)?;
    let entries = places.entries.iter().zip(numbers);
    let entries = entries.map(|(&(row, column, _), number)| (row, column, number)).collect();
    Ok(SparseMatrix { entries, ..*places })
}

/// The numbers of the kernel: place after place, channel after channel, filter after filter.
fn kernel(convolution: &Convolution, rng: &mut RandomState) -> Result<Vec<f64>, SampleError> {
    let n_places: usize = convolution.kernel_size.iter().product();
    let n_channels = convolution.n_channels / convolution.groups;
    let expected = n_places * n_channels * convolution.n_filters;
    match &convolution.init {
        Samples::Array(kernel) if kernel.len() == expected => Ok(kernel.data().to_vec()),
        Samples::Array(kernel) => {
            let shape = [n_channels, convolution.n_filters];
            let expected = convolution.kernel_size.iter().copied().chain(shape).collect();
            Err(SampleError::Shape { what: "the kernel", found: kernel.shape().to_vec(), expected })
        }
        Samples::Distribution(spec) => {
            let sampler = sampler(spec)
                .map_err(|source| SampleError::Lookup { what: "the kernel", source })?;
            let mut kernel = Vec::with_capacity(expected);
            for _ in 0..n_places {
                kernel.extend(sampler.sample(n_channels, Some(convolution.n_filters), rng)?);
            }
            Ok(kernel)
        }
    }
}

/// Each place of the kernel at each place of the smaller side (what strides step over).
fn matrix(convolution: &Convolution, kernel: &[f64]) -> SparseMatrix {
    let output = convolution.output_shape();
    let (coarse, fine) = if convolution.transposed {
        (&convolution.input_shape, &output)
    } else {
        (&output, &convolution.input_shape)
    };
    let margins = margins(convolution, coarse, fine);
    let mut entries = Vec::new();
    for coarse_at in places(coarse) {
        for (place, kernel_at) in places(&convolution.kernel_size).enumerate() {
            let Some(fine_at) = covered(convolution, &margins, &coarse_at, &kernel_at, fine) else {
                continue;
            };
            let (coarse_at, fine_at) = (flat(coarse, &coarse_at), flat(fine, &fine_at));
            let (from, to) =
                if convolution.transposed { (coarse_at, fine_at) } else { (fine_at, coarse_at) };
            join(convolution, kernel, (place, from, to), &mut entries);
        }
    }
    entries.sort_by_key(|(row, column, _)| (*row, *column));
    let (rows, columns) = (convolution.size_out(), convolution.size_in());
    SparseMatrix { rows, columns, entries: entries.into() }
}

/// All channels to all filters of their group, from one place in space to another.
fn join(
    convolution: &Convolution,
    kernel: &[f64],
    (place, from, to): (usize, usize, usize),
    entries: &mut Vec<(u32, u32, f64)>,
) {
    let Convolution { n_channels, n_filters, groups, channels_last, .. } = *convolution;
    let (in_group, filters_in_group) = (n_channels / groups, n_filters / groups);
    let n_in: usize = convolution.input_shape.iter().product();
    let n_out: usize = convolution.output_shape().iter().product();
    let index = |at: usize, channel: usize, n: usize, n_channels: usize| {
        (if channels_last { at * n_channels + channel } else { channel * n + at }) as u32
    };
    for filter in 0..n_filters {
        for c in 0..in_group {
            let channel = filter / filters_in_group * in_group + c;
            let row = index(to, filter, n_out, n_filters);
            let column = index(from, channel, n_in, n_channels);
            entries.push((row, column, kernel[(place * in_group + c) * n_filters + filter]));
        }
    }
}

/// Zeros before the first number along each axis.
fn margins(convolution: &Convolution, coarse: &[usize], fine: &[usize]) -> Vec<usize> {
    let axes = coarse.iter().zip(fine).zip(&convolution.kernel_size).zip(&convolution.strides);
    let margin = |(((coarse, fine), kernel), stride): (((&usize, &usize), &usize), &usize)| {
        let reach = (coarse.saturating_sub(1)) * stride + kernel;
        match convolution.padding {
            Padding::Valid => 0,
            Padding::Same => reach.saturating_sub(*fine) / 2,
        }
    };
    axes.map(margin).collect()
}

/// Where a place of the kernel comes to lie; `None` beyond the borders.
fn covered(
    convolution: &Convolution,
    margins: &[usize],
    coarse_at: &[usize],
    kernel_at: &[usize],
    fine: &[usize],
) -> Option<Vec<usize>> {
    (0..fine.len())
        .map(|axis| {
            let reached = coarse_at[axis] * convolution.strides[axis] + kernel_at[axis];
            reached.checked_sub(margins[axis]).filter(|at| *at < fine[axis])
        })
        .collect()
}

/// All places of a shape, the last axis fastest.
fn places(shape: &[usize]) -> impl Iterator<Item = Vec<usize>> + '_ {
    (0..shape.iter().product()).map(|flat: usize| {
        let mut rest = flat;
        let mut place: Vec<usize> = shape
            .iter()
            .rev()
            .map(|n| {
                let at = rest % n;
                rest /= n;
                at
            })
            .collect();
        place.reverse();
        place
    })
}

fn flat(shape: &[usize], place: &[usize]) -> usize {
    shape.iter().zip(place).fold(0, |flat, (n, at)| flat * n + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dense(convolution: &Convolution) -> Array2<f64> {
        let transform = Transform::Convolution(convolution.clone());
        let Ok(Sampled::Sparse(matrix)) = sampled(&transform, &mut RandomState::new(3)) else {
            panic!("a convolution is sparse")
        };
        let mut dense = Array2::zeros((matrix.rows, matrix.columns));
        matrix.entries.iter().for_each(|(i, j, x)| dense[[*i as usize, *j as usize]] += x);
        dense
    }

    #[test]
    fn a_line_is_smoothed() {
        let mut smooth = Convolution::new(1, &[4], 1);
        smooth.init = Samples::Array(Tensor::new(&[3, 1, 1], [1.0, 2.0, 4.0]).unwrap());
        assert_eq!(dense(&smooth), ndarray::array![[1.0, 2.0, 4.0, 0.0], [0.0, 1.0, 2.0, 4.0]]);
        smooth.padding = Padding::Same;
        smooth.strides = vec![2];
        assert_eq!(dense(&smooth), ndarray::array![[1.0, 2.0, 4.0, 0.0], [0.0, 0.0, 1.0, 2.0]]);
    }

    /// The transpose of a convolution from the larger side to the smaller one.
    #[test]
    fn a_transposed_convolution_is_a_transpose() {
        let mut forth = Convolution::new(1, &[7, 5], 1);
        forth.strides = vec![2, 2];
        let mut back = Convolution::new(1, &forth.output_shape(), 1);
        (back.strides, back.transposed) = (vec![2, 2], true);
        assert_eq!(back.output_shape(), [7, 5]);
        assert_eq!(dense(&back), dense(&forth).reversed_axes());
    }

    #[test]
    fn groups_do_not_mix() {
        let mut grouped = Convolution::new(4, &[3], 2);
        (grouped.groups, grouped.kernel_size) = (2, vec![1]);
        let matrix = dense(&grouped);
        assert!((0..4).all(|filter| matrix[[filter, 1 - filter / 2]] == 0.0));
        assert!((0..4).all(|filter| matrix[[filter, filter / 2]] != 0.0));
    }

    #[test]
    fn a_kernel_of_another_shape_is_refused() {
        let mut wrong = Convolution::new(2, &[4], 1);
        wrong.init = Samples::Array(Tensor::filled(&[3, 2, 2], 1.0));
        let error = sampled(&Transform::Convolution(wrong), &mut RandomState::new(0)).unwrap_err();
        let expected = "the kernel have shape [3, 2, 2], but [3, 1, 2] is needed";
        assert_eq!(error.to_string(), expected);
    }
}
