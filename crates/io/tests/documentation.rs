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
fn the_example_of_short_records_loads() {
    let (_, behind) = PAGE.split_once("```toml\nrecord").unwrap();
    let (records, _) = behind.split_once("```").unwrap();
    let cell = "size = 20\ncell = 'IF_curr_exp'\n";
    let text = format!(
        "[model]\nname = 'm'\nrecord{records}\n[[population]]\nlabel = 'E'\n{cell}\
         [[population]]\nlabel = 'I'\n{cell}[[ensemble]]\nlabel = 'a'\nn_neurons = 5\n\
         [[projection]]\nlabel = 'E to I'\nsource = 'E'\ntarget = 'I'\nreceptor = 'excitatory'\n\
         connector = 'one_to_one'\nweight = '1 nA'\ndelay = '1 ms'\n"
    );
    let loaded = ModelFile::parse("m.toml", &text, Format::Toml).unwrap().load();
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}"));
    let intervals: Vec<_> =
        loaded.network.recorders.iter().map(|(_, r)| r.sampling_interval).collect();
    assert_eq!(intervals, [None, Some(1.0), None]);
    let views: Vec<_> = loaded.network.views.iter().map(|(_, view)| view.indices.len()).collect();
    assert_eq!(views, [10, 2]);
    assert_eq!((loaded.network.probes.len(), loaded.weights.len()), (2, 1));
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
