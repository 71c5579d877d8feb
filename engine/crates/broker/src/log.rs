//! The log of an attempt: redacted, and cut where its budget ends.

use serde_json::Value;
use windlass_model::call::log::{Level, Line};
use windlass_model::event::promotion::LogLine;
use windlass_model::time::Timestamp;

/// What a line costs beside its text, so that empty lines end as well.
const LINE_OVERHEAD: u64 = 64;

/// The lines kept so far.
#[derive(Debug)]
pub(crate) struct AttemptLog {
    lines: Vec<LogLine>,
    used: u64,
    most: u64,
    is_cut: bool,
}

impl AttemptLog {
    pub(crate) fn new(most: u64) -> Self {
        Self { lines: Vec::new(), used: 0, most, is_cut: false }
    }

    /// Keeps a line, or as much of it as there is room for; what was kept, to be shown.
    pub(crate) fn write(&mut self, at: Timestamp, mut line: Line) -> Option<LogLine> {
        if self.is_cut {
            return None;
        }
        let fields = if line.fields.is_null() { 0 } else { line.fields.to_string().len() as u64 };
        let cost = LINE_OVERHEAD + line.message.len() as u64 + fields;
        if self.used + cost > self.most {
            self.is_cut = true;
            line = Line {
                level: Level::Warn,
                message: format!("the log is cut here: it has reached the limit logBytes of {}", self.most),
                fields: Value::Null,
            };
        }
        self.used = (self.used + cost).min(self.most);
        let kept = LogLine { at, level: line.level, message: line.message, fields: line.fields };
        self.lines.push(kept.clone());
        Some(kept)
    }

    /// How many bytes were kept.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// The lines.
    pub(crate) fn take(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: &str) -> Line {
        Line { level: Level::Info, message: message.to_owned(), fields: Value::Null }
    }

    #[test]
    fn a_log_is_cut_once() {
        let at = Timestamp::from_micros(0);
        let mut log = AttemptLog::new(200);
        assert_eq!(log.write(at, line("first")).unwrap().message, "first");
        let cut = log.write(at, line(&"x".repeat(500))).unwrap();
        assert_eq!(cut.message, "the log is cut here: it has reached the limit logBytes of 200");
        assert_eq!(log.write(at, line("more")), None);
        assert_eq!(log.used(), 200);
        assert_eq!(log.take().len(), 2);
    }

    #[test]
    fn empty_lines_end_as_well() {
        let mut log = AttemptLog::new(1 << 10);
        let kept = (0..1_000).filter(|_| log.write(Timestamp::from_micros(0), line("")).is_some()).count();
        assert_eq!(kept, 17);
    }
}
