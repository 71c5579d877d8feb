//! Delimiters, joining, coercion, quoting, configs.

use serde_json::{Value as Json, json};
use windlass_expr::{ConfigTemplate, ErrorClass, Map, NoFunctions, Scope, Template, parse_bool};

use crate::support::{config, render, same, template};

fn check(cases: &[(&str, Json)]) {
    for (text, want) in cases {
        let found = render(text);
        assert!(same(&found, want), "{text:?}\n    want {want}\n    got  {found}");
    }
}

#[test]
fn text_without_delimiters_is_itself() {
    for text in ["42", "true", "{\"a\": 1}", "\"q\"", "$ {{ 1 }}", "{{ 1 }}", "100%", "line\n", ""] {
        let parsed = Template::parse(text).unwrap();
        assert!(!parsed.has_expressions());
        assert_eq!(render(text), json!(text));
    }
}

#[test]
fn delimiters() {
    check(&[
        ("${% 1 %}-${{ 2 }}", json!("1-2")),
        ("${% {'a': {'b': 1}}.a.b %}", json!(1)),
        ("$$${{ 1 }}", json!("$$1")),
        ("${{ '[\"${{ 2 }\"]' }}", json!(["${{ 2 }"])),
        // An expression of no characters ends the search for more.
        ("a${{}}b", json!("ab")),
        ("a${{}}${{ 1 }}", json!("a${{ 1 }}")),
    ]);
    for text in ["${{ '}}' }}", "${{ 1 %}", "${%", "${{ }}", "a ${{ 1 }} ${{ 2", "${{ {'a': {'b': 1}} }}"] {
        assert_eq!(template(text).unwrap_err().class(), ErrorClass::Parse, "{text}");
    }
}

#[test]
fn coercion() {
    check(&[
        ("${{ '1.10' }}", json!(1.1)),
        ("1${{ 2 }}", json!(12)),
        ("${{ 1 }}.${{ 5 }}", json!(1.5)),
        ("${{ 1 }}.${{ 2 }}.${{ 3 }}", json!("1.2.3")),
        ("${{ 't' }}", json!(true)),
        ("${{ 'F' }}", json!(false)),
        ("${{ 'yes' }}", json!("yes")),
        ("${{ nil }}", json!(null)),
        ("${{ 'NULL' }}", json!("NULL")),
        ("[\"${{ 'a' }}\"]", json!(["a"])),
        ("[${{ 'a' }}]", json!("[a]")),
        (" ${{ 12 }} ", json!(12)),
        ("${{ '1_000' }}", json!(1000)),
        ("${{ '0x10' }}", json!("0x10")),
        ("${{ '0x1p4' }}", json!(16)),
        ("${{ '1e400' }}", json!("1e400")),
        ("${{ '1234e56' }}", json!(1234e56)),
        ("${{ '' }}", json!("")),
    ]);
    assert!(template("${{ 'nan' }}").unwrap().value.as_f64().is_some_and(f64::is_nan));
    assert!(template("${{ 'nan' }}").unwrap().to_json().is_err());
}

#[test]
fn quotes_and_newlines() {
    check(&[
        ("\"${{ 1 }}\"", json!("1")),
        ("\"${{ 1 }}\"\n", json!("1\n")),
        ("\"\"${{ 1 }}\"\"", json!("\"1\"")),
        ("${{ 1 }}\n", json!(1)),
        ("${{ 'a' }}\n", json!("a\n")),
        ("${{ 'a' }}\n\n", json!("a\n\n")),
        ("${{ quote(5) }}", json!("5")),
        ("${{ quote('5') }}", json!("5")),
        ("${{ quote(\"tab\\there\") }}", json!("tab\\there")),
        ("${{ quote([1, \"<\"]) }}", json!("[1,\"\\u003c\"]")),
        ("${{ unsafeQuote('5') }}", json!("\"5\"")),
        ("${{ asJSON([1]) }}", json!("[\n  1\n]\n")),
        ("${{ 'ver ' + quote('1.0') }}", json!("ver \"1.0\"")),
        ("\"", json!("\"")),
    ]);
}

#[test]
fn yaml() {
    for (expression, want) in [
        ("'plain'", "plain\n"),
        ("'yes'", "\"yes\"\n"),
        ("'0644'", "\"0644\"\n"),
        ("'2024-01-01'", "\"2024-01-01\"\n"),
        ("'12:30:45'", "\"12:30:45\"\n"),
        ("'a: b'", "'a: b'\n"),
        ("\"it's #1\"", "'it''s #1'\n"),
        ("'- a'", "'- a'\n"),
        ("' a '", "' a '\n"),
        ("'a\\nb\\n'", "|\n    a\n    b\n"),
        ("'a\\nb'", "|-\n    a\n    b\n"),
        ("'a\\n\\n'", "|+\n    a\n\n"),
        ("' a\\nb'", "|4-\n     a\n    b\n"),
        ("'a \\nb'", "\"a \\nb\"\n"),
        ("'a\\tb'", "\"a\\tb\"\n"),
        ("'😀'", "\"\\U0001F600\"\n"),
        ("''", "\"\"\n"),
        ("[]", "[]\n"),
        ("{}", "{}\n"),
        ("[[1, 2], [{'a': 1, 'b': [3]}]]", "- - 1\n  - 2\n- - a: 1\n    b:\n        - 3\n"),
        (
            "{'a10': 1, 'a2': {'y': nil}, 'x': ['s\\nt']}",
            "a2:\n    \"y\": null\na10: 1\nx:\n    - |-\n      s\n      t\n",
        ),
        ("{'multi\\nline': 1}", "? |-\n    multi\n    line\n: 1\n"),
        ("1000000.0", "1e+06\n"),
        ("date('2024-02-29')", "2024-02-29T00:00:00Z\n"),
        ("duration('1h')", "1h0m0s\n"),
        ("groupBy([1, 2], # > 1)", "false:\n    - 1\ntrue:\n    - 2\n"),
    ] {
        assert_eq!(render(&format!("${{% asYAML({expression}) %}}")), json!(want), "{expression}");
    }
}

#[test]
fn configs_are_evaluated_in_values_only() {
    let found = config(&json!({
        "${{ 1 }}": "${{ 1 }}",
        "nested": {"list": ["${{ vars.map }}", 1, null, "plain"], "t": true},
        "big": 12345678901234567890u64,
        "template": "${{ '${' + '{ 1 }' }}"
    }));
    let want = json!({
        "${{ 1 }}": 1,
        "nested": {"list": [{"a": {"deep": "x"}, "b": 2}, 1, null, "plain"], "t": true},
        "big": 12345678901234567000u64,
        "template": "${{ 1 }"
    });
    let found = found.unwrap().to_json().unwrap();
    assert!(same(&found, &want), "{found}");
    assert_eq!(config(&json!({})).unwrap().to_json().unwrap(), json!({}));
}

#[test]
fn whole_numbers_of_configs_are_integers() {
    let found =
        config(&json!({"a": "${{ 4 / 2 }}", "b": 1000.0, "c": "${{ 1e21 }}"})).unwrap().to_json().unwrap();
    assert_eq!(found.to_string(), r#"{"a":2,"b":1000,"c":1e+21}"#);
}

#[test]
fn variables_with_the_names_of_quoting_functions_are_refused() {
    let config = ConfigTemplate::parse(&json!({"a": "x"})).unwrap();
    for (name, allowed) in [("quote", false), ("asYAML", false), ("asJSON", false), ("unsafeQuote", true)] {
        let variables: Map = [(name, 1.0)].into_iter().collect();
        let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(config.evaluate(&scope).is_ok(), allowed, "{name}");
    }
}

#[test]
fn booleans_of_filters_are_read_as_go_reads_them() {
    for (text, want) in
        [("true", Some(true)), ("T", Some(true)), ("0", Some(false)), ("yes", None), ("", None)]
    {
        assert_eq!(parse_bool(text), want, "{text}");
    }
}
