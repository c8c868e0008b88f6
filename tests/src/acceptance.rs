//! Runs of a model file over seeds, held against its `[[reference]]` tables.

use std::{collections::BTreeMap, path::Path};

use pontine_backend_ref::Reference as Backend;
use pontine_core_ir::{
    Cells, Network,
    port::{CompileOptions, Unattended},
    recording::SeriesData,
};
use pontine_io::{LoadedModel, ModelFile, Reference};
use pontine_road::{BuildOptions, Road};

use crate::statistics::{Sample, Spikes, Statistics};

/// What is run.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The model file.
    pub model: &'a Path,
    /// `--set` overrides.
    pub set: &'a [(&'a str, &'a str)],
    /// One network for each.
    pub seeds: &'a [u64],
    /// Width of run-time arithmetic.
    pub options: CompileOptions,
}

/// One statistic of one population, ours and published.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The population.
    pub population: String,
    /// `rate`, `cv` or `corr`.
    pub statistic: String,
    /// Over our seeds.
    pub ours: Sample,
    /// As published.
    pub published: Sample,
}

type Reader = fn(&Statistics) -> f64;

/// Any error on the way.
pub type Error = Box<dyn std::error::Error>;

impl Plan<'_> {
    /// Runs all seeds for the time that the reference was taken over, and compares.
    ///
    /// # Errors
    /// If the file cannot be loaded, has no reference for these parameters, or does not run.
    pub fn compare(&self) -> Result<Vec<Comparison>, Error> {
        let loaded = self.load()?;
        let reference =
            loaded.references.iter().find(|r| r.holds && r.statistics.contains_key("cv"));
        let reference = reference.ok_or("the model has no reference for these parameters")?;
        let mut runs = Vec::new();
        for &seed in self.seeds {
            runs.push(self.run(&loaded, reference, seed)?);
        }
        Ok(comparisons(reference, &runs))
    }

    fn load(&self) -> Result<LoadedModel, Error> {
        let mut file = ModelFile::open(self.model)?;
        for (path, value) in self.set {
            file.set(path, value)?;
        }
        Ok(file.load()?)
    }

    fn run(
        &self,
        loaded: &LoadedModel,
        reference: &Reference,
        seed: u64,
    ) -> Result<BTreeMap<String, Statistics>, Error> {
        let start_s = loaded.defaults.discard_s;
        let end_s =
            start_s + reference.duration_s.ok_or("the reference does not say its duration")?;
        let build = BuildOptions { dt: loaded.defaults.dt_s, seed };
        let mut prepared =
            Road::new(&Backend).options(build, self.options.clone()).build(&loaded.network)?;
        let recording = prepared.run(end_s, &mut Unattended)?;
        let mut statistics = BTreeMap::new();
        for (population, record) in spike_records(&loaded.network) {
            if let Some(SeriesData::Events { n, steps, indices, .. }) =
                recording.series.get(&record).map(|s| &s.data)
            {
                let spikes = Spikes { n: *n, steps, indices, dt: recording.dt };
                statistics.insert(population, spikes.statistics(start_s, end_s, seed));
            }
        }
        Ok(statistics)
    }
}

/// Labels of populations whose spikes are recorded, and the paths of the records.
fn spike_records(network: &Network) -> Vec<(String, String)> {
    let paths = network.paths();
    let spikes = network.recorders.iter().filter(|(_, recorder)| recorder.variable == "spikes");
    spikes
        .filter_map(|(id, recorder)| match recorder.cells {
            Cells::Population(population) => {
                Some((network.populations[population].label.clone()?, paths[id.into()].to_string()))
            }
            Cells::View(_) | Cells::Neurons(_) => None,
        })
        .collect()
}

fn comparisons(reference: &Reference, runs: &[BTreeMap<String, Statistics>]) -> Vec<Comparison> {
    let mut all = Vec::new();
    let read: [(&str, Reader); 3] = [("rate", |s| s.rate), ("cv", |s| s.cv), ("corr", |s| s.corr)];
    for (statistic, value) in read {
        for (population, published) in reference.statistics.get(statistic).into_iter().flatten() {
            let ours: Vec<f64> =
                runs.iter().filter_map(|run| run.get(population)).map(value).collect();
            all.push(Comparison {
                population: population.clone(),
                statistic: statistic.to_owned(),
                ours: Sample::of(&ours),
                published: Sample {
                    mean: published.mean,
                    sd: published.sd.unwrap_or(0.0),
                    n: reference.seeds.unwrap_or(1) as usize,
                },
            });
        }
    }
    all
}

impl Comparison {
    /// Difference in standard errors.
    pub fn distance(&self, cautious: bool) -> f64 {
        self.ours.distance(&self.published, cautious)
    }
}
