//! Files of the work directory, as far as WASI has no words for them: their permissions, and copying many at once.

use serde::{Deserialize, Serialize};

use super::path::WorkPath;

/// Unix permissions: the lowest nine bits of a mode. There is no way to write one that sets a user or group id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Permissions(u32);

/// A number that is no permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0:#o} is no permissions: only the lowest nine bits may be set, as in 0o644")]
pub struct InvalidPermissions(u32);

impl Permissions {
    /// The bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Permissions {
    type Error = InvalidPermissions;
    fn try_from(bits: u32) -> Result<Self, InvalidPermissions> {
        if bits <= 0o777 { Ok(Self(bits)) } else { Err(InvalidPermissions(bits)) }
    }
}

impl From<Permissions> for u32 {
    fn from(permissions: Permissions) -> Self {
        permissions.0
    }
}

/// Arguments of `files.permissions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Look {
    /// The files or directories.
    pub paths: Vec<WorkPath>,
}

/// Arguments of `files.setPermissions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetPermissions {
    /// The files, each with its new permissions.
    pub changes: Vec<(WorkPath, Permissions)>,
}

/// Arguments of `files.copy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Copy {
    /// Each file, and what its copy is called.
    pub copies: Vec<(WorkPath, WorkPath)>,
}
