//! YAML: what is read can be written and read again as the same, and a change of one place leaves the rest alone.

use serde_json::Value as Json;
use windlass_yaml::{
    KeyOrder, Kind, Node, Patcher, Path, ReadOptions, Scalar, decode_utf8, emit, read, to_json,
};

use super::{Target, feature, gist};
use crate::corpus;

/// How many places are changed.
const MOST_PLACES: usize = 40;

/// The target.
pub(crate) struct Yaml;

impl Target for Yaml {
    fn corpus(&self) -> Vec<Vec<u8>> {
        let mut found = corpus::yaml_files("examples");
        found.extend(corpus::yaml_files("builtin-steps"));
        found.extend(SAMPLES.iter().map(|text| text.as_bytes().to_vec()));
        found
    }

    fn dictionary(&self) -> &'static [&'static str] {
        &[
            ": ",
            "- ",
            "? ",
            "\n",
            "\n  ",
            "\n    ",
            "\r\n",
            "\t",
            "|\n  ",
            ">-\n  ",
            "|2+\n",
            "# note",
            " #",
            "---\n",
            "...\n",
            "%YAML 1.1\n",
            "&a ",
            "*a",
            "<<: *a",
            "!!str ",
            "!!binary ",
            "!!int ",
            "! ",
            "{",
            "}",
            "[",
            "]",
            ", ",
            "\"",
            "'",
            "''",
            "\\n",
            "\\x41",
            "\\u00e9",
            "null",
            "~",
            "yes",
            "no",
            "on",
            "true",
            "0644",
            "0x1f",
            "0b1",
            "1_000",
            ".inf",
            ".nan",
            "1e3",
            "-0",
            "1:30",
            "2001-01-01",
            "2001-12-14t21:59:43.10-05:00",
            "=",
            "<<",
            "\u{feff}",
            "\u{85}",
            "\u{2028}",
            "é",
        ]
    }

    fn check(&mut self, inputs: &[Vec<u8>]) -> Result<Vec<u64>, String> {
        inputs.iter().map(|input| check(input)).collect()
    }
}

const SAMPLES: [&str; 6] = [
    "a: 1 # one\nb:\n- x\n- {c: [1, 2], d: 'q'}\n",
    "base: &b {k: v, n: 2}\nmore:\n  <<: *b\n  k: w\nlist: [*b]\n",
    "text: |\n  one\n  two\nfolded: >-\n  three\n  four\n\nend: \"a\\tb\"\n",
    "---\na: 1\n---\nb: 2\n...\n",
    "? [complex]\n: value\n? k\n: !!str 12\n",
    "images:\n  - name: web\n    newTag: v1.0.0 # keep\n  - name: api\n    newTag: \"1.10\"\nreplicas: 0o7\n",
];

fn check(input: &[u8]) -> Result<u64, String> {
    let text = match decode_utf8(input) {
        Ok(text) => text,
        Err(error) => return Ok(feature(gist(&error.to_string()))),
    };
    for options in [ReadOptions::default(), ReadOptions::strict()] {
        match read(text, &options) {
            Ok(documents) => {
                documents.iter().try_for_each(|document| within(&document.root, text))?;
            }
            Err(error) if text.get(error.span.bytes()).is_none() => {
                return Err(format!("the mistake is outside of the text: {error}"));
            }
            Err(_) => {}
        }
    }
    let seen = match to_json(text) {
        Ok(json) => {
            written(&json)?;
            let changes = changed(text, &json)?;
            format!("{} {changes}", shape(&json))
        }
        Err(error) => gist(&error.to_string()),
    };
    Ok(feature(seen))
}

/// What kinds of values there are, as far as they make a difference.
fn shape(json: &Json) -> String {
    match json {
        Json::Null => "0".to_owned(),
        Json::Bool(_) => "b".to_owned(),
        Json::Number(number) => if number.is_f64() { "f" } else { "i" }.to_owned(),
        Json::String(text) => if text.contains('\n') { "t" } else { "s" }.to_owned(),
        Json::Array(items) => format!("[{}]", items.iter().take(3).map(shape).collect::<String>()),
        Json::Object(members) => format!("{{{}}}", members.values().take(3).map(shape).collect::<String>()),
    }
}

/// All parts are in the text.
fn within(node: &Node, text: &str) -> Result<(), String> {
    if text.get(node.span().bytes()).is_none() {
        return Err(format!("a part of the tree is outside of the text: {:?}", node.span()));
    }
    match node.kind() {
        Kind::Sequence(items) if node.alias().is_none() => {
            items.iter().try_for_each(|item| within(item, text))
        }
        Kind::Mapping(mapping) if node.alias().is_none() => mapping.entries().iter().try_for_each(|entry| {
            within(&entry.key, text)?;
            within(&entry.value, text)
        }),
        _ => Ok(()),
    }
}

/// What is written is read as the same.
fn written(json: &Json) -> Result<(), String> {
    for order in [KeyOrder::Kept, KeyOrder::Sorted] {
        let Ok(text) = emit(json, order) else { continue };
        match to_json(&text) {
            Ok(again) if same(&again, json) => {}
            Ok(again) => return Err(format!("{json} is written as {text:?}, which is read as {again}")),
            Err(error) => return Err(format!("{json} is written as {text:?}, which is not read: {error}")),
        }
    }
    Ok(())
}

/// The same, where numbers are compared by what they are.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Changes some places, one at a time; how many could be.
fn changed(text: &str, json: &Json) -> Result<usize, String> {
    let Ok(patcher) = Patcher::new(text) else { return Ok(0) };
    // Aliases change where their anchors do, and merged keys are elsewhere.
    if text.contains(['&', '*', '<']) || patcher.root().is_none() {
        return Ok(0);
    }
    let mut places = Vec::new();
    places_of(json, &mut Vec::new(), &mut places);
    let mut changes = 0;
    for (index, (pointer, segments)) in places.iter().enumerate() {
        let values =
            [Scalar::from("new: #1"), Scalar::Int(7), Scalar::from("1.10"), Scalar::from("two\nlines\n")];
        let value = &values[index % values.len()];
        let mut patched = patcher.clone();
        if patched.replace_scalar(&Path::of(segments.iter().cloned()), value).is_err() {
            continue;
        }
        changes += 1;
        let mut want = json.clone();
        let Some(place) = want.pointer_mut(pointer) else { continue };
        *place = match value {
            Scalar::Int(number) => Json::from(*number),
            Scalar::String(text) => Json::from(text.as_str()),
            _ => Json::Null,
        };
        let found = to_json(patched.text())
            .map_err(|e| format!("after a change it is not read: {e}: {:?}", patched.text()))?;
        if !same(&found, &want) {
            return Err(format!(
                "a change at {pointer:?} gives {:?}, which is {found}, not {want}",
                patched.text()
            ));
        }
    }
    Ok(changes.min(3))
}

/// The places of scalars.
fn places_of(json: &Json, path: &mut Vec<String>, places: &mut Vec<(String, Vec<String>)>) {
    if places.len() >= MOST_PLACES {
        return;
    }
    let mut within = |segment: String, inner: &Json| {
        path.push(segment);
        places_of(inner, path, places);
        path.pop();
    };
    match json {
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| within(index.to_string(), item));
        }
        Json::Object(members) => members.iter().for_each(|(key, value)| within(key.clone(), value)),
        _ => {
            let escaped = path.iter().map(|segment| segment.replace('~', "~0").replace('/', "~1"));
            places.push((escaped.map(|segment| format!("/{segment}")).collect(), path.clone()));
        }
    }
}
