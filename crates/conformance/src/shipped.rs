//! Every mechanism and every synapse that a linked crate offers, with something at each of its doors.
//!
//! A backend may have kernels of its own for these, so the cases with mechanisms as text do not try them.

use std::fmt::Write;

use pontine_core_ir::{
    Mechanism, Model,
    port::{Backend, Capability},
    registry,
};
use pontine_mechanism::lang::{OutputKind, UnitSystem};

use crate::{
    Oracle,
    bench::{Outcome, trace, words},
    random::Property,
    suite::Options,
};

pub(crate) const ALL: &[Property] = &[
    Property {
        name: "shipped_mechanisms_equal_the_oracle",
        needs: &[
            Capability::F64,
            Capability::Mechanisms,
            Capability::RandomMechanisms,
            Capability::SpikeLists,
            Capability::ListConnectivity,
            Capability::Arrays,
        ],
        check: equal,
    },
    Property {
        name: "shipped_synapses_equal_the_oracle",
        needs: &[
            Capability::F64,
            Capability::Mechanisms,
            Capability::RandomMechanisms,
            Capability::SpikeLists,
            Capability::RuleConnectivity,
            Capability::HeterogeneousDelays,
            Capability::SynapseMechanisms,
            Capability::PostsynapticSpikes,
            Capability::Arrays,
        ],
        check: synapses_equal,
    },
];

/// Cells of each: more than one block of lanes, and a rest.
const N_CELLS: usize = 19;
const N_STEPS: u64 = 120;

fn equal(backend: &dyn Backend, options: &Options) -> Outcome {
    let mechanisms = registry::mechanisms().entries().map_err(words)?;
    mechanisms.keys().try_for_each(|name| {
        let model = model(&*registry::mechanism(name).map_err(words)?)?;
        let (found, expected) =
            (trace(backend, &model, N_STEPS)?, trace(&Oracle, &model, N_STEPS)?);
        options.equality.check(&found, &expected).map_err(|m| format!("{name}: {m}"))
    })
}

/// With equal delays and drawn ones, all or half of them dendritic.
fn synapses_equal(backend: &dyn Backend, options: &Options) -> Outcome {
    let synapses = registry::synapses().entries().map_err(words)?;
    synapses.keys().try_for_each(|name| {
        for (delay, dendritic) in [("2.0", 1.0), ("uniform(high=5.0, low=1.0)", 0.5)] {
            let model = Model::parse(&of_synapse(name, delay, dendritic)).map_err(words)?;
            let (found, expected) =
                (trace(backend, &model, N_STEPS)?, trace(&Oracle, &model, N_STEPS)?);
            options.equality.check(&found, &expected).map_err(|m| format!("{name}: {m}"))?;
        }
        Ok(())
    })
}

/// Cells that excite one another through synapses of this kind.
fn of_synapse(name: &str, delay: &str, dendritic: f64) -> String {
    let zeros = vec![0.0; N_CELLS];
    format!(
        "model dt=0.001 seed=5 {name:?}
         mechanism \"mechanism Noisy {{ units population output spikes events \
         step {{ emit spikes poisson(0.1) }} }}\"
         signal %0 \"spikes\" events [{N_CELLS}] amplitude=1.0
         signal %1 \"sum\" dense [{N_CELLS}] temporary = {zeros:?}
         operator \"cells\" 0 neurons {N_CELLS} Noisy; output spikes=%0
         operator \"sum\" 0 reset %1 0.0
         operator \"p\" 0 deliver %0 -> %1 rule fixed_probability(p_connect=0.7) {N_CELLS} -> \
         {N_CELLS} same_cells weight=uniform(high=0.9, low=0.1) delay={delay} \
         synapse {name} dendritic={dendritic:?} post=%0
         record \"sum\" signal %1 every=1.0 first=first_step unit=\"\""
    )
}

/// Cells that a current and spikes excite, all of it recorded.
fn model(mechanism: &Mechanism) -> Outcome<Model> {
    let mut draft = Draft::default();
    let text = &mut draft.text;
    // Steps as cells are made for: others take a solver that parts them very long.
    let dt = match mechanism.units {
        UnitSystem::Nef => 1e-3,
        UnitSystem::Population => 1e-4,
    };
    let _ = writeln!(text, "model dt={dt:?} seed=5 {:?}", mechanism.name);
    let _ = writeln!(text, "mechanism {:?}", mechanism.source());
    draft.source();
    draft.cells(mechanism);
    Model::parse(&draft.text).map_err(words)
}

/// The text of a model as it grows.
#[derive(Default)]
struct Draft {
    text: String,
    n_signals: usize,
}

impl Draft {
    fn signal(&mut self, name: &str, kind: &str) -> usize {
        let _ = writeln!(self.text, "signal %{} {name:?} {kind}", self.n_signals);
        self.n_signals += 1;
        self.n_signals - 1
    }

    fn dense(&mut self, name: &str) -> usize {
        self.signal(name, &format!("dense [{N_CELLS}] temporary = {:?}", [0.0; N_CELLS]))
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{line}");
    }

    fn source(&mut self) {
        let source = self.signal("source", "events [1] amplitude=1000.0");
        self.line(&format!(
            "operator \"source\" 0 spike_list %{source} [[1, 2, 9, 9, 30, 31, 60]]"
        ));
    }

    fn cells(&mut self, mechanism: &Mechanism) {
        let (mut doors, mut part) = (String::new(), 0);
        for input in &mechanism.inputs {
            let signal = self.dense(&input.name);
            part += 1;
            self.line(&format!("operator \"cells\" {part} reset %{signal} 1.5"));
            let _ = write!(doors, "; input {}=%{signal}", input.name);
        }
        for receptor in &mechanism.receptors {
            let signal = self.dense(&receptor.name);
            part += 1;
            self.line(&format!("operator \"cells\" {part} reset %{signal} 0.0"));
            self.deliver(&receptor.name, signal);
            let _ = write!(doors, "; receptor {}=%{signal}", receptor.name);
        }
        for output in &mechanism.outputs {
            let signal = match output.kind {
                OutputKind::Events { .. } => {
                    let kind = format!("events [{N_CELLS}] amplitude=1000.0");
                    let signal = self.signal(&output.name, &kind);
                    self.record(&format!("events %{signal}"), &output.name);
                    signal
                }
                OutputKind::Dense => {
                    let signal = self.dense(&output.name);
                    self.record(&format!("signal %{signal}"), &output.name);
                    signal
                }
            };
            let _ = write!(doors, "; output {}=%{signal}", output.name);
        }
        self.line(&format!("operator \"cells\" 0 neurons {N_CELLS} {}{doors}", mechanism.name));
    }

    fn deliver(&mut self, name: &str, signal: usize) {
        let pairs: Vec<_> = (0..N_CELLS).map(|i| [0, i]).collect();
        self.line(&format!(
            "operator {name:?} 0 deliver %0 -> %{signal} list {pairs:?} weight=\"0.1 * j\" delay=2.0"
        ));
    }

    fn record(&mut self, what: &str, name: &str) {
        self.line(&format!("record {name:?} {what} every=1.0 first=first_step unit=\"\""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_mechanisms_do_something() {
        let mut n_alive = 0;
        let names: Vec<_> = registry::mechanisms().entries().unwrap().keys().collect();
        for name in &names {
            let model = model(&registry::mechanism(name).unwrap()).unwrap();
            let trace = trace(&Oracle, &model, N_STEPS).unwrap();
            let moves = |data: &str| data.contains("1");
            n_alive += usize::from(moves(&format!("{:?}", trace.recording.series)));
        }
        assert!(n_alive >= names.len() - 1, "{n_alive} of {}", names.len());
    }
}
