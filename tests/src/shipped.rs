//! Shipped models, run as their files say.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use pontine_backend_ref::Reference as Backend;
use pontine_core_ir::{Recording, port::Unattended, recording::SeriesData};
use pontine_io::{LoadedModel, ModelFile, Reference};
use pontine_road::{BuildOptions, Road};

use crate::{acceptance::Error, statistics::Sample};

/// A model of `models/` that was loaded.
pub struct Shipped {
    loaded: LoadedModel,
}

/// Where the file of a model lies.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models").join(format!("{name}.toml"))
}

impl Shipped {
    /// Loads the model of this name.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn load(name: &str) -> Result<Self, Error> {
        Ok(Self { loaded: ModelFile::open(path(name))?.load()? })
    }

    /// Runs it for a time (s), or for its own, with a seed or its own.
    ///
    /// # Errors
    /// What keeps it from being built or run.
    pub fn run(&self, seed: Option<u64>, time_s: Option<f64>) -> Result<Recording, Error> {
        let defaults = &self.loaded.defaults;
        let build = BuildOptions { dt: defaults.dt_s, seed: seed.unwrap_or(defaults.seed) };
        let road = Road::new(&Backend).options(build, Default::default());
        let mut prepared = road.build(&self.loaded.network)?;
        Ok(prepared.run(time_s.unwrap_or(defaults.time_s), &mut Unattended)?)
    }

    /// The rate of each recorded population over seeds, spikes per second in (start, end], s.
    ///
    /// # Errors
    /// What keeps it from being built or run.
    pub fn rates(
        &self,
        seeds: &[u64],
        start_s: f64,
        end_s: f64,
    ) -> Result<BTreeMap<String, Sample>, Error> {
        let mut rates = BTreeMap::<String, Vec<f64>>::new();
        for &seed in seeds {
            let recording = self.run(Some(seed), Some(end_s))?;
            for (record, series) in &recording.series {
                if let SeriesData::Events { n, steps, .. } = &series.data {
                    let first = (start_s / recording.dt).round() as u64;
                    let n_spikes = steps.iter().filter(|step| **step > first).count();
                    let rate = n_spikes as f64 / (*n as f64 * (end_s - start_s));
                    rates.entry(record.clone()).or_default().push(rate);
                }
            }
        }
        Ok(rates.into_iter().map(|(record, rates)| (record, Sample::of(&rates))).collect())
    }

    /// The first reference that holds for the model as it is shipped.
    pub fn reference(&self) -> Option<&Reference> {
        self.loaded.references.iter().find(|reference| reference.holds)
    }

    /// Rates of the reference whose source begins so, spikes per second by population.
    pub fn published_rates(&self, source: &str) -> BTreeMap<&str, f64> {
        let named = self.loaded.references.iter().find(|r| r.source.starts_with(source));
        let rates = named.and_then(|reference| reference.statistics.get("rate"));
        rates.into_iter().flatten().map(|(name, rate)| (name.as_str(), rate.mean)).collect()
    }

    /// A value of that reference, with its spread between networks.
    pub fn published(&self, name: &str) -> Option<Sample> {
        let reference = self.reference()?;
        let value = reference.values.get(name)?.value;
        let n = reference.seeds.unwrap_or(1) as usize;
        Some(Sample { mean: value.mean, sd: value.sd.unwrap_or(0.0), n })
    }
}
