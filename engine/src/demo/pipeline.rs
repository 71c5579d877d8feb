//! Promoting through all stages of a server, one after the other, as a person would who looks at it.

use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;
use windlass_model::ids::{Namespace, ProjectName, StageName};
use windlass_ports::control_plane::{Actor, ApiError, ControlPlane, FreightChoice, WriteMode, Written};

use crate::failure::Failure;

/// The stages in the order in which freight reaches them.
const STAGES: [&str; 8] =
    ["dev", "staging", "ab-test-a", "ab-test-b", "prod", "prod-central", "prod-east", "prod-west"];

/// How it went.
pub(super) enum Outcome {
    /// All stages have the freight.
    Promoted,
    /// A promotion did not succeed.
    Unsuccessful(String),
    /// Somebody interrupted it.
    Interrupted,
}

/// A project on a server, which somebody promotes through.
pub(super) struct Pipeline<'s> {
    control: Arc<dyn ControlPlane>,
    project: ProjectName,
    stop: CancellationToken,
    say: &'s dyn Fn(&str),
}

impl<'s> Pipeline<'s> {
    /// Applies manifests, which are of one project.
    ///
    /// # Errors
    /// If one of them is refused.
    pub(super) async fn apply(
        control: Arc<dyn ControlPlane>,
        manifests: &str,
        stop: CancellationToken,
        say: &'s dyn Fn(&str),
    ) -> Result<Self, Failure> {
        let reports =
            control.write(&actor(), manifests.as_bytes(), WriteMode::Upsert).await.map_err(failed)?;
        let mut project = None;
        for report in reports {
            let written = report.result.map_err(failed)?;
            if let Written::Created(object) | Written::Updated(object) = written
                && object["kind"] == "Project"
            {
                project = object.pointer("/metadata/name").and_then(Value::as_str).map(str::to_owned);
            }
        }
        let project = project.and_then(|name| ProjectName::new(name).ok());
        let project = project.ok_or_else(|| Failure::input("the manifests have no project"))?;
        Ok(Self { control, project, stop, say })
    }

    /// The project.
    pub(super) fn project(&self) -> &ProjectName {
        &self.project
    }

    /// Promotes what is newest to every stage.
    ///
    /// # Errors
    /// If the server fails.
    pub(super) async fn promote_all(&self) -> Result<Outcome, Failure> {
        for name in STAGES {
            let stage = StageName::new(name).map_err(|e| Failure::input(e.to_string()))?;
            let Some((freight, alias)) = self.until(async || self.available(&stage).await).await? else {
                return Ok(Outcome::Interrupted);
            };
            if self.is_control_flow(name).await? {
                let passed = async || self.is_verified(&freight, name).await;
                if self.until(passed).await?.is_none() {
                    return Ok(Outcome::Interrupted);
                }
                (self.say)(&format!("\n{name} passes {alias} on"));
                continue;
            }
            (self.say)(&format!("\nPromoting {alias} to {name}"));
            let choice = FreightChoice::Name(freight);
            let made = self.control.promote(&actor(), &self.project, name, choice).await.map_err(failed)?;
            let promotion = text(&made, "/metadata/name");
            let Some((phase, message)) = self.until(async || self.end_of(&promotion).await).await? else {
                return Ok(Outcome::Interrupted);
            };
            if phase != "Succeeded" {
                return Ok(Outcome::Unsuccessful(format!("{phase}: {message}")));
            }
        }
        Ok(Outcome::Promoted)
    }

    /// Looks now and after each change, until there is something to see; none if it is interrupted before.
    async fn until<T>(
        &self,
        look: impl AsyncFn() -> Result<Option<T>, Failure>,
    ) -> Result<Option<T>, Failure> {
        loop {
            let now = self.control.list("Project", None, "").await.map_err(failed)?.version;
            let Ok(mut changes) = self.control.watch(now) else { continue };
            loop {
                if let Some(seen) = look().await? {
                    return Ok(Some(seen));
                }
                let change = tokio::select! {
                    change = changes.next() => change,
                    () = self.stop.cancelled() => return Ok(None),
                };
                match change {
                    Ok(Some(_)) => {}
                    Ok(None) => return Ok(None),
                    // So much has happened that not all of it is kept: looks anew.
                    Err(_) => break,
                }
            }
        }
    }

    /// The name and the alias of the newest freight that a stage could have.
    async fn available(&self, stage: &StageName) -> Result<Option<(String, String)>, Failure> {
        let available = self.control.available(&self.project, stage).await.map_err(failed)?;
        let Some(newest) = available.first() else { return Ok(None) };
        let value = newest.value().map_err(|e| Failure::environment(e.to_string()))?;
        Ok(Some((newest.key.name.clone(), text(&value, "/alias"))))
    }

    async fn is_control_flow(&self, stage: &str) -> Result<bool, Failure> {
        let stage = self.document("Stage", stage).await?;
        let steps = stage.pointer("/spec/promotionTemplate/spec/steps").and_then(Value::as_array);
        Ok(steps.is_none_or(Vec::is_empty))
    }

    async fn is_verified(&self, freight: &str, stage: &str) -> Result<Option<()>, Failure> {
        let freight = self.document("Freight", freight).await?;
        Ok(freight["status"]["verifiedIn"][stage].is_object().then_some(()))
    }

    /// How a promotion has ended, if it has.
    async fn end_of(&self, promotion: &str) -> Result<Option<(String, String)>, Failure> {
        let promotion = self.document("Promotion", promotion).await?;
        let is_over = promotion["status"]["finishedAt"].is_string();
        Ok(is_over.then(|| (text(&promotion, "/status/phase"), text(&promotion, "/status/message"))))
    }

    async fn document(&self, kind: &str, name: &str) -> Result<Value, Failure> {
        let namespace = Namespace::from(&self.project);
        let document = self.control.get(kind, &namespace, name).await.map_err(failed)?;
        document.value().map_err(|e| Failure::environment(e.to_string()))
    }
}

fn actor() -> Actor {
    Actor("admin".to_owned())
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn failed(error: ApiError) -> Failure {
    Failure::environment(error.message)
}
