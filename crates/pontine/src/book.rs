//! The pages of the book whose programs use this crate: each is a documentation test.

#[doc = include_str!("../../../docs/book/first-model-in-rust.md")]
struct FirstModelInRust;

#[doc = include_str!("../../../docs/book/how-it-works.md")]
struct HowItWorks;

#[doc = include_str!("../../../docs/book/nef-models-in-rust.md")]
struct NefModelsInRust;
