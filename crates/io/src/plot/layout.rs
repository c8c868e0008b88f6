//! Panels: frames with axes, and what all figures share.

use super::{
    axis::Axis,
    colour::{Colour, GREY, INK, PALE},
    font,
    scene::{Anchor, Point, Scene, Style},
};

/// Width of a figure.
pub(super) const WIDTH: f64 = 900.0;
/// Room above the first panel, for a title and a line below it.
pub(super) const TOP: f64 = 58.0;
/// Room below the last panel, for its ticks and its label.
pub(super) const BOTTOM: f64 = 52.0;
/// Room on the right.
pub(super) const RIGHT: f64 = 24.0;

const TITLE: f64 = 16.0;
const LABEL: f64 = 13.0;
const TICK: f64 = 12.0;

/// Sizes of texts within panels.
pub(super) const NOTE: f64 = 12.0;

/// A frame with axes.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub at: Point,
    pub size: Point,
    pub x: Axis,
    pub y: Axis,
}

/// Writes the title of a figure, and a line that says more.
pub(super) fn title(scene: &mut Scene, title: &str, note: &str) {
    let width = scene.width - 2.0 * 14.0;
    scene.text((14.0, 26.0), fitted(title, TITLE, width), left(TITLE, INK));
    scene.text((14.0, 45.0), fitted(note, NOTE, width), left(NOTE, GREY));
}

/// A style that stands to the right of its place.
pub(super) fn left(size: f64, colour: Colour) -> Style {
    Style::new(size, Anchor::Start, colour)
}

/// A style that stands to the left of its place.
pub(super) fn right(size: f64, colour: Colour) -> Style {
    Style::new(size, Anchor::End, colour)
}

/// As much of a text as has room.
pub(super) fn fitted(text: &str, size: f64, width: f64) -> String {
    if font::width(text, size) <= width {
        return text.to_owned();
    }
    let mut part: String = text.chars().take(400).collect();
    while !part.is_empty() && font::width(&part, size) + font::width("…", size) > width {
        part.pop();
    }
    part + "…"
}

/// Room that the numbers and the label of a vertical axis need.
pub(super) fn room_for(y: &Axis, height: f64) -> f64 {
    let ticks = y.ticks(upright_ticks(height));
    let widest = ticks.iter().map(|tick| font::width(&tick.text, TICK)).fold(0.0, f64::max);
    widest + if y.label.is_empty() { 22.0 } else { 44.0 }
}

/// A low panel has them closer together.
fn upright_ticks(height: f64) -> usize {
    ticks_in(height, if height < 120.0 { 24.0 } else { 40.0 })
}

fn ticks_in(length: f64, each: f64) -> usize {
    ((length / each) as usize).clamp(2, 8)
}

impl Panel {
    /// Where numbers stand.
    pub fn place(&self, x: f64, y: f64) -> Point {
        let (left, top) = self.at;
        let (width, height) = self.size;
        (left + width * self.x.part(x), top + height * (1.0 - self.y.part(y)))
    }

    /// Lines at the ticks of the horizontal axis, below everything else.
    pub fn grid_across(&self, scene: &mut Scene) {
        for tick in self.x.ticks(ticks_in(self.size.0, 90.0)) {
            let x = self.at.0 + self.size.0 * tick.part;
            scene.line(vec![(x, self.at.1), (x, self.at.1 + self.size.1)], 1.0, PALE);
        }
    }

    /// Lines at the ticks of the vertical axis, below everything else.
    pub fn grid_up(&self, scene: &mut Scene) {
        for tick in self.y.ticks(upright_ticks(self.size.1)) {
            let y = self.at.1 + self.size.1 * (1.0 - tick.part);
            scene.line(vec![(self.at.0, y), (self.at.0 + self.size.0, y)], 1.0, PALE);
        }
    }

    /// The line below, ticks, numbers and label.
    pub fn axis_below(&self, scene: &mut Scene, labelled: bool) {
        let (left, width) = (self.at.0, self.size.0);
        let bottom = self.at.1 + self.size.1;
        scene.line(vec![(left, bottom), (left + width, bottom)], 1.0, INK);
        for tick in self.x.ticks(ticks_in(width, 90.0)) {
            let x = left + width * tick.part;
            scene.line(vec![(x, bottom), (x, bottom + 4.0)], 1.0, INK);
            if labelled {
                let style = Style::new(TICK, Anchor::Middle, INK);
                scene.text((x, bottom + 18.0), tick.text, style);
            }
        }
        if labelled {
            let style = Style::new(LABEL, Anchor::Middle, INK);
            let label = fitted(&self.x.label, LABEL, width);
            scene.text((left + 0.5 * width, bottom + 38.0), label, style);
        }
    }

    /// The line at the left, ticks, numbers and label.
    pub fn axis_left(&self, scene: &mut Scene) {
        let (left, top) = self.at;
        let height = self.size.1;
        scene.line(vec![(left, top), (left, top + height)], 1.0, INK);
        for tick in self.y.ticks(upright_ticks(height)) {
            let y = top + height * (1.0 - tick.part);
            scene.line(vec![(left - 4.0, y), (left, y)], 1.0, INK);
            scene.text((left - 8.0, y + 0.36 * TICK), tick.text, right(TICK, INK));
        }
        let x = left - room_for(&self.y, height) + LABEL + 4.0;
        let style = Style::new(LABEL, Anchor::Middle, INK).upwards();
        scene.text((x, top + 0.5 * height), fitted(&self.y.label, LABEL, height + 20.0), style);
    }
}

/// Time that an axis shows, in the unit that suits its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TimeUnit {
    /// How many of the unit one second is.
    pub per_second: f64,
    pub label: &'static str,
}

impl TimeUnit {
    pub fn for_length(seconds: f64) -> Self {
        match seconds {
            long if long >= 5.0 => Self { per_second: 1.0, label: "time (s)" },
            _ => Self { per_second: 1e3, label: "time (ms)" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_too_long_are_cut() {
        assert_eq!(fitted("short", 12.0, 100.0), "short");
        let cut = fitted(&"wide ".repeat(1000), 12.0, 100.0);
        assert!(cut.ends_with('…') && font::width(&cut, 12.0) <= 100.0);
    }

    #[test]
    fn larger_numbers_need_more_room() {
        let room = |high| room_for(&Axis::new(0.0, high, "v (mV)"), 200.0);
        assert!(room(10_000.0) > room(1.0));
    }
}
