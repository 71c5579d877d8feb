//! The configuration of `http`.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use windlass_step::{Context, Error, at_most_one};

/// What Go's `time.ParseDuration` is given. The pattern is Kargo's, which looks for a duration anywhere in the text.
const DURATION: &str = r"(?:\d+(ns|us|µs|ms|s|m|h))+";

/// What to send, and what to make of the answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("allOf" = [at_most_one(&["body", "bodyFromFile"])]))]
pub struct Config {
    /// The method; GET if absent.
    #[serde(default)]
    #[schemars(with = "String", extend("pattern" = "^(DELETE|GET|HEAD|PATCH|POST|PUT)$"))]
    pub(crate) method: Option<String>,
    /// Where to send it.
    #[schemars(length(min = 1))]
    pub(crate) url: String,
    /// Headers to send. Of those that belong to the connection (`Host`, `Content-Length` and their like) none is sent.
    #[serde(default)]
    pub(crate) headers: Vec<Pair>,
    /// Parameters to add to the query of the URL, escaped where they must be.
    #[serde(default)]
    pub(crate) query_params: Vec<Pair>,
    /// The body.
    #[serde(default)]
    pub(crate) body: String,
    /// A file whose content is the body.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    pub(crate) body_from_file: Option<String>,
    /// Do not check the server's certificate.
    #[serde(default, rename = "insecureSkipTLSVerify")]
    pub(crate) insecure_skip_tls_verify: bool,
    /// The URL of a proxy to go through. The environment's proxies are not used.
    #[serde(default)]
    #[schemars(with = "String", extend("pattern" = "^https?://.*$"))]
    pub(crate) proxy: Option<String>,
    /// How long one exchange may take, such as `10s`, which it is if absent.
    #[serde(default)]
    #[schemars(with = "String", extend("pattern" = DURATION))]
    pub(crate) timeout: Option<String>,
    /// When to ask again while neither expression is true, such as `30s`, which it is if absent.
    #[serde(default)]
    #[schemars(with = "String", extend("pattern" = DURATION))]
    pub(crate) poll_interval: Option<String>,
    /// How to read the body of the answer, whatever the answer says.
    #[serde(default)]
    #[schemars(with = "String", extend("pattern" = "^(application/json|application/yaml|text/plain)$"))]
    pub(crate) response_content_type: Option<String>,
    /// What to output of an answer that is a success.
    #[serde(default)]
    pub(crate) outputs: Vec<Output>,
    /// The expression that says whether an answer is a success, without delimiters.
    #[serde(default)]
    pub(crate) success_expression: String,
    /// The expression that says whether an answer is a failure for good, without delimiters.
    #[serde(default)]
    pub(crate) failure_expression: String,
    /// The expression that gives the message of a failure, without delimiters.
    #[serde(default)]
    pub(crate) error_expression: String,
}

impl Config {
    /// The same with the values of secrets in its expressions. In all else they stay tokens, which the host fills in.
    ///
    /// # Errors
    /// If an expression holds a secret, and the step may not have it.
    pub(crate) fn revealed(mut self, context: &Context) -> Result<Self, Error> {
        let conditions =
            [&mut self.success_expression, &mut self.failure_expression, &mut self.error_expression];
        let outputs = self.outputs.iter_mut().map(|output| &mut output.from_expression);
        for expression in conditions.into_iter().chain(outputs) {
            let mut text = Value::String(std::mem::take(expression));
            context.reveal_all(&mut text)?;
            if let Value::String(text) = text {
                *expression = text;
            }
        }
        Ok(self)
    }
}

/// A header or a parameter.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pair {
    /// Its name.
    #[schemars(length(min = 1))]
    pub(crate) name: String,
    /// Its value.
    #[schemars(length(min = 1))]
    pub(crate) value: String,
}

/// One output.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Output {
    /// Its name. Of several with one name the last one counts.
    #[schemars(length(min = 1))]
    pub(crate) name: String,
    /// The expression that gives its value, without delimiters.
    #[schemars(length(min = 1))]
    pub(crate) from_expression: String,
}
