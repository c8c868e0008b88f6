//! The basal ganglia: the largest of several numbers is found.

use pontine_core_ir::{EnsembleOptions, Network, Node, NodeId, Spec, Subnetwork, SubnetworkId};

use super::{
    EnsembleArray, EnsembleArrayOptions, LibraryError, at_least, function, join, join_filtered,
    matrix, times, uniform, upwards,
};

/// Winner-take-all by disinhibition: the output of the largest input is near 0, all others are
/// strongly negative.
///
/// # References
/// Gurney, Prescott & Redgrave (2001), *Biological Cybernetics* 84; Stewart, Choo & Eliasmith (2010).
#[derive(Clone, Debug)]
pub struct BasalGanglia {
    /// The network that holds it.
    pub network: SubnetworkId,
    /// Takes the utilities.
    pub input: NodeId,
    /// Gives the inhibition of each action.
    pub output: NodeId,
}

/// AMPA and GABA receptors, s.
const TAU_AMPA: f64 = 0.002;
const TAU_GABA: f64 = 0.008;

/// What all actions get together.
const OUTPUT_WEIGHT: f64 = -3.0;

/// One nucleus: its name, where its neurons begin to fire, and where its function rises from 0.
struct Nucleus(&'static str, f64, f64);

const D1: Nucleus = Nucleus("Striatal D1 neurons", 0.2, 0.2);
const D2: Nucleus = Nucleus("Striatal D2 neurons", 0.2, 0.2);
const STN: Nucleus = Nucleus("Subthalamic nucleus", -0.25, -0.25);
const GPI: Nucleus = Nucleus("Globus pallidus internus", -0.2, -0.2);
const GPE: Nucleus = Nucleus("Globus pallidus externus", -0.2, -0.2);

impl BasalGanglia {
    /// Adds basal ganglia for `dimensions` actions, with so many neurons for each in each nucleus.
    ///
    /// # Errors
    /// [`LibraryError::Size`] if there are no neurons or actions.
    pub fn add(
        network: &mut Network,
        parent: SubnetworkId,
        (n_neurons, dimensions): (usize, usize),
    ) -> Result<Self, LibraryError> {
        at_least("the number of actions", dimensions, 1)?;
        let mut own = Subnetwork::default().labelled("Basal Ganglia");
        own.config.connection.solver = Some(Spec::new("NnlsL2nz"));
        let own = network.add_in(parent, own);
        let mut node =
            |label: &str| network.add_in(own, Node::passthrough(dimensions).labelled(label));
        let (input, output) = (node("input"), node("output"));
        let mut nucleus =
            |nucleus: Nucleus, name| nucleus.add(network, own, (n_neurons, dimensions), name);
        let (d1, d1_out) = nucleus(D1, "func_str")?;
        let (d2, d2_out) = nucleus(D2, "func_str")?;
        let (stn, stn_out) = nucleus(STN, "func_stn")?;
        let (gpi, gpi_out) = nucleus(GPI, "func_gpi")?;
        let (gpe, gpe_out) = nucleus(GPE, "func_gpe")?;
        join(network, own, input, d1, times(1.2));
        join(network, own, input, d2, times(0.8));
        join(network, own, input, stn, times(1.0));
        let diffuse = || matrix(dimensions, dimensions, |_, _| 0.9);
        join_filtered(network, own, (d1_out, gpi), times(-1.0), TAU_GABA);
        join_filtered(network, own, (d2_out, gpe), times(-1.0), TAU_GABA);
        join_filtered(network, own, (stn_out, gpi), diffuse(), TAU_AMPA);
        join_filtered(network, own, (stn_out, gpe), diffuse(), TAU_AMPA);
        join_filtered(network, own, (gpe_out, gpi), times(-0.3), TAU_GABA);
        join_filtered(network, own, (gpe_out, stn), times(-1.0), TAU_GABA);
        join(network, own, gpi_out, output, times(OUTPUT_WEIGHT));
        Ok(Self { network: own, input, output })
    }
}

impl Nucleus {
    /// The input, and the output of the function.
    fn add(
        &self,
        network: &mut Network,
        within: SubnetworkId,
        sizes: (usize, usize),
        name: &str,
    ) -> Result<(NodeId, NodeId), LibraryError> {
        let Self(label, intercept, from) = *self;
        let ensembles = EnsembleOptions {
            radius: Some(1.5),
            encoders: Some(upwards()),
            intercepts: Some(uniform(intercept, 1.0)),
            ..EnsembleOptions::default()
        };
        let label = Some(label.to_owned());
        let options = EnsembleArrayOptions { label, ensembles, ..EnsembleArrayOptions::default() };
        let array = EnsembleArray::add(network, within, sizes, options)?;
        let rising = function(&format!("x[0] < {from:?} ? 0 : x[0] - ({from:?})"), 1)?;
        Ok((array.input, array.add_output(network, name, &rising)))
    }
}
