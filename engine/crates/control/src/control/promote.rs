//! Renaming freight, and promotions that come as manifests.

use serde_json::Value;
use windlass_model::freight::FreightOrigin;
use windlass_model::ids::ProjectName;
use windlass_ports::control_plane::{Actor, ApiError, ControlPlane as _, Fault, FreightChoice};
use windlass_ports::journal::JournalError;
use windlass_ports::records::{ChangeRefused, DocumentChange};

use super::{Control, failed};
use crate::actor::Message;

impl Control {
    pub(super) async fn rename_freight(
        &self,
        project: &ProjectName,
        freight: &str,
        alias: &str,
    ) -> Result<(), ApiError> {
        let document = self.freight(project, freight).await?;
        let change = DocumentChange::set_alias(&self.ports.tenant, project, &document.key.name, alias);
        match self.ports.resources.write(vec![change]).await {
            Ok(_) => {}
            Err(JournalError::Document(ChangeRefused::Taken(_))) => {
                let message = format!(
                    "alias {alias:?} already used by another piece of Freight in namespace {:?}",
                    project.as_str()
                );
                return Err(ApiError::new(Fault::Conflict, message));
            }
            Err(error) => {
                self.doubt(&document.key).await;
                return Err(failed(error));
            }
        }
        self.follow_stored(&document.key).await.map(|_| ())
    }

    /// A promotion that comes as a manifest: only its stage and its freight count.
    pub(super) async fn promote_manifest(
        &self,
        actor: &Actor,
        project: &ProjectName,
        manifest: &Value,
    ) -> Result<Value, ApiError> {
        let text = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let origin: Option<FreightOrigin> =
            manifest.pointer("/spec/origin").and_then(|origin| serde_json::from_value(origin.clone()).ok());
        let freight = match (text("/spec/freight").filter(|name| !name.is_empty()), origin) {
            (Some(name), None) => FreightChoice::Name(name),
            (None, Some(origin)) => FreightChoice::Origin(origin),
            _ => {
                let message = "Promotion.kargo.akuity.io \"\" is invalid: spec: Invalid value: \"object\": exactly one of \
                               freight or origin must be specified";
                return Err(ApiError::new(Fault::Invalid, message));
            }
        };
        let rollback =
            text("/metadata/annotations/kargo.akuity.io~1rollback").is_some_and(|value| value == "true");
        let (stage, actor) = (text("/spec/stage").unwrap_or_default(), actor.0.clone());
        self.ask(project, |reply| Message::Promote { stage, freight, actor, rollback, reply }).await
    }
}
