//! The projects there are, each with its loop.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use windlass_model::call::CallError;
use windlass_model::call::metadata::Subject;
use windlass_model::ids::ProjectName;
use windlass_ports::project_records::ProjectRecords;

use crate::actor::{Inbox, Started};
use crate::project::{Project, Projects};
use crate::records::StoredRecords;
use crate::trouble::Trouble;

/// A project whose loop runs.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) started: Arc<Started>,
    pub(crate) trouble: Arc<Trouble>,
    /// Ends it.
    pub(crate) stop: CancellationToken,
}

/// All projects. What runs steps asks it for their secrets and records.
#[derive(Default)]
pub struct Registry {
    projects: RwLock<BTreeMap<ProjectName, Entry>>,
}

impl Registry {
    pub(crate) fn get(&self, name: &ProjectName) -> Option<Entry> {
        self.projects.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    pub(crate) fn insert(&self, name: ProjectName, entry: Entry) {
        self.projects.write().unwrap_or_else(PoisonError::into_inner).insert(name, entry);
    }

    pub(crate) fn remove(&self, name: &ProjectName) {
        self.projects.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    pub(crate) fn all(&self) -> Vec<(ProjectName, Entry)> {
        let projects = self.projects.read().unwrap_or_else(PoisonError::into_inner);
        projects.iter().map(|(name, entry)| (name.clone(), entry.clone())).collect()
    }

    pub(crate) fn inbox(&self, name: &ProjectName) -> Option<Inbox> {
        self.get(name).map(|entry| entry.started.inbox.clone())
    }

    fn records(&self, project: &ProjectName) -> Option<Arc<StoredRecords>> {
        self.get(project).map(|entry| Arc::clone(&entry.started.records))
    }
}

impl Projects for Registry {
    fn find_project(&self, name: &ProjectName) -> Option<Arc<Project>> {
        self.get(name).map(|entry| entry.started.cell.get())
    }
}

#[async_trait]
impl ProjectRecords for Registry {
    async fn metadata(
        &self,
        project: &ProjectName,
        subject: &Subject,
    ) -> Result<Option<Map<String, Value>>, CallError> {
        match self.records(project) {
            Some(records) => records.metadata(project, subject).await,
            None => Ok(None),
        }
    }

    async fn alias(&self, project: &ProjectName, freight: &str) -> Result<Option<String>, CallError> {
        match self.records(project) {
            Some(records) => records.alias(project, freight).await,
            None => Ok(None),
        }
    }

    fn noted(&self, project: &ProjectName, subject: &Subject, values: &Map<String, Value>) {
        if let Some(records) = self.records(project) {
            records.noted(project, subject, values);
        }
    }
}
