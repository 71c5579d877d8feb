//! Kubernetes-shaped objects.

use serde_json::Value;

pub use crate::bindings::windlass::step::objects::Key;
use crate::context::Context;
use crate::host::Host as _;
use crate::{Error, ErrorKind, Retry};

fn parse(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| Error {
        kind: ErrorKind::Internal,
        retry: Retry::Never,
        message: format!("the host's answer is not JSON: {error}"),
        code: "internal".to_owned(),
        details: "{}".to_owned(),
    })
}

impl Context {
    /// One object.
    ///
    /// # Errors
    /// If no grant allows it, or it does not exist.
    pub fn get_object(&self, key: &Key) -> Result<Value, Error> {
        parse(&self.host.get_object(key)?)
    }

    /// The objects of a namespace that a label selector picks.
    ///
    /// # Errors
    /// If no grant allows it.
    pub fn query_objects(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        selector: &Value,
    ) -> Result<Vec<Value>, Error> {
        let list = self.host.query_objects(api_version, kind, namespace, &selector.to_string())?;
        match parse(&list)? {
            Value::Array(objects) => Ok(objects),
            other => Ok(vec![other]),
        }
    }

    /// Merges a patch (RFC 7396) into an object; the object after it. With a resource version, only if it has not
    /// changed since.
    ///
    /// # Errors
    /// If no grant allows it, or the object has changed.
    pub fn patch_object(
        &self,
        key: &Key,
        patch: &Value,
        resource_version: Option<&str>,
    ) -> Result<Value, Error> {
        parse(&self.host.patch_object(key, &patch.to_string(), resource_version)?)
    }
}
