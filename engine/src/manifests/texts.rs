//! The templates and expressions of all manifests, each parsed once: stages repeat each other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use windlass_expr::{ExprError, Expression, Template};

type Parsed<T> = Result<Rc<T>, Rc<ExprError>>;

/// What has been parsed.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    templates: RefCell<HashMap<Box<str>, Parsed<Template>>>,
    expressions: RefCell<HashMap<Box<str>, Parsed<Expression>>>,
}

impl Texts {
    /// A text with expressions in it.
    pub(crate) fn template(&self, text: &str) -> Parsed<Template> {
        parse(&self.templates, text, Template::parse)
    }

    /// An expression without delimiters.
    pub(crate) fn expression(&self, text: &str) -> Parsed<Expression> {
        parse(&self.expressions, text, Expression::parse)
    }
}

fn parse<T>(
    parsed: &RefCell<HashMap<Box<str>, Parsed<T>>>,
    text: &str,
    by: impl FnOnce(&str) -> Result<T, ExprError>,
) -> Parsed<T> {
    if let Some(found) = parsed.borrow().get(text) {
        return found.clone();
    }
    let found = by(text).map(Rc::new).map_err(Rc::new);
    parsed.borrow_mut().insert(text.into(), found.clone());
    found
}
