//! Making promotions: the record, its document and its place in the stage's queue come into being at once.

use serde_json::{Value, json};
use windlass_model::event::stage::{Intent, QueuedPromotion, StageCommand};
use windlass_model::freight::{FreightOrigin, FreightReference};
use windlass_model::ids::{FreightName, PromotionUid, StageName};
use windlass_model::manifest::KARGO_API_VERSION;
use windlass_model::manifest::stage::Stage;
use windlass_model::promotion::PromotionRecord;
use windlass_ports::control_plane::{ApiError, Downstream, Fault, FreightChoice};
use windlass_ports::journal::UnitKind;
use windlass_ports::records::{DocumentChange, Expect};
use windlass_promotion::availability::check_available;
use windlass_promotion::inflate::InflateError;
use windlass_promotion::record::{NewPromotion, RecordError, record};
use windlass_promotion::show::promotion_spec;
use windlass_promotion::stage::candidate::candidate;
use windlass_promotion::unit::{Birth, PromotionUnit, Shown};

use super::Actor;
use super::drive::{OWNER, lease_end};
use super::stages::unavailable;

impl Actor {
    /// Makes a promotion that somebody asks for.
    pub(super) async fn promote(
        &mut self,
        stage: &str,
        freight: &FreightChoice,
        actor: &str,
        rollback: bool,
    ) -> Result<Value, ApiError> {
        let (stage, manifest) = self.stage(stage).ok_or_else(|| self.no_stage(stage))?;
        let freight = self.chosen(&stage, freight)?;
        self.check(&stage, &manifest, &freight, "")?;
        let made = self.create(&stage, &manifest, &freight, actor, rollback).await?;
        self.mark(&stage);
        Ok(made)
    }

    /// Makes promotions to all stages that take freight from a stage. All must be able to take it.
    pub(super) async fn promote_downstream(
        &mut self,
        stage: &str,
        freight: &FreightChoice,
        actor: &str,
    ) -> Result<Downstream, ApiError> {
        let (stage, _) = self.stage(stage).ok_or_else(|| self.no_stage(stage))?;
        let freight = self.chosen(&stage, freight)?;
        let project = self.cell.get();
        let is_below = |manifest: &Stage| {
            let mut requests = manifest.spec.requested_freight.iter();
            requests.any(|request| request.sources.stages.iter().any(|upstream| upstream == stage.as_str()))
        };
        let below: Vec<_> = project.stages.iter().filter(|(_, manifest)| is_below(manifest)).collect();
        if below.is_empty() {
            return Err(ApiError::not_found(format!("Stage {:?} has no downstream stages", stage.as_str())));
        }
        let promoted = || below.iter().filter(|(_, manifest)| !manifest.spec.is_control_flow());
        for (name, manifest) in promoted() {
            self.check(name, manifest, &freight, "downstream ")?;
        }
        let mut downstream = Downstream::default();
        for (name, manifest) in promoted() {
            match self.create(name, manifest, &freight, actor, false).await {
                Ok(promotion) => downstream.promotions.push(promotion),
                Err(error) => downstream.errors.push(error.message),
            }
            self.mark(name);
        }
        Ok(downstream)
    }

    /// A stage by its name.
    pub(super) fn stage(&self, name: &str) -> Option<(StageName, std::sync::Arc<Stage>)> {
        let name = StageName::new(name).ok()?;
        let manifest = self.cell.get().stages.get(&name).cloned()?;
        Some((name, manifest))
    }

    pub(super) fn no_stage(&self, name: &str) -> ApiError {
        ApiError::not_found(format!("Stage {name:?} not found in project {:?}", self.name.as_str()))
    }

    /// The freight that is meant.
    fn chosen(&self, stage: &StageName, choice: &FreightChoice) -> Result<FreightName, ApiError> {
        let project = self.name.as_str();
        match choice {
            FreightChoice::Name(name) => {
                let found =
                    FreightName::new(name.clone()).ok().filter(|name| self.index().get(name).is_some());
                found.ok_or_else(|| {
                    ApiError::not_found(format!("Freight {name:?} not found in project {project:?}"))
                })
            }
            FreightChoice::Alias(alias) => self.index().by_alias(alias).cloned().ok_or_else(|| {
                ApiError::not_found(format!("Freight with alias {alias:?} not found in project {project:?}"))
            }),
            FreightChoice::Origin(origin) => {
                self.candidate_of(stage.as_str(), origin).ok_or_else(|| no_candidate(stage, origin))
            }
        }
    }

    /// Whether a stage can be promoted to freight.
    fn check(
        &self,
        stage: &StageName,
        manifest: &Stage,
        freight: &FreightName,
        which: &str,
    ) -> Result<(), ApiError> {
        let index = self.index();
        let Some(entry) = index.get(freight) else {
            return Err(ApiError::not_found(format!("Freight {:?} not found", freight.as_str())));
        };
        let now = self.ports.clock.now();
        check_available(stage.as_str(), &manifest.spec, &entry.origin, &entry.status, now).map_err(|_| {
            let message = format!(
                "Freight {:?} is not available to {which}Stage {:?}",
                freight.as_str(),
                stage.as_str()
            );
            ApiError::new(Fault::BadRequest, message)
        })
    }

    /// What a stage would be promoted to by itself, of an origin.
    pub(super) fn candidate_of(&self, stage: &str, origin: &FreightOrigin) -> Option<FreightName> {
        let (_, manifest) = self.stage(stage)?;
        let request = manifest.spec.requested_freight.iter().find(|request| request.origin == *origin)?;
        let index = self.index();
        candidate(stage, &manifest.spec, request, &*index, self.ports.clock.now()).cloned()
    }

    /// Makes a promotion, whoever wants it, and puts it into the queue of its stage.
    pub(super) async fn create(
        &mut self,
        stage: &StageName,
        manifest: &Stage,
        freight: &FreightName,
        actor: &str,
        rollback: bool,
    ) -> Result<Value, ApiError> {
        let key = self.document("Freight", freight.as_str());
        let failed =
            |e: windlass_ports::journal::JournalError| ApiError::new(Fault::Unavailable, e.to_string());
        let document = self.ports.resources.get(&key).await.map_err(failed)?;
        let document = document.ok_or_else(|| {
            ApiError::not_found(format!("Freight.kargo.akuity.io {:?} not found", freight.as_str()))
        })?;
        let mut value = document.value().map_err(failed)?;
        let freight_alias = value["alias"].as_str().unwrap_or_default().to_owned();
        value["name"] = json!(freight);
        let reference: FreightReference =
            serde_json::from_value(value).map_err(|e| ApiError::new(Fault::Internal, e.to_string()))?;
        let origin = reference.origin.clone();
        let record = self.new_record(stage, manifest, reference, freight_alias, actor, rollback)?;
        let intent = self.intent(stage, manifest, freight, &origin, actor);
        let document = self.promotion_document(stage, &record, intent, &origin, actor);
        let queued = QueuedPromotion {
            uid: record.uid,
            freight: freight.clone(),
            origin,
            made_at: self.ports.clock.now(),
            actor: actor.to_owned(),
            intent,
        };
        let command = StageCommand::QueuePromotion { promotion: record.name.clone(), queued };
        let command =
            serde_json::to_value(command).map_err(|e| ApiError::new(Fault::Internal, e.to_string()))?;
        let key = self.document("Promotion", record.name.as_str());
        let birth = Birth {
            commands: vec![(self.unit(UnitKind::Stage, stage.as_str()), command)],
            documents: vec![DocumentChange::Put { key: key.clone(), expect: Expect::Absent, document }],
        };
        let name = record.name.clone();
        let ports = &self.ports;
        let unit = PromotionUnit::create(
            ports.journal.clone(),
            ports.clock.clone(),
            record,
            OWNER,
            lease_end(ports.clock.now()),
            birth,
        )
        .await
        .map_err(|e| unavailable(&e))?;
        let stored = ports.resources.get(&key).await.map_err(failed)?;
        let document = stored.map(|stored| stored.value()).transpose().map_err(failed)?;
        let shown = Shown { key, seal_key: ports.seal_key.clone() };
        tracing::info!(project = %self.name, %stage, promotion = %name, %freight, actor, "a promotion has been made");
        self.waits(stage, name, unit.shown(shown));
        self.mark(stage);
        Ok(document.unwrap_or_default())
    }

    fn new_record(
        &self,
        stage: &StageName,
        manifest: &Stage,
        freight: FreightReference,
        freight_alias: String,
        actor: &str,
        rollback: bool,
    ) -> Result<PromotionRecord, ApiError> {
        let ports = &self.ports;
        let empty = windlass_promotion::stage::StageState::default();
        let millis = u64::try_from(ports.clock.now().as_micros() / 1_000).unwrap_or_default();
        let new = NewPromotion {
            tenant: &ports.tenant,
            project: &self.name,
            stage,
            spec: &manifest.spec,
            state: self.stages.get(stage).map_or(&empty, |entry| &entry.state),
            freight,
            freight_alias,
            actor: shown_actor(actor).to_owned(),
            rollback,
            uid: PromotionUid(ports.ids.uuid()),
            ulid: ulid::Ulid::from_parts(millis, ports.ids.uuid().as_u128()).to_string(),
        };
        record(new, self.cell.get().as_ref()).map_err(|error| refused(&error, stage, self.name.as_str()))
    }

    /// What a promotion by a user means for automatic promotion.
    fn intent(
        &self,
        stage: &StageName,
        manifest: &Stage,
        freight: &FreightName,
        origin: &FreightOrigin,
        actor: &str,
    ) -> Option<Intent> {
        let is_automatic = self.cell.get().is_auto_promoted(&manifest.metadata);
        if actor.is_empty() || !is_automatic {
            return None;
        }
        let is_candidate = self.candidate_of(stage.as_str(), origin).as_ref() == Some(freight);
        Some(if is_candidate { Intent::Resume } else { Intent::Hold })
    }

    /// The promotion in Kargo's form.
    fn promotion_document(
        &self,
        stage: &StageName,
        record: &PromotionRecord,
        intent: Option<Intent>,
        origin: &FreightOrigin,
        actor: &str,
    ) -> Value {
        let mut annotations = serde_json::Map::new();
        let mut annotate = |name: &str, value: Value| {
            annotations.insert(format!("kargo.akuity.io/{name}"), value);
        };
        match intent {
            Some(Intent::Hold) => annotate("auto-promotion-hold", json!(origin.to_string())),
            Some(Intent::Resume) => annotate("auto-promotion-resume", json!(origin.to_string())),
            None => {}
        }
        if !actor.is_empty() {
            annotate("create-actor", json!(actor));
        }
        if record.rollback {
            annotate("rollback", json!("true"));
        }
        annotate("stage", json!(stage));
        let owner = json!({
            "apiVersion": KARGO_API_VERSION, "kind": "Stage", "name": stage, "controller": true,
            "blockOwnerDeletion": true,
        });
        json!({
            "kind": "Promotion",
            "apiVersion": KARGO_API_VERSION,
            "metadata": {
                "name": record.name,
                "generateName": "promo-",
                "namespace": record.project,
                "uid": record.uid,
                "resourceVersion": "",
                "generation": 1,
                "creationTimestamp": windlass_model::time::Timestamp::from_micros(
                    self.ports.clock.now().as_seconds() * 1_000_000),
                "labels": { "kargo.akuity.io/stage": stage },
                "annotations": annotations,
                "ownerReferences": [owner],
            },
            "spec": promotion_spec(record),
            "status": {},
        })
    }
}

/// Who asked, as expressions show it: without the kind of name.
fn shown_actor(actor: &str) -> &str {
    match actor.split_once(':') {
        Some(("email" | "subject" | "kubernetes", name)) => name,
        _ => actor,
    }
}

fn no_candidate(stage: &StageName, origin: &FreightOrigin) -> ApiError {
    let origin = origin.to_string();
    let message = format!(
        "admission webhook \"promotion.kargo.akuity.io\" denied the request: Promotion.kargo.akuity.io \"\" is invalid: \
         spec.origin: Invalid value: {origin:?}: no auto-promotion candidate found for origin {origin:?} on Stage {:?}",
        stage.as_str()
    );
    ApiError::new(Fault::Invalid, message)
}

/// A template of which no promotion can be made, in Kargo's words.
fn refused(error: &RecordError, stage: &StageName, project: &str) -> ApiError {
    let denied = "admission webhook \"promotion.kargo.akuity.io\" denied the request: ";
    match error {
        RecordError::Inflate(InflateError::NoSteps) => {
            let stage = stage.as_str();
            let message = format!(
                "{denied}Promotion.kargo.akuity.io \"\" is invalid: spec.stage: Invalid value: {stage:?}: Stage {stage:?} in \
                 namespace {project:?} defines no promotion steps"
            );
            ApiError::new(Fault::Invalid, message)
        }
        RecordError::Inflate(InflateError::TaskNotFound { kind, name, .. }) => {
            ApiError::not_found(format!("{denied}{kind}.kargo.akuity.io {name:?} not found"))
        }
        RecordError::Inflate(error) => {
            ApiError::new(Fault::Invalid, format!("{denied}failed to inflate Promotion steps: {error}"))
        }
        RecordError::Name(error) => ApiError::new(Fault::Invalid, error.to_string()),
    }
}
