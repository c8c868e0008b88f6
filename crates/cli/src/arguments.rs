//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::backend::Choice;

/// Runs neural models.
#[derive(Debug, Parser)]
#[command(name = "pontine", version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build and run a model file; print rates beside published ones, write recording and summary.
    Run(RunArguments),
    /// Tell what a model file holds and what it needs.
    Info(InfoArguments),
}

#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    /// Model time to run, such as "1 s" [default: that of the model].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub time: Option<String>,
    /// Folder for recording.npz, manifest.json and summary.json [default: out/<model>].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print errors only.
    #[arg(long)]
    pub quiet: bool,
    /// What runs the model.
    #[arg(long, value_enum, default_value_t = Choice::Ref)]
    pub backend: Choice,
}

#[derive(Args, Debug)]
pub(crate) struct InfoArguments {
    #[command(flatten)]
    pub model: ModelArguments,
}

/// The model, and changes to it. Wrong values are told by the model file, negative ones too.
#[derive(Args, Debug)]
pub(crate) struct ModelArguments {
    /// A model file, TOML or JSON.
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// Time step, such as "0.1 ms" [default: that of the model].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub dt: Option<String>,
    /// Seed of everything random [default: that of the model].
    #[arg(long, allow_hyphen_values = true)]
    pub seed: Option<String>,
    /// Short for `--set parameters.scale=SCALE`.
    #[arg(long, allow_hyphen_values = true)]
    pub scale: Option<String>,
    /// Set a value of the model file, such as `parameters.drive=dc` or `population.E.size=100`.
    #[arg(long, value_name = "PATH=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (path, value) = text.split_once('=').ok_or("expected PATH=VALUE")?;
    Ok((path.trim().to_owned(), value.trim().to_owned()))
}
