//! Izhikevich's neuron as Nengo steps it, tuned by sampling its response.

use pontine_core_ir::{Mechanism, registry::MechanismEntry};
use pontine_mechanism::mechanism_file;

use super::{
    parameter,
    sampled::{Response, Sampled},
};

inventory::submit! {
    MechanismEntry {
        name: "NefIzhikevich",
        text: mechanism_file!("nef_izhikevich.mech"),
        reference: "Izhikevich (2003), Simple model of spiking neurons, doi:10.1109/TNN.2003.820440",
        maths: Some(&Sampled { of: Simulated::of, drawn_state: Some("voltage") }),
        place: module_path!(),
    }
}

/// Spikes counted in one second after one step of 1 ms.
struct Simulated {
    tau_recovery: f64,
    coupling: f64,
    reset_voltage: f64,
    reset_recovery: f64,
}

impl Simulated {
    fn of(mechanism: &Mechanism, parameters: &[f64]) -> Self {
        let value = |name| parameter(mechanism, parameters, name);
        Self {
            tau_recovery: value("tau_recovery"),
            coupling: value("coupling"),
            reset_voltage: value("reset_voltage"),
            reset_recovery: value("reset_recovery"),
        }
    }

    /// Whether it spikes in a step of 1 ms; products are rounded as in Nengo, since counts of spikes
    /// depend on the last bits.
    fn step(&self, voltage: &mut f64, recovery: &mut f64, current: f64) -> bool {
        let v = *voltage;
        *voltage += (0.04 * (v * v) + 5.0 * v + 140.0 - *recovery + current) * 1000.0 * 1e-3;
        let spiking = *voltage >= 30.0;
        if spiking {
            *voltage = self.reset_voltage;
        }
        *recovery += self.tau_recovery * (self.coupling * *voltage - *recovery) * 1000.0 * 1e-3;
        if spiking {
            *recovery += self.reset_recovery;
        }
        spiking
    }
}

impl Response for Simulated {
    fn rate(&self, current: f64) -> f64 {
        let (current, mut voltage, mut recovery) = (current.max(-30.0), 0.0, 0.0);
        let mut spikes = |_: &i32| self.step(&mut voltage, &mut recovery, current);
        // The first step only settles.
        spikes(&0);
        (0..1000).filter(spikes).count() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::Cells, *};

    const DEFAULT: Simulated =
        Simulated { tau_recovery: 0.02, coupling: 0.2, reset_voltage: -65.0, reset_recovery: 8.0 };

    #[test]
    fn rates_are_nengos() {
        let currents = [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 25.0];
        assert_eq!(currents.map(|j| DEFAULT.rate(j)), [0.0, 0.0, 9.0, 20.0, 31.0, 41.0, 50.0]);
    }

    #[test]
    fn the_equations_are_those_that_are_sampled() {
        let mut cells = Cells::new("NefIzhikevich", 1e-3, &[]);
        let (mut voltage, mut recovery) = (cells.state("voltage"), 0.0);
        for n in 0..500 {
            cells.step(&[12.0], &[]);
            let spikes = DEFAULT.step(&mut voltage, &mut recovery, 12.0);
            assert_eq!(cells.outputs()[0], f64::from(u8::from(spikes)), "step {n}");
            assert!((cells.state("voltage") - voltage).abs() < 1e-6, "step {n}");
            assert!((cells.state("recovery") - recovery).abs() < 1e-6, "step {n}");
        }
    }
}
