//! What a model does in a step, as a graph: before and after something rewrote it.

use std::collections::{BTreeMap, BTreeSet};

use pontine_core_ir::{
    Model, OperatorId, SignalId,
    model::{OperatorKind, RecordTarget, Role},
};

use super::{
    Figure,
    colour::{self, Colour, GREY, INK, PALE, WHITE},
    layout::{NOTE, TOP, WIDTH, fitted, left, right, title},
    scene::{Anchor, Point, Scene, Style},
    short,
};

/// Most operators of a model that is drawn part by part.
const MOST: usize = 60;

const BOX: Point = (112.0, 34.0);
const GAP: Point = (44.0, 12.0);
const MARGIN: f64 = 20.0;
const HEAD: f64 = 30.0;
const ROW: f64 = 22.0;
/// Between lines that lead back.
const LANE: f64 = 5.0;

/// One model under a name.
pub type Version<'a> = (&'a str, &'a Model);

/// Versions of a model, one below the other. Operators are filled boxes, signals pale ones, in columns
/// by the order of a step; what is read stands to the left of its reader. Grey lines are of one step,
/// orange ones lead from one to the next; a square in the corner is a record. Of large models it shows
/// how many operators of each kind there are.
pub fn graph(name: &str, versions: &[Version<'_>]) -> Figure {
    let is_small = |(_, model): &Version<'_>| model.operators.len() <= MOST;
    let is_drawn = versions.iter().all(is_small);
    let mut scene = if is_drawn { drawn(versions) } else { counted(versions) };
    title(&mut scene, name, &note(versions, is_drawn));
    Figure(scene)
}

fn note(versions: &[Version<'_>], is_drawn: bool) -> String {
    let sizes = versions.iter().map(|(name, model)| {
        format!("{name}: {} operators, {} signals", model.operators.len(), model.signals.len())
    });
    let sizes = sizes.collect::<Vec<_>>().join("; ");
    if is_drawn { format!("{sizes} (orange: from one step to the next)") } else { sizes }
}

/// How many operators there are of each kind, with a bar for each version.
fn counted(versions: &[Version<'_>]) -> Scene {
    let count = |model: &Model| {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (_, op) in model.operators.iter() {
            *counts.entry(op.kind.name()).or_default() += 1;
        }
        counts
    };
    let counts: Vec<_> = versions.iter().map(|(_, model)| count(model)).collect();
    let kinds: BTreeSet<&str> = counts.iter().flat_map(|counts| counts.keys().copied()).collect();
    let most = counts.iter().flat_map(BTreeMap::values).copied().max().unwrap_or(1).max(1);
    let high = versions.len().max(1) as f64 * ROW + 14.0;
    let mut scene = Scene::new(WIDTH, TOP + kinds.len() as f64 * high + MARGIN);
    let (from, room) = (190.0, WIDTH - 190.0 - 90.0);
    for (i, kind) in kinds.iter().enumerate() {
        let y = TOP + i as f64 * high;
        scene.text((12.0, y + 16.0), *kind, left(13.0, INK));
        for (j, ((name, _), counts)) in versions.iter().zip(&counts).enumerate() {
            let n = counts.get(kind).copied().unwrap_or(0);
            let (y, long) = (y + j as f64 * ROW, room * n as f64 / most as f64);
            scene.text((from - 8.0, y + 15.0), fitted(name, NOTE, 80.0), right(NOTE, GREY));
            scene.rect((from, y + 3.0), (long, ROW - 6.0), colour::nth(j));
            scene.text((from + long + 6.0, y + 15.0), n.to_string(), left(NOTE, INK));
        }
    }
    scene
}

/// Every version, part by part.
fn drawn(versions: &[Version<'_>]) -> Scene {
    let plans: Vec<Plan<'_>> = versions.iter().map(|(_, model)| Plan::of(model)).collect();
    let width = plans.iter().map(Plan::width).fold(WIDTH, f64::max);
    let height: f64 = plans.iter().map(|plan| plan.height() + HEAD).sum();
    let mut scene = Scene::new(width, TOP + height + MARGIN);
    let mut top = TOP;
    for ((name, _), plan) in versions.iter().zip(&plans) {
        scene.text((MARGIN, top + 16.0), *name, left(14.0, INK));
        plan.draw(&mut scene, top + HEAD);
        top += HEAD + plan.height();
    }
    scene
}

/// A box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Part {
    Operator(OperatorId),
    Signal(SignalId),
}

/// Where the parts of a model stand.
struct Plan<'a> {
    model: &'a Model,
    columns: Vec<Vec<Part>>,
    /// From, to, and whether that is for the next step.
    lines: Vec<(Part, Part, bool)>,
}

impl<'a> Plan<'a> {
    fn of(model: &'a Model) -> Self {
        let lines = lines(model);
        let mut columns = columns(model, &lines);
        // Two times there and back, parts go near to those that they are joined to.
        for _ in 0..2 {
            (1..columns.len()).for_each(|i| sort_near(&mut columns, i, i - 1, &lines));
            (1..columns.len()).rev().for_each(|i| sort_near(&mut columns, i - 1, i, &lines));
        }
        Self { model, columns, lines }
    }

    fn width(&self) -> f64 {
        2.0 * MARGIN + self.columns.len() as f64 * (BOX.0 + GAP.0)
    }

    fn height(&self) -> f64 {
        let most = self.columns.iter().map(Vec::len).max().unwrap_or(0);
        most as f64 * (BOX.1 + GAP.1) + self.n_late() as f64 * LANE + MARGIN
    }

    fn n_late(&self) -> usize {
        self.lines.iter().filter(|(.., is_late)| *is_late).count()
    }

    fn draw(&self, scene: &mut Scene, top: f64) {
        let mut places: BTreeMap<Part, Point> = BTreeMap::new();
        let high = self.height() - MARGIN - self.n_late() as f64 * LANE;
        let mut below = top + high;
        for (i, column) in self.columns.iter().enumerate() {
            let room = high - column.len() as f64 * (BOX.1 + GAP.1);
            for (j, part) in column.iter().enumerate() {
                let x = MARGIN + i as f64 * (BOX.0 + GAP.0);
                let y = top + 0.5 * room + j as f64 * (BOX.1 + GAP.1);
                places.insert(*part, (x, y));
            }
        }
        for (from, to, is_late) in &self.lines {
            if let (Some(from), Some(to)) = (places.get(from), places.get(to)) {
                join(scene, *from, *to, is_late.then_some(below));
            }
            below += if *is_late { LANE } else { 0.0 };
        }
        for (part, at) in &places {
            self.part(scene, *part, *at);
        }
    }

    fn part(&self, scene: &mut Scene, part: Part, (x, y): Point) {
        let (fill, head, foot) = match part {
            Part::Operator(id) => {
                let op = &self.model.operators[id];
                (fill(&op.kind), op.kind.name(), short(op.path.as_str()))
            }
            Part::Signal(id) => {
                let signal = &self.model.signals[id];
                let role = match signal.role {
                    _ if signal.is_events() => "spikes",
                    Role::Constant => "constant",
                    Role::Parameter => "parameter",
                    Role::State => "state",
                    Role::Temporary => "",
                };
                (PALE, role, format!("{} ({})", short(signal.path.as_str()), signal.len()))
            }
        };
        scene.rect((x, y), BOX, fill);
        let middle = |size, colour| Style::new(size, Anchor::Middle, colour);
        let x_middle = x + 0.5 * BOX.0;
        let foot = fitted(&foot, 10.0, BOX.0 - 8.0);
        if head.is_empty() {
            scene.text((x_middle, y + 21.0), foot, middle(10.0, INK));
        } else {
            scene.text((x_middle, y + 14.0), head, middle(11.0, INK));
            scene.text((x_middle, y + 28.0), foot, middle(10.0, INK));
        }
        if self.is_recorded(part) {
            scene.rect((x + BOX.0 - 8.0, y), (8.0, 8.0), INK);
            scene.rect((x + BOX.0 - 6.0, y + 2.0), (4.0, 4.0), WHITE);
        }
    }

    fn is_recorded(&self, part: Part) -> bool {
        self.model.records.iter().any(|(_, record)| match record.target {
            RecordTarget::Events(signal) | RecordTarget::Signal(signal) => {
                part == Part::Signal(signal)
            }
            RecordTarget::State(operator, _) => part == Part::Operator(operator),
        })
    }
}

/// Kinds that are alike have one colour.
fn fill(kind: &OperatorKind) -> Colour {
    colour::nth(match kind {
        OperatorKind::Time { .. } | OperatorKind::Reset { .. } | OperatorKind::Copy { .. } => 6,
        OperatorKind::ElementwiseInc { .. }
        | OperatorKind::DotInc { .. }
        | OperatorKind::SparseInc { .. }
        | OperatorKind::OuterInc { .. } => 0,
        OperatorKind::Filter(_) => 1,
        OperatorKind::Function { .. } | OperatorKind::Host { .. } => 2,
        OperatorKind::Neurons(_) => 4,
        OperatorKind::SpikeList(_) | OperatorKind::Deliver(_) => 3,
    })
    .light()
}

/// From the right of one box to the left of another; what is for the next step goes by way of a lane
/// below all boxes.
fn join(scene: &mut Scene, from: Point, to: Point, lane: Option<f64>) {
    let start = (from.0 + BOX.0, from.1 + 0.5 * BOX.1);
    let end = (to.0, to.1 + 0.5 * BOX.1);
    let (right, left) = (start.0 + 0.4 * GAP.0, end.0 - 0.4 * GAP.0);
    match lane {
        None => scene.line(vec![start, (right, start.1), (left, end.1), end], 1.0, GREY),
        Some(below) => {
            let lane = [(right, start.1), (right, below), (left, below), (left, end.1)];
            let points = [start].into_iter().chain(lane).chain([end]).collect();
            scene.line(points, 1.0, colour::nth(1));
        }
    }
}

/// What leads to what.
fn lines(model: &Model) -> Vec<(Part, Part, bool)> {
    let mut lines = Vec::new();
    for (id, op) in model.operators.iter() {
        let access = op.access(model.dt);
        let own = Part::Operator(id);
        lines.extend(access.reads.iter().map(|&s| (Part::Signal(s), own, false)));
        lines.extend(access.reads_past.iter().map(|&(s, _)| (Part::Signal(s), own, true)));
        let written = access.sets.iter().chain(&access.incs);
        lines.extend(written.map(|&s| (own, Part::Signal(s), false)));
        lines.extend(access.updates.iter().map(|&s| (own, Part::Signal(s), true)));
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Each part behind all that leads to it in a step, and no earlier than right before what it leads to.
fn columns(model: &Model, lines: &[(Part, Part, bool)]) -> Vec<Vec<Part>> {
    let mut at: BTreeMap<Part, usize> = BTreeMap::new();
    let in_step = || lines.iter().filter(|(.., is_late)| !is_late);
    let operators = model.operators.ids().map(Part::Operator);
    let parts: Vec<Part> = operators.chain(model.signals.ids().map(Part::Signal)).collect();
    // Of n parts, the longest way has n lines at most; a model that is not whole ends there as well.
    for _ in 0..parts.len() {
        let mut changed = false;
        for (from, to, _) in in_step() {
            let behind = at.get(from).map_or(1, |column| column + 1);
            if at.get(to).is_none_or(|column| *column < behind) {
                at.insert(*to, behind);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut first_reader: BTreeMap<Part, usize> = BTreeMap::new();
    for (from, to, _) in in_step() {
        let column = at.get(to).copied().unwrap_or(1);
        let first = first_reader.entry(*from).or_insert(column);
        *first = column.min(*first);
    }
    let mut columns = vec![Vec::new(); at.values().max().map_or(1, |last| last + 1)];
    for part in parts {
        let untied = first_reader.get(&part).map_or(0, |reader| reader - 1);
        let column = at.get(&part).copied().unwrap_or(untied);
        if let Some(column) = columns.get_mut(column) {
            column.push(part);
        }
    }
    columns.retain(|column| !column.is_empty());
    columns
}

/// Sorts a column by where in another one the parts stand that its own are joined to.
fn sort_near(columns: &mut [Vec<Part>], i: usize, other: usize, lines: &[(Part, Part, bool)]) {
    let beside: BTreeMap<Part, usize> =
        columns[other].iter().enumerate().map(|(place, part)| (*part, place)).collect();
    let mut means: BTreeMap<Part, (f64, f64)> = BTreeMap::new();
    for (from, to, _) in lines {
        for (own, joined) in [(from, to), (to, from)] {
            if let Some(place) = beside.get(joined) {
                let (sum, n) = means.entry(*own).or_default();
                (*sum, *n) = (*sum + *place as f64, *n + 1.0);
            }
        }
    }
    let last = columns[other].len() as f64;
    let mean = |part: &Part| means.get(part).map_or(last, |(sum, n)| sum / n);
    columns[i].sort_by(|a, b| mean(a).total_cmp(&mean(b)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "model dt=0.001 seed=0 \"\"
signal %0 \"Node:a.in\" dense [1] constant = [1.0]
signal %1 \"sum\" dense [1] temporary = [0.0]
signal %2 \"seen\" dense [1] state = [0.0]
operator \"sum\" 0 reset %1 0.0
operator \"sum\" 1 copy %0 -> %1 inc
operator \"sum\" 2 copy %2 -> %1 inc
operator \"seen\" 0 filter %1 -> %2 decay=0.5 gain=0.5
record \"r\" signal %2 every=1.0 first=first_step unit=\"\"";

    #[test]
    fn what_is_read_stands_to_the_left() {
        let model = Model::parse(TEXT).unwrap();
        let plan = Plan::of(&model);
        let column = |part| plan.columns.iter().position(|parts| parts.contains(&part)).unwrap();
        for (from, to, is_late) in &plan.lines {
            assert!(*is_late || column(*from) < column(*to), "{from:?} {to:?}");
        }
        assert_eq!(plan.columns.iter().map(Vec::len).sum::<usize>(), 7);
        assert_eq!(plan.lines.iter().filter(|(.., is_late)| *is_late).count(), 1);
    }

    #[test]
    fn versions_stand_below_each_other_and_nothing_is_a_figure_too() {
        let (model, empty) = (Model::parse(TEXT).unwrap(), Model::new("", 1e-3, 0));
        let figure = graph("two", &[("before", &model), ("after", &empty)]).svg();
        for text in
            ["before: 4 operators, 3 signals; after: 0", ">filter<", ">a.in (1)<", ">state<"]
        {
            assert!(figure.contains(text), "{text} is not in {figure}");
        }
        assert!(graph("none", &[]).png().is_ok());
    }

    #[test]
    fn large_models_are_counted() {
        let mut model = Model::parse(TEXT).unwrap();
        let (_, op) = model.operators.iter().next().unwrap();
        let op = op.clone();
        for _ in 0..MOST {
            model.operators.add(op.clone());
        }
        let figure = graph("large", &[("before", &model)]).svg();
        assert!(figure.contains(">61<") && figure.contains(">reset<"), "{figure}");
        assert!(!figure.contains("a.in"));
    }
}
