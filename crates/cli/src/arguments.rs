//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use pontine_core_ir::port::{self, CompileOptions};

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
    /// Continue from a state that `--save-state` wrote, for the time of this run.
    #[arg(long, value_name = "FILE")]
    pub load_state: Option<PathBuf>,
    /// Write the whole state at the end, to continue from.
    #[arg(long, value_name = "FILE")]
    pub save_state: Option<PathBuf>,
    #[command(flatten)]
    pub engine: EngineArguments,
}

#[derive(Args, Debug)]
pub(crate) struct InfoArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    #[command(flatten)]
    pub engine: EngineArguments,
}

/// What runs the model, and how; none of it changes what the model means.
#[derive(Args, Debug)]
pub(crate) struct EngineArguments {
    /// What runs the model.
    #[arg(long, value_enum, default_value_t = Choice::Ref)]
    pub backend: Choice,
    /// Number of threads.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = threads)]
    pub threads: usize,
    /// Width of arithmetic.
    #[arg(long, value_enum, default_value_t = Precision::F64)]
    pub precision: Precision,
}

impl EngineArguments {
    pub fn options(&self) -> CompileOptions {
        let precision = match self.precision {
            Precision::F32 => port::Precision::F32,
            Precision::F64 => port::Precision::F64,
        };
        CompileOptions { precision, threads: self.threads, ..CompileOptions::default() }
    }
}

/// Width of arithmetic, as on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Precision {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
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

/// More threads than any machine has cores would only ask for their stacks.
const MAX_THREADS: usize = 4096;

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=MAX_THREADS).contains(&n) => Ok(n),
        _ => Err(format!("expected a number from 1 to {MAX_THREADS}")),
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (path, value) = text.split_once('=').ok_or("expected PATH=VALUE")?;
    Ok((path.trim().to_owned(), value.trim().to_owned()))
}
