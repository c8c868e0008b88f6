//! What a run costs: wall time, CPU time, memory.

use std::time::Instant;

/// Wall and CPU time since a moment.
pub(crate) struct Stopwatch {
    wall: Instant,
    cpu_s: Option<f64>,
}

impl Stopwatch {
    pub fn start() -> Self {
        Self { wall: Instant::now(), cpu_s: cpu_s() }
    }

    /// Seconds of wall time and, where the system tells, of CPU time of all threads.
    pub fn elapsed(&self) -> (f64, Option<f64>) {
        let cpu_s = cpu_s().zip(self.cpu_s).map(|(now, then)| now - then);
        (self.wall.elapsed().as_secs_f64(), cpu_s)
    }
}

/// CPU time of this process from the clock that POSIX has for it.
#[cfg(unix)]
fn cpu_s() -> Option<f64> {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Some(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
}

#[cfg(not(unix))]
fn cpu_s() -> Option<f64> {
    None
}

/// The most memory that this process has had, where the system tells.
pub(crate) fn peak_memory_bytes() -> Option<u64> {
    parse_peak(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn parse_peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_linux_prints() {
        assert_eq!(parse_peak("Name:\tp\nVmHWM:\t    1234 kB\n"), Some(1234 * 1024));
        assert_eq!(parse_peak("Name:\tp\n"), None);
    }

    #[test]
    #[cfg(unix)]
    fn cpu_time_goes_on_while_one_computes() {
        let watch = Stopwatch::start();
        let sum: f64 = (0..2_000_000).map(|i| f64::from(i).sqrt()).sum();
        assert!(sum > 0.0 && watch.elapsed().1.unwrap() > 0.0);
    }
}
