//! What passes did: stamps, edit logs, fates.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Range,
};

use pontine_core_ir::{
    Model, Network,
    network::ObjId,
    pass::{Delta, Fate, ModelEdit, ModelId, NetworkEdit, PassIr, Refusal},
};

/// The story of one way through a pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// One stamp for each pass that ran, in order.
    pub stamps: Vec<Stamp>,
    /// What was done to the network.
    pub network: Log<NetworkEdit, ObjId>,
    /// What was done to the model.
    pub model: Log<ModelEdit, ModelId>,
}

/// Edits and what they did to all parts together.
#[derive(Clone, Debug, PartialEq)]
pub struct Log<E, I: Ord> {
    /// The edits, in order.
    pub edits: Vec<E>,
    /// The fates of the parts.
    pub delta: Delta<I>,
    /// What passes that treat each object once have treated, by the name of the pass.
    pub treated: BTreeMap<String, BTreeSet<I>>,
}

impl<E, I: Ord> Default for Log<E, I> {
    fn default() -> Self {
        Self { edits: Vec::new(), delta: Delta::default(), treated: BTreeMap::new() }
    }
}

/// One application of one pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// The pass, with its parameters.
    pub pass: String,
    /// Its version.
    pub version: u32,
    /// Its edits, as places in the log of the network or of the model.
    pub edits: Range<usize>,
    /// Which parts were touched, and what became of them; in order of their ids.
    pub touched: Vec<Touched>,
    /// What it could have changed and did not.
    pub refusals: Vec<Refusal>,
    /// Why it failed, where the pipeline goes on all the same; nothing was changed then.
    pub failure: Option<String>,
    /// How long it took, ns.
    pub nanos: u64,
}

impl Stamp {
    /// Of a pass that has done nothing.
    pub(crate) fn new(pass: String, version: u32) -> Self {
        let (touched, refusals) = (Vec::new(), Vec::new());
        Self { pass, version, edits: 0..0, touched, refusals, failure: None, nanos: 0 }
    }
}

/// A part that a pass touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Its name when the pass began.
    pub object: String,
    /// What became of it.
    pub fate: String,
}

impl Provenance {
    /// Goes on with what happened later; both must belong to one way from network to model.
    pub fn append(&mut self, later: Self) {
        self.stamps.extend(later.stamps);
        self.network.append(later.network);
        self.model.append(later.model);
    }

    /// What passes did to an object or to the parts of the model that were built for it, and what
    /// they refused to do, in order: `pass: what`.
    ///
    /// `object` is a path, or the name of an operator (`copy of `…``) or signal; names within it,
    /// such as `Ensemble:a.in` for `Ensemble:a`, do not count.
    pub fn explain(&self, object: &str) -> Vec<String> {
        let of_stamp = |stamp: &Stamp| {
            let fates = stamp.touched.iter().map(|t| (&t.object, &t.fate));
            let refusals = stamp.refusals.iter().map(|r| (&r.object, &r.reason));
            let hits: Vec<_> = fates
                .map(|(name, fate)| (name, fate.clone()))
                .chain(refusals.map(|(name, reason)| (name, format!("left alone, {reason}"))))
                .filter(|(name, _)| is_of(name, object))
                .map(|(name, what)| match name == object {
                    true => format!("{}: {what}", stamp.pass),
                    false => format!("{}: {name} {what}", stamp.pass),
                })
                .collect();
            hits
        };
        self.stamps.iter().flat_map(of_stamp).collect()
    }

    /// The network that came out, from the one that went in.
    pub fn replay(&self, network: &Network) -> Network {
        replay(network.clone(), &self.network.edits)
    }

    /// The model that came out, from the one that went in.
    pub fn replay_model(&self, model: Model) -> Model {
        replay(model, &self.model.edits)
    }
}

fn replay<Ir: PassIr>(mut ir: Ir, edits: &[Ir::Edit]) -> Ir {
    for edit in edits {
        ir.apply(edit);
    }
    ir
}

/// Whether a name is the object's own, or of an operator that was built for it.
pub(crate) fn is_of(name: &str, object: &str) -> bool {
    name == object
        || name.split_once(" of `").is_some_and(|(_, rest)| rest.strip_suffix('`') == Some(object))
}

impl<E, I: Copy + Ord> Log<E, I> {
    fn append(&mut self, later: Self) {
        self.delta = self.delta.then(&later.delta);
        self.edits.extend(later.edits);
        for (pass, treated) in later.treated {
            self.treated.entry(pass).or_default().extend(treated);
        }
    }
}

/// A fate in words.
pub(crate) fn in_words<Ir: PassIr>(ir: &Ir, fate: &Fate<Ir::Id>) -> String {
    match fate {
        Fate::Kept => "kept".into(),
        Fate::Modified => "modified".into(),
        Fate::Merged { with, n: 2 } => format!("merged with {}", ir.name_of(*with)),
        Fate::Merged { with, n } => {
            format!("merged with {} and {} others", ir.name_of(*with), n - 2)
        }
        Fate::Replaced(others) => format!("replaced by {}", ir.names_of(others).join(", ")),
        Fate::Folded { into } => format!("folded into {}", ir.name_of(*into)),
        Fate::Removed { reason } => format!("removed, {reason}"),
    }
}

/// A line for each pass.
impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stamp in &self.stamps {
            writeln!(
                f,
                "{} (version {}): {} edits, {} touched, {} left alone, {:.3} ms",
                stamp.pass,
                stamp.version,
                stamp.edits.len(),
                stamp.touched.len(),
                stamp.refusals.len(),
                stamp.nanos as f64 * 1e-6
            )?;
        }
        Ok(())
    }
}
