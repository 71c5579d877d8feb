//! Changed TOML texts are read back with the change and no other, and no other byte is changed.

use serde_json::{Value, json};
use windlass_edit::{TomlError, set_toml};

fn set(text: &str, key: &str, value: impl Into<Value>) -> Result<String, TomlError> {
    set_toml(text, &[(key, &value.into())]).map(|edit| edit.text)
}

#[track_caller]
fn check(text: &str, key: &str, value: impl Into<Value>, wanted: &str) {
    assert_eq!(set(text, key, value).as_deref(), Ok(wanted), "{key} in {text}");
}

#[track_caller]
fn refused(text: &str, key: &str, wanted: &str) {
    let error = set(text, key, "x").expect_err("it is refused").to_string();
    assert!(error.contains(wanted), "{key} in {text}: {error}");
}

#[test]
fn values_of_every_kind_are_replaced() {
    for old in [
        "'x'",
        "\"x\"",
        "'''\nx\ny'''",
        "\"\"\"x\\\n  y\"\"\"",
        "1",
        "0xFF",
        "1_0.5e3",
        "-inf",
        "nan",
        "true",
        "07:32:00",
        "1979-05-27 07:32:00.5-07:00",
        "1979-05-27",
    ] {
        check(&format!("k={old}# c\r\nl = 1"), "k", "new", "k='new'# c\r\nl = 1");
    }
    check("a = 1 # c\n", "a", 2, "a = 2 # c\n");
    check("a = 1.0\n", "a", 2, "a = 2.0\n");
    check("a = 0x10\n", "a", json!(2.0), "a = 2\n");
    check("\u{feff}a = 1", "a", true, "\u{feff}a = true");
}

#[test]
fn keys_lead_through_tables_and_arrays() {
    check("a.b.c = 1\n", "a.b.c", 2, "a.b.c = 2\n");
    check("[a]\nb = 1\n[a.c]\nb = 1\n[d]\nb = 1\n", "a.c.b", 2, "[a]\nb = 1\n[a.c]\nb = 2\n[d]\nb = 1\n");
    check("a = [1, [2, 3], {b.c = 4, d = 5},] # c\n", "a.1.1", 0, "a = [1, [2, 0], {b.c = 4, d = 5},] # c\n");
    check("a = [1, [2, 3], {b.c = 4, d = 5},]\n", "a.2.d", 0, "a = [1, [2, 3], {b.c = 4, d = 0},]\n");
    check("a = [[], {}, [ # c\n 1]]\nb = 1\n", "a.2.0", 0, "a = [[], {}, [ # c\n 0]]\nb = 1\n");
    check("a = {b = [{c = 1}], d = {}}\ne = 1\n", "e", 0, "a = {b = [{c = 1}], d = {}}\ne = 0\n");
    check("'a.b' = {\"c d\" = 1}\n", r"a\.b.c d", 2, "'a.b' = {\"c d\" = 2}\n");
    check("\"\\u0061\" = 1\n", "a", 2, "\"\\u0061\" = 2\n");
    let servers = "[[s]]\nn = 1\n[[s.d]]\nm = 1\n[[s]]\nn = 2\n[[s.d]]\nm = 2\n[s.e]\nq = 3\n";
    check(servers, "s.1.n", 0, &servers.replace("n = 2", "n = 0"));
    check(servers, "s.d.1.m", 0, &servers.replace("m = 2", "m = 0"));
    check(servers, "s.e.q", 0, &servers.replace('3', "0"));
}

#[test]
fn what_is_not_there_is_told() {
    let text = "a = [1]\nb.c = 1\n[t]\nu = {v = 1}\n[[w]]\nx = 1\n";
    for key in ["z", "a.1", "a.x", "b", "t.z", "w.1", "w.0.y", "t.u.v.w"] {
        refused(text, key, "key path not found");
    }
    for (key, kind) in
        [("a", "Array"), ("t", "Table"), ("t.u", "InlineTable"), ("w", "ArrayTable"), ("w.0", "ArrayTable")]
    {
        refused(text, key, &format!("addresses {kind} instead of a scalar node"));
    }
    refused(text, "a..b", "empty key part");
    for broken in [
        "a = ",
        "a = 1 b = 2",
        "a = [1",
        "[t",
        "a = 1_",
        "a = \"x",
        "a = 'x\ny'",
        "a = \u{1}",
        "= 1",
        "a = 01",
    ] {
        refused(broken, "a", "error parsing input");
    }
    refused(&format!("a = {}", "[".repeat(100_000)), "a", "error parsing input");
    for value in [json!(null), json!([1]), json!({})] {
        assert!(matches!(set(text, "t.u.v", value), Err(TomlError::Value { .. })));
    }
}

#[test]
fn several_values_are_set_or_none() {
    let text = "a = 1\nb = 'x'\nc = 2\n";
    let edit = set_toml(text, &[("c", &json!("long text")), ("a", &json!(2)), ("c", &json!(3))]).unwrap();
    assert_eq!(edit.text, "a = 2\nb = 'x'\nc = 3\n");
    assert_eq!(edit.written, ["'long text'", "2", "3"]);
    assert!(set_toml(text, &[("c", &json!(1)), ("d", &json!(2))]).is_err());
}

#[test]
fn editing_and_reading_can_be_exchanged() {
    let texts = ["", "x", "it's", "a\"b\\", "\n", "\t\u{1}\u{7f}", "é\u{2028}", "'''", "C:\\"];
    for (number, text) in texts.iter().enumerate() {
        for (old, integer) in [("1", true), ("'x'", false), ("2.5", false), ("\"\"\"\nx\"\"\"", false)] {
            let document =
                format!("a = [{old}, {{ b = {old} }}] # c\n[t.u]\nv = {old}\n[[t.w]]\nv = {old}\n");
            for (key, at) in [("a.0", 0), ("a.1.b", 1), ("t.u.v", 2), ("t.w.0.v", 3)] {
                for value in [json!(text), json!(number), json!(number as f64 + 0.5), json!(true)] {
                    let edited = set(&document, key, value.clone()).unwrap();
                    let pieces: Vec<&str> = document.split(old).collect();
                    let (before, after) = (pieces[..=at].join(old), pieces[at + 1..].join(old));
                    assert!(edited.starts_with(&before) && edited.ends_with(&after), "{edited}");
                    let read: toml::Table = edited.parse().unwrap();
                    let read = serde_json::to_value(&read).unwrap();
                    let got = match at {
                        0 => &read["a"][0],
                        1 => &read["a"][1]["b"],
                        2 => &read["t"]["u"]["v"],
                        _ => &read["t"]["w"][0]["v"],
                    };
                    let wanted = if value.is_i64() || value.is_u64() {
                        if integer { json!(number) } else { json!(number as f64) }
                    } else {
                        value
                    };
                    assert_eq!(*got, wanted, "{edited}");
                }
            }
        }
    }
}
