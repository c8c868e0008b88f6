//! The page about the equation language: its examples are mechanisms, and it names all there is.

use pontine_mechanism_lang::{Cause, Mechanism, Solver, Synapse, Unit};

const PAGE: &str = include_str!("../../../docs/book/equations.md");

#[test]
fn every_example_is_a_mechanism() {
    let examples: Vec<_> = PAGE.split("```mechanism\n").skip(1).collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let (text, _) = example.split_once("```").unwrap();
        let mechanism = Mechanism::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert!(!mechanism.outputs.is_empty());
    }
}

#[test]
fn the_synapse_of_the_book_is_one() {
    let page = include_str!("../../../docs/book/own-synapse.md");
    let (_, example) = page.split_once("```mechanism\n").unwrap();
    let synapse = Synapse::parse(example.split_once("```").unwrap().0).unwrap();
    assert!(synapse.on_post.is_some());
    let (_, in_a_file) = page.split_once("text = \"\"\"\n").unwrap();
    assert!(Synapse::parse(in_a_file.split_once("\"\"\"").unwrap().0).unwrap().is_random());
    for word in ["elapsed", "spikes", "coincident"] {
        assert!(page.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn documentation_is_where_the_page_says() {
    let (_, example) = PAGE.split_once("```mechanism\n").unwrap();
    let mechanism = Mechanism::parse(example.split_once("```").unwrap().0).unwrap();
    assert!(mechanism.doc.starts_with("Documentation of the mechanism"));
    let documented = |name: &str| {
        let parameter = mechanism.parameters.iter().find(|p| p.name == name);
        parameter.unwrap().doc.as_str()
    };
    assert!(documented("tau_m").starts_with("Documentation of a parameter"));
    assert_eq!(documented("cm"), "or behind it.");
}

/// A name that is not known is answered with all that are.
#[test]
fn every_function_and_name_is_on_the_page() {
    let text = "mechanism M {\n units nef\n state x = nothing(1)\n state y = none\n}";
    let error = Mechanism::parse(text).unwrap_err();
    let mut n_names = 0;
    for fault in error.faults {
        let Cause::UnknownName { what, available, .. } = fault.cause else { continue };
        for name in available.iter().filter(|name| !["x", "y"].contains(&name.as_str())) {
            let shown =
                if what == "function" { format!("`{name}(") } else { format!("| `{name}` |") };
            assert!(PAGE.contains(&shown), "{name}");
            n_names += 1;
        }
    }
    assert!(n_names > 20, "{n_names}");
}

#[test]
fn every_solver_is_on_the_page() {
    for solver in Solver::ALL {
        assert!(PAGE.contains(&format!("| `{}` |", solver.name())), "{}", solver.name());
    }
}

#[test]
fn every_unit_is_one() {
    let (_, behind) = PAGE.split_once("`V^2*s`): ").unwrap();
    let (units, behind) = behind.split_once(", with `").unwrap();
    let (prefixes, _) = behind.split_once('`').unwrap();
    let units: Vec<&str> = units.split(", ").map(|unit| unit.trim_matches('`')).collect();
    assert_eq!(units.len(), 8);
    for unit in units {
        for prefix in prefixes.split(' ').chain([""]) {
            assert!(Unit::parse(&format!("{prefix}{unit}")).is_ok(), "{prefix}{unit}");
        }
    }
}
