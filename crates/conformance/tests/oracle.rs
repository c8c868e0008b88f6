//! The oracle passes its own suite.

fn main() {
    pontine_conformance::run(&pontine_conformance::Oracle)
}
