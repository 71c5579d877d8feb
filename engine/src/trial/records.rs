//! The records of a project that is only supposed: its one stage and the freight of the context exist, and what is noted
//! down about them is gone when the command ends.

use async_trait::async_trait;
use serde_json::{Map, Value};
use windlass_model::call::CallError;
use windlass_model::call::metadata::{Kind, Subject};
use windlass_model::ids::ProjectName;
use windlass_ports::project_records::ProjectRecords;

use super::TrialContext;

/// The records.
#[derive(Debug)]
pub(crate) struct SupposedRecords {
    stage: String,
    /// Name and alias of each freight.
    freight: Vec<(String, String)>,
}

impl SupposedRecords {
    /// Those that a context speaks of.
    pub(crate) fn of(context: &TrialContext) -> Self {
        let step = &context.step;
        let target = step.target_freight.iter().map(|target| (target.name.clone(), target.alias.clone()));
        let others = step.freight.iter().map(|freight| (freight.name.clone(), String::new()));
        Self { stage: step.stage.clone(), freight: target.chain(others).collect() }
    }
}

#[async_trait]
impl ProjectRecords for SupposedRecords {
    async fn metadata(
        &self,
        _project: &ProjectName,
        subject: &Subject,
    ) -> Result<Option<Map<String, Value>>, CallError> {
        let is_there = match subject.kind {
            Kind::Stage => subject.name == self.stage,
            Kind::Freight => self.freight.iter().any(|(name, _)| *name == subject.name),
        };
        Ok(is_there.then(Map::new))
    }

    async fn alias(&self, _project: &ProjectName, freight: &str) -> Result<Option<String>, CallError> {
        Ok(self.freight.iter().find(|(name, _)| name == freight).map(|(_, alias)| alias.clone()))
    }

    fn noted(&self, _project: &ProjectName, _subject: &Subject, _values: &Map<String, Value>) {}
}
