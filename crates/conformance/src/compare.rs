//! How far two traces agree.

use pontine_core_ir::recording::SeriesData;

use crate::bench::{Outcome, Trace};

/// How equal a backend must be to the oracle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Equality {
    /// Bit for bit; NaN equals NaN.
    Bits,
    /// For backends that re-associate dense products: samples and states within a relative
    /// difference (of numbers above 1; absolute below), spikes equal.
    Within(f64),
}

impl Equality {
    fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Self::Bits => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            Self::Within(tolerance) => {
                a == b
                    || (a.is_nan() && b.is_nan())
                    || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
            }
        }
    }

    fn all(self, what: &str, a: &[f64], b: &[f64]) -> Outcome {
        if a.len() != b.len() {
            return Err(format!("{what}: {} numbers, not {}", a.len(), b.len()));
        }
        match a.iter().zip(b).position(|(a, b)| !self.holds(*a, *b)) {
            None => Ok(()),
            Some(i) => Err(format!("{what}: number {i} is {:?}, not {:?}", a[i], b[i])),
        }
    }

    /// Whether two traces are equal in this sense.
    ///
    /// # Errors
    /// The first difference, in words.
    pub fn check(self, found: &Trace, expected: &Trace) -> Outcome {
        for ((name, a), (other, b)) in found.recording.series.iter().zip(&expected.recording.series)
        {
            if name != other {
                return Err(format!("record `{name}` stands where `{other}` should"));
            }
            self.series(name, &a.data, &b.data)?;
        }
        let counts = (found.recording.series.len(), expected.recording.series.len());
        if counts.0 != counts.1 {
            return Err(format!("{} records, not {}", counts.0, counts.1));
        }
        for ((name, a), (other, b)) in found.states.iter().zip(&expected.states) {
            if name != other {
                return Err(format!("{name} stands where {other} should"));
            }
            self.all(name, a, b)?;
        }
        if found.n_synapses != expected.n_synapses {
            return Err(format!("{} synapses, not {}", found.n_synapses, expected.n_synapses));
        }
        Ok(())
    }

    fn series(self, name: &str, found: &SeriesData, expected: &SeriesData) -> Outcome {
        match (found, expected) {
            (
                SeriesData::Samples { width, steps, rows },
                SeriesData::Samples { width: w, steps: s, rows: r },
            ) => {
                if (width, steps) != (w, s) {
                    return Err(format!("`{name}`: samples at steps {steps:?}, not {s:?}"));
                }
                self.rows(name, *width, steps, rows, r)
            }
            (SeriesData::Events { .. }, SeriesData::Events { .. }) if found == expected => Ok(()),
            _ => Err(format!("`{name}`: {found:?}, not {expected:?}")),
        }
    }

    fn rows(self, name: &str, width: usize, steps: &[u64], a: &[f64], b: &[f64]) -> Outcome {
        let width = width.max(1);
        steps
            .iter()
            .zip(a.chunks(width).zip(b.chunks(width)))
            .try_for_each(|(step, (a, b))| self.all(&format!("`{name}` at step {step}"), a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_of_two_signs_are_equal_within_but_not_bit_for_bit() {
        assert!(Equality::Bits.all("x", &[0.0], &[-0.0]).is_err());
        assert!(Equality::Within(0.0).all("x", &[0.0], &[-0.0]).is_ok());
        assert!(Equality::Bits.all("x", &[f64::NAN], &[-f64::NAN]).is_ok());
    }

    #[test]
    fn a_difference_names_its_place() {
        let error = Equality::Within(1e-9).all("state v", &[1.0, 2.0], &[1.0, 3.0]).unwrap_err();
        assert_eq!(error, "state v: number 1 is 2.0, not 3.0");
    }
}
