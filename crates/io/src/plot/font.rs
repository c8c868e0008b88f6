//! The font of figures.

use ttf_parser::{Face, OutlineBuilder};

/// DejaVu Sans with the letters that are needed; its licence lies beside it.
static DEJAVU: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");

/// What other programs that show an SVG may take in its place.
pub(super) const FAMILIES: &str = "DejaVu Sans, Verdana, sans-serif";

/// Width of a text of a size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let Some(font) = Font::load() else { return 0.6 * size * text.chars().count() as f64 };
    text.chars().map(|letter| font.advance(letter)).sum::<f64>() * font.scale(size)
}

/// The font, parsed.
pub(super) struct Font(Face<'static>);

impl Font {
    pub fn load() -> Option<Self> {
        Face::parse(DEJAVU, 0).ok().map(Self)
    }

    /// Units of a figure per unit of the font.
    pub fn scale(&self, size: f64) -> f64 {
        size / f64::from(self.0.units_per_em())
    }

    /// How far a letter reaches, in units of the font.
    pub fn advance(&self, letter: char) -> f64 {
        f64::from(self.0.glyph_hor_advance(self.glyph(letter)).unwrap_or(0))
    }

    /// The outline of a letter, in units of the font; y grows upwards.
    pub fn outline(&self, letter: char, to: &mut dyn OutlineBuilder) {
        self.0.outline_glyph(self.glyph(letter), to);
    }

    /// Letters that are not there look like a box.
    fn glyph(&self, letter: char) -> ttf_parser::GlyphId {
        self.0.glyph_index(letter).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_that_figures_use_are_there() {
        let font = Font::load().unwrap();
        for letter in "azAZ09 .,:;()[]{}/%#@+-−×±µ²³⁴⁻¹·…αωΩäß∞".chars() {
            assert!(font.0.glyph_index(letter).is_some(), "{letter}");
        }
    }

    #[test]
    fn a_longer_text_is_wider_and_size_counts() {
        assert!(width("mmm", 10.0) > width("iii", 10.0));
        assert!((width("rate", 20.0) - 2.0 * width("rate", 10.0)).abs() < 1e-9);
        assert_eq!(width("", 10.0), 0.0);
    }
}
