//! Random models: cells, synapses and arrays, made directly of signals and operators.

mod draft;
mod products;

use std::collections::BTreeSet;

use pontine_core_ir::{Model, model::First, port::Capability};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
};

use self::draft::Draft;
use super::{
    mechanisms::Cell,
    value::{ValuePlan, value},
};

/// A random model of a few dozen cells.
///
/// It has cells of several mechanisms with drawn and given parameters, given and random spikes,
/// synapses with all forms of weights and delays, several on one receptor, multapses and autapses,
/// weights that are products, some of which change, and array operators from which currents come and to which spikes go.
pub fn model() -> impl Strategy<Value = Model> {
    plan().prop_map(|plan| plan.build())
}

/// The same, made only of what a backend of these capabilities can do; cells that draw and array
/// operators are always there.
pub fn model_within(offered: BTreeSet<Capability>) -> impl Strategy<Value = Model> {
    plan().prop_map(move |plan| plan.within(&offered).build())
}

#[derive(Clone, Debug)]
struct Plan {
    seed: u64,
    groups: Vec<Group>,
    projections: Vec<Projection>,
    arrays: Vec<Array>,
}

#[derive(Clone, Debug)]
struct Group {
    kind: Kind,
    parameter: ValuePlan,
    initial: Option<ValuePlan>,
    every: f64,
    first: First,
}

#[derive(Clone, Debug)]
enum Kind {
    Cells(Cell, usize),
    /// Steps of the spikes of each cell.
    Train(Vec<Vec<u64>>),
}

#[derive(Clone, Debug)]
struct Projection {
    source: usize,
    target: usize,
    inhibitory: bool,
    synapses: Vec<(u32, u32)>,
    weight: ValuePlan,
    delay: ValuePlan,
    own_columns: bool,
    products: Option<Products>,
}

/// Weights that are products, in place of single synapses.
#[derive(Clone, Debug)]
struct Products {
    /// Rows of D.
    rank: usize,
    /// Rows of T, if there is one.
    inner: Option<usize>,
    kind: ProductKind,
}

#[derive(Clone, Copy, Debug)]
enum ProductKind {
    Constant,
    Learned,
    Blocks,
}

/// Adds to the pool of signals; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Array {
    Function { x: usize, which: usize },
    Dot { x: usize, rows: usize },
    Sparse { x: usize, places: Vec<(usize, usize)>, sorted: bool },
    Scaled { x: usize, by: f64 },
    Outer { x: usize, y: usize },
    Copy { x: usize, index: Vec<usize> },
    Filter { x: usize, decay: f64 },
    Sum { x: usize, y: usize },
    Drive { group: usize, x: usize },
}

fn plan() -> impl Strategy<Value = Plan> {
    let parts = (vec(group(), 1..5), vec(projection(), 0..7), vec(array(), 0..9));
    (0..1000u64, parts).prop_map(|(seed, (groups, projections, arrays))| Plan {
        seed,
        groups,
        projections,
        arrays,
    })
}

fn group() -> impl Strategy<Value = Group> {
    let cells = (select(&Cell::ALL[..]), prop_oneof![1..20usize, Just(16), Just(257)]);
    let train = vec(vec(1..90u64, 0..6), 1..8).prop_map(|mut cells| {
        cells.iter_mut().for_each(|steps| steps.sort_unstable());
        Kind::Train(cells)
    });
    let kind = prop_oneof![4 => cells.prop_map(|(cell, n)| Kind::Cells(cell, n)), 1 => train];
    let every = select(vec![1.0, 1.0, 2.0, 2.5, 7.0]);
    let first = select(vec![First::Zero, First::FirstStep]);
    (kind, value(), proptest::option::of(value()), every, first).prop_map(
        |(kind, parameter, initial, every, first)| Group { kind, parameter, initial, every, first },
    )
}

fn projection() -> impl Strategy<Value = Projection> {
    let ends = (any::<u8>(), any::<u8>(), any::<bool>());
    let synapses = vec((0..1000u32, 0..1000u32), 0..60);
    let products = proptest::option::weighted(0.3, products());
    (ends, synapses, value(), value(), any::<bool>(), products).prop_map(
        |((source, target, inhibitory), synapses, weight, delay, own_columns, products)| {
            Projection {
                source: source.into(),
                target: target.into(),
                inhibitory,
                synapses,
                weight,
                delay,
                own_columns,
                products,
            }
        },
    )
}

fn products() -> impl Strategy<Value = Products> {
    let kinds = vec![ProductKind::Constant, ProductKind::Learned, ProductKind::Blocks];
    let inner = proptest::option::of(1..4usize);
    (1..4usize, inner, select(kinds)).prop_map(|(rank, inner, kind)| Products { rank, inner, kind })
}

fn array() -> impl Strategy<Value = Array> {
    let x = || any::<u8>().prop_map(usize::from);
    prop_oneof![
        2 => (x(), x()).prop_map(|(x, which)| Array::Function { x, which }),
        2 => (x(), 1..5usize).prop_map(|(x, rows)| Array::Dot { x, rows }),
        2 => (x(), vec((x(), x()), 1..12), any::<bool>())
            .prop_map(|(x, places, sorted)| Array::Sparse { x, places, sorted }),
        2 => (x(), -2.0..2.0f64).prop_map(|(x, by)| Array::Scaled { x, by }),
        1 => (x(), x()).prop_map(|(x, y)| Array::Outer { x, y }),
        2 => (x(), vec(x(), 1..5)).prop_map(|(x, index)| Array::Copy { x, index }),
        2 => (x(), select(vec![0.0, 0.5, 0.9, 0.99])).prop_map(|(x, decay)| Array::Filter { x, decay }),
        2 => (x(), x()).prop_map(|(x, y)| Array::Sum { x, y }),
        3 => (x(), x()).prop_map(|(group, x)| Array::Drive { group, x }),
    ]
}

impl Plan {
    fn within(mut self, offered: &BTreeSet<Capability>) -> Self {
        if !offered.contains(&Capability::SpikeLists) {
            for group in &mut self.groups {
                if let Kind::Train(cells) = &group.kind {
                    group.kind = Kind::Cells(Cell::Source, cells.len());
                }
            }
        }
        if !offered.contains(&Capability::FactoredConnectivity) {
            self.projections.iter_mut().for_each(|projection| projection.products = None);
        }
        if !offered.contains(&Capability::ListConnectivity) {
            self.projections.retain(|projection| projection.products.is_some());
        }
        if !offered.contains(&Capability::HeterogeneousDelays) {
            for projection in &mut self.projections {
                projection.delay.make_constant();
                projection.own_columns = false;
            }
        }
        if !offered.contains(&Capability::Functions) {
            self.arrays.retain(|array| !matches!(array, Array::Function { .. }));
        }
        self
    }

    fn build(&self) -> Model {
        let mut draft = Draft::new(self.seed);
        for (i, group) in self.groups.iter().enumerate() {
            draft.group(i, group);
        }
        for (i, projection) in self.projections.iter().enumerate() {
            draft.projection(i, projection);
        }
        for (i, array) in self.arrays.iter().enumerate() {
            draft.array(i, array);
        }
        draft.record_pool();
        draft.model
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    #[test]
    fn models_within_capabilities_need_no_others() {
        let mut runner = TestRunner::deterministic();
        let offered = BTreeSet::from([
            Capability::F64,
            Capability::Mechanisms,
            Capability::RandomMechanisms,
            Capability::Arrays,
        ]);
        for _ in 0..40 {
            let model = model_within(offered.clone()).new_tree(&mut runner).unwrap().current();
            model.validate().unwrap();
            let needs: BTreeSet<_> =
                model.needs(&Default::default()).into_iter().map(|(need, _)| need).collect();
            assert!(needs.is_subset(&offered), "{needs:?}");
        }
    }

    #[test]
    fn random_models_are_valid_and_have_everything() {
        let mut runner = TestRunner::deterministic();
        let models: Vec<Model> =
            (0..40).map(|_| model().new_tree(&mut runner).unwrap().current()).collect();
        for model in &models {
            model.validate().unwrap();
        }
        let kinds: BTreeSet<&str> = models
            .iter()
            .flat_map(|model| model.operators.iter().map(|(_, op)| op.kind.name()))
            .collect();
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            [
                "copy",
                "deliver",
                "dot",
                "elementwise",
                "filter",
                "function",
                "neurons",
                "outer",
                "reset",
                "sparse",
                "spike_list",
                "time"
            ]
        );
    }
}
