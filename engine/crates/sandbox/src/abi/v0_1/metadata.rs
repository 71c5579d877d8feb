//! The interface `metadata`.

use serde_json::Value;
use windlass_model::call::metadata::{Kind, SetAlias, Subject, Upsert};
use windlass_model::call::{Call, Reply};

use super::bindings::windlass::step::{metadata, types};
use super::convert::{Told, argument, tell, to_json};
use crate::guest::Guest;

/// Reads a kind as the JSON form has it.
fn kind(text: &str) -> Result<Kind, types::Error> {
    super::convert::json("kind", &Value::from(text).to_string())
}

impl metadata::Host for Guest {
    fn get(&mut self, of: String, name: String) -> Told<String> {
        let subject = match kind(&of) {
            Ok(kind) => Subject { kind, name },
            Err(error) => return Ok(Err(error)),
        };
        tell(self.call(Call::MetadataGet(subject)), |reply| match reply {
            Reply::Metadata(values) => Some(to_json(&values)),
            _ => None,
        })
    }

    fn upsert(&mut self, of: String, name: String, values: String) -> Told<()> {
        let upsert = match kind(&of) {
            Ok(kind) => Upsert { kind, name, values: argument!("values", values) },
            Err(error) => return Ok(Err(error)),
        };
        tell(self.call(Call::MetadataUpsert(upsert)), |reply| match reply {
            Reply::Done(()) => Some(()),
            _ => None,
        })
    }

    fn set_alias(&mut self, freight: String, alias: String) -> Told<String> {
        tell(self.call(Call::MetadataSetAlias(SetAlias { freight, alias })), |reply| match reply {
            Reply::FormerAlias(alias) => Some(alias),
            _ => None,
        })
    }
}
