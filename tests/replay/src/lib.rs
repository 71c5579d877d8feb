//! Replays recorded answers of Kargo: feeds each case of a folder to the product and compares what comes out. The folder's
//! README says what the cases mean and how answers compare.
//!
//! `lines` are the cases that functions of the product answer, `deviations` those in which we answer otherwise on purpose,
//! `pending` those that wait for a part of the product.

mod answer;
mod deviations;
mod folder;
mod lines;
mod pending;
mod report;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use serde_json::Value;

use deviations::Deviations;
use folder::{Folder, LineFile};
use lines::Answer;
use report::Case;
pub use report::Report;

/// What to replay, and how.
#[derive(Debug, Default)]
pub struct Replay {
    /// The folder. None: the project's own, without what waits for a part of the product.
    pub folder: Option<PathBuf>,
    /// Only the file, the step or the case of this name.
    pub only: Option<String>,
}

impl Replay {
    /// Replays the cases.
    ///
    /// # Errors
    /// If there are none, or the list of deviations cannot be read.
    pub fn run(&self) -> Result<Report, String> {
        let folder = Folder::find(self.folder.as_deref())?;
        let deviations = Deviations::read(&folder.deviations())?;
        let leaves_out = self.folder.is_none() && self.only.is_none();
        let mut report = Report::new(if leaves_out { pending::PENDING } else { &[] });
        let mut is_empty = true;
        for file in folder.line_files()? {
            for case in self.wanted(replay_file(&file, &deviations)?, &file.name) {
                is_empty = false;
                report.add(&file.name, case);
            }
        }
        if is_empty {
            return Err(format!("{} holds no such cases", folder.shown()));
        }
        report.finish();
        Ok(report)
    }

    fn wanted(&self, mut cases: Vec<Case>, group: &str) -> Vec<Case> {
        cases.retain(|case| self.only.as_ref().is_none_or(|only| only == group || *only == case.id));
        cases
    }
}

/// Replays the cases of one file.
fn replay_file(file: &LineFile, deviations: &Deviations) -> Result<Vec<Case>, String> {
    let answerer = lines::answerer(&file.name);
    let text = std::fs::read_to_string(&file.path).map_err(|e| format!("{}: {e}", file.path.display()))?;
    let replayed = |(at, line): (usize, &str)| {
        let case: Value = match serde_json::from_str(line) {
            Ok(case) => case,
            Err(error) => {
                let id = format!("{}:{}", file.name, at + 1);
                return Case { id, kinds: Vec::new(), verdict: Err(format!("it cannot be read: {error}")) };
            }
        };
        let id = case["id"].as_str().map_or_else(|| format!("{}:{}", file.name, at + 1), str::to_owned);
        let answer = match answerer {
            // A case that makes the product panic has fallen short; the others go on.
            Some(answerer) => catch_unwind(AssertUnwindSafe(|| answerer(&case)))
                .unwrap_or_else(|_| Err("the product panicked".to_owned())),
            None => Err("the replayer does not know such cases".to_owned()),
        };
        let mut kinds = vec![file.name.clone(), id.clone()];
        if let Ok(Answer::NotThere(part)) = &answer {
            kinds.push((*part).to_owned());
        }
        let verdict = answer.and_then(|answer| judge(&case, &answer, &id, deviations));
        Case { id, kinds, verdict }
    };
    Ok(text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(replayed).collect())
}

fn judge(case: &Value, answer: &Answer, id: &str, deviations: &Deviations) -> Result<(), String> {
    let compare = |outcome: &Value| lines::compare(answer, outcome, lines::numbers(case));
    deviations.judge(id, compare(case), |deviation| compare(&deviation.differences))
}
