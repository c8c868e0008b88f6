//! Functions at points, derived parameters, solvers, native kernels.

use super::{Bench, IF_CURR_EXP};
use crate::{
    Argument, BlockArgs, DeriveError, ErasedKernel, Function, FunctionKernel, Kernel, Level,
    Mechanism, NativeKernel, Phase, Precision, Scratch, derive,
};

#[test]
fn functions_give_the_values_of_the_standard_library() {
    let text =
        "sin(x[0]) * cos(t), pow(abs(x[1]), 1.5), tanh(x[0]) / (1 + exp(-x[1])), x[0] > x[1], x";
    let function =
        Function::parse(text, &[Argument::new("t", 1), Argument::new("x", 2)], &[]).unwrap();
    let kernel = FunctionKernel::new(&function);
    for point in 0..200 {
        let [t, a, b] = [0.1, 0.37, -0.71].map(|k| k * f64::from(point) - 10.0);
        let mut out = [0.0; 6];
        kernel.eval(&[t, a, b], &mut out);
        let logistic = a.tanh() / (1.0 + (-b).exp());
        let expected =
            [a.sin() * t.cos(), b.abs().powf(1.5), logistic, f64::from(u8::from(a > b)), a, b];
        for (found, expected) in out.iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-15 * expected.abs().max(1.0));
        }
    }
}

#[test]
fn functions_are_the_same_at_every_level() {
    let text = "sin(x[0]), exp(x[1]) * log(abs(x[0])), expm1(x[0] / 9), x[0] > 2 ? x[1] : 3";
    let function = Function::parse(text, &[Argument::new("x", 2)], &[]).unwrap();
    let at = |level, x: [f64; 2]| {
        let mut out = [0.0; 4];
        FunctionKernel::new(&function).at(level).eval(&x, &mut out);
        out.map(f64::to_bits)
    };
    for point in 0..200 {
        let x = [0.37, -0.71].map(|k| k * f64::from(point) - 10.0);
        for level in Level::ALL {
            assert_eq!(at(level, x), at(Level::Baseline, x), "{level:?} {x:?}");
        }
    }
}

#[test]
fn whole_numbers_powers_of_ten_and_choices() {
    let text = "rint(x), log10(x), where(x < 0, ln(1 - x), ln_1p(x))";
    let function = Function::parse(text, &[Argument::new("x", 1)], &[]).unwrap();
    let kernel = FunctionKernel::new(&function);
    let mut out = [0.0; 3];
    for half in -12..12 {
        let x = f64::from(half) / 2.0;
        kernel.eval(&[x], &mut out);
        assert_eq!(out[0], x.round_ties_even(), "rint({x})");
        assert!((out[2] - x.abs().ln_1p()).abs() < 1e-15, "where at {x}");
    }
    for power in -20..20 {
        kernel.eval(&[10f64.powi(power)], &mut out);
        assert!((out[1] - f64::from(power)).abs() <= 5e-16 * f64::from(power.abs()));
    }
    let fault = Function::parse("where(x, 1, 2)", &[Argument::new("x", 1)], &[]).unwrap_err();
    assert!(fault.to_string().contains("expected a condition, found a number"), "{fault}");
}

#[test]
fn derived_parameters_are_as_many_as_they_need_to_be() {
    let mechanism = Mechanism::parse(IF_CURR_EXP).unwrap();
    let defaults: Vec<_> = mechanism.parameters.iter().map(|p| vec![p.default]).collect();
    let mut columns: Vec<&[f64]> = defaults.iter().map(Vec::as_slice).collect();
    let homogeneous = derive(&mechanism, 0.1, &columns).unwrap();
    assert!(homogeneous.iter().all(|column| column.len() == 1));
    let offsets = [0.0, 0.5, 1.0];
    columns[mechanism.parameter_index("i_offset").unwrap()] = &offsets;
    let mixed = derive(&mechanism, 0.1, &columns).unwrap();
    assert_eq!(mixed.iter().filter(|column| column.len() == 3).count(), 1);
    for (one, many) in homogeneous.iter().zip(&mixed) {
        assert_eq!(one[0], many[0]);
    }
}

#[test]
fn derive_refuses_columns_that_do_not_fit() {
    let text = "mechanism M { units nef parameter a = 1 parameter b = 1 state x = a / b }";
    let mechanism = Mechanism::parse(text).unwrap();
    let count = derive(&mechanism, 1.0, &[&[1.0]]).unwrap_err();
    assert_eq!(count.to_string(), "`M` has 2 parameter(s), but 1 were given");
    let length = derive(&mechanism, 1.0, &[&[1.0; 3], &[1.0; 2]]).unwrap_err();
    assert!(matches!(length, DeriveError::Length { expected: 3, found: 2, .. }));
}

/// A cell with a conductance, by `solver`.
fn conductance_cell(solver: &str) -> String {
    format!(
        "mechanism Cell {{
            units population
            parameter tau_m = 20 ms   parameter cm = 1 nF   parameter e_rev = 0 mV
            parameter tau_syn = 5 ms
            receptor e uS {{ state g = 0 uS   dg/dt = -g / tau_syn   on_spike(w) {{ g += w }} }}
            state v = -65 mV
            dv/dt = (-65 mV - v) / tau_m + e.g * (e_rev - v) / cm
            solve {solver}
        }}"
    )
}

fn run_conductance_cell(solver: &str, dt: f64) -> f64 {
    let mut bench = Bench::<f64>::new(&conductance_cell(solver), 16, dt, &[]);
    bench.state_mut("e.g").fill(0.05);
    (0..(10.0 / dt).round() as u32).for_each(|_| bench.step());
    bench.state("v")[0]
}

#[test]
fn approximate_solvers_converge_to_the_same_value() {
    let fine = run_conductance_cell("exponential_euler", 0.0005);
    assert!((fine - run_conductance_cell("euler", 0.0005)).abs() < 0.005);
    let coarse = run_conductance_cell("exponential_euler", 0.1);
    assert!((fine - coarse).abs() < 0.2 && fine > -65.0);
}

#[test]
fn exponential_euler_is_exact_for_one_linear_state() {
    let text = "mechanism M { units population parameter tau = 7 ms state x = 3
        dx/dt = (1 - x) / tau  solve exponential_euler }";
    let mut bench = Bench::<f64>::new(text, 16, 0.1, &[]);
    for step in 1..=500 {
        bench.step();
        let expected = 1.0 + 2.0 * (-0.1 * f64::from(step) / 7.0).exp();
        assert!((bench.state("x")[0] - expected).abs() < 1e-13);
    }
}

/// An alpha-shaped current into a membrane, all with one time constant: a chain of three states.
#[test]
fn the_exact_solver_takes_chains_of_equal_time_constants() {
    let text = "mechanism M { units population parameter tau = 5 ms parameter cm = 1 nF
        receptor e nA {
            state y = 0 nA/ms   state i = 0 nA
            dy/dt = -y / tau   di/dt = y - i / tau
            on_spike(w) { y += w * exp(1) / tau }
        }
        state v = 0 mV   dv/dt = e.i / cm - v / tau   solve exact }";
    let mut bench = Bench::<f64>::new(text, 16, 0.1, &[]);
    bench.receptor_mut("e").fill(2.0);
    bench.step();
    bench.receptor_mut("e").fill(0.0);
    let kick = 2.0 * 1f64.exp() / 5.0;
    for step in 1..=400 {
        bench.step();
        let t = 0.1 * f64::from(step);
        let decay = (-t / 5.0).exp();
        assert!((bench.state("e.i")[0] - kick * t * decay).abs() < 1e-13);
        assert!((bench.state("v")[0] - kick * t * t / 2.0 * decay).abs() < 1e-12);
    }
}

#[test]
fn dense_outputs_and_amplitudes() {
    let text = "mechanism Rate { units nef parameter gain = 2 Hz input J
        output rate dense Hz   output spikes events amplitude gain / dt
        step { rate = gain * max(J, 0)   if J > 1 { emit spikes 1 emit spikes -3 } } }";
    let mut bench = Bench::<f64>::new(text, 16, 0.5, &[]);
    bench.input_mut("J")[0] = 4.0;
    bench.step();
    assert_eq!((bench.output("rate")[0], bench.output("spikes")[0]), (8.0, -2.0));
    assert_eq!((bench.output("rate")[1], bench.output("spikes")[1]), (0.0, 0.0));
    assert_eq!(bench.mechanism.derived[0].name, "gain / dt");
}

const NATIVE: &str = "mechanism Native { units nef state x = 0 step { x = x + 12345 } }";

/// Changes only when the printed form of the IR does.
const NATIVE_HASH: u64 = 8448943443740434645;

/// Differs from the interpreter, so that one sees who ran.
struct Marked;

impl Kernel<f64> for Marked {
    fn run(&self, _: &mut Scratch<f64>, args: &mut BlockArgs<'_, f64>) -> bool {
        args.states.fill(-1.0);
        false
    }
}

inventory::submit! {
    NativeKernel {
        hash: NATIVE_HASH,
        phase: Phase::Step,
        precision: Precision::F64,
        make: |_| ErasedKernel::new::<f64>(Marked),
    }
}

#[test]
fn a_native_kernel_is_found_by_its_hash() {
    let mut bench = Bench::<f64>::new(NATIVE, 16, 1.0, &[]);
    assert_eq!(bench.mechanism.hash(), NATIVE_HASH);
    assert_eq!(bench.state("x")[0], 0.0);
    bench.step();
    assert_eq!(bench.state("x")[0], -1.0);
    let mut single = Bench::<f32>::new(NATIVE, 16, 1.0, &[]);
    single.step();
    assert_eq!(single.state("x")[0], 12345.0);
}

/// A cell of rate equations: abbreviations, `exprel`, states without clamps.
const HH: &str = "mechanism HH_cond_exp {
    units population
    parameter gbar_Na = 20 uS   parameter gbar_K = 6 uS   parameter g_leak = 0.01 uS
    parameter cm = 0.2 nF       parameter v_offset = -63 mV
    parameter e_rev_Na = 50 mV  parameter e_rev_K = -90 mV  parameter e_rev_leak = -65 mV
    parameter i_offset = 0 nA
    state v = -65 mV   state m = 0   state h = 1   state n = 0
    let u = v - v_offset
    let a_m = 0.32 * 4 / exprel((13 mV - u) / 4 mV)
    let b_m = 0.28 * 5 / exprel((u - 40 mV) / 5 mV)
    let a_h = 0.128 * exp((17 mV - u) / 18 mV)
    let b_h = 4 / (1 + exp((40 mV - u) / 5 mV))
    let a_n = 0.032 * 5 / exprel((15 mV - u) / 5 mV)
    let b_n = 0.5 * exp((10 mV - u) / 40 mV)
    let g_Na = gbar_Na * m * m * m * h
    let g_K = gbar_K * n * n * n * n
    dv/dt = (g_Na * (e_rev_Na - v) + g_K * (e_rev_K - v) + g_leak * (e_rev_leak - v) + i_offset) / cm
    dm/dt = a_m * (1 - m) - b_m * m
    dh/dt = a_h * (1 - h) - b_h * h
    dn/dt = a_n * (1 - n) - b_n * n
    spike when v > 20 mV && u > 0 mV { refractory 2 ms }
    solve exponential_euler
}";

#[test]
fn hodgkin_and_huxley_rest_and_fire() {
    let spikes = |offset: f64| {
        let mut bench = Bench::<f64>::new(HH, 16, 0.01, &[("i_offset", offset)]);
        let mut count = 0.0;
        for _ in 0..10_000 {
            bench.step();
            count += bench.output("spikes")[0];
        }
        assert!(bench.state("v")[0].abs() < 120.0);
        count
    };
    assert_eq!(spikes(0.0), 0.0);
    assert!(spikes(1.0) > 3.0);
}
