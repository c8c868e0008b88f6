//! The files in `models/` say what their publications say.

use std::path::Path;

use pontine_catalogue as _;
use pontine_core_ir::{
    Connector, Factor, Function, Network, NodeOutput, Param, ProbeTarget, Value,
    network::Projection,
};
use pontine_io::{Format, LoadedModel, ModelFile, Reference};
use pontine_mechanism::FunctionKernel;

fn load(name: &str, settings: &[(&str, &str)]) -> LoadedModel {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(name);
    let mut file = ModelFile::open(path).unwrap();
    for (path, text) in settings {
        file.set(path, text).unwrap();
    }
    file.load().unwrap_or_else(|error| panic!("{error}"))
}

fn microcircuit(scale: &str, drive: &str) -> LoadedModel {
    load("microcircuit.toml", &[("parameters.scale", scale), ("parameters.drive", drive)])
}

const POPULATIONS: [&str; 8] = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"];

/// Sizes of the eight populations.
fn sizes(network: &Network) -> Vec<usize> {
    let size = |label: &str| {
        let found = network.populations.iter().find(|(_, p)| p.label.as_deref() == Some(label));
        found.unwrap().1.size
    };
    POPULATIONS.map(size).to_vec()
}

/// A parameter of the eight populations, or of their drives.
fn parameters(network: &Network, suffix: &str, name: &str) -> Vec<f64> {
    let value = |label: &str| {
        let label = format!("{label}{suffix}");
        let found = network.populations.iter().find(|(_, p)| p.label.as_ref() == Some(&label));
        match found.unwrap().1.parameters[name] {
            Value::Const(value) => value,
            ref other => panic!("{other:?}"),
        }
    };
    POPULATIONS.map(value).to_vec()
}

fn projection<'n>(network: &'n Network, label: &str) -> &'n Projection {
    let found = network.projections.iter().find(|(_, p)| p.label.as_deref() == Some(label));
    &found.unwrap_or_else(|| panic!("no projection `{label}`")).1.object
}

fn n_synapses(projection: &Projection) -> u64 {
    match &projection.connector {
        Connector::Rule(spec) if spec.kind == "fixed_total_number" => spec.count("n").unwrap(),
        _ => 0,
    }
}

fn total(network: &Network) -> u64 {
    network.projections.iter().map(|(_, projection)| n_synapses(projection)).sum()
}

fn number(value: &Value, name: &str) -> f64 {
    match value {
        Value::Distribution(spec) => match spec.params[name] {
            Param::Number(number) => number,
            ref other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }
}

#[test]
fn microcircuit_has_the_published_numbers_of_neurons() {
    let n = |scale| sizes(&microcircuit(scale, "dc").network);
    assert_eq!(n("0.1"), [2068, 583, 2192, 548, 485, 106, 1440, 295]);
    assert_eq!(n("0.2"), [4137, 1167, 4383, 1096, 970, 213, 2879, 590]);
    assert_eq!(n("1"), [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]);
}

#[test]
fn microcircuit_has_the_published_numbers_of_synapses() {
    let network = microcircuit("0.1", "poisson").network;
    assert_eq!(total(&network), 2_988_686);
    assert_eq!(total(&microcircuit("0.2", "dc").network), 11_956_279);
    // 298,880,968 is also met: what comes without `ln_1p`, by cancellation in ln(1 - 1/(N_t N_s)).
    assert_eq!(total(&microcircuit("1", "dc").network), 298_880_970);
    let into_l23e = |source: &str| n_synapses(projection(&network, &format!("{source} to L23E")));
    let found = ["L23E", "L23I", "L4E", "L4I", "L5E", "L6E"].map(into_l23e);
    assert_eq!(found, [454_932, 223_203, 202_507, 96_695, 32_931, 22_711]);
    assert!(network.projections.iter().all(|(_, p)| p.label.as_deref() != Some("L5I to L23E")));
}

#[test]
fn microcircuit_compensates_for_what_is_lost() {
    let current = |scale, drive| parameters(&microcircuit(scale, drive).network, "", "i_offset");
    let check = |scale, drive, expected: [f64; 8]| {
        check_close(&current(scale, drive), &expected, 0.51e-5);
    };
    check(
        "0.1",
        "poisson",
        [0.09492, 0.15853, 0.16888, 0.18598, 0.12705, 0.14542, 0.08433, 0.17164],
    );
    check("0.1", "dc", [0.27262, 0.32512, 0.40210, 0.39700, 0.34917, 0.35644, 0.40640, 0.40487]);
    check(
        "0.2",
        "poisson",
        [0.07674, 0.12816, 0.13653, 0.15036, 0.10272, 0.11757, 0.06817, 0.13876],
    );
    check("0.2", "dc", [0.32804, 0.36376, 0.46635, 0.44877, 0.41684, 0.41598, 0.52365, 0.46859]);
    check("1", "dc", [0.56192, 0.52680, 0.73752, 0.66728, 0.70240, 0.66728, 1.01848, 0.73752]);
    check_close(&current("1", "poisson"), &[0.0; 8], 1e-15);
}

#[test]
fn microcircuit_is_driven_by_one_source_per_neuron() {
    let network = microcircuit("0.1", "poisson").network;
    let rates = [1280.0, 1200.0, 1680.0, 1520.0, 1600.0, 1520.0, 2320.0, 1680.0];
    check_close(&parameters(&network, " drive", "rate"), &rates, 1e-9);
    let drive = projection(&network, "drive to L5I");
    assert!(matches!(&drive.connector, Connector::Rule(spec) if spec.kind == "one_to_one"));
    assert!(matches!(drive.weight, Value::Const(w) if (w - 0.277_648_0).abs() < 1e-7));
    assert!(matches!(drive.delay, Value::Const(delay) if delay == 0.1));
    assert_eq!(microcircuit("0.1", "dc").network.populations.len(), 8);
}

#[test]
fn microcircuit_has_the_published_weights_and_delays() {
    let network = microcircuit("1", "dc").network;
    let weight = |label: &str| {
        let weight = &projection(&network, label).weight;
        ["mu", "sigma", "low", "high"].map(|name| number(weight, name))
    };
    check_close(&weight("L4E to L23E")[..3], &[0.1756, 0.00878, 0.0], 1e-12);
    check_close(&weight("L23E to L4E")[..3], &[0.0878, 0.00878, 0.0], 1e-12);
    let inhibitory = weight("L6I to L6E");
    check_close(&[inhibitory[0], inhibitory[1], inhibitory[3]], &[-0.3512, 0.03512, 0.0], 1e-12);
    assert_eq!(inhibitory[2], f64::NEG_INFINITY);
    let delay = |label: &str| {
        let delay = &projection(&network, label).delay;
        ["mu", "sigma", "low"].map(|name| number(delay, name))
    };
    assert_eq!(delay("L23E to L4E"), [1.5, 0.75, 0.1]);
    assert_eq!(delay("L6I to L6E"), [0.75, 0.375, 0.1]);
    assert_eq!(projection(&network, "L6I to L6E").receptor, "inhibitory");
    assert_eq!(projection(&network, "L4E to L23E").receptor, "excitatory");
    let scaled = microcircuit("0.2", "dc").network;
    let weight = &projection(&scaled, "L23E to L4E").weight;
    assert!((number(weight, "mu") - 0.196_326_8).abs() < 1e-7);
}

#[test]
fn references_hold_for_their_conditions_only() {
    let holding = |scale, drive| {
        let model = microcircuit(scale, drive);
        model.references.into_iter().filter(|r| r.holds).collect::<Vec<Reference>>()
    };
    let rate = |references: &[Reference]| {
        assert_eq!(references.len(), 1);
        references[0].statistics["rate"]["L5E"]
    };
    assert_eq!(rate(&holding("0.1", "poisson")).mean, 7.487);
    assert_eq!(rate(&holding("0.1", "dc")).sd, Some(0.247));
    assert_eq!(rate(&holding("1", "poisson")).mean, 7.701);
    assert!(holding("0.3", "poisson").is_empty());
    assert_eq!(holding("0.1", "dc")[0].statistics["corr"]["L5E"].mean, 0.03048);
}

#[test]
fn cuba_is_as_published() {
    let model = load("vogels_abbott_cuba.toml", &[]);
    let weights: Vec<_> = model.network.projections.iter().map(|(_, p)| p.weight.clone()).collect();
    let expected = [0.0162, -0.09, 0.0162, -0.09].map(Value::Const);
    assert_eq!(weights, expected);
    let (_, inhibitory) = model.network.populations.iter().nth(1).unwrap();
    assert_eq!(inhibitory.size, 800);
    assert_eq!(inhibitory.parameters["v_rest"], Value::Const(-49.0));
    assert_eq!((model.defaults.dt_s, model.defaults.discard_s), (1e-4, 0.5));
    assert_eq!(model.references[0].statistics["rate"]["I"].mean, 5.571);
}

#[test]
fn coba_is_as_published() {
    let model = load("vogels_abbott_coba.toml", &[]);
    let weights: Vec<_> = model.network.projections.iter().map(|(_, p)| p.weight.clone()).collect();
    let expected = [0.006, 0.067, 0.006, 0.067].map(Value::Const);
    assert_eq!(weights, expected);
    let (_, excitatory) = model.network.populations.iter().next().unwrap();
    let parameter = |name: &str| excitatory.parameters[name].clone();
    assert_eq!(parameter("i_offset"), Value::Const(0.12));
    assert_eq!(parameter("e_rev_I"), Value::Const(-80.0));
    assert!(excitatory.mechanism.source().contains("solve exponential_euler"));
    assert_eq!(model.references[0].statistics["rate"]["E"].mean, 20.256);
}

#[test]
fn coba_offers_another_solver() {
    let model = load("vogels_abbott_coba.toml", &[("parameters.solver", "rk4")]);
    assert!(model.network.populations.iter().all(|(_, p)| p.mechanism.source().contains("rk4")));
}

#[test]
fn brunel_has_the_published_in_degrees_and_drive() {
    let model = load("brunel.toml", &[]);
    let network = &model.network;
    let count = |label: &str| match &projection(network, label).connector {
        Connector::Rule(spec) if spec.kind == "fixed_number_pre" => {
            assert!(spec.bool_or("with_replacement", false).unwrap());
            spec.count("n").unwrap()
        }
        other => panic!("{other:?}"),
    };
    let in_degrees = ["E to E", "E to I", "I to E", "I to I"].map(count);
    assert_eq!(in_degrees, [1000, 1000, 250, 250]);
    let sizes: Vec<_> = network.populations.iter().map(|(_, p)| p.size).collect();
    assert_eq!(sizes, [10_000, 2500, 10_000, 2500]);
    let drive = network.populations.iter().nth(2).unwrap().1;
    assert_eq!(drive.parameters["rate"], Value::Const(20_000.0));
    assert_eq!(projection(network, "drive to I").weight, Value::Const(0.1));
}

#[test]
fn brunel_has_the_four_points_of_the_paper() {
    let check = |point: &str, inhibition: f64, rate: f64, reference: Option<f64>| {
        let model = load("brunel.toml", &[("parameters.point", point)]);
        let network = &model.network;
        let drive = network.populations.iter().nth(2).unwrap().1;
        let numbers = [&projection(network, "I to E").weight, &drive.parameters["rate"]];
        let numbers = numbers.map(|value| match value {
            Value::Const(number) => *number,
            other => panic!("{other:?}"),
        });
        check_close(&numbers, &[inhibition, rate], 1e-9);
        let held = model.references.iter().find(|reference| reference.holds);
        assert_eq!(held.map(|r| r.statistics["rate"]["E"].mean), reference);
    };
    check("A", -0.3, 20_000.0, None);
    check("B", -0.6, 40_000.0, Some(60.7));
    check("C", -0.5, 20_000.0, Some(37.45));
    check("D", -0.45, 9_000.0, Some(5.5));
}

#[test]
fn channel_has_the_objects_of_the_golden_recipe_in_order() {
    let model = load("communication_channel.toml", &[]);
    let network = &model.network;
    assert_eq!((model.defaults.seed, model.defaults.dt_s), (7, 1e-3));
    let labels: Vec<_> = network.ensembles.iter().map(|(_, e)| e.label.clone().unwrap()).collect();
    assert_eq!(labels, ["a", "b"]);
    assert_eq!((network.nodes.len(), network.connections.len(), network.probes.len()), (1, 2, 3));
    let (id, _) = network.connections.iter().next().unwrap();
    assert_eq!(network.connection_params(id).synapse, None);
}

#[test]
fn probes_take_defaults_from_their_network() {
    let text = "[model]\nname = 'm'\n[defaults]\nprobe_sample_every = '10 ms'\nprobe_solver = 'NnlsL2'\n\
                [[ensemble]]\nlabel = 'a'\nn_neurons = 5\n[[probe]]\ntarget = 'a'\n";
    let file = ModelFile::parse("m.toml", text, Format::Toml).unwrap();
    let network = file.load().unwrap().network;
    let (id, _) = network.probes.iter().next().unwrap();
    assert_eq!(network.probe_sample_every(id), Some(0.01));
    assert_eq!(network.probe_solver(id).kind, "NnlsL2");
}

#[test]
fn mixed_joins_both_worlds() {
    let model = load("mixed.toml", &[]);
    assert!(model.network.validate().is_ok());
    let (_, cells) = model.network.populations.iter().next().unwrap();
    assert!(matches!(cells.parameters["i_offset"], Value::Expression(_)));
}

#[test]
fn values_of_a_reference_have_their_spread_and_unit() {
    let model = load("integrator.toml", &[]);
    let reference = &model.references[0];
    assert!(reference.holds && reference.statistics.is_empty());
    let drift = &reference.values["drift"];
    assert_eq!((drift.value.sd, drift.unit.as_str()), (Some(0.0265), "1/s"));
    assert_eq!(reference.values["held"].value.mean, 0.506);
    assert!(!load("integrator.toml", &[("parameters.n_neurons", "50")]).references[0].holds);
}

#[test]
fn lorenz_decodes_the_equations_of_its_head() {
    let model = load("lorenz.toml", &[]);
    let (_, connection) = model.network.connections.iter().next().unwrap();
    let Some(Function::Expression(function)) = &connection.function else {
        panic!("{:?}", connection.function)
    };
    let mut next = [0.0; 3];
    FunctionKernel::new(function).eval(&[1.0, 2.0, 3.0], &mut next);
    let slopes = [10.0 * (2.0 - 1.0), -3.0 - 2.0, 2.0 - 8.0 / 3.0 * 31.0];
    check_close(&next, &[1.0, 2.0, 3.0].map(|x| x + 0.1 * slopes[x as usize - 1]), 1e-12);
}

#[test]
fn own_neuron_has_the_mechanism_of_its_file() {
    let model = load("own_neuron.toml", &[]);
    let (_, cells) = model.network.populations.iter().next().unwrap();
    assert_eq!(cells.mechanism.name, "AdaptiveThreshold");
    assert_eq!(cells.parameters["jump"], Value::Const(4.0));
    let documented = cells.mechanism.parameters.iter().all(|p| !p.doc.is_empty());
    assert!(documented && model.references[0].holds);
}

#[test]
fn izhikevich_network_joins_all_to_all() {
    let model = load("izhikevich_network.toml", &[]);
    assert_eq!(model.network.projections.len(), 4);
    let weight = &projection(&model.network, "I to E").weight;
    assert_eq!([number(weight, "low"), number(weight, "high")], [-1.0, 0.0]);
}

/// A projection whose weights are a product, in a file.
const PRODUCTS: &str = r#"
[model]
name = "products"
[parameters]
n = 3
[[population]]
label = "a"
size = "n"
cell = "SpikeSourcePoisson"
[[population]]
label = "b"
size = 2
cell = "IF_curr_exp"
[[projection]]
label = "a to b"
source = "a"
target = "b"
receptor = "excitatory"
connector = { kind = "factored", decoders = [[1, 2, "n"]], encoders = { expression = "i + 10 * n", shape = [2, 1] } }
weight = "0.5 nA"
delay = "2 ms"
learning = [{ kind = "PES", learning_rate = 1e-3, pre_synapse = "10 ms" }, "Voja"]
[[projection]]
source = "a"
target = "b"
receptor = "inhibitory"
connector = { kind = "blocks", blocks = [{ source = [2, 0], decoders = [[1, 2], [3, 4]] }, { target = [1], decoders = [[1, 2, 3]], transform = [[2]] }] }
weight = "-0.5 nA"
delay = "2 ms"
[[node]]
label = "error"
output = [1]
[[ensemble]]
label = "e"
n_neurons = 10
[[connection]]
pre = "error"
post = "a to b.PES"
[[connection]]
pre = "e"
post = "b.excitatory"
transform = { values = [[0.1], [0.2]], unit = "nA/s" }
synapse = "none"
[[probe]]
target = "a to b.encoders"
[[probe]]
target = "a to b.Voja.decoded"
"#;

#[test]
fn products_are_read_with_their_rules_and_probes() {
    let file = ModelFile::parse("m.toml", PRODUCTS, Format::Toml).unwrap();
    let network = file.load().unwrap().network;
    network.validate().unwrap();
    let (id, first) = network.projections.iter().next().unwrap();
    let Connector::Factored(product) = &first.connector else { panic!() };
    assert_eq!(
        (product.decoders.shape(), product.decoders.data()),
        (&[1, 3][..], &[1.0, 2.0, 3.0][..])
    );
    assert_eq!(product.encoders.as_ref().unwrap().data(), [30.0, 31.0]);
    assert_eq!((&first.weight, &first.delay), (&Value::Const(0.5), &Value::Const(2.0)));
    assert_eq!(first.rule_names(), ["PES", "Voja"]);
    let (_, second) = network.projections.iter().nth(1).unwrap();
    let Connector::Blocks(blocks) = &second.connector else { panic!() };
    assert_eq!(
        (blocks[0].source.as_deref(), blocks[0].target.as_deref()),
        (Some(&[2, 0][..]), None)
    );
    assert_eq!(blocks[1].product.transform.as_ref().unwrap().data(), [2.0]);
    let (_, told) = network.connections.iter().next().unwrap();
    assert_eq!(told.post, id.rule(0));
    let targets: Vec<_> = network.probes.iter().map(|(_, probe)| probe.target.clone()).collect();
    let signal = "decoded".to_owned();
    assert_eq!(
        targets,
        [
            ProbeTarget::Factor(id, None, Factor::Encoders),
            ProbeTarget::ProjectionRule { projection: id, rule: 1, signal },
        ]
    );
}

#[test]
fn pieces_of_a_signal_are_numbers_or_functions_of_time() {
    let spec = |values: &str| {
        let text = format!(
            "[model]\nname = 'm'\n[parameters]\nw = 8\n[[node]]\nlabel = 'n'\n\
             process = {{ kind = 'Piecewise', times = ['0 s', '200 ms'], values = {values} }}"
        );
        let file = ModelFile::parse("m.toml", &text, Format::Toml).unwrap();
        let network = file.load().unwrap_or_else(|error| panic!("{error}")).network;
        let (_, node) = network.nodes.iter().next().unwrap();
        let NodeOutput::Process(spec) = &node.output else { panic!() };
        assert_eq!(spec.params["times"], Param::from(vec![0.0, 0.2]));
        spec.params["values"].clone()
    };
    assert_eq!(spec("['w', 0.5]"), Param::from(vec![8.0, 0.5]));
    assert_eq!(spec("['sin(w * t)', 0.5]"), Param::from("sin(8 * t); 0.5"));
    assert_eq!(spec("['t, 2', [1, 'w']]"), Param::from("t, 2; 1, 8"));
}

#[test]
fn connections_of_a_network_learn_by_its_default() {
    let text = "[model]\nname = 'm'\n[defaults]\nconnection = { learning = 'PES' }\n\
                [[network]]\nlabel = 'rigid'\ndefaults = { connection = { learning = 'none' } }\n\
                [[ensemble]]\nlabel = 'a'\nn_neurons = 9\n\
                [[connection]]\npre = 'a'\npost = 'a'\n\
                [[connection]]\npre = 'a'\npost = 'a'\nlearning = 'none'\n\
                [[connection]]\npre = 'a'\npost = 'a'\nlearning = 'RLS'\n\
                [[connection]]\nwithin = 'rigid'\npre = 'a'\npost = 'a'\n";
    let file = ModelFile::parse("m.toml", text, Format::Toml).unwrap();
    let network = file.load().unwrap_or_else(|error| panic!("{error}")).network;
    let names: Vec<String> =
        network.connections.ids().map(|id| network.rule_names(id).concat()).collect();
    assert_eq!(names, ["PES", "", "RLS", ""]);
}

const SYNAPSES: &str = r#"
[model]
name = "synapses"
[[synapse]]
text = """
synapse Halves {
    units population
    parameter tau = 10 ms
    state x = 1
    on_pre {
        deliver w * x
        x *= exp(-elapsed / tau) / 2
    }
}
"""
[[population]]
label = "E"
size = 3
cell = "IF_curr_exp"
[[projection]]
source = "E"
target = "E"
receptor = "excitatory"
connector = { kind = "all_to_all" }
weight = "1 nA"
delay = "1 ms"
synapse = { kind = "Halves", tau = "0.02 s", initial = { x = { expression = "0.1 * i + j" } } }
[[projection]]
source = "E"
target = "E"
receptor = "excitatory"
connector = { kind = "all_to_all" }
weight = "1 nA"
delay = "1 ms"
synapse = { kind = "StdpAdditive", w_max = "2 nA", A_plus = { distribution = "uniform", low = 0, high = 1 }, dendritic_delay_fraction = 0.5 }
[[projection]]
source = "E"
target = "E"
receptor = "excitatory"
connector = { kind = "all_to_all" }
weight = "1 nA"
delay = "1 ms"
synapse = "TsodyksMarkram"
"#;

#[test]
fn synapses_are_read_with_their_parameters() {
    let file = ModelFile::parse("m.toml", SYNAPSES, Format::Toml).unwrap();
    let network = file.load().unwrap().network;
    network.validate().unwrap();
    let synapses: Vec<_> =
        network.projections.iter().map(|(_, p)| p.synapse.clone().unwrap()).collect();
    assert_eq!(synapses[0].mechanism.name, "Halves");
    assert_eq!(synapses[0].parameters["tau"], Value::Const(20.0));
    assert!(matches!(synapses[0].initial["x"], Value::Expression(_)));
    assert_eq!(synapses[1].parameters["w_max"], Value::Const(2.0));
    assert!(matches!(synapses[1].parameters["A_plus"], Value::Distribution(_)));
    assert_eq!(synapses.iter().map(|s| s.dendritic_delay_fraction).sum::<f64>(), 2.5);
    let unknown = SYNAPSES.replace("\"TsodyksMarkram\"", "\"TsodiksMarkram\"");
    let error = ModelFile::parse("m.toml", &unknown, Format::Toml).unwrap().load().unwrap_err();
    assert!(error.to_string().contains("did you mean `TsodyksMarkram`?"), "{error}");
    let unknown = SYNAPSES.replace("tau = \"0.02 s\"", "taux = \"0.02 s\"");
    let error = ModelFile::parse("m.toml", &unknown, Format::Toml).unwrap().load().unwrap_err();
    assert!(error.to_string().contains("did you mean `tau`?"), "{error}");
}
