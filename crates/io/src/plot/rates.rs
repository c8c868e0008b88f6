//! Rates of populations beside published ones.

use super::{
    Figure,
    axis::Axis,
    colour::{BLUE, INK, RED},
    font,
    layout::{BOTTOM, NOTE, Panel, RIGHT, TOP, WIDTH, fitted, left, right, title},
    scene::{Scene, Shape},
};

/// The rate of a population.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredRate {
    /// Its name.
    pub population: String,
    /// Mean rate of its cells, 1/s.
    pub rate_hz: f64,
    /// The published rate, and its spread between networks, 1/s.
    pub reference: Option<(f64, Option<f64>)>,
}

/// Height of a row.
const ROW: f64 = 34.0;
/// Most populations that are shown.
const MOST: usize = 60;

/// A bar for each population; published rates as points with their standard deviations.
pub fn rates(heading: &str, source: &str, rates: &[MeasuredRate]) -> Figure {
    let rates = &rates[..rates.len().min(MOST)];
    let ends = rates.iter().map(|rate| {
        let (mean, sd) = rate.reference.unwrap_or((0.0, None));
        rate.rate_hz.max(mean + sd.unwrap_or(0.0))
    });
    let most = ends.filter(|end| end.is_finite()).fold(1e-3, f64::max);
    let names = rates.iter().map(|rate| font::width(&rate.population, NOTE)).fold(0.0, f64::max);
    let from = names.min(220.0) + 30.0;
    let size = (WIDTH - from - RIGHT, ROW * rates.len().max(1) as f64);
    let x = Axis::new(0.0, 1.08 * most, "mean rate (spikes per second)");
    let panel = Panel { at: (from, TOP + 16.0), size, x, y: Axis::new(0.0, 1.0, "") };
    let mut scene = Scene::new(WIDTH, TOP + 16.0 + size.1 + BOTTOM);
    panel.grid_across(&mut scene);
    for (i, rate) in rates.iter().enumerate() {
        row(&mut scene, &panel, panel.at.1 + ROW * (i as f64 + 0.5), rate);
    }
    let has_reference = rates.iter().any(|rate| rate.reference.is_some());
    title(&mut scene, heading, "");
    legend(&mut scene, from, if has_reference { source } else { "" });
    panel.axis_below(&mut scene, true);
    Figure(scene)
}

fn row(scene: &mut Scene, panel: &Panel, y: f64, rate: &MeasuredRate) {
    let x = |rate: f64| panel.place(rate, 0.0).0;
    let name = fitted(&rate.population, NOTE, panel.at.0 - 20.0);
    scene.text((panel.at.0 - 10.0, y + 0.36 * NOTE), name, right(NOTE, INK));
    if rate.rate_hz.is_finite() {
        let width = x(rate.rate_hz) - panel.at.0;
        scene.rect((panel.at.0, y - 0.3 * ROW), (width, 0.6 * ROW), BLUE.light());
        scene.rect((panel.at.0 + width - 1.5, y - 0.3 * ROW), (3.0, 0.6 * ROW), BLUE);
    }
    let Some((mean, sd)) = rate.reference.filter(|(mean, _)| mean.is_finite()) else { return };
    if let Some(sd) = sd.filter(|sd| sd.is_finite()) {
        let (low, high) = (x((mean - sd).max(0.0)), x(mean + sd));
        scene.line(vec![(low, y), (high, y)], 1.6, RED);
        for end in [low, high] {
            scene.line(vec![(end, y - 4.0), (end, y + 4.0)], 1.6, RED);
        }
    }
    scene.shapes.push(Shape::Disc { centre: (x(mean), y), radius: 4.0, fill: RED });
}

fn legend(scene: &mut Scene, from: f64, source: &str) {
    let y = 52.0;
    scene.rect((from, y - 9.0), (18.0, 10.0), BLUE.light());
    scene.rect((from + 16.5, y - 9.0), (3.0, 10.0), BLUE);
    scene.text((from + 26.0, y), "this run", left(NOTE, INK));
    if !source.is_empty() {
        let x = from + 110.0;
        scene.shapes.push(Shape::Disc { centre: (x, y - 4.0), radius: 4.0, fill: RED });
        let text = format!("reference (mean ± sd): {source}");
        scene.text((x + 12.0, y), fitted(&text, NOTE, WIDTH - x - 26.0), left(NOTE, INK));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(rate_hz: f64, reference: Option<(f64, Option<f64>)>) -> MeasuredRate {
        MeasuredRate { population: "E".into(), rate_hz, reference }
    }

    #[test]
    fn references_are_named_where_there_are_some() {
        let both = [measured(5.0, None), measured(4.0, Some((4.5, Some(0.5))))];
        let text = rates("m", "a paper", &both).svg();
        assert!(text.contains("reference (mean ± sd): a paper"), "{text}");
        assert!(!rates("m", "a paper", &both[..1]).svg().contains("a paper"));
    }

    #[test]
    fn whatever_the_rates_are_there_is_a_figure() {
        let odd =
            [f64::NAN, f64::INFINITY, 0.0, 1e308].map(|rate| measured(rate, Some((rate, None))));
        assert!(rates("m", "", &odd).png().is_ok());
        assert!(rates("m", "", &[]).png().is_ok());
        assert!(rates("m", "", &vec![measured(1.0, None); 500]).0.height < 2500.0);
    }
}
