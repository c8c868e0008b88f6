//! Connectors: who is joined to whom.
//!
//! | name | parameters | rows |
//! | --- | --- | --- |
//! | `all_to_all` | `allow_self_connections = true` | by source |
//! | `one_to_one` | | by source |
//! | `fixed_probability` | `p_connect`, `allow_self_connections = true` | by source |
//! | `fixed_total_number` | `n`, `with_replacement = true`, `allow_self_connections = true` | by source |
//! | `fixed_number_pre` | `n`, `with_replacement = false`, `allow_self_connections = true` | by target |
//! | `fixed_number_post` | `n`, `with_replacement = false`, `allow_self_connections = true` | by source |
//!
//! Names and defaults are PyNN's. `allow_self_connections` matters only where both sides are one and
//! the same set of cells. Every row is sorted by the cells on its other side, and draws from the
//! stream at (its index) of the key (seed, path, `connect`): rows may be made in any order.
//!
//! "Without replacement" follows PyNN where more partners are asked for than there are: each is
//! taken `n div size` times, and `n mod size` of them, drawn without replacement, once more.

mod all_to_all;
mod fixed_number;
mod fixed_probability;
mod fixed_total_number;
mod one_to_one;
mod partners;
#[cfg(test)]
mod testing;

pub use all_to_all::AllToAll;
pub use fixed_number::FixedNumber;
pub use fixed_probability::FixedProbability;
pub use fixed_total_number::FixedTotalNumber;
pub use one_to_one::OneToOne;
