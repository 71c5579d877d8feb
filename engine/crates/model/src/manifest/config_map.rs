//! ConfigMap: plain data that expressions read with `configMap()`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ObjectMeta;

/// A Kubernetes ConfigMap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConfigMap {
    /// Names it.
    pub metadata: ObjectMeta,
    /// The data.
    pub data: BTreeMap<String, String>,
}
