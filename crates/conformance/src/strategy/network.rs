//! Random networks of both worlds.

mod draft;

use pontine_core_ir::Network;
use proptest::{
    collection::vec,
    option,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
};

use super::value::{ValuePlan, value};

/// A random mixed network, as a plan that can be declared in any order.
///
/// Populations of `IF_curr_exp`, Poisson sources and given spikes, views, all connectors with all
/// forms of weights and delays, products of which some learn, several projections on one receptor; ensembles, nodes, connections
/// and probes; and connections between the two worlds. Every object has a label, and every NEF
/// object a seed.
#[derive(Clone, Debug)]
pub struct RandomNetwork {
    populations: Vec<Cell>,
    views: Vec<View>,
    projections: Vec<Synapses>,
    ensembles: Vec<Neurons>,
    nodes: Vec<Source>,
    connections: Vec<Link>,
}

/// Random mixed networks.
pub fn network() -> impl Strategy<Value = RandomNetwork> {
    let populations = (vec(cell(), 1..4), vec(view(), 0..3), vec(synapses(), 0..6));
    let nef = (vec(neurons(), 0..3), vec(source(), 1..4), vec(link(), 0..7));
    (populations, nef).prop_map(
        |((populations, views, projections), (ensembles, nodes, connections))| RandomNetwork {
            populations,
            views,
            projections,
            ensembles,
            nodes,
            connections,
        },
    )
}

#[derive(Clone, Debug)]
enum Cell {
    Integrating { n: usize, tau_m: ValuePlan, start: Option<ValuePlan>, interval: Option<f64> },
    Poisson { n: usize, rate: ValuePlan },
    Given(Vec<Vec<f64>>),
}

#[derive(Clone, Debug)]
struct View {
    of: usize,
    from: usize,
    reversed: bool,
}

#[derive(Clone, Debug)]
struct Synapses {
    source: Side,
    target: Side,
    inhibitory: bool,
    connector: Wires,
    weight: ValuePlan,
    delay: ValuePlan,
}

/// Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Side {
    Population(usize),
    View(usize),
    Neurons(usize),
}

#[derive(Clone, Debug)]
enum Wires {
    AllToAll(bool),
    OneToOne,
    Probability(f64, bool),
    Total(u64, bool),
    Pre(u64, bool),
    Post(u64, bool),
    List(Vec<(u32, u32)>),
    Factored(usize, bool),
    Blocks(usize),
}

#[derive(Clone, Debug)]
struct Neurons {
    n: usize,
    dimensions: usize,
    rate: bool,
    seed: u32,
}

#[derive(Clone, Debug)]
enum Source {
    Constant(f64),
    Wave(f64),
    Passthrough(usize),
}

#[derive(Clone, Debug)]
struct Link {
    ends: Ends,
    pre: usize,
    post: usize,
    which: usize,
    tau: f64,
    seed: u32,
}

#[derive(Clone, Copy, Debug)]
enum Ends {
    NodeToEnsemble,
    Ensembles,
    EnsembleToNode,
    NeuronsToNeurons,
    EnsembleToPopulation,
    EnsembleToReceptor,
    SpikesToNode,
    VoltageToEnsemble,
}

fn cell() -> impl Strategy<Value = Cell> {
    let integrating = (1..20usize, value(), option::of(value()), select(vec![None, Some(2.5)]));
    let given = vec(vec(1..80u32, 0..5), 1..6).prop_map(|cells| {
        let times = |mut cell: Vec<u32>| {
            cell.sort_unstable();
            cell.into_iter().map(f64::from).collect()
        };
        Cell::Given(cells.into_iter().map(times).collect())
    });
    prop_oneof![
        3 => integrating.prop_map(|(n, tau_m, start, interval)| {
            Cell::Integrating { n, tau_m, start, interval }
        }),
        2 => (1..15usize, value()).prop_map(|(n, rate)| Cell::Poisson { n, rate }),
        1 => given,
    ]
}

fn view() -> impl Strategy<Value = View> {
    (any::<u8>(), 0..20usize, any::<bool>()).prop_map(|(of, from, reversed)| View {
        of: of.into(),
        from,
        reversed,
    })
}

fn synapses() -> impl Strategy<Value = Synapses> {
    let connector = prop_oneof![
        any::<bool>().prop_map(Wires::AllToAll),
        Just(Wires::OneToOne),
        (0.0..1.0f64, any::<bool>()).prop_map(|(p, selves)| Wires::Probability(p, selves)),
        (0..60u64, any::<bool>()).prop_map(|(n, again)| Wires::Total(n, again)),
        (0..6u64, any::<bool>()).prop_map(|(n, again)| Wires::Pre(n, again)),
        (0..6u64, any::<bool>()).prop_map(|(n, again)| Wires::Post(n, again)),
        vec((0..100u32, 0..100u32), 0..30).prop_map(Wires::List),
        (1..4usize, any::<bool>()).prop_map(|(rank, learns)| Wires::Factored(rank, learns)),
        (1..3usize).prop_map(Wires::Blocks),
    ];
    (side(), side(), any::<bool>(), connector, value(), value()).prop_map(
        |(source, target, inhibitory, connector, weight, delay)| Synapses {
            source,
            target,
            inhibitory,
            connector,
            weight,
            delay,
        },
    )
}

fn side() -> impl Strategy<Value = Side> {
    (0..8u8, any::<u8>()).prop_map(|(kind, which)| match kind {
        0 | 1 => Side::View(which.into()),
        2 => Side::Neurons(which.into()),
        _ => Side::Population(which.into()),
    })
}

fn neurons() -> impl Strategy<Value = Neurons> {
    (6..14usize, 1..3usize, any::<bool>(), 0..1000u32)
        .prop_map(|(n, dimensions, rate, seed)| Neurons { n, dimensions, rate, seed })
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        (-1.0..1.0f64).prop_map(Source::Constant),
        (1.0..100.0f64).prop_map(Source::Wave),
        (1..3usize).prop_map(Source::Passthrough),
    ]
}

fn link() -> impl Strategy<Value = Link> {
    let ends = select(vec![
        Ends::NodeToEnsemble,
        Ends::Ensembles,
        Ends::EnsembleToNode,
        Ends::NeuronsToNeurons,
        Ends::EnsembleToPopulation,
        Ends::EnsembleToReceptor,
        Ends::SpikesToNode,
        Ends::VoltageToEnsemble,
    ]);
    let tau = select(vec![0.0, 0.005, 0.02]);
    (ends, any::<u8>(), any::<u8>(), 0..4usize, tau, 0..1000u32).prop_map(
        |(ends, pre, post, which, tau, seed)| Link {
            ends,
            pre: pre.into(),
            post: post.into(),
            which,
            tau,
            seed,
        },
    )
}

impl RandomNetwork {
    /// The network, declared in an order that `shuffle` chooses within each kind of object; 0 is
    /// the order of the plan.
    ///
    /// # Errors
    /// If the catalogue has not what the plan names.
    pub fn build(&self, shuffle: u64) -> Result<Network, String> {
        draft::build(self, shuffle)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pontine_core_ir::{Connector, Endpoint};
    use pontine_road as _;
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    use super::*;

    #[test]
    fn random_networks_are_valid_and_have_everything() {
        let mut runner = TestRunner::deterministic();
        let networks: Vec<Network> = (0..60)
            .map(|_| network().new_tree(&mut runner).unwrap().current().build(0).unwrap())
            .collect();
        let mut connectors = BTreeSet::new();
        let mut ends = BTreeSet::new();
        for network in &networks {
            network.validate().unwrap();
            for (_, projection) in network.projections.iter() {
                connectors.insert(match &projection.connector {
                    Connector::Rule(spec) => spec.kind.clone(),
                    Connector::List(_) => "list".into(),
                    Connector::Factored(_) => "factored".into(),
                    Connector::Blocks(_) => "blocks".into(),
                });
            }
            for (_, connection) in network.connections.iter() {
                let kind = |end: &Endpoint| format!("{:?}", end.object)[..4].to_owned();
                ends.insert((kind(&connection.pre), kind(&connection.post)));
            }
        }
        assert_eq!(connectors.len(), 9, "{connectors:?}");
        assert_eq!(ends.len(), 7, "{ends:?}");
    }

    #[test]
    fn another_order_of_declaration_has_the_same_paths() {
        let mut runner = TestRunner::deterministic();
        let plan = network().new_tree(&mut runner).unwrap().current();
        let paths = |network: &Network| -> BTreeSet<String> {
            let paths = network.paths();
            network.objects().map(|id| paths[id].to_string()).collect()
        };
        let (one, other) = (plan.build(0).unwrap(), plan.build(2).unwrap());
        assert_eq!(paths(&one), paths(&other));
        assert_ne!(one, other);
    }
}
