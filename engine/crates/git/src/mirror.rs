//! Mirrors: what was fetched, one bare repository per (tenant, URL, credential), shared by all promotions.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{
    AutotagOption, Direction, FetchOptions, Oid, RemoteCallbacks, RemoteUpdateFlags, Repository,
    RepositoryInitOptions,
};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use windlass_egress::Egress;
use windlass_model::call::CallError;
use windlass_model::freight::address::normalize_git;
use windlass_model::ids::TenantId;
use windlass_ports::git::NetworkScope;

use crate::error::failed;
use crate::remote::Remote;
use crate::setup;
use crate::ssh::KnownHosts;
use crate::transport::{Transfer, with_transfer};

/// The refs a remote has, as it tells them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Advertised {
    /// Full names and what they point to; an annotated tag also as `name^{}` with its commit.
    pub(crate) refs: Vec<(String, Oid)>,
    /// The full name of the branch that HEAD names.
    pub(crate) default_branch: Option<String>,
}

impl Advertised {
    /// What `name` points to.
    pub(crate) fn find(&self, name: &str) -> Option<Oid> {
        self.refs.iter().find(|(n, _)| n == name).map(|(_, oid)| *oid)
    }

    fn of(connection: &git2::RemoteConnection<'_, '_, '_>) -> Result<Self, git2::Error> {
        let list = connection.list()?;
        let head = list.iter().find(|head| head.name() == "HEAD");
        let mut advertised = Self {
            default_branch: head.and_then(|head| head.symref_target().map(ToOwned::to_owned)),
            refs: list.iter().map(|head| (head.name().to_owned(), head.oid())).collect(),
        };
        if advertised.default_branch.is_none() {
            advertised.default_branch = default_by_commit(&advertised);
        }
        Ok(advertised)
    }
}

/// What is needed to speak to a remote.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) egress: Arc<Egress>,
    pub(crate) network: NetworkScope,
    pub(crate) runtime: Handle,
    /// The servers that the operator knows.
    pub(crate) known_hosts: Arc<KnownHosts>,
}

impl Wire {
    /// Runs a transfer with `remote` on this thread.
    pub(crate) fn transfer<T>(
        &self,
        remote: &Remote,
        work: impl FnOnce() -> Result<T, git2::Error>,
    ) -> Result<T, CallError> {
        with_transfer(Transfer::new(self.clone(), remote.clone()), work)
    }

    /// Callbacks that end a transfer when its attempt is to end.
    pub(crate) fn callbacks(&self) -> RemoteCallbacks<'static> {
        let mut callbacks = RemoteCallbacks::new();
        let cancel = self.network.cancel.clone();
        callbacks.transfer_progress(move |_| !cancel.is_cancelled());
        callbacks
    }

    /// The refs that `remote` has.
    pub(crate) fn advertised(&self, remote: &Remote) -> Result<Advertised, CallError> {
        setup::once();
        let mut detached =
            git2::Remote::create_detached(remote.address().as_str()).map_err(|e| failed("git", &e))?;
        self.transfer(remote, || {
            Advertised::of(&detached.connect_auth(Direction::Fetch, Some(self.callbacks()), None)?)
        })
    }
}

/// A mirror on disk.
pub(crate) struct Mirror {
    pub(crate) path: PathBuf,
}

impl Mirror {
    /// The mirror of `remote` for `tenant` beneath `dir`; made when it is first fetched into.
    pub(crate) fn of(dir: &Path, tenant: &TenantId, remote: &Remote) -> Self {
        let mut hasher = Sha256::new();
        for part in [tenant.as_str(), &normalize_git(&remote.address()), remote.credential_id()] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let name = hex::encode(&hasher.finalize()[..16]);
        Self { path: dir.join(tenant.as_str()).join(format!("{name}.git")) }
    }

    /// Opens it, making it if needed.
    pub(crate) fn open(&self) -> Result<Repository, CallError> {
        setup::once();
        if let Ok(repository) = Repository::open_bare(&self.path) {
            return Ok(repository);
        }
        let mut options = RepositoryInitOptions::new();
        options.bare(true).mkpath(true).external_template(false);
        Repository::init_opts(&self.path, &options).map_err(|e| failed("the mirror cannot be made", &e))
    }

    /// Brings the mirror so far that it has every object in `wanted`, and tells what the remote has. What is there
    /// already is not fetched again.
    pub(crate) fn fetch(
        &self,
        wire: &Wire,
        remote: &Remote,
        wanted: impl Fn(&Advertised) -> Vec<Oid>,
    ) -> Result<Advertised, CallError> {
        let repository = self.open()?;
        // One fetch at a time, over all processes that share the directory.
        let _lock = self.lock()?;
        let mut origin = repository.remote_anonymous(&remote.address()).map_err(|e| failed("git", &e))?;
        wire.transfer(remote, || {
            let mut connection = origin.connect_auth(Direction::Fetch, Some(wire.callbacks()), None)?;
            let advertised = Advertised::of(&connection)?;
            let wanted = wanted(&advertised);
            let missing = |repository: &Repository| -> Result<Vec<Oid>, git2::Error> {
                let odb = repository.odb()?;
                Ok(wanted.iter().filter(|oid| !odb.exists(**oid)).copied().collect())
            };
            if missing(&repository)?.is_empty() {
                return Ok(advertised);
            }
            let all = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
            fetch_refs(wire, connection.remote(), &all)?;
            for oid in missing(&repository)? {
                // A commit that no ref reaches: many servers give it when asked by name.
                let by_name = format!("+{oid}:refs/windlass/{oid}");
                let _ = fetch_refs(
                    wire,
                    &mut repository.remote_anonymous(&remote.address())?,
                    &[by_name.as_str()],
                );
            }
            Ok(advertised)
        })
    }

    /// Fetches unless all of `wanted` is there.
    pub(crate) fn bring(&self, wire: &Wire, remote: &Remote, wanted: &[Oid]) -> Result<(), CallError> {
        let repository = self.open()?;
        let odb = repository.odb().map_err(|e| failed("git", &e))?;
        if wanted.iter().all(|oid| odb.exists(*oid)) {
            return Ok(());
        }
        self.fetch(wire, remote, |_| wanted.to_vec()).map(drop)
    }

    fn lock(&self) -> Result<File, CallError> {
        let path = self.path.with_extension("lock");
        let failed = |e: std::io::Error| CallError::internal(format!("{}: {e}", path.display()));
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).map_err(|e| failed(e.into()))?;
        Ok(file)
    }
}

fn fetch_refs(wire: &Wire, remote: &mut git2::Remote<'_>, refspecs: &[&str]) -> Result<(), git2::Error> {
    let mut options = FetchOptions::new();
    options.remote_callbacks(wire.callbacks()).download_tags(AutotagOption::None);
    remote.download(refspecs, Some(&mut options))?;
    // What is gone goes first: a branch `a` that became `a/b` would stand in its way.
    remote.prune(None)?;
    remote.update_tips(None, RemoteUpdateFlags::empty(), AutotagOption::None, None)
}

/// Servers that do not tell what HEAD names still tell its commit: the branch that has the same.
fn default_by_commit(advertised: &Advertised) -> Option<String> {
    let head = advertised.find("HEAD")?;
    let branches = || advertised.refs.iter().filter(|(name, _)| name.starts_with("refs/heads/"));
    ["refs/heads/main", "refs/heads/master"]
        .into_iter()
        .find(|name| advertised.find(name) == Some(head))
        .map(ToOwned::to_owned)
        .or_else(|| branches().find(|(_, oid)| *oid == head).map(|(name, _)| name.clone()))
}
