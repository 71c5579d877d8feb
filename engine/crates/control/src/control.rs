//! The door: requests come in here, are checked, and go to the loop of their project.

mod delete;
mod load;
mod promote;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use windlass_model::ids::{FreightName, Namespace, ProjectName, StageName};
use windlass_ports::control_plane::{
    Actor, ApiError, ControlPlane, Downstream, Fault, FreightChoice, PartHealth, PromotionCount, Refreshable,
    WriteMode, WriteReport,
};
use windlass_ports::journal::JournalError;
use windlass_ports::records::{
    Document, DocumentChange, FREIGHT, Listing, Member, ResourceKey, ResourceVersion, Watch, WatchExpired,
};
use windlass_promotion::unit::UnitError;

use crate::actor::{Message, Reply};
use crate::ports::ControlPorts;
use crate::registry::Registry;

/// The annotation that makes something look again.
const REFRESH: [&str; 3] = ["metadata", "annotations", "kargo.akuity.io/refresh"];

/// The control plane of one tenant.
pub struct Control {
    ports: ControlPorts,
    registry: Arc<Registry>,
    tasks: TaskTracker,
    stop: CancellationToken,
    /// One write at a time: what one is checked against, no other may change meanwhile.
    writing: tokio::sync::Mutex<()>,
}

impl Control {
    /// Takes up all projects that are recorded. `stop` ends everything.
    ///
    /// # Errors
    /// If what is recorded cannot be read.
    pub async fn start(
        ports: ControlPorts,
        registry: Arc<Registry>,
        stop: CancellationToken,
    ) -> Result<Arc<Self>, UnitError> {
        let writing = tokio::sync::Mutex::new(());
        let control = Self { ports, registry, tasks: TaskTracker::new(), stop, writing };
        control.load_all().await?;
        Ok(Arc::new(control))
    }

    /// Waits until everything has ended, after it was told to stop: promotions are parked.
    pub async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn key(&self, kind: &str, namespace: &Namespace, name: &str) -> ResourceKey {
        ResourceKey {
            tenant: self.ports.tenant.clone(),
            kind: kind.to_owned(),
            namespace: namespace.clone(),
            name: name.to_owned(),
        }
    }

    /// Asks a project.
    async fn ask<T>(
        &self,
        project: &ProjectName,
        message: impl FnOnce(Reply<T>) -> Message,
    ) -> Result<T, ApiError> {
        let inbox = self.registry.inbox(project).ok_or_else(|| no_project(project))?;
        let (reply, answer) = oneshot::channel();
        let closed = || ApiError::new(Fault::Unavailable, "the server is about to stop; try again later");
        inbox.send(message(reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Tells a project.
    async fn tell(&self, project: &ProjectName, message: Message) {
        if let Some(inbox) = self.registry.inbox(project) {
            let _ = inbox.send(message).await;
        }
    }
}

fn no_project(project: &ProjectName) -> ApiError {
    ApiError::not_found(format!("Project.kargo.akuity.io {:?} not found", project.as_str()))
}

/// A failure of the store, for whoever asked.
fn failed(error: JournalError) -> ApiError {
    match error {
        JournalError::Document(refused) => ApiError::new(Fault::Conflict, refused.to_string()),
        other => ApiError::new(Fault::Unavailable, other.to_string()),
    }
}

/// Kinds of Kubernetes' own, whose group is empty.
pub(crate) fn group(kind: &str) -> &'static str {
    match kind {
        "Secret" | "ConfigMap" | "Namespace" => "",
        "Grants" => ".windlass.dev",
        _ => ".kargo.akuity.io",
    }
}

/// How Kubernetes says that something is not there.
fn not_found(kind: &str, name: &str) -> ApiError {
    let message = match group(kind) {
        "" => format!("{}s {name:?} not found", kind.to_lowercase()),
        group => format!("{kind}{group} {name:?} not found"),
    };
    ApiError::not_found(message)
}

#[async_trait]
impl ControlPlane for Control {
    async fn write(&self, actor: &Actor, text: &[u8], mode: WriteMode) -> Result<Vec<WriteReport>, ApiError> {
        self.write_all(actor, text, mode).await
    }

    async fn get(&self, kind: &str, namespace: &Namespace, name: &str) -> Result<Document, ApiError> {
        let found = self.ports.resources.get(&self.key(kind, namespace, name)).await.map_err(failed)?;
        found.ok_or_else(|| not_found(kind, name))
    }

    async fn list(
        &self,
        kind: &str,
        namespace: Option<&Namespace>,
        prefix: &str,
    ) -> Result<Listing, ApiError> {
        let listing = self.ports.resources.list(&self.ports.tenant, kind, namespace).await;
        let mut listing = listing.map_err(failed)?;
        listing.documents.retain(|document| document.key.name.starts_with(prefix));
        Ok(listing)
    }

    async fn names(&self, kind: &str, namespace: &Namespace) -> Result<Vec<String>, ApiError> {
        self.ports.resources.names(&self.ports.tenant, kind, namespace).await.map_err(failed)
    }

    fn watch(&self, after: ResourceVersion) -> Result<Box<dyn Watch>, WatchExpired> {
        self.ports.resources.watch(&self.ports.tenant, after)
    }

    async fn delete(
        &self,
        actor: &Actor,
        kind: &str,
        namespace: &Namespace,
        name: &str,
    ) -> Result<(), ApiError> {
        self.delete_one(actor, &self.key(kind, namespace, name)).await
    }

    async fn freight(&self, project: &ProjectName, name_or_alias: &str) -> Result<Document, ApiError> {
        let entry = self.registry.get(project).ok_or_else(|| no_project(project))?;
        let found = entry.started.find_freight(name_or_alias).ok_or_else(|| {
            let project = project.as_str();
            ApiError::not_found(format!(
                "Freight with name or alias {name_or_alias:?} not found in project {project:?}"
            ))
        })?;
        self.get(FREIGHT, &project.into(), found.as_str()).await
    }

    async fn available(&self, project: &ProjectName, stage: &StageName) -> Result<Vec<Document>, ApiError> {
        let stage = stage.clone();
        let names: Vec<FreightName> = self.ask(project, |reply| Message::Available { stage, reply }).await?;
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            found.push(self.get(FREIGHT, &project.into(), name.as_str()).await?);
        }
        Ok(found)
    }

    async fn promote(
        &self,
        actor: &Actor,
        project: &ProjectName,
        stage: &str,
        freight: FreightChoice,
    ) -> Result<Value, ApiError> {
        let (stage, actor) = (stage.to_owned(), actor.0.clone());
        self.ask(project, |reply| Message::Promote { stage, freight, actor, rollback: false, reply }).await
    }

    async fn promote_downstream(
        &self,
        actor: &Actor,
        project: &ProjectName,
        stage: &str,
        freight: FreightChoice,
    ) -> Result<Downstream, ApiError> {
        let (stage, actor) = (stage.to_owned(), actor.0.clone());
        self.ask(project, |reply| Message::PromoteDownstream { stage, freight, actor, reply }).await
    }

    async fn approve(
        &self,
        actor: &Actor,
        project: &ProjectName,
        freight: &str,
        stage: &str,
    ) -> Result<(), ApiError> {
        let (freight, stage, actor) = (freight.to_owned(), stage.to_owned(), actor.0.clone());
        self.ask(project, |reply| Message::Approve { freight, stage, actor, reply }).await
    }

    async fn set_alias(
        &self,
        _actor: &Actor,
        project: &ProjectName,
        freight: &str,
        alias: &str,
    ) -> Result<(), ApiError> {
        self.rename_freight(project, freight, alias).await
    }

    async fn refresh(
        &self,
        _actor: &Actor,
        what: Refreshable,
        namespace: &Namespace,
        name: &str,
    ) -> Result<(), ApiError> {
        let kind = match what {
            Refreshable::Warehouse => "Warehouse",
            Refreshable::Stage => "Stage",
            Refreshable::Promotion => "Promotion",
            Refreshable::ProjectConfig => "ProjectConfig",
            Refreshable::ClusterConfig => "ClusterConfig",
        };
        self.get(kind, namespace, name).await?;
        let token = self.ports.clock.now().to_string();
        let mut members = vec![Member::new(REFRESH, token.clone())];
        if matches!(what, Refreshable::ProjectConfig | Refreshable::ClusterConfig) {
            members.push(Member::new(["status", "lastHandledRefresh"], token.clone()));
        }
        let change = DocumentChange::SetMembers { key: self.key(kind, namespace, name), members };
        self.ports.resources.write(vec![change]).await.map_err(failed)?;
        let name = name.to_owned();
        let message = match what {
            Refreshable::Warehouse => Message::RefreshWarehouse { name, token },
            Refreshable::Stage => Message::RefreshStage { name, token },
            Refreshable::Promotion => Message::RefreshPromotion { name, token },
            Refreshable::ProjectConfig | Refreshable::ClusterConfig => return Ok(()),
        };
        if let Some(project) = namespace.project() {
            self.tell(&project, message).await;
        }
        Ok(())
    }

    async fn abort(&self, actor: &Actor, project: &ProjectName, promotion: &str) -> Result<(), ApiError> {
        let (promotion, actor) = (promotion.to_owned(), actor.0.clone());
        self.ask(project, |reply| Message::Abort { promotion, actor, reply }).await
    }

    async fn why(
        &self,
        project: &ProjectName,
        stage: &str,
        freight: Option<&str>,
    ) -> Result<Value, ApiError> {
        let (stage, freight) = (stage.to_owned(), freight.map(str::to_owned));
        self.ask(project, |reply| Message::Why { stage, freight, reply }).await
    }

    fn promotions_ended(&self) -> Vec<PromotionCount> {
        self.ports.counts.promotions()
    }

    fn health(&self) -> Vec<PartHealth> {
        let now = self.ports.clock.now();
        let part = |(name, entry): (ProjectName, crate::registry::Entry)| PartHealth {
            name: format!("project {name}"),
            trouble: entry
                .trouble
                .get(now)
                .or_else(|| entry.started.inbox.is_closed().then(|| "its loop has ended".to_owned())),
        };
        self.registry.all().into_iter().map(part).collect()
    }
}
