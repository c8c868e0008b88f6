//! The order of a step.
//!
//! For every signal: sets before incs before reads before updates. An operator's level is the
//! longest path to it; a step runs level by level, and within a level by (path, part). Linear in
//! the number of operators and accesses. Deliveries to one signal are of one level. Merged operators
//! are of one level as well, one after the other where the first of them stands.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt,
};

use super::{
    Access, Model, OperatorKind,
    waits::{Graph, leaders},
};
use crate::{
    error::Faults,
    id::{Id, OperatorId, SignalId},
};

/// Operators in the order of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Operators level by level, each level by (path, part).
    pub levels: Vec<Vec<OperatorId>>,
    /// Operators that touch common signals within a step; parts are joined only by the past.
    pub parts: Vec<Vec<OperatorId>>,
    /// Steps that a part may advance on its own: the shortest lag of all reads of the past, or 1 if
    /// a host takes part; `None` if nothing reads the past.
    pub slice: Option<u32>,
}

/// Why operators cannot be put in order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// Each waits for the other within the step.
    #[error("operators wait for one another within one step: {}; a synapse on one of the connections breaks the loop", .operators.join(" -> "))]
    Cycle {
        /// The operators, in the order in which they wait.
        operators: Vec<String>,
    },
    /// Two operators write one signal in the same phase.
    #[error("`{signal}` is {phase} by {first} and by {second}")]
    Conflict {
        /// The signal.
        signal: String,
        /// "set" or "updated".
        phase: &'static str,
        /// One operator.
        first: String,
        /// The other.
        second: String,
    },
}

impl Schedule {
    /// Operators one after the other.
    pub fn operators(&self) -> impl Iterator<Item = OperatorId> + '_ {
        self.levels.iter().flatten().copied()
    }
}

impl Model {
    /// Puts the operators in the order of a step.
    ///
    /// # Errors
    /// [`OrderError::Conflict`] if a signal has two setters or two updaters, and
    /// [`OrderError::Cycle`] if operators wait for one another.
    pub fn schedule(&self) -> Result<Schedule, OrderError> {
        let accesses = self.accesses();
        if let Some(conflict) = self.conflicts(&accesses).into_iter().next() {
            return Err(conflict);
        }
        let levels = Graph::new(self, &accesses, &leaders(self, &accesses))
            .levels()
            .map_err(|stuck| self.cycle(&accesses, &stuck))?;
        Ok(Schedule {
            levels: self.sorted(&accesses, &levels),
            parts: self.parts(&accesses),
            slice: self.slice(&accesses),
        })
    }

    /// How operators touch signals. Deliveries to one signal wait for the factors of each of them: their
    /// sum is one.
    pub(super) fn accesses(&self) -> Vec<(OperatorId, Access)> {
        let mut accesses: Vec<(OperatorId, Access)> =
            self.operators.iter().map(|(id, op)| (id, op.access(self.dt))).collect();
        let target = |id: OperatorId| match &self.operators[id].kind {
            OperatorKind::Deliver(deliver) => Some(deliver.target),
            _ => None,
        };
        let mut factors = BTreeMap::<SignalId, BTreeSet<SignalId>>::new();
        for (id, access) in accesses.iter().filter(|(_, access)| !access.reads.is_empty()) {
            if let Some(target) = target(*id) {
                factors.entry(target).or_default().extend(&access.reads);
            }
        }
        for (id, access) in accesses.iter_mut().filter(|_| !factors.is_empty()) {
            if let Some(factors) = target(*id).and_then(|target| factors.get(&target)) {
                access.reads = factors.iter().copied().collect();
            }
        }
        accesses
    }

    /// Signals that are set or updated more than once.
    pub(super) fn conflicts(&self, accesses: &[(OperatorId, Access)]) -> Vec<OrderError> {
        let mut setters = vec![None; self.signals.capacity()];
        let mut updaters = vec![None; self.signals.capacity()];
        let mut conflicts = Vec::new();
        for (id, access) in accesses {
            for (phase, writers, signals) in
                [("set", &mut setters, &access.sets), ("updated", &mut updaters, &access.updates)]
            {
                for signal in signals {
                    if let Some(first) = writers[signal.index()].replace(*id) {
                        conflicts.push(OrderError::Conflict {
                            signal: self.signals[*signal].path.to_string(),
                            phase,
                            first: self.operators[first].to_string(),
                            second: self.operators[*id].to_string(),
                        });
                    }
                }
            }
        }
        conflicts
    }

    fn sorted(&self, accesses: &[(OperatorId, Access)], levels: &[usize]) -> Vec<Vec<OperatorId>> {
        let mut sorted = vec![Vec::new(); levels.iter().max().map_or(0, |m| m + 1)];
        for ((id, _), level) in accesses.iter().zip(levels) {
            sorted[*level].push(*id);
        }
        let group = |id: OperatorId| Some(&self.merged.groups()[self.merged.group_of(id)?]);
        for level in &mut sorted {
            level.retain(|id| group(*id).is_none_or(|group| group[0] == *id));
            level.sort_by(|a, b| self.operators[*a].key().cmp(&self.operators[*b].key()));
            if level.iter().any(|id| group(*id).is_some()) {
                let members = |id: &OperatorId| group(*id).map_or(vec![*id], |g| g.to_vec());
                *level = level.iter().flat_map(members).collect();
            }
        }
        sorted
    }

    fn slice(&self, accesses: &[(OperatorId, Access)]) -> Option<u32> {
        if self.operators.iter().any(|(_, op)| matches!(op.kind, OperatorKind::Host { .. })) {
            return Some(1);
        }
        accesses.iter().flat_map(|(_, a)| &a.reads_past).map(|(_, lag)| lag.get()).min()
    }

    /// Operators grouped by the signals that they share within a step.
    fn parts(&self, accesses: &[(OperatorId, Access)]) -> Vec<Vec<OperatorId>> {
        let written: HashSet<SignalId> = accesses
            .iter()
            .flat_map(|(_, a)| a.sets.iter().chain(&a.incs).chain(&a.updates))
            .copied()
            .collect();
        let mut groups = Groups::new(self.signals.capacity() + accesses.len());
        for (i, (_, access)) in accesses.iter().enumerate() {
            let touched =
                access.sets.iter().chain(&access.incs).chain(&access.updates).chain(&access.reads);
            for signal in touched.filter(|s| written.contains(s)) {
                groups.join(self.signals.capacity() + i, signal.index());
            }
        }
        for (i, leader) in leaders(self, accesses).into_iter().enumerate() {
            groups.join(self.signals.capacity() + i, self.signals.capacity() + leader as usize);
        }
        let mut parts = BTreeMap::<usize, Vec<OperatorId>>::new();
        for (i, (id, _)) in accesses.iter().enumerate() {
            parts.entry(groups.find(self.signals.capacity() + i)).or_default().push(*id);
        }
        let mut parts: Vec<_> = parts.into_values().collect();
        for part in &mut parts {
            part.sort_by(|a, b| self.operators[*a].key().cmp(&self.operators[*b].key()));
        }
        parts.sort_by(|a, b| self.operators[a[0]].key().cmp(&self.operators[b[0]].key()));
        parts
    }

    /// Follows who waits for whom among operators that could not be placed.
    fn cycle(&self, accesses: &[(OperatorId, Access)], stuck: &[usize]) -> OrderError {
        let waits_for = |a: &Access, b: &Access| {
            let hits = |x: &[SignalId], y: &[SignalId]| x.iter().any(|s| y.contains(s));
            hits(&a.incs, &b.sets)
                || hits(&a.reads, &b.sets)
                || hits(&a.reads, &b.incs)
                || hits(&a.updates, &b.sets)
                || hits(&a.updates, &b.incs)
                || hits(&a.updates, &b.reads)
        };
        let group = |i: usize| self.merged.group_of(accesses[i].0);
        let waits = |i: usize, j: usize| {
            waits_for(&accesses[i].1, &accesses[j].1) || group(i).is_some() && group(i) == group(j)
        };
        let mut chain = vec![stuck[0]];
        loop {
            let last = chain[chain.len() - 1];
            let next = stuck.iter().copied().find(|&j| j != last && waits(last, j));
            let Some(next) = next else { break };
            if let Some(start) = chain.iter().position(|&i| i == next) {
                chain.drain(..start);
                break;
            }
            chain.push(next);
        }
        chain.reverse();
        OrderError::Cycle {
            operators: chain.iter().map(|&i| self.operators[accesses[i].0].to_string()).collect(),
        }
    }
}

/// Disjoint sets.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn find(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }
}

impl fmt::Display for Schedule {
    /// Numbers of operators, level by level.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, level) in self.levels.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { " | " }, level.len())?;
        }
        Ok(())
    }
}

impl From<OrderError> for Faults<OrderError> {
    fn from(error: OrderError) -> Self {
        Self(vec![error])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_order(model: &str, expected: &str) {
        let model = Model::parse(model).unwrap();
        let schedule = model.schedule().unwrap();
        let names: Vec<_> =
            schedule.operators().map(|id| model.operators[id].path.to_string()).collect();
        assert_eq!(names.join(" "), expected);
    }

    const SIGNALS: &str = "model dt=0.001 seed=0 \"\"\n\
        signal %0 \"a\" dense [1] temporary = [0.0]\n\
        signal %1 \"b\" dense [1] temporary = [0.0]\n\
        signal %2 \"c\" dense [1] state = [0.0]\n";

    #[test]
    fn a_set_comes_before_its_incs_and_those_before_its_reads() {
        check_order(
            &format!(
                "{SIGNALS}operator \"read\" 0 copy %0 -> %1 set\n\
                 operator \"inc\" 0 copy %2 -> %0 inc\n\
                 operator \"set\" 0 reset %0 0.0\n"
            ),
            "set inc read",
        );
    }

    #[test]
    fn a_slice_is_as_long_as_the_shortest_delay_of_any_list() {
        let slice = |delays: &str| {
            let model = format!(
                "model dt=0.001 seed=0 \"\"\n\
                 signal %0 \"spikes\" events [1] amplitude=1.0\n\
                 signal %1 \"sum\" dense [1] temporary = [0.0]\n\
                 operator \"p\" 0 deliver %0 -> %1 list [[0, 0], [0, 0]] {delays}weight=1.0 delay=9.0\n"
            );
            Model::parse(&model).unwrap().schedule().unwrap().slice
        };
        assert_eq!((slice(""), slice("delays=[5.0, 3.0] ")), (Some(9), Some(3)));
    }

    #[test]
    fn deliveries_to_one_signal_wait_for_the_factors_of_each() {
        check_order(
            "model dt=0.001 seed=0 \"\"\n\
             signal %0 \"spikes\" events [1] amplitude=1.0\n\
             signal %1 \"sum\" dense [1] temporary = [0.0]\n\
             signal %2 \"d\" dense [1, 1] parameter = [1.0]\n\
             signal %3 \"error\" dense [1] temporary = [0.0]\n\
             operator \"a\" 0 deliver %0 -> %1 list [[0, 0]] weight=1.0 delay=1.0\n\
             operator \"b\" 0 deliver %0 -> %1 factored decoders=%2 weight=1.0 delay=1.0\n\
             operator \"learn\" 0 elementwise %3 * %3 -> %2\n\
             operator \"reset\" 0 reset %3 1.0\n",
            "reset learn a b",
        );
    }

    #[test]
    fn an_update_comes_after_all_reads() {
        check_order(
            &format!(
                "{SIGNALS}operator \"update\" 0 filter %0 -> %2 decay=0.5 gain=0.5\n\
                 operator \"reads_c\" 0 copy %2 -> %0 set\n"
            ),
            "reads_c update",
        );
    }

    #[test]
    fn operators_of_one_level_run_in_order_of_their_paths() {
        let reset = |name: &str, signal: u8| format!("operator \"{name}\" 0 reset %{signal} 0.0\n");
        check_order(&format!("{SIGNALS}{}{}", reset("z", 0), reset("y", 1)), "y z");
    }

    #[test]
    fn a_loop_without_a_synapse_names_its_operators() {
        let model = Model::parse(&format!(
            "{SIGNALS}operator \"p\" 0 copy %0 -> %1 set\noperator \"q\" 0 copy %1 -> %0 set\n"
        ))
        .unwrap();
        assert_eq!(
            model.schedule().unwrap_err().to_string(),
            "operators wait for one another within one step: copy of `q` -> copy of `p`; a synapse on one of the connections breaks the loop"
        );
    }

    #[test]
    fn merged_operators_stand_one_after_the_other() {
        let model = |merged: &str| {
            format!(
                "{SIGNALS}operator \"p\" 0 reset %0 0.0\noperator \"q\" 0 copy %0 -> %1 set\n\
                 operator \"r\" 0 copy %0 -> %2 set\noperator \"q\" 1 copy %2 -> %1 inc\n{merged}"
            )
        };
        check_order(&model(""), "p q r q");
        check_order(&model("merged \"r\" 0; \"q\" 0\n"), "p r q q");
        let stuck = Model::parse(&model("merged \"r\" 0; \"q\" 1\n")).unwrap();
        let told = "operators wait for one another within one step: copy of `q` -> copy of `r`";
        let error = stuck.schedule().unwrap_err().to_string();
        assert!(error.starts_with(told), "{error}");
    }

    #[test]
    fn two_setters_are_a_conflict() {
        let model = Model::parse(&format!(
            "{SIGNALS}operator \"p\" 0 reset %0 0.0\noperator \"q\" 0 reset %0 1.0\n"
        ))
        .unwrap();
        assert_eq!(
            model.schedule().unwrap_err().to_string(),
            "`a` is set by reset of `p` and by reset of `q`"
        );
    }

    #[test]
    fn the_past_makes_no_edge_and_bounds_the_slice() {
        let model = Model::parse(
            "model dt=0.0001 seed=0 \"\"\n\
             signal %0 \"spikes\" events [2] amplitude=1.0\n\
             signal %1 \"sum\" dense [2] temporary = [0.0, 0.0]\n\
             operator \"list\" 0 spike_list %0 [[1], [2, 2]]\n\
             operator \"sum\" 0 reset %1 0.0\n\
             operator \"p\" 0 deliver %0 -> %1 list [[0, 1]] weight=1.0 delay=1.5\n",
        )
        .unwrap();
        let schedule = model.schedule().unwrap();
        assert_eq!(schedule.slice, Some(15));
        assert_eq!(schedule.parts.len(), 2);
    }
}
