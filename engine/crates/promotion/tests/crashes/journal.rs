//! A journal in memory that fails when a test wants it to: from the failure on it answers nothing, as if the process had
//! died, until it is revived.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use serde_json::Value;
use windlass_model::ids::{FencingToken, TenantId};
use windlass_model::time::Timestamp;
use windlass_ports::journal::{Append, Journal, JournalError, UnitKey, UnitKind, UnitSummary, Version};
use windlass_ports::records::{ChangeRefused, DocumentChange};

/// At which append the process dies, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crash {
    /// It is not written.
    Before(usize),
    /// It is written, and nobody learns of it.
    After(usize),
}

#[derive(Default)]
struct State {
    events: HashMap<UnitKey, Vec<Value>>,
    tokens: HashMap<UnitKey, i64>,
    /// The changes of documents, in order.
    documents: Vec<DocumentChange>,
    appends: usize,
    crashes: Vec<Crash>,
    dead: bool,
}

/// The journal.
pub(crate) struct FailingJournal(Mutex<State>);

impl FailingJournal {
    pub(crate) fn new(crashes: &[Crash]) -> Self {
        Self(Mutex::new(State { crashes: crashes.to_vec(), ..State::default() }))
    }

    pub(crate) fn revive(&self) {
        self.0.lock().unwrap().dead = false;
    }

    /// How many appends there were.
    pub(crate) fn appends(&self) -> usize {
        self.0.lock().unwrap().appends
    }

    /// The changes of documents, in order.
    pub(crate) fn documents(&self) -> Vec<DocumentChange> {
        self.0.lock().unwrap().documents.clone()
    }

    fn alive(&self) -> Result<MutexGuard<'_, State>, JournalError> {
        let state = self.0.lock().unwrap();
        if state.dead { Err(dead()) } else { Ok(state) }
    }
}

/// The alias `taken` is another's.
fn is_refused(change: &DocumentChange) -> bool {
    matches!(change, DocumentChange::SetUnique { text, .. } if text == "taken")
}

fn dead() -> JournalError {
    JournalError::Unavailable("the process has died".to_owned())
}

#[async_trait]
impl Journal for FailingJournal {
    async fn append(&self, append: Append) -> Result<Version, JournalError> {
        let mut state = self.alive()?;
        let number = state.appends;
        state.appends += 1;
        if state.crashes.contains(&Crash::Before(number)) {
            state.dead = true;
            return Err(dead());
        }
        let held = state.tokens.get(&append.unit).copied();
        if append.fencing.is_some_and(|token| held != Some(token.0)) {
            return Err(JournalError::Superseded);
        }
        let events = state.events.entry(append.unit).or_default();
        if i64::try_from(events.len()).unwrap() != append.expected.0 {
            return Err(JournalError::Conflict);
        }
        if append.documents.iter().any(is_refused) {
            return Err(ChangeRefused::Taken("another".to_owned()).into());
        }
        events.extend(append.events);
        let version = Version(i64::try_from(events.len()).unwrap());
        state.documents.extend(append.documents);
        if state.crashes.contains(&Crash::After(number)) {
            state.dead = true;
            return Err(dead());
        }
        Ok(version)
    }

    async fn read(&self, unit: &UnitKey, after: Version) -> Result<Vec<(Version, Value)>, JournalError> {
        let events = self.alive()?.events.get(unit).cloned().unwrap_or_default();
        let numbered = (1..).map(Version).zip(events);
        Ok(numbered.skip(usize::try_from(after.0).unwrap()).collect())
    }

    async fn compact(&self, _unit: &UnitKey, _upto: Version, _snapshot: Value) -> Result<(), JournalError> {
        unreachable!("a promotion is not compacted")
    }

    async fn forget(&self, unit: &UnitKey) -> Result<(), JournalError> {
        self.alive()?.events.remove(unit);
        Ok(())
    }

    async fn sweep(&self) -> Result<u64, JournalError> {
        unreachable!("a promotion does not sweep")
    }

    async fn inbox(&self, _unit: &UnitKey) -> Result<Vec<(i64, Value)>, JournalError> {
        Ok(Vec::new())
    }

    async fn acquire(
        &self,
        unit: &UnitKey,
        _owner: &str,
        _now: Timestamp,
        _until: Timestamp,
    ) -> Result<FencingToken, JournalError> {
        let mut state = self.alive()?;
        let token = state.tokens.entry(unit.clone()).or_default();
        *token += 1;
        Ok(FencingToken(*token))
    }

    async fn release(&self, _unit: &UnitKey, _token: FencingToken) -> Result<(), JournalError> {
        Ok(())
    }

    async fn units(&self, _tenant: &TenantId, _kind: UnitKind) -> Result<Vec<UnitSummary>, JournalError> {
        Ok(Vec::new())
    }
}
