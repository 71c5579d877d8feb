//! An Argo CD Application, as the cluster has it.

use serde_json::{Value, json};
use windlass_step::objects::Key;

/// The version of Argo CD's resources.
pub(crate) const API_VERSION: &str = "argoproj.io/v1alpha1";

/// Their kind.
pub(crate) const KIND: &str = "Application";

/// An Application.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    namespace: String,
    object: Value,
}

/// Which Application.
pub(crate) fn key(namespace: &str, name: &str) -> Key {
    Key {
        api_version: API_VERSION.to_owned(),
        kind: KIND.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}

impl Application {
    pub(crate) fn new(namespace: &str, object: Value) -> Self {
        Self { namespace: namespace.to_owned(), object }
    }

    pub(crate) fn object(&self) -> &Value {
        &self.object
    }

    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(crate) fn name(&self) -> &str {
        self.object["metadata"]["name"].as_str().unwrap_or_default()
    }

    pub(crate) fn key(&self) -> Key {
        key(self.namespace(), self.name())
    }

    pub(crate) fn resource_version(&self) -> Option<&str> {
        self.object["metadata"]["resourceVersion"].as_str()
    }

    /// The sources: a list of them, or the only one.
    pub(crate) fn sources(&self) -> Vec<Value> {
        let spec = &self.object["spec"];
        match (spec["sources"].as_array(), &spec["source"]) {
            (Some(sources), _) if !sources.is_empty() => sources.clone(),
            (_, source @ Value::Object(_)) => vec![source.clone()],
            _ => Vec::new(),
        }
    }

    /// The part of the specification that has these sources, one for each that there is now.
    pub(crate) fn spec_with(&self, mut sources: Vec<Value>) -> Value {
        let has_list = self.object["spec"]["sources"].as_array().is_some_and(|list| !list.is_empty());
        match sources.pop() {
            Some(source) if !has_list => json!({ "source": source }),
            last => {
                sources.extend(last);
                json!({ "sources": sources })
            }
        }
    }

    /// What happens when it changes from how it is.
    pub(crate) fn change(&self) -> Value {
        json!({ "object": {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "namespace": self.namespace(),
            "name": self.name(),
            "resourceVersion": self.resource_version().unwrap_or_default(),
        } })
    }
}

/// How messages call it.
impl std::fmt::Display for Application {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Argo CD Application {:?} in namespace {:?}", self.name(), self.namespace)
    }
}
