//! The passes of this crate, one file each.
//!
//! | name | rewrites | what it does | equality |
//! | --- | --- | --- | --- |
//! | `pin-seeds` | networks | writes every seed that would be drawn by order of creation | bit-exact |
//! | `dce` | models | removes operators and signals that reach nothing | bit-exact |

mod dce;
mod pin_seeds;

pub use dce::DeadCode;
pub use pin_seeds::PinSeeds;
