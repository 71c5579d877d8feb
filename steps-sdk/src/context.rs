//! What a step is given beside its configuration.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::freight::{FreightCollection, FreightOrigin};
use crate::host::HostHandle;

/// What a step may know of its promotion.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StepContext {
    /// The project.
    pub project: String,
    /// The stage.
    pub stage: String,
    /// The promotion's name.
    pub promotion: String,
    /// Who asked for it; empty if nobody did.
    pub actor: String,
    /// Whether it goes back to older freight.
    pub rollback: bool,
    /// This step's alias.
    pub alias: String,
    /// The address of the web UI; empty if there is none.
    pub ui_base_url: String,
    /// What the stage asks for, as in its manifest.
    pub freight_requests: Vec<Value>,
    /// The freight of every origin.
    pub freight: FreightCollection,
    /// The freight being promoted.
    pub target_freight: Option<TargetFreight>,
    /// The outputs so far, by alias.
    pub outputs: Value,
}

/// The freight being promoted.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TargetFreight {
    /// Its name.
    pub name: String,
    /// Its alias; empty if it has none.
    pub alias: String,
    /// Its warehouse.
    pub origin: FreightOrigin,
}

/// One attempt: its directory, what is known of the promotion, and the way to the capabilities.
pub struct Context {
    pub(crate) host: HostHandle,
    pub(crate) work_dir: PathBuf,
    pub(crate) step: StepContext,
    pub(crate) state: Option<Value>,
    pub(crate) attempt: u32,
}

impl Context {
    /// What is known of the promotion.
    #[must_use]
    pub fn step(&self) -> &StepContext {
        &self.step
    }

    /// What the last attempt returned with `running`.
    #[must_use]
    pub fn state(&self) -> Option<&Value> {
        self.state.as_ref()
    }

    /// The number of the attempt, from 1. A run after a crash keeps its number.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The work directory.
    #[must_use]
    pub fn work_dir(&self) -> &Path {
        &self.work_dir
    }

    /// The path of `text` in the work directory. Absolute paths mean the work directory's own, and `..` stops there: no
    /// text names anything outside.
    #[must_use]
    pub fn path(&self, text: &str) -> PathBuf {
        let mut path = self.work_dir.clone();
        let mut depth = 0_usize;
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    if depth > 0 {
                        path.pop();
                        depth -= 1;
                    }
                }
                name => {
                    path.push(name);
                    depth += 1;
                }
            }
        }
        path
    }
}
