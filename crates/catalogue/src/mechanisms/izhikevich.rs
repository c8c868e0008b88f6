//! Izhikevich's neuron.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "Izhikevich",
        text: mechanism_file!("izhikevich.mech"),
        reference: "Izhikevich (2003), Simple model of spiking neurons, doi:10.1109/TNN.2003.820440",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    /// Euler's method in the variables of the paper, whose current is 1000 a nA.
    #[track_caller]
    fn check_steps(parameters: &[(&str, f64)], [a, b, c, d]: [f64; 4], current: f64) -> u32 {
        let mut cells = Cells::new("Izhikevich", 0.1, parameters);
        let (mut v, mut u, mut n_spikes) = (-70.0, -14.0, 0);
        for n in 0..5_000 {
            cells.step(&[current], &[]);
            let slope = 0.04 * v * v + 5.0 * v + 140.0 - u + 1e3 * current;
            (v, u) = (v + 0.1 * slope, u + 0.1 * a * (b * v - u));
            let spikes = v >= 30.0;
            if spikes {
                (v, u) = (c, u + d);
                n_spikes += 1;
            }
            assert_eq!(cells.outputs()[0], f64::from(u8::from(spikes)), "step {n}");
            assert!((cells.state("v") - v).abs() < 1e-6, "step {n}: {} {v}", cells.state("v"));
            assert!((cells.state("u") - u).abs() < 1e-6, "step {n}");
        }
        n_spikes
    }

    #[test]
    fn regular_and_chattering_cells_step_as_in_the_paper() {
        assert!(check_steps(&[("d", 8.0)], [0.02, 0.2, -65.0, 8.0], 0.01) > 5);
        let chattering = [("c", -50.0)];
        assert!(check_steps(&chattering, [0.02, 0.2, -50.0, 2.0], 0.01) > 20);
        assert_eq!(check_steps(&[], [0.02, 0.2, -65.0, 2.0], 0.0), 0);
    }

    #[test]
    fn a_weight_is_a_jump_of_the_voltage() {
        let mut cells = Cells::new("Izhikevich", 0.1, &[]);
        let mut still = Cells::new("Izhikevich", 0.1, &[]);
        cells.step(&[], &[3.0, -1.0]);
        still.step(&[], &[]);
        assert!((cells.state("v") - still.state("v") - 2.0).abs() < 1e-12);
    }
}
