//! The journal as others use it.

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::oneshot;
use windlass_model::ids::{FencingToken, ProjectName, TenantId};
use windlass_model::time::Timestamp;
use windlass_ports::journal::{Append, Journal, JournalError, UnitKey, UnitKind, UnitSummary, Version};

use crate::append::key;
use crate::database::{Value as Bound, values};
use crate::leases::LeaseRequest;
use crate::store::{Store, blob_unavailable, unavailable};
use crate::units::UnitChange;
use crate::writer::{Change, Job, version};

/// A stored text as JSON.
pub(crate) fn json(text: &str) -> Result<Value, JournalError> {
    serde_json::from_str(text).map_err(|e| JournalError::Unavailable(format!("a record is damaged: {e}")))
}

impl Store {
    /// Declares every lease void. Only for a process that has the data directory to itself, when it starts: whoever held
    /// a lease is dead.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn void_leases(&self) -> Result<(), JournalError> {
        self.change(Change::Lease(LeaseRequest::VoidAll)).await.map(|_| ())
    }
}

#[async_trait]
impl Journal for Store {
    async fn append(&self, append: Append) -> Result<Version, JournalError> {
        self.change(Change::Append(Box::new(append))).await.map(version)
    }

    async fn read(&self, unit: &UnitKey, after: Version) -> Result<Vec<(Version, Value)>, JournalError> {
        let select = "SELECT body, blob, seq FROM events \
                      WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 AND seq > $5 ORDER BY seq";
        let [tenant, project, kind, id] = key(unit);
        let values = values![tenant, project, kind, id, after.0];
        let rows = self.readers.all(select, values).await.map_err(|e| unavailable(&e))?;
        rows.into_iter()
            .map(|row| {
                let text = self.blobs.read(row.optional_text(0), row.optional_text(1));
                Ok((Version(row.number(2)), json(&text.map_err(|e| blob_unavailable(&e))?)?))
            })
            .collect()
    }

    async fn compact(&self, unit: &UnitKey, upto: Version, snapshot: Value) -> Result<(), JournalError> {
        let change = UnitChange::Compact { unit: unit.clone(), upto: upto.0, snapshot: snapshot.to_string() };
        self.change(Change::Units(change)).await.map(|_| ())
    }

    async fn forget(&self, unit: &UnitKey) -> Result<(), JournalError> {
        self.change(Change::Units(UnitChange::Forget(unit.clone()))).await.map(|_| ())
    }

    async fn sweep(&self) -> Result<u64, JournalError> {
        let (done, swept) = oneshot::channel();
        let closed = || JournalError::Unavailable("the database has been closed".to_owned());
        self.jobs.send(Job::Sweep { done }).await.map_err(|_| closed())?;
        swept.await.map_err(|_| closed())?
    }

    async fn inbox(&self, unit: &UnitKey) -> Result<Vec<(i64, Value)>, JournalError> {
        let select = "SELECT number, body FROM inbox \
                      WHERE tenant = $1 AND project = $2 AND kind = $3 AND unit = $4 ORDER BY number";
        let values = key(unit).map(Bound::Text);
        let rows = self.readers.all(select, &values).await.map_err(|e| unavailable(&e))?;
        rows.into_iter().map(|row| Ok((row.number(0), json(row.str(1))?))).collect()
    }

    async fn acquire(
        &self,
        unit: &UnitKey,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<FencingToken, JournalError> {
        let request = LeaseRequest::Acquire { unit: unit.clone(), owner: owner.to_owned(), now, until };
        self.change(Change::Lease(request)).await.map(FencingToken)
    }

    async fn release(&self, unit: &UnitKey, token: FencingToken) -> Result<(), JournalError> {
        let request = LeaseRequest::Release { unit: unit.clone(), token: token.0 };
        self.change(Change::Lease(request)).await.map(|_| ())
    }

    async fn units(&self, tenant: &TenantId, kind: UnitKind) -> Result<Vec<UnitSummary>, JournalError> {
        let select = "SELECT id, project, summary FROM units WHERE tenant = $1 AND kind = $2";
        let values = values![tenant.as_str(), kind.as_str()];
        let rows = self.readers.all(select, values).await.map_err(|e| unavailable(&e))?;
        let unit = |row: crate::database::Row| {
            let project = ProjectName::new(row.text(1))
                .map_err(|e| JournalError::Unavailable(format!("a record is damaged: {e}")))?;
            Ok(UnitSummary { id: row.text(0), project, summary: json(row.str(2))? })
        };
        let mut units: Vec<UnitSummary> = rows.into_iter().map(unit).collect::<Result<_, JournalError>>()?;
        // Databases have orders of their own for texts.
        units.sort_by(|a, b| (a.project.as_str(), &a.id).cmp(&(b.project.as_str(), &b.id)));
        Ok(units)
    }
}
