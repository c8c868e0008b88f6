//! What enters and leaves objects, and what a connection does from one whole object to another.

use std::collections::BTreeMap;

use super::{Connection, EndObject, Endpoint, Network, ObjId, Transform};
use crate::{id::ConnectionId, tensor::Tensor};

/// The connections of a network by the objects that they join, in order of creation.
///
/// The neurons of an ensemble count as the ensemble, and a learning rule as what learns by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ends {
    entering: BTreeMap<ObjId, Vec<ConnectionId>>,
    leaving: BTreeMap<ObjId, Vec<ConnectionId>>,
}

impl Ends {
    /// Connections that lead to an object.
    pub fn entering(&self, id: impl Into<ObjId>) -> &[ConnectionId] {
        self.entering.get(&id.into()).map_or(&[], Vec::as_slice)
    }

    /// Connections that come from an object.
    pub fn leaving(&self, id: impl Into<ObjId>) -> &[ConnectionId] {
        self.leaving.get(&id.into()).map_or(&[], Vec::as_slice)
    }
}

impl EndObject {
    /// The object that it is, or is a part of.
    pub fn id(&self) -> ObjId {
        match self {
            Self::Ensemble(id) | Self::Neurons(id) => (*id).into(),
            Self::Node(id) => (*id).into(),
            Self::Custom(id) => (*id).into(),
            Self::Rule { connection, .. } => (*connection).into(),
            Self::ProjectionRule { projection, .. } => (*projection).into(),
            Self::Population { population, .. } => (*population).into(),
        }
    }
}

impl Network {
    /// What enters and leaves each object, of connections in all networks within.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::{Connection, Ensemble, Network, Node};
    /// let mut network = Network::new("");
    /// let input = network.add(Node::constant(vec![1.0]));
    /// let [a, b] = [(); 2].map(|()| network.add(Ensemble::new(10, 1)));
    /// let drive = network.add(Connection::new(input, a));
    /// let on = network.add(Connection::new(a.neurons(), b).transform([[0.0; 10]]));
    /// let ends = network.ends();
    /// assert_eq!((ends.entering(a), ends.leaving(a)), (&[drive][..], &[on][..]));
    /// assert!(ends.entering(input).is_empty());
    /// ```
    pub fn ends(&self) -> Ends {
        let mut ends = Ends::default();
        for (id, connection) in self.connections.iter() {
            ends.leaving.entry(connection.pre.object.id()).or_default().push(id);
            ends.entering.entry(connection.post.object.id()).or_default().push(id);
        }
        ends
    }

    /// The matrix of a connection from all of its source, or from the result of its function, to all of
    /// its target: its transform with rows and columns put where its slices have them. What a slice names
    /// twice adds up.
    ///
    /// `None` if the numbers are drawn when the network is built, or parts do not fit.
    ///
    /// # Shapes
    /// `(size of the target, size of the source)`, the second being that of the function's result if there
    /// is one.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::{Connection, Ensemble, Network};
    /// let mut network = Network::new("");
    /// let (a, b) = (network.add(Ensemble::new(10, 3)), network.add(Ensemble::new(10, 2)));
    /// let connection = network.add(Connection::new(a.at(&[2]), b.at(&[1])).transform(0.5));
    /// let whole = network.full_transform(connection).unwrap();
    /// assert_eq!(whole.shape(), [2, 3]);
    /// assert_eq!(whole.data(), [0.0, 0.0, 0.0, 0.0, 0.0, 0.5]);
    /// ```
    pub fn full_transform(&self, id: ConnectionId) -> Option<Tensor> {
        let connection = &self.connections.get(id)?.object;
        let (rows, columns) = (self.rows(&connection.post)?, self.columns(connection)?);
        let n_columns = columns.size;
        let mut data = vec![0.0; rows.size.checked_mul(n_columns)?];
        let mut add = |i: usize, j: usize, x: f64| {
            let place = rows.of(i)? * n_columns + columns.of(j)?;
            *data.get_mut(place)? += x;
            Some(())
        };
        match &connection.transform {
            Transform::Identity if rows.len() == columns.len() => {
                (0..rows.len()).try_for_each(|i| add(i, i, 1.0))?;
            }
            Transform::Dense(numbers) => {
                let x = numbers.data();
                match *numbers.shape() {
                    [] => (0..rows.len()).try_for_each(|i| add(i, i, x[0]))?,
                    [n] => (0..n).try_for_each(|i| add(i, i, x[i]))?,
                    [n, m] => (0..n * m).try_for_each(|k| add(k / m, k % m, x[k]))?,
                    _ => return None,
                }
            }
            Transform::Sparse(matrix) => {
                let mut entries = matrix.entries.iter();
                entries.try_for_each(|(i, j, x)| add(*i as usize, *j as usize, *x))?;
            }
            Transform::Identity
            | Transform::Drawn { .. }
            | Transform::DrawnSparse { .. }
            | Transform::Convolution(_) => return None,
        }
        Tensor::new(&[rows.size, n_columns], data)
    }

    fn rows<'e>(&self, end: &'e Endpoint) -> Option<Places<'e>> {
        Some(Places { slice: end.slice.as_deref(), size: self.size_of(&end.object, false)? })
    }

    /// A slice of what enters a function is behind it no more.
    fn columns<'c>(&self, connection: &'c Connection) -> Option<Places<'c>> {
        match &connection.function {
            Some(function) => Some(Places { slice: None, size: function.size_out() }),
            None => Some(Places {
                slice: connection.pre.slice.as_deref(),
                size: self.size_of(&connection.pre.object, true)?,
            }),
        }
    }
}

/// Where elements of a slice stand in the whole.
struct Places<'e> {
    slice: Option<&'e [usize]>,
    size: usize,
}

impl Places<'_> {
    fn len(&self) -> usize {
        self.slice.map_or(self.size, <[usize]>::len)
    }

    fn of(&self, i: usize) -> Option<usize> {
        match self.slice {
            Some(slice) => slice.get(i).copied().filter(|&place| place < self.size),
            None => (i < self.size).then_some(i),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        function::Function,
        network::{Ensemble, LearningRule, Node, SparseMatrix},
        spec::Spec,
    };

    /// Between an ensemble of three dimensions and one of four.
    #[track_caller]
    fn check(
        make: impl Fn(Connection) -> Connection,
        pre: &[usize],
        post: &[usize],
        rows: &[&[f64]],
    ) {
        let mut network = Network::new("");
        let (a, b) = (network.add(Ensemble::new(5, 3)), network.add(Ensemble::new(5, 4)));
        let id = network.add(make(Connection::new(a.at(pre), b.at(post))));
        assert!(network.validate().is_ok());
        let whole = network.full_transform(id).unwrap();
        assert_eq!(whole.data(), rows.concat());
        assert_eq!(whole.shape(), [rows.len(), rows[0].len()]);
    }

    /// As nengo.utils.builder.full_transform tells them.
    #[test]
    fn slices_say_where_numbers_stand_and_add_up() {
        let none: &[f64] = &[0.0; 3];
        let half = [none, &[0.0, 0.0, 2.0], none, &[2.0, 0.0, 0.0]];
        check(|c| c.transform(2.0), &[2, 0], &[1, 3], &half);
        let twice: &[f64] = &[0.0, 1.0, 0.0];
        check(|c| c, &[1, 1], &[0, 2], &[twice, none, twice, none]);
        check(|c| c.transform([2.0, 3.0]), &[0, 1], &[3, 3], &[none, none, none, &[2.0, 3.0, 0.0]]);
        let sparse = SparseMatrix { rows: 2, columns: 1, entries: [(1, 0, 7.0)].into() };
        check(
            |c| c.transform(sparse.clone()),
            &[1],
            &[0, 3],
            &[none, none, none, &[0.0, 7.0, 0.0]],
        );
    }

    #[test]
    fn behind_a_function_its_result_counts() {
        let pair = || Function::of(|[x, y]: [f64; 2]| [x, y]);
        let rows: [&[f64]; 4] = [&[1.0, 2.0], &[3.0, 4.0], &[0.0; 2], &[0.0; 2]];
        let matrix = [[1.0, 2.0], [3.0, 4.0]];
        check(|c| c.function(pair()).transform(matrix), &[0, 1], &[0, 1], &rows);
        let double = || Function::of(|[x]: [f64; 1]| [x, x]);
        let rows: [&[f64]; 4] = [&[0.0; 2], &[1.0, 1.0], &[0.0; 2], &[0.0; 2]];
        check(|c| c.function(double()), &[0], &[1, 1], &rows);
    }

    #[test]
    fn what_is_drawn_is_not_known_yet() {
        let mut network = Network::new("");
        let a = network.add(Ensemble::new(5, 1));
        let distribution = Spec::new("Uniform").with("low", 0.0).with("high", 1.0);
        let drawn = Transform::Drawn { rows: 1, columns: 1, distribution };
        let id = network.add(Connection::new(a, a).transform(drawn));
        assert_eq!(network.full_transform(id), None);
    }

    #[test]
    fn what_tells_a_rule_enters_what_learns() {
        let mut network = Network::new("");
        let a = network.add(Ensemble::new(5, 1));
        let error = network.add(Node::constant(vec![1.0]));
        let rule = LearningRule::from(Spec::new("PES"));
        let learns = network.add(Connection::new(a, a).learning_by(rule));
        let tells = network.add(Connection::new(error, learns.rule(0)));
        let ends = network.ends();
        assert_eq!(ends.entering(learns), [tells]);
        assert_eq!(ends.entering(a), ends.leaving(a));
        assert_eq!(ends.leaving(error), [tells]);
    }
}
