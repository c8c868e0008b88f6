//! What can be wrong with a text, and where.

use std::fmt;

/// A place in a text: line and column, both counted from 1.
///
/// Two places always compare equal, so that trees compare by meaning and not by layout.
#[derive(Clone, Copy, Debug, Default, Eq)]
pub struct At {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl PartialEq for At {
    fn eq(&self, _: &At) -> bool {
        true
    }
}

/// One or more faults of a text, all found in the same stage.
///
/// Displays each as `line:column: message` with the source line and a caret below it.
#[derive(Clone, Debug, PartialEq)]
pub struct LangError {
    /// The faults, in order of appearance; never empty.
    pub faults: Vec<Fault>,
}

/// One fault: what is wrong, and the line it stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The whole source line.
    pub source_line: String,
    /// What is wrong.
    pub cause: Cause,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// A character that starts no token.
    #[error("unexpected character `{found}`")]
    Character {
        /// The character.
        found: char,
    },
    /// A number that cannot be read.
    #[error("`{text}` is not a number")]
    Number {
        /// As written.
        text: String,
    },
    /// A token where another was needed.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What could have stood there.
        expected: String,
    },
    /// Nesting beyond what a human writes.
    #[error("nested more than {limit} deep")]
    TooDeep {
        /// The greatest depth allowed.
        limit: usize,
    },
    /// A word that is no unit.
    #[error("`{unit}` is not a unit")]
    UnknownUnit {
        /// As written.
        unit: String,
    },
    /// A name that nothing declares.
    #[error("unknown {what} `{name}`{}", hint(.nearest, .available))]
    UnknownName {
        /// `name`, `function`, `state`, …
        what: &'static str,
        /// As written.
        name: String,
        /// The most similar name available, if one is near.
        nearest: Option<String>,
        /// All names available there.
        available: Vec<String>,
    },
    /// A name declared twice.
    #[error("`{name}` is declared twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// An assignment to something that cannot change here.
    #[error("`{name}` cannot be assigned here; assignable: {}", .available.join(", "))]
    NotAssignable {
        /// The name.
        name: String,
        /// What can be assigned.
        available: Vec<String>,
    },
    /// A wrong number of arguments.
    #[error("`{function}` takes {expected} argument(s), found {found}")]
    Arity {
        /// The function.
        function: String,
        /// How many it takes.
        expected: String,
        /// How many were given.
        found: usize,
    },
    /// Two quantities of different dimension.
    #[error("{what}: `{left}` and `{right}` do not match")]
    UnitMismatch {
        /// The operation.
        what: String,
        /// Unit on the left.
        left: String,
        /// Unit on the right.
        right: String,
    },
    /// A condition where a number is needed, or the other way round.
    #[error("expected a {expected}, found a {found}")]
    TypeMismatch {
        /// What is needed.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// An index outside its vector, or not a whole number.
    #[error("`{name}` has {}", no_component(*.size, name, index))]
    Index {
        /// The vector.
        name: String,
        /// Its size.
        size: usize,
        /// The index as written, if there is one.
        index: Option<String>,
    },
    /// Something other than a parameter in an expression that is evaluated once.
    #[error("`{name}` may not stand here: {why}")]
    NotAllowed {
        /// The name.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// An equation that the solver cannot treat.
    #[error("`solve {solver}`: `{state}` is not linear: {why} in `{term}`; use `solve {instead}`")]
    NotLinear {
        /// The solver asked for.
        solver: &'static str,
        /// Whose equation.
        state: String,
        /// What kind of term.
        why: &'static str,
        /// The offending term.
        term: String,
        /// A solver that can.
        instead: &'static str,
    },
    /// States that depend on one another in a circle.
    #[error(
        "`solve exact`: {} depend on one another in a cycle; use `solve exponential_euler`",
        .states.join(", ")
    )]
    Cycle {
        /// The states of the cycle.
        states: Vec<String>,
    },
    /// A state that goes on evolving while what it depends on is clamped.
    #[error(
        "`solve exact`: `{state}` depends on `{clamped}`, which is clamped while refractory; \
         use `solve exponential_euler`"
    )]
    ClampedCoupling {
        /// The free state.
        state: String,
        /// The clamped state.
        clamped: String,
    },
    /// An `on_spike` whose effect is not the sum of its events' effects.
    #[error(
        "`on_spike` must add to states in proportion to the weight \
         (`state += factor * {weight}`), so that events can be summed: {why}"
    )]
    NotAdditive {
        /// The weight's name.
        weight: String,
        /// What is wrong.
        why: String,
    },
    /// Something that must be there and is not.
    #[error("{what}")]
    Missing {
        /// What is missing, and why it is needed.
        what: String,
    },
}

impl LangError {
    /// Line of the first fault, from 1.
    pub fn line(&self) -> u32 {
        self.faults[0].line
    }

    /// Column of the first fault, from 1.
    pub fn column(&self) -> u32 {
        self.faults[0].column
    }

    pub(crate) fn new(text: &str, mut found: Vec<Located>) -> LangError {
        found.sort_by_key(|located| (located.at.line, located.at.column));
        LangError { faults: found.into_iter().map(|located| located.within(text)).collect() }
    }
}

impl fmt::Display for LangError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.faults.iter().enumerate() {
            if position > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LangError {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let caret = " ".repeat(self.column.saturating_sub(1) as usize);
        write!(f, "{}:{}: {}", self.line, self.column, self.cause)?;
        if self.source_line.is_empty() {
            return Ok(());
        }
        write!(f, "\n    {}\n    {caret}^", self.source_line)
    }
}

/// A cause and its place, before the source line is looked up.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub at: At,
    pub cause: Cause,
}

impl Located {
    fn within(self, text: &str) -> Fault {
        let index = self.at.line.saturating_sub(1) as usize;
        // Tabs would shift the caret.
        let source_line = text.lines().nth(index).unwrap_or("").replace('\t', " ");
        Fault { line: self.at.line, column: self.at.column, source_line, cause: self.cause }
    }
}

impl At {
    pub(crate) fn fault(self, cause: Cause) -> Located {
        Located { at: self, cause }
    }
}

/// An unknown name with the nearest of those available.
pub(crate) fn unknown(what: &'static str, name: &str, available: Vec<String>) -> Cause {
    Cause::UnknownName { what, name: name.into(), nearest: nearest(name, &available), available }
}

fn nearest(name: &str, available: &[String]) -> Option<String> {
    let near = |other: &&String| strsim::jaro_winkler(name, other) > 0.75;
    let order = |a: &&String, b: &&String| {
        strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b))
    };
    available.iter().filter(near).max_by(order).cloned()
}

fn hint(nearest: &Option<String>, available: &[String]) -> String {
    let guess = match nearest {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    };
    let none = if available.is_empty() { "none" } else { "" };
    format!("{guess} (available: {none}{})", available.join(", "))
}

/// What is wrong with an index, or with there being none.
fn no_component(size: usize, name: &str, index: &Option<String>) -> String {
    let n = match size {
        0 => "no components".to_owned(),
        1 => "1 component".to_owned(),
        _ => format!("{size} components"),
    };
    match index {
        Some(index) if size > 0 => format!("{n}; `{index}` is not one of them"),
        None if size > 0 => format!("{n}; tell which one is meant, such as `{name}[0]`"),
        _ => n,
    }
}
