//! A mechanism as written: the typed tree between text and IR.

use std::str::FromStr;

use crate::error::At;
use crate::expr::Expr;
use crate::unit::{Unit, UnitSystem};

/// A mechanism as written. Prints as canonical text.
#[derive(Clone, Debug, PartialEq)]
pub struct MechanismTree {
    /// Its name.
    pub name: String,
    /// The comment above it.
    pub doc: String,
    /// The unit system of all its values.
    pub units: UnitSystem,
    /// `parameter name = value unit`
    pub parameters: Vec<ParameterTree>,
    /// `input name unit`
    pub inputs: Vec<InputTree>,
    /// `receptor name unit { … }`
    pub receptors: Vec<ReceptorTree>,
    /// `state name = initial`
    pub states: Vec<StateTree>,
    /// `output name …`
    pub outputs: Vec<OutputTree>,
    /// `let name = value`: abbreviations in equations and in the threshold condition.
    pub lets: Vec<Let>,
    /// `dx/dt = …`
    pub equations: Vec<Equation>,
    /// `step { … }`
    pub step: Option<Vec<Statement>>,
    /// `spike when … { … }`
    pub spike: Option<SpikeTree>,
    /// `solve …`
    pub solver: Option<Solver>,
    /// `solve rk45 tolerance …`: the error of a step of the solver's own, in parts of each state.
    pub tolerance: Option<f64>,
    /// Where the name stands.
    pub at: At,
}

/// A parameter and its default.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterTree {
    /// Its name.
    pub name: String,
    /// The comment above it, or behind it on its line.
    pub doc: String,
    /// The default in the unit as written.
    pub value: f64,
    /// The unit as written.
    pub unit: Unit,
    /// Where the name stands.
    pub at: At,
}

/// A continuous input, held over the step.
#[derive(Clone, Debug, PartialEq)]
pub struct InputTree {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// Where the name stands.
    pub at: At,
}

/// A door for weighted events.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceptorTree {
    /// Its name.
    pub name: String,
    /// The unit of weights.
    pub unit: Unit,
    /// Parameters that belong to it.
    pub parameters: Vec<ParameterTree>,
    /// States that belong to it.
    pub states: Vec<StateTree>,
    /// Their equations.
    pub equations: Vec<Equation>,
    /// What arriving events do.
    pub on_spike: Option<OnSpike>,
    /// Where the name stands.
    pub at: At,
}

/// `on_spike(weight) { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct OnSpike {
    /// The name of the summed weight.
    pub weight: String,
    /// The body.
    pub body: Vec<Statement>,
    /// Where the keyword stands.
    pub at: At,
}

/// A state and its initial value.
#[derive(Clone, Debug, PartialEq)]
pub struct StateTree {
    /// Its name.
    pub name: String,
    /// Its unit, if written; else that of the initial value.
    pub unit: Option<Unit>,
    /// Over parameters and draws.
    pub initial: Expr,
    /// Where the name stands.
    pub at: At,
}

/// An output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputTree {
    /// Its name.
    pub name: String,
    /// Events or values.
    pub kind: OutputTreeKind,
    /// Where the name stands.
    pub at: At,
}

/// What an output carries.
#[derive(Clone, Debug, PartialEq)]
pub enum OutputTreeKind {
    /// Spikes; read as values, one spike counts `amplitude` (over parameters and dt).
    Events {
        /// The value of one spike, 1 if absent.
        amplitude: Option<Expr>,
    },
    /// One value per step.
    Dense {
        /// Its unit.
        unit: Unit,
    },
}

/// `let name = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    /// The name.
    pub name: String,
    /// What it stands for.
    pub value: Expr,
    /// Where the name stands.
    pub at: At,
}

/// `dx/dt = rate`
#[derive(Clone, Debug, PartialEq)]
pub struct Equation {
    /// The state.
    pub state: String,
    /// Its rate of change.
    pub rate: Expr,
    /// Where it stands.
    pub at: At,
}

/// `spike when condition { reset… }`
#[derive(Clone, Debug, PartialEq)]
pub struct SpikeTree {
    /// Tested at the end of each step.
    pub condition: Expr,
    /// What a spike does.
    pub reset: Vec<Statement>,
    /// `refractory duration clamps …`
    pub clamp: Option<Clamp>,
    /// Where the keyword stands.
    pub at: At,
}

/// `refractory duration clamps states`
#[derive(Clone, Debug, PartialEq)]
pub struct Clamp {
    /// How long, over parameters; rounded to whole steps.
    pub duration: Expr,
    /// The states that are held.
    pub states: Vec<String>,
    /// Where the keyword stands.
    pub at: At,
}

/// How equations are integrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Solver {
    /// The exact propagator of a linear system without cycles.
    Exact,
    /// Each state as a linear equation of its own, all else frozen at the start of the step.
    ExponentialEuler,
    /// `x += dt · f(x)`
    Euler,
    /// The classical Runge-Kutta method of fourth order, for all states together.
    Rk4,
    /// A Runge-Kutta method of fifth order that parts the step of each neuron as its error asks for.
    Rk45,
}

/// A statement of a `step`, `on_spike` or `spike` block.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `let name = value`
    Let(Let),
    /// `target op value`
    Assign {
        /// A state or dense output.
        target: String,
        /// `=`, `+=`, …
        op: AssignOp,
        /// The right side.
        value: Expr,
        /// Where the target stands.
        at: At,
    },
    /// `if condition { … } else { … }`
    If {
        /// The condition.
        condition: Expr,
        /// Done where it holds.
        then: Vec<Statement>,
        /// Done where not.
        otherwise: Vec<Statement>,
        /// Where the keyword stands.
        at: At,
    },
    /// `for name in first..end while condition { … }`
    For {
        /// Counts the rounds.
        name: String,
        /// Its first value.
        first: u32,
        /// One more than its last value.
        end: u32,
        /// Tested before each round; where it fails, the loop is over.
        condition: Option<Expr>,
        /// A round.
        body: Vec<Statement>,
        /// Where the name stands.
        at: At,
    },
    /// `emit output value`: adds `value` spikes.
    Emit {
        /// The output.
        output: String,
        /// How many spikes, with sign.
        value: Expr,
        /// Where the keyword stands.
        at: At,
    },
}

/// How an assignment combines with the old value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssignOp {
    /// `=`
    Set,
    /// `+=`
    Add,
    /// `-=`
    Sub,
    /// `*=`
    Mul,
    /// `/=`
    Div,
}

impl AssignOp {
    pub(crate) const ALL: [AssignOp; 5] =
        [AssignOp::Set, AssignOp::Add, AssignOp::Sub, AssignOp::Mul, AssignOp::Div];

    /// The operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            AssignOp::Set => "=",
            AssignOp::Add => "+=",
            AssignOp::Sub => "-=",
            AssignOp::Mul => "*=",
            AssignOp::Div => "/=",
        }
    }
}

impl Solver {
    /// All solvers.
    pub const ALL: [Solver; 5] =
        [Solver::Exact, Solver::ExponentialEuler, Solver::Euler, Solver::Rk4, Solver::Rk45];

    /// The word after `solve`.
    pub fn name(self) -> &'static str {
        match self {
            Solver::Exact => "exact",
            Solver::ExponentialEuler => "exponential_euler",
            Solver::Euler => "euler",
            Solver::Rk4 => "rk4",
            Solver::Rk45 => "rk45",
        }
    }
}

/// A word that names no solver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown solver `{name}`; there are `exact`, `exponential_euler`, `euler`, `rk4` and `rk45`"
)]
pub struct UnknownSolver {
    /// The word.
    pub name: String,
}

impl FromStr for Solver {
    type Err = UnknownSolver;

    fn from_str(name: &str) -> Result<Solver, UnknownSolver> {
        let found = Solver::ALL.into_iter().find(|solver| solver.name() == name);
        found.ok_or_else(|| UnknownSolver { name: name.into() })
    }
}
