//! The solver that parts steps as its error asks for.

use super::Bench;

/// `x' = -2 t x` in one step after the other, each shorter than what is needed for the tolerance.
#[test]
fn errors_are_those_tolerated_however_long_the_step() {
    for (tolerance, limit) in [("", 1e-5), (" tolerance 1e-10", 1e-9)] {
        let text = format!(
            "mechanism M {{ units nef state x = 1
            dx/dt = -2 * t * x / 1 s / 1 s   solve rk45{tolerance} }}"
        );
        for dt in [0.05, 0.25, 1.0, 2.0] {
            let mut bench = Bench::<f64>::new(&text, 16, dt, &[]);
            (0..(2.0 / dt) as u32).for_each(|_| bench.step());
            let error = (bench.state("x")[0] - (-4f64).exp()).abs();
            assert!(error < limit, "{tolerance} {dt}: {error}");
        }
    }
}

/// Relaxation in a hundredth of a step: the explicit method has to take many.
#[test]
fn what_is_fast_is_followed() {
    let text = "mechanism M { units nef parameter tau = 1 s state x = 5 state y = 0
        dx/dt = (cos(t / 1 s) - x) / tau   dy/dt = x / 1 s   solve rk45 }";
    let mut bench = Bench::<f64>::new(text, 16, 0.5, &[("tau", 0.005)]);
    bench.step();
    bench.step();
    // x = (cos t + tau sin t) / (1 + tau²) once 5 is forgotten.
    let x = (1f64.cos() + 5e-3 * 1f64.sin()) / (1.0 + 25e-6);
    assert!((bench.state("x")[0] - x).abs() < 1e-4, "{}", bench.state("x")[0]);
    // tau x' = cos t - x, integrated.
    assert!((bench.state("y")[0] - 1f64.sin() - 5e-3 * (5.0 - x)).abs() < 1e-4);
}

/// Neighbours in a block that need more steps change nothing.
#[test]
fn each_lane_goes_its_own_way() {
    let text = "mechanism M { units nef state k = 1 state x = 1
        dx/dt = -k * x * x / 1 s   solve rk45 }";
    let run = |k: &[f64]| {
        let mut bench = Bench::<f64>::new(text, 16, 0.5, &[]);
        bench.state_mut("k").copy_from_slice(k);
        (0..4).for_each(|_| bench.step());
        bench.state("x").to_vec()
    };
    let mixed: Vec<f64> = (0..16).map(|lane| 0.1 * 1.6f64.powi(lane)).collect();
    let found = run(&mixed);
    for (k, x) in mixed.iter().zip(&found) {
        assert_eq!(run(&[*k; 16])[0].to_bits(), x.to_bits());
        assert!((x * (1.0 + 2.0 * k) - 1.0).abs() < 1e-4, "{k} {x}");
    }
}

#[test]
fn what_has_no_end_ends() {
    for rate in ["x * x / 1 s", "0 / (x - x) / 1 s"] {
        let text = format!(
            "mechanism M {{ units nef state x = 1 state y = 1 dx/dt = {rate} dy/dt = -y / 1 s
            solve rk45 }}"
        );
        let mut bench = Bench::<f64>::new(&text, 16, 2.0, &[]);
        bench.step();
        assert!(!(bench.state("x")[0].abs() < 1e3));
        assert!((bench.state("y")[0] - (-2f64).exp()).abs() < 1e-4);
    }
}
