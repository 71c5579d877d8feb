//! How the live view paints statuses and writes durations.

use std::fmt;

use windlass_model::promotion::StepStatus;

/// The colour of a status: `{paint}` begins it, `{paint:#}` ends it. Streams that are no terminals drop it.
pub(super) struct Paint(&'static str);

impl Paint {
    pub(super) fn of(status: StepStatus) -> Self {
        Self(match status {
            StepStatus::Succeeded => "\x1b[32m",
            StepStatus::Skipped => "\x1b[2m",
            StepStatus::Running => "\x1b[33m",
            StepStatus::Aborted | StepStatus::Failed | StepStatus::Errored => "\x1b[31m",
        })
    }
}

impl fmt::Display for Paint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { "\x1b[0m" } else { self.0 })
    }
}

/// Microseconds for people: `0.4 ms`, `12 ms`, `3.1 s`.
pub(super) fn duration(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_short() {
        let written: Vec<String> = [0, 450, 9_999, 12_345, 3_123_456].map(duration).into();
        assert_eq!(written, ["0.0 ms", "0.4 ms", "9.9 ms", "12 ms", "3.1 s"]);
    }
}
