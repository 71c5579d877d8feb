//! What is asked: a template, or an expression by itself.

use windlass_expr::{ExprError, Expression, Reference, Scope, Template};

use super::answer::Answer;

/// Something to evaluate.
#[derive(Debug)]
pub(crate) enum Input {
    Template(Template),
    Expression(Expression),
}

impl Input {
    /// A text with expressions in it.
    pub(super) fn template(text: &str) -> Result<Self, ExprError> {
        Template::parse(text).map(Self::Template)
    }

    /// A line: a template if there is an opening delimiter in it, else an expression.
    pub(super) fn line(text: &str) -> Result<Self, ExprError> {
        if text.contains("${{") || text.contains("${%") {
            return Self::template(text);
        }
        Expression::parse_of_template(text).map(Self::Expression)
    }

    /// What it reads.
    pub(super) fn references(&self) -> Box<dyn Iterator<Item = &Reference> + '_> {
        match self {
            Self::Template(template) => Box::new(template.references()),
            Self::Expression(expression) => Box::new(expression.references()),
        }
    }

    /// The text it was read from.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Template(template) => template.text(),
            Self::Expression(expression) => expression.text(),
        }
    }

    /// What it comes to.
    pub(super) fn evaluate(&self, scope: &Scope<'_>) -> Result<Answer, ExprError> {
        Ok(match self {
            Self::Template(template) => Answer::of_template(&template.evaluate(scope)?),
            Self::Expression(expression) => Answer::of_expression(&expression.evaluate(scope)?),
        })
    }
}
