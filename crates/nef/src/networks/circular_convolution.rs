//! Circular convolution, by products of Fourier coefficients.

use std::f64::consts::PI;

use pontine_core_ir::{Network, Node, NodeId, SubnetworkId, Transform};

use super::{LibraryError, Product, at_least, join, matrix, within};

/// The circular convolution of two vectors, `c[n] = Σ a[m] b[n - m]`: what binds semantic pointers.
///
/// The coefficients of frequencies 0 to d / 2 are multiplied, each by four real products.
#[derive(Clone, Debug)]
pub struct CircularConvolution {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes one vector.
    pub input_a: NodeId,
    /// Takes the other.
    pub input_b: NodeId,
    /// Gives their convolution.
    pub output: NodeId,
    /// The products of coefficients.
    pub product: Product,
}

/// Products for each frequency: real × real, imaginary × imaginary, real × imaginary, imaginary ×
/// real.
const PRODUCTS: usize = 4;

impl CircularConvolution {
    /// Adds the convolution of vectors of `dimensions`, with so many neurons for each product, whose
    /// coefficients are within `±2 input_magnitude`; `invert` tells which of a and b are replaced by
    /// their approximate inverse, so that the convolution unbinds.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are less than two neurons, or no dimension.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (n_neurons, dimensions): (usize, usize),
        invert: (bool, bool),
        input_magnitude: f64,
    ) -> Result<Self, LibraryError> {
        at_least("the number of dimensions", dimensions, 1)?;
        let own = within(network, parent, Some("Circular convolution"));
        let mut node =
            |label: &str| network.add_in(own, Node::passthrough(dimensions).labelled(label));
        let (input_a, input_b, output) = (node("input_a"), node("input_b"), node("output"));
        let n = PRODUCTS * (dimensions / 2 + 1);
        let product = Product::add(network, own, (n_neurons, n), 2.0 * input_magnitude)?;
        let a = forward(dimensions, invert.0, |part| part % 2 == 0);
        let b = forward(dimensions, invert.1, |part| part == 0 || part == 3);
        join(network, own, input_a, product.input_a, a);
        join(network, own, input_b, product.input_b, b);
        join(network, own, product.output, output, backward(dimensions));
        Ok(Self { network: own, input_a, input_b, output, product })
    }
}

/// Coefficients of a real vector of length d, as each product needs them.
fn forward(d: usize, invert: bool, is_real: impl Fn(usize) -> bool) -> Transform {
    let sign = if invert { 1.0 } else { -1.0 };
    matrix(PRODUCTS * (d / 2 + 1), d, |row, i| {
        let angle = angle(row / PRODUCTS, i, d);
        if is_real(row % PRODUCTS) { angle.cos() } else { sign * angle.sin() }
    })
}

/// A real vector from the products.
fn backward(d: usize) -> Transform {
    matrix(d, PRODUCTS * (d / 2 + 1), |i, column| {
        let frequency = column / PRODUCTS;
        // All other frequencies stand for their negative ones as well.
        let alone = frequency == 0 || 2 * frequency == d;
        let share = if alone { 1.0 } else { 2.0 } / d as f64;
        let angle = angle(frequency, i, d);
        match column % PRODUCTS {
            0 => share * angle.cos(),
            1 => -share * angle.cos(),
            _ => -share * angle.sin(),
        }
    })
}

fn angle(frequency: usize, i: usize, d: usize) -> f64 {
    2.0 * PI * ((frequency * i) % d) as f64 / d as f64
}
