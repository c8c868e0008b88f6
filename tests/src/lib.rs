//! Helpers of the tests that cross crates: statistics of spike trains and their acceptance.

pub mod statistics;
