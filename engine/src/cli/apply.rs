//! `windlass apply` and `windlass delete -f`: manifests of files, to a server.

use std::path::PathBuf;

use serde_json::Value;

use crate::client::ServerArgs;
use crate::failure::{EXIT_FAILED, Failure};
use crate::manifests;

#[derive(Debug, clap::Args)]
pub(crate) struct ApplyArgs {
    /// Manifests: a file, `-` for standard input, or a directory of files. Can be given more than once.
    #[arg(short, long = "filename", required = true, value_name = "PATH")]
    filename: Vec<PathBuf>,
    /// Look into directories below as well.
    #[arg(short = 'R', long)]
    recursive: bool,
    #[command(flatten)]
    server: ServerArgs,
}

impl ApplyArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        let query = [("upsert", "true")];
        send(&self.server, "PUT", &query, &self.filename, self.recursive).await
    }
}

/// Sends the manifests of files with a method, and tells what became of each; the exit code.
pub(super) async fn send(
    server: &ServerArgs,
    method: &str,
    query: &[(&str, &str)],
    paths: &[PathBuf],
    recursive: bool,
) -> Result<u8, Failure> {
    let client = server.client()?;
    let text = manifests::texts(paths, recursive)?;
    let answer = client.answered(method, &["v1beta1", "resources"], query, Some(text.into_bytes())).await?;
    if let Some(error) = answer.body["error"].as_str() {
        return Err(if answer.status < 500 { Failure::input(error) } else { Failure::environment(error) });
    }
    let mut code = 0;
    for result in answer.body["results"].as_array().into_iter().flatten() {
        for warning in result["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            anstream::eprintln!("warning: {warning}");
        }
        match told(result) {
            Ok(line) => anstream::println!("{line}"),
            Err(error) => {
                anstream::eprintln!("error: {error}");
                code = EXIT_FAILED;
            }
        }
    }
    Ok(code)
}

/// What became of one document.
fn told(result: &Value) -> Result<String, String> {
    for (member, done) in [
        ("createdResourceManifest", "created"),
        ("updatedResourceManifest", "configured"),
        ("deletedResourceManifest", "deleted"),
    ] {
        if let Some(object) = result.get(member) {
            let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            let kind = text("/kind").to_lowercase();
            return Ok(format!("{kind}/{} {done}", text("/metadata/name")));
        }
    }
    Err(result["error"].as_str().unwrap_or("the server says nothing").to_owned())
}
