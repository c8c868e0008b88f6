//! A memory of the recent past: coefficients of Legendre polynomials over a sliding window.

use pontine_core_ir::{Network, Node, NodeId, SubnetworkId, Transform};

use super::{
    EnsembleArray, EnsembleArrayOptions, LibraryError, at_least, join_filtered, matrix, within,
};

/// Represents its input over the last `window` seconds: `dx/dt = A x + B u`, with
/// `A[i][j] = (2i + 1) / window · (i < j ? -1 : (-1)^(i - j + 1))`, `B[i] = (2i + 1) / window · (-1)^i`, so that
/// `u(t - r window) ≈ Σ P_i(2r - 1) x_i` for 0 ≤ r ≤ 1, P_i being the shifted polynomials of Legendre.
///
/// # References
/// Voelker & Eliasmith (2018), *Neural Computation* 30, 569; Voelker, Kajić & Eliasmith (2019), *NeurIPS*.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Connection, Network, Node, SubnetworkId};
/// use pontine_nef::networks::LegendreMemory;
/// let mut network = Network::new("");
/// let sizes = (100, 6);
/// let memory = LegendreMemory::add(&mut network, SubnetworkId::ROOT, sizes, 0.5, 0.1).unwrap();
/// let half_ago = network.add(Node::passthrough(1));
/// network.add(Connection::new(memory.output, half_ago).transform(memory.reader(&[0.5])));
/// assert!(network.validate().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct LegendreMemory {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes one number.
    pub input: NodeId,
    /// Gives the coefficients.
    pub output: NodeId,
    /// Represents the coefficients, an ensemble for each.
    pub state: EnsembleArray,
}

impl LegendreMemory {
    /// Adds a memory of (neurons for each coefficient, coefficients) of the last `window_s`, whose
    /// feedback is filtered by `tau_s`, both in s.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are no neurons or coefficients; [`LibraryError::Time`] if a time is
    /// not more than 0.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (n_neurons, order): (usize, usize),
        window_s: f64,
        tau_s: f64,
    ) -> Result<Self, LibraryError> {
        at_least("the number of coefficients", order, 1)?;
        for (what, found) in [("the window", window_s), ("the feedback's time constant", tau_s)] {
            if !(found > 0.0 && found.is_finite()) {
                return Err(LibraryError::Time { what, found });
            }
        }
        let own = within(network, parent, Some("Legendre memory"));
        let input = network.add_in(own, Node::passthrough(1).labelled("input"));
        let label = Some("state".to_owned());
        let options = EnsembleArrayOptions { label, ..EnsembleArrayOptions::default() };
        let state = EnsembleArray::add(network, own, (n_neurons, order), options)?;
        let share = tau_s / window_s;
        let feedback = |i, j| share * recurrent(i, j) + f64::from(u8::from(i == j));
        let ends = (state.output, state.input);
        join_filtered(network, own, ends, matrix(order, order, feedback), tau_s);
        let column = matrix(order, 1, |i, _| share * driven(i));
        join_filtered(network, own, (input, state.input), column, tau_s);
        let output = state.output;
        Ok(Self { network: own, input, output, state })
    }

    /// The matrix, (places, coefficients), that reads the input at these places of the window: 0 is now,
    /// 1 is as long ago as the window.
    pub fn reader(&self, places: &[f64]) -> Transform {
        let order = self.state.ensembles.len();
        let rows: Vec<Vec<f64>> =
            places.iter().map(|place| polynomials(2.0 * place - 1.0, order)).collect();
        matrix(places.len(), order, |i, j| rows[i][j])
    }
}

/// An element of A times the window.
fn recurrent(i: usize, j: usize) -> f64 {
    let sign = if i < j || (i - j).is_multiple_of(2) { -1.0 } else { 1.0 };
    (2 * i + 1) as f64 * sign
}

/// An element of B times the window.
fn driven(i: usize) -> f64 {
    (2 * i + 1) as f64 * if i.is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// P_0(x) … of Legendre, by Bonnet's recursion.
fn polynomials(x: f64, n: usize) -> Vec<f64> {
    let mut values = vec![1.0, x];
    for k in 1..n.max(1) - 1 {
        let k_f = k as f64;
        let next = (2.0 * k_f + 1.0) * x * values[k] - k_f * values[k - 1];
        values.push(next / (k_f + 1.0));
    }
    values.truncate(n);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The equations, by small steps of Euler, on a slow sine.
    #[test]
    fn the_window_holds_the_past() {
        let (order, window, dt) = (6, 0.5, 1e-4);
        let signal = |t: f64| (6.0 * t).sin();
        let mut x = vec![0.0; order];
        let n = 20_000;
        for step in 0..n {
            let u = signal(f64::from(step) * dt);
            let slope =
                |i: usize| (0..order).map(|j| recurrent(i, j) * x[j]).sum::<f64>() + driven(i) * u;
            let slopes: Vec<f64> = (0..order).map(slope).collect();
            x.iter_mut().zip(slopes).for_each(|(x, slope)| *x += dt / window * slope);
        }
        for place in [0.0, 0.25, 0.5, 1.0] {
            let read = polynomials(2.0 * place - 1.0, order);
            let found: f64 = read.iter().zip(&x).map(|(p, x)| p * x).sum();
            let expected = signal(f64::from(n) * dt - place * window);
            assert!((found - expected).abs() < 2e-3, "{place}: {found} is not {expected}");
        }
    }

    #[test]
    fn polynomials_are_legendres() {
        assert_eq!(polynomials(0.5, 1), [1.0]);
        assert_eq!(polynomials(0.5, 4), [1.0, 0.5, -0.125, -0.4375]);
    }
}
