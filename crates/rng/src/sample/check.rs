//! What the tests of the samplers share: fixed streams, and checks of what is drawn from them.

use std::convert::Infallible;

use rand_core::TryRng;
use rand_core::utils::fill_bytes_via_next_word;

use crate::key::StreamKey;
use crate::stream::Stream;

const N_DRAWS: u32 = 50_000;
/// In standard deviations. The streams are fixed: a check passes always or never.
const MAX_DEVIATION: f64 = 4.0;

pub(super) fn stream(raw: u64) -> Stream {
    StreamKey::from_raw(raw).stream(0, 0, 0)
}

/// Mean and variance of what `draw` draws.
#[track_caller]
pub(super) fn check_moments(draw: impl Fn(&mut Stream) -> f64, mean: f64, variance: f64) {
    let mut rng = stream(2);
    let draws: Vec<f64> = (0..N_DRAWS).map(|_| draw(&mut rng) - mean).collect();
    let squares: Vec<f64> = draws.iter().map(|x| x * x - variance).collect();
    check_zero_mean("mean", &draws);
    check_zero_mean("variance", &squares);
}

#[track_caller]
fn check_zero_mean(what: &str, numbers: &[f64]) {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    let mean_square = numbers.iter().map(|x| x * x).sum::<f64>() / n;
    let tolerance = MAX_DEVIATION * (mean_square / n).sqrt();
    assert!(mean.abs() <= tolerance, "{what} is off by {mean}, more than {tolerance}");
}

/// Frequencies of what `draw` draws against `pmf[0], pmf[1], ...` and the rest, by chi-square.
#[track_caller]
pub(super) fn check_chi_square(draw: impl Fn(&mut Stream) -> u64, pmf: &[f64]) {
    let mut rng = stream(3);
    let mut counts = vec![0.0; pmf.len() + 1];
    for _ in 0..N_DRAWS {
        counts[(draw(&mut rng) as usize).min(pmf.len())] += 1.0;
    }
    let rest = (1.0 - pmf.iter().sum::<f64>()).max(0.0);
    let expected = pmf.iter().chain([&rest]).map(|p| p * f64::from(N_DRAWS));
    let bins = merge_rare(counts.into_iter().zip(expected));
    let chi_square: f64 = bins.iter().map(|(found, bin)| (found - bin).powi(2) / bin).sum();
    let deviation = standard_score(chi_square, bins.len() as f64 - 1.0);
    assert!(deviation <= MAX_DEVIATION, "chi-square deviates by {deviation}: {bins:?}");
}

/// Frequencies of what `draw` draws in 64 equal cells from `low` to `high`, against its distribution function `integral`;
/// what lies beyond `high` is the rest.
#[track_caller]
pub(super) fn check_cells(
    draw: impl Fn(&mut Stream) -> f64,
    low: f64,
    high: f64,
    integral: impl Fn(f64) -> f64,
) {
    let width = (high - low) / 64.0;
    let edges: Vec<f64> = (0..=64).map(|i| integral(low + f64::from(i) * width)).collect();
    let pmf: Vec<f64> = edges.windows(2).map(|pair| pair[1] - pair[0]).collect();
    check_chi_square(|rng| ((draw(rng) - low) / width) as u64, &pmf);
}

/// Joins neighbouring (found, expected) until each is expected often enough for chi-square.
fn merge_rare(bins: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut merged = vec![(0.0, 0.0)];
    for (found, expected) in bins {
        let last = merged.len() - 1;
        merged[last] = (merged[last].0 + found, merged[last].1 + expected);
        if merged[last].1 >= 10.0 {
            merged.push((0.0, 0.0));
        }
    }
    let (found, expected) = merged.pop().unwrap();
    let last = merged.last_mut().unwrap();
    *last = (last.0 + found, last.1 + expected);
    merged
}

/// Wilson and Hilferty's normal score of a chi-square.
fn standard_score(chi_square: f64, n_free: f64) -> f64 {
    let width = 2.0 / (9.0 * n_free);
    ((chi_square / n_free).cbrt() - (1.0 - width)) / width.sqrt()
}

/// A generator that says what it was told, from the start again at the end.
pub(super) struct Words(std::iter::Cycle<std::vec::IntoIter<u32>>);

impl Words {
    pub(super) fn of_u64(numbers: &[u64]) -> Self {
        let words: Vec<u32> =
            numbers.iter().flat_map(|&number| [number as u32, (number >> 32) as u32]).collect();
        Self(words.into_iter().cycle())
    }
}

impl TryRng for Words {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next().unwrap())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        rand_core::utils::next_u64_via_u32(self)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || self.try_next_u32())
    }
}
