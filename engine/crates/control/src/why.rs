//! Why freight is not in a stage, from the same rules that keep it out.

use serde::Serialize;
use windlass_model::ids::{FreightName, StageName};
use windlass_model::manifest::stage::{FreightRequest, Stage};
use windlass_model::promotion::Phase;
use windlass_model::time::Timestamp;
use windlass_promotion::availability::{available_at, check_available};
use windlass_promotion::stage::StageState;
use windlass_promotion::stage::candidate::{SelectionPolicy, candidate};
use windlass_promotion::stage::plan::{NotPromoted, awaits_verification, not_promoted};

use crate::freight_index::{FreightEntry, FreightIndex};
use crate::show::stage::health;

/// What is asked.
pub(crate) struct Question<'a> {
    pub(crate) stage: &'a StageName,
    pub(crate) manifest: &'a Stage,
    pub(crate) state: &'a StageState,
    pub(crate) auto_promotion: bool,
    pub(crate) index: &'a FreightIndex,
    pub(crate) name: &'a FreightName,
    pub(crate) entry: &'a FreightEntry,
    pub(crate) now: Timestamp,
}

/// What freight waits for, in the order in which it has to come true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reason {
    /// A word for programs.
    pub(crate) code: &'static str,
    /// A sentence for people.
    pub(crate) message: String,
    /// Who or what has to act: a stage, `time` or `a person`.
    pub(crate) owner: String,
    /// When time alone makes it come true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Timestamp>,
}

fn reason(code: &'static str, owner: impl Into<String>, message: impl Into<String>) -> Reason {
    Reason { code, message: message.into(), owner: owner.into(), until: None }
}

/// Everything that keeps freight out of a stage, or that it is in it.
pub(crate) fn reasons(question: &Question<'_>) -> Vec<Reason> {
    let Question { stage, manifest, state, entry, name, .. } = question;
    let Some(request) = manifest.spec.requested_freight.iter().find(|r| r.origin == entry.origin) else {
        let message = format!("{stage} does not request freight of {}", entry.origin);
        return vec![reason("NotRequested", "a person", message)];
    };
    if state.entered.contains_key(*name) {
        return vec![in_stage(question)];
    }
    if manifest.spec.is_control_flow() && state.verified.contains_key(*name) {
        return vec![reason("PassedOn", "nobody", format!("{stage} has passed it on"))];
    }
    if let Some(waiting) = in_queue(question) {
        return vec![waiting];
    }
    let unavailable = not_available(question, request);
    if !unavailable.is_empty() {
        return unavailable;
    }
    not_promoted_by_itself(question, request)
}

fn in_stage(question: &Question<'_>) -> Reason {
    let Question { stage, state, name, manifest, .. } = question;
    if state.verified.contains_key(*name) {
        return reason("Verified", "nobody", format!("it is in {stage}, and verified there"));
    }
    if manifest.spec.verification.is_some() {
        let message = format!(
            "it is in {stage}, whose spec.verification this version does not carry out; approve it for the next stages"
        );
        return reason("NotVerifiable", "a person", message);
    }
    if let Some(last) = state.last.as_ref().filter(|last| last.phase != Phase::Succeeded) {
        let message = format!(
            "it is in {stage}, whose last promotion, {}, ended {}; it is verified once a promotion to {stage} has succeeded",
            last.name, last.phase
        );
        return reason("LastPromotionUnsuccessful", "a person", message);
    }
    let status = health(state).map_or("not known".to_owned(), |health| format!("{:?}", health.status));
    let message = format!("it is in {stage}, which is {status}; it is verified once the stage is Healthy");
    reason("AwaitsHealth", stage.to_string(), message)
}

/// A promotion of it has been made.
fn in_queue(question: &Question<'_>) -> Option<Reason> {
    let Question { stage, state, name, .. } = question;
    let (promotion, _) = state.queue.iter().find(|(_, queued)| queued.freight == **name)?;
    if state.admitted.as_ref() == Some(promotion) {
        let message = format!("its promotion {promotion} is under way");
        return Some(reason("Promoting", promotion.to_string(), message));
    }
    if let Some(running) = &state.admitted {
        let message = format!("its promotion {promotion} waits until {running} has ended");
        return Some(reason("Queued", running.to_string(), message));
    }
    let message = if awaits_verification(state) {
        format!("its promotion {promotion} waits until what is in {stage} is verified")
    } else {
        format!("its promotion {promotion} is about to begin")
    };
    Some(reason("Queued", stage.to_string(), message))
}

fn not_available(question: &Question<'_>, request: &FreightRequest) -> Vec<Reason> {
    let Question { stage, manifest, entry, now, .. } = question;
    let checked = check_available(stage.as_str(), &manifest.spec, &entry.origin, &entry.status, *now);
    let Err(error) = checked else { return Vec::new() };
    let mut reasons: Vec<Reason> = request
        .sources
        .stages
        .iter()
        .filter_map(|upstream| upstream_reason(question, request, upstream))
        .collect();
    if reasons.is_empty() {
        reasons.push(reason("NoSource", "a person", error.to_string()));
    }
    let until = available_at(stage.as_str(), &request.sources, &entry.status).filter(|at| at > now);
    if let (Some(until), [only]) = (until, reasons.as_mut_slice()) {
        only.until = Some(until);
    }
    reasons
}

/// What keeps freight from coming out of one stage upstream.
fn upstream_reason(question: &Question<'_>, request: &FreightRequest, upstream: &str) -> Option<Reason> {
    let Question { entry, now, .. } = question;
    let is_in = entry.status.currently_in.get(upstream);
    let Some(_) = entry.status.verified_in.get(upstream) else {
        let message = match is_in {
            Some(_) => format!("it is in {upstream}, and not verified there yet"),
            None => {
                format!("it has not been in {upstream} and verified there; promote it to {upstream} first")
            }
        };
        return Some(reason("NotVerifiedUpstream", upstream, message));
    };
    let soak = request.sources.required_soak_time.clone()?;
    let soaked = entry.status.soak(upstream, *now).unwrap_or_default();
    let wanted = soak.parse::<windlass_versions::GoDuration>().ok()?.to_std()?;
    if soaked >= wanted {
        return None;
    }
    let been = windlass_versions::GoDuration::from_std(std::time::Duration::from_secs(soaked.as_secs()));
    let been = been.map(|been| been.to_string()).unwrap_or_default();
    Some(match is_in {
        Some(since) => {
            let until = since.plus(wanted);
            let message =
                format!("it has to stay in {upstream} for {soak}, and has for {been}: until {until}");
            Reason { until: Some(until), ..reason("Soaking", "time", message) }
        }
        None => {
            let message = format!(
                "it had to stay in {upstream} for {soak}, and left after {been}; promote it to {upstream} again, or approve it"
            );
            reason("LeftTooEarly", "a person", message)
        }
    })
}

/// Available, and not promoted.
fn not_promoted_by_itself(question: &Question<'_>, request: &FreightRequest) -> Vec<Reason> {
    let Question { stage, manifest, state, name, entry, index, now, .. } = question;
    if manifest.spec.is_control_flow() {
        return vec![reason("AboutToPass", stage.to_string(), format!("{stage} is about to pass it on"))];
    }
    if !question.auto_promotion {
        let message =
            format!("it is available; nobody has promoted it to {stage}, which is not done by itself");
        return vec![reason("NotPromoted", "a person", message)];
    }
    let chosen = candidate(stage.as_str(), &manifest.spec, request, *index, *now);
    match chosen {
        Some(newer) if newer != *name => {
            let newer = index.get(newer).map_or_else(|| newer.to_string(), |entry| entry.alias.clone());
            let message = format!("it is available, and {newer} would be promoted before it");
            return vec![reason("NotCandidate", "a person", message)];
        }
        None if SelectionPolicy::of(request) == SelectionPolicy::MatchUpstream => {
            let message = "it is available, and is not the one freight in the stage upstream".to_owned();
            return vec![reason("NotUpstream", "a person", message)];
        }
        _ => {}
    }
    let held = not_promoted(state, &state.effective_holds(), name, &entry.origin);
    vec![match held {
        None => reason("AboutToPromote", stage.to_string(), "its promotion is about to be made"),
        Some(why @ NotPromoted::Held { .. }) => reason("Held", "a person", why.to_string()),
        Some(why @ NotPromoted::Unsuccessful { .. }) => reason("Unsuccessful", "a person", why.to_string()),
        Some(why @ (NotPromoted::Current | NotPromoted::UnderWay(_))) => {
            reason("Promoting", stage.to_string(), why.to_string())
        }
    }]
}
