//! Literals and names.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::error::{ErrorClass, ExprError, Span};
use crate::syntax::ast::{Ast, Node};
use crate::syntax::operator::LOOSEST;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// An operand without prefix operators.
    pub(super) fn primary(&mut self) -> Parsed<Ast> {
        let token = self.current();
        let (span, text) = (token.span, token.text.clone());
        let ast = match token.kind {
            TokenKind::Identifier => match &*text {
                // These have no members, so that `nil.x` is an error already here.
                "true" | "false" => return self.keyword(Node::Bool(text == "true"), span),
                "nil" => return self.keyword(Node::Nil, span),
                _ => {
                    self.advance();
                    if self.current().is_bracket("(") {
                        self.call(text.into_owned(), span, None)?
                    } else {
                        self.ast(Node::Identifier(text.into()), span)?
                    }
                }
            },
            TokenKind::Number => {
                let node = number(&text, span)?;
                return self.keyword(node, span);
            }
            TokenKind::String => self.keyword(Node::Str(text.into()), span)?,
            TokenKind::Bytes => {
                let bytes = token.bytes.clone();
                self.keyword(Node::Bytes(bytes), span)?
            }
            TokenKind::Bracket if text == "[" => self.list()?,
            TokenKind::Bracket if text == "{" => self.map()?,
            _ => return Err(self.unexpected()),
        };
        self.members(ast)
    }

    fn keyword(&mut self, node: Node, span: Span) -> Parsed<Ast> {
        self.advance();
        self.ast(node, span)
    }

    /// `[a, b]`; a comma may follow the last element.
    fn list(&mut self) -> Parsed<Ast> {
        let start = self.current().span;
        self.advance();
        let mut items = Vec::new();
        while !self.current().is_bracket("]") {
            if !items.is_empty() {
                self.expect(TokenKind::Operator, ",")?;
                if self.current().is_bracket("]") {
                    break;
                }
            }
            items.push(self.expression(LOOSEST)?);
        }
        let span = start.cover(self.current().span);
        self.expect(TokenKind::Bracket, "]")?;
        self.ast(Node::List(items), span)
    }

    /// `{a: 1, "b": 2, (c): 3}`; a comma may follow the last entry.
    fn map(&mut self) -> Parsed<Ast> {
        let start = self.current().span;
        self.advance();
        let mut entries = Vec::new();
        while !self.current().is_bracket("}") {
            if !entries.is_empty() {
                self.expect(TokenKind::Operator, ",")?;
                if self.current().is_bracket("}") {
                    break;
                }
            }
            let key = self.map_key()?;
            self.expect(TokenKind::Operator, ":")?;
            entries.push((key, self.expression(LOOSEST)?));
        }
        let span = start.cover(self.current().span);
        self.expect(TokenKind::Bracket, "}")?;
        self.ast(Node::Map(entries), span)
    }

    fn map_key(&mut self) -> Parsed<Ast> {
        let token = self.current();
        let span = token.span;
        match token.kind {
            TokenKind::Number | TokenKind::String | TokenKind::Identifier => {
                let key: Arc<str> = token.text.clone().into();
                self.keyword(Node::Str(key), span)
            }
            TokenKind::Bracket if token.text == "(" => self.expression(LOOSEST),
            _ => {
                let message = format!(
                    "a key must be a name, a string, a number, or an expression in parentheses; found {}",
                    token.describe()
                );
                Err(ExprError::new(ErrorClass::Parse, span, message))
            }
        }
    }
}

/// A number by its spelling: with a point or exponent a float, else an integer in base 2, 8, 10 or 16.
fn number(text: &str, span: Span) -> Parsed<Node> {
    let digits = text.replace('_', "").to_ascii_lowercase();
    let integer = |digits: &str, radix: u32| i64::from_str_radix(digits, radix).ok().map(Node::Int);
    let parsed = match digits.get(..2) {
        Some("0x") => integer(&digits[2..], 16),
        _ if digits.contains(['.', 'e']) => crate::go::float::parse(&digits).map(Node::Float),
        Some("0b") => integer(&digits[2..], 2),
        Some("0o") => integer(&digits[2..], 8),
        _ => integer(&digits, 10),
    };
    parsed.ok_or_else(|| {
        let error =
            ExprError::new(ErrorClass::Parse, span, format!("`{}` is no number", crate::suggest::clip(text)));
        error.with_hint("integers must fit in 64 bits; write a point or an exponent for a float")
    })
}
