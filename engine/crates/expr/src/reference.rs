//! What an expression reads from its scope, as far as that shows without evaluating it: for those who check expressions
//! before there is anything to evaluate them on.

use std::sync::Arc;

use crate::error::Span;

/// A variable or a function of the host, and the members that are read from it by name: `vars.image`,
/// `outputs["step-1"].commit`, `imageFrom("web").Tag`. What `let` defines is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What is read.
    pub base: Base,
    /// Where its name stands.
    pub span: Span,
    /// Whether the expression is prepared for it to be nil.
    pub tested: bool,
    /// The members, from left to right, up to the first one whose name is computed.
    pub members: Vec<Member>,
}

/// What a reference begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// A variable.
    Variable(Arc<str>),
    /// The result of a function that is none of the language.
    Call(Arc<str>, Vec<Argument>),
}

/// A member that is read by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands; in brackets with its quotes.
    pub span: Span,
    /// Whether the expression is prepared for it to be nil: it stands left of `??` or `?.`, or is compared with nil.
    pub tested: bool,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// What it is.
    pub value: ArgumentValue,
    /// Where it stands.
    pub span: Span,
}

/// What is known of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentValue {
    /// A string that is written out.
    Text(Arc<str>),
    /// A variable or the result of another call, read whole by name.
    Reference(Box<Reference>),
    /// Anything else.
    Computed,
}

impl Reference {
    /// The name of the variable or function.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.base {
            Base::Variable(name) | Base::Call(name, _) => name,
        }
    }

    /// Moves all places by `offset` bytes.
    pub(crate) fn shift(&mut self, offset: usize) {
        self.span = self.span.shifted(offset);
        for member in &mut self.members {
            member.span = member.span.shifted(offset);
        }
        let Base::Call(_, args) = &mut self.base else { return };
        for arg in args {
            arg.span = arg.span.shifted(offset);
            if let ArgumentValue::Reference(inner) = &mut arg.value {
                inner.shift(offset);
            }
        }
    }
}
