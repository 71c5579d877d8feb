//! `case.yaml`: what one recorded case gives and wants.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use windlass_yaml::to_json;

/// One case.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case {
    /// Its folder.
    #[serde(skip)]
    pub(super) dir: PathBuf,
    step: Option<String>,
    #[serde(default)]
    config: Value,
    #[serde(default)]
    steps: Vec<Item>,
    #[serde(default)]
    pub(super) context: Map<String, Value>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
    #[serde(default)]
    pub(super) modes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) empty_dirs: Vec<String>,
    #[serde(default)]
    pub(super) extra_files: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) templated: Vec<String>,
    #[serde(default)]
    pub(super) server: Vec<Answer>,
    /// Commits of the remote; none: there is no remote.
    pub(super) repo: Option<Vec<NewCommit>>,
    #[serde(default)]
    pub(super) out_same_as_in: bool,
    pub(super) want: Value,
}

/// A symbolic link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Link {
    pub(super) path: String,
    pub(super) target: String,
}

/// An answer of the loopback server.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) body: String,
    pub(super) body_repeat: Option<Repeat>,
    pub(super) body_base64: Option<String>,
    #[serde(default)]
    pub(super) delay_ms: u64,
}

/// A long text.
#[derive(Debug, Deserialize)]
pub(super) struct Repeat {
    pub(super) text: String,
    pub(super) count: usize,
}

/// A commit to make in the remote.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct NewCommit {
    pub(super) branch: String,
    #[serde(default)]
    pub(super) files: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) remove: Vec<String>,
    pub(super) message: String,
    pub(super) author: String,
    pub(super) date: String,
    pub(super) tag: Option<String>,
}

/// One of a sequence.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Item {
    /// Somebody else pushes a commit.
    Push {
        #[serde(rename = "externalPush")]
        commit: NewCommit,
    },
    /// A step runs.
    Step {
        /// Its name.
        uses: String,
        /// Its configuration.
        #[serde(default)]
        config: Value,
    },
}

impl Case {
    /// Reads the case in a folder.
    pub(super) fn read(dir: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(dir.join("case.yaml")).map_err(|e| format!("case.yaml: {e}"))?;
        let json = to_json(&text).map_err(|e| format!("case.yaml: {e}"))?;
        let case: Self = serde_json::from_value(json).map_err(|e| format!("case.yaml: {e}"))?;
        if case.step.is_some() != case.steps.is_empty() {
            return Err("case.yaml: it needs one of step and steps".to_owned());
        }
        Ok(Self { dir: dir.to_owned(), ..case })
    }

    /// What happens, in order.
    pub(super) fn items(&self) -> Vec<Item> {
        let single =
            self.step.iter().map(|uses| Item::Step { uses: uses.clone(), config: self.config.clone() });
        single.chain(self.steps.iter().cloned()).collect()
    }

    /// The names of the steps that run.
    pub(super) fn uses(&self) -> Vec<String> {
        let name = |item| match item {
            Item::Step { uses, .. } => Some(uses),
            Item::Push { .. } => None,
        };
        self.items().into_iter().filter_map(name).collect()
    }

    /// Whether a step says which forge the remote is. What was recorded had a remote in a directory, and the address of a
    /// commit's page, which is then made, depends on that.
    pub(super) fn names_forge(&self) -> bool {
        self.items()
            .iter()
            .any(|item| matches!(item, Item::Step { config, .. } if config.get("provider").is_some()))
    }

    /// What is wanted of each item, in order.
    pub(super) fn wants(&self) -> Vec<Value> {
        if self.step.is_some() {
            return vec![self.want.clone()];
        }
        let listed = self.want["steps"].as_array().cloned().unwrap_or_default();
        listed.into_iter().map(|want| if want.get("skip").is_some() { json!({}) } else { want }).collect()
    }
}
