//! Configs: JSON data in which every string is a template.

use std::sync::Arc;

use super::{Template, has_expressions};
use crate::budget::Meter;
use crate::error::{ErrorClass, ExprError, Span};
use crate::evaluated::{Evaluated, TaintedScalar, pointer_step};
use crate::scope::Scope;
use crate::value::{Kind, Map, Value};

/// The names that no variable may have where a config is evaluated, as in Kargo.
const RESERVED: [&str; 3] = ["quote", "asYAML", "asJSON"];

/// Gives the template of a text.
pub type FindTemplate<'a> = &'a dyn Fn(&str) -> Result<Arc<Template>, ExprError>;

/// A parsed and checked config. Immutable, and cheap to evaluate any number of times, from any thread.
#[derive(Debug)]
pub struct ConfigTemplate(Node);

#[derive(Debug)]
enum Node {
    /// Data without templates in it.
    Value(Value),
    Template(Arc<Template>),
    List(Vec<Self>),
    Map(Vec<(Arc<str>, Self)>),
}

impl ConfigTemplate {
    /// Parses all strings of a config, keys left out.
    ///
    /// # Errors
    /// The first error in a string, with the pointer of that string; or a config that is no object.
    pub fn parse(config: &serde_json::Value) -> Result<Self, ExprError> {
        Self::parse_with(config, &|text| Template::parse(text).map(Arc::new))
    }

    /// The same with templates that `find` parses or has kept.
    ///
    /// # Errors
    /// As [`ConfigTemplate::parse`].
    pub fn parse_with(config: &serde_json::Value, find: FindTemplate<'_>) -> Result<Self, ExprError> {
        if !config.is_object() {
            return Err(ExprError::new(ErrorClass::Parse, Span::default(), "a config must be an object"));
        }
        parse(config, &mut Vec::new(), find).map(Self)
    }

    /// Evaluates all strings. The result is an object of plain JSON values: all of its numbers are finite.
    ///
    /// # Errors
    /// The first error in a string, with the pointer of that string. A string that comes to NaN or an
    /// infinity is one, and so is a variable with the name of one of the functions that quote.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Evaluated, ExprError> {
        if let Some(name) = RESERVED
            .into_iter()
            .find(|name| scope.variables().is_some_and(|variables| variables.get(name).is_some()))
        {
            let message = format!("no variable may be named `{name}`: it is a function");
            return Err(ExprError::new(ErrorClass::Runtime, Span::default(), message));
        }
        let mut evaluation = Evaluation {
            scope,
            meter: Meter::new(scope.budget),
            path: Vec::new(),
            found: Evaluated::default(),
        };
        let value = evaluation.node(&self.0)?;
        Ok(Evaluated { value, ..evaluation.found })
    }
}

/// The nesting is that of parsed JSON, which its parser bounds.
fn parse(
    config: &serde_json::Value,
    path: &mut Vec<String>,
    find: FindTemplate<'_>,
) -> Result<Node, ExprError> {
    let mut within = |step: String, inner: &serde_json::Value| {
        path.push(step);
        let node = parse(inner, path, find);
        path.pop();
        node
    };
    let node = match config {
        serde_json::Value::String(text) => {
            if !has_expressions(text) {
                return Ok(Node::Value(Value::from(text.as_str())));
            }
            return find(text).map(Node::Template).map_err(|error| error.in_config(path.concat()));
        }
        serde_json::Value::Array(items) => {
            let node = |(index, item): (usize, &_)| within(format!("/{index}"), item);
            Node::List(items.iter().enumerate().map(node).collect::<Result<_, _>>()?)
        }
        serde_json::Value::Object(entries) => {
            let node = |(key, inner): (&String, &_)| {
                Ok((Arc::from(key.as_str()), within(pointer_step(key), inner)?))
            };
            Node::Map(entries.iter().map(node).collect::<Result<_, _>>()?)
        }
        scalar => Node::Value(Value::from_json(scalar)),
    };
    let is_plain = match &node {
        Node::List(items) => items.iter().all(|item| matches!(item, Node::Value(_))),
        Node::Map(entries) => entries.iter().all(|(_, inner)| matches!(inner, Node::Value(_))),
        _ => false,
    };
    Ok(if is_plain { Node::Value(Value::from_json(config)) } else { node })
}

struct Evaluation<'a> {
    scope: &'a Scope<'a>,
    meter: Meter,
    path: Vec<String>,
    /// The secrets so far.
    found: Evaluated,
}

impl Evaluation<'_> {
    fn node(&mut self, node: &Node) -> Result<Value, ExprError> {
        match node {
            Node::Value(value) => Ok(value.clone()),
            Node::Template(template) => self.template(template),
            Node::List(items) => {
                let item = |(index, item)| self.within(|| format!("/{index}"), item);
                Ok(Value::list(items.iter().enumerate().map(item).collect::<Result<_, _>>()?))
            }
            Node::Map(entries) => {
                let mut map = Map::new();
                for (key, inner) in entries {
                    let value = self.within(|| pointer_step(key), inner)?;
                    map.insert(Arc::clone(key), value);
                }
                Ok(map.into())
            }
        }
    }

    fn within(&mut self, step: impl FnOnce() -> String, node: &Node) -> Result<Value, ExprError> {
        self.path.push(step());
        let value = self.node(node);
        self.path.pop();
        value
    }

    fn template(&mut self, template: &Template) -> Result<Value, ExprError> {
        let evaluated = template.evaluate_metered(self.scope, &mut self.meter);
        let Evaluated { value, tainted, tainted_keys } =
            evaluated.map_err(|error| error.in_config(self.path.concat()))?;
        if let Kind::Float(number) = value.kind
            && !number.is_finite()
        {
            let span = Span::new(0, template.text().len());
            let error =
                ExprError::new(ErrorClass::Runtime, span, format!("{} is no JSON number", value.print()));
            let error = error.with_hint("quote(x) keeps it as text").locate(template.text(), 0);
            return Err(error.in_config(self.path.concat()));
        }
        let prefix = self.path.concat();
        let placed = |scalar: TaintedScalar| TaintedScalar {
            pointer: format!("{prefix}{}", scalar.pointer),
            ..scalar
        };
        self.found.tainted.extend(tainted.into_iter().map(placed));
        self.found.tainted_keys.extend(tainted_keys.into_iter().map(placed));
        Ok(value)
    }
}
