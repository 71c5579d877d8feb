//! What an expression may see while it is evaluated: variables, functions of the host, and the time.

use std::sync::Arc;

use jiff::Timestamp;

use crate::budget::Budget;
use crate::error::FunctionError;
use crate::value::{Kind, Map, Value};

/// Functions that the host adds to the language.
pub trait Functions {
    /// Calls the function `name`; None when there is no such function here. The result is tainted with all
    /// that the arguments are tainted with, besides what the function taints itself.
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FunctionError>>;

    /// The names that [`Functions::call`] knows, for hints.
    fn names(&self) -> &[&'static str];
}

/// No functions but those of the language.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFunctions;

impl Functions for NoFunctions {
    fn call(&self, _name: &str, _args: &[Value]) -> Option<Result<Value, FunctionError>> {
        None
    }

    fn names(&self) -> &[&'static str] {
        &[]
    }
}

/// What one evaluation sees and may spend.
#[derive(Clone)]
pub struct Scope<'a> {
    /// What `$env` is. A name reads a member of it: of a map, nil where there is none.
    pub environment: Value,
    /// The functions of the host.
    pub functions: &'a dyn Functions,
    /// What `now()` gives: the time of the decision that asks.
    pub now: Timestamp,
    /// The limits.
    pub budget: Budget,
}

impl<'a> Scope<'a> {
    /// A scope of variables, with the default budget.
    #[must_use]
    pub fn new(variables: impl Into<Arc<Map>>, functions: &'a dyn Functions, now: Timestamp) -> Self {
        Self::over(Value::new(Kind::Map(variables.into())), functions, now)
    }

    /// A scope over any value, such as a document that is a list: `$env` is that value. With the default
    /// budget.
    #[must_use]
    pub fn over(environment: Value, functions: &'a dyn Functions, now: Timestamp) -> Self {
        Self { environment, functions, now, budget: Budget::default() }
    }

    /// The variables, if the environment is a map of them.
    pub(crate) fn variables(&self) -> Option<&Map> {
        self.environment.as_map()
    }

    /// The same scope with another budget.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }
}
