//! Who waits for whom within a step.

use std::ops::Range;

use super::{Access, Model};
use crate::id::{Id, OperatorId, SignalId};

/// A step on its way: which operators have nothing left to wait for. Merged operators count one by one.
///
/// # Examples
/// ```
/// use pontine_core_ir::Model;
/// let model = Model::parse(
///     "model dt=0.001 seed=0 \"\"
///      signal %0 \"a\" dense [] temporary = [0.0]
///      signal %1 \"b\" dense [] temporary = [0.0]
///      operator \"copy\" 0 copy %0 -> %1 set
///      operator \"reset\" 0 reset %0 0.0",
/// )?;
/// let [copy, reset] = ["copy", "reset"].map(|path| model.operator(path, 0).unwrap());
/// let mut progress = model.progress().unwrap();
/// assert_eq!((progress.level(reset), progress.level(copy)), (0, 1));
/// assert_eq!(progress.take_ready(), [reset]);
/// progress.done(reset);
/// assert_eq!(progress.take_ready(), [copy]);
/// # Ok::<(), pontine_core_ir::model::ModelTextError>(())
/// ```
pub struct Progress {
    graph: Graph,
    operators: Vec<OperatorId>,
    /// For each operator, by its index, where it stands in the graph.
    places: Vec<u32>,
    levels: Vec<usize>,
    ready: Vec<OperatorId>,
}

impl Model {
    /// A step that has not begun; none if its operators cannot be put in order.
    pub fn progress(&self) -> Option<Progress> {
        let accesses = self.accesses();
        let alone: Vec<u32> = (0..accesses.len() as u32).collect();
        let levels = Graph::new(self, &accesses, &alone).levels().ok()?;
        let operators: Vec<_> = accesses.iter().map(|(id, _)| *id).collect();
        let mut places = vec![0; self.operators.capacity()];
        operators.iter().enumerate().for_each(|(i, id)| places[id.index()] = i as u32);
        let graph = Graph::new(self, &accesses, &alone);
        let mut progress = Progress { graph, operators, places, levels, ready: Vec::new() };
        let waiting = progress.graph.n_before.clone();
        let free = (0..waiting.len()).filter(|&i| waiting[i] == 0);
        free.for_each(|i| progress.reach(i));
        Some(progress)
    }
}

impl Progress {
    /// The longest way to an operator: how many others come one after the other before it.
    pub fn level(&self, operator: OperatorId) -> usize {
        self.levels[self.places[operator.index()] as usize]
    }

    /// The operators that have come to wait for nobody since the last call.
    pub fn take_ready(&mut self) -> Vec<OperatorId> {
        std::mem::take(&mut self.ready)
    }

    /// Notes that an operator, which was ready, has happened.
    pub fn done(&mut self, operator: OperatorId) {
        self.pass(self.places[operator.index()] as usize);
    }

    /// Operators wait to happen; gates open by themselves.
    fn reach(&mut self, i: usize) {
        match self.operators.get(i) {
            Some(operator) => self.ready.push(*operator),
            None => self.pass(i),
        }
    }

    fn pass(&mut self, i: usize) {
        let mut open = vec![i];
        while let Some(i) = open.pop() {
            for edge in self.graph.after(i) {
                let next = self.graph.edges[edge].1 as usize;
                self.graph.n_before[next] -= 1;
                match (self.graph.n_before[next], self.operators.get(next)) {
                    (0, Some(operator)) => self.ready.push(*operator),
                    (0, None) => open.push(next),
                    _ => {}
                }
            }
        }
    }
}

/// Operators, of which merged ones are one, and for each signal three gates: all have set, all have
/// added, all have read.
pub(super) struct Graph {
    n_operators: usize,
    /// The operator in whose place each operator stands: the first of its group.
    leaders: Vec<u32>,
    /// Who waits for whom, sorted by who goes first; those of one begin at `starts`.
    edges: Vec<(u32, u32)>,
    starts: Vec<u32>,
    n_before: Vec<u32>,
}

impl Graph {
    pub fn new(model: &Model, accesses: &[(OperatorId, Access)], leaders: &[u32]) -> Self {
        let n_operators = accesses.len();
        let n = n_operators + 3 * model.signals.capacity();
        let leaders = leaders.to_vec();
        let mut graph =
            Self { n_operators, leaders, edges: vec![], starts: vec![], n_before: vec![0; n] };
        let gate = |signal: &SignalId, which: usize| n_operators + 3 * signal.index() + which;
        for signal in model.signals.ids() {
            graph.edge(gate(&signal, 0), gate(&signal, 1));
            graph.edge(gate(&signal, 1), gate(&signal, 2));
        }
        for (i, (_, access)) in accesses.iter().enumerate() {
            let i = graph.leaders[i] as usize;
            access.sets.iter().for_each(|s| graph.edge(i, gate(s, 0)));
            for s in &access.incs {
                graph.edge(gate(s, 0), i);
                graph.edge(i, gate(s, 1));
            }
            for s in access.reads.iter().filter(|s| !access.updates.contains(s)) {
                graph.edge(gate(s, 1), i);
                graph.edge(i, gate(s, 2));
            }
            access.updates.iter().for_each(|s| graph.edge(gate(s, 2), i));
        }
        graph.sort();
        graph
    }

    fn edge(&mut self, from: usize, to: usize) {
        self.edges.push((from as u32, to as u32));
        self.n_before[to] += 1;
    }

    /// By counting, so in linear time.
    fn sort(&mut self) {
        let mut starts = vec![0u32; self.n_before.len() + 1];
        self.edges.iter().for_each(|(from, _)| starts[*from as usize + 1] += 1);
        (1..starts.len()).for_each(|i| starts[i] += starts[i - 1]);
        let mut places = starts.clone();
        let mut sorted = vec![(0, 0); self.edges.len()];
        for &(from, to) in &self.edges {
            let place = &mut places[from as usize];
            sorted[*place as usize] = (from, to);
            *place += 1;
        }
        (self.edges, self.starts) = (sorted, starts);
    }

    /// The edges to those who wait for one.
    fn after(&self, i: usize) -> Range<usize> {
        self.starts[i] as usize..self.starts[i + 1] as usize
    }

    /// The level of each operator, or the operators that wait for one another.
    pub fn levels(mut self) -> Result<Vec<usize>, Vec<usize>> {
        let mut level = vec![0usize; self.n_before.len()];
        let mut ready: Vec<usize> =
            (0..self.n_before.len()).filter(|&i| self.n_before[i] == 0).collect();
        let mut n_done = 0;
        while let Some(i) = ready.pop() {
            n_done += 1;
            let after = level[i] + usize::from(i < self.n_operators);
            for &(_, next) in &self.edges[self.after(i)] {
                let next = next as usize;
                level[next] = level[next].max(after);
                self.n_before[next] -= 1;
                if self.n_before[next] == 0 {
                    ready.push(next);
                }
            }
        }
        if n_done == self.n_before.len() {
            return Ok(self.leaders.iter().map(|leader| level[*leader as usize]).collect());
        }
        let is_stuck = |i: &usize| self.n_before[self.leaders[*i] as usize] > 0;
        Err((0..self.n_operators).filter(is_stuck).collect())
    }
}

/// For each operator, the first of its group; itself where it is in none.
pub(super) fn leaders(model: &Model, accesses: &[(OperatorId, Access)]) -> Vec<u32> {
    let mut first = vec![None; model.merged.groups().len()];
    let leader = |(i, (id, _)): (usize, &(OperatorId, Access))| match model.merged.group_of(*id) {
        Some(group) => *first[group].get_or_insert(i as u32),
        None => i as u32,
    };
    accesses.iter().enumerate().map(leader).collect()
}
