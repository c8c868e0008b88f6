//! Text to tokens. Comments are kept aside: those above a declaration document it.

use crate::error::{At, Cause, Located};

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub kind: Kind,
    pub at: At,
    /// Byte range in the text.
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A name, dotted ones in one piece.
    Word(String),
    Number(f64),
    Sign(&'static str),
    End,
}

/// A `//` comment.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub line: u32,
    pub text: String,
    /// Nothing stands before it on its line.
    pub alone: bool,
}

/// All tokens of a text, closed by [`Kind::End`], and its comments.
pub(crate) fn tokens(text: &str) -> Result<(Vec<Token>, Vec<Comment>), Located> {
    let mut lexer = Lexer::new(text);
    while lexer.next()? {}
    Ok((lexer.tokens, lexer.comments))
}

/// Longest first.
const SIGNS: [&str; 30] = [
    "..", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "+", "-", "*", "/", "=", "<",
    ">", "!", "?", ":", ",", ";", "(", ")", "[", "]", "{", "}", "^",
];

struct Lexer<'a> {
    text: &'a str,
    position: usize,
    line: u32,
    column: u32,
    tokens: Vec<Token>,
    comments: Vec<Comment>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Lexer<'a> {
        let (tokens, comments) = (Vec::new(), Vec::new());
        Lexer { text, position: 0, line: 1, column: 1, tokens, comments }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn at(&self) -> At {
        At { line: self.line, column: self.column }
    }

    fn advance(&mut self, length: usize) {
        self.column += self.rest()[..length].chars().count() as u32;
        self.position += length;
    }

    /// Reads one token, comment or blank; false at the end.
    fn next(&mut self) -> Result<bool, Located> {
        let Some(first) = self.rest().chars().next() else {
            self.push(Kind::End, 0);
            return Ok(false);
        };
        match first {
            '\n' => self.newline(),
            c if c.is_whitespace() => self.advance(c.len_utf8()),
            '/' if self.rest().starts_with("//") => self.comment(),
            c if c.is_ascii_alphabetic() || c == '_' => self.word(),
            c if c.is_ascii_digit() => self.number()?,
            '.' if !self.rest().starts_with("..") => self.number()?,
            other => self.sign(other)?,
        }
        Ok(true)
    }

    fn newline(&mut self) {
        self.position += 1;
        self.line += 1;
        self.column = 1;
    }

    fn comment(&mut self) {
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        let body = self.rest()[2..length].trim_end();
        let text = body.strip_prefix(' ').unwrap_or(body).to_string();
        let alone = self.tokens.last().is_none_or(|token| token.at.line < self.line);
        self.comments.push(Comment { line: self.line, text, alone });
        self.advance(length);
    }

    fn word(&mut self) {
        let bytes = self.rest().as_bytes();
        let mut length = name_length(bytes);
        while bytes.get(length) == Some(&b'.') && starts_name(bytes.get(length + 1)) {
            length += 1 + name_length(&bytes[length + 1..]);
        }
        let word = self.rest()[..length].to_string();
        self.push(Kind::Word(word), length);
    }

    fn number(&mut self) -> Result<(), Located> {
        let length = number_length(self.rest().as_bytes());
        let text = &self.rest()[..length.max(1)];
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        let cause = || self.at().fault(Cause::Number { text: text.into() });
        let value = value.ok_or_else(cause)?;
        self.push(Kind::Number(value), length);
        Ok(())
    }

    fn sign(&mut self, first: char) -> Result<(), Located> {
        let sign = SIGNS.into_iter().find(|sign| self.rest().starts_with(sign));
        let cause = || self.at().fault(Cause::Character { found: first });
        let sign = sign.ok_or_else(cause)?;
        self.push(Kind::Sign(sign), sign.len());
        Ok(())
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let (at, start) = (self.at(), self.position);
        self.advance(length);
        self.tokens.push(Token { kind, at, start, end: self.position });
    }
}

fn starts_name(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
}

fn name_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn number_length(bytes: &[u8]) -> usize {
    let mut length = digits(bytes);
    // Two dots are a range.
    if bytes.get(length) == Some(&b'.') && bytes.get(length + 1) != Some(&b'.') {
        length += 1 + digits(&bytes[length + 1..]);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(&bytes[length + 1 + signed..]);
        if exponent > 0 {
            length += 1 + signed + exponent;
        }
    }
    length
}
