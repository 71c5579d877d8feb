//! URLs of objects: which path a kind, a namespace and a name have.

use url::Url;
use windlass_model::call::CallError;

/// Kinds whose plural does not follow the rule.
const IRREGULAR: [(&str, &str); 2] = [("Endpoints", "endpoints"), ("NodeMetrics", "nodes")];

/// A kind in a namespace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Collection<'a> {
    /// `group/version`, or `version` for the core group.
    pub(crate) api_version: &'a str,
    /// The kind, in the singular.
    pub(crate) kind: &'a str,
    /// The namespace.
    pub(crate) namespace: &'a str,
}

impl Collection<'_> {
    /// The URL of the kind in its namespace, or of one object there.
    pub(crate) fn url(&self, server: &Url, name: Option<&str>) -> Result<Url, CallError> {
        let invalid = |what: &str, value: &str| {
            CallError::invalid(
                "object-name-invalid",
                format!("{value:?} is not {what} of a Kubernetes object"),
            )
        };
        let (group, version) = match self.api_version.split_once('/') {
            Some((group, version)) => (Some(group), version),
            None => (None, self.api_version),
        };
        if !group.is_none_or(is_segment) || !is_segment(version) {
            return Err(invalid("the apiVersion", self.api_version));
        }
        if self.kind.is_empty() || !self.kind.bytes().all(|c| c.is_ascii_alphanumeric()) {
            return Err(invalid("the kind", self.kind));
        }
        if !is_segment(self.namespace) {
            return Err(invalid("the namespace", self.namespace));
        }
        if let Some(name) = name.filter(|name| !is_segment(name)) {
            return Err(invalid("the name", name));
        }
        let mut url = server.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
            match group {
                Some(group) => path.extend(["apis", group, version]),
                None => path.extend(["api", version]),
            };
            path.extend(["namespaces", self.namespace, plural(self.kind).as_str()]).extend(name);
        }
        Ok(url)
    }
}

/// A text that is one segment of a path and means itself there.
fn is_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
        && text.len() <= 253
        && !text.contains(['/', '\\', '%', '?', '#'])
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// A kind in the plural and in lower case, as English makes it, which Argo's kinds and the core ones follow.
fn plural(kind: &str) -> String {
    if let Some((_, plural)) = IRREGULAR.iter().find(|(irregular, _)| *irregular == kind) {
        return (*plural).to_owned();
    }
    let lower = kind.to_ascii_lowercase();
    let is_vowel = |c: u8| b"aeiou".contains(&c);
    match lower.as_bytes() {
        [.., before, b'y'] if !is_vowel(*before) => format!("{}ies", &lower[..lower.len() - 1]),
        [.., b's' | b'x'] | [.., b'c' | b's', b'h'] => format!("{lower}es"),
        _ => format!("{lower}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(api_version: &str, kind: &str, namespace: &str, name: Option<&str>) -> Result<String, CallError> {
        let server = Url::parse("https://h:6443/k8s/c-1/").unwrap();
        Collection { api_version, kind, namespace }.url(&server, name).map(|url| url.to_string())
    }

    #[test]
    fn kinds_have_their_plurals() {
        for (kind, expected) in [
            ("Application", "applications"),
            ("ApplicationSet", "applicationsets"),
            ("AppProject", "appprojects"),
            ("AnalysisRun", "analysisruns"),
            ("Rollout", "rollouts"),
            ("ConfigMap", "configmaps"),
            ("Secret", "secrets"),
            ("Ingress", "ingresses"),
            ("NetworkPolicy", "networkpolicies"),
            ("Endpoints", "endpoints"),
            ("Gateway", "gateways"),
            ("Mesh", "meshes"),
        ] {
            assert_eq!(plural(kind), expected);
        }
    }

    #[test]
    fn urls_follow_the_server() {
        let app = url("argoproj.io/v1alpha1", "Application", "argocd", Some("shop-dev"));
        let base = "https://h:6443/k8s/c-1";
        assert_eq!(
            app.unwrap(),
            format!("{base}/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop-dev")
        );
        assert_eq!(url("v1", "Secret", "a", None).unwrap(), format!("{base}/api/v1/namespaces/a/secrets"));
        assert_eq!(
            url("v1", "Role", "a", Some("x:y")).unwrap(),
            format!("{base}/api/v1/namespaces/a/roles/x:y")
        );
    }

    #[test]
    fn nothing_leads_elsewhere() {
        for (api_version, kind, namespace, name) in [
            ("", "Secret", "a", None),
            ("a/b/c", "Secret", "a", None),
            ("/v1", "Secret", "a", None),
            ("v1/", "Secret", "a", None),
            ("..", "Secret", "a", None),
            ("v1", "", "a", None),
            ("v1", "Secret/x", "a", None),
            ("v1", "../x", "a", None),
            ("v1", "Secret", "", None),
            ("v1", "Secret", "..", None),
            ("v1", "Secret", "a/b", None),
            ("v1", "Secret", "a", Some("")),
            ("v1", "Secret", "a", Some(".")),
            ("v1", "Secret", "a", Some("../b")),
            ("v1", "Secret", "a", Some("b/status")),
            ("v1", "Secret", "a", Some("b?x=y")),
            ("v1", "Secret", "a", Some("b#x")),
            ("v1", "Secret", "a", Some("%2e%2e")),
            ("v1", "Secret", "a", Some("b\n")),
        ] {
            let error = url(api_version, kind, namespace, name).unwrap_err();
            assert_eq!(error.code, "object-name-invalid", "{api_version} {kind} {namespace} {name:?}");
        }
    }
}
