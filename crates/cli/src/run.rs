//! `pontine run`.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
};

use pontine_core_ir::{
    Tensor,
    port::{CompileOptions, Simulation},
};
use pontine_io::{
    LoadedModel, Manifest, RecordingError, SnapshotError, Summary, model_hash, plot::WeightMatrix,
    read_numbers, write_numbers, write_summary, write_weights,
};
use pontine_road::{BuildOptions, Prepared, Road, Warning, n_steps};

use crate::{
    arguments::RunArguments,
    control::{Bar, Interrupt},
    drawn,
    error::CliError,
    figures::{self, Gallery, Shown},
    folder::Folder,
    model,
    rates::{self, Rate, Window},
    resources::{Stopwatch, peak_memory_bytes},
    space, state,
    stream::{Ending, Stream},
    table::number,
    tally::Tally,
};

/// Builds, runs, prints, writes. What was recorded is kept even if the run ends early.
pub(crate) fn run(
    arguments: &RunArguments,
    bar: bool,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let (model, changes) = (&arguments.model.model, &arguments.model.changes);
    let loaded = model::load(model, changes, arguments.time.as_deref(), &arguments.record)?;
    let mut out: Box<dyn Write + '_> =
        if arguments.quiet { Box::new(io::sink()) } else { Box::new(out) };
    let out = &mut *out;
    let n_steps = n_steps(loaded.defaults.time_s, loaded.defaults.dt_s);
    let n_steps = n_steps.map_err(|error| CliError::road(&loaded, &error))?;
    announce(&loaded, out)?;
    // What cannot be continued from is refused before anything is built.
    let state = state::Saved::read(arguments)?;
    let folder = Folder::make(arguments, &loaded)?;
    folder.is_finished()?;
    let given = arguments.load_parameters.as_deref().map(read_numbers).transpose();
    let given = given.map_err(SnapshotError::from)?;
    let _state_folder = arguments.save_state.as_deref().map(Folder::of).transpose()?;
    let _numbers_folder = arguments.save_parameters.as_deref().map(Folder::of).transpose()?;
    let mut run = Run::build(arguments, &loaded, n_steps, &folder.path)?;
    run.built(out)?;
    if let (Some(numbers), Some(path)) = (given, &arguments.load_parameters) {
        run.begin_with(path, &numbers, out)?;
    }
    if let Some(state) = state {
        run.restore(&state, out)?;
    }
    let bar = Bar::new(n_steps, loaded.defaults.dt_s, bar && !arguments.quiet);
    let (tally, ending) = run.go(&folder.path, bar)?;
    run.report(&tally, out)?;
    run.write(arguments, &folder.path, &tally, out)?;
    if let Some(path) = arguments.save_state.as_ref().filter(|_| ending.is_whole()) {
        run.save(path, out)?;
    }
    if let Some(path) = arguments.save_parameters.as_ref().filter(|_| ending.is_whole()) {
        run.save_parameters(path, out)?;
    }
    ending.told(&loaded, &folder.path)
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
        folder: &Path,
    ) -> Result<Self, CliError> {
        let backend = arguments.engine.backend.backend();
        let options = arguments.engine.options();
        let build = BuildOptions { dt: loaded.defaults.dt_s, seed: loaded.defaults.seed };
        let watch = Stopwatch::start();
        let prepared = Road::new(backend)
            .options(build, options.clone())
            .pipeline(arguments.rewriting.passes.clone())
            .build(&loaded.network)
            .map_err(|error| CliError::road(loaded, &error))?;
        space::check(&prepared.model, n_steps, folder)
            .map_err(|error| CliError::too_large(loaded, &error))?;
        log_built(&prepared);
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
        writeln!(out, "built {neurons} neurons, {synapses} synapses in {seconds:.2} s")?;
        let warnings = &self.prepared.report.warnings;
        let (n_steps, dt_s) = (self.n_steps, self.prepared.model.dt);
        let none = (n_steps == 0).then_some(Warning::NoSteps { time_s: 0.0, dt_s });
        let mut warnings = warnings.iter().chain(&none);
        warnings.try_for_each(|warning| writeln!(out, "warning: {warning}"))
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

    fn begin_with(
        &mut self,
        path: &Path,
        numbers: &BTreeMap<String, Tensor>,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        for (name, tensor) in numbers {
            let (path, name) = (path.to_owned(), name.clone());
            let written = self.prepared.write(&name, tensor.data());
            written.map_err(|error| CliError::Numbers { path, name, error })?;
        }
        writeln!(out, "took {} arrays from {}", numbers.len(), path.display())?;
        Ok(())
    }

    fn save_parameters(&mut self, path: &Path, out: &mut dyn Write) -> Result<(), CliError> {
        let unread = |error| CliError::Unread { path: path.to_owned(), error };
        let numbers = self.prepared.parameters().map_err(unread)?;
        write_numbers(path, &self.manifest(), &numbers)?;
        writeln!(out, "wrote {} arrays of parameters to {}", numbers.len(), path.display())?;
        Ok(())
    }

    /// Runs all steps; what is recorded goes to a file in the folder on the way.
    fn go(&mut self, folder: &Path, bar: Bar) -> Result<(Tally, Ending), CliError> {
        let manifest = self.manifest();
        let discard_s = self.loaded.defaults.discard_s;
        let tally = Tally::new(&self.prepared.model, Window::start_of(discard_s, manifest.dt_s));
        let mut stream = Stream::create(folder, &self.prepared.model, &manifest, tally)?;
        let interrupt = Interrupt::listen();
        let watch = Stopwatch::start();
        let control = bar.until(interrupt);
        let ending = stream.run(&mut *self.prepared.simulation, self.n_steps, &control);
        bar.clear();
        let ending = ending.map_err(|error| error.while_recording(folder))?;
        self.run = watch.elapsed();
        tracing::info!(steps = self.simulation().n_steps(), seconds = self.run.0, "ran");
        let tally = stream.finish().map_err(|error| error.while_recording(folder))?;
        Ok((tally, ending))
    }

    fn window(&self) -> Window {
        let d = &self.loaded.defaults;
        Window::of(d.discard_s, self.first_step, self.simulation().n_steps(), d.dt_s)
    }

    fn rates(&self, tally: &Tally) -> Vec<Rate> {
        rates::rates(&self.loaded.network, tally, self.window())
    }

    fn report(&self, tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
        let (seconds, steps) = (self.run.0, self.simulation().n_steps() - self.first_step);
        writeln!(out, "ran {steps} steps in {seconds:.2} s")?;
        self.report_rates(&self.rates(tally), out)?;
        let table = tally.samples();
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
        let Window { start, end, dt_s, .. } = window;
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
        arguments: &RunArguments,
        folder: &Path,
        tally: &Tally,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        write_summary(folder, &self.summary(&self.manifest(), tally))?;
        let weights = self.weights();
        let mut files = vec!["recording.npz", "manifest.json", "summary.json"];
        if !weights.is_empty() {
            let synapses =
                |(path, matrix): &(String, WeightMatrix)| (path.clone(), matrix.synapses.clone());
            write_weights(folder, &weights.iter().map(synapses).collect())?;
            files.push("weights.npz");
        }
        let mut gallery = Gallery::new(folder, arguments.format);
        if !arguments.no_plot {
            self.draw(folder, &self.rates(tally), &mut gallery)?;
            let mut all = weights.iter();
            all.try_for_each(|(path, matrix)| drawn::draw_weights(path, matrix, &mut gallery))?;
        }
        files.extend(gallery.names.iter().map(String::as_str));
        writeln!(out, "\nwrote {} to {}", files.join(", "), folder.display())?;
        Ok(())
    }

    /// Those that the model asks for, as they are now.
    fn weights(&self) -> Vec<(String, WeightMatrix)> {
        let (network, model) = (&self.loaded.network, &self.prepared.model);
        let of = |id: &_| drawn::weights(network, model, self.simulation(), *id);
        self.loaded.weights.iter().filter_map(of).collect()
    }

    fn draw(
        &self,
        folder: &Path,
        rates: &[Rate],
        gallery: &mut Gallery,
    ) -> Result<(), RecordingError> {
        let recording = folder.join("recording.npz");
        let shown = Shown::of(&recording, &self.manifest());
        figures::draw(&recording, &shown, gallery)?;
        let discarded = self.window().leaves_out(self.loaded.defaults.discard_s);
        figures::draw_rates(self.loaded, rates, discarded, gallery)
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

    fn summary(&self, manifest: &Manifest, tally: &Tally) -> Summary {
        let rates = self.rates(tally);
        Summary {
            neurons: self.n_neurons,
            synapses: self.simulation().n_synapses(),
            spikes: tally.n_spikes(),
            model_time_s: (manifest.n_steps - manifest.first_step) as f64 * manifest.dt_s,
            build_wall_s: self.build.0,
            build_cpu_s: self.build.1,
            run_wall_s: self.run.0,
            run_cpu_s: self.run.1,
            peak_memory_bytes: peak_memory_bytes(),
            rates_hz: rates.into_iter().map(|r| (r.population, r.rate_hz)).collect(),
            threads: manifest.threads,
            precision: manifest.precision.clone(),
            seed: manifest.seed,
            version: manifest.version.clone(),
            model_hash: manifest.model_hash.clone(),
        }
    }
}

fn log_built(prepared: &Prepared) {
    let report = &prepared.report;
    for stamp in &prepared.provenance.stamps {
        tracing::debug!(pass = stamp.pass, "passed");
    }
    tracing::info!(
        network_s = report.network_s,
        build_s = report.build_s,
        model_s = report.model_s,
        compile_s = report.compile_s,
        bytes = prepared.simulation.memory_bytes(),
        "built"
    );
}
