//! Which freight a stage would be promoted to by itself (`kargo.md` 5.3): the newest that is available, for each origin.

use windlass_model::freight::FreightOrigin;
use windlass_model::ids::FreightName;
use windlass_model::manifest::stage::{FreightRequest, StageSpec};
use windlass_model::time::Timestamp;

use crate::availability::{FreightStatus, available_at, check_available};

/// A freight and what is known of its way.
#[derive(Debug, Clone)]
pub struct FreightView<'a> {
    /// Which.
    pub name: &'a FreightName,
    /// When it was discovered.
    pub discovered_at: Timestamp,
    /// Where it was verified, is, and is approved for.
    pub status: &'a FreightStatus,
}

/// All freight of an origin, the newest first.
pub trait FreightOf {
    /// By when it was discovered, then by name, the last first.
    fn freight_of(&self, origin: &FreightOrigin) -> Vec<FreightView<'_>>;
}

/// How a stage chooses among freight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionPolicy {
    /// The newest that is available.
    Newest,
    /// What is in the one stage upstream.
    MatchUpstream,
}

impl SelectionPolicy {
    /// What a request says.
    #[must_use]
    pub fn of(request: &FreightRequest) -> Self {
        let options = request.sources.auto_promotion_options.as_ref();
        match options.and_then(|options| options.get("selectionPolicy")?.as_str()) {
            Some("MatchUpstream") => Self::MatchUpstream,
            _ => Self::Newest,
        }
    }
}

/// The freight of a request that a stage would be promoted to at `now`; none if there is none, or if what is upstream is not
/// one freight.
#[must_use]
pub fn candidate<'f>(
    stage: &str,
    spec: &StageSpec,
    request: &FreightRequest,
    freight: &'f dyn FreightOf,
    now: Timestamp,
) -> Option<&'f FreightName> {
    let is_available =
        |view: &FreightView<'_>| check_available(stage, spec, &request.origin, view.status, now).is_ok();
    let mut found = freight.freight_of(&request.origin).into_iter();
    match SelectionPolicy::of(request) {
        SelectionPolicy::Newest => found.find(is_available).map(|view| view.name),
        SelectionPolicy::MatchUpstream => {
            let upstream = request.sources.stages.first()?;
            let mut there =
                found.filter(|view| view.status.currently_in.contains_key(upstream) && is_available(view));
            let first = there.next()?;
            there.next().is_none().then_some(first.name)
        }
    }
}

/// When the first freight of a request becomes available that is not yet, by time alone.
#[must_use]
pub fn next_available(
    stage: &str,
    request: &FreightRequest,
    freight: &dyn FreightOf,
    now: Timestamp,
) -> Option<Timestamp> {
    let times = freight.freight_of(&request.origin).into_iter();
    times.filter_map(|view| available_at(stage, &request.sources, view.status)).filter(|at| *at > now).min()
}
