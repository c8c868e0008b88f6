//! All checks of one backend as a test binary.

use libtest_mimic::{Arguments, Failed, Trial};
use pontine_core_ir::{
    Model,
    port::{Backend, CompileOptions},
};

use crate::{
    behaviour::{self, Behaviour},
    bench::{Outcome, advance, compile, drain, words},
    case::{Case, SHIPPED},
    compare::Equality,
    random::{self, Property},
};

/// What the suite asks for beyond the backend itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How equal the backend must be to the oracle on random networks.
    pub equality: Equality,
    /// How many random networks of each kind.
    pub n_random: u32,
    /// Which random networks.
    pub seed: u64,
}

impl Default for Options {
    /// Bit for bit, on 48 networks of each kind. `PONTINE_CONFORMANCE_CASES` and
    /// `PONTINE_CONFORMANCE_SEED` ask for more and for others.
    fn default() -> Self {
        let of = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
        Self {
            equality: Equality::Bits,
            n_random: of("PONTINE_CONFORMANCE_CASES").unwrap_or(48) as u32,
            seed: of("PONTINE_CONFORMANCE_SEED").unwrap_or(2026),
        }
    }
}

/// Holds a backend against the whole suite, as the main function of a test binary without harness.
///
/// Arguments are those of any test binary: a filter, `--list`, … Checks that need what the backend
/// lacks are shown as ignored, with what is lacking.
pub fn run(backend: &'static dyn Backend) -> ! {
    run_with(backend, Options::default())
}

/// The same with options.
pub fn run_with(backend: &'static dyn Backend, options: Options) -> ! {
    libtest_mimic::run(&Arguments::from_args(), trials(backend, options)).exit()
}

/// All checks of a backend, for binaries that add checks of their own.
pub fn trials(backend: &'static dyn Backend, options: Options) -> Vec<Trial> {
    let cases = SHIPPED.iter().map(|(name, text)| case(backend, name, text));
    let behaviours = behaviour::all().map(|behaviour| of_behaviour(backend, behaviour));
    let properties = random::ALL.iter().map(|property| of_property(backend, property, options));
    cases.chain(behaviours).chain(properties).collect()
}

fn of_property(
    backend: &'static dyn Backend,
    property: &'static Property,
    options: Options,
) -> Trial {
    let offered = backend.capabilities();
    let lacking = property.needs.iter().filter(|need| !offered.contains(need));
    trial(
        format!("random::{}", property.name),
        lacking.map(ToString::to_string).collect(),
        move || (property.check)(backend, &options),
    )
}

fn of_behaviour(backend: &'static dyn Backend, behaviour: &'static Behaviour) -> Trial {
    let model = (behaviour.model)();
    let mut lacking = model.as_ref().map_or(Vec::new(), |model| lacking(backend, model));
    let offered = backend.capabilities();
    let more = behaviour.needs.iter().filter(|need| !offered.contains(need));
    lacking.extend(more.map(ToString::to_string));
    trial(format!("behaviour::{}", behaviour.name), lacking, move || {
        (behaviour.check)(backend, &model?)
    })
}

fn case(backend: &'static dyn Backend, name: &'static str, text: &str) -> Trial {
    let case = Case::parse(name, text);
    let lacking = case.as_ref().map_or(Vec::new(), |case| lacking(backend, &case.model));
    trial(format!("case::{name}"), lacking, move || {
        let case = case.map_err(words)?;
        let mut simulation = compile(backend, &case.model)?;
        advance(simulation.as_mut(), case.n_steps)?;
        let recording = drain(&case.model, simulation.as_mut())?;
        case.check(&recording).map_err(|error| format!("{}\nsource: {}", words(error), case.source))
    })
}

/// What a model needs and the backend lacks.
fn lacking(backend: &dyn Backend, model: &Model) -> Vec<String> {
    let missing = backend.missing(model, &CompileOptions::default());
    missing.into_iter().map(|missing| missing.capability.to_string()).collect()
}

fn trial(
    name: String,
    lacking: Vec<String>,
    check: impl FnOnce() -> Outcome + Send + 'static,
) -> Trial {
    let name =
        if lacking.is_empty() { name } else { format!("{name} (lacks {})", lacking.join(", ")) };
    Trial::test(name, || check().map_err(Failed::from)).with_ignored_flag(!lacking.is_empty())
}
