//! Calls: of functions, of the functions that run an expression for each element, and through a pipe.

use super::{Parsed, Parser};
use crate::budget::MAX_DEPTH;
use crate::error::{ErrorClass, ExprError, Span};
use crate::syntax::ast::{Ast, Loop, Node};
use crate::syntax::operator::LOOSEST;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// `left | name(args)`; the current token is the pipe.
    pub(super) fn pipe(&mut self, left: Ast) -> Parsed<Ast> {
        self.pipes += 1;
        if self.pipes > MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.advance();
        let (name, span) = self.expect_identifier()?;
        self.call(name, span, Some(left))
    }

    /// A call of `name`, which stood at `span`; the current token should be the parenthesis. `piped` is the
    /// first argument if it came through a pipe.
    pub(super) fn call(&mut self, name: String, span: Span, piped: Option<Ast>) -> Parsed<Ast> {
        if let Some(kind) = Loop::named(&name) {
            return self.loop_call(kind, span, piped);
        }
        let (args, end) = self.arguments(piped)?;
        self.ast(Node::Call { name: name.into(), args }, span.cover(end))
    }

    /// Arguments in parentheses, and where they end; a comma may follow the last one.
    pub(super) fn arguments(&mut self, piped: Option<Ast>) -> Parsed<(Vec<Ast>, Span)> {
        let mut args: Vec<Ast> = piped.into_iter().collect();
        let before = args.len();
        self.expect(TokenKind::Bracket, "(")?;
        while !self.current().is_bracket(")") {
            if args.len() > before {
                self.expect(TokenKind::Operator, ",")?;
                if self.current().is_bracket(")") {
                    break;
                }
            }
            args.push(self.expression(LOOSEST)?);
        }
        let end = self.current().span;
        self.expect(TokenKind::Bracket, ")")?;
        Ok((args, end))
    }

    fn loop_call(&mut self, kind: Loop, span: Span, piped: Option<Ast>) -> Parsed<Ast> {
        self.expect(TokenKind::Bracket, "(")?;
        let mut needs_comma = false;
        let list = match piped {
            Some(list) => list,
            None => {
                self.refuse_missing(kind, "a list")?;
                needs_comma = true;
                self.expression(LOOSEST)?
            }
        };
        let mut body = None;
        if !(kind.body_is_optional() && self.current().is_bracket(")")) {
            self.refuse_missing(kind, "an expression for each element")?;
            if needs_comma {
                self.expect(TokenKind::Operator, ",")?;
            }
            body = Some(Box::new(self.body()?));
        }
        let mut extra = None;
        if kind.takes_extra() && !self.current().is_bracket(")") {
            self.expect(TokenKind::Operator, ",")?;
            extra = Some(Box::new(self.expression(LOOSEST)?));
        }
        self.eat_operator(",");
        let span = span.cover(self.current().span);
        self.expect(TokenKind::Bracket, ")")?;
        self.ast(Node::Loop { kind, list: Box::new(list), body, extra }, span)
    }

    fn refuse_missing(&self, kind: Loop, what: &str) -> Parsed<()> {
        if !self.current().is_bracket(")") {
            return Ok(());
        }
        let message = format!("{}() needs {what}", kind.name());
        Err(ExprError::new(ErrorClass::Parse, self.current().span, message))
    }

    /// The expression for each element, with or without braces.
    fn body(&mut self) -> Parsed<Ast> {
        self.loops += 1;
        let body = if self.current().is_bracket("{") {
            self.block()?
        } else {
            let body = self.expression(LOOSEST)?;
            if self.current().is_operator(";") {
                let error = ExprError::new(ErrorClass::Parse, self.current().span, "unexpected `;`");
                return Err(error.with_hint("put an expression with semicolons in braces { }"));
            }
            body
        };
        self.loops -= 1;
        Ok(body)
    }
}
