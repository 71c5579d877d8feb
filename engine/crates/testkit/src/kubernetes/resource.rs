//! The kinds of objects that an API has.

/// A kind, and what it is called in URLs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resource {
    /// The group; empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind, `Application`.
    pub kind: String,
    /// The kind in URLs, `applications`.
    pub plural: String,
}

impl Resource {
    /// A kind of a group; the group of core kinds is empty.
    #[must_use]
    pub fn new(group: &str, version: &str, kind: &str, plural: &str) -> Self {
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
        }
    }

    /// The kinds that every API has.
    pub(super) fn built_in() -> Vec<Self> {
        vec![
            Self::new("", "v1", "ConfigMap", "configmaps"),
            Self::new("", "v1", "Secret", "secrets"),
            Self::new("argoproj.io", "v1alpha1", "Application", "applications"),
            Self::new("argoproj.io", "v1alpha1", "AppProject", "appprojects"),
        ]
    }

    /// `group/version`, or `version` for core kinds.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// How messages call it: `applications.argoproj.io`.
    #[must_use]
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }
}
