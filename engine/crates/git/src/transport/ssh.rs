//! Git's smart protocol over SSH: one conversation with a program on the server.

use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use git2::transport::{Service, SmartSubtransport, SmartSubtransportStream};
use windlass_model::call::CallError;

use super::Transfer;
use crate::remote::Remote;
use crate::ssh::{Command, Login, RECEIVE_PACK, UPLOAD_PACK};

/// What libgit2 writes is sent in pieces of this size.
const PIECE_BYTES: usize = 32 << 10;

/// A transport that logs in with the first thing that is asked of it.
pub(super) struct SmartSsh {
    transfer: Arc<Transfer>,
}

impl SmartSsh {
    pub(super) fn new(transfer: Arc<Transfer>) -> Self {
        Self { transfer }
    }
}

impl SmartSubtransport for SmartSsh {
    fn action(&self, _: &str, service: Service) -> Result<Box<dyn SmartSubtransportStream>, git2::Error> {
        // What follows the advertisement is said in the same conversation; libgit2 does not ask again.
        let program = match service {
            Service::UploadPackLs | Service::UploadPack => UPLOAD_PACK,
            Service::ReceivePackLs | Service::ReceivePack => RECEIVE_PACK,
        };
        Ok(Box::new(Conversation {
            transfer: Arc::clone(&self.transfer),
            program,
            command: None,
            to_send: BytesMut::new(),
            rest: Bytes::new(),
        }))
    }

    fn close(&self) -> Result<(), git2::Error> {
        Ok(())
    }
}

/// A conversation; its first read begins it.
struct Conversation {
    transfer: Arc<Transfer>,
    program: &'static str,
    command: Option<Command>,
    to_send: BytesMut,
    rest: Bytes,
}

impl Conversation {
    fn command(&mut self) -> Result<&mut Command, CallError> {
        if self.command.is_none() {
            self.command = Some(self.start()?);
        }
        self.command.as_mut().ok_or_else(|| CallError::internal("a conversation over SSH has not begun"))
    }

    fn start(&self) -> Result<Command, CallError> {
        let Transfer { wire, remote, .. } = &*self.transfer;
        let Remote::Ssh { address, credential } = remote else {
            return Err(CallError::internal("a conversation over SSH with what is no SSH server"));
        };
        let login = Login {
            egress: &wire.egress,
            scope: &wire.network,
            address,
            credential,
            known_hosts: &wire.known_hosts,
        };
        self.transfer.wait(login.start(self.program))
    }

    fn send(&mut self) -> Result<(), CallError> {
        let bytes = self.to_send.split().freeze();
        let transfer = Arc::clone(&self.transfer);
        transfer.wait(self.command()?.write(bytes))
    }

    fn receive(&mut self) -> Result<Option<Bytes>, CallError> {
        if !self.to_send.is_empty() {
            self.send()?;
        }
        let transfer = Arc::clone(&self.transfer);
        transfer.wait(self.command()?.read())
    }
}

impl Read for Conversation {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            let received = self.receive();
            self.rest = received.map_err(|error| self.transfer.fail(error))?.unwrap_or_default();
        }
        let count = self.rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest.split_to(count));
        Ok(count)
    }
}

impl Write for Conversation {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to_send.extend_from_slice(bytes);
        if self.to_send.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send().map_err(|error| self.transfer.fail(error))
    }
}

impl Drop for Conversation {
    /// libgit2 has said its last word, which may not have been sent.
    fn drop(&mut self) {
        let bytes = self.to_send.split().freeze();
        if let Some(command) = &mut self.command {
            self.transfer.wait(async {
                if command.write(bytes).await.is_ok() && self.program == RECEIVE_PACK {
                    command.finish().await;
                } else {
                    command.leave().await;
                }
            });
        }
    }
}
