//! Random models of products with constants, one behind the other.

use pontine_core_ir::{
    Model, Path, SignalId, Tensor,
    model::{Filter, First, Operator, OperatorKind, Record, RecordTarget, Role, Signal},
};
use proptest::{collection::vec, prelude::*, sample::select};

/// One link: what it does, and what stands in the way of joining it with the next.
#[derive(Clone, Debug)]
struct Plan {
    link: Link,
    obstacle: Option<Obstacle>,
}

#[derive(Clone, Copy, Debug)]
enum Link {
    /// A full matrix to so many rows, of rank 1 or without zeros in its singular values.
    Dot {
        rows: usize,
        is_low: bool,
    },
    Scale,
    Diagonal,
    /// Elements in another order, some twice, to so many.
    Pick {
        n: usize,
    },
    Copy {
        is_set: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Obstacle {
    Recorded,
    WeightsRecorded,
    Learned,
    ReadTwice,
}

fn plan() -> impl Strategy<Value = Plan> {
    let width = select(vec![1_usize, 2, 7, 12]);
    let link = prop_oneof![
        4 => (width.clone(), any::<bool>()).prop_map(|(rows, is_low)| Link::Dot { rows, is_low }),
        1 => Just(Link::Scale),
        1 => Just(Link::Diagonal),
        1 => width.prop_map(|n| Link::Pick { n }),
        1 => any::<bool>().prop_map(|is_set| Link::Copy { is_set }),
    ];
    let all =
        [Obstacle::Recorded, Obstacle::WeightsRecorded, Obstacle::Learned, Obstacle::ReadTwice];
    let obstacle = proptest::option::weighted(0.15, select(all.to_vec()));
    (link, obstacle).prop_map(|(link, obstacle)| Plan { link, obstacle })
}

/// Random models of chains that begin and end at filters.
pub fn chains() -> impl Strategy<Value = Model> {
    vec(vec(plan(), 1..6), 1..3).prop_map(|chains| {
        let mut draft = Draft { model: Model::new("chains", 1e-3, 0), n: 0 };
        chains.iter().for_each(|plans| draft.chain(plans));
        draft.model
    })
}

struct Draft {
    model: Model,
    n: usize,
}

impl Draft {
    fn chain(&mut self, plans: &[Plan]) {
        let mut x = self.source();
        for plan in plans {
            x = self.link(x, plan);
        }
        self.filtered(x);
    }

    fn path(&mut self, kind: &str) -> Path {
        self.n += 1;
        Path::from_text(&format!("{kind}#{}", self.n))
    }

    fn len(&self, signal: SignalId) -> usize {
        self.model.signals[signal].len()
    }

    fn operator(&mut self, path: &Path, part: u16, kind: OperatorKind) {
        self.model.operators.add(Operator { path: path.clone(), part, kind });
    }

    fn constant(&mut self, shape: &[usize], number: impl Fn(usize) -> f64) -> SignalId {
        let path = self.path("constant");
        let numbers: Vec<f64> = (0..shape.iter().product()).map(number).collect();
        let numbers = Tensor::new(shape, numbers).unwrap_or_else(|| Tensor::scalar(0.0));
        self.model.signals.add(Signal::constant(path, numbers))
    }

    /// Something that changes from step to step.
    fn source(&mut self) -> SignalId {
        let towards = self.constant(&[7], |i| i as f64 / 7.0 - 0.3);
        self.filter(towards)
    }

    fn filter(&mut self, input: SignalId) -> SignalId {
        let path = self.path("state");
        let output = self.model.signals.add(Signal::state(path.clone(), &[self.len(input)]));
        let filter = Filter { input, output, decay: 0.75, gain: 0.25 };
        self.operator(&path, 0, OperatorKind::Filter(filter));
        output
    }

    fn filtered(&mut self, x: SignalId) {
        let output = self.filter(x);
        self.record(output);
    }

    fn record(&mut self, signal: SignalId) {
        let (path, target) = (self.path("record"), RecordTarget::Signal(signal));
        let (first, unit) = (First::FirstStep, String::new());
        self.model.records.add(Record { path, target, subset: None, every: 1.0, first, unit });
    }

    fn link(&mut self, x: SignalId, plan: &Plan) -> SignalId {
        let n = self.len(x);
        let path = self.path("x");
        let rows = match plan.link {
            Link::Dot { rows, .. } | Link::Pick { n: rows } => rows,
            Link::Scale | Link::Diagonal | Link::Copy { .. } => n,
        };
        let y = self.model.signals.add(Signal::temporary(path.clone(), &[rows]));
        let number = |i: usize| ((i * 7919 + 13) % 101) as f64 / 100.0 - 0.5;
        let a = match plan.link {
            Link::Dot { is_low: true, .. } => {
                Some(self.constant(&[rows, n], |i| number(i / n) * number(i % n + 50)))
            }
            Link::Dot { .. } => Some(self.constant(&[rows, n], number)),
            Link::Scale => Some(self.constant(&[], |_| -1.5)),
            Link::Diagonal => Some(self.constant(&[n], number)),
            Link::Pick { .. } | Link::Copy { .. } => None,
        };
        let copy = |source_index, inc| OperatorKind::Copy {
            source: x,
            source_index,
            target: y,
            target_index: None,
            inc,
        };
        let kind = match (plan.link, a) {
            (Link::Dot { .. }, Some(a)) => OperatorKind::DotInc { a, x, y },
            (Link::Pick { n: m }, _) => {
                copy(Some((0..m).map(|i| ((i * 5 + 1) % n) as u32).collect()), true)
            }
            (Link::Copy { is_set }, _) => copy(None, !is_set),
            (_, Some(a)) => OperatorKind::ElementwiseInc { a, x, y },
            (_, None) => copy(None, true),
        };
        if !matches!(kind, OperatorKind::Copy { inc: false, .. }) {
            self.operator(&path, 0, OperatorKind::Reset { target: y, value: 0.0 });
        }
        self.operator(&path, 1, kind);
        self.stop(plan.obstacle, a, y);
        y
    }

    fn stop(&mut self, obstacle: Option<Obstacle>, a: Option<SignalId>, y: SignalId) {
        match (obstacle, a) {
            (Some(Obstacle::Recorded), _) => self.record(y),
            (Some(Obstacle::ReadTwice), _) => self.filtered(y),
            (Some(Obstacle::WeightsRecorded), Some(a)) => self.record(a),
            (Some(Obstacle::Learned), Some(a)) => self.model.signals[a].role = Role::Parameter,
            (Some(Obstacle::WeightsRecorded | Obstacle::Learned), None) | (None, _) => {}
        }
    }
}
