//! Notes what an expression reads while it is compiled, when it is known which names `let` defines.

use std::sync::Arc;

use super::{Compiler, scalar};
use crate::builtins;
use crate::error::Span;
use crate::program::Node;
use crate::reference::{Argument, ArgumentValue, Base, Member, Reference};
use crate::syntax::ast::{self, Access, Ast, Binary};
use crate::value::Kind;

/// The index of a reference among all of an expression.
pub(super) type Index = usize;

impl Compiler {
    /// The reference that `ast` itself will be, if it is one. To be asked before it is compiled.
    pub(super) fn reference_of(&self, ast: &Ast) -> Option<Index> {
        let is_one = match &ast.node {
            ast::Node::Identifier(name) => self.is_variable(name),
            ast::Node::Call { name, .. } => self.is_host_function(name),
            ast::Node::Postfix { base, .. } => return self.reference_of(base),
            _ => false,
        };
        // Whatever it consists of besides comes after it.
        is_one.then_some(self.references.len())
    }

    fn is_variable(&self, name: &str) -> bool {
        self.local(name).is_none() && name != "$env"
    }

    fn is_host_function(&self, name: &str) -> bool {
        self.is_variable(name) && builtins::find(name, self.dialect).is_none()
    }

    pub(super) fn refer_to_variable(&mut self, name: &Arc<str>, span: Span) {
        self.refer(Base::Variable(Arc::clone(name)), span);
    }

    /// Notes a call before its arguments are compiled, if it is one of a function of the host.
    pub(super) fn refer_to_call(&mut self, name: &Arc<str>, call: Span) -> Option<Index> {
        if !self.is_host_function(name) {
            return None;
        }
        let span = Span::new(call.start, call.start + name.len());
        self.refer(Base::Call(Arc::clone(name), Vec::new()), span);
        Some(self.references.len() - 1)
    }

    fn refer(&mut self, base: Base, span: Span) {
        self.references.push(Reference { base, span, tested: false, members: Vec::new() });
    }

    /// Notes the arguments of a call when they are compiled.
    pub(super) fn refer_to_arguments(&mut self, call: Index, args: &[Ast], nodes: &[Node]) {
        let mut next = call + 1;
        let mut known = Vec::with_capacity(args.len());
        for (ast, node) in args.iter().zip(nodes) {
            let value = match scalar(node).map(|value| &value.kind) {
                Some(Kind::Str(text)) => ArgumentValue::Text(Arc::clone(text)),
                _ => match self.references.get(next).filter(|found| is_whole(found, ast)) {
                    Some(found) => ArgumentValue::Reference(Box::new(found.clone())),
                    None => ArgumentValue::Computed,
                },
            };
            known.push(Argument { value, span: ast.span });
            // What is noted within an argument stands within its span.
            while self.references.get(next).is_some_and(|found| found.span.start < ast.span.end) {
                next += 1;
            }
        }
        if let Base::Call(_, args) = &mut self.references[call].base {
            *args = known;
        }
    }

    /// Notes the members that `steps` read by name.
    pub(super) fn refer_to_members(&mut self, reference: Index, steps: &[ast::Step]) {
        let reference = &mut self.references[reference];
        for step in steps {
            if step.optional {
                expect_nil(reference, reference.members.len());
            }
            let (name, span) = match &step.access {
                Access::Field(name) => (name, step.span),
                Access::Index(Ast { node: ast::Node::Str(name), span }) => (name, *span),
                Access::Index(_) | Access::Method(..) | Access::Slice(..) => return,
            };
            reference.members.push(Member { name: Arc::clone(name), span, tested: false });
        }
    }

    /// Notes that an operator asks whether an operand is nil or there.
    pub(super) fn note_tests(
        &mut self,
        operator: Binary,
        left: (&Ast, Option<Index>),
        right: (&Ast, Option<Index>),
    ) {
        let is_nil = |operand: (&Ast, _)| matches!(operand.0.node, ast::Node::Nil);
        match operator {
            Binary::Coalesce => self.expect_nil_of(left),
            Binary::Equal | Binary::NotEqual if is_nil(right) => self.expect_nil_of(left),
            Binary::Equal | Binary::NotEqual if is_nil(left) => self.expect_nil_of(right),
            Binary::In => {
                let (Ast { node: ast::Node::Str(name), span }, Some(index)) = (left.0, right.1) else {
                    return;
                };
                let container = &mut self.references[index];
                if is_whole(container, right.0) {
                    container.members.push(Member { name: Arc::clone(name), span: *span, tested: true });
                }
            }
            _ => {}
        }
    }

    fn expect_nil_of(&mut self, (ast, reference): (&Ast, Option<Index>)) {
        let Some(reference) = reference.map(|index| &mut self.references[index]) else { return };
        if is_whole(reference, ast) {
            expect_nil(reference, reference.members.len());
        }
    }
}

/// Notes that the first `count` members may lead to nil.
fn expect_nil(reference: &mut Reference, count: usize) {
    match count.checked_sub(1) {
        None => reference.tested = true,
        Some(last) => reference.members[last].tested = true,
    }
}

/// Whether the reference says all of what is written there.
fn is_whole(reference: &Reference, ast: &Ast) -> bool {
    let written = match &ast.node {
        ast::Node::Identifier(_) | ast::Node::Call { .. } if reference.span.start == ast.span.start => 0,
        ast::Node::Postfix { base, steps } if reference.span.start == base.span.start => steps.len(),
        _ => return false,
    };
    written == reference.members.len()
}
