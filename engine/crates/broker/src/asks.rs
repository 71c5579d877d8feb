//! What a step asks for in this attempt: its manifest, with the names that stand in its evaluated configuration.

use serde_json::Value;
use windlass_model::call::WorkPath;
use windlass_model::grant::{
    Access, GitGrant, Grant, HttpGrant, MetadataGrant, NamePattern, ObjectsGrant, RevealGrant, UrlPattern,
};
use windlass_model::step_manifest::{Ask, Source};

/// What an attempt asks for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// What is known at once.
    pub(crate) grants: Vec<Grant>,
    /// The repositories of the worktrees at or beneath these paths.
    pub(crate) worktrees: Vec<(WorkPath, Access)>,
}

impl Asked {
    /// Whether it asks for the repository of the worktree at `path`.
    pub(crate) fn covers_worktree(&self, path: &WorkPath, access: Access) -> bool {
        self.worktrees.iter().any(|(asked, allowed)| {
            *allowed >= access
                && asked.parts().zip(path.parts()).filter(|(a, p)| a == p).count() == asked.parts().count()
        })
    }
}

/// Reads the asks of a manifest with the real values of a configuration.
pub(crate) fn resolve(asks: &[Ask], config: &Value) -> Asked {
    let mut asked = Asked::default();
    for ask in asks {
        match ask {
            Ask::Http { url, access } => {
                let patterns = patterns(url, config, |text| {
                    url::Url::parse(text).ok().map(|url| UrlPattern::origin_of(&url))
                });
                asked.grants.extend(
                    patterns
                        .into_iter()
                        .map(|url| Grant::Http(HttpGrant { url, access: *access, methods: Vec::new() })),
                );
            }
            Ask::Git { url, access, when } => {
                let applies = when.as_ref().is_none_or(|at| config.pointer(at) == Some(&Value::Bool(true)));
                if applies {
                    let patterns = patterns(url, config, |text| Some(UrlPattern::repository(text)));
                    asked.grants.extend(
                        patterns.into_iter().map(|url| Grant::Git(GitGrant { url, access: *access })),
                    );
                }
            }
            Ask::Worktree { path, access } => {
                let paths = match path {
                    // Every worktree lies beneath the root.
                    Source::Any => vec![String::new()],
                    Source::Config(pointer) => texts(config, pointer),
                    Source::Literal(text) => vec![text.clone()],
                };
                asked.worktrees.extend(paths.iter().map(|path| (WorkPath::clamped(path), *access)));
            }
            Ask::Objects { each, .. } => {
                asked.grants.extend(items(config, each).into_iter().filter_map(|item| object(ask, item)));
            }
            Ask::SecretsReveal {} => asked.grants.push(Grant::SecretsReveal(RevealGrant {})),
            Ask::Metadata { access } => {
                asked.grants.push(Grant::Metadata(MetadataGrant { access: *access }));
            }
            Ask::TaskOutputPropagation {} => {}
        }
    }
    asked
}

fn patterns(
    source: &Source,
    config: &Value,
    pattern: impl Fn(&str) -> Option<UrlPattern>,
) -> Vec<UrlPattern> {
    match source {
        Source::Any => vec![UrlPattern::any()],
        Source::Config(pointer) => texts(config, pointer).iter().filter_map(|text| pattern(text)).collect(),
        // What a step's author writes may be a pattern.
        Source::Literal(text) => {
            UrlPattern::try_from(text.clone()).ok().or_else(|| pattern(text)).into_iter().collect()
        }
    }
}

fn object(ask: &Ask, item: &Value) -> Option<Grant> {
    let Ask::Objects { api_version, kind, namespace, default_namespace, name, access, .. } = ask else {
        return None;
    };
    let member = |name: &str| item.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let namespace = exact(member(namespace).unwrap_or(default_namespace))?;
    let name = match member(name) {
        Some(name) => exact(name)?,
        None => NamePattern::new("*"),
    };
    Some(Grant::Objects(ObjectsGrant {
        api_version: api_version.clone(),
        kind: kind.clone(),
        namespace,
        name,
        access: *access,
    }))
}

/// A configuration names one object, never a pattern.
fn exact(name: &str) -> Option<NamePattern> {
    (!name.contains('*')).then(|| NamePattern::new(name))
}

/// The texts at a pointer in which `*` stands for every item of a list.
fn texts(config: &Value, pointer: &str) -> Vec<String> {
    items(config, pointer).into_iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

/// The values at a pointer; a list at its end stands for its items.
fn items<'v>(config: &'v Value, pointer: &str) -> Vec<&'v Value> {
    let mut found = vec![config];
    for part in pointer.split('/').skip(1) {
        let name = windlass_model::pointer::name(part);
        found = found
            .into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect::<Vec<_>>(),
                ("*", Value::Object(members)) => members.values().collect(),
                (_, value) => value.get(&name).into_iter().collect(),
            })
            .collect();
    }
    let unfold = |value: &'v Value| match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    };
    found.into_iter().flat_map(unfold).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use windlass_model::grant::Need;

    use super::*;

    fn asks(value: Value) -> Vec<Ask> {
        serde_json::from_value(value).unwrap()
    }

    fn reads(asked: &Asked, url: &str) -> bool {
        let need = Need::Git { url: url.to_owned(), access: Access::Read };
        asked.grants.iter().any(|grant| grant.covers(&need))
    }

    #[test]
    fn a_repository_is_the_one_that_the_configuration_names() {
        let asks = asks(json!([{"git": {"url": {"config": "/repoURL"}, "access": "read"}}]));
        let asked = resolve(&asks, &json!({"repoURL": "https://h/acme/app.git"}));
        assert!(reads(&asked, "https://h/acme/app"));
        assert!(!reads(&asked, "https://h/acme/other"));
        assert!(!reads(&resolve(&asks, &json!({"repoURL": "*"})), "https://h/acme/app"));
        assert!(!reads(&resolve(&asks, &json!({})), "https://h/acme/app"));
    }

    #[test]
    fn some_asks_depend_on_a_switch() {
        let asks = asks(json!([{"git": {"url": "any", "access": "read", "when": "/recurse"}}]));
        assert!(!reads(&resolve(&asks, &json!({})), "https://h/x"));
        assert!(!reads(&resolve(&asks, &json!({"recurse": false})), "https://h/x"));
        assert!(reads(&resolve(&asks, &json!({"recurse": true})), "https://h/x"));
    }

    #[test]
    fn objects_are_those_that_the_list_names() {
        let asks = asks(json!([{"objects": {
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "each": "/apps", "namespace": "namespace",
            "defaultNamespace": "argocd", "name": "name", "access": "write"
        }}]));
        let asked = resolve(&asks, &json!({"apps": [{"name": "one"}, {"name": "*"}, {"namespace": "all"}]}));
        let may = |namespace: &str, name: &str| {
            let need = Need::Objects {
                api_version: "argoproj.io/v1alpha1".to_owned(),
                kind: "Application".to_owned(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                access: Access::Write,
            };
            asked.grants.iter().any(|grant| grant.covers(&need))
        };
        assert!(may("argocd", "one"));
        assert!(!may("argocd", "two"));
        assert!(!may("argocd", "*"));
        assert!(may("all", "whatever"));
    }
}
