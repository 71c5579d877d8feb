//! The last changes of resources, for those who watch.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;
use windlass_model::ids::TenantId;
use windlass_ports::records::{Change, ResourceVersion, Watch, WatchExpired};

/// How many changes of a tenant are kept for watchers that fall behind or come back.
const KEPT: usize = 4_096;

/// The bytes that the kept changes of a tenant may hold.
const KEPT_BYTES: usize = 8 << 20;

/// The changes since this process opened the store, as far as they are kept.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    tenants: Mutex<HashMap<TenantId, Arc<TenantChanges>>>,
    /// The last versions when the store was opened.
    begin: HashMap<TenantId, i64>,
}

#[derive(Debug)]
struct TenantChanges {
    kept: Mutex<Kept>,
    /// The version of the last change, for those who wait for more.
    last: watch::Sender<i64>,
}

#[derive(Debug)]
struct Kept {
    /// A watcher can go on after this version.
    oldest: i64,
    bytes: usize,
    changes: VecDeque<Arc<Change>>,
}

impl Changes {
    pub(crate) fn new(begin: HashMap<TenantId, i64>) -> Self {
        Self { tenants: Mutex::default(), begin }
    }

    fn of(&self, tenant: &TenantId) -> Arc<TenantChanges> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = tenants.entry(tenant.clone()).or_insert_with(|| {
            let oldest = self.begin.get(tenant).copied().unwrap_or_default();
            let kept = Kept { oldest, bytes: 0, changes: VecDeque::new() };
            Arc::new(TenantChanges { kept: Mutex::new(kept), last: watch::Sender::new(oldest) })
        });
        Arc::clone(changes)
    }

    /// Takes note of the last versions in the database. Where they are not those that watchers were told of last, watchers
    /// have to list again.
    pub(crate) fn catch_up(&self, versions: HashMap<TenantId, i64>) {
        for (tenant, version) in versions {
            let tenant = self.of(&tenant);
            {
                let mut kept = tenant.kept.lock().unwrap_or_else(PoisonError::into_inner);
                if *tenant.last.borrow() == version {
                    continue;
                }
                *kept = Kept { oldest: version, bytes: 0, changes: VecDeque::new() };
            }
            tenant.last.send_replace(version);
        }
    }

    /// Tells watchers of changes that are in the database by now, in their order.
    pub(crate) fn publish(&self, made: Vec<Change>) {
        for change in made {
            let tenant = self.of(&change.document.key.tenant);
            let version = change.document.version.0;
            {
                let mut kept = tenant.kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.bytes += change.document.text.len();
                kept.changes.push_back(Arc::new(change));
                while kept.changes.len() > KEPT || kept.bytes > KEPT_BYTES {
                    let Some(first) = kept.changes.pop_front() else { break };
                    kept.bytes -= first.document.text.len();
                    kept.oldest = first.document.version.0;
                }
            }
            tenant.last.send_replace(version);
        }
    }

    pub(crate) fn watch(
        &self,
        tenant: &TenantId,
        after: ResourceVersion,
    ) -> Result<Box<dyn Watch>, WatchExpired> {
        let tenant = self.of(tenant);
        let watcher = Watcher { last: tenant.last.subscribe(), tenant, after };
        watcher.check()?;
        Ok(Box::new(watcher))
    }
}

/// One who watches.
struct Watcher {
    tenant: Arc<TenantChanges>,
    last: watch::Receiver<i64>,
    after: ResourceVersion,
}

impl Watcher {
    fn check(&self) -> Result<(), WatchExpired> {
        let kept = self.tenant.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if self.after.0 < kept.oldest {
            return Err(WatchExpired { asked: self.after, oldest: ResourceVersion(kept.oldest) });
        }
        Ok(())
    }

    fn next_kept(&self) -> Option<Arc<Change>> {
        let kept = self.tenant.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.changes.partition_point(|change| change.document.version <= self.after);
        kept.changes.get(at).cloned()
    }
}

#[async_trait]
impl Watch for Watcher {
    async fn next(&mut self) -> Result<Option<Arc<Change>>, WatchExpired> {
        loop {
            self.last.borrow_and_update();
            self.check()?;
            if let Some(change) = self.next_kept() {
                self.after = change.document.version;
                return Ok(Some(change));
            }
            if self.last.changed().await.is_err() {
                return Ok(None);
            }
        }
    }
}
