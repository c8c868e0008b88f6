//! The rules, by what they are about.

pub mod changelog;
pub mod decisions;
pub mod dependencies;
pub mod heads;
pub mod leftovers;
pub mod licences;
pub mod manifests;
pub mod paths;
pub mod size;
