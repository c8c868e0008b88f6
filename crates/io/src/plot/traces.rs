//! Numbers over time: membrane potentials, decoded values.

use super::{
    Figure,
    axis::Axis,
    colour::{self, INK},
    font,
    layout::{BOTTOM, NOTE, Panel, RIGHT, TOP, TimeUnit, WIDTH, left, room_for, title},
    scene::{Point, Scene},
    short,
};

/// Samples of one record.
#[derive(Clone, Debug)]
pub struct Trace<'a> {
    /// Its name.
    pub name: String,
    /// Unit of the numbers; none if empty.
    pub unit: String,
    /// Length of a row.
    pub width: usize,
    /// Which elements were recorded; elements 0 to `width` if absent.
    pub subset: Option<&'a [u32]>,
    /// Step of each row.
    pub steps: &'a [u64],
    /// Rows one after the other.
    pub rows: &'a [f64],
}

/// Most records, and most columns of each, that are shown.
const MOST_PANELS: usize = 8;
const MOST_LINES: usize = 7;
/// Width of a line.
const LINE: f64 = 1.2;
const GAP: f64 = 26.0;
/// Room for the name of the first panel below the title.
const NAME: f64 = 14.0;
/// Points beyond which a line shows the ends of each stretch of time.
const MOST_POINTS: usize = 3000;
const STRETCHES: usize = 1000;

/// A panel for each record over one axis of time, a line for each column; the first few of either.
pub fn traces(heading: &str, dt_s: f64, what: &[Trace<'_>]) -> Figure {
    let shown = &what[..what.len().min(MOST_PANELS)];
    let height = if shown.len() == 1 { 260.0 } else { 150.0 };
    let steps = || shown.iter().flat_map(|trace| trace.steps);
    let (first, last) =
        (steps().min().copied().unwrap_or(0), steps().max().copied().unwrap_or(0).max(1));
    let unit = TimeUnit::for_length((last - first.min(last)) as f64 * dt_s);
    let per_step = dt_s * unit.per_second;
    let high = last.max(first + 1) as f64 * per_step;
    // The first sample comes a step after the beginning, which is what the axis should show.
    let low = if first <= last / 50 { 0 } else { first };
    let x = Axis::new(low as f64 * per_step, high, unit.label);
    let ys: Vec<_> = shown.iter().map(|trace| trace.axis()).collect();
    let room = ys.iter().map(|y| room_for(y, height)).fold(0.0, f64::max);
    let note = note(what);
    let above = if note.is_empty() { TOP } else { TOP + NAME };
    let all = shown.len() as f64 * (height + GAP) - GAP;
    let mut scene = Scene::new(WIDTH, above + all.max(height) + BOTTOM);
    for (i, (trace, y)) in shown.iter().zip(ys).enumerate() {
        let at = (room, above + i as f64 * (height + GAP));
        let panel = Panel { at, size: (WIDTH - room - RIGHT, height), x: x.clone(), y };
        panel.grid_up(&mut scene);
        trace.draw(&mut scene, &panel, per_step);
        panel.axis_left(&mut scene);
        panel.axis_below(&mut scene, i + 1 == shown.len());
    }
    title(&mut scene, heading, &note);
    Figure(scene)
}

fn note(what: &[Trace<'_>]) -> String {
    let mut parts = Vec::new();
    if what.len() > MOST_PANELS {
        parts.push(format!("the first {MOST_PANELS} of {} records", what.len()));
    }
    if what.iter().any(|trace| trace.width > MOST_LINES) {
        parts.push(format!("the first {MOST_LINES} elements of each"));
    }
    parts.join("; ")
}

impl Trace<'_> {
    fn lines(&self) -> usize {
        self.width.min(MOST_LINES)
    }

    fn column(&self, column: usize) -> impl Iterator<Item = f64> + '_ {
        self.rows.iter().skip(column).step_by(self.width.max(1)).copied()
    }

    fn axis(&self) -> Axis {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" ({})", self.unit) };
        let all = (0..self.lines()).flat_map(|column| self.column(column));
        Axis::around(all, format!("{}{unit}", variable(&self.name)))
    }

    fn draw(&self, scene: &mut Scene, panel: &Panel, per_step: f64) {
        let mut x = panel.at.0 + 2.0;
        let name = short(&self.name);
        scene.text((x, panel.at.1 - 6.0), name.as_str(), left(NOTE, INK));
        x += font::width(&name, NOTE) + 14.0;
        for column in 0..self.lines() {
            let colour = colour::nth(column);
            let point = |(step, value): (&u64, f64)| (*step as f64 * per_step, value);
            let points: Vec<Point> =
                self.steps.iter().zip(self.column(column)).map(point).collect();
            for piece in points.split(|(_, value)| !panel.holds(*value)) {
                let placed = thinned(piece).into_iter().map(|(x, y)| panel.place(x, y));
                scene.line(placed.collect(), LINE, colour);
            }
            if self.width > 1 {
                let element = self.subset.and_then(|subset| subset.get(column)).copied();
                let label = format!("[{}]", element.map_or(column, |element| element as usize));
                scene.text((x, panel.at.1 - 6.0), label.as_str(), left(NOTE, colour));
                x += font::width(&label, NOTE) + 8.0;
            }
        }
    }
}

impl Panel {
    /// Whether a number is within the vertical axis.
    fn holds(&self, value: f64) -> bool {
        (self.y.low..=self.y.high).contains(&value)
    }
}

/// What the vertical axis shows: a state of cells has a name of its own.
fn variable(name: &str) -> String {
    let name = short(name);
    match name.rsplit_once('.') {
        Some((_, variable)) => variable.to_owned(),
        None => "value".to_owned(),
    }
}

/// As few points as show the same line: the lowest and the highest of each stretch.
fn thinned(points: &[Point]) -> Vec<Point> {
    if points.len() <= MOST_POINTS {
        return points.to_vec();
    }
    let ends = |stretch: &[Point]| {
        let order = |a: &&Point, b: &&Point| a.1.total_cmp(&b.1);
        let (low, high) = (stretch.iter().min_by(order), stretch.iter().max_by(order));
        let mut ends: Vec<Point> = low.into_iter().chain(high).copied().collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        ends
    };
    points.chunks(points.len().div_ceil(STRETCHES)).flat_map(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::scene::Shape;

    fn lines(steps: &[u64], rows: &[f64], width: usize) -> Vec<Vec<Point>> {
        let (name, unit) = ("Recorder:E.v".into(), "mV".into());
        let figure =
            traces("t", 1e-3, &[Trace { name, unit, width, subset: Some(&[4, 9]), steps, rows }]);
        assert!(figure.svg().contains(">v (mV)<") && figure.svg().contains(">E.v<"));
        assert!(width < 2 || figure.svg().contains(">[9]<"), "elements go by their indices");
        let of = |shape: Shape| match shape {
            Shape::Line { points, width: LINE, .. } => Some(points),
            _ => None,
        };
        figure.0.shapes.into_iter().filter_map(of).collect()
    }

    #[test]
    fn each_column_is_a_line_with_gaps_where_there_are_no_numbers() {
        let drawn =
            lines(&[1, 2, 3, 4], &[0.0, 1.0, f64::NAN, 1.0, 0.5, 1.0, 0.2, f64::INFINITY], 2);
        let lengths: Vec<_> = drawn.iter().map(Vec::len).collect();
        assert_eq!(lengths, [1, 2, 3, 0]);
    }

    #[test]
    fn a_long_line_keeps_its_lowest_and_highest_points() {
        let mut rows = vec![0.0; 100_000];
        (rows[777], rows[50_001]) = (-5.0, 7.0);
        let steps: Vec<u64> = (1..=100_000).collect();
        let drawn = lines(&steps, &rows, 1).concat();
        assert!(drawn.len() <= 2 * STRETCHES);
        let (low, high) = drawn
            .iter()
            .fold((f64::MAX, f64::MIN), |(low, high), (_, y)| (low.min(*y), high.max(*y)));
        assert!(high - low > 200.0, "{low} to {high}");
    }

    #[test]
    fn nothing_at_all_is_a_figure_too() {
        assert!(traces("", 1e-3, &[]).png().is_ok());
        lines(&[], &[], 0);
        lines(&[3], &[1e300], 1);
    }
}
