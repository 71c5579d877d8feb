//! The text of a JSON object, changed in places. What is not changed is copied as it stands: reading a whole document into
//! memory and writing it again takes longer than storing it.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::ResourceVersion;

/// An object: its members in their order, each with the text of its value.
///
/// ```
/// use windlass_ports::records::ObjectText;
///
/// let mut object = ObjectText::read(r#"{"kind":"Stage","status":{"phase":"Running"}}"#).unwrap();
/// assert!(object.set(&["status", "phase"], Some(&"Succeeded".into())));
/// assert!(object.remove("kind"));
/// assert_eq!(object.to_string(), r#"{"status":{"phase":"Succeeded"}}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectText<'a> {
    members: Vec<(Cow<'a, str>, Part<'a>)>,
}

/// A value as it stands, and as an object once something in it was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part<'a> {
    text: Cow<'a, str>,
    object: Option<ObjectText<'a>>,
}

impl<'a> ObjectText<'a> {
    /// Finds the members of an object; none if the text is of something else, or is no JSON.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        let mut rest = text.trim_ascii().strip_prefix('{')?.trim_ascii_start();
        let mut members = Vec::new();
        if rest == "}" {
            return Some(Self { members });
        }
        loop {
            let (name, after) = value(rest)?;
            let name = match serde_json::from_str::<&str>(name) {
                Ok(name) => Cow::Borrowed(name),
                Err(_) => Cow::Owned(serde_json::from_str(name).ok()?),
            };
            let (text, after) = value(after.trim_ascii_start().strip_prefix(':')?)?;
            members.push((name, Part::new(Cow::Borrowed(text))));
            rest = after.trim_ascii_start();
            match rest.strip_prefix(',') {
                Some(more) => rest = more.trim_ascii_start(),
                None => return (rest == "}").then_some(Self { members }),
            }
        }
    }

    /// The text of an object; none of another value.
    #[must_use]
    pub fn of_value(value: &Value) -> Option<ObjectText<'static>> {
        let members = value.as_object()?.iter();
        let part = |value: &Value| Part::new(Cow::Owned(value.to_string()));
        let members = members.map(|(name, value)| (Cow::Owned(name.clone()), part(value)));
        Some(ObjectText { members: members.collect() })
    }

    /// Whether there is something at a path.
    pub fn has(&mut self, path: &[impl AsRef<str>]) -> bool {
        let Some((last, way)) = path.split_last() else { return true };
        let mut at = self;
        for name in way {
            let Some(inner) = at.member(name.as_ref()).and_then(Part::object) else { return false };
            at = inner;
        }
        at.member(last.as_ref()).is_some()
    }

    /// Sets the value at a path, or takes it out; whether that changed anything. Objects on the way are made.
    pub fn set(&mut self, path: &[impl AsRef<str>], value: Option<&Value>) -> bool {
        let Some((last, way)) = path.split_last() else { return false };
        let mut at = self;
        for name in way {
            let inner = match value {
                Some(_) => Some(at.object_at(name.as_ref())),
                None => at.member(name.as_ref()).and_then(Part::object),
            };
            let Some(inner) = inner else { return false };
            at = inner;
        }
        match value {
            Some(value) => at.put(last.as_ref(), value.to_string()),
            None => at.remove(last.as_ref()),
        }
    }

    /// Makes sure that a member is an object.
    pub fn object_at(&mut self, name: &str) -> &mut Self {
        let index = match self.members.iter().position(|(known, _)| known == name) {
            Some(index) => index,
            None => {
                self.members.push((Cow::Owned(name.to_owned()), Part::new(Cow::Borrowed("{}"))));
                self.members.len() - 1
            }
        };
        self.members[index].1.make_object()
    }

    /// Takes a member out; whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let count = self.members.len();
        self.members.retain(|(known, _)| known != name);
        self.members.len() < count
    }

    /// Writes the version of the last change down. What has no kind is a record of our own, whose metadata is not that of
    /// an object.
    pub fn set_version(&mut self, version: ResourceVersion) {
        if !self.has(&["kind"]) {
            return;
        }
        if let Some(metadata) = self.member("metadata").and_then(Part::object) {
            metadata.put("resourceVersion", json!(version.to_string()).to_string());
        }
    }

    fn put(&mut self, name: &str, text: String) -> bool {
        match self.member(name) {
            Some(part) if part.is(&text) => return false,
            Some(part) => *part = Part::new(Cow::Owned(text)),
            None => self.members.push((Cow::Owned(name.to_owned()), Part::new(Cow::Owned(text)))),
        }
        true
    }

    fn member(&mut self, name: &str) -> Option<&mut Part<'a>> {
        self.members.iter_mut().find(|(known, _)| known == name).map(|(_, part)| part)
    }

    fn write(&self, to: &mut String) {
        to.push('{');
        for (index, (name, part)) in self.members.iter().enumerate() {
            if index > 0 {
                to.push(',');
            }
            to.push_str(&Value::from(name.as_ref()).to_string());
            to.push(':');
            match &part.object {
                Some(object) => object.write(to),
                None => to.push_str(&part.text),
            }
        }
        to.push('}');
    }
}

impl std::fmt::Display for ObjectText<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        self.write(&mut text);
        f.write_str(&text)
    }
}

impl<'a> Part<'a> {
    fn new(text: Cow<'a, str>) -> Self {
        Self { text, object: None }
    }

    /// The object that it is.
    fn object(&mut self) -> Option<&mut ObjectText<'a>> {
        if self.object.is_none() {
            self.object = match &self.text {
                Cow::Borrowed(text) => ObjectText::read(text),
                Cow::Owned(text) => ObjectText::read(text).map(ObjectText::into_owned),
            };
        }
        self.object.as_mut()
    }

    /// The object that it is, or an empty one in its place.
    fn make_object(&mut self) -> &mut ObjectText<'a> {
        self.object();
        self.object.get_or_insert_default()
    }

    fn is(&self, text: &str) -> bool {
        self.object.as_ref().map_or_else(|| self.text == text, |object| object.to_string() == text)
    }

    fn into_owned(self) -> Part<'static> {
        let object = self.object.map(ObjectText::into_owned);
        Part { text: Cow::Owned(self.text.into_owned()), object }
    }
}

impl ObjectText<'_> {
    fn into_owned(self) -> ObjectText<'static> {
        let members = self.members.into_iter();
        let members = members.map(|(name, part)| (Cow::Owned(name.into_owned()), part.into_owned()));
        ObjectText { members: members.collect() }
    }
}

/// The text of the value that a text begins with, and what follows it.
fn value(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_ascii_start();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    text.split_at_checked(values.byte_offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_stands_as_it_was() {
        let text = r#"{"a":{"b":[1.0,"x\"}",{"c":null}],"d":2},"na\u00efve":"\u00e9","e":{}}"#;
        let mut object = ObjectText::read(text).unwrap();
        assert!(object.set(&["a", "d"], Some(&json!({ "new": true }))));
        assert!(object.set(&["e", "f", "g"], Some(&json!(1))));
        assert!(!object.set(&["e", "f", "g"], Some(&json!(1))));
        assert!(!object.set(&["naïve", "x"], None));
        let expected =
            r#"{"a":{"b":[1.0,"x\"}",{"c":null}],"d":{"new":true}},"naïve":"\u00e9","e":{"f":{"g":1}}}"#;
        assert_eq!(object.to_string(), expected);
    }

    /// The same on a value.
    fn set_member(document: &mut Value, path: &[&str], value: Option<&Value>) -> bool {
        let (last, way) = path.split_last().unwrap();
        let mut at = document;
        for name in way {
            if value.is_none() && !at.get(name).is_some_and(Value::is_object) {
                return false;
            }
            if !at[name].is_object() {
                at[name] = json!({});
            }
            at = &mut at[name];
        }
        let members = at.as_object_mut().unwrap();
        match value {
            Some(value) => members.insert((*last).to_owned(), value.clone()).as_ref() != Some(value),
            None => members.shift_remove(*last).is_some(),
        }
    }

    #[test]
    fn it_changes_what_a_value_would_be_changed_to() {
        let documents = [
            json!({}),
            json!({ "s": { "a": 1, "b": { "c": [] } } }),
            json!({ "s": 5 }),
            json!({ "s": null }),
        ];
        let paths: [&[&str]; 5] = [&["s"], &["s", "a"], &["s", "b", "c"], &["s", "x", "y"], &["t"]];
        let values = [None, Some(json!(1)), Some(json!({ "z": "\"" })), Some(Value::Null)];
        for document in &documents {
            for path in paths {
                for value in &values {
                    let text = document.to_string();
                    let mut object = ObjectText::read(&text).unwrap();
                    let mut expected = document.clone();
                    let is_changed = set_member(&mut expected, path, value.as_ref());
                    assert_eq!(object.set(path, value.as_ref()), is_changed, "{document} {path:?} {value:?}");
                    assert_eq!(object.to_string(), expected.to_string(), "{document} {path:?} {value:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_object_is_not_taken_for_one() {
        for text in
            ["", "[]", "{", "{}x", r#"{"a"}"#, r#"{"a":}"#, r#"{"a":1,}"#, r#"{a:1}"#, r#"{"a":1 2}"#, "null"]
        {
            assert_eq!(ObjectText::read(text), None, "{text}");
        }
        assert_eq!(ObjectText::read(" { } ").unwrap().to_string(), "{}");
    }

    #[test]
    fn a_path_is_found_or_not() {
        let mut object = ObjectText::read(r#"{"a":{"b":1},"c":2}"#).unwrap();
        assert!(object.has(&["a", "b"]) && object.has(&["c"]));
        assert!(!object.has(&["a", "c"]) && !object.has(&["c", "d"]) && !object.has(&["x", "y"]));
    }
}
