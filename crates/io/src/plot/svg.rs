//! A scene as SVG.

use std::fmt::{self, Write};

use super::{
    colour::Colour,
    font::FAMILIES,
    png,
    scene::{Anchor, Point, Scene, Shape, Style},
};

pub(super) fn print(scene: &Scene) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    whole(scene, &mut text).unwrap_or_default();
    text
}

fn whole(scene: &Scene, out: &mut String) -> fmt::Result {
    let (width, height) = (Short(scene.width), Short(scene.height));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" font-family=\"{FAMILIES}\">"
    )?;
    writeln!(out, "<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>")?;
    scene.shapes.iter().try_for_each(|shape| self::shape(shape, out))?;
    writeln!(out, "</svg>")
}

fn shape(shape: &Shape, out: &mut String) -> fmt::Result {
    match shape {
        Shape::Rect { at, size, fill } => {
            writeln!(out, "<rect {} fill=\"{fill}\"/>", Area(*at, *size))
        }
        Shape::Line { points, width, colour } => line(points, *width, *colour, out),
        Shape::Marks { points, size, colour } => marks(points, *size, *colour, out),
        Shape::Disc { centre: (x, y), radius, fill } => {
            let (x, y, radius) = (Short(*x), Short(*y), Short(*radius));
            writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\"/>")
        }
        Shape::Text { at, text, style } => self::text(*at, text, *style, out),
        Shape::Grid { at, size, columns, cells } => {
            let Some(picture) = png::grid(*columns, cells) else { return Ok(()) };
            write!(out, "<image {} preserveAspectRatio=\"none\"", Area(*at, *size))?;
            write!(out, " style=\"image-rendering:pixelated\" href=\"data:image/png;base64,")?;
            writeln!(out, "{}\"/>", base64(&picture))
        }
    }
}

fn line(points: &[Point], width: f64, colour: Colour, out: &mut String) -> fmt::Result {
    write!(out, "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"", Short(width))?;
    write!(out, " stroke-linejoin=\"round\" points=\"")?;
    points.iter().try_for_each(|(x, y)| write!(out, "{},{} ", Short(*x), Short(*y)))?;
    writeln!(out, "\"/>")
}

/// One path of upright strokes.
fn marks(
    points: &[Point],
    (width, height): Point,
    colour: Colour,
    out: &mut String,
) -> fmt::Result {
    write!(out, "<path stroke=\"{colour}\" stroke-width=\"{}\" d=\"", Short(width))?;
    for (x, y) in points {
        write!(out, "M{} {}v{}", Short(*x), Short(y - 0.5 * height), Short(height))?;
    }
    writeln!(out, "\"/>")
}

fn text((x, y): Point, text: &str, style: Style, out: &mut String) -> fmt::Result {
    let anchor = match style.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let (x, y, size) = (Short(x), Short(y), Short(style.size));
    write!(out, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\"")?;
    if style.upwards {
        write!(out, " transform=\"rotate(-90 {x} {y})\"")?;
    }
    writeln!(out, " fill=\"{}\">{}</text>", style.colour, Escaped(text))
}

/// Two digits are as fine as anybody sees.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 100.0).round() / 100.0;
        write!(f, "{}", if rounded == 0.0 { 0.0 } else { rounded })
    }
}

struct Area(Point, Point);

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self((x, y), (width, height)) = *self;
        write!(f, "x=\"{}\" y=\"{}\" ", Short(x), Short(y))?;
        write!(f, "width=\"{}\" height=\"{}\"", Short(width), Short(height))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '&' => f.write_str("&amp;"),
            '"' => f.write_str("&quot;"),
            // XML has no such characters, not even escaped.
            control if control.is_control() => f.write_char('\u{fffd}'),
            plain => f.write_char(plain),
        })
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i)) as usize & 63];
            text.push(if i <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::colour::INK;

    #[test]
    fn base64_is_that_of_its_specification() {
        let words = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|w| base64(w.as_bytes()));
        assert_eq!(words, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn labels_cannot_break_out_of_their_text() {
        let mut scene = Scene::new(10.0, 10.0);
        let style = Style::new(9.0, Anchor::Start, INK);
        scene.text((-0.001, 1.234), "</text><script>\"&\u{0}", style);
        let text = print(&scene);
        assert!(text.contains(">&lt;/text&gt;&lt;script&gt;&quot;&amp;\u{fffd}</text>"), "{text}");
        assert!(text.contains("x=\"0\" y=\"1.23\""), "{text}");
    }
}
