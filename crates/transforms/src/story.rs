//! What passes are and what they did, as text that other programs read.

use pontine_core_ir::{
    Model,
    pass::{Equality, PassMeta, Repeat},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::PipelineError,
    pipeline::Pipeline,
    provenance::{Provenance, Stamp, is_of},
    registry::{model_passes, network_passes},
};

/// What passes did, without the edits themselves: it reads back from JSON.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Ensemble, Network};
/// use pontine_transforms::{Pipeline, Story};
///
/// let mut network = Network::new("net");
/// network.add(Ensemble::new(10, 1).labelled("a"));
/// let (_, provenance) = Pipeline::default().apply(&network, &mut ())?;
/// let story = Story::of(&provenance);
/// assert_eq!(Story::from_json(&story.json()).unwrap(), story);
/// assert_eq!(story.about("Ensemble:a").passes[0].touched[0].fate, "modified");
/// # Ok::<(), pontine_transforms::PipelineError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// What each pass did, in order.
    pub passes: Vec<Chapter>,
}

/// What one pass did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chapter {
    /// The pass, with its parameters.
    pub pass: String,
    /// Its version.
    pub version: u32,
    /// Number of edits.
    pub edits: usize,
    /// How long it took, ns.
    pub nanos: u64,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// What it touched.
    pub touched: Vec<Happening>,
    /// What it left alone.
    pub left_alone: Vec<Spared>,
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// Its name when the pass began.
    pub object: String,
    /// What became of it.
    pub fate: String,
}

/// What was left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spared {
    /// Its name.
    pub object: String,
    /// Why.
    pub reason: String,
}

impl Story {
    /// The story of one way through a pipeline.
    pub fn of(provenance: &Provenance) -> Self {
        Self { passes: provenance.stamps.iter().map(Chapter::of).collect() }
    }

    /// What it tells of one object and of the parts that were built for it, as
    /// [`Provenance::explain`]; passes that did nothing to it are left out.
    #[must_use]
    pub fn about(&self, object: &str) -> Self {
        let about = |chapter: &Chapter| {
            let mut chapter = chapter.clone();
            chapter.touched.retain(|happening| is_of(&happening.object, object));
            chapter.left_alone.retain(|spared| is_of(&spared.object, object));
            chapter
        };
        let mut passes: Vec<_> = self.passes.iter().map(about).collect();
        passes.retain(|c| !(c.touched.is_empty() && c.left_alone.is_empty()));
        Self { passes }
    }

    /// As JSON.
    pub fn json(&self) -> String {
        json(self)
    }

    /// Reads what [`Story::json`] writes.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}

impl Chapter {
    fn of(stamp: &Stamp) -> Self {
        let happening = |(object, fate): (&String, &String)| Happening {
            object: object.clone(),
            fate: fate.clone(),
        };
        let spared = |(object, reason): (&String, &String)| Spared {
            object: object.clone(),
            reason: reason.clone(),
        };
        let touched = stamp.touched.iter().map(|t| (&t.object, &t.fate));
        let refusals = stamp.refusals.iter().map(|r| (&r.object, &r.reason));
        Self {
            pass: stamp.pass.clone(),
            version: stamp.version,
            edits: stamp.edits.len(),
            nanos: stamp.nanos,
            failure: stamp.failure.clone(),
            touched: touched.map(happening).collect(),
            left_alone: refusals.map(spared).collect(),
        }
    }
}

/// What passes did to a model as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// What each pass did, in order.
    pub passes: Vec<Counts>,
    /// Number of operators before and after.
    pub operators: [usize; 2],
    /// Number of things scheduled in a step before and after: merged operators count once.
    pub scheduled: [usize; 2],
    /// Number of signals before and after.
    pub signals: [usize; 2],
}

/// What one pass did, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The pass, with its parameters.
    pub pass: String,
    /// Number of edits.
    pub edits: usize,
    /// Number of parts that it touched.
    pub touched: usize,
    /// Number of parts that it left alone.
    pub left_alone: usize,
    /// How long it took, ns.
    pub nanos: u64,
}

impl Summary {
    /// Of one way from a model to another.
    pub fn of(provenance: &Provenance, before: &Model, after: &Model) -> Self {
        let counts = |stamp: &Stamp| Counts {
            pass: stamp.pass.clone(),
            edits: stamp.edits.len(),
            touched: stamp.touched.len(),
            left_alone: stamp.refusals.len(),
            nanos: stamp.nanos,
        };
        Self {
            passes: provenance.stamps.iter().map(counts).collect(),
            operators: [before, after].map(|model| model.operators.len()),
            scheduled: [before, after].map(Model::n_scheduled),
            signals: [before, after].map(|model| model.signals.len()),
        }
    }

    /// As JSON.
    pub fn json(&self) -> String {
        json(self)
    }
}

/// The passes of all linked crates and the pipelines that have names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    /// Passes, those over networks first.
    pub passes: Vec<Card>,
    /// Pipelines.
    pub pipelines: Vec<Named>,
}

/// A pipeline that has a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its name.
    pub name: &'static str,
    /// Its passes.
    pub passes: &'static str,
}

/// A pass, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
    /// What it does.
    pub about: &'static str,
    /// Networks or models.
    pub rewrites: &'static str,
    /// What it promises of results.
    pub equality: String,
    /// What a second application does.
    pub repeat: &'static str,
    /// Passes that it needs.
    pub requires: &'static [&'static str],
    /// Passes that it must stand behind.
    pub after: &'static [&'static str],
    /// Passes that it does not go with.
    pub conflicts: &'static [&'static str],
}

impl Known {
    /// All that is known to this program.
    ///
    /// # Errors
    /// [`PipelineError::Registry`] if two crates claim one name.
    pub fn all() -> Result<Self, PipelineError> {
        let networks = network_passes().entries()?.values().map(|e| Card::of(e.meta, "networks"));
        let models = model_passes().entries()?.values().map(|e| Card::of(e.meta, "models"));
        let pipelines = Pipeline::all_named().iter().map(|&(name, passes)| Named { name, passes });
        Ok(Self { passes: networks.chain(models).collect(), pipelines: pipelines.collect() })
    }

    /// The pass of this name.
    ///
    /// # Errors
    /// [`PipelineError::Unknown`] with the nearest name.
    pub fn pass(&self, name: &str) -> Result<&Card, PipelineError> {
        self.passes.iter().find(|card| card.name == name).ok_or_else(|| PipelineError::Unknown {
            name: name.into(),
            nearest: pontine_core_ir::error::nearest(
                name,
                self.passes.iter().map(|card| card.name),
            ),
        })
    }

    /// As JSON.
    pub fn json(&self) -> String {
        json(self)
    }
}

impl Card {
    fn of(meta: &'static PassMeta, rewrites: &'static str) -> Self {
        Self {
            name: meta.name,
            version: meta.version,
            about: meta.about,
            rewrites,
            equality: equality(meta.equality),
            repeat: repeat(meta.repeat),
            requires: meta.requires,
            after: meta.after,
            conflicts: meta.conflicts,
        }
    }

    /// As JSON.
    pub fn json(&self) -> String {
        json(self)
    }
}

fn json<T: Serialize>(value: &T) -> String {
    // What has only texts, numbers and lists always has a text.
    serde_json::to_string_pretty(value).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OnError, pass_of};

    #[test]
    fn a_story_reads_back_with_all_that_is_in_it() {
        let text = "model dt=0.001 seed=0 \"\"\nsignal %0 \"a\" dense [1] temporary = [0.0]\n\
                    operator \"a\" 0 reset %0 0.5\n\
                    record \"r\" signal %0 every=1.0 first=zero unit=\"\"";
        let fails = pass_of("fails", "", |_: &Model, _, _| {
            Err(pontine_core_ir::pass::PassError { message: "\"no\"".into() })
        });
        let pipeline = Pipeline::parse("remove-unmodified-resets").unwrap().with_model_pass(fails);
        let pipeline = pipeline.on_error(OnError::Skip);
        let (_, provenance) = pipeline.apply_model(Model::parse(text).unwrap(), &mut ()).unwrap();
        let story = Story::of(&provenance);
        assert_eq!(Story::from_json(&story.json()), Ok(story.clone()));
        let spared = &story.about("a").passes;
        assert_eq!(spared.len(), 1);
        assert_eq!(
            spared[0].left_alone[0].reason,
            "a record takes its value before the first step"
        );
        assert_eq!(story.passes[1].failure.as_deref(), Some("the pass `fails` gave up: \"no\""));
        assert_eq!(story.about("b"), Story::default());
        assert!(Story::from_json("{").is_err());
    }

    #[test]
    fn all_passes_are_known_by_card() {
        let known = Known::all().unwrap();
        assert_eq!(known.pass("dce").unwrap().rewrites, "models");
        assert!(known.json().contains("\"name\": \"fast\""));
        let error = known.pass("dcf").unwrap_err().to_string();
        assert_eq!(error, "no pass is called `dcf`; did you mean `dce`?");
    }
}
