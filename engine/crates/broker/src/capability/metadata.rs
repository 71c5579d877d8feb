//! Metadata of stages and freight. It is Windlass' own, so a change and the record of it are one transaction.

use std::sync::Arc;

use serde_json::Value;
use windlass_model::call::metadata::{Kind, SetAlias, Subject, Upsert};
use windlass_model::call::{Answer, Call, CallError, Reply};
use windlass_ports::records::DocumentChange;

use super::Capabilities;
use crate::layer::journal::{digest, refused};
use crate::session::Session;

/// Values noted down at one time may take this many bytes as JSON: what Kubernetes lets a whole resource have.
const MAX_VALUES_BYTES: usize = 1 << 20;

/// The longest value of a label, in bytes.
const MAX_LABEL_VALUE: usize = 63;

/// What an alias must be.
const ALIAS_FORM: &str =
    "it may have 63 letters, digits, '-', '_' and '.', and begins and ends with a letter or digit";

impl Capabilities {
    pub(super) async fn metadata(&self, session: &Arc<Session>, subject: &Subject) -> Answer {
        let found = self.ports.records.metadata(&session.spec.project, subject).await?;
        let found = found.ok_or_else(|| not_found(session, subject))?;
        match session.spec.seal.show(&Value::Object(found)) {
            Value::Object(shown) => Ok(Reply::Metadata(shown)),
            _ => Err(CallError::internal("metadata was shown as no object")),
        }
    }

    pub(super) async fn upsert_metadata(&self, session: &Arc<Session>, upsert: Upsert) -> Answer {
        let (spec, subject) = (&session.spec, upsert.subject());
        if self.ports.records.metadata(&spec.project, &subject).await?.is_none() {
            return Err(not_found(session, &subject));
        }
        let values = Value::Object(upsert.values.clone());
        let text = values.to_string();
        if session.secrets.has_token(&text) {
            return Err(CallError::invalid(
                "secret-in-metadata",
                "the metadata holds the token of a secret instead of its value",
            ));
        }
        if text.len() > MAX_VALUES_BYTES {
            return Err(CallError::invalid(
                "metadata-too-large",
                format!("metadata of {MAX_VALUES_BYTES} bytes can be set at one time"),
            ));
        }
        let values = if session.is_revealed() { session.secrets.seal(&*spec.seal, &values) } else { values };
        let Value::Object(values) = values else {
            return Err(CallError::internal("metadata was sealed as no object"));
        };
        let tenant = &spec.lease.tenant;
        let changes = DocumentChange::upsert_metadata(tenant, &spec.project, &subject, values.clone());
        let answer = record(session, Call::MetadataUpsert(upsert), changes, Reply::Done(())).await;
        if answer.is_ok() {
            self.ports.records.noted(&spec.project, &subject, &values);
        }
        answer
    }

    pub(super) async fn set_alias(&self, session: &Arc<Session>, args: SetAlias) -> Answer {
        let (spec, records) = (&session.spec, &self.ports.records);
        if session.secrets.has_token(&args.alias) {
            return Err(CallError::invalid("secret-in-metadata", "the alias holds the token of a secret"));
        }
        if !is_label_value(&args.alias) {
            return Err(CallError::invalid(
                "alias-invalid",
                format!("{:?} is no alias: {ALIAS_FORM}", args.alias),
            ));
        }
        let former = records.alias(&spec.project, &args.freight).await?;
        let subject = || Subject { kind: Kind::Freight, name: args.freight.clone() };
        let former = former.ok_or_else(|| not_found(session, &subject()))?;
        let change = DocumentChange::set_alias(&spec.lease.tenant, &spec.project, &args.freight, &args.alias);
        record(session, Call::MetadataSetAlias(args), vec![change], Reply::FormerAlias(former)).await
    }
}

/// Whether Kubernetes takes the text as the value of a label, which is what Kargo makes of an alias.
fn is_label_value(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().next_back()];
    text.len() <= MAX_LABEL_VALUE
        && ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

async fn record(session: &Arc<Session>, call: Call, changes: Vec<DocumentChange>, done: Reply) -> Answer {
    let recorded = session.secrets.recorded(&call);
    let request = digest(session, &recorded).await?;
    let (effects, lease) = (&session.spec.effects, &session.spec.lease);
    effects.change(lease, &recorded, request, changes, done).await.map_err(refused)?
}

fn not_found(session: &Session, subject: &Subject) -> CallError {
    CallError::not_found(
        "record-not-found",
        format!("there is no {subject} in project {}", session.spec.project),
    )
}
