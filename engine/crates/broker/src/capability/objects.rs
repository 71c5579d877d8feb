//! Kubernetes-shaped objects for steps. An Argo CD Application is changed only by the stage that it names itself.

use std::future::Future;
use std::sync::Arc;

use serde_json::Value;
use windlass_model::call::objects::{Key, Patch, Query};
use windlass_model::call::{Answer, CallError, ErrorKind, Reply};
use windlass_model::grant::Access;
use windlass_ports::objects::Objects;

use super::Capabilities;
use crate::session::Session;

/// The annotation by which an Application says which stages may change it: `project:stage`, separated by commas.
const AUTHORIZED_STAGE: &str = "kargo.akuity.io/authorized-stage";

impl Capabilities {
    pub(super) async fn get_object(&self, session: &Arc<Session>, key: &Key) -> Answer {
        let object =
            self.within(session, Access::Read, cluster(self.ports.objects.as_ref())?.get(key)).await?;
        Ok(Reply::Object(counted(session, object)?))
    }

    pub(super) async fn query_objects(&self, session: &Arc<Session>, query: &Query) -> Answer {
        let objects = cluster(self.ports.objects.as_ref())?;
        let found = self.within(session, Access::Read, objects.query(query)).await?;
        found.into_iter().map(|object| counted(session, object)).collect::<Result<_, _>>().map(Reply::Objects)
    }

    pub(super) async fn patch_object(&self, session: &Arc<Session>, patch: &Patch) -> Answer {
        let mut patch = patch.clone();
        fill_in(session, &mut patch.patch);
        let objects = cluster(self.ports.objects.as_ref())?;
        let object = self.within(session, Access::Write, objects.patch(&patch)).await?;
        Ok(Reply::Object(counted(session, object)?))
    }

    /// Bounds what the port does by the attempt: a read ends with it, a write is given a while longer.
    async fn within<T>(
        &self,
        session: &Session,
        access: Access,
        work: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let network = session.network(access);
        tokio::select! {
            biased;
            () = network.cancel.cancelled() => Err(CallError::cancelled()),
            done = work => done,
            () = self.ports.clock.sleep_until(network.deadline) => {
                let message = "the cluster did not answer in time";
                Err(CallError::new(ErrorKind::TimedOut, "timed-out", message).later())
            }
        }
    }
}

fn cluster(objects: Option<&Arc<dyn Objects>>) -> Result<&Arc<dyn Objects>, CallError> {
    objects.ok_or_else(|| {
        CallError::new(
            ErrorKind::Unavailable,
            "no-cluster",
            "the step works on objects of a cluster, and none is configured; start with --kubeconfig FILE",
        )
    })
}

/// Puts secrets into the texts of a patch.
pub(crate) fn fill_in(session: &Session, value: &mut Value) {
    match value {
        Value::String(text) => {
            *text = session.secrets.fill_in(text, windlass_egress::Place::Raw).into_owned();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill_in(session, item)),
        Value::Object(members) => members.values_mut().for_each(|member| fill_in(session, member)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Takes an object from the budget, and secrets out of it.
fn counted(session: &Session, object: Value) -> Result<Value, CallError> {
    session.network(Access::Read).meter.take(object.to_string().len() as u64)?;
    Ok(session.secrets.tokenize_json(object))
}

/// Whether the stage of this attempt may change the object: the rule of Kargo for Argo CD Applications.
pub(crate) async fn check_stage(
    session: &Session,
    objects: Option<&Arc<dyn Objects>>,
    key: &Key,
) -> Result<(), CallError> {
    let is_application = key.kind == "Application" && key.api_version.starts_with("argoproj.io/");
    if !is_application {
        return Ok(());
    }
    let application = cluster(objects)?.get(key).await?;
    let (project, stage) = (&session.spec.project, &session.spec.stage);
    let allowed = application["metadata"]["annotations"][AUTHORIZED_STAGE].as_str();
    if allowed.is_some_and(|allowed| names_stage(allowed, project.as_str(), stage.as_str())) {
        return Ok(());
    }
    let (namespace, name) = (&key.namespace, &key.name);
    Err(CallError::denied(
        "argocd-not-authorized",
        format!(
            "Argo CD Application {name:?} in namespace {namespace:?} does not permit mutation by Kargo Stage {stage} in \
             namespace {project}; give it the annotation {AUTHORIZED_STAGE}: {project}:{stage}"
        ),
    ))
}

/// A list of `project:stage`; patterns are not understood, and so name nothing.
fn names_stage(allowed: &str, project: &str, stage: &str) -> bool {
    allowed.split(',').any(|entry| entry.trim().split_once(':') == Some((project, stage)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_named_exactly() {
        assert!(names_stage("kargo-demo:dev", "kargo-demo", "dev"));
        assert!(names_stage("other:x, kargo-demo:dev", "kargo-demo", "dev"));
        for allowed in ["", "kargo-demo", "kargo-demo:*", "*:dev", "kargo-demo:dev2", "kargo-demo:dev:x"] {
            assert!(!names_stage(allowed, "kargo-demo", "dev"), "{allowed}");
        }
    }
}
