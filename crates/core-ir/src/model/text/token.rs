//! Words of one line of a model's text.

use std::collections::BTreeMap;

use crate::spec::{Param, Spec};

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Number(f64),
    Symbol(&'static str),
}

/// The words of a line, and a place among them.
pub(super) struct Line {
    tokens: Vec<Token>,
    at: usize,
}

const SYMBOLS: [&str; 11] = ["->", "[", "]", "(", ")", "=", ",", ";", "*", "%", "\u{0}"];

/// How deep specifications and lists may nest.
const DEPTH: usize = 16;

impl Line {
    pub fn new(text: &str) -> Result<Self, String> {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let (token, length) = if first == '"' {
                quoted(rest)?
            } else if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
                (Token::Symbol(symbol), symbol.len())
            } else {
                let stops = |c: char| c.is_whitespace() || "[]()=,;*%\"".contains(c);
                let word = &rest[..rest.find(stops).unwrap_or(rest.len())];
                (number_or_word(word), word.len())
            };
            tokens.push(token);
            rest = rest[length..].trim_start();
        }
        Ok(Self { tokens, at: 0 })
    }

    pub fn is_done(&self) -> bool {
        self.at == self.tokens.len()
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn unexpected(&self, expected: &str) -> String {
        match self.tokens.get(self.at) {
            None => format!("the line ends where {expected} should stand"),
            Some(token) => format!("{token:?} stands where {expected} should"),
        }
    }

    pub fn accept(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(s)) if *s == symbol);
        self.at += usize::from(found);
        found
    }

    pub fn accept_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(w)) if w == word);
        self.at += usize::from(found);
        found
    }

    pub fn expect(&mut self, symbol: &str) -> Result<(), String> {
        if self.accept(symbol) { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    pub fn word(&mut self) -> Result<String, String> {
        match self.peek() {
            Some(Token::Word(word)) => {
                let word = word.clone();
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.unexpected("a word")),
        }
    }

    pub fn text(&mut self) -> Result<String, String> {
        match self.peek() {
            Some(Token::Text(text)) => {
                let text = text.clone();
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.unexpected("a quoted text")),
        }
    }

    pub fn number(&mut self) -> Result<f64, String> {
        match self.peek() {
            Some(Token::Number(value)) => {
                let value = *value;
                self.at += 1;
                Ok(value)
            }
            _ => Err(self.unexpected("a number")),
        }
    }

    /// A whole number below 2^53.
    pub fn count(&mut self) -> Result<u64, String> {
        let value = self.number()?;
        if value >= 0.0 && value.fract() == 0.0 && value < 2f64.powi(53) {
            Ok(value as u64)
        } else {
            Err(format!("{value} is not a whole number"))
        }
    }

    /// `name=`
    pub fn key(&mut self, name: &str) -> Result<(), String> {
        if self.accept_word(name) {
            self.expect("=")
        } else {
            Err(self.unexpected(&format!("`{name}=`")))
        }
    }

    /// Whether `[` comes next.
    pub fn at_list(&self) -> bool {
        matches!(self.peek(), Some(Token::Symbol("[")))
    }

    /// Whether a word comes next.
    pub fn at_word(&self) -> bool {
        matches!(self.peek(), Some(Token::Word(_)))
    }

    /// Whether a quoted text comes next.
    pub fn at_text(&self) -> bool {
        matches!(self.peek(), Some(Token::Text(_)))
    }

    /// `[item, item, …]`
    pub fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        self.expect("[")?;
        let mut items = Vec::new();
        while !self.accept("]") {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub fn spec(&mut self) -> Result<Spec, String> {
        self.nested_spec(DEPTH)
    }

    fn nested_spec(&mut self, depth: usize) -> Result<Spec, String> {
        let kind = self.word()?;
        let mut params = BTreeMap::new();
        if self.accept("(") {
            while !self.accept(")") {
                if !params.is_empty() {
                    self.expect(",")?;
                }
                let name = self.word()?;
                self.expect("=")?;
                params.insert(name, self.param(depth)?);
            }
        }
        Ok(Spec { kind, params })
    }

    fn param(&mut self, depth: usize) -> Result<Param, String> {
        let depth = depth.checked_sub(1).ok_or("a specification is nested too deeply")?;
        match self.peek() {
            Some(Token::Number(_)) => Ok(Param::Number(self.number()?)),
            Some(Token::Text(_)) => Ok(Param::Text(self.text()?)),
            Some(Token::Symbol("[")) => Ok(Param::Array(self.list(Self::number)?.into())),
            Some(Token::Word(word)) if word == "true" || word == "false" => {
                Ok(Param::Bool(self.next() == Some(Token::Word("true".into()))))
            }
            _ => Ok(Param::Spec(Box::new(self.nested_spec(depth)?))),
        }
    }
}

fn number_or_word(word: &str) -> Token {
    // Rust prints infinities and NaN as these words, and names never begin with a digit or a sign.
    let numeric = word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+');
    match word.parse() {
        Ok(value) if numeric || matches!(word, "inf" | "NaN") => Token::Number(value),
        _ => Token::Word(word.to_owned()),
    }
}

/// A text as Rust's `{:?}` prints it, and its length with quotes.
fn quoted(rest: &str) -> Result<(Token, usize), String> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Ok((Token::Text(text), i + 1)),
            '\\' => text.push(escaped(&mut chars)?),
            c => text.push(c),
        }
    }
    Err("a quoted text does not end".into())
}

fn escaped(chars: &mut impl Iterator<Item = (usize, char)>) -> Result<char, String> {
    let unknown = || "an escape in a quoted text is unknown".to_owned();
    Ok(match chars.next().ok_or_else(unknown)?.1 {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        c @ ('\\' | '"' | '\'') => c,
        'u' => {
            let digits: String = chars.map(|(_, c)| c).skip(1).take_while(|c| *c != '}').collect();
            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).ok_or_else(unknown)?
        }
        _ => return Err(unknown()),
    })
}
