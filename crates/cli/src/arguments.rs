//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use pontine_core_ir::port::{self, CompileOptions};

use pontine_transforms::Pipeline;

use crate::{backend::Choice, figures::Form};

/// Runs neural models.
#[derive(Debug, Parser)]
#[command(name = "pontine", version, about = "Runs neural models that are described in files", after_help = OVERVIEW)]
pub(crate) struct Arguments {
    /// Tell on stderr what is being done; twice for more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    #[command(subcommand)]
    pub command: Command,
}

const OVERVIEW: &str = "\
Examples:
  pontine models                             the models that are shipped
  pontine run microcircuit                   run one of them
  pontine models brunel > mine.toml          take one as the start of a model of your own
  pontine run mine.toml --time \"2 s\" --seed 3
  pontine plot out/brunel                    figures of what was recorded

Exit status: 0 all is well; 1 the machine or the run failed; 2 wrong input;
130 ended by Ctrl-C, with what was recorded until then kept.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build and run a model; print rates beside published ones, write recording and summary.
    #[command(after_help = RUN)]
    Run(RunArguments),
    /// Tell what a model holds and what it needs.
    #[command(after_help = INFO)]
    Info(InfoArguments),
    /// Draw what was recorded, or what a model is built of.
    #[command(after_help = PLOT)]
    Plot(PlotArguments),
    /// List the models that are shipped, or print one.
    #[command(after_help = MODELS)]
    Models(ModelsArguments),
    /// Turn a model file from TOML into JSON, or back.
    #[command(after_help = CONVERT)]
    Convert(ConvertArguments),
    /// Make a recording of what a run had written that was killed.
    #[command(after_help = RECOVER)]
    Recover(RecoverArguments),
    /// List the passes that rewrite networks and models, tell of one, or run some over a model.
    #[command(after_help = PASSES)]
    Passes(PassesArguments),
    /// Tell what passes do to a model, or to one of its objects.
    #[command(after_help = EXPLAIN)]
    Explain(ExplainArguments),
    /// List the backends and what they can do.
    Backends,
    /// Print completions for a shell.
    #[command(after_help = COMPLETIONS)]
    Completions(CompletionsArguments),
}

const RUN: &str = "\
Examples:
  pontine run microcircuit                              a model that is shipped
  pontine run my.toml --time \"500 ms\" --seed 3          a file of yours
  pontine run microcircuit --scale 0.2 --threads 2      larger, on two threads
  pontine run brunel --set parameters.g=4.5             another parameter
  pontine run brunel --record \"E[0:5].v @ 0.5 ms\"       potentials of five cells
  pontine run my.toml --save-state half.state           to go on from with --load-state

Ctrl-C ends the run after a whole step and keeps what was recorded; a second one kills it.";

const INFO: &str = "\
Examples:
  pontine info microcircuit
  pontine info my.toml --scale 1        would it fit?";

const PLOT: &str = "\
Examples:
  pontine plot out/microcircuit                                raster and traces
  pontine plot out/microcircuit --from \"700 ms\" --until \"800 ms\"
  pontine plot out/mixed --format svg --to figures
  pontine plot communication_channel                           tuning curves and weights
  pontine plot my.toml --set parameters.n=20                   of a model with other parameters";

const MODELS: &str = "\
Examples:
  pontine models
  pontine models brunel > mine.toml";

const CONVERT: &str = "\
Examples:
  pontine convert my.toml my.json
  pontine convert brunel                 JSON on the standard output
  pontine convert my.json my.toml

Both have the same schema. Comments are not kept.";

const RECOVER: &str = "\
Examples:
  pontine recover out/microcircuit

A run writes what it records to recording.chunks as it goes on; at its end that becomes recording.npz.";

const PASSES: &str = "\
Examples:
  pontine passes list                all passes, and the pipelines that have names
  pontine passes show cse            one of them
  pontine passes run lorenz --passes fast
  pontine run my.toml --passes fast
  pontine run my.toml --passes \"pin-seeds, [build], fix(4){cse, dce}\"";

const EXPLAIN: &str = "\
Examples:
  pontine explain communication_channel --passes fast
  pontine explain communication_channel Ensemble:a --passes fast --json
  pontine explain communication_channel --passes fast --svg graph.svg";

const COMPLETIONS: &str = "\
Examples:
  pontine completions bash > ~/.local/share/bash-completion/completions/pontine
  pontine completions fish > ~/.config/fish/completions/pontine.fish";

#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    /// Model time to run, such as "1 s" [default: that of the model].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub time: Option<String>,
    /// Record this too: `E.v`, `E[0:10].v @ 1 ms`, `a`; may be given several times.
    #[arg(long, value_name = "WHAT")]
    pub record: Vec<String>,
    /// Folder for recording.npz, manifest.json, summary.json and figures [default: out/<model>].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write no figures.
    #[arg(long)]
    pub no_plot: bool,
    /// The form of figures.
    #[arg(long, value_enum, default_value_t)]
    pub format: Form,
    /// Print errors only.
    #[arg(long)]
    pub quiet: bool,
    /// Continue from a state that `--save-state` wrote, for the time of this run.
    #[arg(long, value_name = "FILE")]
    pub load_state: Option<PathBuf>,
    /// Write the whole state at the end, to continue from.
    #[arg(long, value_name = "FILE")]
    pub save_state: Option<PathBuf>,
    /// Begin with the parameters (weights, decoders, parameters of cells, …) of a file of safetensors,
    /// by their paths; those that it lacks are the model's. Not together with `--load-state`.
    #[arg(long, value_name = "FILE", conflicts_with = "load_state")]
    pub load_parameters: Option<PathBuf>,
    /// Write all parameters at the end, what was learned with them, as safetensors by path.
    #[arg(long, value_name = "FILE")]
    pub save_parameters: Option<PathBuf>,
    #[command(flatten)]
    pub rewriting: RewritingArguments,
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

#[derive(Args, Debug)]
pub(crate) struct PlotArguments {
    /// A folder that a run wrote to, a recording.npz, or a model: a file, or the name of one that is
    /// shipped.
    #[arg(value_name = "WHAT")]
    pub what: PathBuf,
    #[command(flatten)]
    pub changes: Changes,
    /// Begin there, such as "700 ms" [default: one second of spikes before the end; all samples].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// End there [default: with the recording].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// The form of figures.
    #[arg(long, value_enum, default_value_t)]
    pub format: Form,
    /// Folder for figures [default: that of the recording; for a model out/<model>].
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ModelsArguments {
    /// Print the file of this model.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ConvertArguments {
    /// A model file, TOML or JSON, or the name of a model that is shipped.
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// The file to write, TOML or JSON [default: the other form, on the standard output].
    #[arg(value_name = "FILE")]
    pub to: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct RecoverArguments {
    /// The folder that the run wrote to.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct PassesArguments {
    #[command(subcommand)]
    pub what: PassesCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum PassesCommand {
    /// List all passes, and the pipelines that have names.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Tell of one pass.
    Show {
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run passes over a model: what each did, and how large the model is before and after.
    Run(PassesRunArguments),
}

#[derive(Args, Debug)]
pub(crate) struct PassesRunArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    #[command(flatten)]
    pub rewriting: RewritingArguments,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    /// The path of an object, such as `Ensemble:a`, or a part of what was built for it [default: all].
    #[arg(value_name = "OBJECT")]
    pub object: Option<String>,
    #[command(flatten)]
    pub rewriting: RewritingArguments,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Draw the operators and signals before and after: SVG, or PNG if the name does not end in `.svg`.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// What rewrites the model before it runs.
#[derive(Args, Debug)]
pub(crate) struct RewritingArguments {
    /// Passes to run: the name of a pipeline, or a list; `pontine passes list` tells which there are.
    #[arg(long, value_name = "PASSES", default_value = "default", value_parser = pipeline)]
    pub passes: Pipeline,
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
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
    /// A model file, TOML or JSON, or the name of a model that is shipped.
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    #[command(flatten)]
    pub changes: Changes,
}

/// What a command line changes of a model file.
#[derive(Args, Debug, Default, PartialEq)]
pub(crate) struct Changes {
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

fn pipeline(text: &str) -> Result<Pipeline, String> {
    text.parse::<Pipeline>().map_err(|error| error.to_string())
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (path, value) = text.split_once('=').ok_or("expected PATH=VALUE")?;
    Ok((path.trim().to_owned(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_has_no_option_twice_and_no_wrong_default() {
        Arguments::command().debug_assert();
    }
}
