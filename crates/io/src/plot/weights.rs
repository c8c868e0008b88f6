//! Weights of synapses as a matrix.

use super::{
    Figure,
    axis::Axis,
    colour::{self, INK},
    layout::{BOTTOM, NOTE, Panel, TOP, left, right, title},
    scene::{Anchor, Scene, Shape, Style},
};

/// Synapses from some cells to others.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightMatrix {
    /// Title of the figure.
    pub title: String,
    /// Name and number of the sources.
    pub source: (String, usize),
    /// Name and number of the targets.
    pub target: (String, usize),
    /// Unit of the weights; none if empty.
    pub unit: String,
    /// Source, target and weight of each synapse.
    pub synapses: Vec<(u32, u32, f64)>,
}

/// Most cells of the picture in each direction.
const MOST: usize = 250;
const SIDE: f64 = 520.0;

/// A square for each pair of cells: the sum of the weights of their synapses; of many cells, the mean
/// over neighbouring pairs. Red is negative, blue positive.
pub fn weights(what: &WeightMatrix) -> Figure {
    let (columns, rows) = (what.source.1.clamp(1, MOST), what.target.1.clamp(1, MOST));
    let cells = binned(what, columns, rows);
    let most = cells.iter().map(|cell| cell.abs()).filter(|cell| cell.is_finite());
    let most = most.fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let colours = cells.iter().map(|cell| colour::diverging(cell / most)).collect();
    let panel = Panel {
        at: (84.0, TOP),
        size: (SIDE, SIDE),
        x: indices("source", &what.source),
        y: indices("target", &what.target),
    };
    let mut scene = Scene::new(84.0 + SIDE + 130.0, TOP + SIDE + BOTTOM);
    scene.shapes.push(Shape::Grid { at: panel.at, size: panel.size, columns, cells: colours });
    panel.axis_below(&mut scene, true);
    axis_down(&mut scene, &panel);
    let ends = (
        if cells.iter().any(|cell| *cell < 0.0) { -1.0 } else { 0.0 },
        if cells.iter().any(|cell| *cell > 0.0) { 1.0 } else { 0.0 },
    );
    key(&mut scene, most, ends, &what.unit);
    title(&mut scene, &what.title, &note(what, columns * rows));
    Figure(scene)
}

/// Sources and targets may be the same cells, so that the name alone would not tell which are which.
fn indices(end: &str, (name, n): &(String, usize)) -> Axis {
    Axis::new(0.0, (*n).max(1) as f64, format!("{end}: {name} (index)"))
}

fn note(what: &WeightMatrix, shown: usize) -> String {
    let n = what.synapses.len();
    let binned = shown < what.source.1.saturating_mul(what.target.1);
    let how = if binned { "mean over neighbouring pairs" } else { "sum over each pair" };
    format!("{n} synapses; {how}")
}

/// Row by row: targets from above, sources from the left.
fn binned(what: &WeightMatrix, columns: usize, rows: usize) -> Vec<f64> {
    let mut cells = vec![0.0; columns * rows];
    let (n_sources, n_targets) = (what.source.1.max(1), what.target.1.max(1));
    for (source, target, weight) in &what.synapses {
        let column = *source as usize * columns / n_sources;
        let row = *target as usize * rows / n_targets;
        if column < columns && row < rows {
            cells[row * columns + column] += weight;
        }
    }
    let (wide, high) = (sizes(n_sources, columns), sizes(n_targets, rows));
    let pairs = high.iter().flat_map(|high| wide.iter().map(move |wide| high * wide));
    cells.iter().zip(pairs).map(|(cell, pairs)| cell / pairs).collect()
}

/// How many of `n` indices fall into each bin. They differ by one where bins do not divide them, and a
/// mean over equal bins would show that as a grid.
fn sizes(n: usize, bins: usize) -> Vec<f64> {
    let first = |bin: usize| (bin * n).div_ceil(bins);
    (0..bins).map(|bin| (first(bin + 1) - first(bin)) as f64).collect()
}

/// The axis of targets, whose numbers grow downwards.
fn axis_down(scene: &mut Scene, panel: &Panel) {
    let (x, top) = panel.at;
    let height = panel.size.1;
    scene.line(vec![(x, top), (x, top + height)], 1.0, INK);
    for tick in panel.y.ticks(8) {
        let y = top + height * tick.part;
        scene.line(vec![(x - 4.0, y), (x, y)], 1.0, INK);
        scene.text((x - 8.0, y + 0.36 * NOTE), tick.text, right(NOTE, INK));
    }
    let style = Style::new(13.0, Anchor::Middle, INK).upwards();
    scene.text((20.0, top + 0.5 * height), panel.y.label.as_str(), style);
}

/// The colours and their numbers, between parts of the largest.
fn key(scene: &mut Scene, most: f64, (low, high): (f64, f64), unit: &str) {
    const STEPS: usize = 64;
    let (x, height) = (84.0 + SIDE + 24.0, 0.6 * SIDE);
    let top = TOP + 0.5 * (SIDE - height);
    let part = |i: usize| high + (low - high) * i as f64 / (STEPS - 1) as f64;
    let cells = (0..STEPS).map(|i| colour::diverging(part(i))).collect();
    scene.shapes.push(Shape::Grid { at: (x, top), size: (16.0, height), columns: 1, cells });
    for tick in Axis::new(low * most, high * most, "").ticks(5) {
        let y = top + height * (1.0 - tick.part);
        scene.line(vec![(x + 16.0, y), (x + 20.0, y)], 1.0, INK);
        scene.text((x + 24.0, y + 0.36 * NOTE), tick.text, left(NOTE, INK));
    }
    let label = if unit.is_empty() { "weight".to_owned() } else { format!("weight ({unit})") };
    scene.text((x - 4.0, top - 12.0), label, left(NOTE, INK));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::colour::{BLUE, RED, WHITE};

    fn matrix(n: (usize, usize), synapses: Vec<(u32, u32, f64)>) -> WeightMatrix {
        let (source, target) = (("a".into(), n.0), ("b".into(), n.1));
        WeightMatrix { title: "t".into(), source, target, unit: "nA".into(), synapses }
    }

    fn cells(what: &WeightMatrix) -> Vec<colour::Colour> {
        let grids = weights(what).0.shapes.into_iter().filter_map(|shape| match shape {
            Shape::Grid { cells, .. } => Some(cells),
            _ => None,
        });
        grids.into_iter().next().unwrap()
    }

    #[test]
    fn rows_are_targets_and_columns_sources() {
        let cells = cells(&matrix((2, 2), vec![(1, 0, 2.0), (0, 1, -1.0), (0, 1, -1.0)]));
        assert_eq!(cells, [WHITE, BLUE, RED, WHITE]);
    }

    #[test]
    fn axes_tell_sources_from_targets() {
        let svg = weights(&matrix((2, 2), vec![])).svg();
        assert!(svg.contains("source: a (index)") && svg.contains("target: b (index)"));
    }

    #[test]
    fn large_matrices_are_means_and_stay_small() {
        let what = matrix((1000, 1000), (0..1000).map(|i| (i, i, 1.0)).collect());
        let cells = cells(&what);
        assert_eq!(cells.len(), MOST * MOST);
        assert_eq!((cells[0], cells[1]), (BLUE, WHITE));
        assert!(weights(&what).svg().contains("mean over neighbouring pairs"));
    }

    #[test]
    fn equal_weights_have_one_colour_whatever_the_bins() {
        let all = (0..MOST as u32 + 70).flat_map(|i| (0..3).map(move |j| (i, j, 0.5)));
        let cells = cells(&matrix((MOST + 70, 3), all.collect()));
        assert!(cells.iter().all(|cell| *cell == BLUE));
        assert_eq!(sizes(7, 3), [3.0, 2.0, 2.0]);
    }

    #[test]
    fn whatever_the_weights_are_there_is_a_figure() {
        let odd = vec![(0, 0, f64::NAN), (9, 9, 1.0), (1, 0, f64::INFINITY)];
        assert!(weights(&matrix((2, 1), odd)).png().is_ok());
        assert!(weights(&matrix((0, 0), vec![])).png().is_ok());
    }
}
