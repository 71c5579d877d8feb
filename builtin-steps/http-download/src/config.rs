//! The configuration of `http-download`.

use schemars::JsonSchema;
use serde::Deserialize;

/// What to download, and where to put it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Where the file is.
    #[schemars(length(min = 1))]
    pub(crate) url: String,
    /// Where to put it. Directories on the way are made.
    #[schemars(length(min = 1))]
    pub(crate) out_path: String,
    /// Replace what is there, be it a file or a directory.
    #[serde(default)]
    pub(crate) allow_overwrite: bool,
    /// Headers to send. Of those that belong to the connection (`Host`, `Content-Length` and their like) none is sent.
    #[serde(default)]
    pub(crate) headers: Vec<Pair>,
    /// Parameters to add to the query of the URL, escaped where they must be.
    #[serde(default)]
    pub(crate) query_params: Vec<Pair>,
    /// Do not check the server's certificate.
    #[serde(default, rename = "insecureSkipTLSVerify")]
    pub(crate) insecure_skip_tls_verify: bool,
    /// How long the download may take, such as `5m`, which it is if absent.
    #[serde(default)]
    #[schemars(with = "String", extend("pattern" = r"(?:\d+(ns|us|µs|ms|s|m|h))+"))]
    pub(crate) timeout: Option<String>,
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
