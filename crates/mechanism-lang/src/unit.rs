//! Units as powers of the base dimensions times a power of ten.

use std::fmt;

use crate::error::{At, Cause, LangError};

/// Exponents of the base dimensions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dimension {
    /// Exponent of time.
    pub time: i8,
    /// Exponent of voltage.
    pub voltage: i8,
    /// Exponent of current.
    pub current: i8,
    /// Exponent of length.
    pub length: i8,
}

/// A unit: a dimension and a power of ten relative to s, V, A, m.
///
/// ```
/// use pontine_mechanism_lang::Unit;
///
/// let rate: Unit = "mV/ms".parse()?;
/// assert_eq!(rate.conversion_to("V/s".parse()?), Some(1.0));
/// assert_eq!(rate.to_string(), "mV/ms");
/// # Ok::<(), pontine_mechanism_lang::LangError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit {
    /// What is measured.
    pub dimension: Dimension,
    /// The unit is `10^exponent` of the SI unit of its dimension.
    pub exponent: i16,
}

/// The units in which a mechanism's values are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnitSystem {
    /// ms, mV, nA, nF, uS, Hz: PyNN's.
    Population,
    /// s, Hz, V, A: Nengo's (whose neurons are dimensionless but for time).
    Nef,
}

impl Dimension {
    const fn new(time: i8, voltage: i8, current: i8, length: i8) -> Dimension {
        Dimension { time, voltage, current, length }
    }

    fn zip(self, other: Dimension, f: impl Fn(i8, i8) -> i8) -> Dimension {
        Dimension {
            time: f(self.time, other.time),
            voltage: f(self.voltage, other.voltage),
            current: f(self.current, other.current),
            length: f(self.length, other.length),
        }
    }
}

impl Unit {
    /// No unit.
    pub const NONE: Unit = Unit { dimension: Dimension::new(0, 0, 0, 0), exponent: 0 };

    const HERTZ: Unit = Unit { dimension: Dimension::new(-1, 0, 0, 0), exponent: 0 };

    /// Whether this is a bare number.
    pub fn is_none(self) -> bool {
        self == Unit::NONE
    }

    /// The factor by which a value in this unit is multiplied to be in `other`; `None` if the two
    /// measure different things.
    pub fn conversion_to(self, other: Unit) -> Option<f64> {
        self.convert(1.0, other)
    }

    /// `value` of this unit, in `other`; `None` if the two measure different things.
    ///
    /// Rounds once: it multiplies or divides by an exact power of ten.
    pub fn convert(self, value: f64, other: Unit) -> Option<f64> {
        let shift = i32::from(self.exponent) - i32::from(other.exponent);
        (self.dimension == other.dimension).then(|| scale(value, shift))
    }

    /// The unit of a product.
    pub fn times(self, other: Unit) -> Unit {
        Unit {
            dimension: self.dimension.zip(other.dimension, i8::saturating_add),
            exponent: self.exponent.saturating_add(other.exponent),
        }
    }

    /// The unit of a quotient.
    pub fn per(self, other: Unit) -> Unit {
        Unit {
            dimension: self.dimension.zip(other.dimension, i8::saturating_sub),
            exponent: self.exponent.saturating_sub(other.exponent),
        }
    }

    pub(crate) fn named(word: &str) -> Option<Unit> {
        let found = BASES.iter().find_map(|(base, unit)| {
            let prefix = word.strip_suffix(base)?;
            let (_, power) = PREFIXES.iter().find(|(name, _)| *name == prefix)?;
            Some(Unit { exponent: unit.exponent + power, ..*unit })
        });
        found.filter(|_| !word.is_empty())
    }

    fn power(self, exponent: i8) -> Unit {
        let one = if exponent < 0 { Unit::NONE.per(self) } else { self };
        (0..exponent.unsigned_abs()).fold(Unit::NONE, |product, _| product.times(one))
    }
}

impl UnitSystem {
    /// The unit in which this system holds a quantity of `dimension`.
    ///
    /// Units of one system multiply without factors (uS · mV = nA), with one exception that both
    /// worlds make: rates given in Hz stay in Hz, see [`UnitSystem::held`].
    pub fn unit_of(self, dimension: Dimension) -> Unit {
        let d = dimension;
        let exponent = match self {
            UnitSystem::Population => {
                -3 * i16::from(d.time)
                    - 3 * i16::from(d.voltage)
                    - 9 * i16::from(d.current)
                    - 6 * i16::from(d.length)
            }
            UnitSystem::Nef => 0,
        };
        Unit { dimension, exponent }
    }

    /// The unit in which this system holds a quantity that was written in `unit`: Hz stays Hz,
    /// everything else goes to [`UnitSystem::unit_of`] its dimension.
    pub fn held(self, unit: Unit) -> Unit {
        if unit == Unit::HERTZ { unit } else { self.unit_of(unit.dimension) }
    }

    /// The unit of time.
    pub fn time(self) -> Unit {
        self.unit_of(Dimension::new(1, 0, 0, 0))
    }

    /// A time step of `dt` seconds, in this system's unit of time.
    pub fn dt_from_seconds(self, dt: f64) -> f64 {
        match self {
            UnitSystem::Population => dt * 1000.0,
            UnitSystem::Nef => dt,
        }
    }

    /// The word after `units`.
    pub fn name(self) -> &'static str {
        match self {
            UnitSystem::Population => "population",
            UnitSystem::Nef => "nef",
        }
    }
}

impl std::str::FromStr for Unit {
    type Err = LangError;

    fn from_str(text: &str) -> Result<Unit, LangError> {
        parse_unit(text.trim()).ok_or_else(|| {
            let cause = Cause::UnknownUnit { unit: text.into() };
            LangError::new(text, vec![At { line: 1, column: 1 }.fault(cause)])
        })
    }
}

impl Unit {
    /// Reads a unit: products and quotients of names (`"mV/ms"`, `"1/ms"`, `"V^2*s"`), or `""`.
    ///
    /// # Errors
    /// If a word is no unit.
    pub fn parse(text: &str) -> Result<Unit, LangError> {
        text.parse()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spell(*self))
    }
}

const PREFIXES: [(&str, i16); 9] = [
    ("", 0),
    ("m", -3),
    ("u", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
    ("k", 3),
    ("M", 6),
    ("G", 9),
];

const fn base(time: i8, voltage: i8, current: i8, length: i8) -> Unit {
    Unit { dimension: Dimension::new(time, voltage, current, length), exponent: 0 }
}

/// Names to which a prefix may be put; the order is that of preference when printing.
const BASES: [(&str, Unit); 8] = [
    ("Hz", Unit::HERTZ),
    ("ohm", base(0, 1, -1, 0)),
    ("s", base(1, 0, 0, 0)),
    ("V", base(0, 1, 0, 0)),
    ("A", base(0, 0, 1, 0)),
    ("F", base(1, -1, 1, 0)),
    ("S", base(0, -1, 1, 0)),
    ("m", base(0, 0, 0, 1)),
];

fn scale(value: f64, power: i32) -> f64 {
    // Powers of ten up to 22 are exact, so one operation rounds once.
    let factor = 10f64.powi(power.abs());
    if power < 0 { value / factor } else { value * factor }
}

fn parse_unit(text: &str) -> Option<Unit> {
    if text.is_empty() {
        return Some(Unit::NONE);
    }
    let mut unit = Unit::NONE;
    let mut divide = false;
    let mut rest = text;
    loop {
        let end = rest.find(['*', '/']).unwrap_or(rest.len());
        let factor = parse_factor(rest[..end].trim())?;
        unit = if divide { unit.per(factor) } else { unit.times(factor) };
        if end == rest.len() {
            return Some(unit);
        }
        divide = &rest[end..=end] == "/";
        rest = &rest[end + 1..];
    }
}

fn parse_factor(text: &str) -> Option<Unit> {
    if text == "1" {
        return Some(Unit::NONE);
    }
    if let Some(power) = text.strip_prefix("1e") {
        return Some(Unit { exponent: power.parse().ok()?, ..Unit::NONE });
    }
    match text.split_once('^') {
        Some((name, power)) => Some(Unit::named(name)?.power(power.parse().ok()?)),
        None => Unit::named(text),
    }
}

/// The shortest spelling found: a name, a quotient of names, or powers of the base units.
fn spell(unit: Unit) -> String {
    if unit.is_none() {
        return String::new();
    }
    let plain = unit.dimension == Dimension::default();
    let name = if plain { None } else { simple_name(unit).or_else(|| quotient_name(unit)) };
    name.unwrap_or_else(|| base_powers(unit))
}

fn names() -> impl Iterator<Item = (String, Unit)> {
    BASES.iter().flat_map(|(base, unit)| {
        PREFIXES.iter().map(move |(prefix, power)| {
            (format!("{prefix}{base}"), Unit { exponent: unit.exponent + power, ..*unit })
        })
    })
}

fn simple_name(unit: Unit) -> Option<String> {
    if unit.dimension == Unit::HERTZ.dimension && unit != Unit::HERTZ {
        // 1/ms rather than kHz: equations are written so.
        return names().find(|(_, u)| Unit::NONE.per(*u) == unit).map(|(n, _)| format!("1/{n}"));
    }
    names().find(|(_, other)| *other == unit).map(|(name, _)| name)
}

fn quotient_name(unit: Unit) -> Option<String> {
    let below = ["ms", "s", "mV", "nA", "nF"];
    let name = |unit: Unit, of: &[&'static str]| {
        of.iter().copied().find(|name| Unit::named(name) == Some(unit))
    };
    // Of two units that equations use, if it can be: nA/s rather than pA/ms.
    let usual = below.into_iter().find_map(|below| {
        let above = name(unit.times(Unit::named(below)?), &["mV", "nA", "nF", "uS"])?;
        Some(format!("{above}/{below}"))
    });
    // Else with denominators of theirs, then any.
    let preferred = below.into_iter().map(String::from);
    usual.or_else(|| {
        preferred.chain(names().map(|(name, _)| name)).find_map(|below| {
            let above = unit.times(Unit::named(&below)?);
            names().find(|(_, other)| *other == above).map(|(above, _)| format!("{above}/{below}"))
        })
    })
}

fn base_powers(unit: Unit) -> String {
    let d = unit.dimension;
    let mut factors = Vec::new();
    if unit.exponent != 0 {
        factors.push(format!("1e{}", unit.exponent));
    }
    for (name, power) in [("s", d.time), ("V", d.voltage), ("A", d.current), ("m", d.length)] {
        if power != 0 {
            factors.push(format!("{name}^{power}"));
        }
    }
    factors.join("*")
}

#[cfg(test)]
mod tests {
    use super::{Unit, UnitSystem};

    #[track_caller]
    fn check_print(text: &str, expected: &str) {
        let unit = Unit::parse(text).unwrap();
        assert_eq!(unit.to_string(), expected);
        assert_eq!(Unit::parse(expected).unwrap(), unit);
    }

    #[test]
    fn units_print_as_they_are_written() {
        for text in
            ["mV", "nA", "1/ms", "mV/ms", "uS", "Hz", "s", "ms", "um", "mm", "nF", "", "Mohm"]
        {
            check_print(text, text);
        }
        check_print("uS*mV", "nA");
        check_print("pA/ms", "nA/s");
        check_print("V^2*A", "V^2*A^1");
        check_print("mV^2*A", "1e-6*V^2*A^1");
    }

    #[test]
    fn population_units_multiply_without_factors() {
        let held = |text: &str| UnitSystem::Population.held(Unit::parse(text).unwrap()).to_string();
        assert_eq!(held("pA"), "nA");
        assert_eq!(held("S"), "uS");
        assert_eq!(held("pF"), "nF");
        assert_eq!(held("Hz"), "Hz");
        assert_eq!(held("1/s"), "Hz");
        assert_eq!(held("kHz"), "1/ms");
    }

    #[test]
    fn conversion_rounds_once() {
        let (ms, s) = (Unit::parse("ms").unwrap(), Unit::parse("s").unwrap());
        assert_eq!(ms.convert(0.1, s), Some(0.1 / 1000.0));
        assert_eq!(ms.conversion_to(Unit::parse("mV").unwrap()), None);
    }

    #[test]
    fn nonsense_is_no_unit() {
        for text in ["furlong", "m/", "/s", "^2", "mm^", "1e", "ms ms"] {
            assert!(Unit::parse(text).is_err(), "{text}");
        }
    }
}
