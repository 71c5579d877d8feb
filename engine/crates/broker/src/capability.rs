//! The capabilities: what answers a call that has passed the layers. One file each.

pub(crate) mod attempt;
pub(crate) mod copy;
pub(crate) mod files;
pub(crate) mod git;
pub(crate) mod http;
pub(crate) mod log;
pub(crate) mod metadata;
pub(crate) mod objects;
pub(crate) mod permissions;
pub(crate) mod secrets;

use std::sync::Arc;

use windlass_model::call::{Answer, Call, Reply};

use crate::broker::{BrokerPorts, BrokerSettings};
use crate::layer::Pipeline;
use crate::session::Session;

/// What the capabilities work with.
pub(crate) struct Capabilities {
    pub(crate) ports: BrokerPorts,
    pub(crate) settings: BrokerSettings,
}

impl Capabilities {
    /// Answers a call. `pipeline` is for the effects that a call has beside its own answer.
    pub(crate) async fn answer(&self, pipeline: &Pipeline, session: &Arc<Session>, call: Call) -> Answer {
        match call {
            Call::GetMode(_) => Ok(attempt::mode()),
            Call::RemainingMs(_) => Ok(attempt::remaining(session, self.ports.clock.now())),
            Call::Cancelled(_) => Ok(Reply::Cancelled(session.spec.cancel.is_cancelled())),
            Call::IdempotencyKey(args) => Ok(attempt::idempotency_key(session, &args.purpose)),
            Call::LogWrite(line) => Ok(self.write_log(session, line)),
            Call::LogProgress(progress) => Ok(self.report_progress(session, progress)),
            Call::SecretsReveal(args) => secrets::reveal(session, &args.token),
            Call::HttpSend(request) => self.send(session, request).await,
            Call::GitClone(args) => self.git_clone(pipeline, session, &args).await,
            Call::GitListRefs(args) => self.git_list_refs(session, &args).await,
            Call::GitHead(args) => {
                self.ports.git.head(&self.git_scope(session), &args.path).await.map(Reply::Head)
            }
            Call::GitClear(args) => {
                self.ports.git.clear(&self.git_scope(session), &args.path).await.map(Reply::Done)
            }
            Call::GitDiff(args) => {
                self.ports.git.diff(&self.git_scope(session), &args.path).await.map(Reply::Diff)
            }
            Call::GitCommit(args) => self.git_commit(session, &args).await,
            Call::GitTag(args) => self.git_tag(session, &args).await,
            Call::GitPush(args) => self.git_push(pipeline, session, &args).await,
            Call::GitUpdateRef(update) => self.git_update_ref(session, &update).await,
            Call::ObjectsGet(args) => self.get_object(session, &args.key).await,
            Call::ObjectsQuery(query) => self.query_objects(session, &query).await,
            Call::ObjectsPatch(patch) => self.patch_object(session, &patch).await,
            Call::FilesPermissions(args) => permissions::look(session, args).await,
            Call::FilesSetPermissions(args) => permissions::set(session, args).await,
            Call::FilesCopy(args) => copy::files(session, args).await,
            Call::MetadataGet(subject) => self.metadata(session, &subject).await,
            Call::MetadataUpsert(upsert) => self.upsert_metadata(session, upsert).await,
            Call::MetadataSetAlias(alias) => self.set_alias(session, alias).await,
        }
    }
}
