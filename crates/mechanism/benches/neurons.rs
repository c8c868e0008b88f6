//! Time of one step of 4,000 neurons: native, interpreted, and written by hand for the same layout;
//! and of a function of eight sines.
//!
//! Divide by 4,000 for the time of a neuron and step.

mod by_hand;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pontine_mechanism::{
    Argument, BlockArgs, Frame, Function, FunctionKernel, Interpreter, Kernel, LANES, Level, Lines,
    Mechanism, NativeKernel, Phase, Real, Scratch, derive, mechanism, mechanism_file,
    native_kernel,
};
use pontine_rng::StreamKey;

const N_NEURONS: usize = 4_000;

/// A population with homogeneous parameters, in blocks as backends hold them.
struct Population<F> {
    mechanism: Mechanism,
    dt: F,
    step: u64,
    /// One splatted column per parameter and derived parameter.
    constants: Lines<F>,
    blocks: Vec<Lines<F>>,
    dense: Lines<F>,
    outputs: Lines<F>,
    scratch: Scratch<F>,
}

impl<F: Real> Population<F> {
    fn new(text: &str, dt: f64, set: &[(&str, f64)], drive: [f64; 2]) -> Population<F> {
        let mechanism = Mechanism::parse(text).unwrap();
        let value = |name: &str, default| {
            set.iter().find(|(known, _)| *known == name).map_or(default, |(_, value)| *value)
        };
        let parameters: Vec<_> =
            mechanism.parameters.iter().map(|p| [value(&p.name, p.default)]).collect();
        let slices: Vec<&[f64]> = parameters.iter().map(|p| p.as_slice()).collect();
        let derived = derive(&mechanism, dt, &slices).unwrap();
        let all = parameters.iter().map(|p| p[0]).chain(derived.iter().map(|d| d[0]));
        let n_dense = mechanism.inputs.len() + mechanism.receptors.len();
        let mut population = Population {
            dt: F::from_f64(dt),
            step: 0,
            constants: lines(all.flat_map(|v| [F::from_f64(v); LANES]).collect()),
            blocks: (0..N_NEURONS.div_ceil(LANES))
                .map(|_| lines(vec![F::default(); mechanism.states.len() * LANES]))
                .collect(),
            dense: lines(vec![F::default(); n_dense * LANES]),
            outputs: lines(vec![F::default(); mechanism.outputs.len() * LANES]),
            scratch: Scratch::new(),
            mechanism,
        };
        let n_driven = population.mechanism.inputs.len() * LANES;
        for (i, input) in population.dense[..n_driven].iter_mut().enumerate() {
            // Odd, so that neighbours differ and each value comes once.
            let part = (i * 197 % LANES) as f64 / LANES as f64;
            *input = F::from_f64(drive[0] + part * (drive[1] - drive[0]));
        }
        let initial = Interpreter::new(&population.mechanism, Phase::Initial);
        population.run(&initial);
        population
    }

    fn run(&mut self, kernel: &dyn Kernel<F>) {
        self.step += 1;
        let m = &self.mechanism;
        let at = |first: usize, n: usize| -> Vec<usize> {
            (first..first + n).map(|i| i * LANES).collect()
        };
        let (parameter_at, derived_at) =
            (at(0, m.parameters.len()), at(m.parameters.len(), m.derived.len()));
        let (input_at, receptor_at) =
            (at(0, m.inputs.len()), at(m.inputs.len(), m.receptors.len()));
        for (block, states) in self.blocks.iter_mut().enumerate() {
            let first = block * LANES;
            let width = LANES.min((N_NEURONS - first).next_multiple_of(16));
            let mut args = BlockArgs {
                frame: Frame {
                    width,
                    first: first as u64,
                    step: self.step,
                    time: F::from_f64(self.step as f64 * self.dt.to_f64()),
                    dt: self.dt,
                    key: StreamKey::new(7, "bench", "step"),
                    parameter_at: &parameter_at,
                    derived_at: &derived_at,
                    homogeneous: true,
                    input_at: &input_at,
                    receptor_at: &receptor_at,
                },
                constants: &self.constants,
                states: &mut states[..width * m.states.len()],
                dense: &self.dense,
                outputs: &mut self.outputs,
            };
            kernel.run(&mut self.scratch, &mut args);
        }
    }
}

/// Columns where backends let them begin.
fn lines<F: Real>(values: Vec<F>) -> Lines<F> {
    let mut lines = Lines::new();
    lines.try_grow(values.len()).unwrap();
    lines.copy_from_slice(&values);
    lines
}

/// One neuron type: its text, dt, parameters and the range of its constant inputs.
struct Case {
    name: &'static str,
    text: &'static str,
    dt: f64,
    set: &'static [(&'static str, f64)],
    drive: [f64; 2],
}

const CASES: [Case; 8] = [
    Case {
        name: "IF_curr_exp",
        text: mechanism_file!("../../catalogue/src/mechanisms/if_curr_exp.mech"),
        dt: 0.1,
        set: &[("tau_refrac", 2.0)],
        drive: [0.9; 2],
    },
    Case {
        name: "Izhikevich",
        text: mechanism_file!("../../catalogue/src/mechanisms/izhikevich.mech"),
        dt: 0.1,
        set: &[],
        drive: [0.01; 2],
    },
    Case {
        name: "AdEx",
        text: mechanism!(
            r"// The adaptive exponential neuron without synapses, by Euler's method: one exponential.
            mechanism AdEx {
                units population
                parameter cm = 0.281 nF
                parameter v_spike = -40 mV
                parameter v_reset = -70.6 mV
                parameter v_rest = -70.6 mV
                parameter tau_m = 9.3667 ms
                parameter a = 0.004 uS
                parameter b = 0.0805 nA
                parameter delta_T = 2 mV
                parameter tau_w = 144 ms
                parameter v_thresh = -50.4 mV
                input i_inj nA
                state v = v_rest
                state w = 0 nA
                let onset = delta_T / tau_m * exp((v - v_thresh) / delta_T)
                dv/dt = (v_rest - v) / tau_m + onset + (i_inj - w) / cm
                dw/dt = (a * (v - v_rest) - w) / tau_w
                spike when v >= v_spike { v = v_reset   w += b }
                solve euler
            }"
        ),
        dt: 0.1,
        set: &[],
        drive: [1.0; 2],
    },
    Case {
        name: "IF_cond_exp",
        text: mechanism_file!("../../catalogue/src/mechanisms/if_cond_exp.mech"),
        dt: 0.1,
        set: &[],
        drive: [0.9; 2],
    },
    Case {
        name: "LIF",
        text: mechanism_file!("../../catalogue/src/mechanisms/lif.mech"),
        dt: 0.001,
        set: &[],
        drive: [1.2; 2],
    },
    Case {
        name: "LIF at 0 to 330 Hz",
        text: mechanism_file!("../../catalogue/src/mechanisms/lif.mech"),
        dt: 0.001,
        set: &[],
        drive: [-10.0, 20.0],
    },
    Case {
        name: "AdaptiveLIF",
        text: mechanism_file!("../../catalogue/src/mechanisms/adaptive_lif.mech"),
        dt: 0.001,
        set: &[],
        drive: [-10.0, 20.0],
    },
    Case {
        name: "SpikeSourcePoisson",
        text: mechanism_file!("../../catalogue/src/mechanisms/spike_source_poisson.mech"),
        dt: 0.1,
        set: &[("rate", 16_000.0)],
        drive: [0.0; 2],
    },
];

/// The kernel written by hand for a case, if there is one.
fn by_hand<F: Real>(name: &str) -> Option<Box<dyn Kernel<F>>> {
    let make = match name {
        "IF_curr_exp" => NativeKernel::of::<F, by_hand::IfCurrExp>(0).make,
        "Izhikevich" => NativeKernel::of::<F, by_hand::Izhikevich>(0).make,
        "AdEx" => NativeKernel::of::<F, by_hand::AdEx>(0).make,
        _ => return None,
    };
    make(Level::best()).reveal()
}

fn steps<F: Real>(criterion: &mut Criterion, precision: &str) {
    for case in &CASES {
        let mechanism = Mechanism::parse(case.text).unwrap();
        let mut group = criterion.benchmark_group(format!("{} {precision}", case.name));
        group.throughput(Throughput::Elements(N_NEURONS as u64));
        let mut measure = |label: &str, kernel: Box<dyn Kernel<F>>| {
            let mut population = Population::<F>::new(case.text, case.dt, case.set, case.drive);
            group.bench_function(label, |b| b.iter(|| population.run(&*kernel)));
        };
        for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
            let kernel = native_kernel(&mechanism, Phase::Step, level).unwrap();
            measure(&format!("native {level:?}"), kernel);
        }
        measure("interpreted", Box::new(Interpreter::<F>::new(&mechanism, Phase::Step)));
        if let Some(kernel) = by_hand::<F>(case.name) {
            measure("by hand", kernel);
        }
    }
}

fn neurons(criterion: &mut Criterion) {
    steps::<f32>(criterion, "f32");
    steps::<f64>(criterion, "f64");
    sines(criterion);
}

/// A function of eight sines, as nodes have them.
fn sines(criterion: &mut Criterion) {
    let texts: Vec<String> = (1..=8).map(|i| format!("sin({i}.0 * t)")).collect();
    let function = Function::parse(&texts.join(", "), &[Argument::new("t", 1)], &[]).unwrap();
    let kernel = FunctionKernel::new(&function);
    let (mut t, mut out) = (0.0, [0.0; 8]);
    criterion.bench_function("eight sines", |b| {
        b.iter(|| {
            t += 1e-3;
            kernel.eval(&[t], &mut out);
            out[7]
        })
    });
}

criterion_group! {
    name = all;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(500));
    targets = neurons
}
criterion_main!(all);
