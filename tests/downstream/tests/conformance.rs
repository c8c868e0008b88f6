//! The backend of this crate passes the suite; what it lacks is shown as ignored.

fn main() {
    pontine_conformance::run(&downstream::Sketch)
}
