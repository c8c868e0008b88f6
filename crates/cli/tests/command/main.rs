//! The command from its arguments to its files.

mod passes;

use std::{fs, path::PathBuf};

use pontine_backend_ref::Reference;
use pontine_core_ir::{
    Recording, Tensor,
    port::{Backend, Capability},
    recording::SeriesData,
};
use pontine_io::{Manifest, read_numbers, write_numbers};

const MODEL: &str = r#"
[model]
name = "small"
time = "200 ms"
dt = "0.1 ms"
seed = 3
discard = "100 ms"

[parameters]
scale = 1

[[population]]
label = "E"
size = "rint(20 * scale)"
cell = "IF_curr_exp"
parameters = { i_offset = "1.5 nA", cm = "1 nF", tau_m = "20 ms" }

[[projection]]
source = "E"
target = "E"
receptor = "excitatory"
connector = { kind = "fixed_number_pre", n = 5 }
weight = "0.01 nA"
delay = "1 ms"

[[recorder]]
cells = "E"
variable = "spikes"

[[node]]
label = "wave"
output = "sin(2 * pi * 10 * t)"

[[probe]]
label = "wave"
target = "wave"

[[reference]]
source = "a guess"
when = "scale == 1"
populations = ["E"]
rate = { unit = "Hz", mean = [40.0], sd = [1.5] }
"#;

struct Outcome {
    status: u8,
    out: String,
    err: String,
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("pontine-cli-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn command(name: &str, model: &str, arguments: &[&str]) -> (Outcome, PathBuf) {
    let folder = folder(name);
    let path = folder.join("m.toml");
    fs::write(&path, model).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let path = path.display().to_string();
    let results = folder.join("out").display().to_string();
    let mut all = vec!["pontine", arguments[0], &path];
    if arguments[0] == "run" {
        all.extend(["--out", &results]);
    }
    all.extend(&arguments[1..]);
    let status = pontine_cli::main_with(all, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (Outcome { status, out: text(out), err: text(err) }, folder)
}

#[test]
fn run_prints_rates_beside_the_reference_and_writes_what_it_recorded() {
    let (outcome, folder) = command("run", MODEL, &["run"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    for part in [
        "built 20 neurons, 100 synapses",
        "spikes in (0.100 s, 0.200 s]",
        "40.000 ± 1.500",
        "reference: a guess",
        "Probe:wave",
        "0.7071",
    ] {
        assert!(outcome.out.contains(part), "{part} is not in {}", outcome.out);
    }
    let summary = fs::read_to_string(folder.join("out/summary.json")).unwrap();
    for part in ["\"neurons\": 20", "\"synapses\": 100", "\"model_time_s\": 0.2", "\"seed\": 3"] {
        assert!(summary.contains(part), "{part} is not in {summary}");
    }
    let recording = folder.join("out/recording.npz");
    let (recording, manifest) = pontine_io::read_recording(&recording).unwrap();
    assert_eq!((manifest.n_steps, manifest.model.as_str()), (2000, "small"));
    assert_eq!(recording.samples("Probe:wave").unwrap().len(), 2000);
    assert_eq!(manifest.parameters["scale"], "1");
}

#[test]
fn equal_runs_record_equal_numbers_and_another_seed_others() {
    let hash_and_bytes = |name, seed| {
        let (outcome, folder) = command(name, MODEL, &["run", "--quiet", "--seed", seed]);
        assert_eq!((outcome.status, outcome.out.as_str()), (0, ""));
        let path = folder.join("out/recording.npz");
        let hash = pontine_io::read_recording(&path).unwrap().1.model_hash;
        (hash, fs::read(path).unwrap())
    };
    let first = hash_and_bytes("equal", "1");
    assert_eq!(first, hash_and_bytes("equal_again", "1"));
    assert_ne!(first.0, hash_and_bytes("other", "2").0);
}

#[test]
fn options_change_the_model() {
    let arguments = ["run", "--scale", "2", "--time", "150 ms", "--dt", "0.5 ms"];
    let (outcome, folder) = command("options", MODEL, &arguments);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert!(outcome.out.contains("no published rates hold"), "{}", outcome.out);
    let summary = fs::read_to_string(folder.join("out/summary.json")).unwrap();
    assert!(summary.contains("\"neurons\": 40") && summary.contains("\"model_time_s\": 0.15"));
}

#[test]
fn wrong_input_ends_with_status_2_and_says_where() {
    let check = |name: &str, model: &str, arguments: &[&str], part: &str| {
        let (outcome, folder) = command(name, model, arguments);
        assert_eq!(outcome.status, 2, "{}", outcome.err);
        assert!(outcome.err.contains(part), "{part:?} is not in {}", outcome.err);
        assert!(!folder.join("out").exists());
    };
    check(
        "key",
        &MODEL.replace("size =", "sze ="),
        &["run"],
        "m.toml:14: population `E`: unknown key",
    );
    check(
        "unit",
        MODEL,
        &["run", "--time", "1"],
        "`time` is 1 without a unit, but is measured in s",
    );
    check("set", MODEL, &["run", "--set", "parameters.scal=1"], "did you mean `scale`?");
    check("delay", &MODEL.replace("\"1 ms\"", "\"0.01 ms\""), &["run"], "m.toml:18: ");
    let dense = MODEL.replace("{ kind = \"fixed_number_pre\", n = 5 }", "\"all_to_all\"");
    check("large", &dense, &["run", "--scale", "1e5"], "GiB for 4.000e12 synapses, but only");
    check("argument", MODEL, &["run", "--sed", "1"], "--seed");
    check("threads", MODEL, &["run", "--threads", "0"], "expected a number from 1 to");
    check("precision", MODEL, &["run", "--precision", "f16"], "f32, f64");
    check("info", MODEL, &["info", "--scale", "\"x\""], "unknown name");
}

#[test]
fn times_that_make_no_run_are_refused_before_it() {
    let check = |name: &str, arguments: &[&str], part: &str| {
        let (outcome, folder) = command(name, MODEL, &[&["run"], arguments].concat());
        assert_eq!(outcome.status, 2, "{}", outcome.err);
        assert!(outcome.err.contains(part), "{part:?} is not in {}", outcome.err);
        assert!(!folder.join("out").exists());
    };
    check("long", &["--time", "1e300 s"], "--set model.time: a run of 1e300 s in steps of");
    check("fine", &["--dt", "1e-300 s"], "--set model.dt: a run of 0.2 s in steps of 1e-300 s has");
    check("coarse", &["--dt", "1e300 s"], "has no step");
    check("records", &["--time", "1e8 s"], "most of it is `Probe:wave` with 1.000e12 rows of 1");
    check("records_at", &["--time", "1e8 s"], "m.toml:34: recordings need 14901.2 GiB beside");
}

#[test]
fn negative_options_are_told_by_the_model() {
    let check = |name: &str, arguments: &[&str], part: &str| {
        let (outcome, _) = command(name, MODEL, &[&["run"], arguments].concat());
        assert_eq!(outcome.status, 2, "{}", outcome.err);
        assert!(outcome.err.contains(part), "{part:?} is not in {}", outcome.err);
    };
    check(
        "time",
        &["--time", "-1 s"],
        "`time` is \"-1 s\", but must be a finite time, not negative",
    );
    check("dt", &["--dt", "-1 ms"], "`dt` is \"-1 ms\", but must be a finite time greater than 0");
    check("dt0", &["--dt", "0 s"], "but must be a finite time greater than 0");
    check("seed", &["--seed", "-1"], "`seed` is -1, but must be a whole number, not negative");
    check("scale", &["--scale", "-1"], "`size` is -20, but must be a whole number, not negative");
    check(
        "foo",
        &["--set", "foo=1"],
        "unknown key `foo`; known are `mechanism`, `synapse`, `network`,",
    );
    let unscaled = MODEL.replace("scale", "factor");
    let (outcome, _) = command("unscaled", &unscaled, &["run", "--scale", "2"]);
    assert!(outcome.err.contains("unknown key `scale`; known are `factor`"), "{}", outcome.err);
}

#[test]
fn a_seed_has_all_its_64_bits() {
    let seed = |name, seed| {
        let (outcome, folder) = command(name, MODEL, &["run", "--seed", seed]);
        assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
        pontine_io::read_recording(&folder.join("out/recording.npz")).unwrap().1.seed
    };
    assert_eq!(seed("seed_most", "18446744073709551615"), u64::MAX);
    assert_eq!(seed("seed_odd", "9223372036854775809"), (1 << 63) + 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_told_before_the_run() {
    let (outcome, folder) = command("folder", MODEL, &["run"]);
    assert_eq!(outcome.status, 0);
    let (model, out) = (folder.join("m.toml"), folder.join("m.toml/results"));
    let arguments = ["pontine", "run", model.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let (mut told, mut err) = (Vec::new(), Vec::new());
    assert_eq!(pontine_cli::main_with(arguments, &mut told, &mut err), 2);
    let (told, err) = (String::from_utf8(told).unwrap(), String::from_utf8(err).unwrap());
    assert!(err.contains("m.toml/results: the folder for results cannot be written"), "{err}");
    assert!(!told.contains("built"), "{told}");
}

#[test]
fn rates_of_a_run_without_its_discard_are_not_compared() {
    let (outcome, _) = command("short", MODEL, &["run", "--time", "100 ms"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert!(outcome.out.contains("nothing was discarded"), "{}", outcome.out);
    assert!(!outcome.out.contains("reference"), "{}", outcome.out);
}

#[test]
fn info_tells_objects_synapses_and_memory() {
    let (outcome, _) = command("tell", MODEL, &["info"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    for part in [
        "objects: Node 1, Population 1, Probe 1, Projection 1, Recorder 1",
        "scale  1",
        "IF_curr_exp",
        "tau_m = 20 ms",
        "20 neurons, about 100 synapses",
    ] {
        assert!(outcome.out.contains(part), "{part} is not in {}", outcome.out);
    }
}

fn recorded(folder: &std::path::Path) -> (Recording, Manifest) {
    pontine_io::read_recording(&folder.join("out/recording.npz")).unwrap()
}

/// Times of spikes and cells.
fn spikes(recording: &Recording) -> Vec<(u64, u32)> {
    let events = |data: &SeriesData| match data {
        SeriesData::Events { steps, indices, .. } => {
            steps.iter().copied().zip(indices.iter().copied()).collect()
        }
        SeriesData::Samples { .. } => Vec::new(),
    };
    recording.series.values().flat_map(|series| events(&series.data)).collect()
}

#[test]
fn precision_is_told_where_results_are() {
    let (outcome, folder) = command("single", MODEL, &["run", "--precision", "f32"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert_eq!(recorded(&folder).1.precision, "f32");
    let summary = fs::read_to_string(folder.join("out/summary.json")).unwrap();
    assert!(summary.contains("\"precision\": \"f32\"") && summary.contains("\"threads\": 1"));
    let (outcome, _) = command("single_info", MODEL, &["info", "--precision", "f32"]);
    assert!(outcome.out.contains("on backend `ref` in f32"), "{}", outcome.out);
}

/// A backend either gives the same bits on several threads, or says that it has only one.
#[test]
fn threads_are_used_or_refused() {
    let (outcome, folder) = command("several", MODEL, &["run", "--threads", "3"]);
    if Reference.capabilities().contains(&Capability::Threads) {
        assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
        let (several, manifest) = recorded(&folder);
        assert_eq!(manifest.threads, 3);
        let (_, folder) = command("one", MODEL, &["run"]);
        assert_eq!(several, recorded(&folder).0);
    } else {
        assert_eq!(outcome.status, 2);
        assert!(outcome.err.contains("lacks more than one thread"), "{}", outcome.err);
    }
}

/// A backend either continues from a state as if it had never stopped, or says that it cannot.
#[test]
fn a_state_is_continued_from_or_refused() {
    let state = folder("continued").join("half.state").display().to_string();
    let half = ["run", "--time", "100 ms", "--save-state", &state];
    let (outcome, folder) = command("continued", MODEL, &half);
    if !Reference.capabilities().contains(&Capability::Snapshots) {
        assert_eq!(outcome.status, 2);
        assert!(outcome.err.contains("lacks snapshots"), "{}", outcome.err);
        return;
    }
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let mut parts = spikes(&recorded(&folder).0);
    let rest = ["run", "--time", "100 ms", "--load-state", &state];
    let (outcome, folder) = command("continued_rest", MODEL, &rest);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let (recording, manifest) = recorded(&folder);
    assert_eq!((manifest.first_step, manifest.n_steps), (1000, 2000));
    let summary = fs::read_to_string(folder.join("out/summary.json")).unwrap();
    assert!(summary.contains("\"model_time_s\": 0.1"), "{summary}");
    parts.extend(spikes(&recording));
    let (_, folder) = command("continued_whole", MODEL, &["run"]);
    assert_eq!(parts, spikes(&recorded(&folder).0));

    let nowhere = format!("{state}/below.state");
    let (outcome, _) = command("continued_nowhere", MODEL, &["run", "--save-state", &nowhere]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("cannot be written"), "{}", outcome.err);
    assert!(!outcome.out.contains("built"), "{}", outcome.out);

    let other = ["run", "--seed", "4", "--load-state", &state];
    let (outcome, _) = command("continued_other", MODEL, &other);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("the state has seed 3, but this run has 4"), "{}", outcome.err);
}

/// Parameters are written by path, and a run begins with those that it is given.
#[test]
fn parameters_are_saved_and_taken_by_path() {
    let file = folder("parameters").join("p.safetensors");
    let path = file.display().to_string();
    let (outcome, folder) = command("parameters", MODEL, &["run", "--save-parameters", &path]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let before = spikes(&recorded(&folder).0);
    let mut numbers = read_numbers(&file).unwrap();
    assert_eq!(numbers["Population:E.i_offset"].data(), [1.5]);
    // One for all, as it was given.
    assert_eq!(numbers["Projection#1.weights"].data(), [0.01]);

    let load = ["run", "--load-parameters", &path];
    let (outcome, folder) = command("parameters_same", MODEL, &load);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert!(outcome.out.contains("arrays from"), "{}", outcome.out);
    assert_eq!(spikes(&recorded(&folder).0), before);

    let mut changed = |name: &str, data: Vec<f64>| {
        numbers.clear();
        numbers.insert(name.to_owned(), Tensor::new(&[data.len()], data).unwrap());
        write_numbers(&file, &Manifest::default(), &numbers).unwrap();
        command("parameters_changed", MODEL, &load)
    };
    let (outcome, folder) = changed("Population:E.i_offset", vec![0.0]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert!(spikes(&recorded(&folder).0).is_empty());
    let (outcome, _) = changed("Population:E.i_ofset", vec![0.0]);
    assert_eq!(outcome.status, 2);
    let hint = "nothing in the model is called `Population:E.i_ofset`";
    assert!(outcome.err.contains(hint), "{}", outcome.err);
    let (outcome, _) = changed("Population:E.i_offset", vec![0.0; 3]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("`Population:E.i_offset`: "), "{}", outcome.err);
    fs::write(&file, "no numbers").unwrap();
    let (outcome, _) = command("parameters_none", MODEL, &load);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("is no file of safetensors"), "{}", outcome.err);
    assert!(!outcome.out.contains("built"), "{}", outcome.out);
}

/// What a network of the NEF was built with is among the parameters, and is taken back.
#[test]
fn decoders_and_encoders_are_parameters() {
    let folder = folder("decoders");
    let path = |name: &str| folder.join(name).display().to_string();
    let run = |more: [&str; 2], out: &str| {
        let out = path(out);
        let run = ["run", "communication_channel", "--time", "20 ms", "--no-plot", "--out", &out];
        let outcome = pontine(&[&run[..], &more].concat());
        assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
        fs::read(PathBuf::from(&out).join("recording.npz")).unwrap()
    };
    let file = path("p.safetensors");
    let first = run(["--save-parameters", &file], "first");
    let numbers = read_numbers(file.as_ref()).unwrap();
    assert_eq!(numbers["Connection:a to b.weights"].shape(), [1, 50]);
    assert_eq!(numbers["Ensemble:a.encoders"].shape(), [50, 1]);
    assert!(run(["--load-parameters", &file], "same") == first);
    let silent = [("Ensemble:a.bias".to_owned(), Tensor::filled(&[50], 0.0))].into();
    write_numbers(file.as_ref(), &Manifest::default(), &silent).unwrap();
    assert!(run(["--load-parameters", &file], "other") != first);
}

fn pontine(arguments: &[&str]) -> Outcome {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let all = [&["pontine"], arguments].concat();
    let status = pontine_cli::main_with(all, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { status, out: text(out), err: text(err) }
}

#[test]
fn shipped_models_are_listed_printed_and_known_by_name() {
    let listed = pontine(&["models"]);
    assert!(listed.out.contains("microcircuit"), "{}", listed.out);
    let printed = pontine(&["models", "brunel"]).out;
    assert!(printed.contains("[model]\nname = \"brunel\""), "{printed}");
    let told = pontine(&["info", "communication_channel"]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    for unknown in [["models", "brunl"], ["run", "brunl"]] {
        let outcome = pontine(&unknown);
        assert_eq!(outcome.status, 2);
        assert!(outcome.err.contains("did you mean `brunel`?"), "{}", outcome.err);
    }
}

#[test]
fn a_model_that_went_through_the_other_format_runs_the_same() {
    let (outcome, folder) = command("convert", MODEL, &["run", "--quiet"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let path = |name: &str| folder.join(name).display().to_string();
    for (from, to) in [("m.toml", "m.json"), ("m.json", "again.toml")] {
        let converted = pontine(&["convert", &path(from), &path(to)]);
        assert_eq!((converted.status, converted.err.as_str()), (0, ""));
        let ran = pontine(&["run", "--quiet", &path(to), "--out", &path("other")]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        let recording = |run: &str| fs::read(folder.join(run).join("recording.npz")).unwrap();
        assert_eq!(recording("other"), recording("out"));
    }
    let printed = pontine(&["convert", &path("m.toml")]);
    assert_eq!(printed.out, fs::read_to_string(path("m.json")).unwrap());
    let refused = pontine(&["convert", &path("m.toml"), &path("m.yaml")]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("ends in `.toml` or `.json`"), "{}", refused.err);
}

#[test]
fn backends_and_completions_are_told() {
    let backends = pontine(&["backends"]);
    for part in ["ref  The reference backend", "  arithmetic in f64\n", "  snapshots\n"] {
        assert!(backends.out.contains(part), "{part:?} is not in {}", backends.out);
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = pontine(&["completions", shell]);
        assert_eq!(script.status, 0);
        assert!(script.out.contains("--load-state") || script.out.contains("load-state"));
    }
}

#[test]
fn help_has_examples_and_the_exit_status() {
    let help = pontine(&["--help"]).out;
    assert!(help.starts_with("Runs neural models"), "{help}");
    assert!(help.contains("Exit status: 0") && help.contains("130"), "{help}");
    for command in ["run", "info", "models", "convert", "passes", "explain", "completions"] {
        let help = pontine(&[command, "--help"]).out;
        assert!(help.contains("Examples:\n  pontine "), "{help}");
    }
}

#[test]
fn a_run_leaves_figures_unless_it_is_told_not_to() {
    let (outcome, folder) = command("figures", MODEL, &["run"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert!(outcome.out.contains("summary.json, raster.png, traces.png, rates.png to"));
    for name in ["raster", "traces", "rates"] {
        let bytes = fs::read(folder.join(format!("out/{name}.png"))).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 5000, "{name}");
    }
    let (_, folder) = command("no_figures", MODEL, &["run", "--no-plot"]);
    assert!(!folder.join("out/raster.png").exists());
    let (_, folder) = command("svg", MODEL, &["run", "--format", "svg"]);
    let rates = fs::read_to_string(folder.join("out/rates.svg")).unwrap();
    assert!(rates.contains("reference (mean ± sd): a guess") && rates.contains(">E</text>"));
}

#[test]
fn a_recording_is_drawn_and_so_is_a_model() {
    let (outcome, folder) = command("plot", MODEL, &["run", "--no-plot"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let path = |name: &str| folder.join(name).display().to_string();
    let window = ["--from", "50 ms", "--until", "150 ms", "--format", "svg", "--to", &path("f")];
    let drawn = pontine(&[&["plot", &path("out")], &window[..]].concat());
    assert_eq!((drawn.status, drawn.err.as_str()), (0, ""));
    assert!(drawn.out.contains("wrote raster.svg, traces.svg to"), "{}", drawn.out);
    let raster = fs::read_to_string(folder.join("f/raster.svg")).unwrap();
    assert!(raster.contains(">60</text>") && raster.contains(">140</text>"), "{raster}");
    let model = pontine(&["plot", &path("m.toml"), "--to", &path("f")]);
    assert!(model.out.contains("wrote weights_Projection_1.png to"), "{}{}", model.out, model.err);
    let changed = pontine(&["plot", &path("m.toml"), "--to", &path("g"), "--scale", "0.5"]);
    assert_eq!((changed.status, changed.err.as_str()), (0, ""));
    let many = pontine(&["plot", "basal_ganglia", "--format", "svg", "--to", &path("h")]);
    assert!(many.out.contains("of the 15 ensembles, at most 12 are drawn"), "{}", many.out);
    let figures = ["f", "g"].map(|f| fs::read(folder.join(f).join("weights_Projection_1.png")));
    assert!(figures[0].as_ref().unwrap() != figures[1].as_ref().unwrap());

    let refused = |arguments: &[&str], part: &str| {
        let outcome = pontine(&[&["plot"], arguments].concat());
        assert!(outcome.status != 0 && outcome.err.contains(part), "{part:?}: {}", outcome.err);
    };
    refused(&[&path("out"), "--set", "parameters.scale=2"], "a recording is drawn as it is");
    refused(&[&path("out"), "--from", "1 s"], "the recording is of 0 s to 0.2 s");
    refused(&[&path("out"), "--from", "1"], "--from: `--from` is 1 without a unit");
    refused(&[&path("f")], "f/recording.npz: cannot be read");
    refused(&["brunl"], "did you mean `brunel`?");
    refused(&[&path("absent/folder")], "there is no such folder, recording or model");
}

#[test]
fn parts_of_a_population_are_recorded_at_intervals() {
    let records =
        ["--record", "E[0:3].v @ 1 ms", "--record", "E[2, 7]", "--record", "wave @ 10 ms"];
    let (outcome, folder) = command("record", MODEL, &[&["run"], &records[..]].concat());
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let (recording, manifest) = recorded(&folder);
    // PyNN samples at 0 too.
    assert_eq!(recording.samples("Recorder:E[0:3].v").unwrap().len(), 3 * 201);
    assert_eq!(recording.series["Recorder:E[0:3].v"].subset.as_deref(), Some(&[0, 1, 2][..]));
    assert_eq!(manifest.series["Recorder:E[0:3].v"].unit, "mV");
    let (steps, cells) = recording.events("Recorder:E[2, 7]").unwrap();
    assert!(steps.len() > 5 && cells.iter().all(|cell| [2, 7].contains(cell)));
    assert_eq!(recording.samples("Probe:wave#2").unwrap().len(), 20);
    let labelled = MODEL.replace("[[projection]]", "[[projection]]\nlabel = 'E to E'");
    let weights = ["run", "--record", "E to E.weights"];
    let (outcome, kept) = command("record_weights", &labelled, &weights);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let weights = pontine_io::read_weights(&kept.join("out/weights.npz")).unwrap();
    let synapses = &weights["Projection:E to E"];
    assert!(synapses.len() == 100 && synapses.iter().all(|(_, _, weight)| *weight == 0.01));
    assert!(kept.join("out/weights_E_to_E.png").exists());
    let (outcome, _) = command("record_wrong", MODEL, &["run", "--record", "E.w"]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("--record E.w: "), "{}", outcome.err);
    // What is recorded besides does not change what happens.
    let (_, plain) = command("record_not", MODEL, &["run"]);
    assert_eq!(recorded(&plain).0.samples("Probe:wave"), recording.samples("Probe:wave"));
}

const LEARNING: &str = r#"
[model]
name = "learning"
time = "200 ms"
dt = "1 ms"
record = ["learned.weights @ 10 ms", "learned.PES.error @ 5 ms"]

[[node]]
label = "u"
output = "sin(12 * t)"

[[ensemble]]
label = "a"
n_neurons = 20
dimensions = 1

[[node]]
label = "y"
size = 1

[[node]]
label = "error"
size = 1

[[connection]]
pre = "u"
post = "a"

[[connection]]
label = "learned"
pre = "a"
post = "y"
function = "0 * x"
learning = { kind = "PES", learning_rate = 1e-3 }

[[connection]]
pre = "y"
post = "error"

[[connection]]
pre = "u"
post = "error"
transform = -1

[[connection]]
pre = "error"
post = "learned.PES"
"#;

#[test]
fn weights_that_learn_are_recorded_as_they_change() {
    let (outcome, folder) = command("learning", LEARNING, &["run", "--no-plot"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let (recording, _) = recorded(&folder);
    assert!(outcome.out.contains("Probe:learned.weights, all 20 "), "{}", outcome.out);
    let weights = recording.samples("Probe:learned.weights").unwrap();
    assert_eq!(weights.len(), 20 * 20);
    let moved = |row: usize| weights[20 * row..20 * (row + 1)].iter().map(|w| w.abs()).sum::<f64>();
    assert!(moved(0) < moved(9) && moved(9) > 1e-4, "{weights:?}");
    assert_eq!(recording.samples("Probe:learned.PES.error").unwrap().len(), 40);
}

const PRODUCTS: &str = r#"
[model]
name = "products"
time = "50 ms"
dt = "1 ms"
record = ["a to b.decoders @ 10 ms", "a to b.weights", "b.v"]

[[population]]
label = "a"
size = 3
cell = "SpikeSourceArray"
spike_times = [["1 ms", "5 ms"], ["2 ms"], []]

[[population]]
label = "b"
size = 2
cell = "IF_curr_exp"

[[projection]]
label = "a to b"
source = "a"
target = "b"
receptor = "excitatory"
connector = { kind = "factored", decoders = [[1, 2, 3]], encoders = [[1], [-1]] }
weight = "0.5 nA"
delay = "2 ms"
learning = { kind = "PES", learning_rate = 1e-2 }

[[node]]
label = "error"
output = [-1]

[[connection]]
pre = "error"
post = "a to b.PES"
"#;

#[test]
fn weights_of_products_are_written_as_they_were_learned() {
    let (outcome, folder) = command("products", PRODUCTS, &["run"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let (recording, _) = recorded(&folder);
    let decoders = recording.samples("Probe:a to b.decoders").unwrap();
    let last = &decoders[decoders.len() - 3..];
    assert!(last[0] > last[1] - 1.0 && last[1] > 2.0 && last[2] == 3.0, "{last:?}");
    let weights = pontine_io::read_weights(&folder.join("out/weights.npz")).unwrap();
    let expected = (0..6_u32).map(|k| {
        let sign = if k % 2 == 0 { 0.5 } else { -0.5 };
        (k / 2, k % 2, sign * last[k as usize / 2])
    });
    assert_eq!(weights["Projection:a to b"], expected.collect::<Vec<_>>());
    let (info, _) = command("products_info", PRODUCTS, &["info"]);
    assert!(info.out.contains("factored, 1 decoded"), "{}", info.out);
}

#[test]
fn a_run_of_no_time_has_no_steps_and_leaves_whole_files() {
    let (outcome, folder) = command("zero", MODEL, &["run", "--time", "0 s"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert!(outcome.out.contains("ran 0 steps"), "{}", outcome.out);
    assert!(!outcome.out.contains("NaN"), "{}", outcome.out);
    let (recording, manifest) = recorded(&folder);
    assert_eq!((manifest.n_steps, recording.samples("Probe:wave").unwrap().len()), (0, 0));
    let drawn = pontine(&["plot", &folder.join("out").display().to_string()]);
    assert_eq!((drawn.status, drawn.err.as_str()), (0, ""));
}

/// The model's output is no number after a while.
const FAILING: &str = r#"
[model]
name = "failing"
time = "100 ms"
dt = "1 ms"

[[node]]
label = "root"
output = "sqrt(0.0505 - t)"

[[probe]]
label = "root"
target = "root"
"#;

#[test]
fn a_run_that_fails_keeps_what_it_recorded_until_then() {
    let (outcome, folder) = command("nan", FAILING, &["run"]);
    assert_eq!(outcome.status, 1, "{}", outcome.err);
    assert!(outcome.err.contains("`Node:root`: the output at step 51 is NaN"), "{}", outcome.err);
    let (recording, manifest) = recorded(&folder);
    assert_eq!((manifest.n_steps, recording.samples("Probe:root").unwrap().len()), (50, 50));
    assert!(folder.join("out/traces.png").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_cannot_be_written_is_told() {
    let mut full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut err = Vec::new();
    assert_eq!(pontine_cli::main_with(["pontine", "models"], &mut full, &mut err), 1);
    let err = String::from_utf8(err).unwrap();
    assert!(err.contains("the output cannot be written"), "{err}");
    // Neither is there anything to be done where errors cannot be written.
    let mut out = Vec::new();
    assert_eq!(pontine_cli::main_with(["pontine", "run", "absent"], &mut out, &mut full), 2);
}

#[test]
fn files_that_are_broken_are_told_by_their_names() {
    let (outcome, folder) = command("broken", MODEL, &["run", "--no-plot"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let path = |name: &str| folder.join(name).display().to_string();
    let whole = fs::read(path("out/recording.npz")).unwrap();
    for n in [0, 10, 200, whole.len() / 2, whole.len() - 1] {
        fs::write(path("cut.npz"), &whole[..n]).unwrap();
        let outcome = pontine(&["plot", &path("cut.npz")]);
        assert_eq!(outcome.status, 1, "cut at {n}");
        assert!(outcome.err.contains("cut.npz: cannot be read"), "{}", outcome.err);
    }
    let json = pontine(&["convert", &path("m.toml")]).out;
    fs::write(path("cut.json"), &json[..json.len() / 2]).unwrap();
    let outcome = pontine(&["run", &path("cut.json")]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains(": EOF while parsing"), "{}", outcome.err);
}

#[test]
fn a_parameter_that_is_set_by_its_bare_name_is_answered_with_its_path() {
    let (outcome, _) = command("bare", MODEL, &["run", "--set", "scale=2"]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.err.contains("did you mean `parameters.scale`?"), "{}", outcome.err);
}

#[test]
fn info_tells_published_values_with_their_units() {
    let values =
        "values = { drift = { mean = 0.5, sd = 0.25, unit = \"1/s\" }, held = { mean = 2 } }";
    let model = format!("{MODEL}\n[[reference]]\nsource = \"elsewhere\"\n{values}\n");
    let (outcome, _) = command("published", &model, &["info"]);
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let line = |name: &str| {
        let found = outcome.out.lines().find(|line| line.trim_start().starts_with(name));
        found.unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("drift"), "drift 0.5 ± 0.25 1/s elsewhere");
    assert_eq!(line("held"), "held 2 elsewhere");
}
