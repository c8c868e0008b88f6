//! The passes of this crate, one file each.
//!
//! | name | rewrites | what it does | equality |
//! | --- | --- | --- | --- |
//! | `pin-seeds` | networks | writes every seed that would be drawn by order of creation | bit-exact |
//! | `dce` | models | removes operators and signals that reach nothing | bit-exact |
//! | `const-fold` | models | computes once what follows from constants | order of sums |
//! | `cse` | models | computes once what is computed twice | order of sums |
//! | `precision` | models | rounds constants to what has fewer bits | within a bound |
//! | `remove-unmodified-resets` | models | lets signals that are only reset hold that value | order of sums |
//! | `remove-zero-incs` | models | removes operators that add zero | order of sums |
//! | `remove-identity-muls` | models | turns products with ones into copies | order of sums |
//! | `remove-constant-copies` | models | turns copies of constants into resets and constants | order of sums |
//! | `fold-transforms` | models | makes one product of several with constants | order of sums |
//! | `factor-weights` | models | makes two small products of one with a matrix of low rank | order of sums |
//! | `expand-weights` | models | multiplies products of matrices out into single weights | order of sums |
//! | `remove-reset-incs` | models | lets the copy that is first added to a zero set it | order of sums |
//! | `merge-ops` | models | has operators of a kind happen as one | order of sums |

mod const_fold;
mod cse;
mod dce;
mod merge_ops;
mod pin_seeds;
mod precision;
mod products;
mod simplify;
mod writers;

pub use const_fold::ConstFold;
pub use cse::SameComputations;
pub use dce::DeadCode;
pub use merge_ops::MergeOperators;
pub use pin_seeds::PinSeeds;
pub use precision::{Number, Precision};
pub use products::{ExpandWeights, FactorWeights, FoldTransforms};
pub use simplify::{
    RemoveConstantCopies, RemoveIdentityMuls, RemoveResetIncs, RemoveUnmodifiedResets,
    RemoveZeroIncs,
};
