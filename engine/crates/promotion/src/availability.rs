//! Whether freight may be promoted to a stage (`kargo.md` 5.2): straight from its warehouse, or because it was verified
//! where the stage says it must have been.

use std::collections::BTreeMap;
use std::time::Duration;

use windlass_model::freight::FreightOrigin;
use windlass_model::manifest::stage::{AvailabilityStrategy, FreightSources, StageSpec};
use windlass_model::time::Timestamp;
use windlass_versions::GoDuration;

/// What is known of a freight's way so far, by stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FreightStatus {
    /// Where it was verified.
    pub verified_in: BTreeMap<String, Verified>,
    /// Where it is now, and since when.
    pub currently_in: BTreeMap<String, Timestamp>,
    /// For which stages somebody approved it, and when if that is known.
    pub approved_for: BTreeMap<String, Option<Timestamp>>,
}

/// That freight was verified in a stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// When, if that is known.
    pub at: Option<Timestamp>,
    /// The longest time it stayed there, once it has left.
    pub longest_soak: Option<Duration>,
}

/// Why freight may not be promoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAvailable {
    /// The stage does not take freight of this warehouse.
    #[error("the stage does not request freight of {0}")]
    NotRequested(FreightOrigin),
    /// It was not verified where it must have been.
    #[error("it has not been verified in {}{}; promote it there first", .missing.join(", "), soaked(*.soak))]
    NotVerified {
        /// The stages that are missing; with `OneOf`, one of them suffices.
        missing: Vec<String>,
        /// How long it must have been there.
        soak: Option<Duration>,
    },
    /// Nothing makes it available but an approval.
    #[error(
        "the stage takes it neither from the warehouse nor from another stage; set sources.direct or sources.stages in \
         the stage's requestedFreight"
    )]
    NoSource,
    /// A duration cannot be read.
    #[error("sources.requiredSoakTime: {0}")]
    SoakTime(String),
}

fn soaked(soak: Option<Duration>) -> String {
    let text = soak.filter(|s| !s.is_zero()).and_then(GoDuration::from_std);
    text.map(|text| format!(" for {text}")).unwrap_or_default()
}

impl FreightStatus {
    /// How long it has been in `stage`, counted only if it was verified there.
    #[must_use]
    pub fn soak(&self, stage: &str, now: Timestamp) -> Option<Duration> {
        let verified = self.verified_in.get(stage)?;
        let current = self.currently_in.get(stage).map(|since| now.since(*since));
        Some(verified.longest_soak.unwrap_or_default().max(current.unwrap_or_default()))
    }
}

/// Whether freight of `origin` with this status may be promoted to the stage `name` at `now`.
///
/// # Errors
/// Why not.
pub fn check_available(
    name: &str,
    stage: &StageSpec,
    origin: &FreightOrigin,
    status: &FreightStatus,
    now: Timestamp,
) -> Result<(), NotAvailable> {
    let mut refused = NotAvailable::NotRequested(origin.clone());
    for request in stage.requested_freight.iter().filter(|request| request.origin == *origin) {
        match check_sources(name, &request.sources, status, now) {
            Ok(()) => return Ok(()),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

fn check_sources(
    name: &str,
    sources: &FreightSources,
    status: &FreightStatus,
    now: Timestamp,
) -> Result<(), NotAvailable> {
    if status.approved_for.contains_key(name) || sources.direct {
        return Ok(());
    }
    let soak = required_soak(sources)?;
    let soaked =
        |stage: &&String| status.soak(stage, now).is_some_and(|time| time >= soak.unwrap_or_default());
    let missing: Vec<String> = sources.stages.iter().filter(|stage| !soaked(stage)).cloned().collect();
    let enough = match sources.availability_strategy.unwrap_or_default() {
        AvailabilityStrategy::All => missing.is_empty(),
        AvailabilityStrategy::OneOf => missing.len() < sources.stages.len(),
    };
    match (enough, missing.is_empty()) {
        (true, _) => Ok(()),
        (false, true) => Err(NotAvailable::NoSource),
        (false, false) => Err(NotAvailable::NotVerified { missing, soak }),
    }
}

/// When freight with this status becomes available to the stage `name`, if nothing but time has to pass; a time that has
/// passed if it is. None if something else has to happen.
#[must_use]
pub fn available_at(name: &str, sources: &FreightSources, status: &FreightStatus) -> Option<Timestamp> {
    let now = Timestamp::from_micros(i64::MIN);
    if status.approved_for.contains_key(name) || sources.direct {
        return Some(now);
    }
    let soak = required_soak(sources).ok()?.unwrap_or_default();
    let soaked_at = |stage: &String| {
        let longest = status.verified_in.get(stage)?.longest_soak.unwrap_or_default();
        if longest >= soak {
            return Some(now);
        }
        Some(status.currently_in.get(stage)?.plus(soak))
    };
    let mut times = sources.stages.iter().map(soaked_at);
    match sources.availability_strategy.unwrap_or_default() {
        AvailabilityStrategy::All => times.try_fold(now, |latest, at| Some(latest.max(at?))),
        AvailabilityStrategy::OneOf => times.flatten().min(),
    }
}

fn required_soak(sources: &FreightSources) -> Result<Option<Duration>, NotAvailable> {
    let Some(text) = &sources.required_soak_time else { return Ok(None) };
    let duration: GoDuration = text.parse().map_err(|e| NotAvailable::SoakTime(format!("{e}")))?;
    Ok(duration.to_std())
}
