//! The lines of a watch.

use serde::Deserialize;
use serde_json::Value;
use windlass_egress::Inbound;
use windlass_model::call::CallError;

/// The longest line.
const MAX_LINE: usize = 16 << 20;

/// One event of a watch.
#[derive(Deserialize)]
pub(crate) struct Event {
    /// `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The object, or the Status of an error.
    #[serde(default)]
    pub(crate) object: Value,
}

/// A watch, read line by line.
pub(crate) struct Events {
    response: Inbound,
    read: Vec<u8>,
    /// Up to where no end of a line was found.
    searched: usize,
}

impl Events {
    pub(crate) fn new(response: Inbound) -> Self {
        Self { response, read: Vec::new(), searched: 0 }
    }

    /// The next event; none when the watch ends.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, CallError> {
        loop {
            if let Some(at) = self.read[self.searched..].iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=self.searched + at).collect();
                self.searched = 0;
                if line.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                return serde_json::from_slice(&line).map(Some).map_err(|e| {
                    CallError::unavailable(
                        "cluster-unavailable",
                        format!("a watch sent what is no event: {e}"),
                    )
                });
            }
            self.searched = self.read.len();
            if self.read.len() > MAX_LINE {
                let message = format!("a watch sent a line of more than {MAX_LINE} bytes");
                return Err(CallError::unavailable("cluster-unavailable", message));
            }
            match self.response.chunk().await? {
                Some(piece) => self.read.extend_from_slice(&piece),
                None => return Ok(None),
            }
        }
    }
}
