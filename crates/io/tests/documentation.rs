//! The example of the documentation is a model file.

use pontine_catalogue as _;
use pontine_io::{Format, ModelFile};

const PAGE: &str = include_str!("../../../docs/model-files.md");

fn example() -> &'static str {
    let (_, behind) = PAGE.split_once("```toml\n").unwrap();
    behind.split_once("```").unwrap().0
}

#[test]
fn the_example_loads_and_means_what_it_says() {
    let file = ModelFile::parse("example.toml", example(), Format::Toml).unwrap();
    let loaded = file.load().unwrap_or_else(|error| panic!("{error}"));
    let sizes: Vec<_> = loaded.network.populations.iter().map(|(_, p)| p.size).collect();
    assert_eq!(sizes, [100, 25]);
    assert_eq!(loaded.network.projections.len(), 4);
    assert!(!loaded.references[0].holds);
    assert_eq!((loaded.defaults.time_s, loaded.defaults.discard_s), (0.2, 0.05));
}

#[test]
fn all_sections_are_documented() {
    for section in [
        "mechanism",
        "network",
        "population",
        "view",
        "ensemble",
        "node",
        "custom",
        "projection",
        "connection",
        "probe",
        "recorder",
        "reference",
    ] {
        assert!(PAGE.contains(&format!("`[[{section}]]`")), "{section}");
    }
}
