//! The fields that a JSON Schema describes, one line each: `images[].tag`.

use serde_json::Value;

/// A field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Where it stands: `[]` is every item of a list, `*` every member of a map.
    pub(super) path: String,
    /// What it holds.
    pub(super) type_name: String,
    /// Whether it must be given.
    pub(super) is_required: bool,
    /// What it is if it is not given, as JSON.
    pub(super) default: Option<String>,
    /// What it must fulfil.
    pub(super) constraints: Vec<String>,
    /// What it means.
    pub(super) description: String,
}

/// Something that a configuration must fulfil that no single field tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Of which fields; empty for the whole.
    pub(super) path: String,
    /// What it says.
    pub(super) text: String,
}

/// The fields of an object's schema, in the order of the schema.
pub(super) fn read(schema: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    members(schema, "", &mut fields);
    fields
}

/// The rules of a schema.
pub(super) fn rules(schema: &Value) -> Vec<Rule> {
    let mut rules = Vec::new();
    collect_rules(schema, "", &mut rules);
    rules
}

fn members(schema: &Value, prefix: &str, fields: &mut Vec<Field>) {
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{prefix}{name}");
        fields.push(field(member, &path, required.iter().any(|required| required == name)));
        beneath(member, &path, fields);
    }
    // Members of any name, if there is something to say of them.
    if let Some(others) =
        schema.get("additionalProperties").filter(|others| others.get("description").is_some())
    {
        fields.push(field(others, &format!("{prefix}*"), false));
    }
}

fn field(schema: &Value, path: &str, is_required: bool) -> Field {
    Field {
        path: path.to_owned(),
        type_name: type_name(schema),
        is_required,
        default: schema.get("default").filter(|default| !is_nothing(default)).map(Value::to_string),
        constraints: constraints(schema),
        description: schema["description"].as_str().unwrap_or_default().to_owned(),
    }
}

fn beneath(schema: &Value, path: &str, fields: &mut Vec<Field>) {
    members(schema, &format!("{path}."), fields);
    if let Some(items) = schema.get("items") {
        beneath(items, &format!("{path}[]"), fields);
    }
    if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
        beneath(values, &format!("{path}.*"), fields);
    }
}

fn collect_rules(schema: &Value, path: &str, rules: &mut Vec<Rule>) {
    for rule in schema["allOf"].as_array().into_iter().flatten() {
        if let Some(text) = rule["description"].as_str() {
            rules.push(Rule { path: path.to_owned(), text: text.to_owned() });
        }
    }
    let dot = if path.is_empty() { "" } else { "." };
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        collect_rules(member, &format!("{path}{dot}{name}"), rules);
    }
    if let Some(items) = schema.get("items") {
        collect_rules(items, &format!("{path}[]"), rules);
    }
}

/// Whether a default says no more than that the field was left out.
fn is_nothing(default: &Value) -> bool {
    match default {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn type_name(schema: &Value) -> String {
    let alternatives = |schemas: &Value| -> Vec<String> {
        schemas.as_array().into_iter().flatten().map(type_name).filter(|name| name != "any").collect()
    };
    match &schema["type"] {
        Value::String(name) if name == "array" => match schema.get("items").map(type_name) {
            Some(items) if items != "any" => format!("list of {items}s"),
            _ => "list".to_owned(),
        },
        Value::String(name) if name == "object" => match schema.get("additionalProperties").map(type_name) {
            Some(values) if values != "any" && schema.get("properties").is_none() => {
                format!("map of {values}s")
            }
            _ => "object".to_owned(),
        },
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => ["oneOf", "anyOf"]
            .iter()
            .map(|name| alternatives(&schema[*name]))
            .find(|found| !found.is_empty())
            .map_or("any".to_owned(), |found| found.join(" or ")),
    }
}

fn constraints(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(plain).collect();
        found.push(format!("one of {}", values.join(", ")));
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        found.push(format!("matches {pattern}"));
    }
    match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
        (Some(least), Some(most)) => found.push(format!("{least} to {most}")),
        (Some(least), None) => found.push(format!("at least {least}")),
        (None, Some(most)) => found.push(format!("at most {most}")),
        (None, None) => {}
    }
    if ["minLength", "minItems", "minProperties"].iter().any(|name| schema[*name] == 1) {
        found.push("not empty".to_owned());
    }
    if let Some(format) = schema["format"].as_str() {
        found.push(match format {
            "email" => "an email address".to_owned(),
            "uri" => "a URI".to_owned(),
            format => format!("in the format {format}"),
        });
    }
    if schema["deprecated"] == true {
        found.push("deprecated".to_owned());
    }
    found
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_at_every_depth() {
        let schema = json!({
            "required": ["a"],
            "properties": {
                "a": { "type": "string", "minLength": 1, "pattern": "^x", "description": "An a." },
                "list": { "type": "array", "items": {
                    "type": "object",
                    "properties": { "n": { "type": "integer", "minimum": 1, "maximum": 9, "default": 3 } },
                    "allOf": [{ "description": "at most one of x and y may be given", "oneOf": [] }],
                } },
                "map": { "type": "object", "additionalProperties": { "type": "string" }, "default": {} },
                "either": { "anyOf": [{ "type": "string" }, { "type": "boolean" }] },
                "kind": { "enum": ["A", "B"], "type": ["string", "null"] },
            },
            "additionalProperties": { "description": "Whatever else." },
        });
        let fields = read(&schema);
        let told: Vec<(&str, &str, bool)> = fields
            .iter()
            .map(|field| (field.path.as_str(), field.type_name.as_str(), field.is_required))
            .collect();
        assert_eq!(
            told,
            [
                ("a", "string", true),
                ("list", "list of objects", false),
                ("list[].n", "integer", false),
                ("map", "map of strings", false),
                ("either", "string or boolean", false),
                ("kind", "string or null", false),
                ("*", "any", false),
            ]
        );
        assert_eq!(fields[0].constraints, ["matches ^x", "not empty"]);
        assert_eq!(
            (fields[2].default.as_deref(), fields[2].constraints.as_slice()),
            (Some("3"), &["1 to 9".to_owned()][..])
        );
        assert_eq!(fields[3].default, None);
        assert_eq!(fields[5].constraints, ["one of A, B"]);
        assert_eq!(fields[6].description, "Whatever else.");
        let text = "at most one of x and y may be given".to_owned();
        assert_eq!(rules(&schema), [Rule { path: "list[]".to_owned(), text }]);
    }
}
