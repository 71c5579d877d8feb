//! Every kind in full fits its shape and decodes; what does not fit is told.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use windlass_model::manifest::grants::Grants;
use windlass_model::manifest::project_config::ProjectConfig;
use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::stage::Stage;
use windlass_model::manifest::warehouse::Warehouse;

use super::{Field, Shape, check};
use crate::manifests::kinds::{KINDS, KindInfo};
use crate::manifests::texts::Texts;

/// A document of each kind in which every field is.
const FULL: &str = include_str!("tests/full.yaml");

fn documents(text: &str) -> Vec<Value> {
    let documents = windlass_yaml::read(text, &windlass_yaml::ReadOptions::strict()).unwrap();
    documents.iter().map(|document| document.root.to_json().unwrap()).collect()
}

fn info(json: &Value) -> &'static KindInfo {
    let text = |key: &str| json[key].as_str().unwrap();
    KindInfo::find(text("apiVersion"), text("kind")).unwrap_or_else(|| panic!("{json}"))
}

/// Problems as `path rule: message [hint]`.
fn problems(text: &str) -> Vec<String> {
    let json = documents(text).remove(0);
    let checked = check(info(&json).shape, &json, &Texts::default());
    let tell = |problem: super::check::Problem| {
        let hint = problem.hint.map(|hint| format!(" [{hint}]")).unwrap_or_default();
        format!("{} {}: {}{hint}", problem.path.join("/"), problem.rule.id(), problem.message)
    };
    checked.problems.into_iter().map(tell).collect()
}

#[test]
fn every_kind_in_full_fits() {
    let mut seen = BTreeSet::new();
    for json in documents(FULL) {
        let info = info(&json);
        let checked = check(info.shape, &json, &Texts::default());
        assert_eq!(checked.problems, [], "{}", info.name);
        seen.insert(info.name);
    }
    assert_eq!(seen.len(), KINDS.len(), "{seen:?}");
}

#[test]
fn every_field_of_a_shape_is_tried() {
    for info in &KINDS {
        let all: Vec<Value> = documents(FULL).into_iter().filter(|json| json["kind"] == info.name).collect();
        let values: Vec<&Value> = all.iter().collect();
        assert_covered(info.shape, &values, info.name);
    }
}

fn assert_covered(shape: &Shape, values: &[&Value], at: &str) {
    let of_fields = |fields: &'static [Field]| {
        for field in fields {
            let below: Vec<&Value> = values.iter().filter_map(|value| value.get(field.name)).collect();
            let is_removed = matches!(field.presence, super::Presence::Removed(_));
            assert_eq!(below.is_empty(), is_removed, "{at}.{}", field.name);
            assert_covered(field.shape, &below, &format!("{at}.{}", field.name));
        }
    };
    match shape {
        Shape::Object(fields) | Shape::Choice { fields, .. } => of_fields(fields),
        Shape::List { of, .. } => {
            let items: Vec<&Value> = values.iter().filter_map(|v| v.as_array()).flatten().collect();
            assert_covered(of, &items, &format!("{at}[]"));
        }
        _ => {}
    }
}

/// What a type keeps of a document is what the shape lets through.
#[test]
fn types_and_shapes_know_the_same_fields() {
    fn kept<T: DeserializeOwned + Serialize>(json: &Value) -> Value {
        serde_json::to_value(serde_json::from_value::<T>(json.clone()).unwrap()).unwrap()
    }
    for json in documents(FULL) {
        let kept = match json["kind"].as_str().unwrap() {
            "Stage" => kept::<Stage>(&json),
            "Warehouse" => kept::<Warehouse>(&json),
            "PromotionTask" | "ClusterPromotionTask" => kept::<PromotionTask>(&json),
            "Grants" => kept::<Grants>(&json),
            "ProjectConfig" => kept::<ProjectConfig>(&json),
            _ => continue,
        };
        let spec = |json: &Value| json["spec"].clone();
        let mut written = spec(&json);
        forget_what_types_leave_out(&mut written);
        assert_eq!(kept["spec"], written, "{}", json["kind"]);
    }
}

/// Fields that Kargo has and nothing here reads.
fn forget_what_types_leave_out(spec: &mut Value) {
    let Value::Object(members) = spec else { return };
    for name in ["freightLinks", "stageLinks"] {
        members.shift_remove(name);
    }
}

const STAGE: &str = "
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: { name: dev }
spec:
  requestedFreight: [{ origin: { kind: Warehouse, name: w }, sources: { direct: true } }]
  promotionTemplate:
    spec:
      steps: [{ uses: fail }]
";

fn stage(from: &str, to: &str) -> Vec<String> {
    assert!(STAGE.contains(from), "{from}");
    problems(&STAGE.replace(from, to))
}

#[test]
fn unknown_fields_are_told_with_what_was_meant() {
    assert_eq!(
        stage("sources: { direct: true }", "sources: { dierct: true }"),
        [
            "spec/requestedFreight/0/sources/dierct unknown-field: the field \"dierct\" is not known and has no effect \
          [did you mean direct?]"
        ]
    );
    assert_eq!(
        stage("kind: Warehouse, name: w", "kind: Warehouse, nmae: w"),
        [
            "spec/requestedFreight/0/origin/nmae unknown-field: the field \"nmae\" is not known and has no effect [did \
          you mean name?]"
        ],
        "and the missing field is not told as well"
    );
    assert_eq!(
        stage("kind: Warehouse, name: w", "name: w, zzzzzz: 1"),
        [
            "spec/requestedFreight/0/origin/zzzzzz unknown-field: the field \"zzzzzz\" is not known and has no effect \
          [the fields here are kind, name]"
        ]
    );
    assert_eq!(
        stage("spec:\n  requested", "spec:\n  promotionMechanisms: {}\n  requested"),
        [
            "spec/promotionMechanisms removed-field: the field \"promotionMechanisms\" was taken out of Kargo and has no \
          effect [write its steps under promotionTemplate]"
        ]
    );
}

#[test]
fn wrong_types_are_told_at_any_depth() {
    assert_eq!(
        stage("direct: true", "direct: \"true\", stages: dev"),
        [
            "spec/requestedFreight/0/sources/direct wrong-type: spec.requestedFreight[0].sources.direct: expected a \
             boolean, found a string [write it without quotes]",
            "spec/requestedFreight/0/sources/stages wrong-type: spec.requestedFreight[0].sources.stages: expected a \
             list, found a string [begin each entry of a list with \"- \"]",
        ]
    );
    assert_eq!(
        stage("name: w }", "name: on }"),
        [
            "spec/requestedFreight/0/origin/name wrong-type: spec.requestedFreight[0].origin.name: expected a string, \
          found a boolean [put it in quotes; without them YAML reads it as a boolean]"
        ]
    );
    assert_eq!(
        stage("uses: fail", "uses: fail, config: [1], if: true"),
        [
            "spec/promotionTemplate/spec/steps/0/config wrong-type: spec.promotionTemplate.spec.steps[0].config: \
             expected a mapping, found a list",
            "spec/promotionTemplate/spec/steps/0/if wrong-type: spec.promotionTemplate.spec.steps[0].if: expected a \
             string, found a boolean [write ${{ true }}]",
        ]
    );
}

#[test]
fn what_must_be_there_is_told() {
    assert_eq!(
        stage("{ origin: { kind: Warehouse, name: w }, ", "{ "),
        ["spec/requestedFreight/0 missing-field: spec.requestedFreight[0]: the field \"origin\" is missing"]
    );
    assert_eq!(
        stage("steps: [{ uses: fail }]", "steps: []"),
        [
            "spec/promotionTemplate/spec/steps invalid-value: spec.promotionTemplate.spec.steps: expected at least 1 \
          entry, found none"
        ]
    );
    assert_eq!(
        stage("spec:\n  requestedFreight", "x:\n  requestedFreight"),
        [
            "x unknown-field: the field \"x\" is not known and has no effect [the fields here are apiVersion, kind, \
             metadata, spec, status]",
            " missing-field: the field \"spec\" is missing",
        ]
    );
}

#[test]
fn nulls_stand_for_nothing() {
    assert_eq!(stage("spec:\n  requested", "spec:\n  vars:\n  targets: null\n  requested"), [""; 0]);
    assert_eq!(
        stage("name: w }", "name: }"),
        [
            "spec/requestedFreight/0/origin missing-field: spec.requestedFreight[0].origin: the field \"name\" is missing"
        ]
    );
}

#[test]
fn values_out_of_their_range_are_told() {
    let cases = [
        ("retry: { errorThreshold: -1 }", "expected a whole number from 0 to 4294967295, found -1"),
        ("retry: { timeout: 1d }", "time: unknown unit \"d\" in duration \"1d\""),
        ("retry: { timeout: 500ms }", "\"500ms\" is no duration that Kargo allows here"),
        ("vars: [{ name: 1a }]", "\"1a\" is no name of a variable"),
    ];
    for (value, message) in cases {
        let found = stage("{ uses: fail }", &format!("{{ uses: fail, {value} }}"));
        assert_eq!(found.len(), 1, "{value}: {found:?}");
        assert!(found[0].contains(message), "{value}: {found:?}");
    }
    let strategy = stage("direct: true", "direct: true, availabilityStrategy: any");
    assert!(strategy[0].contains("expected one of All, OneOf, found \"any\""), "{strategy:?}");
    assert_eq!(stage("direct: true", "direct: true, availabilityStrategy: ''"), [""; 0]);
}

#[test]
fn choices_are_made_once() {
    let warehouse = |subscription: &str| {
        problems(&format!(
            "apiVersion: kargo.akuity.io/v1alpha1\nkind: Warehouse\nmetadata: {{ name: w }}\nspec: {{ subscriptions: \
             [{{ {subscription} }}] }}\n"
        ))
    };
    assert_eq!(
        warehouse("name: x"),
        [
            "spec/subscriptions/0 missing-field: spec.subscriptions[0]: expected one of git, image, chart, found none"
        ]
    );
    assert_eq!(
        warehouse("git: { repoURL: https://h/a }, image: { repoURL: a }"),
        [
            "spec/subscriptions/0/image conflicting-fields: spec.subscriptions[0].image: expected only one of git, \
          image, chart, found both git and image [keep one of them]"
        ]
    );
    assert_eq!(
        warehouse("imgae: { repoURL: a }"),
        [
            "spec/subscriptions/0/imgae unknown-field: the field \"imgae\" is not known and has no effect [did you mean \
          image?]"
        ]
    );
}

#[test]
fn expressions_and_conditions_are_checked() {
    let step = |fields: &str| stage("{ uses: fail }", &format!("{{ uses: fail, {fields} }}"));
    assert_eq!(step("config: { a: [{ b: '${{ 1 + }}' }] }").len(), 1);
    assert_eq!(step("config: { '${{ 1 + }}': 1 }"), [""; 0], "keys are no templates");
    let rule = |condition: &str| {
        let found = step(&format!("if: {condition:?}"));
        found.first().map(|first| first.split(' ').nth(1).unwrap().trim_end_matches(':').to_owned())
    };
    assert_eq!(rule("true").as_deref(), Some("not-a-condition"));
    assert_eq!(rule("${{ 1 }}").as_deref(), Some("not-a-condition"));
    assert_eq!(rule("${{ a }} && ${{ b }}").as_deref(), Some("not-a-condition"));
    assert_eq!(rule("${{ a && }}").as_deref(), Some("invalid-expression"));
    assert_eq!(rule(" ${{ a == b }}\n"), None);
    assert_eq!(rule("${{ 'true' }}"), None);
}
