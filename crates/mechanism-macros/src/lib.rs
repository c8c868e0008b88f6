//! Mechanisms as native Rust: the kernel IR of a text, printed as loops over lanes.
//!
//! ```text
//!  text ── Mechanism ── expand (f32, f64) ──> split ──> columns ──> print ──> impl Body, NativeKernel
//! ```
//!
//! Called through `mechanism!` and `mechanism_file!` of `pontine-mechanism`, which hand on the path
//! of their crate.
//!
//! Invariant: nothing here knows an instruction set, and nothing is computed here: each operation of
//! the IR becomes the method of `Real` that defines it, in the same order, so that native kernels
//! and the interpreter agree bit for bit.

mod columns;
mod guess;
mod input;
mod print;
mod sparse;
mod split;

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use input::Input;
use pontine_mechanism_lang::{Mechanism, Synapse};

/// The text, given as a literal, whose kernels are registered as native code.
#[proc_macro]
pub fn mechanism(input: TokenStream) -> TokenStream {
    expand(Input::of_text(input))
}

/// The text of a file, by its path from the file of the call, whose kernels are registered as
/// native code.
#[proc_macro]
pub fn mechanism_file(input: TokenStream) -> TokenStream {
    expand(Input::of_file(input))
}

fn expand(input: Result<Input, (String, Span)>) -> TokenStream {
    let expanded = input.and_then(|input| {
        let items = items(&input).map_err(|message| (message, input.span))?;
        Ok(block(&input, items))
    });
    expanded.unwrap_or_else(|(message, span)| failure(&message, span))
}

/// Kernels of every mechanism of the text, with its own solver and with each of the others asked for.
fn items(input: &Input) -> Result<TokenStream, String> {
    let mut code = String::new();
    if Synapse::begins(&input.text) {
        let synapse = Synapse::parse(&input.text).map_err(|error| input.located(&error))?;
        code.extend(synapse.programs().map(print::kernels));
        return parsed(&code);
    }
    let mechanisms = Mechanism::parse_all(&input.text).map_err(|error| input.located(&error))?;
    for mechanism in &mechanisms {
        code += &print::kernels(mechanism);
        for solver in &input.solvers {
            let other = mechanism.with_solver(*solver).map_err(|error| input.located(&error))?;
            code += &print::kernels(&other);
        }
    }
    parsed(&code)
}

fn parsed(code: &str) -> Result<TokenStream, String> {
    code.parse().map_err(|error| format!("the code made of this mechanism is not Rust: {error}"))
}

/// `{ const _: () = { use <crate>::native as pontine_native; <items> }; <text> }`
fn block(input: &Input, items: TokenStream) -> TokenStream {
    let mut inner = tokens("use");
    inner.extend(input.library.clone());
    inner.extend(tokens("::native as pontine_native;"));
    inner.extend(items);
    let mut outer = tokens("#[allow(unused, clippy::all)] const _: () =");
    outer.extend([braced(inner)]);
    outer.extend([TokenTree::from(Punct::new(';', Spacing::Alone))]);
    outer.extend(input.value());
    TokenStream::from(braced(outer))
}

fn braced(inner: TokenStream) -> TokenTree {
    Group::new(Delimiter::Brace, inner).into()
}

/// Code that is known to be well formed.
fn tokens(code: &str) -> TokenStream {
    code.parse().unwrap_or_default()
}

/// `compile_error!("message")` at `span`.
fn failure(message: &str, span: Span) -> TokenStream {
    let name: TokenTree = Ident::new("compile_error", span).into();
    let mut literal = TokenTree::from(Literal::string(message));
    literal.set_span(span);
    let mut argument = TokenTree::from(Group::new(Delimiter::Parenthesis, literal.into()));
    argument.set_span(span);
    let mut bang = TokenTree::from(Punct::new('!', Spacing::Alone));
    bang.set_span(span);
    TokenStream::from_iter([name, bang, argument])
}
