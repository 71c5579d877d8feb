//! Checking configurations, with the messages Kargo's library gives: `path is required`, `Additional property x is not
//! allowed`, each with the place before it.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;
use windlass_ports::step_catalog::ConfigProblem;

use crate::nearest::nearest;

/// A step's schema is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the step's own schema is not valid: {0}")]
pub struct SchemaError(String);

/// Whether `schema` is a JSON Schema: what the builder of a step asks before anybody has to do with it.
///
/// # Errors
/// If it is none, or refers to another document.
pub fn check_schema(schema: &Value) -> Result<(), SchemaError> {
    Schema::new(schema).map(|_| ())
}

/// The schema of a step's configuration.
pub(crate) struct Schema {
    validator: Validator,
    schema: Value,
}

impl Schema {
    pub(crate) fn new(schema: &Value) -> Result<Self, SchemaError> {
        let options = jsonschema::options().should_validate_formats(true);
        // Kargo reads schemas as draft 7; one that names its dialect means that one.
        let options = match schema.get("$schema") {
            Some(_) => options,
            None => options.with_draft(jsonschema::Draft::Draft7),
        };
        let validator = options.build(schema).map_err(|e| SchemaError(e.to_string()))?;
        Ok(Self { validator, schema: schema.clone() })
    }

    /// Every problem of a configuration, sorted by place.
    pub(crate) fn problems(&self, config: &Value) -> Vec<String> {
        let mut problems: Vec<String> =
            self.validator.iter_errors(config).flat_map(|error| self.describe(&error)).collect();
        problems.sort();
        problems.dedup();
        problems
    }

    /// Every problem of a configuration whose texts may still hold expressions. What contains one can become anything.
    pub(crate) fn problems_as_written(&self, config: &Value) -> Vec<ConfigProblem> {
        let mut problems = Vec::new();
        for error in self.validator.iter_errors(config) {
            let pointer = error.instance_path().to_string();
            let path: Vec<String> = windlass_model::pointer::names(&pointer).collect();
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    problems.extend(unexpected.iter().zip(self.describe(&error)).map(|(name, message)| {
                        ConfigProblem { path: path.clone(), member: Some(name.clone()), message }
                    }));
                }
                kind if !matches!(kind, ValidationErrorKind::Required { .. })
                    && holds_expression(error.instance()) => {}
                _ => {
                    let messages = self.describe(&error).into_iter();
                    problems.extend(messages.map(|message| ConfigProblem {
                        path: path.clone(),
                        member: None,
                        message,
                    }));
                }
            }
        }
        problems.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
        problems.dedup();
        forget_misspelt(&mut problems);
        problems
    }

    fn describe(&self, error: &ValidationError<'_>) -> Vec<String> {
        let pointer = error.instance_path().to_string();
        let place = place(&pointer);
        let field = pointer.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("(root)");
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
                .iter()
                .map(|name| {
                    format!("{place}: Additional property {name} is not allowed{}", self.hint(&pointer, name))
                })
                .collect(),
            kind => {
                let rule = self.rule(error).map(|rule| format!(": {rule}")).unwrap_or_default();
                vec![format!("{place}: {}{rule}", message(kind, error, field))]
            }
        }
    }

    /// What a rule of several schemas wants, in the words of the step's author: the description beside it. The
    /// description of a whole object is none.
    fn rule(&self, error: &ValidationError<'_>) -> Option<&str> {
        let path = error.schema_path().to_string();
        let (holder, keyword) = path.rsplit_once('/')?;
        let holder = self.schema.pointer(holder).filter(|holder| holder.get("type").is_none())?;
        let is_rule = matches!(keyword, "oneOf" | "anyOf" | "not");
        holder.get("description").filter(|_| is_rule)?.as_str()
    }

    /// A property of the same object with a similar name.
    fn hint(&self, pointer: &str, name: &str) -> String {
        let mut schema = Some(&self.schema);
        for part in pointer.split('/').filter(|part| !part.is_empty()) {
            schema = schema.and_then(|schema| match part.parse::<usize>() {
                Ok(_) => schema.get("items"),
                Err(_) => schema.get("properties").and_then(|properties| properties.get(part)),
            });
        }
        let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
        properties
            .and_then(|properties| nearest(name, properties.keys().map(String::as_str)))
            .map(|near| format!("; did you mean {near}?"))
            .unwrap_or_default()
    }
}

/// A member that is missing because it is misspelt is one mistake, not two.
fn forget_misspelt(problems: &mut Vec<ConfigProblem>) {
    let guesses: Vec<(Vec<String>, String)> = problems
        .iter()
        .filter_map(|problem| {
            let (_, guess) = problem.message.strip_suffix('?')?.rsplit_once(" did you mean ")?;
            Some((problem.path.clone(), format!(": {guess} is required")))
        })
        .collect();
    problems.retain(|problem| {
        !guesses.iter().any(|(path, text)| problem.path == *path && problem.message.ends_with(text.as_str()))
    });
}

fn holds_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${{") || text.contains("${%"),
        Value::Array(items) => items.iter().any(holds_expression),
        Value::Object(members) => members.values().any(holds_expression),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// `(root)`, or the path with dots.
fn place(pointer: &str) -> String {
    if pointer.is_empty() { "(root)".to_owned() } else { pointer.trim_start_matches('/').replace('/', ".") }
}

fn message(kind: &ValidationErrorKind, error: &ValidationError<'_>, field: &str) -> String {
    match kind {
        ValidationErrorKind::Required { property } => {
            format!("{} is required", property.as_str().unwrap_or_default())
        }
        ValidationErrorKind::Type { kind } => {
            format!("Invalid type. Expected: {}, given: {}", expected(kind), given(error.instance()))
        }
        ValidationErrorKind::MinLength { limit } => {
            format!("String length must be greater than or equal to {limit}")
        }
        ValidationErrorKind::MaxLength { limit } => {
            format!("String length must be less than or equal to {limit}")
        }
        ValidationErrorKind::MinItems { limit } => format!("Array must have at least {limit} items"),
        ValidationErrorKind::MaxItems { limit } => format!("Array must have at most {limit} items"),
        ValidationErrorKind::MinProperties { limit } => format!("Must have at least {limit} properties"),
        ValidationErrorKind::Minimum { limit } => format!("Must be greater than or equal to {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("Must be less than or equal to {limit}"),
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> =
                options.as_array().into_iter().flatten().map(ToString::to_string).collect();
            format!("{field} must be one of the following: {}", options.join(", "))
        }
        ValidationErrorKind::Pattern { pattern } => format!("Does not match pattern '{pattern}'"),
        ValidationErrorKind::Format { format } => format!("Does not match format '{format}'"),
        ValidationErrorKind::UniqueItems => "array items must be unique".to_owned(),
        ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::OneOfMultipleValid { .. } => {
            "Must validate one and only one schema (oneOf)".to_owned()
        }
        ValidationErrorKind::AnyOf { .. } => "Must validate at least one schema (anyOf)".to_owned(),
        ValidationErrorKind::Not { .. } => "Must not validate the schema (not)".to_owned(),
        _ => error.to_string(),
    }
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(single) => single.to_string(),
        TypeKind::Multiple(several) => several.iter().map(|t| t.to_string()).collect::<Vec<_>>().join("/"),
    }
}

fn given(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() && n.as_f64().is_some_and(|f| f.fract() != 0.0) => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_are_those_of_kargo() {
        let schema = Schema::new(&json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["path"],
            "properties": {
                "path": {"type": "string", "minLength": 1},
                "outputFormat": {"type": "string", "enum": ["kargo", "kustomize"]},
                "apps": {"type": "array", "minItems": 1, "items": {
                    "type": "object", "additionalProperties": false,
                    "properties": {"name": {"type": "string"}, "namespace": {"type": "string"}}
                }}
            },
            "allOf": [{"description": "not both", "not": {"required": ["outputFormat", "apps"]}}]
        }))
        .unwrap();
        let problems = |config: Value| schema.problems(&config);
        assert!(problems(json!({"path": "x"})).is_empty());
        assert_eq!(problems(json!({})), ["(root): path is required"]);
        assert_eq!(problems(json!({"path": ""})), ["path: String length must be greater than or equal to 1"]);
        assert_eq!(
            problems(json!({"paht": "x", "zzz": 1})),
            [
                "(root): Additional property paht is not allowed; did you mean path?",
                "(root): Additional property zzz is not allowed",
                "(root): path is required",
            ]
        );
        assert_eq!(
            problems(json!({"path": 7, "outputFormat": "x", "apps": []})),
            [
                "(root): Must not validate the schema (not): not both",
                "apps: Array must have at least 1 items",
                "outputFormat: outputFormat must be one of the following: \"kargo\", \"kustomize\"",
                "path: Invalid type. Expected: string, given: integer",
            ]
        );
        assert_eq!(
            problems(json!({"path": "x", "apps": [{"nmae": "a"}]})),
            ["apps.0: Additional property nmae is not allowed; did you mean name?"]
        );
    }

    #[test]
    fn a_schema_is_read_in_its_own_dialect() {
        let tuple = json!({"type": "array", "prefixItems": [{"type": "string"}], "items": false});
        let named = |dialect: &str| {
            let mut schema = tuple.clone();
            schema["$schema"] = Value::from(dialect);
            Schema::new(&schema).unwrap().problems(&json!(["a"]))
        };
        assert_eq!(named("https://json-schema.org/draft/2020-12/schema"), Vec::<String>::new());
        assert_eq!(named("http://json-schema.org/draft-07/schema#").len(), 1, "draft 7 knows no prefixItems");
        assert_eq!(Schema::new(&tuple).unwrap().problems(&json!(["a"])).len(), 1);
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        assert!(check_schema(&json!({"type": "object"})).is_ok());
        for wrong in [
            json!({"type": "obejct"}),
            json!({"required": "path"}),
            json!({"$ref": "https://example.test/schema.json"}),
            json!({"$ref": "file:///etc/passwd"}),
        ] {
            assert!(check_schema(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_holds_expressions_can_become_anything() {
        let schema = Schema::new(&json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["path"],
            "properties": { "path": { "type": "string" }, "force": { "type": "boolean" }, "mode": { "enum": ["a"] } }
        }))
        .unwrap();
        let problems = |config: Value| schema.problems_as_written(&config);
        assert_eq!(
            problems(json!({ "path": "x", "force": "${{ vars.force }}", "mode": "${% vars.mode %}" })),
            []
        );
        let found = problems(json!({ "paht": "${{ 1 }}", "force": "yes" }));
        assert_eq!(problems(json!({})).len(), 1, "path is required");
        let short: Vec<(String, Option<&str>, &str)> =
            found.iter().map(|p| (p.path.join("/"), p.member.as_deref(), p.message.as_str())).collect();
        assert_eq!(
            short,
            [
                (
                    String::new(),
                    Some("paht"),
                    "(root): Additional property paht is not allowed; did you mean path?"
                ),
                ("force".to_owned(), None, "force: Invalid type. Expected: boolean, given: string"),
            ]
        );
    }
}
