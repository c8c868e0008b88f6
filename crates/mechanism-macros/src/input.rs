//! What the macros are called with: `{crate} "text or path"`.

use std::path::{Path, PathBuf};

use pontine_mechanism_lang::LangError;
use proc_macro::{Literal, Span, TokenStream, TokenTree};

/// A text and where it comes from.
pub(crate) struct Input {
    /// The path of the run-time crate.
    pub library: TokenStream,
    pub text: String,
    /// Where a fault is reported.
    pub span: Span,
    literal: Literal,
    file: Option<PathBuf>,
}

type Fault = (String, Span);

impl Input {
    /// The literal is the text.
    pub fn of_text(input: TokenStream) -> Result<Input, Fault> {
        let (library, literal) = arguments(input)?;
        let span = literal.span();
        let text = unquoted(&literal.to_string())
            .ok_or_else(|| ("expected a string literal, best a raw one: r\"…\"".into(), span))?;
        Ok(Input { library, text, span, literal, file: None })
    }

    /// The literal is a path.
    pub fn of_file(input: TokenStream) -> Result<Input, Fault> {
        let (library, literal) = arguments(input)?;
        let span = literal.span();
        let path = unquoted(&literal.to_string())
            .ok_or_else(|| ("expected the path of a file as a string literal".into(), span))?;
        let file = resolved(&path, span);
        let text = std::fs::read_to_string(&file)
            .map_err(|error| (format!("cannot read `{}`: {error}", file.display()), span))?;
        Ok(Input { library, text, span, literal, file: Some(file) })
    }

    /// An expression of the text. One that names a file, so that its edits cause a rebuild.
    pub fn value(&self) -> TokenStream {
        match &self.file {
            None => TokenTree::from(self.literal.clone()).into(),
            Some(file) => {
                format!("include_str!({:?})", file.display().to_string()).parse().unwrap_or_default()
            }
        }
    }

    /// A fault with the name of its file.
    pub fn located(&self, error: &LangError) -> String {
        match &self.file {
            None => error.to_string(),
            Some(file) => format!("in `{}`:\n{error}", file.display()),
        }
    }
}

fn arguments(input: TokenStream) -> Result<(TokenStream, Literal), Fault> {
    let mut tokens = input.into_iter();
    let library = match tokens.next() {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => return Err(("call this through `pontine-mechanism`".into(), Span::call_site())),
    };
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Literal(literal)), None) => Ok((library, literal)),
        (Some(TokenTree::Group(group)), None) => arguments_of_group(library, group.stream()),
        (first, second) => {
            let span = second.or(first).map_or(Span::call_site(), |token| token.span());
            Err(("expected one string literal".into(), span))
        }
    }
}

/// A literal that came through another macro stands in an invisible group.
fn arguments_of_group(library: TokenStream, inner: TokenStream) -> Result<(TokenStream, Literal), Fault> {
    match inner.into_iter().next() {
        Some(TokenTree::Literal(literal)) => Ok((library, literal)),
        _ => Err(("expected one string literal".into(), Span::call_site())),
    }
}

/// Relative to the file of the call, or to the manifest where that file is not known.
fn resolved(path: &str, span: Span) -> PathBuf {
    let beside = span.local_file().and_then(|file| file.parent().map(|folder| folder.join(path)));
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let found = beside.unwrap_or_else(|| Path::new(&manifest).join(path));
    found.canonicalize().unwrap_or(found)
}

/// The value of a string literal.
fn unquoted(literal: &str) -> Option<String> {
    if let Some(raw) = literal.strip_prefix('r') {
        let inner = raw.trim_matches('#');
        return inner.strip_prefix('"')?.strip_suffix('"').map(str::to_string);
    }
    unescaped(literal.strip_prefix('"')?.strip_suffix('"')?)
}

fn unescaped(inner: &str) -> Option<String> {
    let mut value = String::new();
    let mut rest = inner.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        match rest.next()? {
            'n' => value.push('\n'),
            't' => value.push('\t'),
            'r' => value.push('\r'),
            c @ ('\\' | '"' | '\'') => value.push(c),
            '\n' => while rest.next_if(|c| c.is_whitespace()).is_some() {},
            _ => return None,
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn literals_have_the_value_that_rust_gives_them() {
        let cases = [
            (r#""a\n\"b\"""#, Some("a\n\"b\"")),
            ("\"a \\\n     b\"", Some("a b")),
            (r###"r#"a\n"#"###, Some("a\\n")),
            ("r\"é\"", Some("é")),
            ("12", None),
            ("b\"x\"", None),
        ];
        for (literal, expected) in cases {
            assert_eq!(unquoted(literal).as_deref(), expected, "{literal}");
        }
    }
}
