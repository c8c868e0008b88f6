//! Units at the door: a number with its unit, converted once.
//!
//! Inside, numbers are bare and in the unit system of their mechanism: ms, mV, nA, nF, uS for
//! population cells, s and Hz for NEF objects.

use std::fmt;

pub use pontine_mechanism::lang::{Unit, UnitSystem};

/// A number with its unit.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Quantity, Unit};
/// let tau = Quantity::parse("20 ms").unwrap();
/// assert_eq!(tau.in_unit(&Unit::parse("s").unwrap()), Some(0.02));
/// assert_eq!(tau.in_unit(&Unit::parse("mV").unwrap()), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
}

/// What is wrong with the text of a quantity.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{text}` is not a number with a unit, such as `20 ms`")]
pub struct QuantityError {
    /// The text.
    pub text: String,
}

impl Quantity {
    /// A number in a unit.
    pub fn new(value: f64, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// Reads `20 ms`, `-65mV`, or `3` (no dimension).
    ///
    /// # Errors
    /// [`QuantityError`] if there is no number, or what follows it is no unit.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let wrong = || QuantityError { text: text.to_owned() };
        let trimmed = text.trim();
        let (number, unit) = split(trimmed).ok_or_else(wrong)?;
        let value = number.parse().map_err(|_| wrong())?;
        Ok(Self { value, unit: Unit::parse(unit.trim()).map_err(|_| wrong())? })
    }

    /// The number in another unit; `None` if that measures something else.
    pub fn in_unit(&self, unit: &Unit) -> Option<f64> {
        Some(self.value * self.unit.conversion_to(*unit)?)
    }
}

/// Splits at the end of the longest prefix that is a number.
fn split(text: &str) -> Option<(&str, &str)> {
    (1..=text.len())
        .rev()
        .filter(|&end| text.is_char_boundary(end))
        .find(|&end| {
            text[..end].parse::<f64>().is_ok()
                && text.as_bytes()[end - 1].is_ascii_digit() | text[..end].ends_with('.')
        })
        .map(|end| text.split_at(end))
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_their_unit_begins() {
        for (text, value, unit) in
            [("20 ms", 20.0, "ms"), ("-65mV", -65.0, "mV"), ("1e3 Hz", 1e3, "Hz"), ("0.2", 0.2, "")]
        {
            let quantity = Quantity::parse(text).unwrap();
            assert_eq!(
                (quantity.value, quantity.unit),
                (value, Unit::parse(unit).unwrap()),
                "{text}"
            );
        }
        for text in ["", "ms", "20 parsec", "nan ms", "1 2"] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
    }
}
