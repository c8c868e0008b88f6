//! What holds for all synapses of the catalogue.

use pontine_core_ir::registry;
use pontine_mechanism::{Level, Phase, native_kernel};

const NAMES: [&str; 9] = [
    "MultiQuantal",
    "SimpleStochastic",
    "StdpAdditive",
    "StdpAdditivePotentiationMultiplicativeDepression",
    "StdpGutig",
    "StdpMultiplicative",
    "StochasticTsodyksMarkram",
    "TsodyksMarkram",
    "Vogels2011",
];

#[test]
fn all_are_registered_and_documented() {
    let registered: Vec<_> = registry::synapses().entries().unwrap().keys().copied().collect();
    assert_eq!(registered, NAMES);
    for name in NAMES {
        let (entry, synapse) = (registry::synapses().get(name), registry::synapse(name).unwrap());
        assert_eq!(synapse.name, name);
        assert!(!entry.unwrap().reference.is_empty() && !synapse.doc.is_empty(), "{name}");
        for parameter in synapse.parameters() {
            assert!(!parameter.doc.is_empty(), "{name}.{}", parameter.name);
        }
    }
}

#[test]
fn both_sides_are_native_in_both_precisions() {
    for name in NAMES {
        let synapse = registry::synapse(name).unwrap();
        for side in synapse.programs() {
            assert!(native_kernel::<f64>(side, Phase::Step, Level::best()).is_some(), "{name}");
            assert!(native_kernel::<f32>(side, Phase::Step, Level::best()).is_some(), "{name}");
        }
    }
}
