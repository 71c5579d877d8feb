//! Showing a promotion on a server while it runs.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::client::ApiClient;
use crate::failure::Failure;

/// How a promotion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Followed {
    Succeeded,
    Unsuccessful,
}

/// Shows the steps of a promotion as they end, until it has ended. A stream that breaks off is taken up again.
pub(crate) async fn follow(client: &ApiClient, project: &str, name: &str) -> Result<Followed, Failure> {
    let path = ["v1beta1", "projects", project, "promotions", name];
    let mut shown = BTreeMap::new();
    loop {
        let mut events = client.events(&path, &[]).await?;
        while let Some(event) = events.next().await? {
            let promotion = &event["object"];
            show_steps(promotion, &mut shown);
            let phase = promotion.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default();
            if matches!(phase, "Succeeded" | "Failed" | "Errored" | "Aborted") {
                let message = promotion.pointer("/status/message").and_then(Value::as_str);
                let message = message.map(|message| format!(": {message}")).unwrap_or_default();
                anstream::println!("{phase}{message}");
                return Ok(if phase == "Succeeded" { Followed::Succeeded } else { Followed::Unsuccessful });
            }
            if event["type"] == "DELETED" {
                return Err(Failure::input(format!("the promotion {name} was deleted while it ran")));
            }
        }
    }
}

/// Shows the steps that have ended since they were shown last.
fn show_steps(promotion: &Value, shown: &mut BTreeMap<String, String>) {
    let steps = promotion.pointer("/spec/steps").and_then(Value::as_array).map_or(0, Vec::len);
    let executions = promotion.pointer("/status/stepExecutionMetadata").and_then(Value::as_array);
    for (index, step) in executions.into_iter().flatten().enumerate() {
        let text = |member: &str| step[member].as_str().unwrap_or_default();
        let (alias, status) = (text("alias").to_owned(), text("status").to_owned());
        let is_over = !matches!(status.as_str(), "" | "Running");
        if !is_over || shown.get(&alias) == Some(&status) {
            continue;
        }
        let message =
            if text("message").is_empty() { String::new() } else { format!("  {}", text("message")) };
        anstream::println!("  {:>2}/{steps} {alias}  {status}{message}", index + 1);
        shown.insert(alias, status);
    }
}
