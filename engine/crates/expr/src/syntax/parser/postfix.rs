//! What follows a value: members, indices, slices, method calls.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::error::{ErrorClass, ExprError, Span};
use crate::syntax::ast::{Access, Ast, Node, Step};
use crate::syntax::escape::is_identifier_start;
use crate::syntax::operator::LOOSEST;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// All members after `base`. Those after parentheses go on with the chain inside them, as in expr-lang.
    pub(super) fn members(&mut self, base: Ast) -> Parsed<Ast> {
        let Ast { node, mut span } = base;
        let (base, mut steps) = match node {
            Node::Postfix { base, steps } => (base, steps),
            node => (Box::new(Ast { node, span }), Vec::new()),
        };
        while let Some(step) = self.step()? {
            span = span.cover(step.span);
            // Counted like any other node.
            self.ast(Node::Nil, step.span)?;
            steps.push(step);
        }
        if steps.is_empty() { Ok(*base) } else { self.ast(Node::Postfix { base, steps }, span) }
    }

    fn step(&mut self) -> Parsed<Option<Step>> {
        let start = self.current().span;
        let optional = self.current().is_operator("?.");
        if self.current().is_bracket("[") {
            return self.index(start, false).map(Some);
        }
        if !optional && !self.current().is_operator(".") {
            return Ok(None);
        }
        self.advance();
        if optional && self.current().is_bracket("[") {
            return self.index(start, true).map(Some);
        }
        self.field(optional).map(Some)
    }

    /// A name after a dot; the words that are operators elsewhere are names here.
    fn field(&mut self, optional: bool) -> Parsed<Step> {
        let token = self.current();
        let span = token.span;
        let is_word = token.kind == TokenKind::Operator && token.text.starts_with(is_identifier_start);
        if token.kind != TokenKind::Identifier && !is_word {
            let message = format!("expected a name after the dot, found {}", token.describe());
            let error = ExprError::new(ErrorClass::Parse, span, message);
            return Err(error.with_hint("names with other characters go in brackets: outputs[\"step-1\"]"));
        }
        let name: Arc<str> = token.text.clone().into();
        self.advance();
        if !self.current().is_bracket("(") {
            return Ok(Step { access: Access::Field(name), optional, span });
        }
        let (args, end) = self.arguments(None)?;
        Ok(Step { access: Access::Method(name, args), optional, span: span.cover(end) })
    }

    /// `[index]`, `[from:to]` and the slices that leave out one or both.
    fn index(&mut self, start: Span, optional: bool) -> Parsed<Step> {
        self.advance();
        let from = if self.current().is_operator(":") { None } else { Some(self.expression(LOOSEST)?) };
        let is_slice = self.eat_operator(":");
        let access = if is_slice {
            let to = if self.current().is_bracket("]") { None } else { Some(self.expression(LOOSEST)?) };
            Access::Slice(from, to)
        } else {
            Access::Index(from.ok_or_else(|| self.unexpected())?)
        };
        let span = start.cover(self.current().span);
        self.expect(TokenKind::Bracket, "]")?;
        // A question mark before a slice is read and means nothing, as in expr-lang.
        Ok(Step { access, optional: optional && !is_slice, span })
    }
}
