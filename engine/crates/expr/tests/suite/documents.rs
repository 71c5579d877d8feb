//! JSON text as a document to evaluate over.

use serde_json::json;
use windlass_expr::{Budget, ErrorClass, ExprError, Value};

fn read(text: &[u8]) -> Result<Value, ExprError> {
    Value::parse_json(text, Budget::default())
}

#[test]
fn numbers_are_floats_and_the_last_of_equal_keys_counts() {
    let value = read(br#" {"n": 9007199254740993, "a": 1, "a": [true, null, "x\u00e9"]} "#).unwrap();
    assert_eq!(value.to_json().unwrap(), json!({"n": 9_007_199_254_740_992_i64, "a": [true, null, "xé"]}));
    assert_eq!(value.as_map().unwrap().get("n").unwrap().type_name(), "float");
}

#[test]
fn broken_text_in_strings_is_replaced() {
    let value = read(b"[\"a\xe6\x97b\", \"\\ud800\"]").unwrap();
    assert_eq!(value.to_json().unwrap(), json!(["a\u{fffd}\u{fffd}b", "\u{fffd}"]));
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    let error = read(b"{\n  \"a\": 1,\n}").unwrap_err();
    assert_eq!(error.class(), ErrorClass::Parse);
    assert_eq!((error.position().line, error.position().column), (3, 1));
    assert_eq!(error.message(), "not JSON: a key in double quotes was expected");
    for text in [&b""[..], b" ", b"\xef\xbb\xbf{}", b"\xff", b"{} {}", b"[1e400]", b"nul", b"\"a\nb\""] {
        assert_eq!(read(text).unwrap_err().class(), ErrorClass::Parse, "{text:?}");
    }
}

#[test]
fn too_much_is_refused() {
    let deep = [b"[".repeat(129), b"]".repeat(129)].concat();
    assert_eq!(read(&deep).unwrap_err().class(), ErrorClass::Budget);
    assert!(read(&deep[1..257]).is_ok());
    let small = Budget { memory: 1000, ..Budget::default() };
    let many = format!("[{}0]", "0,".repeat(100));
    assert_eq!(Value::parse_json(many.as_bytes(), small).unwrap_err().class(), ErrorClass::Budget);
    assert!(Value::parse_json(b"[0, 0]", small).is_ok());
}
