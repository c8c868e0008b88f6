//! Tokens to trees, by recursive descent with a bound on depth.

mod expression;
mod item;
mod statement;

use crate::error::{At, Cause, LangError, Located};
use crate::expr::Expr;
use crate::synapse::SynapseTree;
use crate::token::{Comment, Kind, Token, tokens};
use crate::tree::MechanismTree;

/// Reads one expression.
///
/// # Errors
/// If the text is not one whole expression.
///
/// # Examples
/// ```
/// use pontine_mechanism_lang::parse_expression;
///
/// let expr = parse_expression("sum[source](k_in * rate) * 0.5 nA")?;
/// assert_eq!(expr.to_string(), "sum[source](k_in * rate) * 0.5 nA");
/// # Ok::<(), pontine_mechanism_lang::LangError>(())
/// ```
pub fn parse_expression(text: &str) -> Result<Expr, LangError> {
    whole(text, |parser| parser.expression())
}

/// Reads all mechanisms of a text.
///
/// # Errors
/// At the first place where the text is not in the language.
pub fn parse_trees(text: &str) -> Result<Vec<MechanismTree>, LangError> {
    whole(text, |parser| parser.mechanisms())
}

/// Reads a text of one synapse.
pub(crate) fn parse_synapse(text: &str) -> Result<SynapseTree, LangError> {
    whole(text, |parser| parser.synapse())
}

/// Reads expressions separated by commas.
pub(crate) fn parse_list(text: &str) -> Result<Vec<Expr>, LangError> {
    whole(text, |parser| parser.comma_separated(Parser::expression))
}

fn whole<T>(
    text: &str,
    read: impl FnOnce(&mut Parser<'_>) -> Result<T, Located>,
) -> Result<T, LangError> {
    let run = || {
        let mut parser = Parser::new(text)?;
        let value = read(&mut parser)?;
        parser.end()?;
        Ok(value)
    };
    run().map_err(|located| LangError::new(text, vec![located]))
}

/// Depth of nesting beyond which a text is refused, so that no input exhausts the stack.
pub(crate) const DEPTH_LIMIT: usize = 200;

/// A cursor over tokens.
pub(crate) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    comments: Vec<Comment>,
    position: usize,
    /// How many constructs enclose the cursor.
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Parser<'a>, Located> {
        let (tokens, comments) = tokens(text)?;
        Ok(Parser { text, tokens, comments, position: 0, depth: 0 })
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.position]
    }

    fn ahead(&self, distance: usize) -> &Token {
        &self.tokens[(self.position + distance).min(self.tokens.len() - 1)]
    }

    fn at(&self) -> At {
        self.peek().at
    }

    fn advance(&mut self) {
        self.position = (self.position + 1).min(self.tokens.len() - 1);
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek().kind, Kind::Sign(found) if found == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.peek().kind, Kind::Word(found) if found == word)
    }

    fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.advance();
        }
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect_sign(&mut self, sign: &str) -> Result<(), Located> {
        if self.eat_sign(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn expect_word(&mut self, word: &str) -> Result<(), Located> {
        if self.eat_word(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    /// A name of one piece.
    fn name(&mut self, what: &str) -> Result<String, Located> {
        match &self.peek().kind {
            Kind::Word(word) if !word.contains('.') && !is_keyword(word) => {
                let name = word.clone();
                self.advance();
                Ok(name)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// A name, possibly dotted.
    fn dotted(&mut self, what: &str) -> Result<String, Located> {
        match &self.peek().kind {
            Kind::Word(word) if !is_keyword(word) => {
                let name = word.clone();
                self.advance();
                Ok(name)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn comma_separated<T>(
        &mut self,
        item: impl Fn(&mut Self) -> Result<T, Located>,
    ) -> Result<Vec<T>, Located> {
        let mut items = vec![item(self)?];
        while self.eat_sign(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn end(&self) -> Result<(), Located> {
        match self.peek().kind {
            Kind::End => Ok(()),
            _ => Err(self.unexpected("the end")),
        }
    }

    fn unexpected(&self, expected: &str) -> Located {
        let token = self.peek();
        let found = match token.kind {
            Kind::End => "the end of the text".into(),
            _ => format!("`{}`", &self.text[token.start..token.end]),
        };
        token.at.fault(Cause::Unexpected { found, expected: expected.into() })
    }

    /// Runs `read` one level deeper.
    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Located>,
    ) -> Result<T, Located> {
        if self.depth >= DEPTH_LIMIT {
            return Err(self.at().fault(Cause::TooDeep { limit: DEPTH_LIMIT }));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}

const KEYWORDS: [&str; 26] = [
    "mechanism",
    "units",
    "parameter",
    "input",
    "receptor",
    "state",
    "output",
    "let",
    "step",
    "spike",
    "when",
    "solve",
    "if",
    "else",
    "emit",
    "on_spike",
    "refractory",
    "clamps",
    "events",
    "dense",
    "amplitude",
    "for",
    "while",
    "on_pre",
    "on_post",
    "deliver",
];

/// Words that begin or join items; those behind are free as names.
fn is_keyword(word: &str) -> bool {
    KEYWORDS[..18].contains(&word)
}

/// Words that may follow an expression.
fn may_follow(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

#[cfg(test)]
mod tests;
