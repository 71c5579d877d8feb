//! Taking up what is recorded of a project: its freight, its stages, and the promotions that were under way.

use std::collections::BTreeSet;

use windlass_model::event::stage::StageEvent;
use windlass_model::event::{EVENT_VERSION, Recorded};
use windlass_model::ids::{FreightName, Namespace, StageName};
use windlass_ports::journal::{UnitKind, Version};
use windlass_ports::records::FREIGHT;
use windlass_promotion::stage::{StageState, apply};
use windlass_promotion::unit::UnitError;

use super::{Actor, StageEntry, WarehouseEntry};
use crate::freight_index::FreightEntry;
use crate::show::Shown;

impl Actor {
    pub(super) async fn take_up(&mut self) -> Result<(), UnitError> {
        self.take_up_freight().await?;
        let project = self.cell.get();
        for stage in project.stages.keys() {
            self.take_up_stage(stage).await?;
        }
        for (name, warehouse) in &project.warehouses {
            let document = self.ports.resources.get(&self.document("Warehouse", name)).await?;
            let value = document.map(|document| document.value()).transpose()?.unwrap_or_default();
            let entry = WarehouseEntry::of_document(warehouse, &value, self.ports.clock.now());
            self.warehouses.insert(name.clone(), entry);
        }
        self.mark_all();
        Ok(())
    }

    async fn take_up_freight(&mut self) -> Result<(), UnitError> {
        let namespace = Namespace::from(&self.name);
        let ports = &self.ports;
        let listing = ports.resources.list(&ports.tenant, FREIGHT, Some(&namespace)).await?;
        let mut index = self.index_mut();
        for document in listing.documents {
            let value = document.value()?;
            if let (Ok(name), Some(entry)) =
                (FreightName::new(document.key.name), FreightEntry::of_document(&value))
            {
                index.put(name, entry);
            }
        }
        Ok(())
    }

    /// Reads the events of a stage, and what its document says.
    pub(super) async fn take_up_stage(&mut self, stage: &StageName) -> Result<(), UnitError> {
        let unit = self.unit(UnitKind::Stage, stage.as_str());
        let (mut state, mut version) = (StageState::default(), Version::default());
        for (at, event) in self.ports.journal.read(&unit, version).await? {
            let recorded: Recorded<StageEvent> =
                serde_json::from_value(event).map_err(|e| UnitError::Damaged(e.to_string()))?;
            if recorded.v > EVENT_VERSION {
                return Err(UnitError::Damaged("it was written by a newer version of windlass".to_owned()));
            }
            apply(&mut state, &recorded);
            version = at;
        }
        let document = self.ports.resources.get(&self.document("Stage", stage.as_str())).await?;
        let value = document.map(|document| document.value()).transpose()?.unwrap_or_default();
        let refreshed = value.pointer("/metadata/annotations/kargo.akuity.io~1refresh");
        let entry = StageEntry {
            version,
            is_dirty: true,
            shown: Shown::of_document(&value),
            refreshed: refreshed.and_then(|token| token.as_str()).map(str::to_owned),
            // How it was before may not be how it is.
            assess_at: (!state.health_checks().is_empty()).then(|| self.ports.clock.now()),
            ..StageEntry::default()
        };
        let mut known: BTreeSet<FreightName> = state.known_freight().cloned().collect();
        let before = self.stages.insert(stage.clone(), StageEntry { state, ..entry });
        known.extend(before.iter().flat_map(|entry| entry.state.known_freight().cloned()));
        self.moved(stage, &known);
        Ok(())
    }

    /// Reads the documents and stages again of which nobody knows whether the last write was made.
    pub(super) async fn settle_doubts(&mut self) -> Result<(), UnitError> {
        let mut found = Vec::with_capacity(self.in_doubt.len());
        for key in &self.in_doubt {
            let document = self.ports.resources.get(key).await?;
            found.push((key.clone(), document.map(|document| document.value()).transpose()?));
        }
        self.in_doubt.clear();
        for (key, document) in found {
            self.changed(&key, document.as_ref()).await;
        }
        let in_doubt = self.stages.iter().filter(|(_, entry)| entry.is_in_doubt);
        for stage in in_doubt.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.take_up_stage(&stage).await?;
        }
        Ok(())
    }
}
