//! What a connection multiplies by.

use std::sync::Arc;

use super::Samples;
use crate::{spec::Spec, tensor::Tensor};

/// A linear map, `(size_out, size_in)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Transform {
    /// Nothing is changed.
    #[default]
    Identity,
    /// A number, a diagonal `(n,)`, or a matrix `(size_out, size_in)`.
    Dense(Tensor),
    /// A matrix drawn when the network is built.
    Drawn {
        /// What leaves.
        rows: usize,
        /// What enters.
        columns: usize,
        /// Of its numbers.
        distribution: Spec,
    },
    /// A matrix of which few numbers are not 0; not behind decoders.
    Sparse(SparseMatrix),
    /// The same with numbers drawn when the network is built, in the order of the entries.
    DrawnSparse {
        /// Where they stand; the numbers there mean nothing.
        places: SparseMatrix,
        /// Of the numbers.
        distribution: Spec,
    },
    /// A convolution, or its transpose; not behind decoders.
    Convolution(Convolution),
}

/// The numbers of a matrix that are not 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseMatrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// Row, column and number; numbers at one place add up.
    pub entries: Arc<[(u32, u32, f64)]>,
}

/// A convolution (in truth a correlation) over one, two or more axes in space.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// Channels of the output.
    pub n_filters: usize,
    /// Size of the input along each axis.
    pub input_shape: Vec<usize>,
    /// Channels of the input.
    pub n_channels: usize,
    /// Whether the channel changes fastest, and not slowest.
    pub channels_last: bool,
    /// Size of the kernel along each axis.
    pub kernel_size: Vec<usize>,
    /// Steps between places of the kernel along each axis.
    pub strides: Vec<usize>,
    /// What happens at the borders.
    pub padding: Padding,
    /// Channels and filters are joined within groups only.
    pub groups: usize,
    /// Whether it is the transpose of a convolution, so that strides spread the input out.
    pub transposed: bool,
    /// Size of the output of a transpose along each axis: one of those that the convolution would take to
    /// the size of the input. The smallest if absent.
    pub spread_to: Option<Vec<usize>>,
    /// `(kernel…, channels / groups, filters)`; a distribution is drawn from for one place of the
    /// kernel after the other.
    pub init: Samples,
}

/// What a convolution does at borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// The kernel stays inside.
    Valid,
    /// The input is continued by zeros, so that without strides the output is as large.
    Same,
}

impl Transform {
    /// `()`, `(n,)` or `(rows, columns)`: a number or nothing, a diagonal, a matrix.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::Identity => vec![],
            Self::Dense(tensor) => tensor.shape().to_vec(),
            Self::Drawn { rows, columns, .. } => vec![*rows, *columns],
            Self::Sparse(matrix) | Self::DrawnSparse { places: matrix, .. } => {
                vec![matrix.rows, matrix.columns]
            }
            Self::Convolution(convolution) => vec![convolution.size_out(), convolution.size_in()],
        }
    }
}

impl SparseMatrix {
    /// Whether all entries lie within it.
    pub fn is_whole(&self) -> bool {
        let inside = |(row, column, _): &(u32, u32, f64)| {
            (*row as usize) < self.rows && (*column as usize) < self.columns
        };
        self.entries.iter().all(inside)
    }
}

impl Convolution {
    /// Without strides, over all channels, with the numbers uniform on [-1, 1): Nengo's defaults.
    pub fn new(n_filters: usize, input_shape: &[usize], n_channels: usize) -> Self {
        let init = Spec::new("Uniform").with("low", -1.0).with("high", 1.0);
        Self {
            n_filters,
            input_shape: input_shape.to_vec(),
            n_channels,
            channels_last: true,
            kernel_size: vec![3; input_shape.len()],
            strides: vec![1; input_shape.len()],
            padding: Padding::Valid,
            groups: 1,
            transposed: false,
            spread_to: None,
            init: init.into(),
        }
    }

    /// Size of the output along each axis.
    pub fn output_shape(&self) -> Vec<usize> {
        if let Some(given) = self.spread_to.as_ref().filter(|_| self.transposed) {
            return given.clone();
        }
        let axes = self.input_shape.iter().zip(&self.kernel_size).zip(&self.strides);
        let size = |((&n, &kernel), &stride): ((&usize, &usize), &usize)| {
            let stride = stride.max(1);
            match (self.transposed, self.padding) {
                (false, Padding::Valid) => (n + 1).saturating_sub(kernel).div_ceil(stride),
                (false, Padding::Same) => n.div_ceil(stride),
                (true, Padding::Valid) => n.saturating_sub(1) * stride + kernel,
                (true, Padding::Same) => n.saturating_sub(1) * stride + 1,
            }
        };
        axes.map(size).collect()
    }

    /// Whether the size that a transpose spreads its input to is one that the convolution would bring
    /// back.
    pub fn spreads_fittingly(&self) -> bool {
        let Some(given) = &self.spread_to else { return true };
        let forth =
            Self { input_shape: given.clone(), transposed: false, spread_to: None, ..self.clone() };
        self.transposed
            && given.len() == self.input_shape.len()
            && forth.output_shape() == self.input_shape
    }

    /// Length of the input.
    pub fn size_in(&self) -> usize {
        self.input_shape.iter().product::<usize>() * self.n_channels
    }

    /// Length of the output.
    pub fn size_out(&self) -> usize {
        self.output_shape().iter().product::<usize>() * self.n_filters
    }

    /// Whether there is one size, kernel and stride for each axis, and whole groups.
    pub fn is_whole(&self) -> bool {
        let n_axes = self.input_shape.len();
        let positive = |sizes: &[usize]| sizes.len() == n_axes && !sizes.contains(&0);
        let groups = self.groups.max(1);
        n_axes > 0
            && positive(&self.input_shape)
            && positive(&self.kernel_size)
            && positive(&self.strides)
            && self.n_channels > 0
            && self.n_filters > 0
            && self.groups > 0
            && self.n_channels.is_multiple_of(groups)
            && self.n_filters.is_multiple_of(groups)
    }
}
