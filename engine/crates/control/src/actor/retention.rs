//! Forgetting what is not kept: promotions with their events and logs, and freight with what stages know of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use windlass_model::ids::{FreightName, Namespace, PromotionUid};
use windlass_model::time::Timestamp;
use windlass_ports::journal::UnitKind;
use windlass_ports::records::{DocumentChange, Expect, FREIGHT};
use windlass_promotion::unit::UnitError;

use super::Actor;
use crate::retention::{Item, expired};

/// How often it is looked for what is not kept.
const EVERY: Duration = Duration::from_hours(1);

impl Actor {
    /// Forgets what is not kept, if it is time to.
    pub(super) async fn forget_due(&mut self, now: Timestamp) -> Result<(), UnitError> {
        if self.forget_at.is_some_and(|at| at > now) {
            return Ok(());
        }
        let is_less = self.forget_promotions(now).await?;
        self.forget_freight(now).await?;
        if is_less {
            self.ports.journal.sweep().await?;
        }
        self.forget_at = Some(now.plus(EVERY));
        Ok(())
    }

    /// Forgets promotions; whether there were any.
    async fn forget_promotions(&mut self, now: Timestamp) -> Result<bool, UnitError> {
        let namespace = Namespace::from(&self.name);
        let ports = &self.ports;
        let listing = ports.resources.list(&ports.tenant, "Promotion", Some(&namespace)).await?;
        let mut of_stage: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        let mut uids = BTreeMap::new();
        for document in &listing.documents {
            let value = document.value()?;
            let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            uids.insert(document.key.name.clone(), text("/metadata/uid").to_owned());
            of_stage.entry(text("/spec/stage").to_owned()).or_default().push(Item {
                name: document.key.name.clone(),
                made_at: text("/metadata/creationTimestamp").parse().unwrap_or(now),
                is_in_use: text("/status/finishedAt").is_empty(),
            });
        }
        let kept = ports.retention;
        let gone =
            of_stage.into_values().flat_map(|items| expired(items, kept.promotions, kept.least_age, now));
        let gone: Vec<String> = gone.collect();
        for name in &gone {
            let uid = uids.get(name).map(String::as_str).unwrap_or_default();
            let ports = &self.ports;
            ports.journal.forget(&self.unit(UnitKind::Promotion, uid)).await?;
            if let Ok(uid) = uid.parse() {
                ports.logs.forget_logs(&ports.tenant, PromotionUid(uid)).await?;
            }
            // Last: what is found again by its document is forgotten again.
            let key = self.document("Promotion", name);
            ports.resources.write(vec![DocumentChange::Delete { key, expect: Expect::Anything }]).await?;
        }
        Ok(!gone.is_empty())
    }

    async fn forget_freight(&mut self, now: Timestamp) -> Result<(), UnitError> {
        let kept = self.ports.retention;
        let gone: Vec<FreightName> = {
            let index = self.index();
            let of_origin = index.by_origin().map(|(_, names)| {
                let items = names.filter_map(|name| {
                    let entry = index.get(name)?;
                    Some(Item {
                        name: name.to_string(),
                        made_at: entry.discovered_at,
                        is_in_use: !entry.status.currently_in.is_empty() || self.is_promoted(name),
                    })
                });
                expired(items.collect(), kept.freight, kept.least_age, now)
            });
            of_origin.flatten().filter_map(|name| FreightName::new(name).ok()).collect()
        };
        for name in gone {
            let key = self.document(FREIGHT, name.as_str());
            let delete = DocumentChange::Delete { key: key.clone(), expect: Expect::Anything };
            self.ports.resources.write(vec![delete]).await?;
            self.changed(&key, None).await;
        }
        Ok(())
    }

    /// Whether a promotion of freight waits or runs.
    fn is_promoted(&self, freight: &FreightName) -> bool {
        self.stages.values().any(|entry| entry.state.queue.values().any(|queued| queued.freight == *freight))
    }
}
