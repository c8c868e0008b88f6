//! pontine
