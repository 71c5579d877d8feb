//! The secrets of an attempt: putting them into what leaves, and keeping them out of what comes back or is shown.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use serde_json::Value;
use windlass_egress::{Place, fill_in, find_tokens};
use windlass_model::call::Call;
use windlass_model::call::http::{Body, Options};
use windlass_ports::sessions::{Seal, Tokens};

/// Shorter values are not looked for: they would be found everywhere.
const SHORTEST_HIDDEN: usize = 4;

/// What stands where a secret was.
const HIDDEN: &str = "[redacted]";

/// The secrets behind the tokens of one attempt.
pub(crate) struct Secrets {
    tokens: Tokens,
    finder: Option<AhoCorasick>,
    /// For each pattern of the finder the token of its value, if the pattern is the value itself.
    replacements: Vec<Option<String>>,
}

impl Secrets {
    pub(crate) fn new(tokens: Tokens) -> Self {
        let mut patterns = Vec::new();
        let mut replacements = Vec::new();
        for (token, secret) in &tokens {
            let value = secret.value.expose();
            if value.len() < SHORTEST_HIDDEN {
                continue;
            }
            let mut add = |pattern: String, replacement| {
                patterns.push(pattern);
                replacements.push(replacement);
            };
            add(value.to_owned(), Some(token.clone()));
            let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(value);
            add(encoded, None);
            let escaped = fill_in(token, Place::Url, |_| Some(value.to_owned())).into_owned();
            if escaped != value {
                add(escaped, None);
            }
        }
        let finder = (!patterns.is_empty()).then(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(&patterns)
                .expect("only gigabytes of patterns are too many, and a configuration is smaller")
        });
        Self { tokens, finder, replacements }
    }

    /// The value behind a token.
    pub(crate) fn reveal(&self, token: &str) -> Option<String> {
        self.tokens.get(token).map(|secret| secret.value.expose().to_owned())
    }

    /// The text with values in the place of tokens.
    pub(crate) fn fill_in<'t>(&self, text: &'t str, place: Place) -> Cow<'t, str> {
        fill_in(text, place, |token| self.reveal(token))
    }

    /// Whether a token of this attempt is in the text.
    pub(crate) fn has_token(&self, text: &str) -> bool {
        find_tokens(text).any(|(_, token)| self.tokens.contains_key(token))
    }

    /// A value as an attempt that was told these secrets may store it.
    pub(crate) fn seal(&self, seal: &dyn Seal, value: &Value) -> Value {
        seal.seal(value, &self.tokens)
    }

    /// All tokens.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.tokens.keys().cloned().collect()
    }

    /// The text as it may be shown and stored.
    pub(crate) fn hide(&self, text: &str) -> String {
        match &self.finder {
            Some(finder) => finder.replace_all(text, &vec![HIDDEN; self.replacements.len()]),
            None => text.to_owned(),
        }
    }

    /// The answer of a server as a guest may see it: a value that was sent back is its token again.
    pub(crate) fn tokenize(&self, bytes: Vec<u8>) -> Vec<u8> {
        let Some(finder) = &self.finder else { return bytes };
        if !finder.is_match(&bytes) {
            return bytes;
        }
        let replacements: Vec<&str> =
            self.replacements.iter().map(|token| token.as_deref().unwrap_or(HIDDEN)).collect();
        finder.replace_all_bytes(&bytes, &replacements)
    }

    fn tokenize_text(&self, text: &mut String) {
        let bytes = self.tokenize(std::mem::take(text).into_bytes());
        // Values and tokens are whole texts, so nothing is cut within a character.
        *text = String::from_utf8_lossy(&bytes).into_owned();
    }

    /// The same in every text and every name of a JSON value.
    pub(crate) fn tokenize_json(&self, value: Value) -> Value {
        if self.finder.is_none() {
            return value;
        }
        match value {
            Value::String(mut text) => {
                self.tokenize_text(&mut text);
                Value::String(text)
            }
            Value::Array(items) => items.into_iter().map(|item| self.tokenize_json(item)).collect(),
            Value::Object(members) => {
                let member = |(mut name, value): (String, Value)| {
                    self.tokenize_text(&mut name);
                    (name, self.tokenize_json(value))
                };
                Value::Object(members.into_iter().map(member).collect())
            }
            other => other,
        }
    }

    /// An outside effect as it may be recorded: a step that was told a secret may send it anywhere that it may reach, and
    /// the record holds its token instead.
    pub(crate) fn recorded(&self, call: &Call) -> Call {
        let mut call = call.clone();
        if self.finder.is_none() {
            return call;
        }
        match &mut call {
            Call::HttpSend(request) => {
                self.tokenize_text(&mut request.url);
                for (name, value) in &mut request.headers {
                    self.tokenize_text(name);
                    self.tokenize_text(value);
                }
                if let Body::Bytes(bytes) = &mut request.body {
                    *bytes = self.tokenize(std::mem::take(bytes));
                }
                let Options { idempotency_key, proxy, .. } = &mut request.options;
                idempotency_key.iter_mut().chain(proxy).for_each(|text| self.tokenize_text(text));
            }
            Call::ObjectsPatch(patch) => patch.patch = self.tokenize_json(std::mem::take(&mut patch.patch)),
            Call::GitUpdateRef(update) => self.tokenize_text(&mut update.url),
            Call::MetadataUpsert(upsert) => {
                if let Value::Object(values) =
                    self.tokenize_json(Value::Object(std::mem::take(&mut upsert.values)))
                {
                    upsert.values = values;
                }
            }
            Call::MetadataSetAlias(alias) => self.tokenize_text(&mut alias.alias),
            // No other call is an outside effect.
            _ => {}
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use windlass_model::manifest::secret::SecretValue;
    use windlass_ports::sessions::TokenSecret;

    use super::*;

    const TOKEN: &str = "wls0123456789abcdefghijklmnop";

    fn secrets(value: &str) -> Secrets {
        let secret = TokenSecret { value: SecretValue::new(value), sources: Vec::new() };
        Secrets::new(Tokens::from([(TOKEN.to_owned(), secret)]))
    }

    #[test]
    fn values_are_hidden_in_every_usual_form() {
        let secrets = secrets("hunter 2!");
        assert_eq!(secrets.hide("a hunter 2! b"), "a [redacted] b");
        assert_eq!(secrets.hide("?q=hunter%202%21"), "?q=[redacted]");
        assert_eq!(secrets.hide("aHVudGVyIDIh"), "[redacted]");
        assert_eq!(secrets.hide("hunter"), "hunter");
    }

    #[test]
    fn what_a_server_sends_back_is_a_token_again() {
        let secrets = secrets("hunter2");
        assert_eq!(
            secrets.tokenize(b"you said hunter2\xff".to_vec()),
            [b"you said ".as_slice(), TOKEN.as_bytes(), b"\xff"].concat()
        );
    }

    #[test]
    fn no_record_of_an_effect_holds_a_secret() {
        let secrets = secrets("hunter \"2\"");
        let call = |value: &str| {
            let quoted = value.replace('"', "\\\"");
            Call::from_guest_json(
                format!(
                    r#"{{"fn":"http.send","args":{{"method":"POST","url":"https://h/{quoted}",
                        "headers":[["x-key","Bearer {quoted}"]],"body":{{"bytes":"{}"}},"effect":"write",
                        "options":{{"idempotencyKey":"k{quoted}"}}}}}}"#,
                    base64::engine::general_purpose::STANDARD.encode(format!("<{value}>"))
                )
                .as_bytes(),
            )
            .unwrap()
        };
        assert_eq!(secrets.recorded(&call("hunter \"2\"")), call(TOKEN));
        let patch = |value: &str| {
            let patch = serde_json::json!({"spec": {"list": [format!("a {value}")], value: 1}});
            let key = serde_json::json!({"apiVersion": "v1", "kind": "K", "namespace": "n", "name": "o"});
            let call = serde_json::json!({"fn": "objects.patch", "args": {"key": key, "patch": patch}});
            Call::from_guest_json(call.to_string().as_bytes()).unwrap()
        };
        assert_eq!(secrets.recorded(&patch("hunter \"2\"")), patch(TOKEN));
    }

    #[test]
    fn very_short_values_are_left_alone() {
        assert_eq!(secrets("abc").hide("abc"), "abc");
    }
}
