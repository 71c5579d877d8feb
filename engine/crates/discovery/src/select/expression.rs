//! `expressionFilter`: a bare expression that each commit, or each tag, must meet.

use windlass_expr::{Expression, Map as Variables, NoFunctions, Scope, parse_bool};

/// The filter of a subscription, which may have none.
#[derive(Debug)]
pub struct ExpressionFilter(Option<Expression>);

impl ExpressionFilter {
    /// Reads a filter; an empty text lets everything pass.
    ///
    /// # Errors
    /// If it is no expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        Expression::parse(text).map(|expression| Self(Some(expression))).map_err(|e| wrong(&e))
    }

    /// Whether what the variables describe passes. A result that is no boolean is read by its printed form.
    ///
    /// # Errors
    /// If the expression fails, or is neither true nor false.
    pub fn passes(&self, variables: Variables) -> Result<bool, String> {
        let Some(expression) = &self.0 else { return Ok(true) };
        let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
        let value = expression.evaluate(&scope).map_err(|e| wrong(&e))?;
        let passes = value.as_bool().or_else(|| parse_bool(&value.print()));
        passes.ok_or_else(|| wrong(&format!("{:?} is neither true nor false", value.print())))
    }
}

fn wrong(problem: &dyn std::fmt::Display) -> String {
    format!("expressionFilter: {problem}")
}
