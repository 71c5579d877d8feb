//! Having warehouses look into their repositories, on time and when asked, and making freight of what they find.

use std::time::Duration;

use serde_json::{Value, json};
use tracing::Instrument as _;
use windlass_discovery::{Chosen, alias_of, assemble, criteria_met};
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::freight::FreightReference;
use windlass_model::ids::FreightName;
use windlass_model::manifest::KARGO_API_VERSION;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::time::Timestamp;
use windlass_ports::journal::JournalError;
use windlass_ports::records::{ChangeRefused, DocumentChange, Expect, FREIGHT, Member};
use windlass_promotion::unit::UnitError;
use windlass_versions::GoDuration;

use super::{Actor, Message};
use crate::conditions::whole_seconds;
use crate::freight_index::FreightEntry;
use crate::show::warehouse::{Outcome, WarehouseView, members};

/// How often a warehouse looks if it does not say.
const INTERVAL: Duration = Duration::from_mins(5);

/// The least time between two looks at repositories that cannot be looked into, and the longest.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(5));

/// A warehouse as the loop knows it.
#[derive(Debug)]
pub(crate) struct WarehouseEntry {
    /// When to look next; none while it is looking.
    pub(super) next: Option<Timestamp>,
    generation: i64,
    interval: Duration,
    /// What it found last, and for which generation.
    found: Option<DiscoveredArtifacts>,
    observed: i64,
    conditions: Option<Value>,
    /// The last refresh that it was asked for, and the one that the look under way answers.
    asked: Option<String>,
    answering: Option<String>,
    failures: u32,
}

impl WarehouseEntry {
    /// What a document says of its warehouse.
    pub(crate) fn of_document(warehouse: &Warehouse, document: &Value, now: Timestamp) -> Self {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let interval = warehouse.spec.interval.as_deref().and_then(|text| text.parse::<GoDuration>().ok());
        let interval = interval.and_then(GoDuration::to_std).unwrap_or(INTERVAL);
        let found = document.pointer("/status/discoveredArtifacts").cloned();
        let found: Option<DiscoveredArtifacts> = found.and_then(|found| serde_json::from_value(found).ok());
        let generation = warehouse.metadata.generation;
        let observed = document.pointer("/status/observedGeneration").and_then(Value::as_i64).unwrap_or(-1);
        let asked = text("/metadata/annotations/kargo.akuity.io~1refresh");
        let is_asked = asked.is_some() && asked != text("/status/lastHandledRefresh");
        let discovered_at = found.as_ref().and_then(|found| found.discovered_at);
        let next = match discovered_at {
            Some(at) if !is_asked && observed >= generation => at.plus(interval),
            _ => now,
        };
        Self {
            next: Some(next),
            generation,
            interval,
            found,
            observed,
            conditions: document.pointer("/status/conditions").cloned(),
            asked,
            answering: None,
            failures: 0,
        }
    }

    /// Takes over what has been written.
    pub(super) fn follow(&mut self, written: Self) {
        let is_looking = self.next.is_none();
        if written.generation != self.generation && !is_looking {
            self.next = written.next;
        }
        self.generation = written.generation;
        self.interval = written.interval;
        self.asked = written.asked.or(self.asked.take());
    }
}

impl Actor {
    pub(super) fn refresh_warehouse(&mut self, name: &str, token: String) {
        let now = self.ports.clock.now();
        if let Some(entry) = self.warehouses.get_mut(name) {
            entry.asked = Some(token);
            entry.next = entry.next.map(|_| now);
        }
    }

    /// Has the warehouses look whose time it is.
    pub(super) async fn discover_due(&mut self, now: Timestamp) -> Result<(), UnitError> {
        let project = self.cell.get();
        for (name, entry) in &mut self.warehouses {
            let Some(warehouse) = project.warehouses.get(name).cloned() else { continue };
            if entry.next.is_none_or(|at| at > now) {
                continue;
            }
            entry.next = None;
            entry.answering.clone_from(&entry.asked);
            let previous = entry.found.clone().filter(|_| entry.observed == entry.generation);
            let (discoverer, inbox) = (self.ports.discoverer.clone(), self.inbox.clone());
            let (project, warehouse_name, generation) = (self.name.clone(), name.clone(), entry.generation);
            let stop = self.stop.clone();
            self.tasks.spawn(async move {
                let span = tracing::info_span!(target: "windlass::spans", "discovery", %project, warehouse = %warehouse_name);
                let looking = discoverer.discover(&project, &warehouse, previous.as_ref()).instrument(span);
                let found = tokio::select! {
                    found = looking => found.map(Box::new),
                    () = stop.cancelled() => return,
                };
                let _ =
                    inbox.send(Message::Discovered { warehouse: warehouse_name, generation, found }).await;
            });
        }
        Ok(())
    }

    /// A warehouse has looked: freight is made of what it found, and its status tells.
    pub(super) async fn discovered(
        &mut self,
        name: &str,
        generation: i64,
        found: Result<DiscoveredArtifacts, String>,
    ) {
        let Some(warehouse) = self.cell.get().warehouses.get(name).cloned() else { return };
        match self.take_stock(name, &warehouse, generation, found).await {
            Ok(()) => {}
            Err(error) => {
                self.trouble.set(&error.to_string());
                let again = self.ports.clock.now().plus(BACKOFF.0);
                if let Some(entry) = self.warehouses.get_mut(name) {
                    entry.next = Some(again);
                }
            }
        }
    }

    async fn take_stock(
        &mut self,
        name: &str,
        warehouse: &Warehouse,
        generation: i64,
        found: Result<DiscoveredArtifacts, String>,
    ) -> Result<(), UnitError> {
        let now = self.ports.clock.now();
        let outcome = match &found {
            Err(message) => Outcome::Failed(message.clone()),
            Ok(found) => self.freight_of(name, warehouse, found).await?,
        };
        let Some(entry) = self.warehouses.get_mut(name) else { return Ok(()) };
        entry.failures = if found.is_err() { entry.failures.saturating_add(1) } else { 0 };
        let found = found.ok().map(|found| DiscoveredArtifacts { discovered_at: Some(now), ..found });
        let view = WarehouseView {
            outcome: &outcome,
            found: found.as_ref(),
            generation,
            refreshed: entry.answering.as_deref(),
            conditions_before: entry.conditions.as_ref(),
            now,
        };
        let members = members(&view);
        entry.conditions = members.get("conditions").cloned();
        entry.next = Some(if entry.asked != entry.answering || entry.generation != generation {
            now
        } else if entry.failures > 0 {
            let factor = 1_u32 << entry.failures.saturating_sub(1).min(6);
            now.plus((BACKOFF.0 * factor).min(BACKOFF.1.min(entry.interval.max(BACKOFF.0))))
        } else {
            now.plus(entry.interval)
        });
        if found.is_some() {
            entry.found = found;
            entry.observed = generation;
        }
        let member = |(name, value): (String, Value)| Member {
            path: vec!["status".to_owned(), name],
            value: Some(value),
        };
        let change = DocumentChange::SetMembers {
            key: self.document("Warehouse", name),
            members: members.into_iter().map(member).collect(),
        };
        self.ports.resources.write(vec![change]).await?;
        Ok(())
    }

    /// Makes freight of what was found, if it is to be made.
    async fn freight_of(
        &mut self,
        name: &str,
        warehouse: &Warehouse,
        found: &DiscoveredArtifacts,
    ) -> Result<Outcome, UnitError> {
        if warehouse.spec.freight_creation_policy.as_deref() == Some("Manual") {
            return Ok(Outcome::Manual);
        }
        let reference = match assemble(name, found, &Chosen::default()) {
            Ok(reference) => reference,
            Err(error) => return Ok(Outcome::Nothing(error.to_string())),
        };
        if let Some(criteria) = warehouse
            .spec
            .freight_creation_criteria
            .as_ref()
            .filter(|criteria| !criteria.expression.is_empty())
        {
            match criteria_met(&criteria.expression, found, self.ports.clock.now()) {
                Ok(true) => {}
                Ok(false) => return Ok(Outcome::CriteriaNotMet),
                Err(error) => return Ok(Outcome::CriteriaFailed(error.to_string())),
            }
        }
        let freight = reference.name.clone();
        let is_new = self.keep_freight(&reference).await?;
        Ok(if is_new { Outcome::Made(freight) } else { Outcome::Known(freight) })
    }

    /// Keeps freight, unless it is kept already; whether it is new.
    async fn keep_freight(&mut self, reference: &FreightReference) -> Result<bool, UnitError> {
        let Ok(name) = FreightName::new(reference.name.clone()) else { return Ok(false) };
        let alias = {
            let index = self.index();
            if index.get(&name).is_some() {
                return Ok(false);
            }
            alias_of(&reference.name, |alias| index.by_alias(alias).is_some())
        };
        let key = self.document(FREIGHT, name.as_str());
        let at = whole_seconds(self.ports.clock.now());
        let mut document = json!({
            "kind": "Freight",
            "apiVersion": KARGO_API_VERSION,
            "metadata": {
                "name": name,
                "namespace": self.name,
                "uid": self.ports.ids.uuid(),
                "resourceVersion": "",
                "generation": 1,
                "creationTimestamp": at,
                "labels": { "kargo.akuity.io/alias": alias },
            },
            "alias": alias,
            "discoveredAt": self.ports.clock.now(),
        });
        if let (Some(members), Ok(Value::Object(content))) =
            (document.as_object_mut(), serde_json::to_value(reference))
        {
            members.extend(content.into_iter().filter(|(member, _)| member != "name"));
            members.insert("status".to_owned(), json!({}));
        }
        let entry = FreightEntry::of_document(&document);
        let put = DocumentChange::Put { key: key.clone(), expect: Expect::Absent, document };
        match self.ports.resources.write(vec![put]).await {
            Ok(_) => {}
            Err(JournalError::Document(ChangeRefused::Exists)) => return Ok(false),
            Err(error) => {
                self.in_doubt.insert(key);
                return Err(error.into());
            }
        }
        if let Some(entry) = entry {
            self.index_mut().put(name, entry);
        }
        self.freight_came(&reference.origin);
        Ok(true)
    }
}
