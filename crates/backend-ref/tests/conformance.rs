//! The reference backend passes what every backend must pass, with nothing ignored.

use pontine_conformance::{Options, run_with};

fn main() {
    let options = Options { nothing_ignored: true, ..Options::default() };
    run_with(&pontine_backend_ref::Reference, options)
}
