//! `pontine run`.

use std::{
    io::{self, IsTerminal, Write},
    ops::ControlFlow,
    path::Path,
};

use indicatif::{ProgressBar, ProgressStyle};
use pontine_core_ir::{
    Recording,
    port::{CompileOptions, Progress, RunControl, Simulation},
    recording::SeriesData,
};
use pontine_io::{LoadedModel, Manifest, Summary, model_hash, write_recording, write_summary};
use pontine_road::{BuildOptions, Prepared, Road, RoadError, available_bytes, n_steps};

use crate::{
    arguments::RunArguments,
    error::CliError,
    folder::Folder,
    memory, model,
    rates::{self, Rate, Window},
    resources::{Stopwatch, peak_memory_bytes},
    state,
    table::{Table, number},
};

/// Builds, runs, prints, writes. What was recorded is written even if the run ends early.
pub(crate) fn run(
    arguments: &RunArguments,
    bar: bool,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let loaded = model::load(&arguments.model, arguments.time.as_deref())?;
    let mut out: Box<dyn Write + '_> =
        if arguments.quiet { Box::new(io::sink()) } else { Box::new(out) };
    let out = &mut *out;
    let n_steps = n_steps(loaded.defaults.time_s, loaded.defaults.dt_s);
    let n_steps = n_steps.map_err(|error| CliError::road(&loaded, &error))?;
    announce(&loaded, out)?;
    // What cannot be continued from is refused before anything is built.
    let state = state::Saved::read(arguments)?;
    let folder = Folder::make(arguments, &loaded)?;
    let _state_folder = arguments.save_state.as_deref().map(Folder::of).transpose()?;
    let mut run = Run::build(arguments, &loaded, n_steps)?;
    run.built(out)?;
    if let Some(state) = state {
        run.restore(&state, out)?;
    }
    let done = run.go(bar && !arguments.quiet);
    let recording = run.recording().map_err(|error| CliError::road(&loaded, &error))?;
    let rates = run.rates(&recording);
    run.report(&recording, &rates, out)?;
    run.write(&folder.path, &recording, &rates, out)?;
    done.map_err(|error| CliError::road(&loaded, &error))?;
    match &arguments.save_state {
        Some(path) => run.save(path, out),
        None => Ok(()),
    }
}

fn announce(loaded: &LoadedModel, out: &mut dyn Write) -> io::Result<()> {
    let d = &loaded.defaults;
    let dash = if loaded.description.is_empty() { "" } else { ": " };
    writeln!(out, "{}{dash}{}", loaded.name, loaded.description)?;
    writeln!(out, "time {} s, dt {} ms, seed {}", number(d.time_s), number(d.dt_s * 1e3), d.seed)
}

/// One run on its way.
struct Run<'a> {
    loaded: &'a LoadedModel,
    backend: &'static str,
    options: CompileOptions,
    prepared: Prepared,
    n_neurons: u64,
    first_step: u64,
    n_steps: u64,
    build: (f64, Option<f64>),
    run: (f64, Option<f64>),
}

impl<'a> Run<'a> {
    fn build(
        arguments: &RunArguments,
        loaded: &'a LoadedModel,
        n_steps: u64,
    ) -> Result<Self, CliError> {
        let backend = arguments.engine.backend.backend();
        let options = arguments.engine.options();
        let build = BuildOptions { dt: loaded.defaults.dt_s, seed: loaded.defaults.seed };
        let available = available_bytes();
        let watch = Stopwatch::start();
        let prepared = Road::new(backend)
            .options(build, options.clone())
            .build(&loaded.network)
            .map_err(|error| CliError::road(loaded, &error))?;
        memory::check(&prepared.model, prepared.estimate.bytes, n_steps, available)
            .map_err(|error| CliError::too_large(loaded, &error))?;
        Ok(Self {
            loaded,
            backend: backend.name(),
            options,
            n_neurons: crate::info::n_neurons(&loaded.network),
            first_step: 0,
            n_steps,
            prepared,
            build: watch.elapsed(),
            run: (0.0, None),
        })
    }

    fn simulation(&self) -> &dyn Simulation {
        &*self.prepared.simulation
    }

    fn built(&self, out: &mut dyn Write) -> io::Result<()> {
        let synapses = self.simulation().n_synapses();
        let (neurons, seconds) = (self.n_neurons, self.build.0);
        writeln!(out, "built {neurons} neurons, {synapses} synapses in {seconds:.2} s")
    }

    fn restore(&mut self, state: &state::Saved, out: &mut dyn Write) -> Result<(), CliError> {
        let current = self.manifest();
        state.restore(&current, &mut *self.prepared.simulation)?;
        self.first_step = self.simulation().n_steps();
        writeln!(out, "continuing from step {}", self.first_step)?;
        Ok(())
    }

    fn save(&mut self, path: &Path, out: &mut dyn Write) -> Result<(), CliError> {
        let manifest = self.manifest();
        state::save(path, &manifest, &mut *self.prepared.simulation)?;
        writeln!(out, "wrote the state after step {} to {}", manifest.n_steps, path.display())?;
        Ok(())
    }

    fn go(&mut self, bar: bool) -> Result<(), RoadError> {
        let mut bar = Bar::new(self.n_steps, bar);
        let watch = Stopwatch::start();
        let done = self.prepared.simulation.run_steps(self.n_steps, &mut bar);
        self.run = watch.elapsed();
        bar.0.finish_and_clear();
        done.map(drop).map_err(RoadError::Run)
    }

    fn recording(&mut self) -> Result<Recording, RoadError> {
        let mut recording = Recording::of(&self.prepared.model);
        self.prepared.simulation.drain(&mut recording).map_err(RoadError::Recording)?;
        Ok(recording)
    }

    fn window(&self) -> Window {
        let d = &self.loaded.defaults;
        Window::of(d.discard_s, self.first_step, self.simulation().n_steps(), d.dt_s)
    }

    fn rates(&self, recording: &Recording) -> Vec<Rate> {
        rates::rates(&self.loaded.network, recording, self.window())
    }

    fn report(&self, recording: &Recording, rates: &[Rate], out: &mut dyn Write) -> io::Result<()> {
        let (seconds, steps) = (self.run.0, self.simulation().n_steps() - self.first_step);
        writeln!(out, "ran {steps} steps in {seconds:.2} s")?;
        self.report_rates(rates, out)?;
        let table = samples(recording);
        if !table.is_empty() {
            writeln!(out)?;
            table.write(out)?;
        }
        Ok(())
    }

    /// Rates of a run that was too short to discard its beginning are not held against others.
    fn report_rates(&self, rates: &[Rate], out: &mut dyn Write) -> io::Result<()> {
        let (window, discard_s) = (self.window(), self.loaded.defaults.discard_s);
        let discarded = window.leaves_out(discard_s);
        let reference = rates::reference(self.loaded).filter(|_| discarded);
        let table = rates::table(rates, reference.map(|(_, published)| published));
        if table.is_empty() {
            return Ok(());
        }
        let Window { start, end, dt_s } = window;
        let (start, end) = (start as f64 * dt_s, end as f64 * dt_s);
        writeln!(out, "\nspikes in ({start:.3} s, {end:.3} s]")?;
        table.write(out)?;
        match reference {
            Some((reference, _)) => writeln!(out, "reference: {}", reference.source),
            None if !discarded => writeln!(
                out,
                "nothing was discarded: the run is not longer than the {discard_s:?} s that the \
                 model's statistics leave out"
            ),
            None if self.loaded.references.is_empty() => Ok(()),
            None => writeln!(out, "no published rates hold for these parameters"),
        }
    }

    fn write(
        &self,
        folder: &Path,
        recording: &Recording,
        rates: &[Rate],
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        let manifest = self.manifest();
        write_recording(folder, recording, &manifest)?;
        write_summary(folder, &self.summary(&manifest, recording, rates))?;
        writeln!(
            out,
            "\nwrote recording.npz, manifest.json, summary.json to {}",
            folder.display()
        )?;
        Ok(())
    }

    fn manifest(&self) -> Manifest {
        let parameters = self.loaded.parameters.iter();
        let stamps = self.prepared.provenance.stamps.iter();
        Manifest {
            model: self.loaded.name.clone(),
            model_hash: model_hash(&self.prepared.model),
            seed: self.loaded.defaults.seed,
            dt_s: self.loaded.defaults.dt_s,
            first_step: self.first_step,
            n_steps: self.simulation().n_steps(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            backend: self.backend.to_owned(),
            precision: self.options.precision.to_string(),
            threads: self.options.threads,
            pipeline: stamps.map(|stamp| stamp.pass.clone()).collect::<Vec<_>>().join(", "),
            parameters: parameters.map(|p| (p.name.clone(), p.value.clone())).collect(),
            ..Manifest::default()
        }
    }

    fn summary(&self, manifest: &Manifest, recording: &Recording, rates: &[Rate]) -> Summary {
        Summary {
            neurons: self.n_neurons,
            synapses: self.simulation().n_synapses(),
            spikes: n_spikes(recording),
            model_time_s: (manifest.n_steps - manifest.first_step) as f64 * manifest.dt_s,
            build_wall_s: self.build.0,
            build_cpu_s: self.build.1,
            run_wall_s: self.run.0,
            run_cpu_s: self.run.1,
            peak_memory_bytes: peak_memory_bytes(),
            rates_hz: rates.iter().map(|r| (r.population.clone(), r.rate_hz)).collect(),
            threads: manifest.threads,
            precision: manifest.precision.clone(),
            seed: manifest.seed,
            version: manifest.version.clone(),
            model_hash: manifest.model_hash.clone(),
        }
    }
}

/// All spikes recorded, those of the discarded time too.
fn n_spikes(recording: &Recording) -> u64 {
    let of = |data: &SeriesData| match data {
        SeriesData::Events { counts, .. } => counts.iter().copied().map(u64::from).sum(),
        SeriesData::Samples { .. } => 0,
    };
    recording.series.values().map(|series| of(&series.data)).sum()
}

/// Root mean square and last value of each dimension of narrow records.
fn samples(recording: &Recording) -> Table {
    const WIDEST: usize = 8;
    let mut table = Table::new(&["record", "samples", "rms", "last", "unit"]);
    for (path, series) in &recording.series {
        let SeriesData::Samples { width, steps, rows } = &series.data else { continue };
        if *width == 0 || *width > WIDEST || steps.is_empty() {
            continue;
        }
        for column in 0..*width {
            let values = || rows.iter().skip(column).step_by(*width);
            let rms = (values().map(|v| v * v).sum::<f64>() / steps.len() as f64).sqrt();
            let last = values().next_back().copied().unwrap_or(f64::NAN);
            let name = if *width == 1 { path.clone() } else { format!("{path}[{column}]") };
            let numbers = [steps.len().to_string(), format!("{rms:.4}"), format!("{last:.4}")];
            let row = [name].into_iter().chain(numbers).chain([series.unit.clone()]);
            table.row(row.collect());
        }
    }
    table
}

/// A bar on the terminal; nothing where the output goes elsewhere.
struct Bar(ProgressBar);

impl Bar {
    fn new(n_steps: u64, shown: bool) -> Self {
        if !shown || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let template = "{bar:40} {percent:>3} %  {per_sec}  {eta} left";
        let style = ProgressStyle::with_template(template);
        Self(
            ProgressBar::new(n_steps)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())),
        )
    }
}

impl RunControl for Bar {
    fn progress(&mut self, progress: Progress) -> ControlFlow<()> {
        self.0.set_position(progress.done);
        ControlFlow::Continue(())
    }
}
