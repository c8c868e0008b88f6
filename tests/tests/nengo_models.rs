//! Many small models, each a model file, against what Nengo 4.1 builds and runs.
//!
//! The models are in `tests/golden/nengo/models/`; the golden numbers, and the models' texts with
//! them, in `models.json` beside that, which `models.py` made. Random ones are in `random_models.json`,
//! which `random_models.py` made.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use pontine_backend_ref::Reference;
use pontine_core_ir::{Model, Network, Recording, Tensor, port::Unattended};
use pontine_io::{Format, ModelFile};
use pontine_road::{BuildOptions, Prepared, Road};
use pontine_transforms::Pipeline;
use serde_json::Value;

const N_STEPS: u64 = 500;

/// After so many steps decoders that differ in their last digits may have made other spikes, where these
/// come back to who sent them.
const N_STEPS_RECURRENT: u64 = 100;

/// One model, and what Nengo makes of it.
#[derive(Clone)]
struct Case {
    name: String,
    network: Network,
    seed: u64,
    golden: Value,
    pipeline: Pipeline,
}

#[test]
fn arrays_are_nengos() {
    check_all(|case| {
        let model = case.build(&case.network).model;
        case.check_arrays(&model);
        case.check_decoders(&model);
    });
}

#[test]
fn native_builds_run_as_in_nengo() {
    check_all(|case| match case.name.starts_with("recurrent") {
        true => drop(case.check_samples(&case.network, N_STEPS_RECURRENT, 1e-6)),
        false => case.check_run(&case.network, 1e-6),
    });
}

#[test]
fn runs_from_imported_decoders_are_nengos() {
    check_all(|case| case.check_run(&case.with_imports(), 1e-9));
}

/// All that makes a model simpler, until nothing changes.
const SIMPLE: &str = "fix(8){const-fold, remove-unmodified-resets, remove-zero-incs, \
    remove-identity-muls, remove-constant-copies, remove-reset-incs, cse, dce}";

#[test]
fn simplified_models_run_as_in_nengo() {
    let simple: Pipeline = SIMPLE.parse().unwrap();
    check_all(|case| {
        let plain = case.build(&case.network).model;
        let (simplified, _) = simple.apply_model(plain.clone(), &mut ()).unwrap();
        assert!(simplified.operators.len() <= plain.operators.len(), "{}", case.name);
        let simple = Case { pipeline: simple.clone(), ..case.clone() };
        simple.check_run(&case.with_imports(), 1e-9);
    });
}

/// Every model has its say before the test fails.
#[track_caller]
fn check_all(check: impl Fn(&Case)) {
    let fails = |case: &Case| catch_unwind(AssertUnwindSafe(|| check(case))).is_err();
    let cases = cases();
    let failed: Vec<&str> = cases.iter().filter(|c| fails(c)).map(|c| c.name.as_str()).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

impl Case {
    fn build(&self, network: &Network) -> Prepared {
        let options = BuildOptions { dt: 1e-3, seed: self.seed };
        let road = Road::new(&Reference).options(options, Default::default());
        let road = road.pipeline(self.pipeline.clone());
        road.build(network).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// Numbers of one kind about objects, by name.
    fn golden(&self, kind: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.golden[kind].as_object().unwrap().iter()
    }

    #[track_caller]
    fn check_arrays(&self, model: &Model) {
        for (label, arrays) in self.golden("ensembles") {
            for (what, expected) in arrays.as_object().unwrap() {
                let path = format!("Ensemble:{label}.{what}");
                let expected = numbers(expected);
                let found = &model.built[&path].data()[..expected.len()];
                self.check_near(&path, found, &expected, 1e-8);
            }
        }
    }

    /// Methods that iterate end where rounding lets them.
    #[track_caller]
    fn check_decoders(&self, model: &Model) {
        for (path, expected) in self.golden("decoders") {
            let expected = numbers(&expected["numbers"]);
            let what = format!("{path}.decoders");
            self.check_near(&what, model.built[&what].data(), &expected, 1e-6);
        }
    }

    fn with_imports(&self) -> Network {
        let mut network = self.network.clone();
        for (path, decoders) in self.golden("decoders") {
            let shape: Vec<usize> =
                numbers(&decoders["shape"]).iter().map(|n| *n as usize).collect();
            let tensor = Tensor::new(&shape, numbers(&decoders["numbers"])).unwrap();
            network.imported.insert(format!("{path}.decoders"), Arc::new(tensor));
        }
        network
    }

    #[track_caller]
    fn check_run(&self, network: &Network, tolerance: f64) {
        let recording = self.check_samples(network, N_STEPS, tolerance);
        for (label, expected) in self.golden("spikes") {
            let n = expected["counts"].as_array().unwrap().len();
            let spikes = spikes(&recording, &format!("Probe:{label}"), n);
            let counts: Vec<f64> = counts(&spikes, n);
            assert_eq!(counts, numbers(&expected["counts"]), "{}: spikes of {label}", self.name);
            assert_eq!(fnv(&spikes), expected["fnv"], "{}: times of {label}", self.name);
        }
    }

    /// Samples of the first steps.
    #[track_caller]
    fn check_samples(&self, network: &Network, n_steps: u64, tolerance: f64) -> Recording {
        let mut prepared = self.build(network);
        let recording = prepared.run_steps(n_steps, &mut Unattended);
        let recording = recording.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        for (label, expected) in self.golden("probes") {
            let (found, expected) =
                (recording.samples(&format!("Probe:{label}")).unwrap(), numbers(expected));
            let n = if n_steps < N_STEPS { found.len() } else { expected.len() };
            self.check_near(label, found, &expected[..n], tolerance);
        }
        recording
    }

    /// Within a share of 1 or of the largest number.
    #[track_caller]
    fn check_near(&self, what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(found.len(), expected.len(), "{}: {what}", self.name);
        let scale = expected.iter().fold(0.0f64, |s, x| s.max(x.abs()));
        for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
            let off = (found - expected).abs();
            assert!(
                off <= tolerance * scale,
                "{}: {what}, number {i}: {found} is not {expected}, of {scale}",
                self.name
            );
        }
    }
}

/// Steps and indices of spikes, in order.
fn spikes(recording: &Recording, path: &str, n: usize) -> Vec<(u64, u32)> {
    if let Some((steps, indices)) = recording.events(path) {
        return steps.iter().copied().zip(indices.iter().copied()).collect();
    }
    let rows = recording.samples(path).unwrap().chunks(n).zip(1u64..);
    let of_row = |(row, step): (&[f64], u64)| {
        let spiking: Vec<_> = (0..n).filter(|&i| row[i] != 0.0).collect();
        spiking.into_iter().map(move |i| (step, i as u32))
    };
    rows.flat_map(of_row).collect()
}

fn counts(spikes: &[(u64, u32)], n: usize) -> Vec<f64> {
    let mut counts = vec![0.0; n];
    spikes.iter().for_each(|(_, index)| counts[*index as usize] += 1.0);
    counts
}

/// FNV-1a over steps and indices, four bytes each.
fn fnv(spikes: &[(u64, u32)]) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let numbers = spikes.iter().flat_map(|(step, index)| [*step as u32, *index]);
    for byte in numbers.flat_map(u32::to_le_bytes) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    format!("{hash:016x}")
}

fn cases() -> Vec<Case> {
    let texts = [
        include_str!("../golden/nengo/models.json"),
        include_str!("../golden/nengo/random_models.json"),
    ];
    let models = |text: &str| -> BTreeMap<String, Value> {
        let golden: Value = serde_json::from_str(text).unwrap();
        serde_json::from_value(golden["models"].clone()).unwrap()
    };
    texts.into_iter().flat_map(models).map(|(name, golden)| case(name, golden)).collect()
}

fn case(name: String, golden: Value) -> Case {
    let text = golden["text"].as_str().unwrap();
    let file = ModelFile::parse(&name, text, Format::Toml).and_then(|file| file.load());
    let loaded = file.unwrap_or_else(|error| panic!("{name}: {error}"));
    let (network, seed) = (loaded.network, loaded.defaults.seed);
    Case { name, network, seed, golden, pipeline: Pipeline::default() }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}
