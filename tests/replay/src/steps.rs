//! Recorded answers of steps: each case runs in a world of its own, through the program as a user runs it and the real
//! guests.

mod archives;
mod case;
mod compare;
mod files;
mod placeholders;
mod remote;
mod run;
mod server;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Semaphore;

use case::Case;
use compare::Wanted;
pub use remote::Transport;

use crate::deviations::Deviations;
use crate::folder::{name_of, sorted};
use crate::report::{self, Report};

/// So many cases run at one time.
const AT_A_TIME: usize = 2;

/// A case of a step, as it lies in its folder.
pub(crate) struct Found {
    /// The step of whose folder it is.
    pub(crate) step: String,
    /// What it is called.
    pub(crate) id: String,
    case: Result<Case, String>,
}

/// Every case of a folder of steps, by name.
pub(crate) fn find(dir: &Path) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    for step in directories(dir)? {
        let name = name_of(&step);
        for case in directories(&step)? {
            let id = format!("{name}/{}", name_of(&case));
            found.push(Found { step: name.clone(), id, case: Case::read(&case) });
        }
    }
    Ok(found)
}

/// The directories in a directory; none if it is not there.
fn directories(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let all = if dir.is_dir() { sorted(dir)? } else { Vec::new() };
    Ok(all.into_iter().filter(|path| path.is_dir()).collect())
}

/// Replays cases, some at a time. Of those that wait for something, only as many as show that they still do.
pub(crate) async fn replay(
    cases: Vec<Found>,
    transport: Transport,
    deviations: &Arc<Deviations>,
    report: &mut Report,
) {
    let turns = Semaphore::new(AT_A_TIME);
    let stage = Arc::new(Stage { turns, transport, deviations: Arc::clone(deviations) });
    let mut waiting: BTreeMap<usize, Vec<Found>> = BTreeMap::new();
    let mut running = Vec::new();
    for found in cases {
        match report.pending_of(&found.needs()) {
            Some(entry) => waiting.entry(entry).or_default().push(found),
            None => {
                let (stage, step, id) = (Arc::clone(&stage), found.step.clone(), found.id.clone());
                running.push((step, id, tokio::spawn(async move { stage.verdict(&found).await })));
            }
        }
    }
    let waiting: Vec<_> = waiting
        .into_iter()
        .map(|(entry, cases)| (entry, cases.len(), tokio::spawn(Arc::clone(&stage).any_falls_short(cases))))
        .collect();
    for (step, id, verdict) in running {
        let verdict = verdict.await.unwrap_or_else(|_| Err("the replay of it panicked".to_owned()));
        report.add(&step, report::Case::new(&step, &id, verdict));
    }
    for (entry, cases, falls_short) in waiting {
        report.leave_out(entry, cases, falls_short.await.unwrap_or(true));
    }
}

/// Where cases are replayed, in turn.
struct Stage {
    turns: Semaphore,
    transport: Transport,
    deviations: Arc<Deviations>,
}

impl Stage {
    /// Whether the answer to a case is ours.
    async fn verdict(&self, found: &Found) -> Result<(), String> {
        let case = found.case.as_ref().map_err(Clone::clone)?;
        let _turn = self.turns.acquire().await.map_err(|e| e.to_string())?;
        let observed = world::observe(case, self.transport).await?;
        let compare = |wanted: Wanted| wanted.compare(&observed, case.repo.is_some());
        let recorded = compare(Wanted::recorded(case)?);
        self.deviations
            .judge(&found.id, recorded, |deviation| compare(Wanted::deviating(case, &deviation.differences)?))
    }

    /// Whether any of these cases falls short.
    async fn any_falls_short(self: Arc<Self>, cases: Vec<Found>) -> bool {
        for found in &cases {
            if self.verdict(found).await.is_err() {
                return true;
            }
        }
        false
    }
}

impl Found {
    /// What may be pending: the step, the case, and every step that it uses.
    fn needs(&self) -> Vec<String> {
        let uses = self.case.as_ref().map(Case::uses).unwrap_or_default();
        [self.step.clone(), self.id.clone()].into_iter().chain(uses).collect()
    }
}
