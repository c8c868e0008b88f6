//! Axes: which numbers they show, and how these are written.

/// A range of numbers along an edge of a panel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    pub low: f64,
    pub high: f64,
    /// What is shown, with its unit.
    pub label: String,
}

/// A number that is marked, as a part of the way from low to high, and its text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub part: f64,
    pub text: String,
}

/// Larger numbers are not shown: their differences would not be finite.
const LARGEST: f64 = 1e300;

impl Axis {
    /// From low to high.
    pub fn new(low: f64, high: f64, label: impl Into<String>) -> Self {
        Self { low, high, label: label.into() }
    }

    /// Around numbers, with some room at both ends; numbers that are not finite do not count.
    pub fn around(numbers: impl Iterator<Item = f64>, label: impl Into<String>) -> Self {
        let finite = numbers.filter(|number| number.abs() <= LARGEST);
        let ends = finite.fold(None, |ends: Option<(f64, f64)>, number| {
            let (low, high) = ends.unwrap_or((number, number));
            Some((low.min(number), high.max(number)))
        });
        let (low, high) = ends.unwrap_or((0.0, 1.0));
        let room = match 0.06 * (high - low) {
            0.0 => (0.5 * low.abs().clamp(1e-300, 1.0)).max(1e-3 * low.abs()),
            room => room,
        };
        Self::new(low - room, high + room, label)
    }

    /// How far along a number is: 0 at low, 1 at high.
    pub fn part(&self, number: f64) -> f64 {
        (number - self.low) / (self.high - self.low)
    }

    /// About so many round numbers.
    pub fn ticks(&self, n: usize) -> Vec<Tick> {
        let step = round_step((self.high - self.low) / n.max(1) as f64);
        if !(step.is_normal() && self.low.is_finite()) {
            return Vec::new();
        }
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        // Numbers so far from 0 that steps are lost in their digits have no ticks.
        if last - first > 100.0 {
            return Vec::new();
        }
        let count = (last - first) as i64;
        let tick = |k: i64| {
            let number = (first + k as f64) * step;
            Tick { part: self.part(number), text: written(number, step) }
        };
        (0..=count).map(tick).collect()
    }
}

/// About the step: 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= step * 0.8);
    factor.unwrap_or(10.0) * power
}

/// With as many digits as the step needs.
fn written(number: f64, step: f64) -> String {
    let number = if number.abs() < 1e-9 * step { 0.0 } else { number };
    let power = step.log10().floor();
    if number == 0.0 {
        return "0".into();
    }
    if (-4.0..5.0).contains(&power) && number.abs() < 1e6 {
        let digits = (-power).max(0.0) as usize;
        return minus(format!("{number:.digits$}"));
    }
    let exponent = number.abs().log10().floor();
    let digits = (exponent - power).clamp(0.0, 15.0) as usize;
    let mantissa = format!("{:.digits$}", number / 10_f64.powf(exponent));
    minus(format!("{mantissa}×10{}", raised(exponent as i64)))
}

/// With the sign that is as wide as a digit.
fn minus(number: String) -> String {
    number.replace('-', "−")
}

fn raised(exponent: i64) -> String {
    let letter = |letter| match letter {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
    };
    exponent.to_string().chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(low: f64, high: f64, expected: &str) {
        let ticks = Axis::new(low, high, "").ticks(5);
        let texts: Vec<_> = ticks.iter().map(|tick| tick.text.as_str()).collect();
        assert_eq!(texts.join(" "), expected);
        assert!(ticks.iter().all(|tick| (-1e-9..=1.0 + 1e-9).contains(&tick.part)));
    }

    #[test]
    fn ticks_are_round_and_have_as_many_digits_as_they_need() {
        check(0.0, 1.0, "0 0.2 0.4 0.6 0.8 1.0");
        check(500.0, 1000.0, "500 600 700 800 900 1000");
        check(-0.07, 0.11, "−0.05 0 0.05 0.10");
        check(-70.3, -49.1, "−70 −65 −60 −55 −50");
        check(0.0, 3e-7, "0 5×10⁻⁸ 1.0×10⁻⁷ 1.5×10⁻⁷ 2.0×10⁻⁷ 2.5×10⁻⁷ 3.0×10⁻⁷");
        check(0.0, 2.5e9, "0 5×10⁸ 1.0×10⁹ 1.5×10⁹ 2.0×10⁹ 2.5×10⁹");
    }

    #[test]
    fn axes_hold_whatever_numbers_come() {
        let check = |numbers: &[f64]| {
            let axis = Axis::around(numbers.iter().copied(), "");
            assert!(axis.low < axis.high, "{numbers:?}: {axis:?}");
            assert!(axis.ticks(5).len() <= 101);
        };
        check(&[]);
        check(&[f64::NAN, f64::INFINITY]);
        check(&[0.0]);
        check(&[1e300]);
        check(&[1e300, f64::MAX]);
        check(&[-65.0, -65.0]);
        check(&[1e300, -1e300, f64::NAN]);
        check(&[1e-310]);
        check(&[1.0, 1.0 + 1e-15]);
    }
}
