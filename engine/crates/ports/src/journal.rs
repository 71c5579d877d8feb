//! The journal: every unit of decision (a promotion, a stage, a warehouse) has a list of events that only grows, an
//! inbox of commands from other units, and a holder with a lease.

use async_trait::async_trait;
use serde_json::Value;
use windlass_model::ids::{FencingToken, ProjectName, TenantId};
use windlass_model::time::Timestamp;

use crate::records::{ChangeRefused, DocumentChange};

/// What kind of thing decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// One promotion, by its unique id.
    Promotion,
    /// One stage, by its name.
    Stage,
    /// One warehouse, by its name.
    Warehouse,
}

impl UnitKind {
    /// The word it is stored under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Promotion => "promotion",
            Self::Stage => "stage",
            Self::Warehouse => "warehouse",
        }
    }
}

/// Names one unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnitKey {
    /// Whose it is.
    pub tenant: TenantId,
    /// In which project.
    pub project: ProjectName,
    /// What it is.
    pub kind: UnitKind,
    /// Its id among its kind.
    pub id: String,
}

/// How many events a unit has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub i64);

/// When an append counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Once it survives the loss of power: before an outside effect leaves, or a promise is given.
    Synced,
    /// Once it survives the death of the process; it reaches the disk with the next synced append.
    Grouped,
}

/// Events to add to a unit, with all that must become true at the same moment.
#[derive(Debug, Clone)]
pub struct Append {
    /// Which unit.
    pub unit: UnitKey,
    /// How many events it must have now.
    pub expected: Version,
    /// The token of the lease under which the events were decided; none for units that nobody holds.
    pub fencing: Option<FencingToken>,
    /// The events, each a `Recorded` as JSON.
    pub events: Vec<Value>,
    /// What lists show of the unit from now on.
    pub summary: Value,
    /// Commands for other units.
    pub commands: Vec<(UnitKey, Value)>,
    /// The commands of the own inbox that are dealt with: all up to this number.
    pub consumed: Option<i64>,
    /// Changes of documents beside the journal.
    pub documents: Vec<DocumentChange>,
    /// When it counts as done.
    pub durability: Durability,
}

/// A unit as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitSummary {
    /// Which unit.
    pub id: String,
    /// In which project.
    pub project: ProjectName,
    /// What the last append said of it.
    pub summary: Value,
}

/// Why the journal refuses or fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Somebody else added events since: read again and decide again.
    #[error("the unit has changed meanwhile")]
    Conflict,
    /// The lease has passed to somebody else.
    #[error("the lease has passed to another process")]
    Superseded,
    /// Somebody else holds a lease that has not run out.
    #[error("held by {holder} until {until}")]
    Held {
        /// Who.
        holder: String,
        /// Until when.
        until: Timestamp,
    },
    /// A document cannot be changed as the append asks; nothing was written.
    #[error(transparent)]
    Document(#[from] ChangeRefused),
    /// The store fails; the text says how and what to do.
    #[error("{0}")]
    Unavailable(String),
}

/// Keeps events.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Adds events in one transaction.
    async fn append(&self, append: Append) -> Result<Version, JournalError>;

    /// The events of a unit that came after its first `after`, oldest first, each with the version that the unit had with
    /// it; none if there is no such unit.
    async fn read(&self, unit: &UnitKey, after: Version) -> Result<Vec<(Version, Value)>, JournalError>;

    /// Puts one event in the place of all events up to and with `upto`: what they came to. The unit's version stays.
    async fn compact(&self, unit: &UnitKey, upto: Version, snapshot: Value) -> Result<(), JournalError>;

    /// Forgets a unit: its events, its inbox and its lease.
    async fn forget(&self, unit: &UnitKey) -> Result<(), JournalError>;

    /// Gives back the room of long texts that nothing names any more; how many there were.
    async fn sweep(&self) -> Result<u64, JournalError>;

    /// The commands that wait for a unit, oldest first, each with its number.
    async fn inbox(&self, unit: &UnitKey) -> Result<Vec<(i64, Value)>, JournalError>;

    /// Takes the lease of a unit for `owner` until `until`. A lease of the same owner is renewed under a new token.
    async fn acquire(
        &self,
        unit: &UnitKey,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<FencingToken, JournalError>;

    /// Gives a lease back.
    async fn release(&self, unit: &UnitKey, token: FencingToken) -> Result<(), JournalError>;

    /// Every unit of a kind, in the order of their ids.
    async fn units(&self, tenant: &TenantId, kind: UnitKind) -> Result<Vec<UnitSummary>, JournalError>;
}
