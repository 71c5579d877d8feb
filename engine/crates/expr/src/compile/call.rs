//! Calls of functions: of the language, whose arguments are checked, and of the host, which are only resolved
//! when they are called.

use std::sync::Arc;

use super::member::{is_filter, retarget};
use super::types::Type;
use super::{Checked, Compiler, type_error};
use crate::builtins;
use crate::error::Span;
use crate::program::{Node, Op};
use crate::syntax::ast::{self, Ast, Loop};

impl Compiler {
    pub(super) fn call(&mut self, name: &Arc<str>, args: &[Ast], span: Span) -> Checked<(Node, Type)> {
        let reference = self.refer_to_call(name, span);
        let (nodes, types) = self.nodes(args)?;
        if let Some(reference) = reference {
            self.refer_to_arguments(reference, args, &nodes);
        }
        if let Some(builtin) = builtins::find(name, self.dialect) {
            let found = if builtin.name == "get" && matches!(args, [base, _] if is_env(base)) {
                Type::Unknown
            } else {
                (builtin.check)(&types).map_err(|message| type_error(span, format!("{name}() {message}")))?
            };
            return Ok((builtin_node(builtin, nodes, span), found));
        }
        if **name == *"$env" {
            return Err(type_error(span, "`$env` is no function"));
        }
        if let Some(local) = self.local(name) {
            if !matches!(local.static_type, Type::Unknown | Type::Function) {
                return Err(type_error(
                    span,
                    format!("`{name}` is {} and cannot be called", local.static_type),
                ));
            }
            return Ok((Node { op: Op::CallLocal(local.slot, nodes), span }, Type::Unknown));
        }
        Ok((Node { op: Op::Call(Arc::clone(name), nodes), span }, Type::Unknown))
    }
}

fn is_env(ast: &Ast) -> bool {
    matches!(&ast.node, ast::Node::Identifier(name) if **name == *"$env")
}

/// The call, or the loop that does the same without building a list first.
fn builtin_node(builtin: &'static builtins::Builtin, mut args: Vec<Node>, span: Span) -> Node {
    let kind = match builtin.name {
        "first" => Some(Loop::Find),
        "last" => Some(Loop::FindLast),
        "len" => Some(Loop::Count),
        _ => None,
    };
    if let Some(kind) = kind
        && let [only] = &args[..]
        && is_filter(only)
        && let Some(filter) = args.pop()
    {
        return retarget(filter, kind, span);
    }
    Node { op: Op::Builtin(builtin, args), span }
}
