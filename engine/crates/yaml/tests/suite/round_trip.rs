//! What is written is read back as it was.

use serde_json::{Value, json};
use windlass_yaml::{EmitError, KeyOrder, Limits, emit, to_json};

use crate::generate::{self, Dice};

/// The value as it is after numbers have passed through Go's JSON: without a fraction below 10^21 they are whole.
fn whole_numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let text = number.as_f64().expect("is_f64").to_string();
            text.parse::<i64>()
                .map(Value::from)
                .or_else(|_| text.parse::<u64>().map(Value::from))
                .unwrap_or(value.clone())
        }
        Value::Array(items) => items.iter().map(whole_numbers).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), whole_numbers(value))).collect()
        }
        _ => value.clone(),
    }
}

fn check(value: &Value, order: KeyOrder) {
    let text = emit(value, order).expect("the value is not deep");
    let read = to_json(&text).unwrap_or_else(|error| panic!("{error}\n{value}\n{text}"));
    assert_eq!(read, whole_numbers(value), "\n{text}");
}

#[test]
fn random_values_come_back() {
    for seed in 0..6000 {
        let mut dice = Dice::new(seed);
        let value = generate::value(&mut dice, 0);
        check(&value, KeyOrder::Sorted);
        check(&value, KeyOrder::Kept);
    }
}

#[test]
fn every_pair_of_tricky_texts_comes_back() {
    for one in generate::TRICKY {
        for other in generate::TRICKY {
            let text = format!("{one}{other}");
            check(&json!({"k": text, "l": [text, {"m": text}]}), KeyOrder::Sorted);
            let object: serde_json::Map<String, Value> =
                [(text.clone(), json!([text]))].into_iter().collect();
            check(&Value::Object(object), KeyOrder::Sorted);
            check(&Value::from(text), KeyOrder::Sorted);
        }
    }
}

#[test]
fn every_character_comes_back() {
    let all: Vec<char> = (0..=0x2100_u32).chain(0xd7f0..=0x1_0010).filter_map(char::from_u32).collect();
    for characters in all.chunks(7) {
        let text: String = characters.iter().collect();
        check(&json!([text, {text.clone(): text}]), KeyOrder::Sorted);
    }
}

#[test]
fn deep_values_are_written_up_to_a_bound() {
    let max = Limits::DEPTH_MAX;
    for innermost in [json!(null), json!([]), json!({}), json!({"a": 1})] {
        let own = u16::from(!innermost.is_null());
        let nested = |depth: u16| (own..depth).fold(innermost.clone(), |inner, _| json!([inner]));
        check(&nested(max), KeyOrder::Sorted);
        assert_eq!(emit(&nested(max + 1), KeyOrder::Sorted), Err(EmitError::TooDeep { max }));
    }
}
