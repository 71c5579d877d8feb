//! The steps of a directory, as the engine uses them.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use windlass_model::digest::Digest;
use windlass_ports::step_catalog::{
    CatalogError, ConfigProblem, Provenance, StepBinary, StepCatalog, StepKind,
};

use crate::check::{Schema, SchemaError};
use crate::index::{IndexError, StepIndex};
use crate::nearest::nearest;

/// The built-in steps, from the directory they were built into.
pub struct StepDirectory {
    steps: BTreeMap<String, Arc<StepKind>>,
    missing: Option<IndexError>,
    schemas: Mutex<HashMap<Digest, Result<Arc<Schema>, SchemaError>>>,
}

impl StepDirectory {
    /// The steps of a directory. A missing index is told where a step is first needed, so that what needs none works.
    #[must_use]
    pub fn open(dir: &Path) -> Self {
        let (index, missing) = match StepIndex::read(dir) {
            Ok(index) => (index, None),
            Err(error) => (StepIndex::default(), Some(error)),
        };
        let kind = |entry: crate::index::IndexEntry| StepKind {
            binary: StepBinary { digest: entry.digest, path: dir.join(entry.file) },
            manifest: entry.manifest,
            provenance: Provenance::BuiltIn,
        };
        let steps = index.steps.into_iter().map(|(name, entry)| (name, Arc::new(kind(entry)))).collect();
        Self { steps, missing, schemas: Mutex::default() }
    }

    fn schema(&self, kind: &StepKind) -> Result<Arc<Schema>, SchemaError> {
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        schemas
            .entry(kind.binary.digest)
            .or_insert_with(|| Schema::new(&kind.manifest.config_schema).map(Arc::new))
            .clone()
    }
}

impl StepCatalog for StepDirectory {
    fn find(&self, uses: &str) -> Result<Arc<StepKind>, CatalogError> {
        if let Some(kind) = self.steps.get(uses) {
            return Ok(Arc::clone(kind));
        }
        match &self.missing {
            Some(error) => Err(CatalogError::Unavailable(error.to_string())),
            None => Err(CatalogError::Unknown {
                name: uses.to_owned(),
                nearest: nearest(uses, self.steps.keys().map(String::as_str)).map(ToOwned::to_owned),
            }),
        }
    }

    fn names(&self) -> Vec<String> {
        self.steps.keys().cloned().collect()
    }

    fn check(&self, kind: &StepKind, config: &Value) -> Vec<String> {
        match self.schema(kind) {
            Ok(schema) => schema.problems(config),
            Err(error) => vec![error.to_string()],
        }
    }

    fn check_written(&self, kind: &StepKind, config: &Value) -> Vec<ConfigProblem> {
        self.schema(kind).map(|schema| schema.problems_as_written(config)).unwrap_or_default()
    }
}
