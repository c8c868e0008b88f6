//! Parameters that this crate does not know: of objects, or as defaults of all objects of a kind within a
//! network, for passes, builders and backends of others.

use super::{Config, Network, ObjId};
use crate::spec::Param;

impl Config {
    /// A parameter of one's own for all objects of a kind, such as `Ensemble`, that do not have it
    /// themselves.
    #[must_use]
    pub fn extra(mut self, kind: &str, name: &str, value: impl Into<Param>) -> Self {
        self.extras.insert((kind.to_owned(), name.to_owned()), value.into());
        self
    }
}

impl Network {
    /// Gives an object a parameter of one's own.
    pub fn set_extra(&mut self, id: impl Into<ObjId>, name: &str, value: impl Into<Param>) {
        self.extras.insert((id.into(), name.to_owned()), value.into());
    }

    /// A parameter of an object that this crate does not know: its own, or the default of the nearest
    /// network around it that has one.
    ///
    /// # Examples
    /// ```
    /// use pontine_core_ir::{Config, Ensemble, Network, Param};
    /// let mut network = Network::new("");
    /// network.root_mut().config = Config::default().extra("Ensemble", "trainable", false);
    /// let [a, b] = [(); 2].map(|()| network.add(Ensemble::new(10, 1)));
    /// network.set_extra(b, "trainable", true);
    /// assert_eq!(network.extra(a, "trainable"), Some(&Param::Bool(false)));
    /// assert_eq!(network.extra(b, "trainable"), Some(&Param::Bool(true)));
    /// assert_eq!(network.extra(a, "rate"), None);
    /// ```
    pub fn extra(&self, id: impl Into<ObjId>, name: &str) -> Option<&Param> {
        let id = id.into();
        let kind = (id.kind().to_owned(), name.to_owned());
        let around = || {
            let nearest = self.contains(id).then(|| self.parent_and_label(id).0).flatten()?;
            self.layers(nearest).find_map(|config| config.extras.get(&kind))
        };
        self.extras.get(&(id, name.to_owned())).or_else(around)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Ensemble, Node, Subnetwork};

    #[test]
    fn the_nearest_network_wins_and_other_kinds_do_not_count() {
        let mut network = Network::new("");
        network.root_mut().config = Config::default().extra("Ensemble", "cost", 1.0);
        let config = Config::default().extra("Ensemble", "cost", 2.0);
        let inner = network.add(Subnetwork::new("inner").config(config));
        let a = network.add(Ensemble::new(1, 1));
        let b = network.add_in(inner, Ensemble::new(1, 1));
        let n = network.add_in(inner, Node::passthrough(1));
        let cost = |id: ObjId| network.extra(id, "cost").cloned();
        assert_eq!(cost(a.into()), Some(1.0.into()));
        assert_eq!(cost(b.into()), Some(2.0.into()));
        assert_eq!(cost(n.into()), None);
    }

    #[test]
    fn what_is_taken_away_leaves_nothing() {
        let mut network = Network::new("");
        let a = network.add(Ensemble::new(1, 1));
        network.set_extra(a, "cost", 3.0);
        network.remove(a.into());
        assert_eq!(network.extra(a, "cost"), None);
    }
}
