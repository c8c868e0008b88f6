//! Random models of arrays with much that can be said more simply.

use pontine_core_ir::{
    Model, Path, SignalId, Tensor,
    model::{Filter, First, Operator, OperatorKind, Record, RecordTarget, Signal},
};
use proptest::{collection::vec, prelude::*, sample::select};

/// Elements of each vector.
const WIDTH: usize = 2;

/// What is done to one vector: how it is set, what is added to it, and whether it is filtered and
/// recorded. Sources are picked among all that is there before.
#[derive(Clone, Debug)]
struct Plan {
    set: Set,
    incs: Vec<(Inc, usize)>,
    is_filtered: bool,
    record: Option<First>,
}

#[derive(Clone, Copy, Debug)]
enum Set {
    Reset(f64),
    Copy(usize),
}

#[derive(Clone, Copy, Debug)]
enum Inc {
    Copy,
    /// A product with one of the vectors.
    Elementwise(usize),
    /// A product with one of the matrices.
    Dot(usize),
}

const VECTORS: [[f64; WIDTH]; 4] = [[0.0, 0.0], [1.0, 1.0], [0.5, 0.5], [0.25, -1.0]];
const MATRICES: [[f64; WIDTH * WIDTH]; 3] =
    [[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0], [0.5, -0.25, 1.0, 2.0]];

fn plan() -> impl Strategy<Value = Plan> {
    let set = prop_oneof![
        select(vec![0.0, 0.5, 1.0]).prop_map(Set::Reset),
        any::<usize>().prop_map(Set::Copy),
    ];
    let inc = prop_oneof![
        Just(Inc::Copy),
        (0..VECTORS.len()).prop_map(Inc::Elementwise),
        (0..MATRICES.len()).prop_map(Inc::Dot),
    ];
    let first = select(vec![None, Some(First::Zero), Some(First::FirstStep)]);
    (set, vec((inc, any::<usize>()), 0..4), any::<bool>(), first)
        .prop_map(|(set, incs, is_filtered, record)| Plan { set, incs, is_filtered, record })
}

/// Random models of vectors of two elements.
pub fn arrays() -> impl Strategy<Value = Model> {
    vec(plan(), 1..8).prop_map(|plans| {
        let mut model = Model::new("arrays", 1e-3, 0);
        let constant = |model: &mut Model, name: String, shape: &[usize], values: &[f64]| {
            let values = Tensor::new(shape, values).unwrap_or_else(|| Tensor::scalar(0.0));
            model.signals.add(Signal::constant(Path::from_text(&name), values))
        };
        let vectors = VECTORS.iter().enumerate();
        let vectors: Vec<SignalId> = vectors
            .map(|(i, v)| constant(&mut model, format!("vector#{i}"), &[WIDTH], v))
            .collect();
        let matrices = MATRICES.iter().enumerate();
        let matrices: Vec<SignalId> = matrices
            .map(|(i, m)| constant(&mut model, format!("matrix#{i}"), &[WIDTH, WIDTH], m))
            .collect();
        let mut sources = vectors.clone();
        for (i, plan) in plans.iter().enumerate() {
            let path = Path::from_text(&format!("x#{i}"));
            let y = model.signals.add(Signal::temporary(path.clone(), &[WIDTH]));
            let pick = |which: usize| sources[which % sources.len()];
            let mut kinds = vec![match plan.set {
                Set::Reset(value) => OperatorKind::Reset { target: y, value },
                Set::Copy(which) => copy(pick(which), y, false),
            }];
            kinds.extend(plan.incs.iter().map(|&(inc, which)| match inc {
                Inc::Copy => copy(pick(which), y, true),
                Inc::Elementwise(a) => {
                    OperatorKind::ElementwiseInc { a: vectors[a], x: pick(which), y }
                }
                Inc::Dot(a) => OperatorKind::DotInc { a: matrices[a], x: pick(which), y },
            }));
            sources.push(y);
            if plan.is_filtered {
                let state = Signal::state(Path::from_text(&format!("state#{i}")), &[WIDTH]);
                let output = model.signals.add(state);
                kinds.push(OperatorKind::Filter(Filter {
                    input: y,
                    output,
                    decay: 0.5,
                    gain: 0.5,
                }));
                sources.push(output);
            }
            for (part, kind) in (0..).zip(kinds) {
                model.operators.add(Operator { path: path.clone(), part, kind });
            }
            if let Some(first) = plan.record {
                let path = Path::from_text(&format!("r#{i}"));
                let target = RecordTarget::Signal(y);
                let unit = String::new();
                model.records.add(Record { path, target, subset: None, every: 1.0, first, unit });
            }
        }
        model
    })
}

fn copy(source: SignalId, target: SignalId, inc: bool) -> OperatorKind {
    OperatorKind::Copy { source, source_index: None, target, target_index: None, inc }
}
