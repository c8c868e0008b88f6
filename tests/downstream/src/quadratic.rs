//! A neuron type of our own: the quadratic integrate-and-fire neuron.

use pontine_core_ir::registry::MechanismEntry;

inventory::submit! {
    MechanismEntry {
        name: "QuadraticIF",
        text: TEXT,
        reference: "Latham, Richmond, Nelson & Nirenberg (2000), J. Neurophysiol. 83:808",
        maths: None,
        place: module_path!(),
    }
}

const TEXT: &str = "// Quadratic integrate-and-fire neuron with current pulses.
mechanism QuadraticIF {
    units population
    // Time constant.
    parameter tau = 10 ms
    // Potential between rest and threshold.
    parameter v_scale = 1 mV
    // Constant drive.
    parameter drive = 0 mV
    // Potential at which it spikes.
    parameter v_peak = 30 mV
    // Potential after a spike.
    parameter v_reset = -30 mV
    receptor excitatory mV { on_spike(w) { v += w } }
    state v = -1 mV
    dv/dt = (v * v / v_scale + drive) / tau
    spike when v >= v_peak { v = v_reset }
    solve euler
}";
