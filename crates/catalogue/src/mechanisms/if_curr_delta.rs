//! PyNN's LIF neuron with jumps of the voltage.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

use super::if_curr_exp::ConstantCurrent;

inventory::submit! {
    MechanismEntry {
        name: "IF_curr_delta",
        text: mechanism_file!("if_curr_delta.mech"),
        reference: "Brunel (2000), Dynamics of sparsely connected networks of excitatory and \
                    inhibitory spiking neurons, doi:10.1023/A:1008925309027",
        maths: Some(&ConstantCurrent),
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    #[test]
    fn a_jump_decays_from_the_next_step_on() {
        let mut cells = Cells::new("IF_curr_delta", 0.1, &[("i_offset", 0.2)]);
        cells.step(&[], &[5.0, -1.0]);
        let settled = -65.0 + 0.2 * 20.0;
        let decay = |n: i32| (-f64::from(n) * 0.1 / 20.0).exp();
        for n in 0..100 {
            let expected = settled - 4.0 * decay(n + 1) + 4.0 * decay(n);
            assert!((cells.state("v") - expected).abs() < 1e-12, "step {n}");
            cells.step(&[], &[]);
        }
    }

    #[test]
    fn what_arrives_at_threshold_makes_a_spike_and_later_nothing() {
        let mut cells = Cells::new("IF_curr_delta", 0.1, &[("tau_refrac", 0.3)]);
        cells.step(&[], &[15.0]);
        assert_eq!((cells.outputs()[0], cells.state("v")), (1.0, -65.0));
        for _ in 0..3 {
            cells.step(&[], &[100.0]);
            assert_eq!((cells.outputs()[0], cells.state("v")), (0.0, -65.0));
        }
        cells.step(&[], &[100.0]);
        assert_eq!(cells.outputs()[0], 1.0);
    }
}
