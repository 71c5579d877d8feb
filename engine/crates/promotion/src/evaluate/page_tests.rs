//! The page about expressions against the language: every example, and every function.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};
use windlass_model::freight::{FreightCollection, FreightReference};
use windlass_model::manifest::secret::SecretValue;
use windlass_model::manifest::stage::FreightRequest;
use windlass_model::manifest::step::Variable;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::promotion::StepStatus;

use super::functions::{DataScope, ProjectData, SIGNATURES, SecretData};
use super::{StepMeta, StepView, TargetFreight, Templates};
use crate::sealed::SealKey;

const PAGE: &str = include_str!("../../../../../docs/expressions.md");

/// The project of the examples.
struct Shop;

impl ProjectData for Shop {
    fn config_map(&self, scope: DataScope, name: &str) -> Option<BTreeMap<String, String>> {
        let (key, value) = match (scope, name) {
            (DataScope::Project, "settings") => ("colour", "blue"),
            (DataScope::Shared, "company") => ("name", "acme"),
            _ => return None,
        };
        Some([(key.to_owned(), value.to_owned())].into())
    }

    fn secret(&self, scope: DataScope, name: &str) -> Option<SecretData> {
        let (key, value) = match (scope, name) {
            (DataScope::Project, "api") => ("token", "fifteen letters"),
            (DataScope::Shared, "shared") => ("key", "abc"),
            _ => return None,
        };
        let values = [(key.to_owned(), SecretValue::new(value.to_owned()))].into();
        Some(SecretData { source: name.to_owned(), values })
    }

    fn warehouse(&self, _name: &str) -> Option<Warehouse> {
        let manifest = json!({
            "metadata": { "name": "main" },
            "spec": { "subscriptions": [
                { "image": { "repoURL": "ghcr.io/acme/web" } },
                { "git": { "repoURL": "https://github.com/acme/shop" } },
                { "chart": { "repoURL": "https://charts.example.com", "name": "web" } },
                { "name": "model" },
            ] },
        });
        Some(serde_json::from_value(manifest).unwrap())
    }

    fn freight_status(&self, name: &str) -> Option<Json> {
        assert_eq!(name, "f00d");
        Some(json!({ "verifiedIn": { "test": {} }, "metadata": { "approvedBy": "ana" } }))
    }

    fn stage_metadata(&self, _name: &str) -> Option<Json> {
        Some(json!({ "frozen": "no" }))
    }
}

fn freight() -> FreightReference {
    serde_json::from_value(json!({
        "name": "f00d",
        "origin": { "kind": "Warehouse", "name": "main" },
        "images": [{ "repoURL": "ghcr.io/acme/web", "tag": "v1.4.0" }],
        "commits": [{ "repoURL": "https://github.com/acme/shop", "id": "e83c5163316f89bfbde7d9ab23ca2e25604af290" }],
        "charts": [{ "repoURL": "https://charts.example.com", "name": "web", "version": "2.1.0" }],
        "artifacts": [{ "artifactType": "model", "subscriptionName": "model", "version": "v7" }],
    }))
    .unwrap()
}

/// Evaluates a text as a configuration of the promotion of the examples.
fn evaluate(text: &str) -> Result<Json, String> {
    let (key, templates) = (SealKey::new(&[0; 32]), Templates::default());
    let vars = [Variable { name: "image".to_owned(), value: "ghcr.io/acme/web".to_owned() }];
    let outputs: Map<String, Json> =
        [("commit".to_owned(), json!({ "commit": "1a2b3c" }))].into_iter().collect();
    let metas = [StepMeta {
        alias: "commit".to_owned(),
        status: Some(StepStatus::Succeeded),
        continue_on_error: false,
    }];
    let requests: [FreightRequest; 1] = [serde_json::from_value(
        json!({ "origin": { "kind": "Warehouse", "name": "main" }, "sources": { "direct": true } }),
    )
    .unwrap()];
    let mut collection = FreightCollection::default();
    collection.insert(freight());
    let view = StepView {
        project: "shop",
        stage: "prod",
        promotion: "prod.01",
        actor: "",
        rollback: false,
        ui_base_url: "",
        target_freight: TargetFreight {
            name: "f00d".to_owned(),
            alias: "calm-otter".to_owned(),
            origin: "main".to_owned(),
        },
        target: None,
        vars: &vars,
        alias: "here",
        step_vars: &[],
        outputs: &outputs,
        metas: &metas,
        seal_key: &key,
        freight_requests: &requests,
        freight: &collection,
        data: &Shop,
        templates: &templates,
        now: "2026-01-02T03:04:05Z".parse().unwrap(),
    };
    let evaluated = view.config(Some(&json!({ "x": text }))).map_err(|error| error.to_string())?;
    Ok(evaluated.to_json().map_err(|error| error.to_string())?["x"].take())
}

/// The cells of the rows of all tables that are examples: those whose last two are code.
fn examples() -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let line = line.replace("\\|", "\u{0}");
        line.trim_matches('|').split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
    };
    let is_code = |cell: &String| cell.starts_with('`') && cell.ends_with('`');
    let rows = PAGE.lines().filter(|line| line.starts_with('|')).map(cells);
    rows.filter(|row| row.len() >= 2 && row[row.len() - 2..].iter().all(is_code)).collect()
}

fn code(cell: &str) -> &str {
    cell.trim_matches('`')
}

#[test]
fn every_example_gives_what_the_page_says() {
    let mut wrong = Vec::new();
    for row in examples() {
        let (example, gives) = (code(&row[row.len() - 2]), code(&row[row.len() - 1]));
        let is_template = row.len() == 2;
        let text = if is_template { example.to_owned() } else { format!("${{{{ {example} }}}}") };
        let want: Json = serde_json::from_str(gives).unwrap_or_else(|e| panic!("{gives}: {e}"));
        match evaluate(&text) {
            Ok(found) if found == want => {}
            other => wrong.push(format!("{text}\n  gives {other:?}, not {want}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_has_an_example() {
    let own: BTreeSet<&str> = windlass_expr::function_names().collect();
    let of_promotions: BTreeSet<&str> = SIGNATURES.iter().map(|signature| signature.name).collect();
    let examples = examples();
    let named: BTreeSet<&str> = examples
        .iter()
        .filter(|row| row.len() == 4)
        .map(|row| (code(&row[0]), row))
        .filter(|(name, row)| row[2].contains(&format!("{name}(")))
        .map(|(name, _)| name)
        .collect();
    let all: BTreeSet<&str> = own.union(&of_promotions).copied().collect();
    assert_eq!(all.symmetric_difference(&named).collect::<Vec<_>>(), Vec::<&&str>::new());
}
