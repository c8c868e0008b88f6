//! Rules of the form: where this is the case, do that; of all rules the best is carried out.

use pontine_core_ir::{Connection, Endpoint, Network, SubnetworkId, Transform};

use super::{BasalGanglia, LibraryError, Thalamus, at_least, within};

/// One rule: what makes it useful, and what it does.
///
/// # Examples
/// ```
/// use pontine_core_ir::{Ensemble, Network, SubnetworkId};
/// use pontine_nef::{networks::{Action, ActionSelection}, vocabulary::Vocabulary};
/// let mut words = Vocabulary::new(16, 1);
/// let (a, b) = (words.add("A"), words.add("B"));
/// let mut network = Network::new("");
/// let state = network.add(Ensemble::new(400, 16));
/// // Where the state is A make it B, and the other way round.
/// let rules = [
///     Action::new().when(state, a.detector(1.0)).then(state, b.emitter(1.0)),
///     Action::new().when(state, b.detector(1.0)).then(state, a.emitter(1.0)),
/// ];
/// ActionSelection::add(&mut network, SubnetworkId::ROOT, &rules).unwrap();
/// assert!(network.validate().is_ok());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Action {
    utilities: Vec<(Endpoint, Transform)>,
    bias: f64,
    effects: Vec<(Endpoint, Transform)>,
}

impl Action {
    /// A rule of no use that does nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a vector times a matrix (1, size) to the utility.
    #[must_use]
    pub fn when(mut self, source: impl Into<Endpoint>, detector: Transform) -> Self {
        self.utilities.push((source.into(), detector));
        self
    }

    /// Adds a number to the utility.
    #[must_use]
    pub fn always(mut self, utility: f64) -> Self {
        self.bias += utility;
        self
    }

    /// Has a target take a matrix (size, 1) while the rule is the best.
    #[must_use]
    pub fn then(mut self, target: impl Into<Endpoint>, emitter: Transform) -> Self {
        self.effects.push((target.into(), emitter));
        self
    }
}

/// Basal ganglia that compare the utilities of rules, and a thalamus that carries out the best.
#[derive(Clone, Debug)]
pub struct ActionSelection {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Compares.
    pub basal_ganglia: BasalGanglia,
    /// Has one number for each rule: near 1 for the one that is carried out.
    pub thalamus: Thalamus,
}

/// Neurons of each rule in each nucleus, and in the thalamus.
const N_GANGLIA: usize = 100;
const N_THALAMUS: usize = 50;

impl ActionSelection {
    /// Adds the choice between rules.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are no rules.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        actions: &[Action],
    ) -> Result<Self, LibraryError> {
        at_least("the number of actions", actions.len(), 1)?;
        let own = within(network, parent, Some("Action selection"));
        let n = actions.len();
        let basal_ganglia = BasalGanglia::add(network, own, (N_GANGLIA, n))?;
        let thalamus = Thalamus::add(network, own, (N_THALAMUS, n), 1.0, 0.0)?;
        network.add_in(own, Connection::new(basal_ganglia.output, thalamus.input));
        for (i, action) in actions.iter().enumerate() {
            let (utility, chosen) = (basal_ganglia.input.at(&[i]), thalamus.output.at(&[i]));
            for (source, detector) in &action.utilities {
                let connection = Connection::new(source.clone(), utility.clone());
                network.add_in(own, connection.transform(detector.clone()));
            }
            if action.bias != 0.0 {
                let bias = pontine_core_ir::Node::constant(vec![action.bias]);
                let bias = network.add_in(own, bias);
                network.add_in(own, Connection::new(bias, utility));
            }
            for (target, emitter) in &action.effects {
                let connection = Connection::new(chosen.clone(), target.clone());
                network.add_in(own, connection.transform(emitter.clone()));
            }
        }
        Ok(Self { network: own, basal_ganglia, thalamus })
    }
}
