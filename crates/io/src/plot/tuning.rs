//! Tuning curves of the neurons of an ensemble.

use super::{
    Figure,
    axis::Axis,
    colour,
    layout::{BOTTOM, Panel, RIGHT, TOP, WIDTH, room_for, title},
    scene::Scene,
};

/// Rates of neurons over what their ensemble represents.
#[derive(Clone, Debug, PartialEq)]
pub struct TuningCurves {
    /// Title of the figure.
    pub title: String,
    /// Number of dimensions that are represented.
    pub dimensions: usize,
    /// What is represented, along the first dimension; the others are zero.
    pub points: Vec<f64>,
    /// Rates of each neuron at these points, 1/s.
    pub curves: Vec<Vec<f64>>,
}

/// Most curves that are shown.
const MOST: usize = 100;
const HEIGHT: f64 = 360.0;

/// A curve for each neuron, for evenly chosen ones of many.
pub fn tuning(what: &TuningCurves) -> Figure {
    let every = what.curves.len().div_ceil(MOST).max(1);
    let shown: Vec<_> = what.curves.iter().step_by(every).collect();
    let finite = shown.iter().flat_map(|curve| curve.iter().copied()).filter(|r| r.is_finite());
    let most = finite.fold(1.0, f64::max);
    let y = Axis::new(0.0, 1.05 * most, "rate (spikes per second)");
    let points = || what.points.iter().copied().filter(|point| point.is_finite());
    let (low, high) = (points().fold(0.0, f64::min), points().fold(0.0, f64::max));
    let x = Axis::new(low, if high > low { high } else { low + 1.0 }, along(what.dimensions));
    let room = room_for(&y, HEIGHT);
    let panel = Panel { at: (room, TOP), size: (WIDTH - room - RIGHT, HEIGHT), x, y };
    let mut scene = Scene::new(WIDTH, TOP + HEIGHT + BOTTOM);
    panel.grid_up(&mut scene);
    for (i, curve) in shown.iter().enumerate() {
        let points: Vec<_> = what.points.iter().copied().zip(curve.iter().copied()).collect();
        for piece in points.split(|(x, y)| !(x.is_finite() && y.is_finite())) {
            let placed = piece.iter().map(|(x, y)| panel.place(*x, *y)).collect();
            scene.line(placed, 1.2, colour::nth(i));
        }
    }
    panel.axis_left(&mut scene);
    panel.axis_below(&mut scene, true);
    title(&mut scene, &what.title, &note(what.curves.len(), shown.len()));
    Figure(scene)
}

fn along(dimensions: usize) -> String {
    match dimensions {
        0 | 1 => "represented value".to_owned(),
        n => format!("represented value, first of {n} dimensions (the others at 0)"),
    }
}

fn note(n: usize, shown: usize) -> String {
    if shown < n { format!("{shown} of {n} neurons") } else { format!("{n} neurons") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_neurons_some_are_shown() {
        let points = vec![-1.0, 0.0, 1.0];
        let curves = vec![vec![0.0, 100.0, f64::NAN]; 1000];
        let figure = tuning(&TuningCurves { title: "a".into(), dimensions: 3, points, curves });
        assert!(figure.svg().contains("100 of 1000 neurons"));
        assert!(figure.svg().contains("first of 3 dimensions"));
        assert!(figure.png().is_ok());
    }

    #[test]
    fn nothing_at_all_is_a_figure_too() {
        let none =
            TuningCurves { title: "a".into(), dimensions: 1, points: vec![], curves: vec![] };
        assert!(tuning(&none).png().is_ok());
    }
}
