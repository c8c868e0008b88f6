//! Statistics of spike trains, and the rule by which two sets of runs agree.
//!
//! Estimators as for the reference tables: spikes in (start, end]; rate per cell; CV over cells
//! with at least 3 spikes; mean pairwise correlation of 200 active cells in bins of 2 ms; Fano
//! factor of the population's count in bins of 2 ms.

use pontine_rng::{StreamKey, sample};

const BIN_S: f64 = 0.002;
const N_CORRELATED: usize = 200;
const MIN_SPIKES: usize = 3;

/// The spikes of one population.
#[derive(Clone, Copy, Debug)]
pub struct Spikes<'a> {
    /// Number of cells.
    pub n: usize,
    /// Step of each spike.
    pub steps: &'a [u64],
    /// Cell of each spike.
    pub indices: &'a [u32],
    /// The time step, s.
    pub dt: f64,
}

/// What is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Spikes per cell and second.
    pub rate: f64,
    /// Irregularity: mean coefficient of variation of intervals.
    pub cv: f64,
    /// Synchrony: mean pairwise correlation.
    pub corr: f64,
    /// Synchrony: variance over mean of the population's count.
    pub fano: f64,
}

impl Spikes<'_> {
    /// Statistics of the spikes in (start, end], s.
    pub fn statistics(&self, start_s: f64, end_s: f64, seed: u64) -> Statistics {
        let trains = self.trains(start_s, end_s);
        let n_spikes: usize = trains.iter().map(Vec::len).sum();
        Statistics {
            rate: n_spikes as f64 / (self.n as f64 * (end_s - start_s)),
            cv: mean_cv(&trains),
            corr: mean_correlation(
                &trains,
                self.steps_per_bin(),
                self.n_bins(start_s, end_s),
                seed,
            ),
            fano: fano(&trains, self.steps_per_bin(), self.n_bins(start_s, end_s)),
        }
    }

    /// Steps of each cell's spikes within the window, from 0.
    fn trains(&self, start_s: f64, end_s: f64) -> Vec<Vec<u64>> {
        let (start, end) = ((start_s / self.dt).round() as u64, (end_s / self.dt).round() as u64);
        let mut trains = vec![Vec::new(); self.n];
        for (&step, &index) in self.steps.iter().zip(self.indices) {
            if start < step && step <= end {
                trains[index as usize].push(step - start - 1);
            }
        }
        trains
    }

    fn steps_per_bin(&self) -> u64 {
        (BIN_S / self.dt).round() as u64
    }

    fn n_bins(&self, start_s: f64, end_s: f64) -> usize {
        ((end_s - start_s) / BIN_S).round() as usize
    }
}

fn mean_cv(trains: &[Vec<u64>]) -> f64 {
    let cvs: Vec<f64> = trains.iter().filter(|t| t.len() >= MIN_SPIKES).map(|t| cv(t)).collect();
    mean(&cvs)
}

fn cv(train: &[u64]) -> f64 {
    let intervals: Vec<f64> = train.windows(2).map(|w| (w[1] - w[0]) as f64).collect();
    let mean = mean(&intervals);
    let variance =
        intervals.iter().map(|i| (i - mean).powi(2)).sum::<f64>() / intervals.len() as f64;
    variance.sqrt() / mean
}

fn counts(train: &[u64], steps_per_bin: u64, n_bins: usize) -> Vec<f64> {
    let mut counts = vec![0.0; n_bins];
    for step in train {
        if let Some(count) = counts.get_mut((step / steps_per_bin) as usize) {
            *count += 1.0;
        }
    }
    counts
}

/// Mean of Pearson's coefficient over all pairs: with standardised counts z of n cells it is
/// (|Σ z|² / n_bins − n) / (n (n − 1)).
fn mean_correlation(trains: &[Vec<u64>], steps_per_bin: u64, n_bins: usize, seed: u64) -> f64 {
    let mut active: Vec<&Vec<u64>> = trains.iter().filter(|t| !t.is_empty()).collect();
    choose(&mut active, N_CORRELATED, seed);
    let mut sum = vec![0.0; n_bins];
    let mut n = 0.0;
    for train in active {
        let counts = counts(train, steps_per_bin, n_bins);
        let (mean, sd) = (mean(&counts), population_sd(&counts));
        if sd > 0.0 {
            n += 1.0;
            sum.iter_mut().zip(&counts).for_each(|(s, c)| *s += (c - mean) / sd);
        }
    }
    let square = sum.iter().map(|s| s * s).sum::<f64>() / n_bins as f64;
    (square - n) / (n * (n - 1.0))
}

/// Keeps `n` items, drawn without replacement.
fn choose<T>(items: &mut Vec<T>, n: usize, seed: u64) {
    let mut stream = StreamKey::new(seed, "statistics", "corr").stream(0, 0, 0);
    let n = n.min(items.len());
    for i in 0..n {
        let j = i + sample::below(&mut stream, (items.len() - i) as u64) as usize;
        items.swap(i, j);
    }
    items.truncate(n);
}

fn fano(trains: &[Vec<u64>], steps_per_bin: u64, n_bins: usize) -> f64 {
    let mut total = vec![0.0; n_bins];
    for train in trains {
        total.iter_mut().zip(counts(train, steps_per_bin, n_bins)).for_each(|(t, c)| *t += c);
    }
    population_sd(&total).powi(2) / mean(&total)
}

/// Arithmetic mean.
pub fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

fn population_sd(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / numbers.len() as f64).sqrt()
}

/// Mean, standard deviation (n − 1) and number of one statistic over seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Mean over seeds.
    pub mean: f64,
    /// Standard deviation over seeds.
    pub sd: f64,
    /// Number of seeds.
    pub n: usize,
}

impl Sample {
    /// Mean and spread of one number per seed.
    pub fn of(numbers: &[f64]) -> Self {
        let n = numbers.len();
        let sd = population_sd(numbers) * (n as f64 / (n as f64 - 1.0)).sqrt();
        Self { mean: mean(numbers), sd, n }
    }

    /// Difference of the means in standard errors: |m1 − m2| / sqrt(s1²/n1 + s2²/n2). Where the
    /// other has few seeds (or `cautious` is asked for), its spread is at least ours.
    pub fn distance(&self, other: &Self, cautious: bool) -> f64 {
        let (mut s1, mut s2) = (self.sd, other.sd);
        if cautious || other.n < 10 {
            s2 = s1.max(s2);
        }
        if cautious {
            s1 = s2;
        }
        (self.mean - other.mean).abs() / (s1 * s1 / self.n as f64 + s2 * s2 / other.n as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spikes<'a>(n: usize, steps: &'a [u64], indices: &'a [u32]) -> Spikes<'a> {
        Spikes { n, steps, indices, dt: 1e-4 }
    }

    #[test]
    fn a_regular_train_has_no_variation() {
        let steps: Vec<u64> = (1..=100).map(|i| i * 100).collect();
        let statistics = spikes(2, &steps, &[1; 100]).statistics(0.0, 1.0, 0);
        assert_eq!(statistics.rate, 50.0);
        assert_eq!(statistics.cv, 0.0);
    }

    #[test]
    fn the_window_is_open_at_its_start_and_closed_at_its_end() {
        let statistics = spikes(1, &[5000, 5001, 10000, 10001], &[0; 4]).statistics(0.5, 1.0, 0);
        assert_eq!(statistics.rate, 4.0);
    }

    #[test]
    fn equal_trains_correlate_fully_and_independent_ones_do_not() {
        let mut stream = StreamKey::new(1, "test", "trains").stream(0, 0, 0);
        let train: Vec<u64> = (1..=10_000).filter(|_| stream.uniform() < 0.01).collect();
        let (steps, indices): (Vec<u64>, Vec<u32>) =
            train.iter().flat_map(|&s| [(s, 0), (s, 1)]).unzip();
        assert!((spikes(2, &steps, &indices).statistics(0.0, 1.0, 0).corr - 1.0).abs() < 1e-9);
        let mut both: Vec<(u64, u32)> = Vec::new();
        for index in 0..100 {
            both.extend((1..=10_000).filter(|_| stream.uniform() < 0.01).map(|s| (s, index)));
        }
        let (steps, indices): (Vec<u64>, Vec<u32>) = both.into_iter().unzip();
        let statistics = spikes(100, &steps, &indices).statistics(0.0, 1.0, 0);
        assert!(statistics.corr.abs() < 0.005, "{}", statistics.corr);
        assert!((statistics.fano - 1.0).abs() < 0.2, "{}", statistics.fano);
        assert!((statistics.cv - 1.0).abs() < 0.05, "{}", statistics.cv);
    }

    #[test]
    fn distances_are_in_standard_errors() {
        let ours = Sample { mean: 1.3, sd: 0.3, n: 9 };
        let theirs = Sample { mean: 1.0, sd: 0.0, n: 10 };
        assert!((ours.distance(&theirs, false) - 3.0).abs() < 1e-12);
    }
}
