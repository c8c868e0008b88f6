//! A current in steps.

use pontine_core_ir::{
    Network, Population, Value,
    network::{NetworkFault, Paths},
    registry::{CheckEntry, MechanismEntry},
};
use pontine_mechanism::mechanism_file;

inventory::submit! {
    MechanismEntry {
        name: "StepCurrentSource",
        text: mechanism_file!("step_current_source.mech"),
        reference: "PyNN's current source of this name: Davison et al. (2009), PyNN: a common \
                    interface for neuronal network simulators, doi:10.3389/neuro.11.011.2008",
        maths: None,
        place: module_path!(),
    }
}

inventory::submit! {
    CheckEntry { name: "times of current sources", check, place: module_path!() }
}

fn check(network: &Network, paths: &Paths) -> Vec<NetworkFault> {
    let sources = network.populations.iter().filter(|(_, population)| {
        population.mechanism.name.starts_with("StepCurrentSource") && !are_ordered(population)
    });
    let fault = |path| NetworkFault::Misplaced {
        path,
        what: "times of steps must not be negative, and grow from one to the next",
    };
    sources.map(|(id, _)| fault(paths[id.into()].clone())).collect()
}

fn are_ordered(source: &Population) -> bool {
    let all = source.mechanism.parameters.iter().filter(|p| p.name.starts_with("times_"));
    let number = |value: &Value| if let Value::Const(time) = value { Some(*time) } else { None };
    let times: Vec<f64> = all
        .filter_map(|p| source.parameters.get(&p.name).map_or(Some(p.default), number))
        .collect();
    let grow = |pair: &[f64]| pair[0] < pair[1] || pair[1] == f64::INFINITY;
    times.iter().all(|time| *time >= 0.0) && times.windows(2).all(grow)
}

#[cfg(test)]
mod tests {
    use pontine_core_ir::{Network, Population};

    use super::super::testing::{Cells, currents};

    #[test]
    fn times_have_to_grow() {
        for (times, is_right) in [
            ([1.0, 2.0], true),
            ([0.0, f64::INFINITY], true),
            ([2.0, 1.0], false),
            ([-1.0, 1.0], false),
            ([1.0, 1.0], false),
        ] {
            let source = Population::new("StepCurrentSource", 1).unwrap().labelled("s");
            let source = source.set("times_1", times[0]).unwrap().set("times_2", times[1]).unwrap();
            let mut network = Network::new("");
            network.add(source);
            let found = network.validate().map_err(|faults| faults.to_string());
            assert_eq!(found.is_ok(), is_right, "{times:?}");
            assert!(found.is_ok() || found.unwrap_err().contains("`Population:s`: times of steps"));
        }
    }

    /// Times of the nearest step; of two in one step the later.
    #[test]
    fn the_last_that_has_come_holds() {
        let (injected, recorded) = currents(&mut Cells::new(
            "StepCurrentSource(4)",
            0.1,
            &[
                ("times_1", 0.32),
                ("amplitudes_1", 1.0),
                ("times_2", 0.98),
                ("amplitudes_2", 2.0),
                ("times_3", 1.01),
                ("amplitudes_3", 3.0),
                ("times_4", 2.0),
                ("amplitudes_4", -1.0),
            ],
        ));
        for (n, found) in recorded.iter().enumerate() {
            let expected = match n {
                0..3 => 0.0,
                3..10 => 1.0,
                10..20 => 3.0,
                _ => -1.0,
            };
            assert_eq!(*found, expected, "sample {n}");
        }
        assert_eq!(injected, recorded[..39]);
    }
}
