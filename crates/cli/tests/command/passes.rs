//! Passes, and what they tell.

use std::fs;

use super::{MODEL, command, pontine};

#[test]
fn passes_are_listed_shown_and_looked_for() {
    let all = pontine(&["passes", "list"]);
    for part in
        ["Passes over networks:\n  pin-seeds ", "  cse ", "  none ", "pin-seeds, [build], dce\n"]
    {
        assert!(all.out.contains(part), "{part:?} is not in {}", all.out);
    }
    for (name, message) in [
        ("dcf", "no pass is called `dcf`; did you mean `dce`?"),
        ("default", "`default` is a pipeline: pin-seeds, [build], dce"),
    ] {
        let none = pontine(&["passes", "show", name]);
        assert_eq!(none.status, 2);
        assert!(none.err.contains(message), "{}", none.err);
    }
    for (arguments, part) in [
        (&["list", "--json"][..], "\"pipelines\": [\n    {\n      \"name\": \"none\""),
        (&["show", "dce"], "equality       results are the same, bit for bit\n"),
    ] {
        let told = pontine(&[&["passes"], arguments].concat()).out;
        assert!(told.contains(part), "{part:?} is not in {told}");
    }
}

#[test]
fn passes_of_a_run_are_chosen_and_explained() {
    let recording = |name: &str, passes: &str| {
        let (outcome, folder) = command(name, MODEL, &["run", "--no-plot", "--passes", passes]);
        assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
        pontine_io::read_recording(&folder.join("out/recording.npz")).unwrap()
    };
    let (fast, none) = (recording("passes_fast", "fast"), recording("passes_none", "none"));
    assert!(fast.0 == none.0, "recordings differ");
    assert!(fast.1.pipeline.contains("cse") && none.1.pipeline.is_empty(), "{}", fast.1.pipeline);
    let (wrong, _) = command("passes_wrong", MODEL, &["run", "--passes", "dce, pin-seeds"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("`pin-seeds` rewrites networks"), "{}", wrong.err);
    let (whole, folder) = command("explain", MODEL, &["explain", "--passes", "fast"]);
    assert!(whole.out.contains("pin-seeds: Node:wave modified\n"), "{}", whole.out);
    let (model, svg) = (folder.join("m.toml"), folder.join("graph.svg"));
    let (model, svg) = (model.display().to_string(), svg.display().to_string());
    let whole = pontine(&["passes", "run", &model, "--passes", "fast"]).out;
    for part in ["remove-zero-incs", "\noperators: ", " -> ", "\nsignals: "] {
        assert!(whole.contains(part), "{part:?} is not in {whole}");
    }
    let json = pontine(&["explain", &model, "Node:wave", "--json", "--svg", &svg]).out;
    assert!(json.contains("\"fate\": \"modified\""), "{json}");
    let picture = fs::read_to_string(svg).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("before: "), "{picture}");
    let (object, _) = command("explain_one", MODEL, &["explain", "Node:wave"]);
    assert_eq!(object.out, "pin-seeds: modified\n");
    let (object, _) = command("explain_none", MODEL, &["explain", "Node:wafe"]);
    assert_eq!(object.out, "no pass has touched `Node:wafe`\n");
}
