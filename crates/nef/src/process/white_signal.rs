//! `WhiteSignal(period, high, rms=0.5, y0)`: a random signal with a flat spectrum up to a frequency.

use pontine_core_ir::{Spec, SpecError, inventory};
use pontine_rng::RandomState;

use super::{Process, ProcessEntry, ProcessError, ProcessStep, carries_nothing, positive};

const KIND: &str = "WhiteSignal";

inventory::submit! {
    ProcessEntry { kind: KIND, make: |spec| Ok(Box::new(WhiteSignal::from_spec(spec)?)), place: module_path!() }
}

/// A sum of sines of random amplitudes and phases, which repeats itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WhiteSignal {
    /// The time after which it repeats itself, s.
    pub period: f64,
    /// The highest frequency, Hz; at most half that of the steps.
    pub high: f64,
    /// Root mean square.
    pub rms: f64,
    /// What it is to begin with, as nearly as it can be.
    pub y0: Option<f64>,
}

impl WhiteSignal {
    fn from_spec(spec: &Spec) -> Result<Self, SpecError> {
        spec.check_names(&["period", "high", "rms", "y0"])?;
        let y0 = spec.params.contains_key("y0").then(|| spec.number("y0")).transpose()?;
        let rms = spec.number_or("rms", 0.5)?;
        if !(rms >= 0.0 && rms.is_finite()) {
            return Err(spec.wrong("rms", &rms.into(), "finite and not negative"));
        }
        Ok(Self { period: positive(spec, "period")?, high: positive(spec, "high")?, rms, y0 })
    }

    fn check(&self, dt: f64) -> Result<(), ProcessError> {
        let wrong = |name, found, expected: String| {
            Err(ProcessError::Parameter { kind: KIND, name, found, expected })
        };
        let nyquist = 0.5 / dt;
        if self.high > nyquist {
            return wrong("high", self.high, format!("at most {nyquist} Hz, half of 1/dt"));
        }
        if self.high < 1.0 / self.period {
            return wrong(
                "high",
                self.high,
                format!("at least {} Hz, one in a period", 1.0 / self.period),
            );
        }
        if self.period / dt > f64::from(1 << 24) {
            return wrong("period", self.period, "at most 2^24 time steps".into());
        }
        Ok(())
    }
}

impl Process for WhiteSignal {
    fn start(
        &self,
        dt: f64,
        size: usize,
        mut rng: RandomState,
    ) -> Result<Box<dyn ProcessStep>, ProcessError> {
        self.check(dt)?;
        let spectrum = Spectrum::draw(self, dt, size, &mut rng);
        let columns: Vec<Vec<f64>> = (0..size).map(|j| spectrum.signal(j)).collect();
        let columns = columns.into_iter().map(|column| match self.y0 {
            Some(y0) => begun_at(column, y0),
            None => column,
        });
        Ok(Box::new(Steps { columns: columns.collect(), dt }))
    }
}

struct Spectrum {
    /// Half of the steps in a period.
    n: usize,
    size: usize,
    /// Amplitudes of frequencies from 0 up to the highest, row by row.
    real: Vec<f64>,
    imaginary: Vec<f64>,
}

impl Spectrum {
    /// All imaginary parts are drawn first; those beyond the highest frequency too.
    fn draw(signal: &WhiteSignal, dt: f64, size: usize, rng: &mut RandomState) -> Self {
        let n = (signal.period / dt / 2.0).ceil() as usize;
        let sigma = signal.rms * 0.5f64.sqrt();
        let mut draw =
            || -> Vec<f64> { (0..(n + 1) * size).map(|_| rng.normal(0.0, sigma)).collect() };
        let (mut imaginary, mut real) = (draw(), draw());
        imaginary[n * size..].fill(0.0);
        let width = 1.0 / (2.0 * n as f64 * dt);
        let is_kept = |k: &usize| *k as f64 * width <= signal.high;
        let n_kept = (0..=n).filter(is_kept).count();
        let share = (1.0 - (n + 1 - n_kept) as f64 / n as f64).sqrt();
        let factor = (2.0 * n as f64).sqrt() / if share > 0.0 { share } else { 1.0 };
        for parts in [&mut imaginary, &mut real] {
            parts.truncate(n_kept * size);
            parts[..size].fill(0.0);
            parts.iter_mut().for_each(|part| *part *= factor);
        }
        Self { n, size, real, imaginary }
    }

    /// The inverse Fourier transform of one element.
    fn signal(&self, element: usize) -> Vec<f64> {
        let n_steps = 2 * self.n;
        let angle = |k: usize| std::f64::consts::TAU * k as f64 / n_steps as f64;
        let table: Vec<(f64, f64)> = (0..n_steps).map(|k| angle(k).sin_cos()).collect();
        let rows = self.real.chunks(self.size).zip(self.imaginary.chunks(self.size));
        let mut signal = vec![0.0; n_steps];
        for (k, (real, imaginary)) in rows.enumerate().skip(1) {
            // The highest of all frequencies stands for itself alone, others for a pair.
            let factor = if k == self.n { 1.0 } else { 2.0 } / n_steps as f64;
            let (real, imaginary) = (factor * real[element], factor * imaginary[element]);
            let mut phase = 0;
            for y in &mut signal {
                let (sine, cosine) = table[phase];
                *y += real * cosine - imaginary * sine;
                phase += k;
                phase -= if phase >= n_steps { n_steps } else { 0 };
            }
        }
        signal
    }
}

/// Turned so that the first step, which has index 1, is as near to `y0` as any.
fn begun_at(mut signal: Vec<f64>, y0: f64) -> Vec<f64> {
    let off = |i: &usize| (signal[*i] - y0).abs();
    let nearest = (0..signal.len()).min_by(|i, j| off(i).total_cmp(&off(j)));
    let n_steps = signal.len();
    signal.rotate_left((nearest.unwrap_or_default() + n_steps - 1) % n_steps);
    signal
}

struct Steps {
    columns: Vec<Vec<f64>>,
    dt: f64,
}

impl ProcessStep for Steps {
    fn step(&mut self, time_s: f64, output: &mut [f64]) -> Result<(), ProcessError> {
        let step = (time_s / self.dt).round_ties_even() as usize;
        for (y, column) in output.iter_mut().zip(&self.columns) {
            *y = column[step % column.len()];
        }
        Ok(())
    }

    carries_nothing!();
}

#[cfg(test)]
mod tests {
    use super::{super::check::steps, *};

    fn spec(high: f64) -> Spec {
        Spec::new(KIND).with("period", 0.2).with("high", high).with("rms", 0.7)
    }

    #[test]
    fn it_has_its_power_and_repeats_itself() {
        let signal = steps(&spec(400.0), 400, 1, 3);
        let power = signal[..200].iter().map(|y| y * y).sum::<f64>() / 200.0;
        assert!((power.sqrt() - 0.7).abs() < 0.1, "{power}");
        assert_eq!(signal[..200], signal[200..]);
        assert!(signal.iter().sum::<f64>().abs() < 1e-9);
    }

    #[test]
    fn frequencies_beyond_the_steps_are_refused() {
        let process = super::super::process(&spec(501.0)).unwrap();
        let error = process.start(1e-3, 1, RandomState::new(0)).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`WhiteSignal`: high is 501, but must be at most 500 Hz, half of 1/dt"
        );
    }
}
