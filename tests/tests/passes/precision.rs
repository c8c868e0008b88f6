//! What rounding weights does to the currents that they make.

use ndarray::{Array1, Array2};
use pontine_core_ir::Spec;
use pontine_nef::solver::{Activities, solver};
use pontine_rng::RandomState;
use pontine_transforms::passes::Number;

/// Rates of leaky integrate-and-fire cells with encoders of ±1.
fn rates(n: usize, xs: &Array1<f64>) -> Array2<f64> {
    let (tau_rc, tau_ref) = (0.02, 0.002);
    Array2::from_shape_fn((xs.len(), n), |(point, i)| {
        let intercept = -1.0 + 1.9 * ((i * 37) % n) as f64 / n as f64;
        let max_rate: f64 = 200.0 + 200.0 * ((i * 61) % n) as f64 / n as f64;
        let most = 1.0 / (1.0 - ((tau_ref - 1.0 / max_rate) / tau_rc).exp());
        let gain = (most - 1.0) / (1.0 - intercept);
        let encoder = if i % 2 == 0 { 1.0 } else { -1.0 };
        let current = gain * (encoder * xs[point] - intercept) + 1.0;
        if current <= 1.0 {
            0.0
        } else {
            1.0 / (tau_ref + tau_rc * (1.0 / (current - 1.0)).ln_1p())
        }
    })
}

fn rounded(number: Number, matrix: &Array2<f64>) -> Array2<f64> {
    let numbers: Vec<f64> = matrix.iter().copied().collect();
    Array2::from_shape_vec(matrix.dim(), number.rounded(&numbers)).unwrap()
}

/// Of 100 cells and one dimension; how far currents miss encoders times what is represented.
#[test]
fn rounded_weights_decode_as_well() {
    let n = 100;
    let xs = Array1::linspace(-1.0, 1.0, 400);
    let activities = rates(n, &xs);
    let targets = xs.clone().insert_axis(ndarray::Axis(1));
    let solver = solver(&Spec::new("LstsqL2")).unwrap();
    let given = Activities::from(activities.clone());
    let solution = solver.solve(&given, targets.view(), &mut RandomState::new(0)).unwrap();
    let encoders = Array2::from_shape_fn((n, 1), |(i, _)| if i % 2 == 0 { 1.0 } else { -1.0 });
    let weights = encoders.dot(&solution.decoders.t());
    let wanted = encoders.dot(&targets.t());
    let currents = |weights: &Array2<f64>| weights.dot(&activities.t());
    let rmse = |weights: &Array2<f64>| {
        let misses = currents(weights) - &wanted;
        misses.mapv(|x| x * x).mean().unwrap().sqrt()
    };
    let exact = rmse(&weights);
    let int8 = rmse(&rounded(Number::Int8, &weights));
    assert!((int8 / exact - 1.0).abs() <= 0.01, "{exact} {int8}");
    let single = currents(&rounded(Number::F32, &weights));
    let largest = wanted.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let miss = (single - currents(&weights)).iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    assert!(miss <= 4e-7 * largest, "{miss}");
}
