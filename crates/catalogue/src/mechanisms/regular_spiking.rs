//! Spikes at regular intervals, out of a rate.

use pontine_core_ir::registry::MechanismEntry;
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "RegularSpiking",
        text: mechanism_file!("regular_spiking.mech"),
        reference: "Eliasmith & Anderson (2003), Neural Engineering, MIT Press, chapter 4",
        maths: None,
        place: module_path!(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Cells;

    #[test]
    fn intervals_are_regular_and_negative_rates_spike_downwards() {
        for (rate, sign) in [(100.0, 1.0), (-100.0, -1.0)] {
            let mut cells = Cells::new("RegularSpiking", 1e-3, &[]);
            let mut outputs = || {
                cells.step(&[rate], &[]);
                cells.outputs()[0]
            };
            let spikes: Vec<f64> = (0..1000).map(|_| outputs()).collect();
            let times: Vec<usize> = (0..1000).filter(|&i| spikes[i] != 0.0).collect();
            assert!(times.len() >= 99 && times.iter().all(|&i| spikes[i] == sign));
            assert!(times.windows(2).all(|t| (9..=11).contains(&(t[1] - t[0]))));
        }
    }
}
