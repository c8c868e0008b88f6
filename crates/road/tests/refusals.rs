//! What the road refuses, and how it says so.

use std::collections::BTreeSet;

use pontine_core_ir::{
    Model, Network, Population,
    port::{Backend, Capability, CompileError, CompileOptions, Estimate, Simulation},
};
use pontine_road::{Road, RoadError};

/// A backend that says what it is told to say and never gets to compile.
#[derive(Debug)]
struct Refused {
    capabilities: BTreeSet<Capability>,
}

impl Backend for Refused {
    fn name(&self) -> &str {
        "refused"
    }

    fn capabilities(&self) -> BTreeSet<Capability> {
        self.capabilities.clone()
    }

    fn estimate(&self, model: &Model, _: &CompileOptions) -> Result<Estimate, CompileError> {
        let mut estimate = Estimate::default();
        let (_, op) = model.operators.iter().next().unwrap();
        estimate.add(&op.path, 3e11, 1e15);
        Ok(estimate)
    }

    fn compile(&self, _: &Model, _: &CompileOptions) -> Result<Box<dyn Simulation>, CompileError> {
        panic!("nothing is compiled that was refused")
    }
}

fn network(size: usize) -> Network {
    let mut network = Network::new("refused");
    network.add(Population::new("IF_curr_exp", size).unwrap().labelled("cells"));
    network
}

fn refusal(capabilities: &[Capability], size: usize) -> RoadError {
    let backend = Refused { capabilities: capabilities.iter().copied().collect() };
    Road::new(&backend).memory_limit(Some(1 << 30)).build(&network(size)).err().unwrap()
}

#[test]
fn a_capability_that_is_lacking_is_told_with_the_object_that_needs_it() {
    let error = refusal(&[Capability::F64], 10);
    assert!(matches!(error, RoadError::Missing(_)));
    assert_eq!(
        error.to_string(),
        "backend `refused` lacks cells described by a mechanism, which `Population:cells` needs"
    );
}

#[test]
fn what_the_backend_expects_is_held_against_memory() {
    let error = refusal(&[Capability::F64, Capability::Mechanisms], 10);
    assert_eq!(
        error.to_string(),
        "the model needs about 931322.6 GiB for 3.000e11 synapses, but only 1.0 GiB are available; \
         `Population:cells` needs most: 931322.6 GiB"
    );
}

#[test]
fn what_can_never_fit_is_refused_before_it_is_built() {
    let error = refusal(&[Capability::F64, Capability::Mechanisms], 4_000_000_000);
    assert!(error.to_string().starts_with("the model needs at least "), "{error}");
}

#[test]
fn times_that_are_no_number_of_steps_are_refused() {
    for time in [-1.0, f64::NAN, f64::INFINITY, 1e300, 1e-9] {
        assert!(
            matches!(pontine_road::n_steps(time, 1e-3), Err(RoadError::Steps { .. })),
            "{time}"
        );
    }
    assert_eq!(pontine_road::n_steps(0.0, 1e-3).unwrap(), 0);
}
