//! What is folded, and what is told where it is not.

use pontine_core_ir::Model;

use crate::{Pipeline, Provenance};

/// `x`, then `d x` with three rows, then `t d x` with one.
const HEAD: &str = "model dt=0.001 seed=0 \"\"
signal %0 \"x\" dense [2] state = [1.0, 0.0]
signal %1 \"d\" dense [3, 2] constant = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]
signal %2 \"decoded\" dense [3] temporary = [0.0, 0.0, 0.0]
signal %3 \"t\" dense [1, 3] constant = [0.5, 0.5, 2.0]
signal %4 \"y\" dense [1] temporary = [0.0]
signal %5 \"gain\" dense [3] constant = [2.0, 4.0, 1.0]
signal %6 \"scaled\" dense [3] temporary = [0.0, 0.0, 0.0]
operator \"d\" 0 reset %2 0.0
operator \"d\" 1 dot %1 * %0 -> %2
";

fn folded(text: &str) -> (Model, Provenance) {
    let model = Model::parse(text).unwrap();
    model.validate().unwrap();
    Pipeline::parse("fold-transforms").unwrap().apply_model(model, &mut ()).unwrap()
}

fn operators(model: &Model) -> Vec<String> {
    model.operators.iter().map(|(_, op)| op.to_string()).collect()
}

const TAIL: &str = "operator \"t\" 0 reset %4 0.0\noperator \"t\" 1 dot %3 * %2 -> %4\n";

#[test]
fn a_copy_that_sets_becomes_a_product_behind_a_reset() {
    let (model, _) = folded(&format!(
        "{HEAD}operator \"pick\" 0 copy %2[2] -> %4 set\nrecord \"y\" signal %4 every=1.0 \
         first=first_step unit=\"\""
    ));
    assert_eq!(operators(&model), ["reset of `d`", "dot of `pick`"]);
    let folded = model.signal("pick.folded0").unwrap();
    assert_eq!(model.signals[folded].initial.data(), [1.0, 1.0]);
}

#[test]
fn a_matrix_behind_a_copy_stays_the_same_signal() {
    let (model, _) = folded(&format!(
        "{HEAD}operator \"c\" 0 reset %6 0.0\noperator \"c\" 1 copy %2 -> %6 inc\n\
         record \"c\" signal %6 every=1.0 first=first_step unit=\"\""
    ));
    assert_eq!(operators(&model), ["reset of `c`", "dot of `c`"]);
    assert!(model.to_string().contains("operator \"c\" 1 dot %1 * %0 -> %6\n"), "{model}");
}

#[test]
fn a_scale_in_between_goes_along() {
    let (model, provenance) = folded(&format!(
        "{HEAD}operator \"s\" 0 reset %6 0.0\noperator \"s\" 1 elementwise %5 * %2 -> %6\n\
         operator \"t\" 0 reset %4 0.0\noperator \"t\" 1 dot %3 * %6 -> %4"
    ));
    assert_eq!(operators(&model), ["reset of `t`", "dot of `t`"]);
    let folded = model.signal("t.folded1").unwrap();
    assert_eq!(model.signals[folded].initial.data(), [3.0, 4.0]);
    let told = provenance.explain("s");
    assert_eq!(told[0], "fold-transforms: reset of `s` removed, dot of `t` multiplies by both");
}

#[test]
fn what_is_seen_learned_or_read_by_others_is_told() {
    let record = |of| format!("record \"r\" signal {of} every=1.0 first=first_step unit=\"\"");
    let learned = HEAD.replace("\"d\" dense [3, 2] constant", "\"d\" dense [3, 2] parameter");
    let twice = "operator \"other\" 0 reset %6 0.0\noperator \"other\" 1 copy %2 -> %6 inc\n";
    for (text, reason) in [
        (format!("{HEAD}{TAIL}{}", record("%2")), "a record takes `decoded`"),
        (format!("{HEAD}{TAIL}{}", record("%1")), "a record takes `d`"),
        (format!("{learned}{TAIL}"), "`d` may be learned"),
        (format!("{HEAD}{TAIL}{twice}"), "several read `decoded`"),
    ] {
        let (model, provenance) = folded(&text);
        assert_eq!(model, Model::parse(&text).unwrap(), "{reason}");
        let told = provenance.explain("d");
        let expected = format!("fold-transforms: dot of `d` left alone, {reason}");
        assert_eq!(told.first(), Some(&expected));
    }
}

#[test]
fn what_is_reset_to_another_number_than_zero_stays() {
    let text = format!("{}{TAIL}", HEAD.replace("reset %2 0.0", "reset %2 1.0"));
    assert_eq!(folded(&text).0, Model::parse(&text).unwrap());
}

#[test]
fn factors_of_weights_are_folded_but_for_learned_ones() {
    let text = |role: &str| {
        format!(
            "model dt=0.001 seed=0 \"\"
signal %0 \"spikes\" events [3] amplitude=1.0
signal %1 \"sum\" dense [4] temporary = [0.0, 0.0, 0.0, 0.0]
signal %2 \"d\" dense [2, 3] {role} = [1.0, 0.0, -2.0, 0.0, 1.0, 1.0]
signal %3 \"t\" dense [1, 2] constant = [10.0, 1.0]
signal %4 \"e\" dense [4, 1] constant = [3.0, 0.5, 1.0, 1.0]
operator \"sum\" 0 reset %1 0.0
operator \"p\" 0 deliver %0 -> %1 factored encoders=%4 transform=%3 decoders=%2 weight=1.0 delay=1.0"
        )
    };
    let (model, _) = folded(&text("constant"));
    assert!(model.to_string().contains("encoders=%4 decoders=%5"), "{model}");
    assert!(model.to_string().contains("\"p.folded\" dense [1, 3] constant = [10.0, 1.0, -19.0]"));
    let learned = text("parameter");
    assert_eq!(folded(&learned).0, Model::parse(&learned).unwrap());
}
