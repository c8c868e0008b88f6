//! Texts of pipelines.

use proptest::prelude::{prop_assert_eq, proptest};

use super::Pipeline;

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
    check_prints(" pin-seeds,dce ", "pin-seeds, [build], dce");
    check_prints("pin-seeds, [build]", "pin-seeds");
    check_prints("dce{ cells = true }", "[build], dce{cells=true}");
    check_prints("dce{}", "[build], dce");
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
        ("dce{cells=x}", "`x` is neither a number nor true or false"),
        ("a b", "a name is expected, not `a b`"),
    ] {
        check_error(text, &format!("`{text}` is no pipeline: {message}"));
    }
}

#[test]
fn a_pass_can_be_taken_out() {
    assert_eq!(Pipeline::default().without("dce").to_string(), "pin-seeds");
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_prints_alike(text in "[a-z{}=,\\[\\] -]{0,24}|(dce|pin-seeds|,| |\\{|\\}){0,6}") {
        if let Ok(pipeline) = Pipeline::parse(&text) {
            let printed = pipeline.to_string();
            prop_assert_eq!(Pipeline::parse(&printed).unwrap().to_string(), printed);
        }
    }
}
