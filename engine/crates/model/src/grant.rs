//! Grants: what a step may reach, as data. A call is allowed only if what the step *asks* for and what its project
//! *allows* both cover it.

pub mod pattern;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use pattern::{AddressRange, NamePattern, UrlPattern};

use crate::call::http::Effect;

/// Whether something may only be read, or written as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Read.
    Read,
    /// Write, which includes reading.
    Write,
}

/// The HTTP effect that a grant allows, in the words of the contract.
impl From<Effect> for Access {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Read => Self::Read,
            Effect::Write => Self::Write,
        }
    }
}

/// One permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Grant {
    /// HTTP requests to an origin.
    Http(HttpGrant),
    /// Reading with POST: needed where a step declares a POST to be a read.
    #[serde(rename = "http.read-post")]
    HttpReadPost(OriginGrant),
    /// A Git repository.
    Git(GitGrant),
    /// `file://` repositories beneath a directory of the host. Only the operator can give it.
    #[serde(rename = "git.local")]
    GitLocal(DirectoryGrant),
    /// Kubernetes-shaped objects.
    Objects(ObjectsGrant),
    /// Addresses that the policy would refuse: loopback and private ranges under `closed`.
    Addresses(AddressesGrant),
    /// The values behind the tokens of secrets.
    #[serde(rename = "secrets.reveal")]
    SecretsReveal(RevealGrant),
    /// The metadata of the project's stages and freight, and the aliases of freight.
    Metadata(MetadataGrant),
}

/// HTTP requests to an origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpGrant {
    /// `https://api.example.com`, `https://*.example.com`, or a longer URL as prefix.
    pub url: UrlPattern,
    /// Whether the requests may change something.
    pub access: Access,
    /// The methods; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
}

/// An origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OriginGrant {
    /// As in an HTTP grant.
    pub url: UrlPattern,
}

/// A Git repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitGrant {
    /// The repository, or `https://github.com/acme/*`.
    pub url: UrlPattern,
    /// Whether refs may be changed.
    pub access: Access,
}

/// A directory of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectoryGrant {
    /// An absolute path.
    pub dir: String,
}

/// Kubernetes-shaped objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectsGrant {
    /// `group/version`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace, or a pattern with `*`.
    pub namespace: NamePattern,
    /// The name, or a pattern with `*`.
    pub name: NamePattern,
    /// Whether they may be patched.
    pub access: Access,
}

/// A range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddressesGrant {
    /// `10.0.0.0/8`, `::1/128`.
    pub cidr: AddressRange,
}

/// What Windlass itself notes down about a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetadataGrant {
    /// Whether it may be changed.
    pub access: Access,
}

/// Nothing to say beyond the grant itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevealGrant {}

/// What one call needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// An HTTP request.
    Http {
        /// Where to.
        url: url::Url,
        /// With which method.
        method: String,
        /// Whether it changes something.
        access: Access,
    },
    /// A POST declared to be a read.
    HttpReadPost {
        /// Where to.
        url: url::Url,
    },
    /// A Git repository.
    Git {
        /// Its URL as given.
        url: String,
        /// Whether a ref changes.
        access: Access,
    },
    /// An object, or a list of them where `name` is `*`.
    Objects {
        /// `group/version`.
        api_version: String,
        /// The kind.
        kind: String,
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
        /// Whether it is patched.
        access: Access,
    },
    /// The value behind a secret's token.
    SecretsReveal,
    /// Metadata of the project's stages and freight.
    Metadata {
        /// Whether it changes.
        access: Access,
    },
}

impl Grant {
    /// Whether this grant allows `need`.
    #[must_use]
    pub fn covers(&self, need: &Need) -> bool {
        match (self, need) {
            (Self::Http(grant), Need::Http { url, method, access }) => {
                grant.access >= *access
                    && grant.url.matches_url(url)
                    && (grant.methods.is_empty()
                        || grant.methods.iter().any(|m| m.eq_ignore_ascii_case(method)))
            }
            (Self::HttpReadPost(grant), Need::HttpReadPost { url }) => grant.url.matches_url(url),
            (Self::Git(grant), Need::Git { url, access }) => {
                grant.access >= *access && grant.url.matches_repository(url)
            }
            (Self::Objects(grant), Need::Objects { api_version, kind, namespace, name, access }) => {
                grant.access >= *access
                    && grant.api_version == *api_version
                    && grant.kind == *kind
                    && grant.namespace.matches(namespace)
                    && grant.name.matches(name)
            }
            (Self::SecretsReveal(_), Need::SecretsReveal) => true,
            (Self::Metadata(grant), Need::Metadata { access }) => grant.access >= *access,
            (
                Self::Http(_)
                | Self::HttpReadPost(_)
                | Self::Git(_)
                | Self::GitLocal(_)
                | Self::Objects(_)
                | Self::Addresses(_)
                | Self::SecretsReveal(_)
                | Self::Metadata(_),
                _,
            ) => false,
        }
    }
}

impl Need {
    /// The grant that would allow this, as YAML for the list `spec.allow` of a grant document.
    #[must_use]
    pub fn as_grant_yaml(&self) -> String {
        let word = |access: &Access| if *access == Access::Write { "write" } else { "read" };
        match self {
            Self::Http { url, method, access } => format!(
                "- http:\n    url: {}\n    access: {}\n    methods: [{method}]\n",
                origin(url),
                word(access)
            ),
            Self::HttpReadPost { url } => format!("- http.read-post:\n    url: {}\n", origin(url)),
            Self::Git { url, access } => {
                format!("- git:\n    url: {:?}\n    access: {}\n", without_user_info(url), word(access))
            }
            Self::Objects { api_version, kind, namespace, name, access } => format!(
                "- objects:\n    apiVersion: {api_version}\n    kind: {kind}\n    namespace: {namespace:?}\n    \
                 name: {name:?}\n    access: {}\n",
                word(access)
            ),
            Self::SecretsReveal => "- secrets.reveal: {}\n".to_owned(),
            Self::Metadata { access } => format!("- metadata:\n    access: {}\n", word(access)),
        }
    }
}

/// Says what is needed, for messages.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http { url, method, .. } => write!(f, "{method} to {}", origin(url)),
            Self::HttpReadPost { url } => write!(f, "reading with POST from {}", origin(url)),
            Self::Git { url, access: Access::Read } => write!(f, "reading {}", without_user_info(url)),
            Self::Git { url, access: Access::Write } => write!(f, "pushing to {}", without_user_info(url)),
            Self::Objects { kind, namespace, name, access: Access::Read, .. } => {
                write!(f, "reading {kind} {namespace}/{name}")
            }
            Self::Objects { kind, namespace, name, access: Access::Write, .. } => {
                write!(f, "patching {kind} {namespace}/{name}")
            }
            Self::SecretsReveal => f.write_str("the value of a secret"),
            Self::Metadata { access: Access::Read } => f.write_str("reading the metadata of the project"),
            Self::Metadata { access: Access::Write } => f.write_str("changing the metadata of the project"),
        }
    }
}

fn origin(url: &url::Url) -> String {
    url.origin().ascii_serialization()
}

/// A repository's URL as it may be shown: a password in it is taken out.
#[must_use]
pub fn without_user_info(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            let _ = parsed.set_password(None);
            let _ = parsed.set_username("");
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(url: &str, method: &str, access: Access) -> Need {
        Need::Http { url: url::Url::parse(url).unwrap(), method: method.to_owned(), access }
    }

    #[test]
    fn a_grant_pastes_back() {
        let need = http("https://api.example.com/v1/x", "POST", Access::Write);
        let yaml = need.as_grant_yaml();
        assert_eq!(
            yaml,
            "- http:\n    url: https://api.example.com\n    access: write\n    methods: [POST]\n"
        );
        let grant: Grant = serde_json::from_value(serde_json::json!(
            {"http": {"url": "https://api.example.com", "access": "write", "methods": ["POST"]}}
        ))
        .unwrap();
        assert!(grant.covers(&need));
        assert!(!grant.covers(&http("https://api.example.com/v1/x", "DELETE", Access::Write)));
        assert!(!grant.covers(&http("https://evil.example.com/", "POST", Access::Write)));
        assert!(!grant.covers(&http("http://api.example.com/", "POST", Access::Write)));
        assert!(!grant.covers(&Need::SecretsReveal));
    }

    #[test]
    fn reading_does_not_allow_writing() {
        let grant: Grant =
            serde_json::from_value(serde_json::json!({"git": {"url": "https://h/acme/*", "access": "read"}}))
                .unwrap();
        assert!(grant.covers(&Need::Git { url: "https://h/acme/app.git".into(), access: Access::Read }));
        assert!(!grant.covers(&Need::Git { url: "https://h/acme/app.git".into(), access: Access::Write }));
        assert!(!grant.covers(&Need::Git { url: "https://h/other/app.git".into(), access: Access::Read }));
    }

    #[test]
    fn passwords_are_not_shown() {
        let need = Need::Git { url: "https://ada:hunter2@h/acme/app.git".into(), access: Access::Write };
        assert!(!format!("{need}{}", need.as_grant_yaml()).contains("hunter2"));
    }
}
