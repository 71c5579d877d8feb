//! A program of Git that runs on the server: what goes in, what comes out, and how it ends.

use std::pin::pin;

use bytes::Bytes;
use russh::client::{Handle, Msg};
use russh::{Channel, ChannelWriteHalf, Disconnect};
use windlass_egress::Ended;
use windlass_model::call::CallError;

use super::host::{Heard, Host};
use super::output::{Output, State};
use super::refusal::Refusals;

/// What serves fetches.
pub(crate) const UPLOAD_PACK: &str = "git-upload-pack";

/// What serves pushes.
pub(crate) const RECEIVE_PACK: &str = "git-receive-pack";

/// A running program.
pub(crate) struct Command {
    program: &'static str,
    session: Handle<Host>,
    input: ChannelWriteHalf<Msg>,
    output: Output,
    ended: Ended,
    heard: Heard,
    refusals: Refusals,
}

impl Command {
    pub(super) fn new(
        program: &'static str,
        session: Handle<Host>,
        channel: Channel<Msg>,
        ended: Ended,
        heard: Heard,
        refusals: Refusals,
    ) -> Self {
        let (output, input) = channel.split();
        Self { program, session, input, output: Output::new(output), ended, heard, refusals }
    }

    /// The next piece of its output; `None` at the end.
    pub(crate) async fn read(&mut self) -> Result<Option<Bytes>, CallError> {
        loop {
            if let Some(piece) = self.output.take() {
                return Ok(Some(piece));
            }
            match self.output.state() {
                State::Open => self.output.hear().await,
                State::Ended if self.output.has_spoken() => return Ok(None),
                State::Ended | State::Broken => return Err(self.why()),
            }
        }
    }

    /// Sends it some input. Meanwhile its output is taken in: a server that waits until it is heard would not read on.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), CallError> {
        if !self.output.may_hear() {
            return Err(self.why());
        }
        let sent = {
            let Self { input, output, .. } = self;
            let mut sending = pin!(input.data_bytes(bytes));
            loop {
                tokio::select! {
                    biased;
                    sent = &mut sending => break sent.is_ok(),
                    () = output.hear() => if !output.may_hear() { break false },
                }
            }
        };
        if sent { Ok(()) } else { Err(self.why()) }
    }

    /// Says that nothing follows, and waits until the program has ended: hooks of the server may still be running.
    pub(crate) async fn finish(&mut self) {
        if self.input.eof().await.is_ok() {
            while self.output.state() == State::Open {
                self.output.hear().await;
                self.output.clear();
            }
        }
        let _ = self.session.disconnect(Disconnect::ByApplication, "", "").await;
    }

    /// Says that nothing follows, and waits for nothing.
    pub(crate) async fn leave(&mut self) {
        let _ = self.input.eof().await;
        let _ = self.session.disconnect(Disconnect::ByApplication, "", "").await;
    }

    /// Why there is no more.
    fn why(&self) -> CallError {
        // Keys are agreed on anew after a while, and the server's is looked at again.
        if let Some(why) = self.ended.why().or_else(|| self.heard.refusal()) {
            return why;
        }
        if self.output.is_flood() {
            return self.refusals.flood();
        }
        let last_words = self.heard.last_words();
        if self.output.has_spoken() || self.output.state() == State::Broken {
            return self.refusals.broke_off(self.output.stderr(), &last_words);
        }
        self.refusals.no_service(self.program, self.output.stderr())
    }
}
