//! The events of one warehouse: which freight it made.

use serde::{Deserialize, Serialize};

use crate::ids::FreightName;

/// A fact about a warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WarehouseEvent {
    /// It made freight that nobody had made before.
    FreightCreated {
        /// Which.
        freight: FreightName,
    },
}
