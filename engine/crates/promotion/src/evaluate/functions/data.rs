//! `configMap`, `secret` and their kin, and the metadata of freight and stages.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use windlass_expr::{FunctionError, Map as Variables, Taint, Value};
use windlass_model::manifest::secret::SecretValue;
use windlass_model::manifest::warehouse::Warehouse;

use super::{Called, HostFunctions, text};
use crate::sealed::is_sealed;

/// Where data is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataScope {
    /// In the project.
    Project,
    /// In the namespace that all projects share.
    Shared,
}

/// A Secret's values.
pub struct SecretData {
    /// Names the Secret and its version: `namespace/name@version`.
    pub source: String,
    /// The values by key.
    pub values: BTreeMap<String, SecretValue>,
}

/// What a project has beside its promotion.
pub trait ProjectData: Send + Sync {
    /// A ConfigMap's data.
    fn config_map(&self, scope: DataScope, name: &str) -> Option<BTreeMap<String, String>>;
    /// A Secret's data; in the shared namespace only those of type `generic`.
    fn secret(&self, scope: DataScope, name: &str) -> Option<SecretData>;
    /// A warehouse.
    fn warehouse(&self, name: &str) -> Option<Warehouse>;
    /// A freight's whole status.
    fn freight_status(&self, name: &str) -> Option<Json>;
    /// A stage's metadata.
    fn stage_metadata(&self, name: &str) -> Option<Json>;
}

/// The data of a project that has nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoData;

impl ProjectData for NoData {
    fn config_map(&self, _scope: DataScope, _name: &str) -> Option<BTreeMap<String, String>> {
        None
    }

    fn secret(&self, _scope: DataScope, _name: &str) -> Option<SecretData> {
        None
    }

    fn warehouse(&self, _name: &str) -> Option<Warehouse> {
        None
    }

    fn freight_status(&self, _name: &str) -> Option<Json> {
        None
    }

    fn stage_metadata(&self, _name: &str) -> Option<Json> {
        None
    }
}

impl HostFunctions<'_> {
    pub(super) fn data(&self, name: &str, args: &[Value]) -> Option<Called> {
        Some(match name {
            "configMap" => self.config_map(name, DataScope::Project, args),
            "sharedConfigMap" => self.config_map(name, DataScope::Shared, args),
            "secret" => self.secret(name, DataScope::Project, args),
            "sharedSecret" => self.secret(name, DataScope::Shared, args),
            "freightStatus" => self.object_data(name, args, |data, of| data.freight_status(of)),
            "freightMetadata" => self.object_data(name, args, |data, of| {
                data.freight_status(of)?.get("metadata").filter(|m| !is_empty(m)).cloned()
            }),
            "stageMetadata" => {
                self.object_data(name, args, |data, of| data.stage_metadata(of).filter(|m| !is_empty(m)))
            }
            _ => return None,
        })
    }

    fn config_map(&self, function: &str, scope: DataScope, args: &[Value]) -> Called {
        let found = self.view.data.config_map(scope, text(function, args, 0)?);
        // A ConfigMap that is there and has no data is Go's nil map, one that is not there is an empty one.
        let mut map = match &found {
            Some(data) if data.is_empty() => Variables::nil_of_strings(),
            _ => Variables::of_strings(),
        };
        for (key, value) in found.unwrap_or_default() {
            map.insert(key, value);
        }
        Ok(map.into())
    }

    fn secret(&self, function: &str, scope: DataScope, args: &[Value]) -> Called {
        let mut map = Variables::of_strings();
        if let Some(secret) = self.view.data.secret(scope, text(function, args, 0)?) {
            for (key, value) in &secret.values {
                let taint = Taint::of(format!("{}#{key}", secret.source));
                map.insert(key.as_str(), Value::from(value.expose()).with_taint(&taint));
            }
        }
        Ok(map.into())
    }

    fn object_data(
        &self,
        function: &str,
        args: &[Value],
        find: impl Fn(&dyn ProjectData, &str) -> Option<Json>,
    ) -> Called {
        let name = named(function, args)?;
        Ok(match find(self.view.data, name) {
            // What a step noted down after it was told secrets.
            Some(json) if is_sealed(&json) => self.view.seal_key.value(&json, &format!("{function}({name})")),
            Some(json) => Value::from_json(&json),
            None => Value::default(),
        })
    }
}

/// The argument, which must name something.
fn named<'v>(function: &str, args: &'v [Value]) -> Result<&'v str, FunctionError> {
    match text(function, args, 0)? {
        "" => Err(FunctionError::new(format!("{function}: the name is empty"))),
        name => Ok(name),
    }
}

fn is_empty(json: &Json) -> bool {
    json.as_object().is_none_or(serde_json::Map::is_empty)
}
