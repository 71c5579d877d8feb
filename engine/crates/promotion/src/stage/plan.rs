//! What a stage does by itself: admits the next promotion, verifies what came, passes freight on, and promotes what is
//! newest. A function of its state and what it can see, so that it can be asked again at any time.

use windlass_model::event::stage::{HealthStatus, Holds, StageEvent};
use windlass_model::freight::FreightOrigin;
use windlass_model::ids::{FreightName, PromotionName, StageName};
use windlass_model::manifest::stage::StageSpec;
use windlass_model::promotion::Phase;
use windlass_model::time::Timestamp;

use super::StageState;
use super::candidate::{FreightOf, candidate, next_available};
use crate::availability::check_available;

/// What a stage can see.
pub struct Sight<'a> {
    /// Its name.
    pub name: &'a StageName,
    /// What it is to do.
    pub spec: &'a StageSpec,
    /// Whether freight is promoted to it by itself.
    pub auto_promotion: bool,
    /// The freight of its project.
    pub freight: &'a dyn FreightOf,
    /// The time.
    pub now: Timestamp,
}

/// What a stage does.
#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    /// Facts to record.
    pub events: Vec<StageEvent>,
    /// The checks of the last promotion are to be carried out: nobody knows how the stage is.
    pub assess: bool,
    /// Promotions to make.
    pub promotions: Vec<(FreightName, FreightOrigin)>,
    /// When to look again, if nothing happens before.
    pub look_again: Option<Timestamp>,
}

/// What the stage does now.
#[must_use]
pub fn plan(state: &StageState, sight: &Sight<'_>) -> Plan {
    let mut plan = Plan::default();
    if sight.spec.is_control_flow() {
        pass_on(state, sight, &mut plan);
        return plan;
    }
    plan.assess = state.health.is_none() && !state.health_checks().is_empty();
    verify(state, sight, &mut plan);
    if let Some(promotion) = next_admitted(state, sight, !plan.events.is_empty()) {
        plan.events.push(StageEvent::PromotionAdmitted { promotion });
    }
    clear_holds(state, sight, &mut plan);
    if sight.auto_promotion {
        promote(state, sight, &mut plan);
    }
    plan
}

/// A control-flow stage verifies whatever is available to it.
fn pass_on(state: &StageState, sight: &Sight<'_>, plan: &mut Plan) {
    for request in &sight.spec.requested_freight {
        for view in sight.freight.freight_of(&request.origin) {
            let is_available = || {
                let name = sight.name.as_str();
                check_available(name, sight.spec, &request.origin, view.status, sight.now).is_ok()
            };
            if !state.verified.contains_key(view.name) && is_available() {
                plan.events.push(StageEvent::FreightVerified { freight: view.name.clone() });
            }
        }
        look_again(sight, request, plan);
    }
}

fn look_again(sight: &Sight<'_>, request: &windlass_model::manifest::stage::FreightRequest, plan: &mut Plan) {
    let at = next_available(sight.name.as_str(), request, sight.freight, sight.now);
    plan.look_again = [plan.look_again, at].into_iter().flatten().min();
}

/// A stage that nothing is to be checked of is healthy.
fn is_healthy(state: &StageState) -> bool {
    match &state.health {
        Some(health) => health.status == HealthStatus::Healthy,
        None => state.health_checks().is_empty(),
    }
}

/// What is in the stage is verified once the stage is healthy. Stages with a `verification` of their own wait for it.
fn verify(state: &StageState, sight: &Sight<'_>, plan: &mut Plan) {
    let Some(past) = state.collections.first() else { return };
    if !awaits_verification(state) || sight.spec.verification.is_some() || !is_healthy(state) {
        return;
    }
    plan.events.push(StageEvent::CollectionVerified { collection: past.collection.id.clone() });
    for freight in past.collection.iter() {
        if let Ok(freight) = FreightName::new(freight.name.clone())
            && !state.verified.contains_key(&freight)
        {
            plan.events.push(StageEvent::FreightVerified { freight });
        }
    }
}

/// Whether what is in the stage has not been verified since it came.
#[must_use]
pub fn awaits_verification(state: &StageState) -> bool {
    state.admitted.is_none() && state.collections.first().is_some_and(|past| past.verified_at.is_empty())
}

/// The promotion whose turn it becomes: the oldest, once nothing runs and what came last is verified. A stage that is not
/// well takes the next, which may mend it.
fn next_admitted(state: &StageState, sight: &Sight<'_>, is_verified_now: bool) -> Option<PromotionName> {
    let first = state.queue.keys().next()?;
    if state.admitted.is_some() {
        return None;
    }
    let may_be_well = state.health.as_ref().is_none_or(|health| health.status == HealthStatus::Healthy);
    let waits = awaits_verification(state) && !is_verified_now && may_be_well && is_verifiable(sight);
    (!waits).then(|| first.clone())
}

/// Verifications by templates are not carried out, so nothing waits for them.
fn is_verifiable(sight: &Sight<'_>) -> bool {
    sight.spec.verification.is_none()
}

fn clear_holds(state: &StageState, sight: &Sight<'_>, plan: &mut Plan) {
    let is_requested =
        |origin: &FreightOrigin| sight.spec.requested_freight.iter().any(|request| request.origin == *origin);
    let gone = |(_, hold): &(&String, &windlass_model::event::stage::Hold)| {
        !sight.auto_promotion || !is_requested(&hold.origin)
    };
    let origins: Vec<String> = state.holds.iter().filter(gone).map(|(origin, _)| origin.clone()).collect();
    if !origins.is_empty() {
        plan.events.push(StageEvent::HoldsCleared { origins });
    }
}

/// Makes promotions of what is newest.
fn promote(state: &StageState, sight: &Sight<'_>, plan: &mut Plan) {
    let holds = state.effective_holds();
    for request in &sight.spec.requested_freight {
        look_again(sight, request, plan);
        let name = sight.name.as_str();
        let Some(freight) = candidate(name, sight.spec, request, sight.freight, sight.now) else { continue };
        if not_promoted(state, &holds, freight, &request.origin).is_none() {
            plan.promotions.push((freight.clone(), request.origin.clone()));
        }
    }
}

/// Why the candidate of an origin is not promoted by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPromoted {
    /// It is in the stage.
    #[error("it is in the stage already")]
    Current,
    /// Somebody promoted other freight on purpose.
    #[error(
        "automatic promotion is held back since {actor} promoted {freight} on purpose; promote {resume} to go on"
    )]
    Held {
        /// Who.
        actor: String,
        /// What is to stay.
        freight: FreightName,
        /// What lets automatic promotion go on.
        resume: FreightName,
    },
    /// A promotion of it waits or runs.
    #[error("its promotion {0} has not ended")]
    UnderWay(PromotionName),
    /// Its last promotion did not succeed.
    #[error("its promotion {promotion} ended {phase}; promote it by hand to try again")]
    Unsuccessful {
        /// Which.
        promotion: PromotionName,
        /// How.
        phase: Phase,
    },
}

/// Why the candidate of an origin is not promoted by itself; none if it is.
#[must_use]
pub fn not_promoted(
    state: &StageState,
    holds: &Holds,
    freight: &FreightName,
    origin: &FreightOrigin,
) -> Option<NotPromoted> {
    let current = state.current().and_then(|collection| collection.items.get(&origin.to_string()));
    if current.is_some_and(|current| current.name == freight.as_str()) {
        return Some(NotPromoted::Current);
    }
    if let Some(hold) = holds.get(&origin.to_string()) {
        return Some(NotPromoted::Held {
            actor: hold.actor.clone(),
            freight: hold.freight_name.clone(),
            resume: freight.clone(),
        });
    }
    if let Some((promotion, _)) = state.queue.iter().find(|(_, queued)| queued.freight == *freight) {
        return Some(NotPromoted::UnderWay(promotion.clone()));
    }
    let (promotion, phase) = state.outcomes.get(freight)?;
    (*phase != Phase::Succeeded)
        .then(|| NotPromoted::Unsuccessful { promotion: promotion.clone(), phase: *phase })
}
