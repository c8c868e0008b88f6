//! Rows by source and by target, in one share and in several.

use std::sync::Arc;

use pontine_core_ir::{
    Connectivity, RuleConnectivity, Spec, SynapseList, Value, Window, inventory,
    port::{RowBuf, RowSource, Rule, RuleContext, RuleError},
    registry::RuleEntry,
};

use super::{super::Synapse, *};

inventory::submit! {
    RuleEntry {
        kind: "test_neighbours",
        make: |spec| {
            let by_target = spec.params.contains_key("by_target");
            let major = if by_target { Major::Target } else { Major::Source };
            Ok(Box::new(Neighbours { major }))
        },
        place: module_path!(),
    }
}

/// Row i holds i + 1, i, and i + 1 again.
#[derive(Clone, Copy, Debug)]
struct Neighbours {
    major: Major,
}

impl Rule for Neighbours {
    fn prepare(&self, _: &RuleContext<'_>) -> Result<Box<dyn RowSource>, RuleError> {
        Ok(Box::new(*self))
    }
}

impl RowSource for Neighbours {
    fn major(&self) -> Major {
        self.major
    }

    fn n_major(&self) -> usize {
        3
    }

    fn n_expected(&self) -> f64 {
        9.0
    }

    fn fill(&self, i: usize, row: &mut RowBuf) {
        let i = i as u32;
        row.minor.extend([i + 1, i, i + 1].map(|minor| minor % 3));
    }
}

fn pull_all(spec: Spec, sides: &Sides) -> Result<Vec<Rows<f64>>, CompileError> {
    let connectivity = Connectivity::Rule(RuleConnectivity {
        spec,
        source: Window::Some(Arc::new([4, 0, 2])),
        target: Window::Some(Arc::new([1, 3, 0])),
        same_cells: false,
    });
    let weight = pontine_mechanism::Function::parse(
        "10 * i + j",
        &[pontine_mechanism::Argument::new("i", 1), pontine_mechanism::Argument::new("j", 1)],
        &[],
    )
    .unwrap();
    let weight = Value::Expression(Arc::new(weight));
    let path = Path::from_text("p");
    let synapses =
        Synapses::new(&connectivity, &weight, &Value::Const(2.0), &path, 0, 1e-3).unwrap();
    pull(&synapses, sides, &path)
}

fn sides(n_target: usize, shares: &[usize]) -> Sides {
    let shares = shares.windows(2).map(|ends| ends[0]..ends[1]).collect();
    Sides { n_source: 5, n_target, shares }
}

/// In one share, and in two and three, whose synapses are put together again by their ordinals.
#[track_caller]
fn check(spec: Spec, expected: [&[(u32, f64)]; 5]) {
    for ends in [&[0, 4][..], &[0, 1, 4], &[0, 2, 3, 4]] {
        let shares = pull_all(spec.clone(), &sides(4, ends)).unwrap();
        assert_eq!(shares.iter().map(Rows::len).sum::<usize>(), 9);
        assert!(shares.iter().all(|rows| matches!(rows.delays(), Delays::All(2))));
        for (source, expected) in expected.iter().enumerate() {
            let mut row = Vec::new();
            for (share, rows) in shares.iter().enumerate() {
                for (ordinal, place) in rows.ordinals(source as u32) {
                    let Synapse { target, weight, .. } = rows.synapse(place);
                    row.push((ordinal, (target + ends[share] as u32, weight)));
                }
            }
            row.sort_by_key(|(ordinal, _)| *ordinal);
            let found: Vec<_> = row.into_iter().map(|(_, synapse)| synapse).collect();
            assert_eq!(found, *expected, "source {source}, shares {ends:?}");
        }
    }
}

#[test]
fn rows_of_sources_keep_their_order_and_are_sorted_through_the_window() {
    check(
        Spec::new("test_neighbours"),
        [
            &[(0, 12.0), (3, 11.0), (0, 12.0)],
            &[],
            &[(1, 20.0), (0, 22.0), (1, 20.0)],
            &[],
            &[(3, 1.0), (1, 0.0), (3, 1.0)],
        ],
    );
}

#[test]
fn rows_of_targets_are_transposed_in_their_order() {
    check(
        Spec::new("test_neighbours").with("by_target", 1.0),
        [
            &[(1, 10.0), (1, 10.0), (3, 11.0)],
            &[],
            &[(3, 21.0), (3, 21.0), (0, 22.0)],
            &[],
            &[(1, 0.0), (0, 2.0), (0, 2.0)],
        ],
    );
}

#[test]
fn a_connector_that_names_cells_beyond_is_refused() {
    for spec in [Spec::new("test_neighbours"), Spec::new("test_neighbours").with("by_target", 1.0)]
    {
        let error = pull_all(spec, &sides(3, &[0, 3])).unwrap_err();
        assert_eq!(error.to_string(), "`p`: the connector names cell 3 of 3");
    }
}

#[test]
fn equal_weights_are_kept_once() {
    let mut same = Weights::Each(vec![2.0, 2.0]);
    same.compact();
    assert_eq!(same, Weights::All(2.0));
    let mut none = Weights::<f64>::Each(vec![]);
    none.compact();
    assert_eq!(none, Weights::Each(vec![]));
}

#[test]
fn one_to_one_within_the_share_is_diagonal() {
    let rows = |list: &[(u32, u32)], share: Range<usize>| {
        let (source, target) = list.iter().copied().unzip();
        let list = SynapseList { source, target, weight: None, delay: None };
        let connectivity = Connectivity::List(Arc::new(list));
        let value = Value::Const(1.0);
        let path = Path::from_text("p");
        let synapses = Synapses::new(&connectivity, &value, &value, &path, 0, 1e-3).unwrap();
        let sides = Sides { n_source: 4, n_target: 4, shares: vec![share] };
        pull::<f64>(&synapses, &sides, &path).unwrap().remove(0)
    };
    let whole = [(0, 0), (1, 1), (2, 2), (3, 3)];
    assert!(rows(&whole, 0..4).is_diagonal(0..4));
    assert!(!rows(&whole[..3], 0..4).is_diagonal(0..4));
    assert!(!rows(&[(0, 0), (1, 1), (2, 3), (3, 2)], 0..4).is_diagonal(0..4));
    assert!(!rows(&[(0, 0), (0, 1), (2, 2), (3, 3)], 0..4).is_diagonal(0..4));
    assert!(!rows(&whole, 0..4).is_diagonal(1..4));
}
