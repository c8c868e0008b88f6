//! Populations, projections, recorders; and the ports by which the NEF reaches them.

mod cells;
mod port;
mod product;
mod projection;
mod recorder;
mod synapse;

pub(crate) use port::{input_port, output_port, receptor_port};
