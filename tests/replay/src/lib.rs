//! Replays recorded answers of Kargo: feeds each case of a folder to the product and compares what comes out. The folder's
//! READMEs say what the cases mean and how answers compare.
//!
//! `lines` are the cases that functions of the product answer, `steps` those that go through the whole program. `deviations`
//! are the cases in which we answer otherwise on purpose, `pending` those that wait for a part of the product.

mod answer;
mod deviations;
mod folder;
mod lines;
mod pending;
mod report;
mod steps;

use std::path::PathBuf;
use std::sync::Arc;

use deviations::Deviations;
use folder::Folder;
pub use report::Report;
pub use steps::Transport;

/// What to replay, and how.
#[derive(Debug, Default)]
pub struct Replay {
    /// The folder. None: the project's own, without what waits for a part of the product.
    pub folder: Option<PathBuf>,
    /// Only the file, the step or the case of this name.
    pub only: Option<String>,
    /// How steps reach remotes.
    pub transport: Transport,
}

impl Replay {
    /// Replays the cases.
    ///
    /// # Errors
    /// If there is no program, there are no cases, or the list of deviations cannot be read.
    pub async fn run(&self) -> Result<Report, String> {
        windlass_tests::built()?;
        let folder = Folder::find(self.folder.as_deref())?;
        let deviations = Arc::new(Deviations::read(&folder.deviations())?);
        let leaves_out = self.folder.is_none() && self.only.is_none();
        let mut report = Report::new(if leaves_out { pending::PENDING } else { &[] });
        let mut ids = Vec::new();
        for file in folder.line_files()? {
            let cases = lines::replay(&file, &deviations)?;
            ids.extend(cases.iter().map(|case| case.id.clone()));
            cases
                .into_iter()
                .filter(|case| self.wants(&file.name, &case.id))
                .for_each(|case| report.add(&file.name, case));
        }
        let cases = steps::find(&folder.steps())?;
        ids.extend(cases.iter().map(|case| case.id.clone()));
        let wanted = cases.into_iter().filter(|case| self.wants(&case.step, &case.id)).collect();
        steps::replay(wanted, self.transport, &deviations, &mut report).await;
        if report.is_empty() {
            return Err(format!("{} holds no such cases", folder.shown()));
        }
        if self.only.is_none() {
            report.finish();
            if folder.owns_deviations() {
                report.blame(deviations.of_no_case(&ids));
            }
        }
        Ok(report)
    }

    fn wants(&self, group: &str, id: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == group || only == id)
    }
}
