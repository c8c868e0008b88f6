//! What the macros are called with: `{crate} "text or path", solver, …`.

use std::path::{Path, PathBuf};

use pontine_mechanism_lang::{LangError, Solver, UnknownSolver};
use proc_macro::{Literal, Span, TokenStream, TokenTree};

/// A text and where it comes from.
pub(crate) struct Input {
    /// The path of the run-time crate.
    pub library: TokenStream,
    pub text: String,
    /// Solvers besides that of the text.
    pub solvers: Vec<Solver>,
    /// Where a fault is reported.
    pub span: Span,
    literal: Literal,
    file: Option<PathBuf>,
}

type Fault = (String, Span);

impl Input {
    /// The literal is the text.
    pub fn of_text(input: TokenStream) -> Result<Input, Fault> {
        let Arguments { library, literal, solvers } = Arguments::of(input)?;
        let span = literal.span();
        let text = unquoted(&literal.to_string())
            .ok_or_else(|| ("expected a string literal, best a raw one: r\"…\"".into(), span))?;
        Ok(Input { library, text, solvers, span, literal, file: None })
    }

    /// The literal is a path.
    pub fn of_file(input: TokenStream) -> Result<Input, Fault> {
        let Arguments { library, literal, solvers } = Arguments::of(input)?;
        let span = literal.span();
        let path = unquoted(&literal.to_string())
            .ok_or_else(|| ("expected the path of a file as a string literal".into(), span))?;
        let file = resolved(&path, span);
        let text = std::fs::read_to_string(&file)
            .map_err(|error| (format!("cannot read `{}`: {error}", file.display()), span))?;
        Ok(Input { library, text, solvers, span, literal, file: Some(file) })
    }

    /// An expression of the text. One that names a file, so that its edits cause a rebuild.
    pub fn value(&self) -> TokenStream {
        match &self.file {
            None => TokenTree::from(self.literal.clone()).into(),
            Some(file) => format!("include_str!({:?})", file.display().to_string())
                .parse()
                .unwrap_or_default(),
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

struct Arguments {
    library: TokenStream,
    literal: Literal,
    solvers: Vec<Solver>,
}

impl Arguments {
    fn of(input: TokenStream) -> Result<Arguments, Fault> {
        let mut tokens = input.into_iter();
        let library = match tokens.next() {
            Some(TokenTree::Group(group)) => group.stream(),
            _ => return Err(("call this through `pontine-mechanism`".into(), Span::call_site())),
        };
        let literal = literal(tokens.next())?;
        let mut solvers = Vec::new();
        while let Some(comma) = tokens.next() {
            match (comma.to_string().as_str(), tokens.next()) {
                (",", Some(word)) => solvers.push(solver(&word)?),
                (",", None) => {}
                _ => return Err(("expected `,` and the name of a solver".into(), comma.span())),
            }
        }
        Ok(Arguments { library, literal, solvers })
    }
}

/// A literal; one that came through another macro stands in an invisible group.
fn literal(token: Option<TokenTree>) -> Result<Literal, Fault> {
    match token {
        Some(TokenTree::Literal(literal)) => Ok(literal),
        Some(TokenTree::Group(group)) => literal(group.stream().into_iter().next()),
        other => {
            let span = other.map_or(Span::call_site(), |token| token.span());
            Err(("expected a string literal".into(), span))
        }
    }
}

fn solver(word: &TokenTree) -> Result<Solver, Fault> {
    let found = word.to_string().parse();
    found.map_err(|error: UnknownSolver| (error.to_string(), word.span()))
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
