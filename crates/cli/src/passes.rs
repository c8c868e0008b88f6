//! `pontine passes` and `pontine explain`.

use std::io::{self, Write};

use pontine_core_ir::pass::{Equality, PassMeta, Repeat};
use pontine_road::{BuildOptions, Road};
use pontine_transforms::{Pipeline, Provenance, model_passes, network_passes};

use crate::{
    arguments::{ExplainArguments, PassesArguments},
    backend::Choice,
    error::CliError,
    model,
    table::Table,
};

/// Lists passes, or tells of one.
pub(crate) fn passes(arguments: &PassesArguments, out: &mut dyn Write) -> Result<(), CliError> {
    let known = known().map_err(CliError::Passes)?;
    match &arguments.name {
        None => Ok(list(&known, out)?),
        Some(name) => match known.iter().find(|(meta, _)| meta.name == name) {
            Some((meta, of)) => Ok(show(meta, of, out)?),
            // The pipeline's own reader knows the nearest name.
            None => Err(CliError::Passes(match name.parse::<Pipeline>() {
                Ok(pipeline) => format!("`{name}` is a pipeline: {pipeline}"),
                Err(error) => error.to_string(),
            })),
        },
    }
}

/// Every pass, and what it rewrites.
fn known() -> Result<Vec<(&'static PassMeta, &'static str)>, String> {
    let networks = network_passes().entries().map_err(|error| error.to_string())?;
    let models = model_passes().entries().map_err(|error| error.to_string())?;
    let networks = networks.values().map(|entry| (entry.meta, "networks"));
    Ok(networks.chain(models.values().map(|entry| (entry.meta, "models"))).collect())
}

fn list(known: &[(&PassMeta, &str)], out: &mut dyn Write) -> io::Result<()> {
    let width = known.iter().map(|(meta, _)| meta.name.len()).max().unwrap_or(0);
    for of in ["networks", "models"] {
        writeln!(out, "Passes over {of}:")?;
        for (meta, _) in known.iter().filter(|(_, rewrites)| *rewrites == of) {
            writeln!(out, "  {:width$}  {}", meta.name, meta.about)?;
        }
    }
    writeln!(out, "\nPipelines:")?;
    for (name, text) in Pipeline::all_named() {
        writeln!(out, "  {name:width$}  {}", if text.is_empty() { "no passes" } else { text })?;
    }
    Ok(())
}

fn show(meta: &PassMeta, of: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} (version {}): {}", meta.name, meta.version, meta.about)?;
    writeln!(out, "  rewrites       {of}")?;
    writeln!(out, "  equality       {}", equality(meta.equality))?;
    writeln!(out, "  a second time  {}", repeat(meta.repeat))?;
    for (what, names) in
        [("needs", meta.requires), ("comes after", meta.after), ("not with", meta.conflicts)]
    {
        if !names.is_empty() {
            writeln!(out, "  {what:13}  {}", names.join(", "))?;
        }
    }
    Ok(())
}

fn equality(equality: Equality) -> String {
    match equality {
        Equality::BitExact => "results are the same, bit for bit".into(),
        Equality::Reassociate => "results are the same but for the order of sums".into(),
        Equality::Tolerance { rmse } => format!("results differ by at most {rmse} (rms)"),
        Equality::Statistical => "results are those of other samples".into(),
        Equality::Redesign => "numbers are changed on purpose".into(),
    }
}

fn repeat(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::Idempotent => "it changes nothing",
        Repeat::OncePerObject => "it leaves alone what it has treated",
        Repeat::Free => "it may find more",
    }
}

/// Tells what passes do to a model, or to one of its objects.
pub(crate) fn explain(arguments: &ExplainArguments, out: &mut dyn Write) -> Result<(), CliError> {
    let loaded = model::load(&arguments.model.model, &arguments.model.changes, None, &[])?;
    let build = BuildOptions { dt: loaded.defaults.dt_s, seed: loaded.defaults.seed };
    let built = |passes: &Pipeline| {
        let road = Road::new(Choice::Ref.backend()).options(build.clone(), Default::default());
        let found = road.pipeline(passes.clone()).model(&loaded.network);
        found.map_err(|error| CliError::road(&loaded, &error))
    };
    let (before, ..) = built(&Pipeline::none())?;
    let (after, provenance, _) = built(&arguments.rewriting.passes)?;
    match &arguments.object {
        Some(object) => of_object(&provenance, object, out),
        None => {
            stamps(&provenance, out)?;
            let sizes = [
                ("operators", before.operators.len(), after.operators.len()),
                ("signals", before.signals.len(), after.signals.len()),
            ];
            for (what, before, after) in sizes {
                writeln!(out, "{what}: {before} -> {after}")?;
            }
            Ok(())
        }
    }
}

fn of_object(provenance: &Provenance, object: &str, out: &mut dyn Write) -> Result<(), CliError> {
    let lines = provenance.explain(object);
    if lines.is_empty() {
        writeln!(out, "no pass has touched `{object}`")?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    Ok(())
}

fn stamps(provenance: &Provenance, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["pass", "edits", "left alone", "ms"]);
    for stamp in &provenance.stamps {
        table.row(vec![
            stamp.pass.clone(),
            stamp.edits.len().to_string(),
            stamp.refusals.len().to_string(),
            format!("{:.3}", stamp.nanos as f64 * 1e-6),
        ]);
    }
    table.write(out)?;
    for stamp in &provenance.stamps {
        for refusal in &stamp.refusals {
            writeln!(out, "{}: {} left alone, {}", stamp.pass, refusal.object, refusal.reason)?;
        }
    }
    Ok(())
}
