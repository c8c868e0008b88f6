//! The text form of a model: everything prints and reads back, so that a model in a test, an error
//! or a bug report is text that someone can paste.
//!
//! One line each:
//! ```text
//! model dt=0.001 seed=7 "channel"
//! mechanism "mechanism M { … }"                         (those that no linked crate offers)
//! signal %0 "Node:in.out" dense [1] temporary = [0.0]
//! signal %1 "Population:p.spikes" events [100] amplitude=10000.0
//! operator "Ensemble:a" 0 reset %0 0.0
//! operator "Ensemble:a" 1 copy %0[0, 1] -> %2 inc
//! operator "Connection:c" 0 elementwise %1 * %0 -> %2
//! operator "Connection:c" 1 dot %1 * %0 -> %2
//! operator "Connection:c" 1 sparse %1 * %0 -> %2 [[0, 0], [1, 0]]
//! operator "Connection:c.PES" 2 outer %1 * %0 -> %2
//! operator "Connection:c" 2 filter %2 -> %3 decay=0.8 gain=0.2
//! operator "Node:in" 0 function "sin(t)" t=%4 -> %0
//! operator "Population:p" 0 neurons 100 IF_curr_exp tau_m=10.0; init v=-65.0; input i_inj=%0; receptor excitatory=%5; output spikes=%1; expose v=%6
//! operator "Population:s" 0 spike_list %1 [[1, 5], []]
//! operator "Projection:p" 0 deliver %1 -> %5 rule fixed_probability(p_connect=0.1) 100 -> 100 weight=0.1 delay=1.5
//! operator "Projection:q" 0 deliver %1 -> %5 list [[0, 1], [0, 2]] weights=[0.1, 0.2] delays=[1.0, 2.0]
//! operator "Projection:r" 0 deliver %1 -> %5 factored encoders=%6 transform=%7 decoders=%8 weight=0.1 delay=1.5
//! operator "Projection:s" 0 deliver %1 -> %5 blocks [0, 1] -> [0] decoders=%9; [2] -> [1] decoders=%10 weight=0.1 delay=1.5
//! merged "Ensemble:a" 0; "Ensemble:b" 0
//! record "p.v" state "Population:p" v every=1.0 first=zero unit="mV"
//! built "Ensemble:a.gain" [2] = [1.0, 2.0]
//! ```
//! A host's code has no text: it prints as `host "name"`, which does not read back.

mod print;
mod read;
mod token;

/// Why a text is not a model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ModelTextError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}
