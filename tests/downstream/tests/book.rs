//! The book shows this crate as it is: every piece of Rust in the pages about it stands in one of its files.

const PAGES: [(&str, &str); 3] = [
    ("write-a-mechanism.md", include_str!("../../../docs/book/write-a-mechanism.md")),
    ("write-a-pass.md", include_str!("../../../docs/book/write-a-pass.md")),
    ("write-a-backend.md", include_str!("../../../docs/book/write-a-backend.md")),
];

const SOURCES: [&str; 12] = [
    include_str!("../Cargo.toml"),
    include_str!("../src/double_lowpass.rs"),
    include_str!("../src/backend/cells.rs"),
    include_str!("../src/backend/mod.rs"),
    include_str!("../src/backend/simulation.rs"),
    include_str!("../src/integrator.rs"),
    include_str!("../src/quadratic.rs"),
    include_str!("../src/ring.rs"),
    include_str!("../src/snap_filters.rs"),
    include_str!("conformance.rs"),
    include_str!("network.rs"),
    include_str!("passes.rs"),
];

#[test]
fn what_the_book_shows_is_what_is_compiled() {
    let mut n_pieces = 0;
    for (name, page) in PAGES {
        for piece in pieces(page) {
            let found = SOURCES.iter().any(|source| source.contains(piece));
            assert!(found, "{name} shows what stands nowhere:\n{piece}");
            n_pieces += 1;
        }
    }
    assert!(n_pieces >= 10);
}

/// The contents of all blocks of Rust and TOML.
fn pieces(page: &str) -> impl Iterator<Item = &str> {
    let inside = page.split("```").skip(1).step_by(2);
    inside.filter_map(|block| block.strip_prefix("rust\n").or_else(|| block.strip_prefix("toml\n")))
}
