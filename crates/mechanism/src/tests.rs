//! Mechanisms in motion, against closed forms and plain Rust.

mod adaptive;
mod cells;
mod functions;
mod language;
mod native;

use pontine_rng::StreamKey;

use crate::{BlockArgs, Frame, Kernel, Mechanism, Phase, Real, Scratch, derive, kernel};

pub(crate) const IF_CURR_EXP: &str = "
// Leaky integrate-and-fire neuron, exponentially decaying synaptic currents.
mechanism IF_curr_exp {
    units population
    parameter v_rest = -65.0 mV      // resting potential
    parameter cm = 1.0 nF
    parameter tau_m = 20.0 ms
    parameter tau_refrac = 0.1 ms
    parameter tau_syn_E = 5.0 ms
    parameter tau_syn_I = 5.0 ms
    parameter i_offset = 0.0 nA
    parameter v_reset = -65.0 mV
    parameter v_thresh = -50.0 mV
    input i_inj nA
    receptor excitatory nA { state i = 0 nA   di/dt = -i / tau_syn_E   on_spike(w) { i += w } }
    receptor inhibitory nA { state i = 0 nA   di/dt = -i / tau_syn_I   on_spike(w) { i += w } }
    state v = v_rest
    dv/dt = (v_rest - v) / tau_m + (i_offset + i_inj + excitatory.i + inhibitory.i) / cm
    spike when v >= v_thresh { v = v_reset   refractory tau_refrac clamps v }
    solve exact
}";

pub(crate) const IF_CURR_DELTA: &str = "
mechanism IF_curr_delta {
    units population
    parameter v_rest = -65.0 mV
    parameter tau_m = 20.0 ms
    parameter tau_refrac = 0.3 ms
    parameter v_reset = -70.0 mV
    parameter v_thresh = -50.0 mV
    receptor excitatory mV { on_spike(w) { v += w } }
    state v = v_rest
    dv/dt = (v_rest - v) / tau_m
    spike when v >= v_thresh { v = v_reset   refractory tau_refrac clamps v }
    solve exact
}";

pub(crate) const LIF: &str = "
mechanism LIF {
    units nef
    parameter tau_rc = 0.02 s  parameter tau_ref = 0.002 s
    parameter amplitude = 1    parameter min_voltage = 0
    input J
    state voltage = uniform(0, 1)   state refractory_time = 0 s
    output spikes events amplitude amplitude / dt
    step {
        refractory_time -= dt
        let delta = clip(dt - refractory_time, 0 s, dt)
        voltage -= (J - voltage) * expm1(-delta / tau_rc)
        if voltage > 1 {
            let t_spike = dt + tau_rc * log1p(-(voltage - 1) / (J - 1))
            voltage = 0    refractory_time = tau_ref + t_spike     emit spikes 1
        } else { voltage = max(voltage, min_voltage) }
    }
}";

pub(crate) const POISSON: &str = "
mechanism SpikeSourcePoisson {
    units population
    parameter rate = 1 Hz  parameter start = 0 ms  parameter duration = 1e10 ms
    input rate_in Hz
    output spikes events
    step {
        let end = t - 0.5 * dt
        if end > start && end <= start + duration {
            emit spikes poisson((rate + rate_in) * dt / 1000)
        }
    }
}";

/// A population of a mechanism with homogeneous parameters, one block wide.
pub(crate) struct Bench<F> {
    pub mechanism: Mechanism,
    width: usize,
    dt: F,
    pub steps: u64,
    constants: Vec<F>,
    parameter_at: Vec<usize>,
    derived_at: Vec<usize>,
    pub states: Vec<F>,
    /// Inputs, then receptors.
    pub dense: Vec<F>,
    pub outputs: Vec<F>,
    kernel: Box<dyn Kernel<F>>,
    scratch: Scratch<F>,
}

impl<F: Real> Bench<F> {
    pub fn new(text: &str, width: usize, dt: f64, set: &[(&str, f64)]) -> Bench<F> {
        let mechanism = Mechanism::parse(text).unwrap();
        let value = |name: &str, default| {
            set.iter().find(|(known, _)| *known == name).map_or(default, |(_, value)| *value)
        };
        let parameters: Vec<_> =
            mechanism.parameters.iter().map(|p| [value(&p.name, p.default)]).collect();
        let slices: Vec<&[f64]> = parameters.iter().map(|p| p.as_slice()).collect();
        let derived = derive(&mechanism, dt, &slices).unwrap();
        let all = parameters.iter().map(|p| p[0]).chain(derived.iter().map(|d| d[0]));
        let constants = all.flat_map(|v| vec![F::from_f64(v); width]).collect();
        let at = |first: usize, n: usize| (first..first + n).map(|i| i * width).collect();
        let n_parameters = parameters.len();
        let mut bench = Bench {
            width,
            dt: F::from_f64(dt),
            steps: 0,
            constants,
            parameter_at: at(0, n_parameters),
            derived_at: at(n_parameters, derived.len()),
            states: vec![F::default(); mechanism.states.len() * width],
            dense: vec![F::default(); (mechanism.inputs.len() + mechanism.receptors.len()) * width],
            outputs: vec![F::default(); mechanism.outputs.len() * width],
            kernel: kernel(&mechanism, Phase::Initial),
            scratch: Scratch::new(),
            mechanism,
        };
        bench.run();
        bench.kernel = kernel(&bench.mechanism, Phase::Step);
        bench
    }

    pub fn step(&mut self) {
        self.steps += 1;
        self.run();
    }

    fn run(&mut self) {
        let at = |first: usize, n: usize| -> Vec<usize> {
            (first..first + n).map(|i| i * self.width).collect()
        };
        let n_inputs = self.mechanism.inputs.len();
        let mut args = BlockArgs {
            frame: Frame {
                width: self.width,
                first: 0,
                step: self.steps,
                time: F::from_f64(self.steps as f64 * self.dt.to_f64()),
                dt: self.dt,
                key: StreamKey::new(7, "bench", "step"),
                parameter_at: &self.parameter_at,
                derived_at: &self.derived_at,
                homogeneous: true,
                input_at: &at(0, n_inputs),
                receptor_at: &at(n_inputs, self.mechanism.receptors.len()),
            },
            constants: &self.constants,
            states: &mut self.states,
            dense: &self.dense,
            outputs: &mut self.outputs,
        };
        self.kernel.run(&mut self.scratch, &mut args);
    }

    pub fn state(&self, name: &str) -> &[F] {
        let index = self.mechanism.state_index(name).unwrap();
        &self.states[index * self.width..][..self.width]
    }

    pub fn state_mut(&mut self, name: &str) -> &mut [F] {
        let index = self.mechanism.state_index(name).unwrap();
        &mut self.states[index * self.width..][..self.width]
    }

    pub fn output(&self, name: &str) -> &[F] {
        let index = self.mechanism.output_index(name).unwrap();
        &self.outputs[index * self.width..][..self.width]
    }

    pub fn input_mut(&mut self, name: &str) -> &mut [F] {
        let index = self.mechanism.input_index(name).unwrap();
        &mut self.dense[index * self.width..][..self.width]
    }

    pub fn receptor_mut(&mut self, name: &str) -> &mut [F] {
        let index = self.mechanism.inputs.len() + self.mechanism.receptor_index(name).unwrap();
        &mut self.dense[index * self.width..][..self.width]
    }
}
