//! Members, indices, slices and method calls.

use super::types::Type;
use super::{Checked, Compiler, scalar, type_error};
use crate::error::{ExprError, Span};
use crate::methods;
use crate::program::{Access, Node, Op, Step};
use crate::suggest;
use crate::syntax::ast::{self, Ast, Loop};
use crate::value::Kind;

impl Compiler {
    pub(super) fn postfix(&mut self, base: &Ast, steps: &[ast::Step], span: Span) -> Checked<(Node, Type)> {
        let reference = self.reference_of(base);
        let (mut base, mut static_type) = self.node(base)?;
        if let Some(reference) = reference {
            self.refer_to_members(reference, steps);
        }
        let mut compiled: Vec<Step> = Vec::with_capacity(steps.len());
        for step in steps {
            let (access, found) = self.step(step, &static_type)?;
            static_type = found;
            if compiled.is_empty() && !step.optional && finds(&mut base, &access) {
                continue;
            }
            compiled.push(Step { access, optional: step.optional, span: step.span });
        }
        if compiled.is_empty() {
            return Ok((Node { span, ..base }, static_type));
        }
        Ok((Node { op: Op::Postfix { base: Box::new(base), steps: compiled }, span }, static_type))
    }

    fn step(&mut self, step: &ast::Step, base: &Type) -> Checked<(Access, Type)> {
        match &step.access {
            ast::Access::Field(name) => {
                Ok((Access::Field(name.clone()), named_member(base, name, step.span)?))
            }
            ast::Access::Method(name, args) => {
                let (nodes, types) = self.nodes(args)?;
                let found = method_type(base, name, &types, step.span)?;
                Ok((Access::Method(name.clone(), nodes), found))
            }
            ast::Access::Index(index) => {
                let (node, index_type) = self.node(index)?;
                let found = match &index.node {
                    ast::Node::Str(name) => named_member(base, name, index.span)?,
                    _ => indexed_member(base, &index_type, index.span)?,
                };
                Ok((Access::Index(node), found))
            }
            ast::Access::Slice(from, to) => {
                if !(base.is_unknown() || base.is_list() || *base == Type::Str) {
                    return Err(type_error(step.span, format!("{base} has no slices")));
                }
                let from = from.as_ref().map(|from| self.bound(from, base)).transpose()?;
                let to = to.as_ref().map(|to| self.bound(to, base)).transpose()?;
                Ok((Access::Slice(from, to), base.clone()))
            }
        }
    }

    fn bound(&mut self, ast: &Ast, base: &Type) -> Checked<Node> {
        let (node, static_type) = self.node(ast)?;
        if !base.is_unknown() && !static_type.may_be_integer() {
            return Err(type_error(ast.span, format!("a slice goes from int to int, not {static_type}")));
        }
        Ok(node)
    }
}

/// Turns a filter with an index of its first or last element into a search, which stops when it has found it.
fn finds(base: &mut Node, access: &Access) -> bool {
    let (Op::Loop(node), Access::Index(index)) = (&mut base.op, access) else { return false };
    let kind = match scalar(index).map(|value| &value.kind) {
        Some(Kind::Int(0)) => Loop::Find,
        Some(Kind::Int(-1)) => Loop::FindLast,
        _ => return false,
    };
    let is_filter = node.kind == Loop::Filter;
    if is_filter {
        node.kind = kind;
        node.must_find = true;
    }
    is_filter
}

/// The type of `base.name` or `base["name"]`.
fn named_member(base: &Type, name: &str, span: Span) -> Checked<Type> {
    match base {
        Type::Unknown | Type::Map => Ok(Type::Unknown),
        Type::Table { .. } => indexed_member(base, &Type::Str, span),
        _ if methods::names(base).contains(&name) => Ok(Type::Function),
        Type::Nil => Err(type_error(span, format!("nil has no member `{name}`"))),
        Type::List(..) => {
            let error = type_error(span, format!("a list has no member `{name}`"));
            Err(error.with_hint(format!("take one element, [0].{name}, or all: map(list, .{name})")))
        }
        _ => Err(no_member(base, name, span)),
    }
}

fn no_member(base: &Type, name: &str, span: Span) -> ExprError {
    let error = type_error(span, format!("a {base} has no member `{name}`"));
    match suggest::hint(name, "members", methods::names(base).iter().copied()) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// The type of `base[index]`.
fn indexed_member(base: &Type, index: &Type, span: Span) -> Checked<Type> {
    match base {
        Type::Unknown => Ok(Type::Unknown),
        Type::Map if matches!(index, Type::Unknown | Type::Str) => Ok(Type::Unknown),
        Type::Map => Err(type_error(span, format!("the keys of this map are strings, not {index}"))),
        Type::Table { groups: true } => Ok(Type::any_list()),
        Type::Table { groups: false } => Ok(Type::Unknown),
        Type::List(..) if index.may_be_integer() => Ok(base.element()),
        Type::List(..) => Err(type_error(span, format!("the index of a list is an int, not {index}"))),
        _ => Err(type_error(span, format!("{base} has no elements to index"))),
    }
}

/// The type of `base.name(args)`.
fn method_type(base: &Type, name: &str, args: &[Type], span: Span) -> Checked<Type> {
    match named_member(base, name, span)? {
        Type::Unknown => Ok(Type::Unknown),
        Type::Function => methods::check(base, name, args).map_err(|message| type_error(span, message)),
        other => Err(type_error(span, format!("`{name}` is {other} and cannot be called"))),
    }
}

/// Whether the node is a call of filter().
pub(super) fn is_filter(node: &Node) -> bool {
    matches!(&node.op, Op::Loop(inner) if inner.kind == Loop::Filter)
}

/// Turns a filter into another loop over the same list.
pub(super) fn retarget(mut node: Node, kind: Loop, span: Span) -> Node {
    if let Op::Loop(inner) = &mut node.op {
        inner.kind = kind;
    }
    Node { span, ..node }
}
