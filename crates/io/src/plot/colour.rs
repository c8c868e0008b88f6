//! Colours.

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub u8, pub u8, pub u8);

pub(super) const INK: Colour = Colour(0x26, 0x26, 0x26);
pub(super) const GREY: Colour = Colour(0x80, 0x80, 0x80);
pub(super) const PALE: Colour = Colour(0xe4, 0xe4, 0xe4);
pub(super) const WHITE: Colour = Colour(0xff, 0xff, 0xff);
pub(super) const BLUE: Colour = Colour(0x00, 0x72, 0xb2);
pub(super) const RED: Colour = Colour(0xd5, 0x5e, 0x00);

/// Okabe & Ito, "Color universal design" (2008), without yellow, which is lost on white.
const PALETTE: [Colour; 7] = [
    BLUE,
    RED,
    Colour(0x00, 0x9e, 0x73),
    Colour(0xcc, 0x79, 0xa7),
    Colour(0xe6, 0x9f, 0x00),
    Colour(0x56, 0xb4, 0xe9),
    Colour(0x55, 0x55, 0x55),
];

/// The colour of the i-th thing.
pub(super) fn nth(i: usize) -> Colour {
    PALETTE[i % PALETTE.len()]
}

/// From red at -1 over white to blue at 1; pale grey for what is no number.
pub(super) fn diverging(x: f64) -> Colour {
    if x.is_nan() {
        return PALE;
    }
    let end = if x < 0.0 { RED } else { BLUE };
    mixed(WHITE, end, x.abs().min(1.0))
}

impl Colour {
    /// A lighter one.
    pub fn light(self) -> Self {
        mixed(WHITE, self, 0.45)
    }
}

fn mixed(from: Colour, to: Colour, part: f64) -> Colour {
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
    Colour(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_white_and_the_ends_are_the_colours_of_the_palette() {
        assert_eq!([-1.0, 0.0, 1.0, 9.0].map(diverging), [RED, WHITE, BLUE, BLUE]);
        assert_eq!(diverging(f64::NAN), PALE);
    }
}
