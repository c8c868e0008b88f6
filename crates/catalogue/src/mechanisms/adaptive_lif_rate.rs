//! Nengo's adaptive LIF neuron as a rate.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

use super::lif_rate::LifCurve;

// Tuned as if it did not adapt.
inventory::submit! {
    MechanismEntry {
        name: "AdaptiveLIFRate",
        text: mechanism_file!("adaptive_lif_rate.mech"),
        reference: "La Camera, Rauch, Lüscher, Senn & Fusi (2004), Minimal models of adapted neuronal response to in vivo-like input currents, doi:10.1162/0899766041732468",
        maths: Some(&LifCurve { drawn_state: None }),
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    /// At rest `n = inc_n · rate(J - n)`.
    #[test]
    fn the_rate_falls_to_where_adaptation_rests() {
        let mut cells = Cells::new("AdaptiveLIFRate", 1e-3, &[("tau_n", 0.05)]);
        cells.step(&[3.0], &[]);
        let first = cells.outputs()[0];
        for _ in 0..2_000 {
            cells.step(&[3.0], &[]);
        }
        let (last, adaptation) = (cells.outputs()[0], cells.state("adaptation"));
        assert!(last < 0.8 * first, "{first} {last}");
        assert!((adaptation - 0.01 * last).abs() < 1e-9);
        assert!((last - 1.0 / (0.002 + 0.02 * (1.0 / (2.0 - adaptation)).ln_1p())).abs() < 1e-6);
    }
}
