//! Native kernels compute what the interpreter does, bit for bit.

use pontine_core_ir::{Mechanism, registry};
use pontine_mechanism::{
    BlockArgs, CHUNK, Frame, Interpreter, Kernel, LANES, Level, Phase, Real, Scratch, Solver,
    derive, native_kernel,
};
use pontine_rng::StreamKey;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::test_runner::TestCaseResult;
use std::sync::Arc;

/// A block and its values, before it is put into either precision.
#[derive(Clone, Debug)]
struct Case {
    dt: f64,
    n_chunks: usize,
    /// One value for all lanes, or one for each.
    homogeneous: bool,
    /// Factors of the defaults of parameters, and values of states, inputs and weights.
    factors: Vec<f64>,
    values: Vec<f64>,
    key: u64,
}

/// Mostly plausible values, and some that nobody would choose.
fn value() -> impl Strategy<Value = f64> {
    let odd = [0.0, -0.0, 1e-32, -1e-38, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    prop_oneof![
        20 => -100.0..100.0,
        10 => -1.0..2.0,
        1 => (0..odd.len()).prop_map(move |i| odd[i]),
    ]
}

fn factor() -> impl Strategy<Value = f64> {
    prop_oneof![10 => Just(1.0), 10 => 0.3..2.0, 1 => -1.0..0.0, 1 => Just(0.0)]
}

fn case() -> impl Strategy<Value = Case> {
    let lists =
        (proptest::collection::vec(factor(), 97), proptest::collection::vec(value(), 1..500));
    let dt = prop_oneof![Just(0.1), Just(0.001), 0.01..2.0];
    (dt, 1..=LANES / CHUNK, any::<bool>(), lists, any::<u64>()).prop_map(
        |(dt, n_chunks, homogeneous, (factors, values), key)| Case {
            dt,
            n_chunks,
            homogeneous,
            factors,
            values,
            key,
        },
    )
}

/// Everything that a kernel may write.
#[derive(Clone, Debug)]
struct Block<F> {
    states: Vec<F>,
    outputs: Vec<F>,
    emitted: Vec<bool>,
}

impl Case {
    fn width(&self) -> usize {
        self.n_chunks * CHUNK
    }

    fn parameters(&self, mechanism: &Mechanism) -> Vec<Vec<f64>> {
        let n = if self.homogeneous { 1 } else { self.width() };
        let columns = mechanism.parameters.iter().enumerate().map(|(p, parameter)| {
            let lane = |lane: usize| {
                parameter.default * self.factors[(p * 7 + lane * 31) % self.factors.len()]
            };
            (0..n).map(lane).collect()
        });
        columns.collect()
    }

    fn column<F: Real>(&self, first: usize, n_columns: usize) -> Vec<F> {
        let value = |i: usize| F::from_f64(self.values[(first + i) % self.values.len()]);
        (0..n_columns * self.width()).map(value).collect()
    }

    /// Three steps.
    fn run<F: Real>(&self, mechanism: &Mechanism, kernel: &dyn Kernel<F>) -> Block<F> {
        let (m, width) = (mechanism, self.width());
        let parameters = self.parameters(m);
        let slices: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
        let derived = derive(m, self.dt, &slices).unwrap();
        let splatted = |column: &Vec<f64>| -> Vec<F> {
            (0..width).map(|lane| F::from_f64(column[lane % column.len()])).collect()
        };
        let constants: Vec<F> = parameters.iter().chain(&derived).flat_map(splatted).collect();
        let at = |first: usize, n: usize| -> Vec<usize> {
            (first..first + n).map(|i| i * width).collect()
        };
        let mut block = Block {
            states: self.column(3, m.states.len()),
            outputs: self.column(0, m.outputs.len()),
            emitted: Vec::new(),
        };
        for step in 1..=3 {
            let dense = self.column(11 * step, m.inputs.len() + m.receptors.len());
            let mut args = BlockArgs {
                frame: Frame {
                    width,
                    first: self.key % 1_000,
                    step: step as u64,
                    time: F::from_f64(step as f64 * self.dt),
                    dt: F::from_f64(self.dt),
                    key: StreamKey::from_raw(self.key),
                    parameter_at: &at(0, m.parameters.len()),
                    derived_at: &at(m.parameters.len(), m.derived.len()),
                    homogeneous: self.homogeneous,
                    input_at: &at(0, m.inputs.len()),
                    receptor_at: &at(m.inputs.len(), m.receptors.len()),
                },
                constants: &constants,
                states: &mut block.states,
                dense: &dense,
                outputs: &mut block.outputs,
            };
            block.emitted.push(kernel.run(&mut Scratch::new(), &mut args));
        }
        block
    }

    fn check<F: Real>(&self, mechanism: &Mechanism) {
        let interpreter = Interpreter::<F>::new(mechanism, Phase::Step);
        let expected = self.run(mechanism, &interpreter.clone().at(Level::Baseline));
        for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
            let what = format!("{} {:?} {level:?}", mechanism.name, F::PRECISION);
            let native = native_kernel::<F>(mechanism, Phase::Step, level);
            let native = native.unwrap_or_else(|| panic!("{what}: no native kernel"));
            check_equal(&self.run(mechanism, &*native), &expected, &what);
            let interpreter = interpreter.clone().at(level);
            check_equal(
                &self.run(mechanism, &interpreter),
                &expected,
                &format!("{what} (interpreted)"),
            );
        }
    }
}

#[track_caller]
fn check_equal<F: Real>(found: &Block<F>, expected: &Block<F>, what: &str) {
    for (name, found, expected) in
        [("state", &found.states, &expected.states), ("output", &found.outputs, &expected.outputs)]
    {
        for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
            // Widening keeps every bit that matters.
            let (found, expected) = (found.to_f64(), expected.to_f64());
            let same = found.to_bits() == expected.to_bits();
            assert!(
                same || (found.is_nan() && expected.is_nan()),
                "{what}: {name}[{i}] is {found:e}, not {expected:e}"
            );
        }
    }
    assert_eq!(found.emitted, expected.emitted, "{what}: emitted");
}

/// Native kernels by other solvers than those of the texts.
const OTHER_SOLVERS: [(&str, Solver); 6] = [
    ("IF_cond_exp", Solver::Rk4),
    ("IF_cond_exp_gsfa_grr", Solver::ExponentialEuler),
    ("IF_facets_hardware1", Solver::ExponentialEuler),
    ("HH_cond_exp", Solver::ExponentialEuler),
    ("EIF_cond_exp_isfa_ista", Solver::Euler),
    ("EIF_cond_alpha_isfa_ista", Solver::Euler),
];

/// Native kernels that part steps. With values that nobody would choose they do so as often as they may,
/// which takes long.
const ADAPTIVE: [&str; 2] = ["HH_cond_exp", "IF_cond_exp"];

fn check(case: &Case) -> TestCaseResult {
    let others = OTHER_SOLVERS.iter().map(|(name, solver)| solved(name, *solver));
    let own = super::tests::NAMES.into_iter().map(|name| registry::mechanism(name).unwrap());
    for mechanism in own.chain(others).filter(|mechanism| !mechanism.source().contains("rk45")) {
        case.check::<f32>(&mechanism);
        case.check::<f64>(&mechanism);
    }
    Ok(())
}

fn solved(name: &str, solver: Solver) -> Arc<Mechanism> {
    Arc::new(registry::mechanism(name).unwrap().with_solver(solver).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn native_kernels_compute_the_bits_of_the_interpreter(case in case()) {
        check(&case)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn native_kernels_part_steps_as_the_interpreter_does(case in case()) {
        let case = Case { n_chunks: 1, dt: case.dt.min(0.1), ..case };
        for name in ADAPTIVE {
            let mechanism = solved(name, Solver::Rk45);
            case.check::<f32>(&mechanism);
            case.check::<f64>(&mechanism);
        }
    }
}

/// Conductances that no lane finds large, and such that one does: kernels take different ways.
#[test]
fn a_rare_branch_is_taken_where_a_lane_needs_it_and_nowhere_else() {
    let mechanism = registry::mechanism("IF_cond_exp").unwrap();
    let usual = vec![0.01; 499];
    let rare = usual.iter().enumerate().map(|(i, v)| if i == 37 { 20.0 } else { *v }).collect();
    for values in [usual, rare] {
        let n_chunks = LANES / CHUNK;
        for homogeneous in [true, false] {
            let (factors, values) = (vec![1.0], values.clone());
            let case = Case { dt: 0.1, n_chunks, homogeneous, factors, values, key: 1 };
            case.check::<f32>(&mechanism);
            case.check::<f64>(&mechanism);
        }
    }
}
