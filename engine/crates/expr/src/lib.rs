//! The `${{ }}` language of promotion pipelines: text and values in, a value out. It is Kargo's dialect of
//! expr-lang. No I/O, no clock, no threads: what an expression may see is handed in with a [`Scope`], and
//! what it may spend is limited by a [`Budget`].
//!
//! Three things can be parsed: an [`Expression`] by itself, a [`Template`] of text with expressions in it,
//! and a [`ConfigTemplate`], JSON data whose strings are templates. All are immutable and can be kept and
//! shared.
//!
//! Every [`Value`] knows which secrets it was computed from (its [`Taint`]), and so the result of a template
//! says which pieces of which scalars are secret.
//!
//! ```
//! use windlass_expr::{Map, NoFunctions, Scope, Template};
//!
//! let template = Template::parse("${{ vars.image }}:${{ vars.tag ?? 'latest' }}")?;
//! let vars: Map = [("image", "ghcr.io/acme/web"), ("tag", "1.4.0")].into_iter().collect();
//! let variables: Map = [("vars", vars)].into_iter().collect();
//! let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
//! assert_eq!(template.evaluate(&scope)?.value.as_str(), Some("ghcr.io/acme/web:1.4.0"));
//! # Ok::<(), windlass_expr::ExprError>(())
//! ```

mod budget;
mod builtins;
mod compile;
mod error;
mod eval;
mod evaluated;
mod expression;
mod go;
mod json;
mod methods;
mod ops;
mod program;
mod reference;
mod rendered;
mod scope;
mod shown;
mod signature;
mod sort;
mod suggest;
mod syntax;
mod taint;
mod template;
mod value;
mod yaml;

pub use budget::Budget;
pub use error::{ErrorClass, ExprError, FunctionError, Position, Span};
pub use evaluated::{Evaluated, TaintedScalar};
pub use expression::{Expression, parse_bool};
pub use go::{float::parse as parse_float, quote::quote as go_quote};
pub use reference::{Argument, ArgumentValue, Base, Member, Reference};
pub use rendered::Segment;
pub use scope::{Functions, NoFunctions, Scope};
pub use taint::Taint;
pub use template::{ConfigTemplate, FindTemplate, Template, has_expressions};
pub use value::{JsonName, Map, Methods, NotJson, Object, Value};

/// The names of the functions of the language itself.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    builtins::names()
}
