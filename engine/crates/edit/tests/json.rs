//! Changed JSON texts are read back with the change and no other, and no other byte is changed.

use serde_json::{Map, Value, json};
use windlass_edit::{JsonError, set_json};

#[track_caller]
fn check(text: &str, key: &str, value: impl Into<Value>, wanted: &str) {
    let changed =
        set_json(text.as_bytes(), key, &value.into()).map(|text| String::from_utf8(text).expect("UTF-8"));
    assert_eq!(changed.as_deref(), Ok(wanted), "{key} in {text}");
}

#[track_caller]
fn refused(text: &str, key: &str, wanted: &JsonError) {
    assert_eq!(set_json(text.as_bytes(), key, &json!(1)).as_ref(), Err(wanted), "{key} in {text}");
}

#[test]
fn values_are_replaced_where_they_stand() {
    check("{\"a\" : 1 }\r\n", "a", "x", "{\"a\" : \"x\" }\r\n");
    check(r#"{"a":{"b":[1, {"c":2}]}}"#, "a.b.1.c", true, r#"{"a":{"b":[1, {"c":true}]}}"#);
    check(r#"{"a":{"b":1}}"#, "a", 2, r#"{"a":2}"#);
    check(r#"{"a.b":{"*":1}}"#, r"a\.b.\*", 2, r#"{"a.b":{"*":2}}"#);
    check(r#"{"\u0061":1}"#, "a", 2, r#"{"\u0061":2}"#);
    check(r#"{"7":1,"l":[1,2]}"#, ":7", 2, r#"{"7":2,"l":[1,2]}"#);
    check(r#"{"a":1,"a":2}"#, "a", 3, r#"{"a":3,"a":2}"#);
    check("\u{feff}{\"a\":1}", "a", 2, "\u{feff}{\"a\":2}");
    check("// c\n{\"a\":1}", "a", 2, "// c\n{\"a\":2}");
}

#[test]
fn what_is_missing_is_made() {
    check("{}", "a.b.1.c", 2, r#"{"a":{"b":[null,{"c":2}]}}"#);
    check("", "a", 1, r#"{"a":1}"#);
    check(" \n", "1", 1, "[null,1]");
    check("{\"a\":1}\n", "b", 2, r#"{"a":1,"b":2}"#);
    check("[ 1 , 2 ]\n", "-1", 3, "[ 1 , 2 ,3]");
    check("[ 1 , 2 ]", "3", 3, "[1,2,null,3]");
    check(r#"{"a":"text"}"#, "a.b", 1, r#"{"a":{"b":1}}"#);
    check(r#"{"a":[]}"#, "a.-1.b", 1, r#"{"a":[{"b":1}]}"#);
    check("{}", "a.:0", 1, r#"{"a":{"0":1}}"#);
    check("\u{feff}{}", "a", 1, "\u{feff}{\"a\":1}");
}

#[test]
fn queries_change_what_they_find_and_make_nothing() {
    let list = r#"{"l":[{"n":"web","t":1},{"n":"db","t":2},{"n":"web","t":3}]}"#;
    check(list, r#"l.#(n=="db").t"#, 9, &list.replace("\"t\":2", "\"t\":9"));
    check(list, r#"l.#(n=="web").t"#, 9, &list.replace("\"t\":1", "\"t\":9"));
    check(list, r#"l.#(n=="web")#.t"#, 9, &list.replace("\"t\":1", "\"t\":9").replace("\"t\":3", "\"t\":9"));
    check(
        list,
        "l.#(t>=2)#.n",
        "x",
        &list.replace("db\",\"t\":2", "x\",\"t\":2").replace("web\",\"t\":3", "x\",\"t\":3"),
    );
    check(list, "l.#.t", 0, &list.replace(":1", ":0").replace(":2", ":0").replace(":3", ":0"));
    check(list, "*.1.?", "x", &list.replace("\"db\"", "\"x\""));
    for key in ["l.#", "l.#(n==\"x\").t", "@pretty", "l|0", "z*", "l.@reverse", "l.#(", "#", "..#"] {
        check(list, key, 1, list);
    }
    check(r#"{"a@b":1}"#, "a@b", 2, r#"{"a@b":2}"#);
}

#[test]
fn what_would_do_harm_is_refused() {
    refused("{}", "", &JsonError::EmptyKey);
    refused("[1]", "a", &JsonError::NotAnIndex("a".to_owned()));
    refused("[]", "100000000", &JsonError::TooFar { index: "100000000".to_owned(), most: 10_000 });
    refused(
        "{}",
        "a.99999999999999999999",
        &JsonError::TooFar { index: "99999999999999999999".to_owned(), most: 10_000 },
    );
    refused("not JSON", "a", &JsonError::NotJson);
    refused("{\"a\":1, oops", "b", &JsonError::NotJson);
    refused("{}", &"a.".repeat(100_000), &JsonError::TooDeep { most: 127 });
    refused("[]", &format!("#{}", "(#".repeat(100_000)), &JsonError::TooDeep { most: 127 });
    for value in [json!(null), json!([1]), json!({})] {
        assert_eq!(set_json(b"{}", "a", &value), Err(JsonError::NotScalar));
    }
}

#[test]
fn broken_and_binary_texts_are_no_danger() {
    let pieces = ["{", "[", "\"", "\\", "}", "]", ":", ",", "a", "\u{1}", "\"a\"", "nul", "-", "é"];
    let mut random = Random(1);
    for _ in 0..20_000 {
        let mut text: Vec<u8> =
            (0..random.below(12)).flat_map(|_| pieces[random.below(pieces.len())].bytes()).collect();
        if random.below(4) == 0 {
            text.push(0xff);
        }
        for key in ["a", "a.b", "0", "-1", "#.a", "a*", "#(a=1)"] {
            let _ = set_json(&text, key, &json!("x"));
        }
    }
    let deep = "[".repeat(1_000_000);
    assert!(set_json(deep.as_bytes(), "0.0.0", &json!(1)).is_ok());
}

#[test]
fn editing_and_reading_can_be_exchanged() {
    let mut random = Random(7);
    for _ in 0..3000 {
        let value = json!({ "top": random.value(4) });
        let mut text = String::new();
        random.write(&value, &mut text);
        let (key, way) = random.way(&value);
        let new = random.scalar();
        let Ok(changed) = set_json(text.as_bytes(), &key, &new) else { panic!("{key} in {text}") };
        let mut wanted = value.clone();
        let old = put(&mut wanted, &way, new.clone());
        let read: Value = serde_json::from_slice(&changed).unwrap();
        assert_eq!(read, wanted, "{key} in {text}");
        if let Some(old) = old.filter(|old| !old.is_object() && !old.is_array()) {
            let same = common(text.bytes(), changed.iter().copied())
                + common(text.bytes().rev(), changed.iter().rev().copied());
            assert!(same + old.to_string().len() >= text.len(), "{key} in {text}");
        }
    }
}

fn common(one: impl Iterator<Item = u8>, other: impl Iterator<Item = u8>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

/// Puts a value at the end of a way; what stood there before.
fn put(value: &mut Value, way: &[String], new: Value) -> Option<Value> {
    let Some((first, rest)) = way.split_first() else { return Some(std::mem::replace(value, new)) };
    match value {
        Value::Array(items) => put(&mut items[first.parse::<usize>().expect("an index")], rest, new),
        Value::Object(members) if members.contains_key(first) => put(&mut members[first], rest, new),
        Value::Object(members) => {
            members.insert(first.clone(), new);
            None
        }
        _ => unreachable!("the way leads through lists and objects"),
    }
}

/// Numbers that are the same at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below a usize")
    }

    fn scalar(&mut self) -> Value {
        let texts = ["", "x", "a\"b", "\\", "é<&>", "\u{2028}", "\t\u{1}", "{\"", "}]", "日本"];
        match self.below(4) {
            0 => json!(self.below(1000)),
            1 => json!((2 * self.below(1000) + 1) as f64 / 16.0 - 3.0),
            2 => json!(self.below(2) == 0),
            _ => json!(texts[self.below(texts.len())]),
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 1 } else { 3 }) {
            0 => self.scalar(),
            1 => Value::Array((0..self.below(4)).map(|_| self.value(depth - 1)).collect()),
            _ => {
                let mut members = Map::new();
                for _ in 0..self.below(4) {
                    let names = ["a", "b.c", "0", "-1", "é", "x y", "q\"", "*", "\\", ":"];
                    let name = names[self.below(names.len())].to_owned();
                    members.insert(name, self.value(depth - 1));
                }
                Value::Object(members)
            }
        }
    }

    /// A way to a value that is there, or to a member that is not; and the key for it.
    fn way(&mut self, value: &Value) -> (String, Vec<String>) {
        let (mut key, mut way, mut value) = (String::new(), Vec::<String>::new(), value);
        loop {
            let next = match value {
                Value::Array(items) if !items.is_empty() => {
                    let at = self.below(items.len());
                    (at.to_string(), Some(&items[at]))
                }
                Value::Object(members) => {
                    let at = self.below(members.len() + 1);
                    match members.iter().nth(at) {
                        Some((name, value)) => (name.clone(), Some(value)),
                        None => ("new".to_owned(), None),
                    }
                }
                _ => break,
            };
            let escaped: String = next
                .0
                .chars()
                .flat_map(|c| if ".*\\:".contains(c) { vec!['\\', c] } else { vec![c] })
                .collect();
            key.push_str(if way.is_empty() { "" } else { "." });
            key.push_str(&escaped);
            way.push(next.0);
            match next.1 {
                Some(inner) if self.below(4) > 0 => value = inner,
                _ => break,
            }
        }
        (key, way)
    }

    /// Writes a value with blanks wherever they may be.
    fn write(&mut self, value: &Value, text: &mut String) {
        self.blank(text);
        match value {
            Value::Array(items) => {
                text.push('[');
                for (at, item) in items.iter().enumerate() {
                    text.push_str(if at == 0 { "" } else { "," });
                    self.write(item, text);
                }
                text.push(']');
            }
            Value::Object(members) => {
                text.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    text.push_str(if at == 0 { "" } else { "," });
                    self.blank(text);
                    text.push_str(&json!(name).to_string());
                    self.blank(text);
                    text.push(':');
                    self.write(value, text);
                }
                text.push('}');
            }
            scalar => text.push_str(&scalar.to_string()),
        }
        self.blank(text);
    }

    fn blank(&mut self, text: &mut String) {
        let blanks = ["", "", "", " ", "\n  ", "\t", "\r\n"];
        text.push_str(blanks[self.below(blanks.len())]);
    }
}
