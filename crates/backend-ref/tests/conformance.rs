//! The reference backend passes what every backend must pass.

fn main() {
    pontine_conformance::run(&pontine_backend_ref::Reference)
}
