//! What is known of one incarnation while it runs.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};
use windlass_model::call::{CallError, WorkPath};
use windlass_model::grant::{Access, AddressRange, Grant, Need};
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::git::{NetworkScope, ReadPermission};
use windlass_ports::sessions::{Policy, SessionReport, SessionSpec};
use windlass_ports::step_catalog::Provenance;

use crate::asks::{Asked, resolve};
use crate::log::AttemptLog;
use crate::meter::Meter;
use crate::refusal;
use crate::secrets::Secrets;

/// A write that has left when its attempt is cancelled is given this long to be answered: an answer spares the question
/// whether it took place.
const GRACE: Duration = Duration::from_secs(10);

/// One incarnation.
pub(crate) struct Session {
    pub(crate) spec: SessionSpec,
    pub(crate) secrets: Secrets,
    pub(crate) log: Mutex<AttemptLog>,
    pub(crate) deadline: Timestamp,
    asked: Asked,
    meter: Arc<Meter>,
    calls: AtomicU64,
    revealed: AtomicBool,
    /// Fires a while after the attempt is cancelled.
    let_go: CancellationToken,
    _grace: DropGuard,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({:?})", self.spec.lease)
    }
}

impl Session {
    /// The session of an incarnation that begins now.
    pub(crate) fn open(mut spec: SessionSpec, clock: &Arc<dyn Clock>) -> Self {
        let let_go = CancellationToken::new();
        let closed = CancellationToken::new();
        let (waiting, cancel, timer) = (let_go.clone(), spec.cancel.clone(), Arc::clone(clock));
        let end = closed.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = async {
                    cancel.cancelled().await;
                    timer.sleep(GRACE).await;
                } => waiting.cancel(),
            }
        });
        Self {
            asked: resolve(&spec.kind.manifest.capabilities, &spec.config),
            secrets: Secrets::new(std::mem::take(&mut spec.tokens)),
            log: Mutex::new(AttemptLog::new(spec.limits.log_bytes)),
            deadline: clock.now().plus(Duration::from_millis(spec.limits.wall_ms)),
            meter: Arc::new(Meter::new(spec.limits.egress_bytes)),
            calls: AtomicU64::new(0),
            revealed: AtomicBool::new(false),
            let_go,
            _grace: closed.drop_guard(),
            spec,
        }
    }

    /// Counts a call; false once there have been too many.
    pub(crate) fn count_call(&self) -> bool {
        self.calls.fetch_add(1, Ordering::Relaxed) < self.spec.limits.calls
    }

    /// Remembers that a value was told.
    pub(crate) fn mark_revealed(&self) {
        self.revealed.store(true, Ordering::Relaxed);
    }

    /// Whether a value was told.
    pub(crate) fn is_revealed(&self) -> bool {
        self.revealed.load(Ordering::Relaxed)
    }

    /// The log, to write to.
    pub(crate) fn log(&self) -> MutexGuard<'_, AttemptLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it came to.
    pub(crate) fn report(&self) -> SessionReport {
        let mut log = self.log();
        SessionReport {
            log_bytes: log.used(),
            log: log.take(),
            calls: self.calls.load(Ordering::Relaxed),
            egress_bytes: self.meter.used(),
            revealed: self.is_revealed(),
        }
    }

    /// The network as the attempt may use it.
    pub(crate) fn network(&self, access: Access) -> NetworkScope {
        let addresses = |grant: &Grant| match grant {
            Grant::Addresses(grant) => Some(grant.cidr),
            _ => None,
        };
        let granted: Vec<AddressRange> = self.allowed().filter_map(addresses).collect();
        NetworkScope {
            tenant: self.spec.lease.tenant.clone(),
            public_only: matches!(self.spec.policy, Policy::Closed(_)),
            granted,
            meter: Arc::clone(&self.meter) as Arc<dyn windlass_ports::git::NetworkMeter>,
            cancel: match access {
                Access::Read => self.spec.cancel.clone(),
                Access::Write => self.let_go.clone(),
            },
            deadline: self.deadline,
        }
    }

    /// Directories of the host that the operator lists. A project cannot list any.
    pub(crate) fn local_directories(&self) -> Vec<String> {
        let local = |grant: &Grant| match grant {
            Grant::GitLocal(grant) => Some(grant.dir.clone()),
            _ => None,
        };
        self.spec.operator.iter().filter_map(local).collect()
    }

    /// Everything that is listed, by the project or the operator.
    fn allowed(&self) -> impl Iterator<Item = &Grant> {
        let listed: &[Grant] = match &self.spec.policy {
            Policy::Kargo => &[],
            Policy::Closed(grants) => grants,
        };
        listed.iter().chain(&self.spec.operator)
    }

    /// Whether the step asks for `need` and its project grants it.
    pub(crate) fn require(&self, need: &Need) -> Result<(), CallError> {
        let asked = self.asked.grants.iter().any(|grant| grant.covers(need)) || self.asks_read_post(need);
        if !asked {
            return Err(refusal::not_asked(&self.spec.kind.manifest.name, need));
        }
        self.require_granted(need)
    }

    /// A step that asks for an origin asks for all ways to read it; whether it may do so with POST is the project's to say.
    fn asks_read_post(&self, need: &Need) -> bool {
        let Need::HttpReadPost { url } = need else { return false };
        let read = Need::Http { url: url.clone(), method: "POST".to_owned(), access: Access::Read };
        self.asked.grants.iter().any(|grant| grant.covers(&read))
    }

    /// Whether the step asks for the worktree at `path`, whose repository is at `url`, and its project grants that.
    pub(crate) fn require_worktree(
        &self,
        path: &WorkPath,
        url: &str,
        access: Access,
    ) -> Result<(), CallError> {
        let need = Need::Git { url: url.to_owned(), access };
        let asked = self.asked.covers_worktree(path, access)
            || self.asked.grants.iter().any(|grant| grant.covers(&need));
        if !asked {
            return Err(refusal::not_asked(&self.spec.kind.manifest.name, &need));
        }
        self.require_granted(&need)
    }

    /// Whether a request that was redirected may go on: a built-in step's to wherever the project allows, an installed
    /// step's only to what was granted to it.
    pub(crate) fn require_hop(&self, need: &Need) -> Result<(), CallError> {
        match self.spec.kind.provenance {
            Provenance::BuiltIn => self.require_granted(need),
            Provenance::Installed => self.require(need),
        }
    }

    fn require_granted(&self, need: &Need) -> Result<(), CallError> {
        let granted = match (self.spec.kind.provenance, &self.spec.policy) {
            (Provenance::BuiltIn, Policy::Kargo) => true,
            (Provenance::BuiltIn | Provenance::Installed, _) => {
                self.allowed().any(|grant| grant.covers(need))
            }
        };
        if granted {
            return Ok(());
        }
        Err(refusal::not_granted(&self.spec.kind.manifest.name, &self.spec.project, need))
    }
}

impl ReadPermission for Session {
    fn may_read(&self, url: &str) -> Result<(), CallError> {
        self.require(&Need::Git { url: url.to_owned(), access: Access::Read })
    }
}
