//! Server-sent events, one at a time.

use serde_json::Value;
use windlass_egress::Inbound;

use crate::failure::Failure;

/// A stream of events.
pub(crate) struct Events {
    inbound: Inbound,
    /// What has come and is no whole event yet.
    pending: Vec<u8>,
}

impl Events {
    pub(super) fn of(inbound: Inbound) -> Self {
        Self { inbound, pending: Vec::new() }
    }

    /// The next event; none at the end of the stream.
    ///
    /// # Errors
    /// If the connection fails, or the server ends the stream with an error.
    pub(crate) async fn next(&mut self) -> Result<Option<Value>, Failure> {
        loop {
            while let Some(end) = self.pending.windows(2).position(|pair| pair == b"\n\n") {
                let frame: Vec<u8> = self.pending.drain(..end + 2).collect();
                if let Some(event) = parse(&String::from_utf8_lossy(&frame))? {
                    return Ok(Some(event));
                }
            }
            match self.inbound.chunk().await {
                Ok(Some(piece)) => self.pending.extend_from_slice(&piece),
                Ok(None) => return Ok(None),
                Err(error) => {
                    return Err(Failure::environment(format!("the server's events: {}", error.message)));
                }
            }
        }
    }
}

/// The event of a frame; none if it only keeps the connection open.
fn parse(frame: &str) -> Result<Option<Value>, Failure> {
    let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
    let Some(data) = field("data:") else { return Ok(None) };
    let data: Value = serde_json::from_str(data)
        .map_err(|e| Failure::environment(format!("the server sends an event that is no JSON: {e}")))?;
    if field("event:") == Some("error") {
        let message = data["message"].as_str().unwrap_or("the server ended the events");
        return Err(Failure::environment(message.to_owned()).hint("try again"));
    }
    Ok(Some(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_parsed() {
        let event = parse("data: {\"type\":\"ADDED\"}\n\n").unwrap();
        assert_eq!(event.unwrap()["type"], "ADDED");
        assert!(parse(": keepalive\n\n").unwrap().is_none());
        let error = parse("event: error\ndata: {\"code\":\"x\",\"message\":\"too old\"}\n\n").unwrap_err();
        assert_eq!(error.to_string(), "error: too old\n  help: try again");
    }
}
