//! From tokens to a syntax tree, by precedence climbing. Recursion is bounded by [`MAX_DEPTH`], the size of
//! the tree by [`MAX_NODES`].

mod call;
mod literal;
mod postfix;

use super::ast::{Ast, Binary, Comparison, Link, Node};
use super::lexer;
use super::operator::{Binding, Infix, LOOSEST, NEGATABLE, infix, is_negatable, prefix};
use super::token::{Token, TokenKind};
use crate::budget::{MAX_DEPTH, MAX_EXPRESSION_BYTES, MAX_NODES};
use crate::error::{ErrorClass, ExprError, Span};

type Parsed<T> = Result<T, ExprError>;

/// Parses a whole expression.
///
/// # Errors
/// A parse error at the token that does not fit, or a budget error if the expression is too long, large or
/// deep.
pub(crate) fn parse(text: &str) -> Parsed<Ast> {
    if text.len() > MAX_EXPRESSION_BYTES {
        let message = format!("the expression has more than {MAX_EXPRESSION_BYTES} bytes");
        return Err(ExprError::new(ErrorClass::Budget, Span::new(0, 0), message));
    }
    let mut parser = Parser { tokens: lexer::tokens(text)?, at: 0, depth: 0, nodes: 0, pipes: 0, loops: 0 };
    let ast = parser.sequence()?;
    if parser.current().kind == TokenKind::End { Ok(ast) } else { Err(parser.unexpected()) }
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    nodes: usize,
    /// How many pipes there were; each makes the tree one level higher without recursion.
    pipes: usize,
    /// How many loops the current token is in the bodies of.
    loops: usize,
}

impl<'a> Parser<'a> {
    fn current(&self) -> &Token<'a> {
        &self.tokens[self.at]
    }

    fn following(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at + 1)
    }

    /// Moves on; the last token stays.
    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    fn eat(&mut self, kind: TokenKind, text: &str) -> bool {
        let eaten = self.current().is(kind, text);
        if eaten {
            self.advance();
        }
        eaten
    }

    fn eat_operator(&mut self, text: &str) -> bool {
        self.eat(TokenKind::Operator, text)
    }

    fn expect(&mut self, kind: TokenKind, text: &str) -> Parsed<()> {
        if self.eat(kind, text) {
            return Ok(());
        }
        let message = format!("expected `{text}`, found {}", self.current().describe());
        Err(self.with_hint(ExprError::new(ErrorClass::Parse, self.current().span, message)))
    }

    fn expect_identifier(&mut self) -> Parsed<(String, Span)> {
        let token = self.current();
        if token.kind != TokenKind::Identifier {
            let message = format!("expected a name, found {}", token.describe());
            return Err(ExprError::new(ErrorClass::Parse, token.span, message));
        }
        let found = (token.text.clone().into_owned(), token.span);
        self.advance();
        Ok(found)
    }

    fn unexpected(&self) -> ExprError {
        let token = self.current();
        let error =
            ExprError::new(ErrorClass::Parse, token.span, format!("{} cannot stand here", token.describe()));
        self.with_hint(error)
    }

    fn with_hint(&self, error: ExprError) -> ExprError {
        let token = self.current();
        match (token.kind, &*token.text) {
            (TokenKind::Operator, "=") => error.with_hint("`==` compares; `=` is only for `let`"),
            (TokenKind::Operator, "&") => error.with_hint("`&&` is the logical and; bitand() works on bits"),
            (TokenKind::Operator, "=>" | ">") => {
                error.with_hint("write the body of a function as `{ # + 1 }`")
            }
            (TokenKind::Operator, "#") => {
                error.with_hint("`#` is the element of filter(), map() and the like")
            }
            _ => error,
        }
    }

    /// Makes a node; every node is counted here.
    fn ast(&mut self, node: Node, span: Span) -> Parsed<Ast> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("the expression has more than {MAX_NODES} parts");
            return Err(ExprError::new(ErrorClass::Budget, span, message));
        }
        Ok(Ast { node, span })
    }

    fn too_deep(&self) -> ExprError {
        let message = format!("the expression nests deeper than {MAX_DEPTH} levels");
        ExprError::new(ErrorClass::Budget, self.current().span, message)
    }

    /// Expressions separated by semicolons. One may stand at the very end.
    fn sequence(&mut self) -> Parsed<Ast> {
        let first = self.expression(LOOSEST)?;
        let start = first.span;
        let mut all = vec![first];
        while self.eat_operator(";") && self.current().kind != TokenKind::End {
            all.push(self.expression(LOOSEST)?);
        }
        match all.pop() {
            Some(last) if all.is_empty() => Ok(last),
            Some(last) => {
                let span = start.cover(last.span);
                all.push(last);
                self.ast(Node::Sequence(all), span)
            }
            None => Err(self.unexpected()),
        }
    }

    /// An expression whose operators all bind at least as tight as `precedence`.
    fn expression(&mut self, precedence: u16) -> Parsed<Ast> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let ast = match &*self.current().text {
            "let" if precedence == LOOSEST && self.current().kind == TokenKind::Operator => {
                self.declaration()
            }
            "if" if precedence == LOOSEST && self.current().kind == TokenKind::Operator => self.if_else(),
            _ => self.chain(precedence),
        }?;
        self.depth -= 1;
        Ok(ast)
    }

    /// An operand and the operators after it.
    fn chain(&mut self, precedence: u16) -> Parsed<Ast> {
        let mut left = self.operand()?;
        let mut after_coalesce = false;
        while let Some((binding, negated)) = self.next_operator(precedence)? {
            if binding.infix == Infix::Pipe {
                left = self.pipe(left)?;
                after_coalesce = false;
                continue;
            }
            let is_coalesce = binding.infix == Infix::Binary(Binary::Coalesce);
            if after_coalesce && !is_coalesce {
                let message = format!("`??` and {} need parentheses between them", self.current().describe());
                let error = ExprError::new(ErrorClass::Parse, self.current().span, message);
                return Err(error.with_hint("write (a ?? b) before the other operator"));
            }
            after_coalesce = is_coalesce;
            let link = self.link(binding, negated)?;
            left = self.append(left, link)?;
        }
        if precedence == LOOSEST { self.conditional(left) } else { Ok(left) }
    }

    /// The operator at the current token, if it binds tight enough; true if `not` stood before it. The
    /// current token is then the operator itself.
    fn next_operator(&mut self, precedence: u16) -> Parsed<Option<(Binding, bool)>> {
        if self.current().kind != TokenKind::Operator {
            return Ok(None);
        }
        let negated = self.current().text == "not";
        if negated {
            let suffix = self.following().filter(|token| token.kind == TokenKind::Operator);
            if !suffix.is_some_and(|token| is_negatable(&token.text)) {
                self.advance();
                return Err(self.unexpected());
            }
            if NEGATABLE < precedence {
                return Ok(None);
            }
            self.advance();
        }
        let binding = infix(&self.current().text).filter(|binding| binding.precedence >= precedence);
        Ok(binding.map(|binding| (binding, negated)))
    }

    /// An operator that is no pipe, with its right operand.
    fn link(&mut self, binding: Binding, negated: bool) -> Parsed<Link> {
        let span = self.current().span;
        self.advance();
        match binding.infix {
            Infix::Compare(comparison) => self.comparisons(comparison, span, binding.precedence),
            Infix::Binary(operator) => {
                let tighter = binding.precedence + u16::from(!binding.right_associative);
                Ok(Link::Binary { operator, negated, span, right: self.expression(tighter)? })
            }
            Infix::Pipe => Err(self.unexpected()),
        }
    }

    /// The operands of `< a <= b > c`, the first operator already read.
    fn comparisons(&mut self, mut comparison: Comparison, mut span: Span, precedence: u16) -> Parsed<Link> {
        let mut all = Vec::new();
        loop {
            all.push((comparison, span, self.expression(precedence + 1)?));
            let token = self.current();
            match infix(&token.text).map(|binding| binding.infix) {
                Some(Infix::Compare(next)) if token.kind == TokenKind::Operator => {
                    (comparison, span) = (next, token.span);
                    self.advance();
                }
                _ => return Ok(Link::Compare(all)),
            }
        }
    }

    /// Adds a link to a chain, or makes one. Parentheses make no chain of their own.
    fn append(&mut self, left: Ast, link: Link) -> Parsed<Ast> {
        let end = match &link {
            Link::Binary { right, .. } => right.span,
            Link::Compare(all) => all.last().map_or(left.span, |(_, _, right)| right.span),
        };
        let span = left.span.cover(end);
        match left {
            Ast { node: Node::Chain { first, mut links }, .. } => {
                links.push(link);
                self.ast(Node::Chain { first, links }, span)
            }
            first => self.ast(Node::Chain { first: Box::new(first), links: vec![link] }, span),
        }
    }

    /// The `? :` after a condition, any number of times.
    fn conditional(&mut self, mut condition: Ast) -> Parsed<Ast> {
        while self.eat_operator("?") {
            let then = if self.eat_operator(":") {
                None
            } else {
                let then = self.expression(LOOSEST)?;
                self.expect(TokenKind::Operator, ":")?;
                Some(Box::new(then))
            };
            let otherwise = Box::new(self.expression(LOOSEST)?);
            let span = condition.span.cover(otherwise.span);
            condition =
                self.ast(Node::Conditional { condition: Box::new(condition), then, otherwise }, span)?;
        }
        Ok(condition)
    }

    /// `if a { b } else { c }`; an `else if` needs no braces.
    fn if_else(&mut self) -> Parsed<Ast> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let start = self.current().span;
        self.advance();
        let condition = Box::new(self.expression(LOOSEST)?);
        let then = Some(Box::new(self.block()?));
        self.expect(TokenKind::Operator, "else")?;
        let is_else_if = self.current().is_operator("if");
        let otherwise = Box::new(if is_else_if { self.if_else()? } else { self.block()? });
        self.depth -= 1;
        let span = start.cover(otherwise.span);
        self.ast(Node::Conditional { condition, then, otherwise }, span)
    }

    fn block(&mut self) -> Parsed<Ast> {
        self.expect(TokenKind::Bracket, "{")?;
        let body = self.sequence()?;
        self.expect(TokenKind::Bracket, "}")?;
        Ok(body)
    }

    /// `let name = value; body`.
    fn declaration(&mut self) -> Parsed<Ast> {
        let start = self.current().span;
        self.advance();
        let (name, _) = self.expect_identifier()?;
        self.expect(TokenKind::Operator, "=")?;
        let value = Box::new(self.expression(LOOSEST)?);
        self.expect(TokenKind::Operator, ";")?;
        let body = Box::new(self.sequence()?);
        let span = start.cover(body.span);
        self.ast(Node::Let { name: name.into(), value, body }, span)
    }

    /// An operand with its prefix operators and its members.
    fn operand(&mut self) -> Parsed<Ast> {
        let start = self.current().span;
        if self.current().kind == TokenKind::Operator
            && let Some((operator, precedence)) = prefix(&self.current().text)
        {
            self.advance();
            let operand = Box::new(self.expression(precedence)?);
            let span = start.cover(operand.span);
            let unary = self.ast(Node::Unary(operator, operand), span)?;
            return self.members(unary);
        }
        if self.eat(TokenKind::Bracket, "(") {
            let mut inner = self.sequence()?;
            let end = self.current().span;
            self.expect(TokenKind::Bracket, ")")?;
            inner.span = start.cover(end);
            return self.members(parenthesised(inner));
        }
        if self.loops > 0 && (self.current().is_operator("#") || self.current().is_operator(".")) {
            let pointer = self.pointer()?;
            return self.members(pointer);
        }
        if self.eat_operator("::") {
            let (name, span) = self.expect_identifier()?;
            let call = self.call(name, span, None)?;
            return self.members(call);
        }
        self.primary()
    }

    /// `#` with the name after it. A leading dot is the element too, and stays for its member to be read.
    fn pointer(&mut self) -> Parsed<Ast> {
        let span = self.current().span;
        if !self.eat_operator("#") {
            return self.ast(Node::Pointer("".into()), Span::new(span.start, span.start));
        }
        if self.current().kind != TokenKind::Identifier {
            return self.ast(Node::Pointer("".into()), span);
        }
        let (name, end) = self.expect_identifier()?;
        self.ast(Node::Pointer(name.into()), span.cover(end))
    }
}

/// What stands in parentheses. A chain of operators must not grow by those that follow, since they bind
/// looser.
fn parenthesised(inner: Ast) -> Ast {
    match inner {
        Ast { node: Node::Chain { .. }, span } => Ast { node: Node::Sequence(vec![inner]), span },
        other => other,
    }
}
