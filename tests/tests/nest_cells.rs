//! PyNN's cells beside NEST's, under constant currents and under spikes (`tests/golden/pynn/cells.py`).

use std::sync::{Arc, LazyLock};

use pontine_core_ir::{Mechanism, registry};
use pontine_tests::driven_cell::{DrivenCell, Train};
use serde_json::Value as Json;

static GOLDEN: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../golden/pynn/cells.json")).expect("the file is JSON")
});

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// One cell of the file.
struct Golden {
    kind: String,
    dt: f64,
    is_driven: bool,
    json: &'static Json,
    spikes: Vec<f64>,
    voltages: Vec<f64>,
}

fn golden(kind: &str, dt: f64) -> impl Iterator<Item = Golden> {
    let all = GOLDEN["runs"].as_array().unwrap().iter().map(|json| Golden {
        kind: json["kind"].as_str().unwrap().into(),
        dt: json["dt"].as_f64().unwrap(),
        is_driven: json["is_driven"].as_bool().unwrap(),
        json,
        spikes: numbers(&json["spikes"]),
        voltages: numbers(&json["voltages"]),
    });
    let wanted: Vec<_> = all.filter(|run| run.kind == kind && run.dt == dt).collect();
    assert!(!wanted.is_empty(), "no {kind} at {dt}");
    wanted.into_iter()
}

/// How far two runs are apart.
#[derive(Debug)]
struct Distance {
    /// Spikes of each.
    counts: [usize; 2],
    /// The largest difference of spikes in order, in steps.
    steps: f64,
    /// Of all voltages, and their root mean square away from spikes, mV.
    largest: f64,
    rms: f64,
}

impl Golden {
    fn cell(&self, mechanism: Arc<Mechanism>) -> DrivenCell {
        let number = |name: &str| self.json[name].as_f64().unwrap();
        let given = self.json["parameters"].as_object().unwrap();
        let mut parameters: Vec<(String, f64)> =
            given.iter().map(|(name, value)| (name.clone(), value.as_f64().unwrap())).collect();
        if mechanism.parameter_index("i_offset").is_some() {
            parameters.push(("i_offset".into(), number("i_offset")));
        }
        let (weights, delay) = (numbers(&self.json["weights"]), GOLDEN["delay"].as_f64().unwrap());
        let trains = [("excitatory", "excitation"), ("inhibitory", "inhibition")];
        let train = |((receptor, times), weight): ((&'static str, &str), f64)| {
            let times = numbers(&GOLDEN[times]);
            Train { receptor, times, delay, weight }
        };
        DrivenCell {
            mechanism,
            parameters,
            initial: vec![("v".into(), number("v"))],
            trains: match self.is_driven {
                true => trains.into_iter().zip(weights).map(train).collect(),
                false => Vec::new(),
            },
            every: GOLDEN["every"].as_f64().unwrap(),
        }
    }

    fn distance(&self, mechanism: Arc<Mechanism>) -> Distance {
        let time = GOLDEN["duration"].as_f64().unwrap();
        let recording = self.cell(mechanism).run(self.dt, time).unwrap();
        let (steps, _) = recording.events("Recorder:spikes").unwrap();
        let found: Vec<f64> = steps.iter().map(|step| *step as f64).collect();
        let apart = found.iter().zip(&self.spikes).map(|(a, b)| (a - b).abs());
        // The first sample is that of 0 ms.
        let v = &recording.samples("Recorder:v").unwrap()[1..];
        let every = GOLDEN["every"].as_f64().unwrap();
        let is_near = |t: f64, steps: &[f64]| {
            steps.iter().any(|n| (n * self.dt - 2.0..n * self.dt + 6.0).contains(&t))
        };
        let differences: Vec<(f64, f64)> = (1..)
            .zip(v.iter().zip(&self.voltages))
            .map(|(i, (a, b))| (f64::from(i) * every, (a - b).abs()))
            .collect();
        assert_eq!(differences.len(), self.voltages.len());
        let away: Vec<f64> = differences
            .iter()
            .filter(|(t, _)| !is_near(*t, &found) && !is_near(*t, &self.spikes))
            .map(|(_, d)| d * d)
            .collect();
        Distance {
            counts: [found.len(), self.spikes.len()],
            steps: apart.fold(0.0, f64::max),
            largest: differences.iter().map(|(_, d)| *d).fold(0.0, f64::max),
            rms: (away.iter().sum::<f64>() / away.len() as f64).sqrt(),
        }
    }
}

/// How far apart they may be: spikes in steps, all voltages, and their rms away from spikes, mV.
struct Limit {
    steps: f64,
    largest: f64,
    rms: f64,
}

#[track_caller]
fn check(kind: &str, solver: Option<&str>, dt: f64, limit: &Limit) {
    let mechanism = registry::mechanism(kind).unwrap();
    let mechanism = match solver {
        Some(solver) => Arc::new(mechanism.with_solver(solver.parse().unwrap()).unwrap()),
        None => mechanism,
    };
    for run in golden(kind, dt) {
        let found = run.distance(mechanism.clone());
        let what = format!("{kind} by {solver:?} at {dt}, driven: {}: {found:?}", run.is_driven);
        assert_eq!(found.counts[0], found.counts[1], "{what}");
        assert!(found.counts[0] > 1 && found.steps <= limit.steps, "{what}");
        assert!(found.largest <= limit.largest && found.rms <= limit.rms, "{what}");
    }
}

/// Both solve them exactly.
#[test]
fn linear_cells_and_izhikevich_s_are_equal() {
    let equal = Limit { steps: 0.0, largest: 1e-9, rms: 1e-9 };
    for kind in ["IF_curr_exp", "IF_curr_alpha", "IF_curr_delta", "Izhikevich"] {
        for dt in [0.1, 0.01] {
            check(kind, None, dt, &equal);
        }
    }
}

/// NEST parts its steps as its error asks for; a fourth order does as well, and one hundredth of the error is left
/// with a tenth of the step.
#[test]
fn cells_with_conductances_spike_in_the_same_steps() {
    for kind in ["IF_cond_exp", "IF_cond_alpha", "IF_cond_exp_gsfa_grr", "IF_facets_hardware1"] {
        check(kind, Some("rk4"), 0.1, &Limit { steps: 0.0, largest: 1e-5, rms: 1e-6 });
        check(kind, Some("rk4"), 0.01, &Limit { steps: 0.0, largest: 1e-9, rms: 1e-9 });
        check(kind, Some("rk45"), 0.1, &Limit { steps: 0.0, largest: 1e-7, rms: 1e-8 });
        check(kind, Some("rk45"), 0.01, &Limit { steps: 0.0, largest: 1e-9, rms: 1e-9 });
    }
}

/// Conductances that stand still over a step: of first order.
#[test]
fn exponential_euler_spikes_within_a_few_steps() {
    for kind in ["IF_cond_exp", "IF_cond_exp_gsfa_grr", "IF_facets_hardware1"] {
        for (dt, rms) in [(0.1, 0.3), (0.01, 0.04)] {
            check(kind, Some("exponential_euler"), dt, &Limit { steps: 5.0, largest: 80.0, rms });
        }
    }
}

/// NEST resets them within a step, we do at its end.
#[test]
fn adaptive_exponential_cells_spike_within_a_step() {
    for kind in ["EIF_cond_exp_isfa_ista", "EIF_cond_alpha_isfa_ista"] {
        for solver in [None, Some("rk45")] {
            check(kind, solver, 0.1, &Limit { steps: 1.0, largest: 0.5, rms: 0.03 });
            check(kind, solver, 0.01, &Limit { steps: 0.0, largest: 0.02, rms: 1e-3 });
        }
    }
}

#[test]
fn hodgkin_huxley_cells_spike_in_the_same_steps() {
    check("HH_cond_exp", None, 0.1, &Limit { steps: 0.0, largest: 0.6, rms: 2e-3 });
    check("HH_cond_exp", None, 0.01, &Limit { steps: 0.0, largest: 1e-3, rms: 1e-6 });
    check("HH_cond_exp", Some("rk4"), 0.01, &Limit { steps: 0.0, largest: 1e-2, rms: 1e-4 });
}

/// Even behind a sharp threshold some chance is left: 0.3 ms.
#[test]
fn generalised_cells_spike_at_the_same_times() {
    check("GIF_cond_exp", None, 0.1, &Limit { steps: 3.0, largest: 0.3, rms: 0.05 });
    check("GIF_cond_exp", None, 0.01, &Limit { steps: 30.0, largest: 0.3, rms: 0.05 });
}
