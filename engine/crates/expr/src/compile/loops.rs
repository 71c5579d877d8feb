//! The functions that run an expression for each element.

use super::types::Type;
use super::{Checked, Compiler, LoopScope, type_error};
use crate::error::Span;
use crate::program::{LoopNode, Node, Op};
use crate::syntax::ast::{Ast, Loop};

impl Compiler {
    pub(super) fn loop_node(
        &mut self,
        kind: Loop,
        list: &Ast,
        body: Option<&Ast>,
        extra: Option<&Ast>,
        span: Span,
    ) -> Checked<(Op, Type)> {
        let (list_node, list_type) = self.node(list)?;
        if !list_type.may_be_list() {
            let message = format!("{}() works on a list, not on {list_type}", kind.name());
            return Err(type_error(list.span, message));
        }
        let body_span = body.map_or(span, |body| body.span);
        let body = body.map(|body| self.body(kind, body, &list_type)).transpose()?;
        let extra = extra.map(|extra| self.extra(kind, extra)).transpose()?;
        let (body, body_type) = body.unzip();
        if let Some(body_type) = &body_type {
            check_body(kind, body_type, body_span)?;
        }
        if let (Loop::Sum, None, Op::List(_)) = (kind, &body, &list_node.op) {
            return Ok(sum_of_literal(list_node, &list_type));
        }
        let node = LoopNode { kind, list: list_node, body, extra, must_find: false };
        Ok((Op::Loop(Box::new(node)), result_type(kind, &list_type, body_type)))
    }

    fn body(&mut self, kind: Loop, body: &Ast, list_type: &Type) -> Checked<(Node, Type)> {
        self.loops.push(LoopScope { kind, element: list_type.element() });
        let compiled = self.node(body)?;
        self.loops.pop();
        Ok(compiled)
    }

    /// Checked outside the loop, as in expr-lang, though it is evaluated inside.
    fn extra(&mut self, kind: Loop, extra: &Ast) -> Checked<Node> {
        let (node, static_type) = self.node(extra)?;
        if kind == Loop::SortBy && !matches!(static_type, Type::Str | Type::Unknown) {
            let error = type_error(extra.span, format!("the order is a string, not {static_type}"));
            return Err(error.with_hint("write \"asc\" or \"desc\""));
        }
        Ok(node)
    }
}

fn check_body(kind: Loop, body: &Type, span: Span) -> Checked<()> {
    use Loop::{All, Any, Count, Filter, Find, FindIndex, FindLast, FindLastIndex, None, One};
    if *body == Type::Nil {
        return Err(type_error(span, format!("the body of {}() must be a value, not nil", kind.name())));
    }
    let is_predicate =
        matches!(kind, All | None | Any | One | Filter | Count | Find | FindIndex | FindLast | FindLastIndex);
    if is_predicate && !body.may_be_bool() {
        return Err(type_error(span, format!("the body of {}() must be a bool, not {body}", kind.name())));
    }
    Ok(())
}

fn result_type(kind: Loop, list: &Type, body: Option<Type>) -> Type {
    match kind {
        Loop::All | Loop::None | Loop::Any | Loop::One => Type::Bool,
        Loop::Filter => Type::list_of(list.element()),
        Loop::Map => Type::list_of(body.unwrap_or(Type::Unknown)),
        Loop::Count | Loop::FindIndex | Loop::FindLastIndex => Type::Int,
        Loop::Sum => body.unwrap_or_else(|| list.element()),
        Loop::Find | Loop::FindLast => list.element(),
        Loop::GroupBy => Type::Table { groups: true },
        Loop::SortBy => list.clone(),
        Loop::Reduce => body.unwrap_or(Type::Unknown),
    }
}

/// `sum` of a list that is written out adds its elements to each other and not to zero, so that strings and
/// durations have sums too; one element or none are the usual sum.
fn sum_of_literal(list: Node, list_type: &Type) -> (Op, Type) {
    match list.op {
        Op::List(items) if items.len() >= 2 => (Op::SumOf(items), list_type.element()),
        op => {
            let list = Node { op, span: list.span };
            let node = LoopNode { kind: Loop::Sum, list, body: None, extra: None, must_find: false };
            (Op::Loop(Box::new(node)), list_type.element())
        }
    }
}
