//! Identifiers: each kind of name is a type of its own, checked where it is made, so that a stage's name can
//! never stand where a project's is wanted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name that is not of the form its kind asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {value:?} is not valid: {rule}")]
pub struct InvalidName {
    /// What the text should have named, for people ("stage name").
    pub kind: &'static str,
    /// The offending text.
    pub value: String,
    /// The rule that it breaks.
    pub rule: &'static str,
}

const K8S_RULE: &str =
    "use 1 to 253 lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit";

/// True if `text` is a Kubernetes resource name (RFC 1123 subdomain), the form Kargo asks of all its names.
#[must_use]
pub fn is_kubernetes_name(text: &str) -> bool {
    let ends_well = |c: Option<u8>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.len() <= 253
        && text.split('.').all(|label| {
            let bytes = label.as_bytes();
            ends_well(bytes.first().copied())
                && ends_well(bytes.last().copied())
                && bytes.iter().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == b'-')
        })
}

macro_rules! kubernetes_name {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `text` against the Kubernetes name rule.
            ///
            /// # Errors
            /// Returns [`InvalidName`] if the rule is broken.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
                let value = text.into();
                if is_kubernetes_name(&value) {
                    Ok(Self(value))
                } else {
                    Err(InvalidName { kind: $kind, value, rule: K8S_RULE })
                }
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;
            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }
    };
}

kubernetes_name!(
    /// The tenant: the wall that stands above projects. A plain install has the one tenant `default`.
    TenantId,
    "tenant"
);
kubernetes_name!(
    /// A Kargo Project, which is also a namespace.
    ProjectName,
    "project name"
);
kubernetes_name!(
    /// A Stage, unique in its project.
    StageName,
    "stage name"
);
kubernetes_name!(
    /// A Warehouse, unique in its project.
    WarehouseName,
    "warehouse name"
);
kubernetes_name!(
    /// A Promotion: `<stage>.<ulid>.<first 7 of freight>`, so that names sort by creation.
    PromotionName,
    "promotion name"
);
kubernetes_name!(
    /// A Freight: 40 lower-case hex digits computed from its artifacts (see [`crate::freight::FreightId`]), or the
    /// name a test gives it.
    FreightName,
    "freight name"
);

/// Where a resource is: in a namespace, or, if it is of a kind that has none, in the cluster. A project's namespace has its
/// name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Namespace(String);

impl Namespace {
    /// Where kinds are that have no namespace.
    #[must_use]
    pub fn cluster() -> Self {
        Self::default()
    }

    /// Checks `text` against the Kubernetes name rule; the empty text is the cluster.
    ///
    /// # Errors
    /// Returns [`InvalidName`] if the rule is broken.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
        let value = text.into();
        if value.is_empty() || is_kubernetes_name(&value) {
            Ok(Self(value))
        } else {
            Err(InvalidName { kind: "namespace", value, rule: K8S_RULE })
        }
    }

    /// The name as text; empty for the cluster.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the cluster.
    #[must_use]
    pub fn is_cluster(&self) -> bool {
        self.0.is_empty()
    }

    /// The project that a namespace could be.
    #[must_use]
    pub fn project(&self) -> Option<ProjectName> {
        ProjectName::new(self.0.clone()).ok()
    }
}

impl From<&ProjectName> for Namespace {
    fn from(project: &ProjectName) -> Self {
        Self(project.as_str().to_owned())
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Default for TenantId {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl PromotionName {
    /// Makes the name Kargo's admission gives a promotion: lower case, the stage cut to 218 characters so that the
    /// whole stays within 253, trailing `.` and `-` of a cut stage trimmed.
    ///
    /// # Errors
    /// Returns [`InvalidName`] if the parts do not make a Kubernetes name.
    pub fn generate(stage: &StageName, ulid: &str, freight: &FreightName) -> Result<Self, InvalidName> {
        let hash: String = freight.as_str().chars().take(7).collect();
        let prefix: String = stage.as_str().chars().take(218).collect();
        let prefix = prefix.trim_end_matches(['.', '-']);
        Self::new(format!("{prefix}.{ulid}.{hash}").to_lowercase())
    }
}

/// The unique id of one promotion: never reused, unlike a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PromotionUid(pub uuid::Uuid);

impl fmt::Display for PromotionUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A step's alias, unique in its promotion: what `as:` gives, or `step-3`; inside a task `task-1::step-2`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepAlias(String);

impl StepAlias {
    /// Between a task's alias and that of one of its steps.
    pub const SEPARATOR: &'static str = "::";

    /// Takes any text: Kargo trims aliases and checks them where a Stage is admitted.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The alias of `inner` within the task `task`.
    #[must_use]
    pub fn within(task: &str, inner: &str) -> Self {
        Self(format!("{task}{}{inner}", Self::SEPARATOR))
    }

    /// The alias as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The task part and the inner part, if this step came from a task.
    #[must_use]
    pub fn task_parts(&self) -> Option<(&str, &str)> {
        self.0.split_once(Self::SEPARATOR)
    }
}

impl fmt::Display for StepAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of a logical try of a step, from 1. A run after a crash keeps its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptNumber(pub u32);

/// The number of a physical run of one attempt, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncarnationNumber(pub u32);

/// Grows each time a unit of work changes hands; an older holder's writes are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingToken(pub i64);

impl fmt::Display for AttemptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The right to run one incarnation of one attempt: goes with every call, so that a zombie's calls are refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// Whose promotion it is.
    pub tenant: TenantId,
    /// The promotion.
    pub promotion: PromotionUid,
    /// The step, as its alias.
    pub step: StepAlias,
    /// The logical try.
    pub attempt: AttemptNumber,
    /// The physical run.
    pub incarnation: IncarnationNumber,
    /// Refused once the promotion has changed hands.
    pub fencing: FencingToken,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubernetes_names_are_checked() {
        for good in ["a", "a-b", "a.b-c.d", "0", &"a".repeat(253)] {
            assert!(is_kubernetes_name(good), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a..b", "a.-b", "a_b", "ä", &"a".repeat(254)] {
            assert!(!is_kubernetes_name(bad), "{bad}");
        }
    }

    #[test]
    fn promotion_names_sort_by_creation_and_fit() {
        let freight = FreightName::new("0123456789abcdef").unwrap();
        let name =
            PromotionName::generate(&StageName::new("dev").unwrap(), "01K0000000000000000000000A", &freight)
                .unwrap();
        assert_eq!(name.as_str(), "dev.01k0000000000000000000000a.0123456");
        let long = StageName::new(format!("{}-{}", "a".repeat(217), "b".repeat(30))).unwrap();
        let name = PromotionName::generate(&long, "01K0000000000000000000000A", &freight).unwrap();
        assert_eq!(name.as_str(), format!("{}.01k0000000000000000000000a.0123456", "a".repeat(217)));
    }

    #[test]
    fn task_aliases_split() {
        assert_eq!(StepAlias::within("task-1", "step-2").task_parts(), Some(("task-1", "step-2")));
        assert_eq!(StepAlias::new("plain").task_parts(), None);
    }
}
