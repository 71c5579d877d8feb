//! Git as the broker and discovery use it: every operation runs on a thread of a bounded pool, pushes to one branch wait
//! for each other.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use windlass_egress::Egress;
use windlass_model::call::git::{
    Changes, Clone as CloneCall, Commit, Committed, Head, ListRefs, Push, Pushed, RefUpdated, Tag, UpdateRef,
};
use windlass_model::call::{CallError, ErrorKind, WorkPath};
use windlass_model::digest::CommitId;
use windlass_model::ids::TenantId;
use windlass_ports::credentials::GitCredential;
use windlass_ports::git::{Git, GitScope, NetworkScope, RefUpdater};
use windlass_ports::git_history::{
    CommitFile, CommitFilter, CommitInfo, FileChoice, GitHistory, GitRepository, RemoteRefs, TagChoice,
    TagInfo,
};
use windlass_workdir::AttemptDir;

use crate::clone::CloneJob;
use crate::mirror::{Advertised, Mirror, Wire};
use crate::policy::IntegrationPolicy;
use crate::push::{Destination, NextPush, PushJob, Seen};
use crate::remote::Remote;
use crate::shared::Shared;
use crate::ssh::KnownHosts;
use crate::stage::{Staging, oid};
use crate::state::Worktrees;
use crate::writers::Writers;
use crate::{commit, files, history, swap, tags};

/// Operations that run at one time.
const THREADS: usize = 16;

/// How often a push is tried over a branch that others move where the step does not say, as in Kargo.
const MAX_PUSH_ATTEMPTS: u32 = 10;

/// What Git needs.
pub struct GitHostConfig {
    /// Where mirrors are kept.
    pub mirrors: PathBuf,
    /// The way out.
    pub egress: Arc<Egress>,
    /// How a push integrates what others pushed.
    pub integration: IntegrationPolicy,
    /// The keys by which servers are known that are reached over SSH.
    pub known_hosts: KnownHosts,
}

/// Git for steps and discovery.
pub struct GitHost {
    mirrors: PathBuf,
    egress: Arc<Egress>,
    integration: IntegrationPolicy,
    known_hosts: Arc<KnownHosts>,
    threads: Arc<Semaphore>,
    writers: Writers,
    advertised: Shared<RemoteKey, Arc<Advertised>>,
}

/// Who asks which repository with which credential.
type RemoteKey = (TenantId, String, String);

impl GitHost {
    /// Git with its mirrors in a directory.
    #[must_use]
    pub fn new(config: GitHostConfig) -> Self {
        Self {
            mirrors: config.mirrors,
            egress: config.egress,
            integration: config.integration,
            known_hosts: Arc::new(config.known_hosts),
            threads: Arc::new(Semaphore::new(THREADS)),
            writers: Writers::default(),
            advertised: Shared::default(),
        }
    }

    fn wire(&self, network: &NetworkScope) -> Wire {
        Wire {
            egress: Arc::clone(&self.egress),
            network: network.clone(),
            runtime: Handle::current(),
            known_hosts: Arc::clone(&self.known_hosts),
        }
    }

    /// The refs of a repository. Whoever asks at the same time, or for the same tick, shares the answer.
    async fn advertised(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
    ) -> Result<Arc<Advertised>, CallError> {
        let (wire, remote) = (self.wire(network), Remote::of_repository(repository)?);
        let key = (network.tenant.clone(), remote.address(), remote.credential_id().to_owned());
        let ask = || self.blocking(move || wire.advertised(&remote).map(Arc::new));
        self.advertised.get(key, repository.freshness, ask).await
    }

    /// Runs blocking work on a thread of the pool. It is never left behind: whoever cancels waits until it has noticed.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, CallError> + Send + 'static,
    ) -> Result<T, CallError> {
        let slot = Arc::clone(&self.threads).acquire_owned().await;
        let slot = slot.map_err(|_| CallError::cancelled())?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(slot);
            result
        });
        done.await.unwrap_or_else(|e| Err(CallError::internal(format!("a Git operation failed: {e}"))))
    }
}

impl GitHost {
    /// A tag that the remote has cannot be made again, as if the clone had brought it along.
    async fn refuse_tag_of_remote(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        args: &Tag,
    ) -> Result<(), CallError> {
        let (dir, path) = (Arc::clone(&scope.dir), args.path.clone());
        let state = self.blocking(move || Ok(Worktrees::load(&dir)?.find(&path)?.state)).await?;
        let remote = Remote::of(scope, &state.url, credential, state.insecure)?;
        let (wire, reference) = (self.wire(&scope.network), format!("refs/tags/{}", args.name));
        match self.blocking(move || swap::read_ref(&wire, &remote, &reference)).await? {
            Some(_) => Err(commit::tag_exists(&args.name)),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl GitHistory for GitHost {
    async fn commits(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
        branch: Option<&str>,
        limit: usize,
        filter: Arc<dyn CommitFilter>,
    ) -> Result<Vec<CommitInfo>, CallError> {
        let (wire, remote) = (self.wire(network), Remote::of_repository(repository)?);
        let mirror = Mirror::of(&self.mirrors, &network.tenant, &remote);
        let branch = branch.map(ToOwned::to_owned);
        let advertised = self.advertised(network, repository).await?;
        self.blocking(move || {
            let branch = branch.as_deref();
            history::commits(&wire, &mirror, &remote, &advertised, branch, limit, filter.as_ref())
        })
        .await
    }

    async fn tags(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
        limit: usize,
        choice: Arc<dyn TagChoice>,
    ) -> Result<Vec<TagInfo>, CallError> {
        let (wire, remote) = (self.wire(network), Remote::of_repository(repository)?);
        let mirror = Mirror::of(&self.mirrors, &network.tenant, &remote);
        let advertised = self.advertised(network, repository).await?;
        self.blocking(move || tags::choose(&wire, &mirror, &remote, &advertised, limit, choice.as_ref()))
            .await
    }

    async fn refs(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
    ) -> Result<RemoteRefs, CallError> {
        tags::remote_refs(&*self.advertised(network, repository).await?)
    }

    async fn commit(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
        id: CommitId,
    ) -> Result<CommitInfo, CallError> {
        let (wire, remote) = (self.wire(network), Remote::of_repository(repository)?);
        let mirror = Mirror::of(&self.mirrors, &network.tenant, &remote);
        self.blocking(move || history::commit(&wire, &mirror, &remote, oid(&id)?)).await
    }

    async fn files(
        &self,
        network: &NetworkScope,
        repository: &GitRepository,
        id: CommitId,
        choice: FileChoice,
    ) -> Result<Vec<CommitFile>, CallError> {
        let (wire, remote) = (self.wire(network), Remote::of_repository(repository)?);
        let mirror = Mirror::of(&self.mirrors, &network.tenant, &remote);
        self.blocking(move || files::of_commit(&wire, &mirror, &remote, oid(&id)?, &choice)).await
    }
}

/// The ref that a conflict tells it found.
fn current_ref(error: &CallError) -> Option<Option<CommitId>> {
    if error.kind != ErrorKind::Conflict || error.code != "git-ref-moved" {
        return None;
    }
    serde_json::from_value(error.details.get("current")?.clone()).ok()
}

#[async_trait]
impl Git for GitHost {
    async fn clone_repository(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        args: &CloneCall,
        refs: &dyn RefUpdater,
    ) -> Result<Vec<CommitId>, CallError> {
        let remote = Remote::of(scope, &args.url, credential, args.options.insecure_skip_tls_verify)?;
        let job = |planned: Option<Vec<crate::clone::Planned>>| {
            let (wire, remote, mirrors) = (self.wire(&scope.network), remote.clone(), self.mirrors.clone());
            let (scope, args) = (scope.clone(), args.clone());
            self.blocking(move || {
                let job = CloneJob {
                    wire: &wire,
                    remote: &remote,
                    mirrors: &mirrors,
                    dir: &scope.dir,
                    args: &args,
                    identity: &scope.identity,
                    started_at: scope.started_at,
                    signing_key: scope.signing_key.as_ref(),
                    seal: scope.seal.as_ref(),
                    local: &scope.local,
                    permission: scope.permission.as_ref(),
                };
                match planned {
                    None => job.plan(),
                    Some(planned) => job.check_out(&planned).map(|()| planned),
                }
            })
        };
        let planned = job(None).await?;
        for update in planned.iter().filter_map(|plan| plan.creates.as_ref()) {
            let queue = self.writers.queue(&update.url, &update.reference);
            let _turn = queue.lock().await;
            refs.update_ref(update.clone()).await?;
        }
        let done = job(Some(planned)).await?;
        Ok(done.into_iter().map(|plan| plan.commit).collect())
    }

    async fn list_refs(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        args: &ListRefs,
    ) -> Result<Vec<(String, CommitId)>, CallError> {
        let remote = Remote::of(scope, &args.url, credential, false)?;
        let wire = self.wire(&scope.network);
        let found = self.blocking(move || history::refs(&wire, &remote)).await?;
        let wanted = |name: &str| {
            args.patterns.is_empty()
                || args
                    .patterns
                    .iter()
                    .any(|p| name == p || (p.ends_with('/') && name.starts_with(p.as_str())))
        };
        Ok(found.into_iter().filter(|(name, _)| wanted(name)).collect())
    }

    async fn worktree_url(&self, dir: &Arc<AttemptDir>, path: &WorkPath) -> Result<String, CallError> {
        let (dir, path) = (Arc::clone(dir), path.clone());
        self.blocking(move || Ok(Worktrees::load(&dir)?.find(&path)?.state.url)).await
    }

    async fn head(&self, scope: &GitScope, path: &WorkPath) -> Result<Head, CallError> {
        let (scope, path) = (scope.clone(), path.clone());
        self.blocking(move || {
            let stop = || scope.network.cancel.is_cancelled();
            commit::head(&scope.dir, &path, &scope.identity, &stop)
        })
        .await
    }

    async fn clear(&self, scope: &GitScope, path: &WorkPath) -> Result<(), CallError> {
        let (scope, path) = (scope.clone(), path.clone());
        self.blocking(move || {
            let stop = || scope.network.cancel.is_cancelled();
            let mut staging = Staging::open(&scope.dir, &path, &stop)?;
            staging.clear()?;
            staging.save()
        })
        .await
    }

    async fn diff(&self, scope: &GitScope, path: &WorkPath) -> Result<Changes, CallError> {
        let (scope, path) = (scope.clone(), path.clone());
        self.blocking(move || {
            let stop = || scope.network.cancel.is_cancelled();
            commit::diff(&scope.dir, &path, &stop)
        })
        .await
    }

    async fn commit(
        &self,
        scope: &GitScope,
        args: &Commit,
        forbidden: &[String],
    ) -> Result<Committed, CallError> {
        let (scope, args, forbidden) = (scope.clone(), args.clone(), forbidden.to_vec());
        self.blocking(move || {
            let stop = || scope.network.cancel.is_cancelled();
            commit::commit(&scope, &args, &forbidden, &stop)
        })
        .await
    }

    async fn tag(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        args: &Tag,
    ) -> Result<CommitId, CallError> {
        if !args.options.force {
            self.refuse_tag_of_remote(scope, credential, args).await?;
        }
        let (scope, args) = (scope.clone(), args.clone());
        self.blocking(move || {
            let stop = || scope.network.cancel.is_cancelled();
            commit::tag(&scope.dir, &args, &scope.identity, scope.started_at, &stop)
        })
        .await
    }

    async fn push(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        args: &Push,
        refs: &dyn RefUpdater,
    ) -> Result<Pushed, CallError> {
        let (dir, push) = (Arc::clone(&scope.dir), args.clone());
        let to = self.blocking(move || Destination::of(&dir, &push)).await?;
        let remote = Remote::of(scope, &to.url, credential, to.insecure)?;
        let queue = self.writers.queue(&to.url, &to.reference);
        let _turn = queue.lock().await;
        let run = |step: PushStep| {
            let (wire, remote, mirrors) = (self.wire(&scope.network), remote.clone(), self.mirrors.clone());
            let (scope, args, policy) = (scope.clone(), args.clone(), self.integration);
            self.blocking(move || {
                let job = PushJob {
                    wire: &wire,
                    remote: &remote,
                    mirrors: &mirrors,
                    dir: &scope.dir,
                    args: &args,
                    identity: &scope.identity,
                    started_at: scope.started_at,
                    policy,
                    seal: scope.seal.as_ref(),
                };
                match step {
                    PushStep::Next(seen) => job.next(seen),
                    PushStep::Finish(update) => job.finish(&update).map(NextPush::Done),
                }
            })
        };
        let max_attempts = args.options.max_attempts.map_or(MAX_PUSH_ATTEMPTS, NonZeroU32::get);
        let mut seen = Seen::AtClone;
        for attempt in 1.. {
            let update = match run(PushStep::Next(seen)).await? {
                NextPush::Done(pushed) => return Ok(pushed),
                NextPush::Swap(update) => update,
            };
            match refs.update_ref((*update).clone()).await {
                Ok(_) => match run(PushStep::Finish(update)).await? {
                    NextPush::Done(pushed) => return Ok(pushed),
                    NextPush::Swap(_) => break,
                },
                Err(error) => match current_ref(&error) {
                    Some(now) if attempt < max_attempts => seen = Seen::Now(now),
                    _ => return Err(error),
                },
            }
        }
        Err(CallError::internal("a push came to no end"))
    }

    async fn update_ref(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        update: &UpdateRef,
    ) -> Result<RefUpdated, CallError> {
        let remote = Remote::of(scope, &update.url, credential, update.insecure_skip_tls_verify)?;
        let (wire, scope, update) = (self.wire(&scope.network), scope.clone(), update.clone());
        self.blocking(move || swap::update_ref(&wire, &remote, scope.dir.base(), &update)).await
    }

    async fn read_ref(
        &self,
        scope: &GitScope,
        credential: Option<&GitCredential>,
        url: &str,
        reference: &str,
    ) -> Result<Option<CommitId>, CallError> {
        let remote = Remote::of(scope, url, credential, false)?;
        let (wire, reference) = (self.wire(&scope.network), reference.to_owned());
        self.blocking(move || swap::read_ref(&wire, &remote, &reference)).await
    }
}

/// What a push does next on a thread of the pool.
enum PushStep {
    Next(Seen),
    Finish(Box<UpdateRef>),
}
