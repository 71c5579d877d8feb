//! The interface `objects`.

use windlass_model::call::objects::{Get, Key, Patch, Query};
use windlass_model::call::{Call, Reply};

use super::bindings::windlass::step::objects;
use super::convert::{Told, argument, tell, to_json};
use crate::guest::Guest;

fn key(key: objects::Key) -> Key {
    Key { api_version: key.api_version, kind: key.kind, namespace: key.namespace, name: key.name }
}

fn object(reply: Reply) -> Option<String> {
    match reply {
        Reply::Object(object) => Some(to_json(&object)),
        _ => None,
    }
}

impl objects::Host for Guest {
    fn get(&mut self, of: objects::Key) -> Told<String> {
        tell(self.call(Call::ObjectsGet(Get { key: key(of) })), object)
    }

    fn query(
        &mut self,
        api_version: String,
        kind: String,
        namespace: String,
        selector: String,
    ) -> Told<String> {
        let query = Query { api_version, kind, namespace, selector: argument!("selector", selector) };
        tell(self.call(Call::ObjectsQuery(query)), |reply| match reply {
            Reply::Objects(objects) => Some(to_json(&objects)),
            _ => None,
        })
    }

    fn patch(&mut self, of: objects::Key, patch: String, resource_version: Option<String>) -> Told<String> {
        let call = Patch { key: key(of), patch: argument!("patch", patch), resource_version };
        tell(self.call(Call::ObjectsPatch(call)), object)
    }
}
