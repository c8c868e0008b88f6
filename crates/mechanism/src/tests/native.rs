//! What the macros print for programs of every shape, against the interpreter.

use pontine_rng::StreamKey;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseError;

use crate::{
    BlockArgs, Frame, Interpreter, Kernel, Level, Mechanism, Phase, Real, Scratch, Solver,
    native_kernel,
};

/// Loops in branches, branches in loops, draws in both, loads behind stores.
const SHAPES: &str = crate::mechanism!(
    r"mechanism Shapes {
        units nef
        input u
        state a = 0
        state b = 0
        state c = 0
        output o events
        output y dense
        step {
            if a > b {
                let z = normal()
                for k in 1..4 {
                    a += z / k
                    if a > 3 {
                        b -= log1p(abs(a)) + tanh(b) * sin(u) - pow(abs(a), 0.3) * exp(-abs(b))
                        for m in 0..20 while b < u { b = 0.5 * b + 0.7 + m }
                    }
                }
                emit o poisson(abs(u))
            } else {
                c += uniform() - exponential()
            }
            for k in 0..30 while abs(c * c - abs(u)) > 1e-9 { c = 0.5 * (c + abs(u) / c) }
            let swapped = a
            a = floor(b)
            b = swapped > 1 && !(c == b) ? ceil(swapped) : round(c)
            y = b + sqrt(abs(c)) * t / 1 s - dt / 1 s
            if c < 0 { emit o -2 }
        }
    }"
);

/// Two solvers of one text.
const SOLVED: &str = crate::mechanism!(
    r"mechanism Solved {
        units population
        parameter tau = 5 ms
        state g = 1
        state h = 0
        dg/dt = -g / tau
        dh/dt = (g - h * h) / tau + 0 * t / 1 ms / 1 ms
        solve euler
    }",
    rk4,
    rk45,
);

fn run<F: Real>(
    mechanism: &Mechanism,
    kernel: &dyn Kernel<F>,
    values: &[f64],
) -> (Vec<F>, Vec<bool>) {
    const WIDTH: usize = 48;
    let column = |first: usize, n: usize| -> Vec<F> {
        (0..n * WIDTH).map(|i| F::from_f64(values[(first + i) % values.len()])).collect()
    };
    let n_derived = mechanism.parameters.len() + mechanism.derived.len();
    let (constants, dense) = (column(1, n_derived), column(2, mechanism.inputs.len()));
    let mut states = column(3, mechanism.states.len());
    let mut outputs = column(4, mechanism.outputs.len());
    let at =
        |first: usize, n: usize| -> Vec<usize> { (first..first + n).map(|i| i * WIDTH).collect() };
    let (mut scratch, mut emitted) = (Scratch::new(), Vec::new());
    for step in 0..4 {
        emitted.push(kernel.run(
            &mut scratch,
            &mut BlockArgs {
                frame: Frame {
                    width: WIDTH,
                    first: 1_000,
                    step,
                    time: F::from_f64(0.25 * step as f64),
                    dt: F::from_f64(0.25),
                    key: StreamKey::from_raw(3),
                    parameter_at: &at(0, mechanism.parameters.len()),
                    derived_at: &at(mechanism.parameters.len(), mechanism.derived.len()),
                    homogeneous: false,
                    input_at: &at(0, mechanism.inputs.len()),
                    receptor_at: &[],
                },
                constants: &constants,
                states: &mut states,
                dense: &dense,
                outputs: &mut outputs,
            },
        ));
    }
    states.extend(outputs);
    (states, emitted)
}

fn check<F: Real>(mechanism: &Mechanism, values: &[f64]) -> Result<(), TestCaseError> {
    let interpreter = Interpreter::<F>::new(mechanism, Phase::Step);
    let (expected, events) = run(mechanism, &interpreter, values);
    for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
        let native = native_kernel::<F>(mechanism, Phase::Step, level).unwrap();
        let (found, emitted) = run(mechanism, &*native, values);
        for (found, expected) in found.iter().zip(&expected) {
            let (found, expected) = (found.to_f64(), expected.to_f64());
            let same = found.to_bits() == expected.to_bits();
            prop_assert!(
                same || (found.is_nan() && expected.is_nan()),
                "{level:?}: {found} {expected}"
            );
        }
        prop_assert_eq!(&emitted, &events);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_shape_of_program_computes_the_bits_of_the_interpreter(
        values in proptest::collection::vec(-5.0..5.0f64, 7..200),
    ) {
        let shapes = Mechanism::parse(SHAPES).unwrap();
        check::<f64>(&shapes, &values)?;
        check::<f32>(&shapes, &values)?;
        let solved = Mechanism::parse(SOLVED).unwrap();
        let others = [Solver::Rk4, Solver::Rk45].map(|other| solved.with_solver(other).unwrap());
        for mechanism in others.into_iter().chain([solved]) {
            check::<f64>(&mechanism, &values)?;
            check::<f32>(&mechanism, &values)?;
        }
    }
}

/// Nothing of a block is touched whose columns do not fit.
#[test]
#[should_panic(expected = "outside its arena")]
fn a_column_outside_its_arena_is_refused() {
    let shapes = Mechanism::parse(SHAPES).unwrap();
    let kernel = native_kernel::<f64>(&shapes, Phase::Step, Level::best()).unwrap();
    let mut args = BlockArgs {
        frame: Frame {
            width: 16,
            first: 0,
            step: 1,
            time: 0.0,
            dt: 1.0,
            key: StreamKey::from_raw(0),
            parameter_at: &[],
            derived_at: &[],
            homogeneous: true,
            input_at: &[1],
            receptor_at: &[],
        },
        constants: &[],
        states: &mut [0.0; 48],
        dense: &[0.0; 16],
        outputs: &mut [0.0; 32],
    };
    kernel.run(&mut Scratch::new(), &mut args);
}

/// The fixed point of Newton's iteration, found lane by lane in as many rounds as each needs.
#[test]
fn a_loop_ends_where_its_condition_fails() {
    let text = "mechanism Root { units nef input u state x = 1 state n = 0
        step {
            x = 1   n = 0
            for k in 0..50 while abs(x * x - u) > 1e-12 * u { x = 0.5 * (x + u / x)   n = k + 1 }
        } }";
    let mut bench = super::Bench::<f64>::new(text, 16, 1.0, &[]);
    for (lane, u) in bench.input_mut("u").iter_mut().enumerate() {
        *u = 1.0 + lane as f64 * 100.0;
    }
    bench.step();
    for lane in 0..16 {
        let u = 1.0 + lane as f64 * 100.0;
        assert!((bench.state("x")[lane] - u.sqrt()).abs() < 1e-10);
    }
    let rounds = bench.state("n");
    assert!(rounds[0] == 0.0 && rounds[1] > 3.0 && rounds[15] > rounds[1]);
}

/// `x' = -2 t x` has a solution that only a solver with the right times within the step follows.
#[test]
fn rk4_is_of_fourth_order_in_time_as_well() {
    let text = "mechanism M { units nef state x = 1
        dx/dt = -2 * t * x / 1 s / 1 s   solve rk4 }";
    let error = |dt: f64| {
        let mut bench = super::Bench::<f64>::new(text, 16, dt, &[]);
        (0..(1.0 / dt).round() as u32).for_each(|_| bench.step());
        (bench.state("x")[0] - (-1f64).exp()).abs()
    };
    let ratio = error(0.1) / error(0.05);
    assert!((ratio - 16.0).abs() < 3.0, "{ratio}");
}

/// A current that nobody feeds is exactly 0 after some hundred time constants, in either precision.
#[test]
fn what_decays_ends_at_zero_and_is_never_subnormal() {
    let text = "mechanism M { units nef state x = 1 state y = 0
        dx/dt = -x / 1 s   dy/dt = x / 1 s - y / 1 s   solve exact }";
    let mut bench = super::Bench::<f32>::new(text, 16, 0.5, &[]);
    for _ in 0..200 {
        bench.step();
        let (x, y) = (bench.state("x")[0], bench.state("y")[0]);
        assert!(!x.is_subnormal() && !y.is_subnormal());
    }
    assert_eq!((bench.state("x")[0], bench.state("y")[0]), (0.0, 0.0));
}
