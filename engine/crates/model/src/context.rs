//! The context of a run: what a step may know of the promotion it is part of (`step-context-0.1`). Members are
//! only ever added.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::freight::{FreightCollection, FreightOrigin};
use crate::manifest::stage::FreightRequest;

/// What a step knows of its promotion.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StepContext {
    /// The project.
    pub project: String,
    /// The stage.
    pub stage: String,
    /// The promotion's name.
    pub promotion: String,
    /// Who asked for it; empty if nobody did.
    pub actor: String,
    /// Whether it goes back to older freight.
    pub rollback: bool,
    /// This step's alias.
    pub alias: String,
    /// The address of the web UI, for links; empty if there is none.
    pub ui_base_url: String,
    /// What the stage asks for.
    pub freight_requests: Vec<FreightRequest>,
    /// The freight of every origin.
    pub freight: FreightCollection,
    /// The freight being promoted.
    pub target_freight: Option<TargetFreight>,
    /// The outputs so far, by alias.
    pub outputs: Value,
}

/// The freight being promoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetFreight {
    /// Its name.
    pub name: String,
    /// Its alias; empty if it has none.
    #[serde(default)]
    pub alias: String,
    /// Its warehouse.
    pub origin: FreightOrigin,
}
