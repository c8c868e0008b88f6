//! How far voltages are from the solution, by cell, solver and time step: the table of `docs/convergence.md`.
//!
//! `cargo run -p pontine-tests --bin convergence`. Cells are driven by spikes of two sources for 200 ms and do not
//! spike, but for Hodgkin and Huxley's, whose spikes change nothing in them. The solution is that of `rk45` with a
//! tolerance of 1e-12 in steps of 0.0125 ms. Numbers are the root mean square of differences of the voltage every ms, mV.

use std::{process::ExitCode, sync::Arc};

use pontine_core_ir::{Mechanism, registry};
use pontine_tests::{
    acceptance::Error,
    driven_cell::{DrivenCell, Train},
};

const STEPS: [f64; 5] = [0.2, 0.1, 0.05, 0.025, 0.0125];
const TIME: f64 = 200.0;

const SOLVERS: [&str; 5] = ["exact", "exponential_euler", "euler", "rk4", "rk45"];

/// By kind: parameters, and weights of excitation and inhibition.
type Row = (&'static str, &'static [(&'static str, f64)], [f64; 2]);

const OUT_OF_REACH: f64 = 1e6;

const CELLS: [Row; 11] = [
    ("IF_curr_exp", &[("v_thresh", OUT_OF_REACH), ("i_offset", 0.4)], [0.5, -0.5]),
    ("IF_curr_alpha", &[("v_thresh", OUT_OF_REACH), ("i_offset", 0.4)], [0.5, -0.5]),
    ("IF_curr_delta", &[("v_thresh", OUT_OF_REACH), ("i_offset", 0.4)], [0.5, -0.5]),
    ("IF_cond_exp", &[("v_thresh", OUT_OF_REACH)], [0.01, 0.03]),
    ("IF_cond_alpha", &[("v_thresh", OUT_OF_REACH)], [0.03, 0.05]),
    ("IF_cond_exp_gsfa_grr", &[("v_thresh", OUT_OF_REACH)], [0.01, 0.03]),
    ("IF_facets_hardware1", &[("v_thresh", OUT_OF_REACH)], [0.002, 0.004]),
    ("EIF_cond_exp_isfa_ista", &[], [0.002, 0.004]),
    ("EIF_cond_alpha_isfa_ista", &[], [0.001, 0.002]),
    ("HH_cond_exp", &[("i_offset", 0.05)], [0.1, 0.05]),
    ("Izhikevich", &[("i_offset", 0.001)], [0.4, -0.3]),
];

fn main() -> ExitCode {
    match CELLS.iter().try_for_each(row) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn row(cell: &Row) -> Result<(), Error> {
    let own = registry::mechanism(cell.0)?;
    let fine = with_tolerance(&own.with_solver("rk45".parse()?)?)?;
    let solution = voltages(cell, Arc::new(fine), 0.0125)?;
    for solver in SOLVERS {
        let Ok(mechanism) = own.with_solver(solver.parse()?) else { continue };
        let is_own = own.source() == mechanism.source();
        let mechanism = Arc::new(mechanism);
        let mut line = format!("| {} | `{}`{} |", cell.0, solver, if is_own { " *" } else { "" });
        for dt in STEPS {
            let found = voltages(cell, mechanism.clone(), dt)?;
            line += &format!(" {} |", number(error(&found, &solution)));
        }
        println!("{line}");
    }
    Ok(())
}

fn with_tolerance(mechanism: &Mechanism) -> Result<Mechanism, Error> {
    let text = mechanism.source().replace("solve rk45", "solve rk45 tolerance 1e-12");
    Ok(Mechanism::parse(&text)?)
}

fn number(error: f64) -> String {
    if error.is_finite() && error < 1e3 { format!("{error:.1e}") } else { "–".into() }
}

/// The root mean square of differences.
fn error(found: &[f64], expected: &[f64]) -> f64 {
    let squares = found.iter().zip(expected).map(|(a, b)| (a - b).powi(2));
    (squares.sum::<f64>() / expected.len() as f64).sqrt()
}

fn voltages(cell: &Row, mechanism: Arc<Mechanism>, dt: f64) -> Result<Vec<f64>, Error> {
    let (_, parameters, [excitation, inhibition]) = cell;
    let train = |receptor, first: f64, interval: f64, weight| {
        let times = (0..).map(|i| first + f64::from(i) * interval).take_while(|t| *t < TIME);
        Train { receptor, times: times.collect(), delay: 1.0, weight }
    };
    let cell = DrivenCell {
        mechanism,
        parameters: parameters.iter().map(|(name, value)| ((*name).into(), *value)).collect(),
        initial: Vec::new(),
        trains: vec![
            train("excitatory", 10.0, 7.4, *excitation),
            train("inhibitory", 25.0, 31.2, *inhibition),
        ],
        every: 1.0,
    };
    let recording = cell.run(dt, TIME)?;
    Ok(recording.samples("Recorder:v").ok_or("no voltages")?.to_vec())
}
