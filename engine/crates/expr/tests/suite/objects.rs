//! Values of the host: objects with fields and methods, maps of strings.

use std::sync::Arc;

use serde_json::json;
use windlass_expr::{
    Expression, FunctionError, Functions, JsonName, Map, Methods, Object, Scope, Template, Value,
};

struct Host;

/// A version with `Major()` and `IncMajor()`.
struct Version(i64);

impl Methods for Version {
    fn names(&self) -> &[&'static str] {
        &["Major", "IncMajor", "GreaterThan"]
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, FunctionError> {
        match (name, args) {
            ("Major", []) => Ok(Value::from(self.0)),
            ("IncMajor", []) => Ok(version(self.0 + 1)),
            ("GreaterThan", [other]) => {
                let other = other.as_object().and_then(Object::as_text).unwrap_or("");
                Ok(Value::from(format!("{}.0.0", self.0).as_str() > other))
            }
            _ => Err(FunctionError::new(format!("{name}() takes no such arguments"))),
        }
    }
}

fn version(major: i64) -> Value {
    Object::text("semver.Version", format!("{major}.0.0")).methods(Arc::new(Version(major))).into()
}

impl Functions for Host {
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FunctionError>> {
        Some(Ok(match (name, args) {
            ("commitFrom", _) => Object::new("v1alpha1.GitCommit")
                .field("ID", JsonName::OmitEmpty("id"), "e83c516")
                .field("RepoURL", JsonName::Always("repoURL"), "https://x")
                .field("Tag", JsonName::OmitEmpty("tag"), "")
                .field("Metadata", JsonName::AsInGo, Map::nil_of_strings())
                .field("Internal", JsonName::Hidden, 1)
                .into(),
            ("semverParse", _) => version(1),
            ("status", _) => Object::text("kargo.StepStatus", "Failed").into(),
            ("labels", _) => [("a", "1")].into_iter().fold(Map::of_strings(), insert).into(),
            ("noLabels", _) => Map::nil_of_strings().into(),
            _ => return None,
        }))
    }

    fn names(&self) -> &[&'static str] {
        &["commitFrom", "semverParse", "status", "labels", "noLabels"]
    }
}

fn insert(mut map: Map, (key, value): (&str, &str)) -> Map {
    map.insert(key, value);
    map
}

fn scope() -> Scope<'static> {
    Scope::new(Map::new(), &Host, jiff::Timestamp::UNIX_EPOCH)
}

fn eval(text: &str) -> Result<serde_json::Value, String> {
    let value = Expression::parse(text).and_then(|expression| expression.evaluate(&scope()));
    value.map_err(|error| error.to_string())?.to_json().map_err(|error| error.to_string())
}

fn check(cases: &[(&str, serde_json::Value)]) {
    for (text, want) in cases {
        assert_eq!(eval(text), Ok(want.clone()), "{text}");
    }
}

#[test]
fn fields_have_go_names_and_json_names() {
    check(&[
        ("commitFrom('x').ID", json!("e83c516")),
        ("commitFrom('x')['RepoURL']", json!("https://x")),
        ("commitFrom('x').Internal", json!(1)),
        ("commitFrom('x').ID[:3]", json!("e83")),
        ("commitFrom('x')", json!({"id": "e83c516", "repoURL": "https://x", "Metadata": null})),
        ("'ID' in commitFrom('x')", json!(true)),
        ("'id' in commitFrom('x')", json!(false)),
        ("get(commitFrom('x'), 'ID')", json!("e83c516")),
        ("get(commitFrom('x'), 'Nope')", json!(null)),
        ("commitFrom('x') == commitFrom('y')", json!(true)),
        ("commitFrom('x') == nil", json!(false)),
        ("commitFrom('x')?.ID ?? 'none'", json!("e83c516")),
        ("type(commitFrom('x'))", json!("v1alpha1.GitCommit")),
        ("map([commitFrom('x')], .ID)", json!(["e83c516"])),
    ]);
    for text in
        ["commitFrom('x').id", "commitFrom('x')['repoURL']", "len(commitFrom('x'))", "commitFrom('x')[0]"]
    {
        assert!(eval(text).is_err(), "{text}");
    }
    let error = eval("commitFrom('x').Id").unwrap_err();
    assert!(error.contains("did you mean `ID`?"), "{error}");
}

#[test]
fn objects_are_written_as_json_and_yaml() {
    let template = Template::parse("x${{ commitFrom('x') }}").unwrap().evaluate(&scope()).unwrap();
    assert_eq!(
        template.value.as_str(),
        Some("x{\"id\":\"e83c516\",\"repoURL\":\"https://x\",\"Metadata\":null}")
    );
    let template = Template::parse("${{ asYAML(commitFrom('x')) }}").unwrap().evaluate(&scope()).unwrap();
    let yaml = "id: e83c516\nrepourl: https://x\ntag: \"\"\nmetadata: {}\ninternal: 1\n";
    assert_eq!(template.value.as_str(), Some(yaml));
}

#[test]
fn methods_are_called_on_objects() {
    check(&[
        ("semverParse('1').Major()", json!(1)),
        ("semverParse('1').IncMajor().IncMajor().Major()", json!(3)),
        ("semverParse('1')", json!("1.0.0")),
        ("string(semverParse('1').IncMajor())", json!("2.0.0")),
        ("semverParse('1').IncMajor().GreaterThan(semverParse('1'))", json!(true)),
        ("let next = semverParse('1').IncMajor; next().Major()", json!(2)),
        ("missing?.Major()", json!(null)),
    ]);
    for text in ["semverParse('1').Major", "semverParse('1').Major(1)", "semverParse('1').Minor()"] {
        assert!(eval(text).is_err(), "{text}");
    }
}

#[test]
fn texts_of_a_type_are_no_strings() {
    check(&[
        ("status('a')", json!("Failed")),
        ("status('a') == 'Failed'", json!(false)),
        ("string(status('a')) == 'Failed'", json!(true)),
        ("status('a') in ['Failed', 1]", json!(false)),
    ]);
    for text in ["status('a') + 'x'", "status('a') contains 'F'", "status('a') in ['Failed']"] {
        assert!(eval(text).is_err(), "{text}");
    }
}

#[test]
fn maps_of_strings_have_empty_strings_where_nothing_is() {
    check(&[
        ("labels().a", json!("1")),
        ("labels().nope", json!("")),
        ("labels()['nope'] == ''", json!(true)),
        ("'nope' in labels()", json!(false)),
        ("get(labels(), 'nope')", json!(null)),
        ("noLabels()", json!(null)),
        ("noLabels().x", json!("")),
        ("noLabels() ?? 'none'", json!("none")),
        ("len(noLabels())", json!(0)),
        ("labels() == {'a': '1'}", json!(false)),
    ]);
}
