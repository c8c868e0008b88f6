//! What can be said more simply.
//!
//! These passes follow what NengoDL's users know under the same names. An operator that goes may let
//! others stand earlier in the step, so that the order of a sum may change: they promise equality of all
//! but the order of sums. A product with zero is dropped although it would carry on infinities, and
//! what is added to zero loses the sign of a zero.

mod constant_copies;
mod identity_muls;
mod reset_incs;
mod unmodified_resets;
mod zero_incs;

pub use constant_copies::RemoveConstantCopies;
pub use identity_muls::RemoveIdentityMuls;
pub use reset_incs::RemoveResetIncs;
pub use unmodified_resets::RemoveUnmodifiedResets;
pub use zero_incs::RemoveZeroIncs;
