//! Helpers of the tests that cross crates: statistics of spike trains, and how published networks
//! are held against their reference tables.

pub mod acceptance;
pub mod driven_cell;
pub mod mean_field;
pub mod nef_networks;
pub mod shipped;
pub mod statistics;
