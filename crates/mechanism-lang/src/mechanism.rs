//! A mechanism, compiled.

use crate::error::{At, Cause, LangError};
use crate::family::resized;
use crate::ir::Program;
use crate::lower::lower;
use crate::parse::parse_trees;
use crate::tree::Solver;
use crate::unit::{Unit, UnitSystem};

/// A mechanism: its tables, and its programs.
///
/// One step of a cell: continuous inputs; integration (equations and `step`; refractoriness holds
/// the clamped states only); `on_spike` with the sum of the weights due; threshold; reset.
#[derive(Clone, Debug, PartialEq)]
pub struct Mechanism {
    /// Its name.
    pub name: String,
    /// What the comment above it says.
    pub doc: String,
    /// The units of all its values, and of dt and time.
    pub units: UnitSystem,
    /// Parameters, in order of declaration.
    pub parameters: Vec<Parameter>,
    /// Derived parameters, computed by [`Mechanism::derive`] at compile and after every write.
    pub derived: Vec<Derived>,
    /// States: the mechanism's own, then those of receptors (`excitatory.i`), then hidden ones.
    pub states: Vec<State>,
    /// Dense inputs.
    pub inputs: Vec<Input>,
    /// Receptors of events.
    pub receptors: Vec<Receptor>,
    /// Outputs; for a mechanism with `spike when`, `spikes` is the last.
    pub outputs: Vec<Output>,
    /// Stores every derived parameter, over parameters and dt; evaluated on the host in f64.
    pub derive: Program,
    /// Stores the initial value of every state, over parameters and draws.
    pub initial: Program,
    /// Stores states and outputs after one step.
    pub step: Program,
    /// How many draw sites `initial` has.
    pub n_initial_sites: u16,
    /// How many draw sites `step` has.
    pub n_step_sites: u16,
    pub(crate) source: String,
    pub(crate) hash: u64,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The unit in which it is held.
    pub unit: Unit,
    /// Its default, in that unit.
    pub default: f64,
    /// What the comment beside it says.
    pub doc: String,
}

/// A value that follows from parameters and dt.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// The expression it stands for.
    pub name: String,
}

/// A state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name; those of receptors are dotted.
    pub name: String,
    /// The unit in which it is held.
    pub unit: Unit,
    /// Added by the compiler (the count of refractory steps); not recordable by users.
    pub hidden: bool,
}

/// A dense input, held over the step; 0 if nothing is connected.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
}

/// A door for weighted events.
#[derive(Clone, Debug, PartialEq)]
pub struct Receptor {
    /// Its name.
    pub name: String,
    /// The unit of weights.
    pub unit: Unit,
}

/// An output.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// What it carries.
    pub kind: OutputKind,
    /// The unit of its values (of one spike's amplitude, for events).
    pub unit: Unit,
}

/// What an output carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// The signed number of spikes of a step.
    Events {
        /// The derived parameter that one spike counts when the events are read as dense; 1 if
        /// absent.
        amplitude: Option<usize>,
    },
    /// A value per step.
    Dense,
}

impl Mechanism {
    /// Compiles a text that holds one mechanism.
    ///
    /// # Errors
    /// If the text is not in the language, holds several mechanisms, names what does not exist,
    /// mixes dimensions, or asks a solver for what it cannot do.
    pub fn parse(text: &str) -> Result<Mechanism, LangError> {
        let mut all = Mechanism::parse_all(text)?;
        if all.len() > 1 {
            let what = format!("expected one mechanism, found {}", all.len());
            let at = At { line: 1, column: 1 };
            return Err(LangError::new(text, vec![at.fault(Cause::Missing { what })]));
        }
        Ok(all.swap_remove(0))
    }

    /// Compiles all mechanisms of a text; there is at least one.
    ///
    /// # Errors
    /// As [`Mechanism::parse`]; also if two have the same name.
    pub fn parse_all(text: &str) -> Result<Vec<Mechanism>, LangError> {
        let trees = parse_trees(text)?;
        for (position, tree) in trees.iter().enumerate() {
            if trees[..position].iter().any(|other| other.name == tree.name) {
                let cause = Cause::Duplicate { name: tree.name.clone() };
                return Err(LangError::new(text, vec![tree.at.fault(cause)]));
            }
        }
        let compile = |tree| lower(tree).map_err(|faults| LangError::new(text, faults));
        trees.iter().map(compile).collect()
    }

    /// The same equations, integrated by another solver.
    ///
    /// # Errors
    /// If there are no equations, or the solver cannot integrate them.
    ///
    /// # Examples
    /// ```
    /// use pontine_mechanism_lang::{Mechanism, Solver};
    ///
    /// let text = "mechanism M { units nef state x = 1 dx/dt = -x / 2 s solve exact }";
    /// let other = Mechanism::parse(text)?.with_solver(Solver::Rk4)?;
    /// assert!(other.source().contains("solve rk4"));
    /// # Ok::<(), pontine_mechanism_lang::LangError>(())
    /// ```
    pub fn with_solver(&self, solver: Solver) -> Result<Mechanism, LangError> {
        let text = self.source();
        let mut tree = parse_trees(text)?.swap_remove(0);
        if tree.solver.is_none() {
            let what = format!("`{}` has no equations for a solver", self.name);
            return Err(LangError::new(text, vec![tree.at.fault(Cause::Missing { what })]));
        }
        tree.solver = Some(solver);
        tree.tolerance = tree.tolerance.filter(|_| solver == Solver::Rk45);
        lower(&tree).map_err(|faults| LangError::new(text, faults))
    }

    /// The same with `n` members of those things that it has several of, by names such as `tau_1`, `tau_2`: lines and
    /// terms with members are repeated or left out, those beyond the last being like it. Its name ends with `_n`.
    ///
    /// # Errors
    /// If `n` is 0, or the mechanism has no members.
    ///
    /// # Examples
    /// ```
    /// use pontine_mechanism_lang::Mechanism;
    ///
    /// let text = "mechanism M { units nef state x_1 = 1 state x_2 = 2 state y = 0
    ///     dy/dt = (x_1 + x_2 - y) / 1 s   solve exact }";
    /// let three = Mechanism::parse(text)?.with_members(3)?;
    /// assert_eq!(three.name, "M_3");
    /// assert!(three.source().contains("x_1 + x_2 + x_3 - y"));
    /// # Ok::<(), pontine_mechanism_lang::LangError>(())
    /// ```
    pub fn with_members(&self, n: usize) -> Result<Mechanism, LangError> {
        let text = Some(n).filter(|n| *n > 0).and_then(|n| resized(self.source(), n));
        let Some(text) = text else {
            let what = format!("`{}` has no members, or none are asked for", self.name);
            let fault = At { line: 1, column: 1 }.fault(Cause::Missing { what });
            return Err(LangError::new(self.source(), vec![fault]));
        };
        Mechanism::parse(&text)
    }

    /// The canonical text, which compiles to an equal mechanism.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// FNV-1a of the canonical print of the programs: equal for mechanisms that compute the same
    /// from slots of the same number, whatever their names and defaults.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The position of a parameter.
    pub fn parameter_index(&self, name: &str) -> Option<usize> {
        self.parameters.iter().position(|item| item.name == name)
    }

    /// The position of a state.
    pub fn state_index(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|item| item.name == name)
    }

    /// The position of an input.
    pub fn input_index(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|item| item.name == name)
    }

    /// The position of a receptor.
    pub fn receptor_index(&self, name: &str) -> Option<usize> {
        self.receptors.iter().position(|item| item.name == name)
    }

    /// The position of an output.
    pub fn output_index(&self, name: &str) -> Option<usize> {
        self.outputs.iter().position(|item| item.name == name)
    }
}

/// 64-bit FNV-1a.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
