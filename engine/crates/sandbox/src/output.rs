//! What a guest writes to its standard output and error: lines for the log, and for command steps the result.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use windlass_model::call::log::Level;

/// A line is cut after this many bytes.
const MAX_LINE_BYTES: usize = 16 << 10;

/// At most this much waits to be handed on; what a guest writes beyond it between two ticks is dropped.
const MAX_WAITING_BYTES: usize = 1 << 20;

/// The result of a command step may be this long: as much as any JSON of the contract.
pub(crate) const MAX_RESULT_BYTES: usize = 1 << 20;

/// One of the two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Whether standard output is the result, or only more log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standard {
    /// A typed step: both streams are log.
    Log,
    /// A command step: standard output is the result.
    Result,
}

/// Collects what a guest writes. Shared between the guest's streams and its host.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    out: Standard,
    result: Vec<u8>,
    result_overflow: bool,
    partial: [Vec<u8>; 2],
    waiting: Vec<(Level, String)>,
    waiting_bytes: usize,
    dropped_bytes: u64,
    last_error_line: String,
}

impl Output {
    /// An empty output.
    pub(crate) fn new(out: Standard) -> Self {
        let shared = Shared {
            out,
            result: Vec::new(),
            result_overflow: false,
            partial: [Vec::new(), Vec::new()],
            waiting: Vec::new(),
            waiting_bytes: 0,
            dropped_bytes: 0,
            last_error_line: String::new(),
        };
        Self { shared: Arc::new(Mutex::new(shared)) }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the guest wrote. Never fails: a flood is cut, not punished.
    pub(crate) fn write(&self, stream: Stream, bytes: &[u8]) {
        let mut shared = self.lock();
        if stream == Stream::Out && shared.out == Standard::Result {
            shared.add_to_result(bytes);
        } else {
            shared.add_lines(stream, bytes);
        }
    }

    /// The lines that wait for the log, and how many bytes were dropped since the last time.
    pub(crate) fn take_lines(&self) -> (Vec<(Level, String)>, u64) {
        let mut shared = self.lock();
        shared.waiting_bytes = 0;
        (std::mem::take(&mut shared.waiting), std::mem::take(&mut shared.dropped_bytes))
    }

    /// Ends both streams: a last line without its end is a line too.
    pub(crate) fn finish(&self) {
        let mut shared = self.lock();
        for stream in [Stream::Out, Stream::Err] {
            let rest = std::mem::take(&mut shared.partial[stream as usize]);
            if !rest.is_empty() {
                shared.add_line(stream, &rest);
            }
        }
    }

    /// What a command step wrote to standard output; `None` if it was too long.
    pub(crate) fn result(&self) -> Option<Vec<u8>> {
        let mut shared = self.lock();
        (!shared.result_overflow).then(|| std::mem::take(&mut shared.result))
    }

    /// The last line of standard error that is not blank.
    pub(crate) fn last_error_line(&self) -> String {
        self.lock().last_error_line.clone()
    }
}

impl Shared {
    fn add_to_result(&mut self, bytes: &[u8]) {
        if self.result.len() + bytes.len() > MAX_RESULT_BYTES {
            self.result_overflow = true;
        } else {
            self.result.extend_from_slice(bytes);
        }
    }

    fn add_lines(&mut self, stream: Stream, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let partial = &mut self.partial[stream as usize];
            let room = MAX_LINE_BYTES.saturating_sub(partial.len());
            let (kept, cut) = piece.split_at(piece.len().min(room));
            partial.extend_from_slice(kept);
            self.dropped_bytes += cut.len() as u64;
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.partial[stream as usize]);
                self.add_line(stream, &line);
            }
        }
    }

    fn add_line(&mut self, stream: Stream, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\n', '\r']);
        if stream == Stream::Err && !text.trim().is_empty() {
            text.clone_into(&mut self.last_error_line);
        }
        if self.waiting_bytes + text.len() > MAX_WAITING_BYTES {
            self.dropped_bytes += text.len() as u64;
            return;
        }
        // A guest that writes empty lines is counted as well.
        self.waiting_bytes += text.len().max(1);
        let level = if stream == Stream::Err { Level::Warn } else { Level::Info };
        self.waiting.push((level, text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_and_the_last_error_is_known() {
        let output = Output::new(Standard::Result);
        output.write(Stream::Err, b"first\nsec");
        output.write(Stream::Err, b"ond\r\n\nrest");
        output.write(Stream::Out, b"{}");
        output.finish();
        let lines: Vec<String> = output.take_lines().0.into_iter().map(|(_, line)| line).collect();
        assert_eq!(lines, ["first", "second", "", "rest"]);
        assert_eq!(output.last_error_line(), "rest");
        assert_eq!(output.result().unwrap(), b"{}");
    }

    #[test]
    fn floods_are_cut() {
        let output = Output::new(Standard::Log);
        output.write(Stream::Out, &vec![b'x'; 3 << 20]);
        output.write(Stream::Out, b"\n");
        output.write(Stream::Err, "line\n".repeat(1_000_000).as_bytes());
        let (lines, dropped) = output.take_lines();
        assert_eq!(lines[0].1.len(), MAX_LINE_BYTES);
        assert!(lines.iter().map(|(_, line)| line.len()).sum::<usize>() <= MAX_WAITING_BYTES);
        assert!(dropped > 5 << 20);
        let result = Output::new(Standard::Result);
        result.write(Stream::Out, &vec![b'x'; MAX_RESULT_BYTES + 1]);
        assert_eq!(result.result(), None);
    }
}
