//! A scene as PNG.

use tiny_skia::{
    Color, FillRule, FilterQuality, LineJoin, Paint, PathBuilder, Pixmap, PixmapPaint, Rect,
    Stroke, Transform,
};
use ttf_parser::OutlineBuilder;

use super::{
    colour::{Colour, WHITE},
    font::Font,
    scene::{Anchor, Point, Scene, Shape, Style},
};

/// Pixels for each unit of a scene.
const SCALE: f32 = 2.0;

pub(super) fn encode(scene: &Scene) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let pixels = |length: f64| (length * f64::from(SCALE)).ceil() as u32;
    let pixmap = Pixmap::new(pixels(scene.width), pixels(scene.height));
    let mut canvas =
        Canvas { pixmap: pixmap.ok_or("the picture is too large")?, font: Font::load() };
    canvas.pixmap.fill(opaque(WHITE));
    scene.shapes.iter().for_each(|shape| canvas.shape(shape));
    Ok(canvas.pixmap.encode_png()?)
}

/// A picture with one pixel for each cell.
pub(super) fn grid(columns: usize, cells: &[Colour]) -> Option<Vec<u8>> {
    pixmap(columns, cells)?.encode_png().ok()
}

fn pixmap(columns: usize, cells: &[Colour]) -> Option<Pixmap> {
    let rows = cells.len().checked_div(columns)?;
    let mut pixmap = Pixmap::new(columns.try_into().ok()?, rows.try_into().ok()?)?;
    for (pixel, cell) in pixmap.pixels_mut().iter_mut().zip(cells) {
        *pixel = opaque(*cell).premultiply().to_color_u8();
    }
    Some(pixmap)
}

struct Canvas {
    pixmap: Pixmap,
    font: Option<Font>,
}

impl Canvas {
    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { at, size, fill } => self.rect(*at, *size, *fill),
            Shape::Line { points, width, colour } => self.line(points, *width, *colour),
            Shape::Marks { points, size, colour } => self.marks(points, *size, *colour),
            Shape::Disc { centre: (x, y), radius, fill } => {
                let mut path = PathBuilder::new();
                path.push_circle(*x as f32, *y as f32, *radius as f32);
                self.fill(path, *fill, scaled());
            }
            Shape::Text { at, text, style } => self.text(*at, text, *style),
            Shape::Grid { at, size, columns, cells } => self.grid(*at, *size, *columns, cells),
        }
    }

    fn rect(&mut self, (x, y): Point, (width, height): Point, fill: Colour) {
        let rect = Rect::from_xywh(x as f32, y as f32, width as f32, height as f32);
        if let Some(rect) = rect {
            self.pixmap.fill_rect(rect, &paint(fill), scaled(), None);
        }
    }

    fn line(&mut self, points: &[Point], width: f64, colour: Colour) {
        let mut path = PathBuilder::new();
        for (i, (x, y)) in points.iter().enumerate() {
            match i {
                0 => path.move_to(*x as f32, *y as f32),
                _ => path.line_to(*x as f32, *y as f32),
            }
        }
        let stroke =
            Stroke { width: width as f32, line_join: LineJoin::Round, ..Stroke::default() };
        if let Some(path) = path.finish() {
            self.pixmap.stroke_path(&path, &paint(colour), &stroke, scaled(), None);
        }
    }

    fn marks(&mut self, points: &[Point], (width, height): Point, colour: Colour) {
        for (x, y) in points {
            self.rect((x - 0.5 * width, y - 0.5 * height), (width, height), colour);
        }
    }

    fn text(&mut self, (x, y): Point, text: &str, style: Style) {
        let Some(font) = &self.font else { return };
        let scale = font.scale(style.size);
        let width: f64 = text.chars().map(|letter| font.advance(letter)).sum();
        let mut pen = match style.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -0.5 * width,
            Anchor::End => -width,
        };
        let mut outline = Outline { path: PathBuilder::new(), pen: 0.0 };
        for letter in text.chars() {
            outline.pen = pen as f32;
            font.outline(letter, &mut outline);
            pen += font.advance(letter);
        }
        let angle = if style.upwards { -90.0 } else { 0.0 };
        let place = scaled()
            .pre_translate(x as f32, y as f32)
            .pre_rotate(angle)
            .pre_scale(scale as f32, -scale as f32);
        self.fill(outline.path, style.colour, place);
    }

    fn fill(&mut self, path: PathBuilder, colour: Colour, place: Transform) {
        if let Some(path) = path.finish() {
            self.pixmap.fill_path(&path, &paint(colour), FillRule::Winding, place, None);
        }
    }

    fn grid(&mut self, (x, y): Point, (width, height): Point, columns: usize, cells: &[Colour]) {
        let Some(picture) = pixmap(columns, cells) else { return };
        let (across, down) = (picture.width() as f32, picture.height() as f32);
        let place = scaled()
            .pre_translate(x as f32, y as f32)
            .pre_scale(width as f32 / across, height as f32 / down);
        let paint = PixmapPaint { quality: FilterQuality::Nearest, ..PixmapPaint::default() };
        self.pixmap.draw_pixmap(0, 0, picture.as_ref(), &paint, place, None);
    }
}

fn scaled() -> Transform {
    Transform::from_scale(SCALE, SCALE)
}

fn opaque(colour: Colour) -> Color {
    Color::from_rgba8(colour.0, colour.1, colour.2, 0xff)
}

fn paint(colour: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(opaque(colour));
    paint
}

/// Takes outlines of letters, each where the pen is.
struct Outline {
    path: PathBuilder,
    pen: f32,
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.pen + x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.pen + x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.quad_to(self.pen + x1, y1, self.pen + x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.path.cubic_to(self.pen + x1, y1, self.pen + x2, y2, self.pen + x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::colour::{BLUE, INK, RED};

    fn drawn(scene: &Scene) -> Pixmap {
        Pixmap::decode_png(&encode(scene).unwrap()).unwrap()
    }

    fn colour(pixmap: &Pixmap, x: u32, y: u32) -> Colour {
        let pixel = pixmap.pixel(x, y).unwrap();
        Colour(pixel.red(), pixel.green(), pixel.blue())
    }

    #[test]
    fn shapes_are_where_the_scene_has_them() {
        let mut scene = Scene::new(20.0, 10.0);
        scene.rect((0.0, 0.0), (5.0, 5.0), BLUE);
        let cells = vec![RED, WHITE, WHITE, INK];
        scene.shapes.push(Shape::Grid { at: (10.0, 0.0), size: (10.0, 10.0), columns: 2, cells });
        let picture = drawn(&scene);
        assert_eq!((picture.width(), picture.height()), (40, 20));
        let found = [(4, 4), (14, 14), (22, 2), (38, 2), (38, 18)];
        let found = found.map(|(x, y)| colour(&picture, x, y));
        assert_eq!(found, [BLUE, WHITE, RED, WHITE, INK]);
    }

    #[test]
    fn text_leaves_ink_where_it_stands() {
        let mut scene = Scene::new(40.0, 40.0);
        scene.text((20.0, 38.0), "MMMM", Style::new(12.0, Anchor::Start, INK).upwards());
        let picture = drawn(&scene);
        let inked = |x: std::ops::Range<u32>, y: std::ops::Range<u32>| {
            let mut all = x.flat_map(|x| y.clone().map(move |y| (x, y)));
            all.any(|(x, y)| colour(&picture, x, y) != WHITE)
        };
        assert!(inked(20..41, 10..76) && !inked(44..80, 0..80) && !inked(0..18, 0..80));
    }
}
