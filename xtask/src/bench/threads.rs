//! What a second thread gains, in wall time.

use super::measure::{Bench, Best, Sample};
use super::options::Options;
use crate::failure::Failure;
use crate::table::Table;

const THREADS: usize = 2;

/// One thread against two, in f32, by turns.
pub fn compare(bench: &Bench<'_>, options: &Options) -> Result<Table, Failure> {
    let mut table =
        Table::new(&["network", "1 thread", "2 threads", "gain", "goal", "undisturbed"]);
    for network in &options.networks {
        let (mut one, mut two) = (Best::default(), Best::default());
        for _ in 0..options.repeat {
            one.add(bench.ours(network, "f32", 1)?);
            two.add(bench.ours(network, "f32", THREADS)?);
        }
        if let Some((one, two)) = one.wall().zip(two.wall()) {
            table.row(cells(network.name, one, two));
        }
    }
    Ok(table)
}

/// Seconds are wall seconds per second of model time.
fn cells(name: &str, one: &Sample, two: &Sample) -> Vec<String> {
    let quiet = one.was_undisturbed(1) && two.was_undisturbed(THREADS);
    vec![
        name.to_owned(),
        format!("{:.4}", one.wall_per_s()),
        format!("{:.4}", two.wall_per_s()),
        format!("{:.2}", one.wall_per_s() / two.wall_per_s()),
        "1.70".to_owned(),
        if quiet { "yes" } else { "no: not valid" }.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_on_a_busy_machine_is_marked() {
        let sample = |run_cpu_s, run_wall_s| Sample {
            model_time_s: 1.0,
            run_cpu_s,
            run_wall_s,
            ..Sample::default()
        };
        let quiet = cells("x", &sample(2.0, 2.0), &sample(2.0, 1.0));
        assert_eq!(quiet[3..], ["2.00", "1.70", "yes"]);
        let busy = cells("x", &sample(2.0, 2.0), &sample(2.0, 1.5));
        assert_eq!(busy[5], "no: not valid");
    }
}
