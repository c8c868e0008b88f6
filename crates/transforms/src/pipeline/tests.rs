//! Texts of pipelines.

use std::sync::Arc;

use pontine_core_ir::{
    Model,
    model::Signal,
    pass::{ModelEdit, ModelId, Pass, PassCx, PassError, PassMeta, Repeat, Rewriter},
};
use proptest::prelude::{prop_assert_eq, proptest};

use super::{At, OnError, Pipeline};
use crate::{PassEntry, pass_of, plain};

#[track_caller]
fn check_prints(text: &str, expected: &str) {
    let pipeline = Pipeline::parse(text).unwrap();
    assert_eq!(pipeline.to_string(), expected);
    assert_eq!(Pipeline::parse(expected).unwrap().to_string(), expected);
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    assert_eq!(Pipeline::parse(text).unwrap_err().to_string(), expected);
}

#[test]
fn texts_read_back() {
    check_prints("", "");
    check_prints("none", "");
    check_prints("default", "pin-seeds, [build], dce");
    for (name, _) in Pipeline::all_named() {
        let named = Pipeline::named(name).unwrap();
        check_prints(name, &named.to_string());
    }
    check_prints(" pin-seeds,dce ", "pin-seeds, [build], dce");
    check_prints("pin-seeds, [build]", "pin-seeds");
    check_prints("dce{ cells = true }", "[build], dce{cells=true}");
    check_prints("dce{}", "[build], dce");
    check_prints("precision{type=int8}", "[build], precision{type=int8}");
}

#[test]
fn an_unknown_pass_is_answered_with_the_nearest() {
    check_error("pin-seed", "no pass is called `pin-seed`; did you mean `pin-seeds`?");
    check_error("xyz", "no pass is called `xyz`");
}

#[test]
fn parameters_are_checked_by_their_pass() {
    check_error("dce{cell=true}", "`dce` has no parameter `cell`; did you mean `cells`?");
    check_error("dce{cells=1}", "`dce`: `cells` is 1.0, but must be true or false");
    check_error("dce{cells=x}", "`dce`: `cells` is \"x\", but must be true or false");
    check_error("pin-seeds{a=1}", "`pin-seeds` has no parameter `a`");
}

#[test]
fn network_passes_stand_before_the_build() {
    let expected = "`pin-seeds` rewrites networks, so it must stand before the build";
    check_error("[build], pin-seeds", expected);
    check_error("dce, pin-seeds", expected);
    check_error(
        "dce, [build]",
        "`dce, [build]` is no pipeline: `[build]` stands behind a pass over models",
    );
}

#[test]
fn broken_texts_say_what_is_wrong() {
    for (text, message) in [
        ("dce,", "a name is expected, not ``"),
        ("dce{cells=true", "`{` is not closed"),
        ("dce}", "`}` closes nothing"),
        ("dce{{", "`{` stands within braces"),
        ("dce{a=1}b", "`dce{a=1}b` goes on behind its `}`"),
        ("dce{cells}", "`cells` has no `=`"),
        ("dce{cells=x y}", "`x y` is neither a number nor a word"),
        ("a b", "a name is expected, not `a b`"),
    ] {
        check_error(text, &format!("`{text}` is no pipeline: {message}"));
    }
}

#[test]
fn fixed_points_read_back() {
    check_prints("fix{dce}", "[build], fix(10){dce}");
    check_prints(
        "pin-seeds, fix( 3 ){dce{cells=true}, dce}",
        "pin-seeds, [build], fix(3){dce{cells=true}, dce}",
    );
    check_prints("fix(2){pin-seeds}, dce", "fix(2){pin-seeds}, [build], dce");
}

#[test]
fn broken_fixed_points_say_what_is_wrong() {
    for (text, message) in [
        ("fix(0){dce}", "`(0)` is no number of rounds"),
        ("fix(x){dce}", "`(x)` is no number of rounds"),
        ("fix(2){[build]}", "`[build]` stands within `fix`"),
        ("fix{fix{dce}}", "`fix{dce}` stands within `fix`"),
        ("fix{dce}x", "`fix` goes on behind its `}`"),
        ("fix{dce{{}}}", "`{` stands within braces"),
    ] {
        check_error(text, &format!("`{text}` is no pipeline: {message}"));
    }
    let expected = "`fix(2)` is no pipeline: `fix` holds passes of both sides of the build";
    check_error("fix(2){pin-seeds, dce}", expected);
}

#[test]
fn a_pass_can_be_taken_out() {
    assert_eq!(Pipeline::default().without("dce").to_string(), "pin-seeds");
    let fixed = Pipeline::parse("fix(2){dce}, fix(3){dce{cells=true}}").unwrap();
    assert_eq!(fixed.without("dce").to_string(), "");
}

#[test]
fn passes_that_must_stand_elsewhere_are_named() {
    fn meta(name: &'static str) -> PassMeta {
        PassMeta {
            after: &["first"],
            conflicts: &["rival"],
            ..PassMeta::new(name, "for this test")
        }
    }
    struct Late(PassMeta);
    impl Pass<Model> for Late {
        fn meta(&self) -> &PassMeta {
            &self.0
        }

        fn run(
            &self,
            _: &Model,
            _: &mut Rewriter<Model>,
            _: &PassCx<'_, Model>,
        ) -> Result<(), PassError> {
            Ok(())
        }
    }
    let with = |names: [&'static str; 2]| {
        let late = |name| {
            Arc::new(Late(if name == "late" { meta(name) } else { PassMeta::new(name, "") }))
        };
        let pipeline =
            names.into_iter().fold(Pipeline::none(), |p, name| p.with_model_pass(late(name)));
        pipeline.check().map_err(|error| error.to_string())
    };
    assert_eq!(with(["first", "late"]), Ok(()));
    assert_eq!(with(["late", "first"]), Err("`late` must stand behind `first`".into()));
    assert_eq!(with(["rival", "late"]), Err("`late` and `rival` do not go together".into()));
}

static ONCE: PassMeta = PassMeta {
    repeat: Repeat::OncePerObject,
    ..PassMeta::new("once-for-tests", "writes signals anew")
};

inventory::submit! {
    PassEntry::<Model> { meta: &ONCE, make: plain::<_, Once>, place: module_path!() }
}

#[derive(Default)]
struct Once;

impl Pass<Model> for Once {
    fn meta(&self) -> &PassMeta {
        &ONCE
    }

    fn run(
        &self,
        model: &Model,
        edits: &mut Rewriter<Model>,
        cx: &PassCx<'_, Model>,
    ) -> Result<(), PassError> {
        for (id, signal) in model.signals.iter() {
            if !cx.treated.contains(&ModelId::Signal(id)) {
                let path = signal.path.part(&format!("copy{}", model.signals.capacity()));
                edits.edit(ModelEdit::AddSignal(Box::new(Signal { path, ..signal.clone() })));
            }
            edits.edit(ModelEdit::ReplaceSignal(id, Box::new(signal.clone())));
        }
        Ok(())
    }
}

#[test]
fn objects_are_treated_once_and_what_was_made_is_not_treated_at_all() {
    let text = "model dt=0.001 seed=0 \"\"\nsignal %0 \"a\" dense [1] constant = [1.0]";
    let run = |text: &str, model: Model| {
        Pipeline::parse(text).unwrap().apply_model(model, &mut ()).unwrap()
    };
    let (model, provenance) = run("once-for-tests, once-for-tests", Model::parse(text).unwrap());
    assert_eq!(model.signals.len(), 2);
    let stamps = &provenance.stamps;
    assert_eq!((stamps[0].edits.len(), stamps[1].edits.len()), (2, 0));
    let told = ["a", "a.copy1"].map(|name| provenance.explain(name).pop().unwrap());
    let expected = "once-for-tests: left alone, `once-for-tests` has treated it before";
    assert_eq!(told, [expected; 2]);
    let (forced, _) =
        run("once-for-tests, once-for-tests{force=true}", Model::parse(text).unwrap());
    assert_eq!(forced.signals.len(), 4);
    check_prints("once-for-tests{force=true}", "[build], once-for-tests{force=true}");
    check_error(
        "once-for-tests{force=1}",
        "`once-for-tests`: `force` is 1.0, but must be true or false",
    );
    check_error("dce{force=true}", "`dce` has no parameter `force`");
}

#[track_caller]
fn check_inserted(into: &str, at: At<'_>, expected: &str) {
    let others = Pipeline::parse("pin-seeds, cse").unwrap();
    let found = Pipeline::parse(into).unwrap().insert(at, &others);
    assert_eq!(found.map_or_else(|error| error.to_string(), |p| p.to_string()), expected);
}

#[test]
fn passes_are_put_where_they_are_wanted() {
    check_inserted("dce", At::First, "pin-seeds, [build], cse, dce");
    check_inserted("dce", At::Last, "pin-seeds, [build], dce, cse");
    check_inserted("dce", At::Before("cse"), "`cse` is not in the pipeline");
    let wrong = "`pin-seeds` rewrites networks, so it must stand before the build";
    check_inserted("dce", At::Before("dce"), wrong);
    let put = |at| {
        let pipeline = Pipeline::parse("const-fold, fix(2){dce, cse}").unwrap();
        pipeline.insert(at, &"remove-zero-incs".parse().unwrap()).unwrap().to_string()
    };
    let before = "[build], const-fold, remove-zero-incs, fix(2){dce, cse}";
    assert_eq!(put(At::Before("cse")), before);
    assert_eq!(put(At::Behind("const-fold")), before);
    let behind = "[build], const-fold, fix(2){dce, cse}, remove-zero-incs";
    assert_eq!(put(At::Behind("dce")), behind);
}

#[test]
fn what_fails_may_be_left_out() {
    let model = || {
        Model::parse(
            "model dt=0.001 seed=0 \"\"\nsignal %0 \"a\" dense [1] temporary = [0.0]\n\
             operator \"a\" 0 reset %0 0.5",
        )
        .unwrap()
    };
    let hesitant = pass_of("hesitant", "gives up", |_: &Model, _, _| {
        Err(PassError { message: "`a` is too small".into() })
    });
    let wild = pass_of("wild", "takes what is used", |model: &Model, edits, _| {
        for id in model.signals.ids() {
            edits.edit(ModelEdit::RemoveSignal(id, "wild".into()));
        }
        Ok(())
    });
    let pipeline = Pipeline::none().with_model_pass(hesitant).with_model_pass(wild);
    assert!(pipeline.apply_model(model(), &mut ()).is_err());
    let pipeline = pipeline.insert(At::Last, &"remove-unmodified-resets".parse().unwrap()).unwrap();
    let (after, provenance) =
        pipeline.on_error(OnError::Skip).apply_model(model(), &mut ()).unwrap();
    let failures: Vec<_> = provenance.stamps.iter().map(|stamp| stamp.failure.as_deref()).collect();
    assert_eq!(failures[0], Some("the pass `hesitant` gave up: `a` is too small"));
    assert!(failures[1].unwrap().starts_with("the pass `wild` broke what it rewrote: "));
    assert_eq!(failures[2], None);
    assert_eq!((after.signals.len(), after.operators.len()), (1, 0));
    assert_eq!(provenance.replay_model(model()), after);
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_prints_alike(text in "[a-z{}=,()\\[\\] -]{0,24}|(dce|pin-seeds|fix|\\(2\\)|,| |\\{|\\}){0,8}") {
        if let Ok(pipeline) = Pipeline::parse(&text) {
            let printed = pipeline.to_string();
            prop_assert_eq!(Pipeline::parse(&printed).unwrap().to_string(), printed);
        }
    }
}
