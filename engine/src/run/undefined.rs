//! Variables that steps read and nobody defines. Kargo takes them for null, and so do we; but it is hardly ever meant.

use std::collections::BTreeSet;

use serde_json::Value;
use windlass_expr::Template;
use windlass_model::promotion::{PromotionRecord, StepSpec};

/// What to tell the user, one text for each step and variable.
pub(crate) fn undefined_variables(record: &PromotionRecord) -> Vec<String> {
    let mut told = Vec::new();
    for step in &record.steps {
        let known: BTreeSet<&str> =
            record.vars.iter().chain(&step.vars).map(|var| var.name.as_str()).collect();
        let mut read = BTreeSet::new();
        for text in texts(step) {
            if let Ok(template) = Template::parse(text) {
                let vars = template.references().filter(|reference| reference.name() == "vars");
                read.extend(vars.filter_map(|vars| Some(vars.members.first()?.name.to_string())));
            }
        }
        for name in read.iter().filter(|name| !known.contains(name.as_str())) {
            let near = windlass_catalog::nearest(name, known.iter().copied());
            let hint = near.map(|near| format!("; did you mean vars.{near}?")).unwrap_or_default();
            let alias = step.alias.as_str();
            told.push(format!(
                "step {alias:?} reads vars.{name}, which is not defined and therefore null{hint}"
            ));
        }
    }
    told
}

/// Every text of a step in which expressions can stand.
fn texts(step: &StepSpec) -> Vec<&str> {
    let mut found = vec![step.condition.as_str()];
    found.extend(step.vars.iter().map(|var| var.value.as_str()));
    let mut waiting: Vec<&Value> = step.config.iter().collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::String(text) => found.push(text),
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => waiting.extend(members.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}
