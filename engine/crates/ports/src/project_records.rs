//! What Windlass itself notes down about the stages and freight of a project.

use async_trait::async_trait;
use serde_json::{Map, Value};
use windlass_model::call::CallError;
use windlass_model::call::metadata::Subject;
use windlass_model::ids::ProjectName;

/// Reads the records of projects. They are changed by a [`crate::records::DocumentChange`] together with the journal.
#[async_trait]
pub trait ProjectRecords: Send + Sync {
    /// The metadata of a stage or freight; none if the project has no such.
    ///
    /// # Errors
    /// If the store fails.
    async fn metadata(
        &self,
        project: &ProjectName,
        subject: &Subject,
    ) -> Result<Option<Map<String, Value>>, CallError>;

    /// The alias of a freight, empty if it has none; none if the project has no such freight.
    ///
    /// # Errors
    /// If the store fails.
    async fn alias(&self, project: &ProjectName, freight: &str) -> Result<Option<String>, CallError>;

    /// These values have been noted down: expressions see them from now on.
    fn noted(&self, project: &ProjectName, subject: &Subject, values: &Map<String, Value>);
}
