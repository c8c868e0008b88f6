//! The few shapes that figures are made of. Units are those of SVG; y grows downwards.

use super::colour::Colour;

pub(super) type Point = (f64, f64);

/// Shapes on a white ground, the first below the others.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scene {
    pub width: f64,
    pub height: f64,
    pub shapes: Vec<Shape>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A filled rectangle.
    Rect { at: Point, size: Point, fill: Colour },
    /// A line through points.
    Line { points: Vec<Point>, width: f64, colour: Colour },
    /// Equal filled rectangles around points.
    Marks { points: Vec<Point>, size: Point, colour: Colour },
    /// A filled disc.
    Disc { centre: Point, radius: f64, fill: Colour },
    /// A line of text.
    Text { at: Point, text: String, style: Style },
    /// A grid of coloured cells, row by row from above.
    Grid { at: Point, size: Point, columns: usize, cells: Vec<Colour> },
}

/// How a text stands: `at` is on its base line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub size: f64,
    pub anchor: Anchor,
    /// Whether it reads upwards.
    pub upwards: bool,
    pub colour: Colour,
}

/// Which part of a text stands where it is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Style {
    pub fn new(size: f64, anchor: Anchor, colour: Colour) -> Self {
        Self { size, anchor, upwards: false, colour }
    }

    pub fn upwards(self) -> Self {
        Self { upwards: true, ..self }
    }
}

impl Scene {
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, shapes: Vec::new() }
    }

    pub fn rect(&mut self, at: Point, size: Point, fill: Colour) {
        self.shapes.push(Shape::Rect { at, size, fill });
    }

    pub fn line(&mut self, points: Vec<Point>, width: f64, colour: Colour) {
        self.shapes.push(Shape::Line { points, width, colour });
    }

    pub fn text(&mut self, at: Point, text: impl Into<String>, style: Style) {
        self.shapes.push(Shape::Text { at, text: text.into(), style });
    }
}
