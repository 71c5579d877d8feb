//! `windlass step run`: one process a step.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use windlass_tests::Windlass;

use super::placeholders::Placeholders;

/// A step that takes longer hangs. A guest that has never run is compiled first, which may take minutes.
const MOST_SECONDS: u64 = 600;

/// Where a step runs, and what the program is told beside that.
pub(super) struct Place {
    /// Where its files of configuration and context are put.
    pub(super) notes: PathBuf,
    pub(super) work: PathBuf,
    /// Where the host keeps what it knows of the work directory.
    pub(super) data: PathBuf,
    pub(super) arguments: Vec<String>,
}

/// What the program reports of a step.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reported {
    pub(super) status: String,
    pub(super) terminal: bool,
    pub(super) message: String,
    pub(super) output: Value,
    pub(super) retry_after: Option<String>,
}

impl Place {
    /// Runs the step `uses`, the `number`th of its sequence.
    pub(super) async fn run(
        &self,
        number: usize,
        uses: &str,
        config: &Value,
        context: &Map<String, Value>,
        placeholders: &Placeholders,
    ) -> Result<Reported, String> {
        let mut context = context.clone();
        context.insert("alias".to_owned(), json!(format!("step-{number}")));
        let config = self.note("config.json", &filled(config, placeholders))?;
        let context = self.note("context.json", &Value::Object(context))?;
        let program = Windlass::new(["step", "run", uses, "-o", "json", "--config"])
            .arg(config)
            .arg("--context")
            .arg(context)
            .arg("--workdir")
            .arg(&self.work)
            .arg("--data")
            .arg(&self.data)
            .args(&self.arguments);
        let ended = tokio::time::timeout(Duration::from_secs(MOST_SECONDS), program.run()).await;
        let ended = ended.map_err(|_| format!("{uses} does not end within {MOST_SECONDS} seconds"))?;
        let reported: Reported = serde_json::from_str(&ended.stdout).map_err(|_| {
            let code = ended.code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
            let complaint = ended.stderr.lines().next().unwrap_or_default();
            format!("windlass ends with {code}: {}", complaint.trim_start_matches("error: "))
        })?;
        if ended.code == reported.exit() {
            Ok(reported)
        } else {
            Err(format!("windlass ends with {:?}, and reports {}", ended.code, reported.status))
        }
    }

    fn note(&self, name: &str, content: &Value) -> Result<PathBuf, String> {
        let path = self.notes.join(name);
        std::fs::write(&path, content.to_string()).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(path)
    }
}

impl Reported {
    /// The exit code that belongs to the status.
    fn exit(&self) -> Option<i32> {
        match self.status.as_str() {
            "Succeeded" | "Skipped" => Some(0),
            "Running" => Some(2),
            "Failed" => Some(3),
            "Errored" => Some(4),
            _ => None,
        }
    }
}

/// A configuration with values in the place of placeholders. None at all is an empty one.
fn filled(config: &Value, placeholders: &Placeholders) -> Value {
    match config {
        Value::String(text) => placeholders.fill(text).into(),
        Value::Array(items) => items.iter().map(|item| filled(item, placeholders)).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), filled(value, placeholders))).collect()
        }
        other => other.clone(),
    }
}
