//! The driver over random networks and models, and over passes that misbehave.

use std::sync::Arc;

use pontine_core_ir::{
    Model, Network, ObjId,
    error::Faults,
    pass::{
        Fate, ModelEdit, ModelId, NetworkEdit, Pass, PassCx, PassError, PassIr, PassMeta, Rewriter,
        Stage,
    },
};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::{
    PassObserver, Pipeline, PipelineError, Stamp, bisect,
    testing::{models, networks},
};

const fn meta(name: &'static str) -> PassMeta {
    PassMeta { version: 3, stage: Stage::Structure, ..PassMeta::new(name, "for this test") }
}

static GREEDY: PassMeta = meta("greedy");

/// Removes signals that are in use, after some edits that do no harm.
struct Greedy {
    harmless: usize,
}

impl Pass<Model> for Greedy {
    fn meta(&self) -> &PassMeta {
        &GREEDY
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        _: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        let operator = model.operators.iter().next();
        for (id, op) in std::iter::repeat_n(operator, self.harmless).flatten() {
            edits.edit(ModelEdit::ReplaceOperator(id, Box::new(op.clone())));
        }
        for id in model.signals.ids() {
            edits.edit(ModelEdit::RemoveSignal(id, "greed".into()));
        }
        edits.refuse("Node:a", "it was not there");
        Ok(())
    }
}

static HESITANT: PassMeta = meta("hesitant");

struct Hesitant;

impl Pass<Network> for Hesitant {
    fn meta(&self) -> &PassMeta {
        &HESITANT
    }

    fn run(
        &self,
        _: &Network,
        _: &mut Rewriter<Network>,
        _: &PassCx<'_, Network>,
    ) -> Result<(), PassError> {
        Err(PassError { message: "`Ensemble:a` is too small".into() })
    }
}

fn model() -> Model {
    let text = "model dt=0.001 seed=0 \"\"\nsignal %0 \"a\" dense [1] temporary = [0.0]\n\
                operator \"set\" 0 reset %0 0.0\n\
                record \"r\" signal %0 every=1.0 first=first_step unit=\"\"\n";
    Model::parse(text).unwrap()
}

#[test]
fn a_pass_that_breaks_the_model_is_named() {
    let pipeline =
        Pipeline::parse("dce").unwrap().with_model_pass(Arc::new(Greedy { harmless: 0 }));
    let error = pipeline.apply_model(model(), &mut ()).unwrap_err();
    assert!(matches!(error, PipelineError::Broken { pass: "greedy", .. }), "{error}");
    assert!(
        error.to_string().starts_with("the pass `greedy` broke what it rewrote: reset of `set`")
    );
}

#[test]
fn the_edit_at_fault_is_found() {
    let pipeline = Pipeline::none().with_model_pass(Arc::new(Greedy { harmless: 1000 }));
    let mut trials = 0;
    let n = bisect(0..1001, |n| {
        trials += 1;
        pipeline.clone().edit_limit(n).apply_model(model(), &mut ()).is_err()
    });
    assert_eq!(n, 1001);
    assert!(trials <= 10, "{trials}");
    let (_, provenance) = pipeline.edit_limit(n - 1).apply_model(model(), &mut ()).unwrap();
    assert_eq!(provenance.model.edits.len(), 1000);
    assert_eq!(provenance.stamps[0].edits, 0..1000);
}

#[test]
fn a_pass_that_gives_up_is_named_with_its_reason() {
    let pipeline = Pipeline::none().with_network_pass(Arc::new(Hesitant));
    let error = pipeline.apply(&Network::new(""), &mut ()).unwrap_err();
    assert_eq!(error.to_string(), "the pass `hesitant` gave up");
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "`Ensemble:a` is too small");
}

#[test]
fn what_was_left_alone_is_explained() {
    let pipeline = Pipeline::none().with_model_pass(Arc::new(Greedy { harmless: 1 }));
    let (_, provenance) = pipeline.edit_limit(1).apply_model(model(), &mut ()).unwrap();
    assert_eq!(provenance.explain("Node:a"), ["greedy: left alone, it was not there"]);
    assert_eq!(provenance.explain("set"), ["greedy: reset of `set` modified"]);
    assert_eq!(provenance.explain("a"), [""; 0]);
    let text = provenance.to_string();
    assert!(text.starts_with("greedy (version 3): 1 edits, 1 touched, 1 left alone, "), "{text}");
}

#[test]
fn removals_are_explained_with_their_reason() {
    let mut model = model();
    model.records = Default::default();
    let (_, provenance) = Pipeline::default().apply_model(model, &mut ()).unwrap();
    assert_eq!(
        provenance.explain("set"),
        ["dce: reset of `set` removed, nothing reads what it writes"]
    );
    assert_eq!(
        provenance.explain("a"),
        ["dce: removed, no operator or record is left to touch it"]
    );
}

#[derive(Default)]
struct Diary(Vec<String>);

impl PassObserver for Diary {
    fn before(&mut self, pass: &PassMeta) {
        self.0.push(format!("before {}", pass.name));
    }

    fn after_network(&mut self, stamp: &Stamp, network: &Network) {
        self.0.push(format!("{} on network {}", stamp.pass, network.label()));
    }

    fn after_model(&mut self, stamp: &Stamp, model: &Model) {
        self.0.push(format!("{} on model {}", stamp.pass, model.label));
    }
}

#[test]
fn an_observer_sees_every_stage() {
    let mut diary = Diary::default();
    let pipeline = Pipeline::default();
    let (_, mut provenance) = pipeline.apply(&Network::new("n"), &mut diary).unwrap();
    provenance.append(pipeline.apply_model(Model::new("m", 1e-3, 0), &mut diary).unwrap().1);
    assert_eq!(
        diary.0,
        ["before pin-seeds", "pin-seeds on network n", "before dce", "dce on model m"]
    );
    let passes: Vec<_> = provenance.stamps.iter().map(|stamp| stamp.pass.as_str()).collect();
    assert_eq!(passes, ["pin-seeds", "dce"]);
}

fn resolves<I: Copy + Ord>(ids: &[I], left: &[I], resolve: impl Fn(I) -> Vec<I>) -> bool {
    ids.iter().all(|&id| resolve(id).iter().all(|now| left.contains(now)))
}

proptest! {
    #[test]
    fn a_network_is_not_changed_and_its_story_replays(network in networks(), seed: u64) {
        let before = network.clone();
        let pipeline = Pipeline::default().with_seed(seed);
        let (after, provenance) = pipeline.apply(&network, &mut ()).unwrap();
        prop_assert_eq!(&network, &before);
        prop_assert_eq!(&provenance.replay(&network), &after);
        prop_assert!(after.validate().map_err(|f: Faults<_>| f.to_string()).is_ok());
        prop_assert_eq!(after.ids(), network.ids());
        let (again, nothing) = pipeline.apply(&after, &mut ()).unwrap();
        prop_assert_eq!(again, after);
        prop_assert!(nothing.network.edits.is_empty());
    }

    #[test]
    fn every_part_of_a_model_resolves(model in models()) {
        let (after, provenance) = Pipeline::default().apply_model(model.clone(), &mut ()).unwrap();
        prop_assert_eq!(&provenance.replay_model(model.clone()), &after);
        let delta = &provenance.model.delta;
        prop_assert!(resolves(&model.ids(), &after.ids(), |id| delta.resolve(id)));
        for id in model.ids() {
            let gone = matches!(delta.fate(id), Fate::Removed { .. });
            prop_assert_eq!(gone, !after.ids().contains(&id));
            prop_assert!(!(gone && matches!(id, ModelId::Record(_))));
        }
        prop_assert_eq!(provenance.stamps[0].touched.len(), delta.fates.len());
    }

    #[test]
    fn any_part_of_a_log_leads_to_a_whole_network(network in networks(), limit in 0_usize..30) {
        let pipeline = Pipeline::default().edit_limit(limit);
        let (_, provenance) = pipeline.apply(&network, &mut ()).unwrap();
        prop_assert!(provenance.network.edits.len() <= limit);
        let seeded = |edit: &NetworkEdit| matches!(edit, NetworkEdit::SetSeed(..));
        prop_assert!(provenance.network.edits.iter().all(seeded));
        let touched: Vec<ObjId> = provenance.network.delta.fates.keys().copied().collect();
        prop_assert_eq!(touched.len(), provenance.network.edits.len());
    }
}
