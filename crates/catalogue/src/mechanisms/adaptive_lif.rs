//! Nengo's adaptive spiking LIF neuron.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

use super::lif_rate::LifCurve;

// Tuned as if it did not adapt.
inventory::submit! {
    MechanismEntry {
        name: "AdaptiveLIF",
        text: mechanism_file!("adaptive_lif.mech"),
        reference: "La Camera, Rauch, Lüscher, Senn & Fusi (2004), Minimal models of adapted neuronal response to in vivo-like input currents, doi:10.1162/0899766041732468",
        maths: Some(&LifCurve { drawn_state: Some("voltage") }),
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    fn n_spikes(name: &str) -> f64 {
        let mut cells = Cells::new(name, 1e-3, &[]);
        let mut step = || {
            cells.step(&[3.0], &[]);
            cells.outputs()[0]
        };
        (0..2_000).map(|_| step()).sum()
    }

    #[test]
    fn each_spike_adds_to_the_adaptation() {
        let mut cells = Cells::new("AdaptiveLIF", 1e-3, &[]);
        let mut adaptation = 0.0;
        for _ in 0..100 {
            cells.step(&[3.0], &[]);
            adaptation += 1e-3 * (0.01 * cells.outputs()[0] / 1e-3 - adaptation);
            assert!((cells.state("adaptation") - adaptation).abs() < 1e-12);
        }
        assert!(adaptation > 0.0);
    }

    #[test]
    fn it_fires_less_than_a_neuron_that_does_not_adapt() {
        assert!(n_spikes("AdaptiveLIF") < 0.9 * n_spikes("LIF"));
    }
}
