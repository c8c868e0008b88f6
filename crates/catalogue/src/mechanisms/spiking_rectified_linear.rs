//! Nengo's spiking rectified linear neuron.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

use super::{curve::Closed, rectified_linear::Line};

inventory::submit! {
    MechanismEntry {
        name: "SpikingRectifiedLinear",
        text: mechanism_file!("spiking_rectified_linear.mech"),
        reference: "Nair & Hinton (2010), Rectified linear units improve restricted Boltzmann machines",
        maths: Some(&Closed { of: Line::of, drawn_state: Some("voltage") }),
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    #[test]
    fn a_current_of_2500_is_two_or_three_spikes_in_each_ms() {
        let mut cells = Cells::new("SpikingRectifiedLinear", 1e-3, &[]);
        let mut n_spikes = 0.0;
        for _ in 0..400 {
            cells.step(&[2500.0], &[]);
            assert!([2.0, 3.0].contains(&cells.outputs()[0]));
            n_spikes += cells.outputs()[0];
        }
        assert!((n_spikes - 1000.0).abs() <= 1.0, "{n_spikes}");
        cells.step(&[-100.0], &[]);
        assert_eq!(cells.outputs()[0], 0.0);
    }
}
