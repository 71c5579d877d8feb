//! Approving freight, and answering questions about a project.

use serde_json::{Value, json};
use windlass_model::event::stage::StageEvent;
use windlass_model::freight::FreightOrigin;
use windlass_model::ids::{FreightName, StageName};
use windlass_model::manifest::stage::Stage;
use windlass_ports::control_plane::{ApiError, Fault};
use windlass_promotion::availability::check_available;
use windlass_promotion::stage::candidate::{FreightOf as _, FreightView};

use super::Actor;
use crate::why::{Question, reasons};

impl Actor {
    /// Approves freight for a stage. Once is enough.
    pub(super) async fn approve(&mut self, freight: &str, stage: &str, actor: &str) -> Result<(), ApiError> {
        let (name, origin) = self.freight_named(freight)?;
        let (stage, manifest) = self
            .stage(stage)
            .ok_or_else(|| ApiError::not_found(format!("Stage.kargo.akuity.io {stage:?} not found")))?;
        let requests = &manifest.spec.requested_freight;
        if !requests.iter().any(|request| request.origin == origin) {
            let message = format!(
                "Stage {:?} does not request Freight from origin {:?}",
                stage.as_str(),
                origin.to_string()
            );
            return Err(ApiError::new(Fault::BadRequest, message));
        }
        let is_approved =
            self.stages.get(&stage).is_some_and(|entry| entry.state.approved.contains_key(&name));
        if is_approved {
            return Ok(());
        }
        let event = StageEvent::FreightApproved { freight: name, actor: actor.to_owned() };
        self.record_event(&stage, event).await
    }

    fn freight_named(&self, name_or_alias: &str) -> Result<(FreightName, FreightOrigin), ApiError> {
        let index = self.index();
        let found = index.find(name_or_alias).and_then(|name| Some((name, index.get(name)?)));
        found.map(|(name, entry)| (name.clone(), entry.origin.clone())).ok_or_else(|| {
            let project = self.name.as_str();
            ApiError::not_found(format!(
                "Freight with name or alias {name_or_alias:?} not found in project {project:?}"
            ))
        })
    }

    /// The freight that a stage could be promoted to, newest first for each origin.
    pub(super) fn available(&self, stage: &StageName) -> Result<Vec<FreightName>, ApiError> {
        let (name, manifest) = self.stage(stage.as_str()).ok_or_else(|| self.no_stage(stage.as_str()))?;
        let now = self.ports.clock.now();
        let index = self.index();
        let mut found = Vec::new();
        for request in &manifest.spec.requested_freight {
            let is_available = |view: &FreightView<'_>| {
                check_available(name.as_str(), &manifest.spec, &request.origin, view.status, now).is_ok()
            };
            let of_origin = index.freight_of(&request.origin).into_iter();
            found.extend(of_origin.filter(is_available).map(|view| view.name.clone()));
        }
        Ok(found)
    }

    /// Why freight is not in a stage, or is. Without freight: the newest of each origin.
    pub(super) fn why(&self, stage: &str, freight: Option<&str>) -> Result<Value, ApiError> {
        let (stage, manifest) = self.stage(stage).ok_or_else(|| self.no_stage(stage))?;
        let asked: Vec<FreightName> = match freight {
            Some(freight) => vec![self.freight_named(freight)?.0],
            None => self.newest(&manifest),
        };
        let project = self.cell.get();
        let index = self.index();
        let empty = windlass_promotion::stage::StageState::default();
        let state = self.stages.get(&stage).map_or(&empty, |entry| &entry.state);
        let auto_promotion = project.is_auto_promoted(&manifest.metadata);
        let about: Vec<Value> = asked
            .iter()
            .filter_map(|name| {
                let entry = index.get(name)?;
                let question = Question {
                    stage: &stage,
                    manifest: &manifest,
                    state,
                    auto_promotion,
                    index: &index,
                    name,
                    entry,
                    now: self.ports.clock.now(),
                };
                let reasons = reasons(&question);
                Some(json!({
                    "name": name,
                    "alias": entry.alias,
                    "origin": entry.origin,
                    "reasons": reasons,
                }))
            })
            .collect();
        Ok(json!({
            "project": self.name,
            "stage": stage,
            "autoPromotionEnabled": auto_promotion,
            "currentPromotion": state.admitted,
            "queue": state.queue.keys().collect::<Vec<_>>(),
            "freight": about,
        }))
    }

    fn newest(&self, manifest: &Stage) -> Vec<FreightName> {
        let index = self.index();
        let requests = manifest.spec.requested_freight.iter();
        let newest = |origin| index.freight_of(origin).into_iter().next().map(|view| view.name.clone());
        requests.filter_map(|request| newest(&request.origin)).collect()
    }
}
