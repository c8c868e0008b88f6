//! What holds for all mechanisms of the catalogue.

use pontine_core_ir::{
    Mechanism,
    registry::{self, MechanismEntry},
};

pub(super) const NAMES: [&str; 31] = [
    "ACSource",
    "AdaptiveLIF",
    "AdaptiveLIFRate",
    "DCSource",
    "EIF_cond_alpha_isfa_ista",
    "EIF_cond_exp_isfa_ista",
    "GIF_cond_exp",
    "HH_cond_exp",
    "IF_cond_alpha",
    "IF_cond_exp",
    "IF_cond_exp_gsfa_grr",
    "IF_curr_alpha",
    "IF_curr_delta",
    "IF_curr_exp",
    "IF_facets_hardware1",
    "Izhikevich",
    "LIF",
    "LIFRate",
    "NefIzhikevich",
    "NoisyCurrentSource",
    "RectifiedLinear",
    "RegularSpiking",
    "Sigmoid",
    "SpikeSourceArray",
    "SpikeSourceGamma",
    "SpikeSourceInhGamma",
    "SpikeSourcePoisson",
    "SpikeSourcePoissonRefractory",
    "SpikingRectifiedLinear",
    "StepCurrentSource",
    "Tanh",
];

fn entries() -> impl Iterator<Item = (&'static MechanismEntry, Mechanism)> {
    let compile = |name| {
        let entry = registry::mechanisms().get(name).unwrap();
        (entry, entry.compile().unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    NAMES.into_iter().map(compile)
}

#[test]
fn all_are_registered_under_their_own_names() {
    let registered: Vec<_> = registry::mechanisms().entries().unwrap().keys().copied().collect();
    assert_eq!(registered, NAMES);
    for (entry, mechanism) in entries() {
        assert_eq!(mechanism.name, entry.name);
    }
}

#[test]
fn all_are_documented() {
    for (entry, mechanism) in entries() {
        assert!(!entry.reference.is_empty() && !mechanism.doc.is_empty(), "{}", entry.name);
        for parameter in &mechanism.parameters {
            assert!(!parameter.doc.is_empty(), "{}.{}", entry.name, parameter.name);
        }
    }
}

#[test]
fn all_print_and_read_back() {
    for (_, mechanism) in entries() {
        assert_eq!(Mechanism::parse(mechanism.source()).unwrap(), mechanism);
    }
}

#[track_caller]
fn check_defaults(name: &str, expected: &[(&str, f64, &str)]) {
    let mechanism = registry::mechanism(name).unwrap();
    let found: Vec<_> = mechanism
        .parameters
        .iter()
        .map(|p| (p.name.clone(), p.default, p.unit.to_string()))
        .collect();
    let expected: Vec<_> =
        expected.iter().map(|(n, d, u)| ((*n).to_owned(), *d, (*u).to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn defaults_are_those_of_nengo() {
    let times = [("tau_rc", 0.02, "s"), ("tau_ref", 0.002, "s"), ("amplitude", 1.0, "")];
    check_defaults("LIFRate", &times);
    check_defaults("LIF", &[&times[..], &[("min_voltage", 0.0, "")]].concat());
    let adaptive = [&[("tau_n", 1.0, "s"), ("inc_n", 0.01, "s")], &times[..]].concat();
    check_defaults("AdaptiveLIFRate", &adaptive);
    check_defaults("AdaptiveLIF", &[&adaptive[..], &[("min_voltage", 0.0, "")]].concat());
    let amplitude = [("amplitude", 1.0, "")];
    for name in ["RectifiedLinear", "SpikingRectifiedLinear", "RegularSpiking"] {
        check_defaults(name, &amplitude);
    }
    for name in ["Sigmoid", "Tanh"] {
        check_defaults(name, &[("tau_ref", 0.0025, "s")]);
    }
    check_defaults(
        "NefIzhikevich",
        &[
            ("tau_recovery", 0.02, ""),
            ("coupling", 0.2, ""),
            ("reset_voltage", -65.0, ""),
            ("reset_recovery", 8.0, ""),
        ],
    );
}

#[test]
fn defaults_are_those_of_pynn() {
    let leaky = [
        ("v_rest", -65.0, "mV"),
        ("cm", 1.0, "nF"),
        ("tau_m", 20.0, "ms"),
        ("tau_refrac", 0.1, "ms"),
    ];
    let ends = [("i_offset", 0.0, "nA"), ("v_reset", -65.0, "mV"), ("v_thresh", -50.0, "mV")];
    let alpha = [("tau_syn_E", 0.5, "ms"), ("tau_syn_I", 0.5, "ms")];
    check_defaults("IF_curr_alpha", &[&leaky[..], &alpha, &ends].concat());
    let conductances = |tau_e, tau_i| {
        [
            ("tau_syn_E", tau_e, "ms"),
            ("tau_syn_I", tau_i, "ms"),
            ("e_rev_E", 0.0, "mV"),
            ("e_rev_I", -70.0, "mV"),
            ("v_thresh", -50.0, "mV"),
            ("v_reset", -65.0, "mV"),
            ("i_offset", 0.0, "nA"),
        ]
    };
    check_defaults("IF_cond_alpha", &[&leaky[..], &conductances(0.3, 0.5)].concat());
    let own = [
        ("tau_sfa", 100.0, "ms"),
        ("e_rev_sfa", -75.0, "mV"),
        ("q_sfa", 0.015, "uS"),
        ("tau_rr", 2.0, "ms"),
        ("e_rev_rr", -75.0, "mV"),
        ("q_rr", 3.0, "uS"),
    ];
    check_defaults("IF_cond_exp_gsfa_grr", &[&leaky[..], &conductances(5.0, 5.0), &own].concat());
    check_defaults(
        "IF_facets_hardware1",
        &[
            ("g_leak", 0.04, "uS"),
            ("tau_syn_E", 30.0, "ms"),
            ("tau_syn_I", 30.0, "ms"),
            ("v_reset", -80.0, "mV"),
            ("e_rev_I", -80.0, "mV"),
            ("v_rest", -65.0, "mV"),
            ("v_thresh", -55.0, "mV"),
        ],
    );
    check_defaults(
        "HH_cond_exp",
        &[
            ("gbar_Na", 20.0, "uS"),
            ("gbar_K", 6.0, "uS"),
            ("g_leak", 0.01, "uS"),
            ("cm", 0.2, "nF"),
            ("v_offset", -63.0, "mV"),
            ("e_rev_Na", 50.0, "mV"),
            ("e_rev_K", -90.0, "mV"),
            ("e_rev_leak", -65.0, "mV"),
            ("e_rev_E", 0.0, "mV"),
            ("e_rev_I", -80.0, "mV"),
            ("tau_syn_E", 0.2, "ms"),
            ("tau_syn_I", 2.0, "ms"),
            ("i_offset", 0.0, "nA"),
        ],
    );
    check_defaults(
        "IF_curr_exp",
        &[
            ("v_rest", -65.0, "mV"),
            ("cm", 1.0, "nF"),
            ("tau_m", 20.0, "ms"),
            ("tau_refrac", 0.1, "ms"),
            ("tau_syn_E", 5.0, "ms"),
            ("tau_syn_I", 5.0, "ms"),
            ("i_offset", 0.0, "nA"),
            ("v_reset", -65.0, "mV"),
            ("v_thresh", -50.0, "mV"),
        ],
    );
    check_defaults(
        "IF_curr_delta",
        &[
            ("v_rest", -65.0, "mV"),
            ("cm", 1.0, "nF"),
            ("tau_m", 20.0, "ms"),
            ("tau_refrac", 0.1, "ms"),
            ("i_offset", 0.0, "nA"),
            ("v_reset", -65.0, "mV"),
            ("v_thresh", -50.0, "mV"),
        ],
    );
    check_defaults(
        "IF_cond_exp",
        &[
            ("v_rest", -65.0, "mV"),
            ("cm", 1.0, "nF"),
            ("tau_m", 20.0, "ms"),
            ("tau_refrac", 0.1, "ms"),
            ("tau_syn_E", 5.0, "ms"),
            ("tau_syn_I", 5.0, "ms"),
            ("e_rev_E", 0.0, "mV"),
            ("e_rev_I", -70.0, "mV"),
            ("v_thresh", -50.0, "mV"),
            ("v_reset", -65.0, "mV"),
            ("i_offset", 0.0, "nA"),
        ],
    );
    let adaptive = [
        ("cm", 0.281, "nF"),
        ("tau_refrac", 0.1, "ms"),
        ("v_spike", -40.0, "mV"),
        ("v_reset", -70.6, "mV"),
        ("v_rest", -70.6, "mV"),
        ("tau_m", 9.3667, "ms"),
        ("i_offset", 0.0, "nA"),
        ("a", 0.004, "uS"),
        ("b", 0.0805, "nA"),
        ("delta_T", 2.0, "mV"),
        ("tau_w", 144.0, "ms"),
        ("v_thresh", -50.4, "mV"),
        ("e_rev_E", 0.0, "mV"),
        ("tau_syn_E", 5.0, "ms"),
        ("e_rev_I", -80.0, "mV"),
        ("tau_syn_I", 5.0, "ms"),
    ];
    check_defaults("EIF_cond_exp_isfa_ista", &adaptive);
    check_defaults("EIF_cond_alpha_isfa_ista", &adaptive);
    check_defaults(
        "Izhikevich",
        &[
            ("a", 0.02, "1/ms"),
            ("b", 0.2, "1/ms"),
            ("c", -65.0, "mV"),
            ("d", 2.0, "mV/ms"),
            ("i_offset", 0.0, "nA"),
        ],
    );
    let gif = [
        ("tau_refrac", 4.0, "ms"),
        ("tau_syn_E", 5.0, "ms"),
        ("tau_syn_I", 5.0, "ms"),
        ("e_rev_E", 0.0, "mV"),
        ("e_rev_I", -70.0, "mV"),
        ("v_reset", -65.0, "mV"),
        ("i_offset", 0.0, "nA"),
        ("delta_v", 0.5, "mV"),
        ("v_t_star", -48.0, "mV"),
        ("lambda0", 1.0, "Hz"),
    ];
    let names = ["tau_eta", "tau_gamma", "a_eta", "a_gamma"];
    let names = names.map(|name| [1, 2, 3].map(|k| format!("{name}_{k}"))).concat();
    let (times, currents, parts) = ([1.0, 10.0, 100.0], [1.0; 3], [1.0; 3]);
    let values = [times, times, currents, parts].concat();
    let units = [["ms"; 3], ["ms"; 3], ["nA"; 3], ["mV"; 3]].concat();
    let members: Vec<_> = (0..12).map(|i| (names[i].as_str(), values[i], units[i])).collect();
    check_defaults("GIF_cond_exp", &[&leaky[..3], &gif, &members].concat());
    let (rate, ends) = (("rate", 1.0, "Hz"), [("start", 0.0, "ms"), ("duration", 1e10, "ms")]);
    check_defaults("SpikeSourcePoisson", &[&[rate][..], &ends].concat());
    let paused = [rate, ("tau_refrac", 0.0, "ms")];
    check_defaults("SpikeSourcePoissonRefractory", &[&paused[..], &ends].concat());
    let gamma = [("alpha", 2.0, ""), ("beta", 1.0, "Hz")];
    check_defaults("SpikeSourceGamma", &[&gamma[..], &ends].concat());
}
