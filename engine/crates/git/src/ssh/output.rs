//! What a program on the server says: its output as far as nobody has read it, the beginning of its complaints, and how it
//! ended.

use std::collections::VecDeque;

use bytes::Bytes;
use russh::{ChannelMsg, ChannelReadHalf};

use crate::error::MOST_SAID;

/// As much is kept while nobody reads, in bytes. Servers report progress while they are sent something, and no more.
const MOST_UNREAD: usize = 8 << 20;

/// Whether more may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Open,
    /// The program has ended.
    Ended,
    /// The connection has.
    Broken,
}

/// The output of a program.
pub(super) struct Output {
    channel: ChannelReadHalf,
    unread: VecDeque<Bytes>,
    unread_bytes: usize,
    has_spoken: bool,
    stderr: Vec<u8>,
    state: State,
}

impl Output {
    pub(super) fn new(channel: ChannelReadHalf) -> Self {
        Self {
            channel,
            unread: VecDeque::new(),
            unread_bytes: 0,
            has_spoken: false,
            stderr: Vec::new(),
            state: State::Open,
        }
    }

    /// The next piece that is there already.
    pub(super) fn take(&mut self) -> Option<Bytes> {
        let piece = self.unread.pop_front()?;
        self.unread_bytes -= piece.len();
        Some(piece)
    }

    /// Throws away what nobody will read.
    pub(super) fn clear(&mut self) {
        self.unread.clear();
        self.unread_bytes = 0;
    }

    /// Waits for what the server says next.
    pub(super) async fn hear(&mut self) {
        match self.channel.wait().await {
            Some(ChannelMsg::Data { data }) => {
                self.has_spoken = true;
                self.unread_bytes += data.len();
                self.unread.push_back(data);
            }
            Some(ChannelMsg::ExtendedData { data, .. }) => {
                let room = MOST_SAID.saturating_sub(self.stderr.len());
                self.stderr.extend_from_slice(&data[..data.len().min(room)]);
            }
            // After the end of the output comes what became of the program.
            Some(ChannelMsg::Close | ChannelMsg::Failure) => self.state = State::Ended,
            Some(ChannelMsg::Eof) if self.has_spoken => self.state = State::Ended,
            Some(_) => {}
            None => self.state = State::Broken,
        }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    /// Whether more can be taken in.
    pub(super) fn may_hear(&self) -> bool {
        self.state == State::Open && !self.is_flood()
    }

    /// Whether it says more than anybody who is being sent something has to say.
    pub(super) fn is_flood(&self) -> bool {
        self.unread_bytes > MOST_UNREAD
    }

    /// Whether there was any output.
    pub(super) fn has_spoken(&self) -> bool {
        self.has_spoken
    }

    /// The beginning of what it complains of.
    pub(super) fn stderr(&self) -> &[u8] {
        &self.stderr
    }
}
