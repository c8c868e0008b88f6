//! Spikes over time: a row for each cell, and the rate of all of them.

use super::{
    Figure,
    axis::Axis,
    colour::{self, GREY, INK, PALE},
    layout::{BOTTOM, NOTE, Panel, RIGHT, TOP, TimeUnit, WIDTH, fitted, right, room_for, title},
    scene::{Point, Scene, Shape},
};
use crate::plot::font;

/// Spikes to show.
#[derive(Clone, Debug)]
pub struct Raster<'a> {
    /// Title of the figure.
    pub title: String,
    /// The time step, s.
    pub dt_s: f64,
    /// Steps in (first, last] are shown.
    pub first: u64,
    /// The last step shown.
    pub last: u64,
    /// From above to below.
    pub populations: Vec<SpikeTrains<'a>>,
}

/// The spikes of a population.
#[derive(Clone, Debug)]
pub struct SpikeTrains<'a> {
    /// Its name.
    pub name: String,
    /// Which cells were recorded, in the order of their rows; cells 0 to n if absent.
    pub subset: Option<&'a [u32]>,
    /// Number of cells recorded.
    pub n: usize,
    /// Step of each spike.
    pub steps: &'a [u64],
    /// Cell of each spike.
    pub indices: &'a [u32],
}

/// Height of both panels and the room between them.
const RASTER: f64 = 440.0;
const RATE: f64 = 90.0;
const GAP: f64 = 14.0;
/// Bins of the rate.
const BINS: usize = 180;
/// About how many spikes are drawn: few enough to tell them apart, enough to see what they do.
const SPIKES: f64 = 12_000.0;
/// Rows for each unit of height, at least and at most; where spikes are rare, rows may overlap.
const ROWS: (f64, f64) = (0.3, 8.0);

/// A row for each cell, populations one below the other, and the rate of all cells over time. Of a
/// population with more cells than there are rows, evenly chosen cells are shown.
pub fn raster(what: &Raster<'_>) -> Figure {
    let n_bands = what.populations.len().max(1) as f64;
    let height = RASTER.max(18.0 * n_bands).min(1600.0);
    let unit = TimeUnit::for_length(what.dt_s * what.last.saturating_sub(what.first) as f64);
    let per_step = what.dt_s * unit.per_second;
    let (low, high) = (what.first as f64 * per_step, what.last as f64 * per_step);
    let x = Axis::new(low, if high > low { high } else { low + per_step }, unit.label);
    let rate = rate_per_bin(what);
    let most = rate.iter().copied().fold(1e-3, f64::max);
    let y = Axis::new(0.0, 1.05 * most, "rate (1/s)");
    let names = what.populations.iter().map(|p| font::width(&p.name, NOTE)).fold(0.0, f64::max);
    let left = room_for(&y, RATE).max(names.min(200.0) + 24.0);
    let width = WIDTH - left - RIGHT;
    let rows = Axis::new(0.0, 1.0, "");
    let above = Panel { at: (left, TOP), size: (width, height), x: x.clone(), y: rows };
    let below = Panel { at: (left, TOP + height + GAP), size: (width, RATE), x, y };
    let mut scene = Scene::new(WIDTH, TOP + height + GAP + RATE + BOTTOM);
    let thinned = trains(&mut scene, &above, what, per_step);
    bars(&mut scene, &below, &rate);
    title(&mut scene, &what.title, &note(what, thinned));
    above.axis_below(&mut scene, false);
    below.axis_below(&mut scene, true);
    below.axis_left(&mut scene);
    Figure(scene)
}

fn note(what: &Raster<'_>, thinned: bool) -> String {
    let cells: usize = what.populations.iter().map(|population| population.n).sum();
    let spikes: usize = what.populations.iter().map(|p| p.steps.len()).sum();
    let part = if thinned { "; of large populations, evenly chosen cells" } else { "" };
    format!("{spikes} spikes of {cells} cells{part}; below: mean rate per cell")
}

/// Draws all populations; tells whether some of their cells are left out.
fn trains(scene: &mut Scene, panel: &Panel, what: &Raster<'_>, per_step: f64) -> bool {
    let heights = heights(&what.populations, panel.size.1);
    let per_height = rows_per_height(what, panel.size.1);
    let (left, mut top) = panel.at;
    let mut thinned = false;
    for (i, (population, height)) in what.populations.iter().zip(heights).enumerate() {
        let rows = Rows::of(population, ((height * per_height) as usize).max(1));
        thinned |= rows.shown < population.n;
        if i > 0 {
            scene.line(vec![(left, top), (left + panel.size.0, top)], 1.0, PALE);
        }
        let each = height / rows.shown.max(1) as f64;
        let row = |spike: (&u64, &u32)| {
            let row = rows.row(population.place(*spike.1)?)?;
            let x = panel.place(*spike.0 as f64 * per_step, 0.0).0;
            Some((x, top + (row as f64 + 0.5) * each))
        };
        let points: Vec<Point> =
            population.steps.iter().zip(population.indices).filter_map(row).collect();
        let size = (1.1, (0.8 * each).clamp(1.8, 12.0));
        scene.shapes.push(Shape::Marks { points, size, colour: colour::nth(i) });
        if height >= NOTE {
            let name = fitted(&population.name, NOTE, left - 20.0);
            let at = (left - 10.0, top + 0.5 * height + 0.36 * NOTE);
            scene.text(at, name, right(NOTE, INK));
        }
        top += height;
    }
    thinned
}

fn rows_per_height(what: &Raster<'_>, height: f64) -> f64 {
    let cells: usize = what.populations.iter().map(|population| population.n).sum();
    let spikes: usize = what.populations.iter().map(|p| p.steps.len()).sum();
    let rows = cells as f64 * SPIKES / spikes.max(1) as f64;
    (rows / height).clamp(ROWS.0, ROWS.1)
}

/// By numbers of cells, but enough for a name as long as there is room.
fn heights(populations: &[SpikeTrains<'_>], height: f64) -> Vec<f64> {
    let least = (height / populations.len().max(1) as f64).min(18.0);
    let rest = height - least * populations.len() as f64;
    let cells: usize = populations.iter().map(|p| p.n).sum();
    let part = |p: &SpikeTrains<'_>| p.n as f64 / cells.max(1) as f64;
    populations.iter().map(|p| least + rest * part(p)).collect()
}

impl SpikeTrains<'_> {
    /// The place of a cell among those recorded.
    fn place(&self, cell: u32) -> Option<usize> {
        match self.subset {
            None => Some(cell as usize),
            Some(subset) => subset.iter().position(|other| *other == cell),
        }
    }
}

/// Which cells of a population have rows.
struct Rows {
    n: usize,
    shown: usize,
}

impl Rows {
    fn of(population: &SpikeTrains<'_>, most: usize) -> Self {
        Self { n: population.n, shown: population.n.min(most) }
    }

    /// The row of a cell, if it has one: cells ⌈k · n / shown⌉ have.
    fn row(&self, cell: usize) -> Option<usize> {
        let row = cell * self.shown / self.n.max(1);
        let first = (row * self.n).div_ceil(self.shown.max(1));
        (first == cell && row < self.shown).then_some(row)
    }
}

/// Mean rate per cell, 1/s, of all populations in each bin.
fn rate_per_bin(what: &Raster<'_>) -> Vec<f64> {
    let n_steps = what.last.saturating_sub(what.first).max(1);
    let n_bins = n_steps.min(BINS as u64) as usize;
    let mut counts = vec![0.0; n_bins];
    for step in what.populations.iter().flat_map(|p| p.steps) {
        let Some(after) = step.checked_sub(what.first + 1) else { continue };
        let bin = (u128::from(after) * n_bins as u128 / u128::from(n_steps)) as usize;
        if let Some(count) = counts.get_mut(bin) {
            *count += 1.0;
        }
    }
    let cells: usize = what.populations.iter().map(|p| p.n).sum();
    let seconds = n_steps as f64 * what.dt_s / n_bins as f64;
    counts.iter().map(|count| count / (cells.max(1) as f64 * seconds)).collect()
}

fn bars(scene: &mut Scene, panel: &Panel, rates: &[f64]) {
    panel.grid_up(scene);
    let (width, height) = panel.size;
    let each = width / rates.len().max(1) as f64;
    for (i, rate) in rates.iter().enumerate() {
        let tall = height * panel.y.part(*rate);
        let at = (panel.at.0 + i as f64 * each, panel.at.1 + height - tall);
        // Wider than it is, so that no seam shows between two.
        scene.rect(at, ((each + 0.4).min(panel.at.0 + width - at.0), tall), GREY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(steps: &[u64], indices: &[u32], n: usize) -> Figure {
        let population = SpikeTrains { name: "E".into(), subset: None, n, steps, indices };
        let populations = vec![population];
        raster(&Raster { title: "t".into(), dt_s: 1e-3, first: 0, last: 100, populations })
    }

    fn points(figure: &Figure) -> Vec<Point> {
        let of = |shape: &Shape| match shape {
            Shape::Marks { points, .. } => points.clone(),
            _ => Vec::new(),
        };
        figure.0.shapes.iter().flat_map(of).collect()
    }

    #[test]
    fn each_spike_of_a_small_population_has_its_place() {
        let figure = shown(&[1, 50, 100], &[0, 1, 2], 3);
        let points = points(&figure);
        assert_eq!(points.len(), 3);
        assert!((points[2].0 - (WIDTH - RIGHT)).abs() < 1e-9);
        assert!((points[1].1 - (TOP + 0.5 * RASTER)).abs() < 1e-9);
        assert!(figure.svg().contains("3 spikes of 3 cells; below"));
    }

    #[test]
    fn of_a_large_population_evenly_chosen_cells_are_shown() {
        let n = 100_000;
        let (steps, indices): (Vec<u64>, Vec<u32>) =
            (0..n).map(|i| (1 + i / 1000, i as u32)).unzip();
        let figure = shown(&steps, &indices, n as usize);
        let n_points = points(&figure).len();
        assert!((2000..20_000).contains(&n_points), "{n_points}");
        assert!(figure.svg().contains("evenly chosen cells"));
    }

    #[test]
    fn rows_are_all_used_once() {
        for (n, most) in [(1, 5), (10, 3), (1000, 333), (7, 7), (12_345, 440)] {
            let rows = Rows { n, shown: most.min(n) };
            let used: Vec<_> = (0..n).filter_map(|cell| rows.row(cell)).collect();
            assert_eq!(used, (0..most.min(n)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_rate_is_that_of_a_cell() {
        let steps: Vec<u64> = (1..=100).collect();
        let population =
            SpikeTrains { name: "E".into(), subset: None, n: 4, steps: &steps, indices: &[0; 100] };
        let populations = vec![population];
        let what = Raster { title: "".into(), dt_s: 1e-3, first: 0, last: 100, populations };
        assert!(rate_per_bin(&what).iter().all(|rate| (rate - 250.0).abs() < 1e-9));
    }

    #[test]
    fn nothing_at_all_is_a_figure_too() {
        let none = Raster { title: "".into(), dt_s: 0.0, first: 5, last: 5, populations: vec![] };
        assert!(raster(&none).png().is_ok());
        assert!(shown(&[], &[], 0).png().is_ok());
    }
}
