//! Matrices: what is multiplied by several becomes one product, or the other way round.

mod chains;
mod expand;
mod factor;
mod fold;
mod map;

pub use expand::ExpandWeights;
pub use factor::FactorWeights;
pub use fold::FoldTransforms;
