//! `windlass get sync`: how the folder or repository is that a server is kept like.

use serde_json::Value;

use super::{Format, print_data};
use crate::client::ApiClient;
use crate::failure::{EXIT_FAILED, Failure};

/// Shows it; the exit code tells whether all of it is applied.
pub(super) async fn show(client: &ApiClient, format: Format) -> Result<u8, Failure> {
    let record = client.get(&["windlass", "v1", "sync"], &[]).await?;
    let list = |name: &str| record[name].as_array().cloned().unwrap_or_default();
    let problems = list("problems");
    let code = if problems.is_empty() { 0 } else { EXIT_FAILED };
    match format {
        Format::Json | Format::Yaml => print_data(&[record], false, format)?,
        Format::Name => list("resources").iter().for_each(|one| anstream::println!("{}", name(one))),
        Format::Table | Format::Wide => {
            let text = |name: &str| record[name].as_str().unwrap_or_default();
            let when = if text("syncedAt").is_empty() { "never as a whole" } else { text("syncedAt") };
            let count = list("resources").len();
            anstream::println!("{}: {count} resources, last changed {when}", text("source"));
            for drift in list("drift") {
                let at = drift["at"].as_str().unwrap_or_default();
                anstream::println!("{} was changed by somebody else, and set back at {at}", name(&drift));
            }
            for problem in problems {
                anstream::println!("problem: {}", problem.as_str().unwrap_or_default());
            }
        }
    }
    Ok(code)
}

fn name(resource: &Value) -> String {
    let text = |name: &str| resource[name].as_str().unwrap_or_default();
    let namespace = text("namespace");
    let slash = if namespace.is_empty() { "" } else { "/" };
    format!("{} {namespace}{slash}{}", text("kind").to_lowercase(), text("name"))
}
