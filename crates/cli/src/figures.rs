//! Figures of what was recorded.

use std::{
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use pontine_core_ir::{Recording, recording::SeriesData};
use pontine_io::{
    LoadedModel, Manifest, RecordingError,
    plot::{self, Figure, MeasuredRate, Raster, SpikeTrains, Trace},
    read_part,
};

use crate::rates::{self, Rate};

/// Time that a raster shows unless it is told otherwise, s: the end of the run.
const RASTER_S: f64 = 1.0;

/// Of a larger recording, figures show only so much of its end.
const MOST_BYTES: u64 = 64 << 20;

/// The form of figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// Pixels.
    #[default]
    Png,
    /// Shapes.
    Svg,
}

impl Form {
    fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }
}

/// A folder that figures go to, and those that are there.
pub(crate) struct Gallery {
    folder: PathBuf,
    form: Form,
    pub names: Vec<String>,
}

impl Gallery {
    pub fn new(folder: &Path, form: Form) -> Self {
        Self { folder: folder.to_owned(), form, names: Vec::new() }
    }

    /// Adds a figure under a name.
    pub fn add(&mut self, name: &str, figure: &Figure) -> Result<(), RecordingError> {
        let name = format!("{name}.{}", self.form.extension());
        figure.write(&self.folder.join(&name))?;
        tracing::info!(name, "drawn");
        self.names.push(name);
        Ok(())
    }
}

/// The steps of a recording that figures show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    /// Steps in (first, last] of spikes.
    pub spikes: (u64, u64),
    /// Steps of samples.
    pub samples: RangeInclusive<u64>,
}

impl Shown {
    /// The last second of spikes and all samples, as long as these are not too many.
    pub fn of(recording: &Path, manifest: &Manifest) -> Self {
        let n_bytes = fs::metadata(recording).map_or(0, |file| file.len());
        Self::within(n_bytes, manifest)
    }

    fn within(n_bytes: u64, manifest: &Manifest) -> Self {
        let (first, last) = (manifest.first_step, manifest.n_steps);
        let per_step = n_bytes / last.saturating_sub(first).max(1);
        let most = MOST_BYTES.checked_div(per_step).unwrap_or(u64::MAX).max(1);
        let begin = |steps: u64| first.max(last.saturating_sub(steps.min(most)));
        let spikes = (begin((RASTER_S / manifest.dt_s).round() as u64), last);
        Self { spikes, samples: begin(u64::MAX)..=last }
    }

    /// The same steps of both.
    pub fn between(first: u64, last: u64) -> Self {
        Self { spikes: (first, last), samples: first..=last }
    }

    fn all(&self) -> RangeInclusive<u64> {
        self.spikes.0.min(*self.samples.start())..=self.spikes.1.max(*self.samples.end())
    }
}

/// Draws a raster and traces of a recording, as far as it holds spikes and samples.
pub(crate) fn draw(
    path: &Path,
    shown: &Shown,
    gallery: &mut Gallery,
) -> Result<(), RecordingError> {
    let (recording, manifest) = read_part(path, shown.all())?;
    let populations = trains(&recording, shown.spikes);
    let (first, last) = shown.spikes;
    if !populations.is_empty() {
        let (title, dt_s) = (manifest.model.clone(), manifest.dt_s);
        gallery.add("raster", &plot::raster(&Raster { title, dt_s, first, last, populations }))?;
    }
    let traces = traces(&recording, &shown.samples);
    if !traces.is_empty() {
        gallery.add("traces", &plot::traces(&manifest.model, manifest.dt_s, &traces))?;
    }
    Ok(())
}

/// Draws rates beside the published ones that hold, if there are any rates.
pub(crate) fn draw_rates(
    loaded: &LoadedModel,
    rates: &[Rate],
    with_reference: bool,
    gallery: &mut Gallery,
) -> Result<(), RecordingError> {
    if rates.is_empty() {
        return Ok(());
    }
    let reference = rates::reference(loaded).filter(|_| with_reference);
    let source = reference.map(|(reference, _)| reference.source.as_str()).unwrap_or_default();
    let published = |population: &String| {
        let published = reference?.1.get(population)?;
        Some((published.mean, published.sd))
    };
    let measured = rates.iter().map(|rate| MeasuredRate {
        population: rate.population.clone(),
        rate_hz: rate.rate_hz,
        reference: published(&rate.population),
    });
    gallery.add("rates", &plot::rates(&loaded.name, source, &measured.collect::<Vec<_>>()))
}

fn trains(recording: &Recording, (first, last): (u64, u64)) -> Vec<SpikeTrains<'_>> {
    let trains = recording.series.iter().filter_map(|(path, series)| {
        let SeriesData::Events { n, steps, indices, .. } = &series.data else { return None };
        let within = steps.partition_point(|step| *step <= first)
            ..steps.partition_point(|step| *step <= last);
        let (steps, indices) = (&steps[within.clone()], &indices[within]);
        let (name, subset) = (population(path), series.subset.as_deref());
        Some(SpikeTrains { name, subset, n: *n, steps, indices })
    });
    trains.collect()
}

/// What recorders of spikes are called after.
fn population(path: &str) -> String {
    let name = plot::short(path);
    let bare = name.strip_suffix("spikes").map(|name| name.trim_end_matches([' ', '.', '_']));
    bare.filter(|name| !name.is_empty()).unwrap_or(&name).to_owned()
}

fn traces<'r>(recording: &'r Recording, steps: &RangeInclusive<u64>) -> Vec<Trace<'r>> {
    let traces = recording.series.iter().filter_map(|(path, series)| {
        let SeriesData::Samples { width, steps: at, rows } = &series.data else { return None };
        let within = at.partition_point(|step| step < steps.start())
            ..at.partition_point(|step| step <= steps.end());
        let rows = &rows[within.start * width..within.end * width];
        let (name, unit) = (path.clone(), series.unit.clone());
        let (width, subset) = (*width, series.subset.as_deref());
        Some(Trace { name, unit, width, subset, steps: &at[within], rows })
    });
    traces.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rasters_name_populations_rather_than_recorders() {
        let named = ["Recorder:L23E spikes", "Recorder:E.spikes", "Recorder#2", "Recorder:spikes"];
        assert_eq!(named.map(population), ["L23E", "E", "Recorder#2", "spikes"]);
    }

    #[test]
    fn rasters_show_the_last_second() {
        let manifest = |first_step, n_steps| Manifest {
            dt_s: 1e-3,
            first_step,
            n_steps,
            ..Manifest::default()
        };
        let shown = |first, last| Shown::within(1000, &manifest(first, last));
        assert_eq!(shown(0, 5000).spikes, (4000, 5000));
        assert_eq!(shown(0, 500).spikes, (0, 500));
        assert_eq!(shown(4700, 5000), Shown { spikes: (4700, 5000), samples: 4700..=5000 });
        let large = Shown::within(MOST_BYTES * 10, &manifest(0, 5000));
        assert_eq!(large, Shown { spikes: (4500, 5000), samples: 4500..=5000 });
    }
}
