//! `pontine passes` and `pontine explain`.

use std::io::{self, Write};

use pontine_core_ir::Model;
use pontine_io::{LoadedModel, plot};
use pontine_road::{BuildOptions, Road};
use pontine_transforms::{Card, Known, Pipeline, PipelineError, Provenance, Story, Summary};

use crate::{
    arguments::{
        ExplainArguments, ModelArguments, PassesArguments, PassesCommand, PassesRunArguments,
    },
    backend::Choice,
    error::CliError,
    model,
    table::Table,
};

/// Lists passes, tells of one, or runs some.
pub(crate) fn passes(arguments: &PassesArguments, out: &mut dyn Write) -> Result<(), CliError> {
    let told = |error: PipelineError| CliError::Passes(error.to_string());
    match &arguments.what {
        PassesCommand::Run(run) => changes(run, out),
        PassesCommand::List { json } => {
            let known = Known::all().map_err(told)?;
            Ok(if *json { writeln!(out, "{}", known.json()) } else { list(&known, out) }?)
        }
        PassesCommand::Show { name, json } => {
            let known = Known::all().map_err(told)?;
            let card = match Pipeline::named(name) {
                Some(pipeline) => {
                    return Err(CliError::Passes(format!("`{name}` is a pipeline: {pipeline}")));
                }
                None => known.pass(name).map_err(told)?,
            };
            Ok(if *json { writeln!(out, "{}", card.json()) } else { show(card, out) }?)
        }
    }
}

fn list(known: &Known, out: &mut dyn Write) -> io::Result<()> {
    let width = known.passes.iter().map(|card| card.name.len()).max().unwrap_or(0);
    for of in ["networks", "models"] {
        writeln!(out, "Passes over {of}:")?;
        for card in known.passes.iter().filter(|card| card.rewrites == of) {
            writeln!(out, "  {:width$}  {}", card.name, card.about)?;
        }
    }
    writeln!(out, "\nPipelines:")?;
    for pipeline in &known.pipelines {
        let passes = if pipeline.passes.is_empty() { "no passes" } else { pipeline.passes };
        writeln!(out, "  {:width$}  {passes}", pipeline.name)?;
    }
    Ok(())
}

fn show(card: &Card, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} (version {}): {}", card.name, card.version, card.about)?;
    writeln!(out, "  rewrites       {}", card.rewrites)?;
    writeln!(out, "  equality       {}", card.equality)?;
    writeln!(out, "  a second time  {}", card.repeat)?;
    for (what, names) in
        [("needs", card.requires), ("comes after", card.after), ("not with", card.conflicts)]
    {
        if !names.is_empty() {
            writeln!(out, "  {what:13}  {}", names.join(", "))?;
        }
    }
    Ok(())
}

/// A model without passes, with them, and what they did.
struct Rewritten {
    before: Model,
    after: Model,
    provenance: Provenance,
}

impl Rewritten {
    fn of(arguments: &ModelArguments, passes: &Pipeline) -> Result<Self, CliError> {
        let loaded = model::load(&arguments.model, &arguments.changes, None, &[])?;
        let (before, _) = built(&loaded, &Pipeline::none())?;
        let (after, provenance) = built(&loaded, passes)?;
        Ok(Self { before, after, provenance })
    }
}

fn built(loaded: &LoadedModel, passes: &Pipeline) -> Result<(Model, Provenance), CliError> {
    let build = BuildOptions { dt: loaded.defaults.dt_s, seed: loaded.defaults.seed };
    let road = Road::new(Choice::Ref.backend()).options(build, Default::default());
    let found = road.pipeline(passes.clone()).model(&loaded.network);
    let (model, provenance, _) = found.map_err(|error| CliError::road(loaded, &error))?;
    Ok((model, provenance))
}

/// Tells what passes do to a model as a whole.
fn changes(arguments: &PassesRunArguments, out: &mut dyn Write) -> Result<(), CliError> {
    let Rewritten { before, after, provenance } =
        Rewritten::of(&arguments.model, &arguments.rewriting.passes)?;
    let summary = Summary::of(&provenance, &before, &after);
    if arguments.json {
        return Ok(writeln!(out, "{}", summary.json())?);
    }
    let mut table = Table::new(&["pass", "edits", "touched", "left alone", "ms"]);
    for counts in &summary.passes {
        let ms = format!("{:.3}", counts.nanos as f64 * 1e-6);
        let numbers = [counts.edits, counts.touched, counts.left_alone].map(|n| n.to_string());
        table.row([counts.pass.clone()].into_iter().chain(numbers).chain([ms]).collect());
    }
    table.write(out)?;
    for (what, [before, after]) in [
        ("operators", summary.operators),
        ("scheduled", summary.scheduled),
        ("signals", summary.signals),
    ] {
        writeln!(out, "{what}: {before} -> {after}")?;
    }
    Ok(())
}

/// Tells what passes do to each object of a model, or to one of them.
pub(crate) fn explain(arguments: &ExplainArguments, out: &mut dyn Write) -> Result<(), CliError> {
    let rewritten = Rewritten::of(&arguments.model, &arguments.rewriting.passes)?;
    let Rewritten { before, after, provenance } = &rewritten;
    if let Some(path) = &arguments.svg {
        let title = format!("{} behind {}", before.label, arguments.rewriting.passes);
        let versions = [("before", before), ("after", after)];
        plot::graph(&title, &versions).write(path)?;
    }
    let story = Story::of(provenance);
    match (&arguments.object, arguments.json) {
        (Some(object), true) => writeln!(out, "{}", story.about(object).json())?,
        (Some(object), false) => of_object(provenance, object, out)?,
        (None, true) => writeln!(out, "{}", story.json())?,
        (None, false) => of_all(&story, out)?,
    }
    Ok(())
}

fn of_object(provenance: &Provenance, object: &str, out: &mut dyn Write) -> io::Result<()> {
    let lines = provenance.explain(object);
    if lines.is_empty() {
        writeln!(out, "no pass has touched `{object}`")?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn of_all(story: &Story, out: &mut dyn Write) -> io::Result<()> {
    for chapter in &story.passes {
        for happening in &chapter.touched {
            writeln!(out, "{}: {} {}", chapter.pass, happening.object, happening.fate)?;
        }
        for spared in &chapter.left_alone {
            writeln!(out, "{}: {} left alone, {}", chapter.pass, spared.object, spared.reason)?;
        }
    }
    Ok(())
}
