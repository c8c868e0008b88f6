//! Figures: what was recorded or built, as SVG and PNG.
//!
//! ```text
//!  numbers ── raster, rates, traces, weights, tuning ──> Figure (a scene of few shapes) ──> SVG
//!                                                                                      └──> PNG
//! ```
//! Axes have units, populations have names, colours are those of Okabe & Ito, which people who see
//! colours differently can tell apart. Whatever the size of a network, a figure has a bounded number
//! of shapes: of large populations it shows evenly chosen cells, of long traces what a pixel can show.
//! The font is part of the program: a figure looks the same on every machine.
//!
//! Invariants: a figure depends on numbers alone, not on the time or the machine; nothing here
//! chooses what is worth showing; numbers that are not finite leave gaps.

mod axis;
mod colour;
mod font;
mod graph;
mod layout;
mod png;
mod raster;
mod rates;
mod scene;
mod svg;
mod traces;
mod tuning;
mod weights;

use std::path::Path;

pub use graph::{Version, graph};
pub use raster::{Raster, SpikeTrains, raster};
pub use rates::{MeasuredRate, rates};
use scene::Scene;
pub use traces::{Trace, traces};
pub use tuning::{TuningCurves, tuning};
pub use weights::{WeightMatrix, weights};

use crate::{error::RecordingError, file};

/// A figure.
///
/// # Examples
/// ```
/// use pontine_io::plot::{Trace, traces};
/// let rows: Vec<f64> = (0..100).map(|i| (f64::from(i) * 0.1).sin()).collect();
/// let steps: Vec<u64> = (1..=100).collect();
/// let (name, unit) = ("wave".into(), "mV".into());
/// let wave = Trace { name, unit, width: 1, subset: None, steps: &steps, rows: &rows };
/// let figure = traces("A wave", 1e-3, &[wave]);
/// assert!(figure.svg().contains("time (ms)"));
/// assert!(figure.png()?.starts_with(b"\x89PNG"));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Figure(Scene);

impl Figure {
    /// As a text in SVG.
    pub fn svg(&self) -> String {
        svg::print(&self.0)
    }

    /// As a picture in PNG, with two pixels for each unit of the SVG.
    ///
    /// # Errors
    /// If there is no memory for the picture.
    pub fn png(&self) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
        png::encode(&self.0)
    }

    /// Writes a file, whole or not at all: SVG if its name ends in `.svg`, else PNG.
    ///
    /// # Errors
    /// [`RecordingError::Io`] with the path that cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), RecordingError> {
        if path.extension().is_some_and(|extension| extension == "svg") {
            return file::write_text(path, &self.svg());
        }
        let bytes = self.png().map_err(|source| file::failed(path, "drawn", source))?;
        file::write_whole(path, |out| Ok(std::io::Write::write_all(out, &bytes)?))
    }
}

/// The name of an object without those of its kind and its networks: `Recorder:a` is `a`.
pub fn short(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or(path);
    let name = last.split_once(':').map_or(last, |(_, name)| name);
    name.replace("%23", "#").replace("%2F", "/").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_users_gave() {
        let shown = ["Recorder:L23E spikes", "Network:n/Probe:a%2Fb", "Recorder#2"].map(short);
        assert_eq!(shown, ["L23E spikes", "a/b", "Recorder#2"]);
    }
}
