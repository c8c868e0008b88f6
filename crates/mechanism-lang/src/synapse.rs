//! A synapse, compiled: what its text does when spikes arrive, as programs of the same IR.
//!
//! `on_pre` and `on_post` become a [`Mechanism`] each, whose step is the block. Both have the same
//! parameters and states, the weight first, so that whoever runs cells runs synapses too.

use crate::error::{At, Cause, LangError, Located};
use crate::expr::Expr;
use crate::lower::lower;
use crate::mechanism::{Mechanism, Parameter, State};
use crate::parse::parse_synapse;
use crate::tree::{InputTree, MechanismTree, OutputTree, OutputTreeKind, StateTree, Statement};
use crate::unit::Unit;

/// What happens at one synapse when a spike arrives from either side.
///
/// ```text
/// synapse Additive {
///     units population
///     parameter …
///     state trace = 0
///     on_pre { … deliver w }
///     on_post { … }
/// }
/// ```
/// `w`, the weight, is the first state. The blocks read `elapsed`, the time since the last spike that
/// arrived here from either side (since the start, if there was none); `spikes`, how many arrive at
/// once; and `coincident`, how many arrived from the other side in this very step and were dealt with
/// before. `deliver x` hands `x` to the receptor, for each of the spikes.
#[derive(Clone, Debug, PartialEq)]
pub struct Synapse {
    /// Its name.
    pub name: String,
    /// What the comment above it says.
    pub doc: String,
    /// What a spike of the source does: output 0 is what is delivered.
    pub on_pre: Mechanism,
    /// What a spike of the target does.
    pub on_post: Option<Mechanism>,
    source: String,
}

impl Synapse {
    /// The name of the weight among the states.
    pub const WEIGHT: &'static str = "w";

    /// Compiles a text that holds one synapse.
    ///
    /// # Errors
    /// If the text is not in the language, names what does not exist, or mixes dimensions.
    ///
    /// # Examples
    /// ```
    /// use pontine_mechanism_lang::Synapse;
    ///
    /// let text = "synapse Unreliable {
    ///     units population
    ///     parameter p = 0.5
    ///     on_pre { if uniform() < p { deliver w } }
    /// }";
    /// let synapse = Synapse::parse(text)?;
    /// assert_eq!(synapse.states()[0].name, "w");
    /// assert!(synapse.is_random() && synapse.on_post.is_none());
    /// # Ok::<(), pontine_mechanism_lang::LangError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Synapse, LangError> {
        let tree = parse_synapse(text)?;
        let compile = |name: &str, body: &[Statement]| {
            lower(&tree.mechanism(name, body)).map_err(|faults| LangError::new(text, faults))
        };
        Ok(Synapse {
            name: tree.tables.name.clone(),
            doc: tree.tables.doc.clone(),
            on_pre: compile("on_pre", &tree.on_pre)?,
            on_post: tree.on_post.as_deref().map(|body| compile("on_post", body)).transpose()?,
            source: text.trim().to_owned(),
        })
    }

    /// Whether a text begins with a synapse, comments aside.
    pub fn begins(text: &str) -> bool {
        let lines = text.lines().map(str::trim_start);
        let first = lines.into_iter().find(|line| !line.is_empty() && !line.starts_with("//"));
        first.is_some_and(|line| line.split_whitespace().next() == Some("synapse"))
    }

    /// Its text, which compiles to an equal synapse.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Parameters, in order of declaration.
    pub fn parameters(&self) -> &[Parameter] {
        &self.on_pre.parameters
    }

    /// States: the weight, then the synapse's own.
    pub fn states(&self) -> &[State] {
        &self.on_pre.states
    }

    /// The position of a state.
    pub fn state_index(&self, name: &str) -> Option<usize> {
        self.on_pre.state_index(name)
    }

    /// Whether it draws random numbers while it runs.
    pub fn is_random(&self) -> bool {
        self.programs().any(|program| program.n_step_sites > 0)
    }

    /// What happens at a spike of the source, and of the target.
    pub fn programs(&self) -> impl Iterator<Item = &Mechanism> {
        std::iter::once(&self.on_pre).chain(&self.on_post)
    }
}

/// A synapse as written.
#[derive(Clone, Debug)]
pub(crate) struct SynapseTree {
    /// Name, units, parameters and states.
    pub tables: MechanismTree,
    pub on_pre: Vec<Statement>,
    pub on_post: Option<Vec<Statement>>,
}

/// What `deliver` adds to.
pub(crate) const DELIVERED: &str = "delivered";

impl SynapseTree {
    /// A mechanism whose step is one of the blocks.
    fn mechanism(&self, block: &str, body: &[Statement]) -> MechanismTree {
        let at = self.tables.at;
        let mut tree = self.tables.clone();
        tree.name = format!("{}_{block}", tree.name);
        let weight =
            StateTree { name: Synapse::WEIGHT.into(), unit: None, initial: Expr::number(0.0), at };
        tree.states.insert(0, weight);
        let input = |name: &str, unit| InputTree { name: name.into(), unit, at };
        tree.inputs = vec![
            input("elapsed", tree.units.time()),
            input("spikes", Unit::NONE),
            input("coincident", Unit::NONE),
        ];
        let kind = OutputTreeKind::Dense { unit: Unit::NONE };
        tree.outputs = vec![OutputTree { name: DELIVERED.into(), kind, at }];
        tree.step = Some(body.to_vec());
        tree
    }

    /// Refuses to deliver what no spike of the source has sent.
    pub(crate) fn check(&self) -> Result<(), Located> {
        match self.on_post.as_deref().and_then(delivery) {
            None => Ok(()),
            Some(at) => Err(at.fault(Cause::NotAllowed {
                name: "deliver".into(),
                why: "only a spike of the source is delivered, in `on_pre`",
            })),
        }
    }
}

/// Where something is delivered.
fn delivery(body: &[Statement]) -> Option<At> {
    body.iter().find_map(|statement| match statement {
        Statement::Assign { target, at, .. } => (target == DELIVERED).then_some(*at),
        Statement::If { then, otherwise, .. } => delivery(then).or_else(|| delivery(otherwise)),
        Statement::For { body, .. } => delivery(body),
        Statement::Let(_) | Statement::Emit { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: &str = "// Learns.
synapse Pair {
    units population
    parameter tau = 20 ms
    state trace = 0
    on_pre {
        trace = trace * exp(-elapsed / tau) + spikes
        deliver w
    }
    on_post { w += 0.1 * trace * exp(-elapsed / tau) * (1 - coincident) }
}";

    #[test]
    fn both_sides_have_the_same_tables() {
        let synapse = Synapse::parse(PAIR).unwrap();
        let post = synapse.on_post.as_ref().unwrap();
        assert_eq!((synapse.name.as_str(), synapse.doc.as_str()), ("Pair", "Learns."));
        assert_eq!(synapse.states(), post.states);
        assert_eq!(synapse.parameters(), post.parameters);
        assert_eq!(synapse.state_index("trace"), Some(1));
        assert!(!synapse.is_random());
        assert_ne!(synapse.on_pre.hash(), post.hash());
    }

    #[test]
    fn the_source_compiles_to_an_equal_synapse() {
        let synapse = Synapse::parse(PAIR).unwrap();
        assert_eq!(Synapse::parse(synapse.source()).unwrap(), synapse);
        assert!(Synapse::begins(PAIR) && !Synapse::begins("// x\nmechanism synapse {}"));
    }

    #[track_caller]
    fn check_fault(body: &str, expected: &str) {
        let text = format!("synapse S {{ units population\n{body} }}");
        let message = Synapse::parse(&text).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn faults_say_what_is_wrong() {
        check_fault("state x = 0", "needs `on_pre`");
        check_fault("on_pre { deliver w } on_post { deliver w }", "only a spike of the source");
        check_fault("on_pre { deliver w } on_pre { deliver w }", "`on_pre`");
        check_fault("state w = 0 on_pre { deliver w }", "`w`");
        check_fault("on_pre { x = 1 }", "`x`");
        check_fault("on_pre { deliver exp(elapsed) }", "exp");
        check_fault("receptor r { } on_pre { }", "receptor");
    }
}
