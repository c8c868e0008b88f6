//! Firing rates of populations, beside published ones.

use std::collections::BTreeMap;

use pontine_core_ir::{Cells, Network};
use pontine_io::{LoadedModel, Published, Reference};

use crate::{table::Table, tally::Tally};

/// The rate of one population.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rate {
    pub population: String,
    pub n: usize,
    pub rate_hz: f64,
}

/// The part of a run that statistics are taken over: steps in (start, end].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub start: u64,
    pub end: u64,
    pub dt_s: f64,
    /// Whether nothing of the run was left out.
    pub is_all: bool,
}

impl Window {
    /// From the time that the model discards to the end, within the steps in (first, end] of a run;
    /// all of them if that leaves nothing.
    pub fn of(discard_s: f64, first: u64, end: u64, dt_s: f64) -> Self {
        let start = steps(discard_s, dt_s);
        let is_all = start <= first || start >= end;
        Self { start: if is_all { first } else { start }, end, dt_s, is_all }
    }

    /// The last step that statistics leave out, in a run that is long enough.
    pub fn start_of(discard_s: f64, dt_s: f64) -> u64 {
        steps(discard_s, dt_s)
    }

    /// Whether the run was long enough to leave out what the model discards.
    pub fn leaves_out(&self, discard_s: f64) -> bool {
        self.start >= steps(discard_s, self.dt_s)
    }

    fn length_s(&self) -> f64 {
        (self.end - self.start) as f64 * self.dt_s
    }
}

fn steps(time_s: f64, dt_s: f64) -> u64 {
    (time_s / dt_s).round() as u64
}

/// Rates of all populations whose spikes are recorded as a whole, in order of the network.
pub(crate) fn rates(network: &Network, tally: &Tally, window: Window) -> Vec<Rate> {
    let paths = network.paths();
    let recorders = network.recorders.iter().filter(|(_, recorder)| recorder.variable == "spikes");
    let rate = |(id, recorder): (_, &pontine_core_ir::Recorder)| {
        let Cells::Population(population) = recorder.cells else { return None };
        let id: pontine_core_ir::RecorderId = id;
        let spikes = tally.spikes(paths[id.into()].as_str())?;
        let label = network.populations.get(population)?.label.clone();
        let population = label.unwrap_or_else(|| paths[population.into()].to_string());
        // A run of no time has no rates.
        if window.start >= window.end {
            return None;
        }
        let rate_hz = spikes.within(window) as f64 / (spikes.n as f64 * window.length_s());
        Some(Rate { population, n: spikes.n, rate_hz })
    };
    recorders.filter_map(|(id, recorder)| rate((id, &recorder.object))).collect()
}

/// The published rates that hold for this model.
pub(crate) fn reference(
    loaded: &LoadedModel,
) -> Option<(&Reference, &BTreeMap<String, Published>)> {
    let holds = loaded.references.iter().filter(|reference| reference.holds);
    holds.filter_map(|reference| Some((reference, reference.statistics.get("rate")?))).next()
}

/// Population, cells, rate, and the published rate with its spread between networks.
pub(crate) fn table(rates: &[Rate], published: Option<&BTreeMap<String, Published>>) -> Table {
    let mut table = Table::new(&["population", "cells", "rate (1/s)", "reference (1/s)"]);
    for rate in rates {
        let found = published.and_then(|published| published.get(&rate.population));
        let reference = match found {
            Some(Published { mean, sd: Some(sd) }) => format!("{mean:.3} ± {sd:.3}"),
            Some(Published { mean, sd: None }) => format!("{mean:.3}"),
            None => String::new(),
        };
        let cells = [rate.population.clone(), rate.n.to_string(), format!("{:.3}", rate.rate_hz)];
        table.row(cells.into_iter().chain([reference]).collect());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_begins_after_what_is_discarded() {
        let window = Window::of(0.5, 0, 10_000, 1e-4);
        assert_eq!((window.start, window.end), (5000, 10_000));
    }

    #[test]
    fn a_run_that_continues_counts_its_own_steps() {
        let window = Window::of(0.5, 7000, 10_000, 1e-4);
        assert!(window.start == 7000 && window.leaves_out(0.5));
        assert_eq!(Window::of(0.5, 1000, 4000, 1e-4).start, 1000);
    }

    #[test]
    fn a_run_that_is_too_short_to_discard_anything_counts_whole() {
        let window = Window::of(0.5, 0, 5000, 1e-4);
        assert!(window.start == 0 && !window.leaves_out(0.5));
        assert!(Window::of(0.5, 0, 5001, 1e-4).leaves_out(0.5));
        assert!(Window::of(0.0, 0, 10, 1e-4).leaves_out(0.0));
    }
}
