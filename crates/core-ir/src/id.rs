//! Typed ids and the arenas that they index. An id is never used again after its object has gone.

use std::{fmt, marker::PhantomData};

/// Names one object of one arena.
pub trait Id: Copy + Eq + Ord + fmt::Debug {
    /// The id of the object at `index`.
    fn from_index(index: usize) -> Self;
    /// The object's place in its arena.
    fn index(self) -> usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u32);

        impl Id for $name {
            fn from_index(index: usize) -> Self {
                Self(index as u32)
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// Names one (sub)network; the root is [`SubnetworkId::ROOT`].
    SubnetworkId,
    /// Names one ensemble.
    EnsembleId,
    /// Names one node.
    NodeId,
    /// Names one connection between NEF objects, or between the two worlds.
    ConnectionId,
    /// Names one probe.
    ProbeId,
    /// Names one object of a kind of somebody else's.
    CustomId,
    /// Names one population of cells.
    PopulationId,
    /// Names one view, a subset of a population.
    ViewId,
    /// Names one projection between populations.
    ProjectionId,
    /// Names one recorder of a population.
    RecorderId,
    /// Names one signal of one model.
    SignalId,
    /// Names one operator of one model.
    OperatorId,
    /// Names one record of one model.
    RecordId,
}

impl SubnetworkId {
    /// The network itself.
    pub const ROOT: Self = Self(0);
}

/// Objects under ids that are never reused: a removed object leaves an empty place.
#[derive(Clone, Debug)]
pub struct Arena<I, T> {
    places: Vec<Option<T>>,
    ids: PhantomData<I>,
}

impl<I: Id, T> Default for Arena<I, T> {
    fn default() -> Self {
        Self { places: Vec::new(), ids: PhantomData }
    }
}

impl<I: Id, T: PartialEq> PartialEq for Arena<I, T> {
    fn eq(&self, other: &Self) -> bool {
        self.places == other.places
    }
}

impl<I: Id, T> Arena<I, T> {
    /// Adds an object and returns its id.
    pub fn add(&mut self, object: T) -> I {
        self.places.push(Some(object));
        I::from_index(self.places.len() - 1)
    }

    /// The object, unless it was removed or belongs to another arena.
    pub fn get(&self, id: I) -> Option<&T> {
        self.places.get(id.index())?.as_ref()
    }

    /// The object for writing, unless it was removed or belongs to another arena.
    pub fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.places.get_mut(id.index())?.as_mut()
    }

    /// Takes the object out; its id stays unused.
    pub fn remove(&mut self, id: I) -> Option<T> {
        self.places.get_mut(id.index())?.take()
    }

    /// Objects in order of creation.
    pub fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.places.iter().enumerate().filter_map(|(i, o)| Some((I::from_index(i), o.as_ref()?)))
    }

    /// Objects for writing, in order of creation.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (I, &mut T)> {
        self.places
            .iter_mut()
            .enumerate()
            .filter_map(|(i, o)| Some((I::from_index(i), o.as_mut()?)))
    }

    /// Ids in order of creation.
    pub fn ids(&self) -> impl Iterator<Item = I> {
        self.iter().map(|(id, _)| id)
    }

    /// Number of objects present.
    pub fn len(&self) -> usize {
        self.places.iter().flatten().count()
    }

    /// Whether no object is present.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One more than the largest index ever given out.
    pub fn capacity(&self) -> usize {
        self.places.len()
    }
}

impl<I: Id, T> std::ops::Index<I> for Arena<I, T> {
    type Output = T;

    /// # Panics
    /// If the object was removed or the id belongs to another arena.
    fn index(&self, id: I) -> &T {
        self.get(id).unwrap_or_else(|| panic!("{id:?} names nothing here"))
    }
}

impl<I: Id, T> std::ops::IndexMut<I> for Arena<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        self.get_mut(id).unwrap_or_else(|| panic!("{id:?} names nothing here"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_id_is_not_given_out_again() {
        let mut arena = Arena::<SignalId, &str>::default();
        let a = arena.add("a");
        arena.remove(a);
        let b = arena.add("b");
        assert_ne!(a, b);
        assert_eq!(arena.get(a), None);
        assert_eq!(arena.ids().collect::<Vec<_>>(), [b]);
    }
}
