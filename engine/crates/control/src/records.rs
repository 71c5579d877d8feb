//! What has been noted down about a project's stages and freight: kept in the store, and in memory for expressions, which
//! cannot wait.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use serde_json::{Map, Value};
use windlass_model::call::CallError;
use windlass_model::call::metadata::{Kind, Subject};
use windlass_model::ids::{ProjectName, TenantId};
use windlass_ports::journal::JournalError;
use windlass_ports::project_records::ProjectRecords;
use windlass_ports::records::{DocumentChange, FREIGHT, ResourceKey, Resources};

use crate::project::ProjectCell;

/// Metadata by subject.
type Known = BTreeMap<Subject, Map<String, Value>>;

/// The records of one project.
pub struct StoredRecords {
    store: Arc<dyn Resources>,
    tenant: TenantId,
    project: Arc<ProjectCell>,
    known: RwLock<Known>,
}

impl StoredRecords {
    /// Reads the records of a project.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn load(
        store: Arc<dyn Resources>,
        tenant: TenantId,
        project: Arc<ProjectCell>,
    ) -> Result<Self, JournalError> {
        let name = project.get().name.clone();
        let mut known = Known::new();
        for kind in [Kind::Stage, Kind::Freight] {
            let any = Subject { kind, name: String::new() };
            let key = DocumentChange::metadata_key(&tenant, &name, &any);
            let listing = store.list(&tenant, &key.kind, Some(&key.namespace)).await?;
            for document in listing.documents {
                let value = document.value()?;
                if let Some(Value::Object(values)) = value.get(DocumentChange::METADATA_MEMBER) {
                    known.insert(Subject { kind, name: document.key.name }, values.clone());
                }
            }
        }
        Ok(Self { store, tenant, project, known: RwLock::new(known) })
    }

    /// The metadata of a stage or freight; none if nothing has been noted down about it.
    #[must_use]
    pub fn known(&self, kind: Kind, name: &str) -> Option<Map<String, Value>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&Subject { kind, name: name.to_owned() }).cloned()
    }

    async fn freight(&self, name: &str) -> Result<Option<Value>, CallError> {
        let key = ResourceKey {
            tenant: self.tenant.clone(),
            kind: FREIGHT.to_owned(),
            namespace: (&self.project.get().name).into(),
            name: name.to_owned(),
        };
        let failed = |e: JournalError| CallError::internal(e.to_string());
        let document = self.store.get(&key).await.map_err(failed)?;
        document.map(|document| document.value().map_err(failed)).transpose()
    }
}

#[async_trait]
impl ProjectRecords for StoredRecords {
    async fn metadata(
        &self,
        project: &ProjectName,
        subject: &Subject,
    ) -> Result<Option<Map<String, Value>>, CallError> {
        let own = self.project.get();
        let is_there = *project == own.name
            && match subject.kind {
                Kind::Stage => own.stages.keys().any(|stage| stage.as_str() == subject.name),
                Kind::Freight => self.freight(&subject.name).await?.is_some(),
            };
        Ok(is_there.then(|| self.known(subject.kind, &subject.name).unwrap_or_default()))
    }

    async fn alias(&self, project: &ProjectName, freight: &str) -> Result<Option<String>, CallError> {
        if *project != self.project.get().name {
            return Ok(None);
        }
        let alias = |freight: Value| freight["alias"].as_str().unwrap_or_default().to_owned();
        Ok(self.freight(freight).await?.map(alias))
    }

    fn noted(&self, _project: &ProjectName, subject: &Subject, values: &Map<String, Value>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let values = values.iter().map(|(name, value)| (name.clone(), value.clone()));
        known.entry(subject.clone()).or_default().extend(values);
    }
}
