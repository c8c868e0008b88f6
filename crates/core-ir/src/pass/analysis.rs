//! What passes find out of their input, kept until something changes it.

use std::{
    any::{Any, TypeId},
    cell::RefCell,
    collections::BTreeMap,
    rc::Rc,
};

use crate::{
    id::{Id, OperatorId, RecordId, SignalId},
    model::{Model, OperatorKind, RecordTarget, Role},
    tensor::Tensor,
};

/// Something that follows from the input alone.
pub trait Analysis<Ir>: Any {
    /// Finds it out.
    fn of(ir: &Ir, analyses: &Analyses<Ir>) -> Self;
}

/// What has been found out of one input.
pub struct Analyses<Ir> {
    found: RefCell<BTreeMap<TypeId, Rc<dyn Any>>>,
    input: std::marker::PhantomData<fn(&Ir)>,
}

impl<Ir> Default for Analyses<Ir> {
    fn default() -> Self {
        Self { found: RefCell::default(), input: std::marker::PhantomData }
    }
}

impl<Ir> Analyses<Ir> {
    /// The analysis of this input; all calls must be about the same one.
    pub fn get<A: Analysis<Ir>>(&self, ir: &Ir) -> Rc<A> {
        let known = self.found.borrow().get(&TypeId::of::<A>()).cloned();
        if let Some(found) = known.and_then(|known| known.downcast::<A>().ok()) {
            return found;
        }
        let found = Rc::new(A::of(ir, self));
        self.found.borrow_mut().insert(TypeId::of::<A>(), found.clone());
        found
    }

    /// Forgets all but these: the input has changed.
    pub fn keep(&mut self, preserved: &[TypeId]) {
        self.found.get_mut().retain(|id, _| preserved.contains(id));
    }
}

/// Who touches each signal of a model.
#[derive(Debug)]
pub struct Users {
    of: Vec<Uses>,
}

/// Who touches a signal: operators by id, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Who sets it.
    pub sets: Vec<OperatorId>,
    /// Who adds to it.
    pub incs: Vec<OperatorId>,
    /// Who reads it, in this step.
    pub reads: Vec<OperatorId>,
    /// Who updates it.
    pub updates: Vec<OperatorId>,
    /// Who reads it as it was.
    pub reads_past: Vec<OperatorId>,
    /// What records it.
    pub records: Vec<RecordId>,
}

impl Users {
    /// Who touches a signal.
    pub fn of(&self, signal: SignalId) -> &Uses {
        &self.of[signal.index()]
    }
}

impl Uses {
    /// The operator that alone writes it, if it is one.
    pub fn only_writer(&self) -> Option<OperatorId> {
        let mut writers = self.sets.iter().chain(&self.incs).chain(&self.updates);
        let first = writers.next()?;
        writers.next().is_none().then_some(*first)
    }

    /// Whether nobody writes it.
    pub fn is_unwritten(&self) -> bool {
        self.sets.is_empty() && self.incs.is_empty() && self.updates.is_empty()
    }
}

impl Analysis<Model> for Users {
    fn of(model: &Model, _: &Analyses<Model>) -> Self {
        let mut of = vec![Uses::default(); model.signals.capacity()];
        for (id, op) in model.operators.iter() {
            let access = op.access(model.dt);
            access.sets.iter().for_each(|s| of[s.index()].sets.push(id));
            access.incs.iter().for_each(|s| of[s.index()].incs.push(id));
            access.reads.iter().for_each(|s| of[s.index()].reads.push(id));
            access.updates.iter().for_each(|s| of[s.index()].updates.push(id));
            access.reads_past.iter().for_each(|(s, _)| of[s.index()].reads_past.push(id));
        }
        for (id, record) in model.records.iter() {
            if let RecordTarget::Signal(s) | RecordTarget::Events(s) = record.target {
                of[s.index()].records.push(id);
            }
        }
        Self { of }
    }
}

/// Which signals of a model hold the same numbers in every step.
#[derive(Debug)]
pub struct Constants {
    of: Vec<Option<Tensor>>,
}

impl Constants {
    /// The numbers of a signal, if they are always the same while it is read.
    pub fn of(&self, signal: SignalId) -> Option<&Tensor> {
        self.of[signal.index()].as_ref()
    }

    /// The one number that all elements are, if they are one.
    pub fn value(&self, signal: SignalId) -> Option<f64> {
        let data = self.of(signal)?.data();
        let first = *data.first()?;
        data.iter().all(|v| v.to_bits() == first.to_bits()).then_some(first)
    }
}

impl Analysis<Model> for Constants {
    fn of(model: &Model, analyses: &Analyses<Model>) -> Self {
        let users = analyses.get::<Users>(model);
        let mut of = vec![None; model.signals.capacity()];
        for (id, signal) in model.signals.iter().filter(|(_, signal)| !signal.is_events()) {
            let uses = users.of(id);
            of[id.index()] = match signal.role {
                Role::Constant if uses.is_unwritten() => Some(signal.initial.clone()),
                Role::Temporary => {
                    uses.only_writer().and_then(|op| match model.operators[op].kind {
                        OperatorKind::Reset { value, .. } => {
                            Some(Tensor::filled(signal.initial.shape(), value))
                        }
                        _ => None,
                    })
                }
                Role::Constant | Role::Parameter | Role::State => None,
            };
        }
        Self { of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "model dt=0.001 seed=0 \"\"\n\
        signal %0 \"two\" dense [2] constant = [2.0, 2.0]\n\
        signal %1 \"half\" dense [2] temporary = [0.0, 0.0]\n\
        signal %2 \"sum\" dense [2] temporary = [0.0, 0.0]\n\
        operator \"half\" 0 reset %1 0.5\n\
        operator \"sum\" 0 reset %2 0.0\n\
        operator \"copy\" 0 copy %0 -> %2 inc\n\
        record \"r\" signal %2 every=1.0 first=zero unit=\"\"\n";

    #[test]
    fn what_is_known_of_signals() {
        let model = Model::parse(TEXT).unwrap();
        let analyses = Analyses::default();
        let [two, half, sum] = ["two", "half", "sum"].map(|name| model.signal(name).unwrap());
        let users = analyses.get::<Users>(&model);
        assert_eq!(users.of(sum).incs, [model.operator("copy", 0).unwrap()]);
        assert_eq!((users.of(sum).only_writer(), users.of(sum).records.len()), (None, 1));
        assert_eq!(users.of(half).only_writer(), model.operator("half", 0));
        let constants = analyses.get::<Constants>(&model);
        let values = [two, half, sum].map(|signal| constants.value(signal));
        assert_eq!(values, [Some(2.0), Some(0.5), None]);
    }

    #[test]
    fn an_analysis_is_made_once_until_something_changes() {
        let model = Model::parse(TEXT).unwrap();
        let mut analyses = Analyses::default();
        let first = analyses.get::<Users>(&model);
        assert!(Rc::ptr_eq(&first, &analyses.get::<Users>(&model)));
        analyses.get::<Constants>(&model);
        analyses.keep(&[TypeId::of::<Constants>()]);
        assert!(!Rc::ptr_eq(&first, &analyses.get::<Users>(&model)));
    }
}
