//! What a step says: kept for the record and shown at once.

use windlass_model::call::Reply;
use windlass_model::call::log::{Line, Progress};
use windlass_ports::progress::Report;

use super::Capabilities;
use crate::session::Session;

/// A message about progress is shown up to this many bytes.
const MAX_PROGRESS_BYTES: usize = 500;

impl Capabilities {
    pub(super) fn write_log(&self, session: &Session, mut line: Line) -> Reply {
        line.message = session.secrets.hide(&line.message);
        if !line.fields.is_null() {
            let hidden = session.secrets.hide(&line.fields.to_string());
            line.fields = serde_json::from_str(&hidden).unwrap_or(serde_json::Value::String(hidden));
        }
        let kept = session.log().write(self.ports.clock.now(), line);
        if let Some(kept) = kept {
            let report = Report::Log {
                alias: session.spec.lease.step.to_string(),
                level: kept.level,
                message: kept.message,
            };
            self.ports.progress.report(&session.spec.promotion, report);
        }
        Reply::Done(())
    }

    pub(super) fn report_progress(&self, session: &Session, mut progress: Progress) -> Reply {
        progress.message = session.secrets.hide(&progress.message);
        let end = progress.message.floor_char_boundary(MAX_PROGRESS_BYTES);
        progress.message.truncate(end);
        let report = Report::Progress { alias: session.spec.lease.step.to_string(), progress };
        self.ports.progress.report(&session.spec.promotion, report);
        Reply::Done(())
    }
}
