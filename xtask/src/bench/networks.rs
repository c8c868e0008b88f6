//! The networks that are measured.

/// One network: its file, its changes, and its recipe for NEST.
#[derive(Debug, PartialEq)]
pub struct Network {
    pub name: &'static str,
    /// In `models/`.
    pub file: &'static str,
    /// For `--set`.
    pub set: &'static [&'static str],
    /// Model time of a measurement, s: long enough to be told from noise in each engine.
    pub time_s: f64,
    /// Script in `benches/nest/` with its arguments; none where NEST would need too much memory.
    pub nest: Option<&'static [&'static str]>,
    /// How many times less CPU time than NEST we want to take in f32.
    pub goal_f32: f64,
    /// The same in f64.
    pub goal_f64: f64,
}

/// All of them.
pub const ALL: [Network; 8] = [
    Network {
        name: "cuba",
        file: "vogels_abbott_cuba.toml",
        set: &[],
        time_s: 5.0,
        nest: Some(&["vogels_abbott.py", "--kind", "cuba"]),
        goal_f32: 14.0,
        goal_f64: 8.0,
    },
    Network {
        name: "coba",
        file: "vogels_abbott_coba.toml",
        set: &["parameters.solver=exponential_euler"],
        time_s: 2.0,
        nest: Some(&["vogels_abbott.py", "--kind", "coba"]),
        goal_f32: 150.0,
        goal_f64: 8.0,
    },
    Network {
        name: "coba_rk4",
        file: "vogels_abbott_coba.toml",
        set: &["parameters.solver=rk4"],
        time_s: 2.0,
        nest: Some(&["vogels_abbott.py", "--kind", "coba"]),
        goal_f32: 75.0,
        goal_f64: 8.0,
    },
    Network {
        name: "brunel",
        file: "brunel.toml",
        set: &[],
        time_s: 0.5,
        nest: Some(&["brunel.py"]),
        goal_f32: 12.0,
        goal_f64: 8.0,
    },
    Network {
        name: "microcircuit_poisson",
        file: "microcircuit.toml",
        set: &["parameters.scale=0.1", "parameters.drive=poisson"],
        time_s: 1.0,
        nest: Some(&["microcircuit.py", "--scale", "0.1", "--drive", "poisson"]),
        goal_f32: 15.0,
        goal_f64: 8.0,
    },
    Network {
        name: "microcircuit_dc",
        file: "microcircuit.toml",
        set: &["parameters.scale=0.1", "parameters.drive=dc"],
        time_s: 2.0,
        nest: Some(&["microcircuit.py", "--scale", "0.1", "--drive", "dc"]),
        goal_f32: 32.0,
        goal_f64: 8.0,
    },
    Network {
        name: "stdp",
        file: "stdp.toml",
        set: &[],
        time_s: 1.0,
        nest: Some(&["stdp.py"]),
        goal_f32: 5.0,
        goal_f64: 5.0,
    },
    Network {
        name: "microcircuit_full",
        file: "microcircuit.toml",
        set: &["parameters.scale=1", "parameters.drive=poisson"],
        time_s: 0.5,
        nest: None,
        goal_f32: 0.0,
        goal_f64: 0.0,
    },
];

/// Those that two threads are measured on: the large ones.
pub const THREADED: [&str; 2] = ["brunel", "microcircuit_full"];

/// Those whose recording is counted: where most is recorded for what is computed.
pub const RECORDED: [&str; 2] = ["microcircuit_poisson", "microcircuit_dc"];
