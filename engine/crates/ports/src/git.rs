//! Git, as the broker needs it.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use windlass_model::call::{CallError, WorkPath, git};
use windlass_model::digest::CommitId;
use windlass_model::grant::AddressRange;
use windlass_model::ids::TenantId;
use windlass_model::manifest::secret::SecretValue;
use windlass_model::time::Timestamp;
use windlass_workdir::AttemptDir;

use crate::credentials::GitCredential;
use crate::sessions::Seal;

/// Which addresses may be reached, and how much may cross the network.
#[derive(Debug, Clone)]
pub struct NetworkScope {
    /// Whose connections these are; none is shared between tenants.
    pub tenant: TenantId,
    /// True under the policy `closed`: loopback and private addresses only where granted.
    pub public_only: bool,
    /// Ranges that are granted although the policy would refuse them.
    pub granted: Vec<AddressRange>,
    /// Counts bytes; refuses once the budget is used up.
    pub meter: Arc<dyn NetworkMeter>,
    /// Ends every exchange.
    pub cancel: CancellationToken,
    /// Ends every exchange as well.
    pub deadline: Timestamp,
}

/// Counts what crosses the network.
pub trait NetworkMeter: Send + Sync + std::fmt::Debug {
    /// Takes `bytes` from the budget.
    ///
    /// # Errors
    /// A `limit` error once the budget is used up.
    fn take(&self, bytes: u64) -> Result<(), CallError>;
}

/// Says which repositories an operation may read beside its own: those that the files of a repository name.
pub trait ReadPermission: Send + Sync + std::fmt::Debug {
    /// Whether the repository at `url` may be read.
    ///
    /// # Errors
    /// A `denied` error naming the missing grant.
    fn may_read(&self, url: &str) -> Result<(), CallError>;
}

/// For whom a Git operation runs.
#[derive(Debug, Clone)]
pub struct GitScope {
    /// The network it may use.
    pub network: NetworkScope,
    /// The attempt's directories.
    pub dir: Arc<AttemptDir>,
    /// When the logical attempt began: the time of commits.
    pub started_at: Timestamp,
    /// Who commits where nobody says otherwise.
    pub identity: git::Identity,
    /// The key that a call brings along to sign commits with.
    pub signing_key: Option<SecretValue>,
    /// Keeps keys out of what is stored.
    pub seal: Arc<dyn Seal>,
    /// Directories beneath which `file://` repositories are allowed.
    pub local: Vec<String>,
    /// Which further repositories may be read: submodules.
    pub permission: Arc<dyn ReadPermission>,
}

/// Changes one ref of a remote; goes through the record of effects.
#[async_trait]
pub trait RefUpdater: Send + Sync {
    /// As [`Git::update_ref`], recorded before and after.
    async fn update_ref(&self, update: git::UpdateRef) -> Result<git::RefUpdated, CallError>;
}

/// Git for steps. Credentials are looked up by the caller and never reach a guest.
#[async_trait]
pub trait Git: Send + Sync {
    /// Fetches a repository and makes worktrees.
    async fn clone_repository(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        args: &git::Clone,
        refs: &dyn RefUpdater,
    ) -> Result<Vec<CommitId>, CallError>;

    /// The refs of a remote.
    async fn list_refs(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        args: &git::ListRefs,
    ) -> Result<Vec<(String, CommitId)>, CallError>;

    /// The URL of the repository whose worktree is at `path`.
    async fn worktree_url(&self, dir: &Arc<AttemptDir>, path: &WorkPath) -> Result<String, CallError>;

    /// What a worktree has checked out.
    async fn head(&self, scope: &GitScope, path: &WorkPath) -> Result<git::Head, CallError>;

    /// Removes everything that is or could be tracked.
    async fn clear(&self, scope: &GitScope, path: &WorkPath) -> Result<(), CallError>;

    /// What a commit made now would change.
    async fn diff(&self, scope: &GitScope, path: &WorkPath) -> Result<git::Changes, CallError>;

    /// Commits everything. `forbidden` are texts that no committed file may hold: the tokens of secrets.
    async fn commit(
        &self,
        scope: &GitScope,
        args: &git::Commit,
        forbidden: &[String],
    ) -> Result<git::Committed, CallError>;

    /// Makes an annotated tag at the head.
    async fn tag(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        args: &git::Tag,
    ) -> Result<CommitId, CallError>;

    /// Sends the head, or a tag, to the remote.
    async fn push(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        args: &git::Push,
        refs: &dyn RefUpdater,
    ) -> Result<git::Pushed, CallError>;

    /// Compare-and-swap of one ref of a remote, with the objects that its new value needs. The objects are those of
    /// the promotion's worktrees.
    async fn update_ref(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        update: &git::UpdateRef,
    ) -> Result<git::RefUpdated, CallError>;

    /// What a ref of a remote points to; `None` if it is not there.
    async fn read_ref(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        url: &str,
        reference: &str,
    ) -> Result<Option<CommitId>, CallError>;
}
