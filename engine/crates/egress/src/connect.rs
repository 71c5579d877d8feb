//! Connections for what is no HTTP: under the same policy, counted in both directions, and ended with their attempt.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use windlass_model::call::CallError;
use windlass_ports::clock::Clock;
use windlass_ports::git::{NetworkMeter, NetworkScope};

use crate::address::Refusal;
use crate::client::{CONNECT_TIMEOUT, Egress};
use crate::failure::too_long;
use crate::inbound::within;

/// A connection. Once its attempt is cancelled, its time is up or its budget is spent, it only fails; [`Ended`] tells
/// why.
pub struct Connection {
    stream: TcpStream,
    meter: Arc<dyn NetworkMeter>,
    end: Pin<Box<dyn Future<Output = CallError> + Send>>,
    ended: Ended,
}

/// Why a connection has ended: what reads and writes can only say with an error of the operating system.
#[derive(Debug, Clone, Default)]
pub struct Ended(Arc<Mutex<Option<CallError>>>);

impl Ended {
    /// Why; `None` if it was not ended from this side.
    #[must_use]
    pub fn why(&self) -> Option<CallError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers the first reason.
    fn because(&self, error: CallError) -> io::Error {
        let message = error.message.clone();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        io::Error::other(message)
    }
}

impl Egress {
    /// Connects to a port of a host, which is given by name or as an address.
    ///
    /// # Errors
    /// `denied` if none of its addresses may be reached, `unavailable` if no connection comes about, `timed-out`,
    /// `cancelled`.
    pub async fn connect(
        &self,
        scope: &NetworkScope,
        host: &str,
        port: u16,
    ) -> Result<(Connection, Ended), CallError> {
        let stream = within(&*self.clock, scope, scope.deadline, self.open(scope, host, port)).await??;
        let ended = Ended::default();
        let end = Box::pin(end_of(scope.clone(), Arc::clone(&self.clock)));
        let connection = Connection { stream, meter: Arc::clone(&scope.meter), end, ended: ended.clone() };
        Ok((connection, ended))
    }

    async fn open(&self, scope: &NetworkScope, host: &str, port: u16) -> Result<TcpStream, CallError> {
        let unreachable = |why: &dyn std::fmt::Display| {
            CallError::unavailable("unavailable", format!("{host}:{port} cannot be reached: {why}"))
        };
        let addresses = self.policy(scope).resolve(host, port).await.map_err(|error| {
            match error.downcast_ref::<Refusal>() {
                Some(refusal) => CallError::denied("address-refused", format!("{host}:{port}: {refusal}")),
                None => unreachable(&error),
            }
        })?;
        let mut last = unreachable(&"the name has no address");
        for address in addresses {
            let limit = self.clock.sleep(CONNECT_TIMEOUT);
            let connected = tokio::select! {
                biased;
                connected = TcpStream::connect(address) => connected,
                () = limit => Err(io::Error::new(io::ErrorKind::TimedOut, "it does not answer")),
            };
            match connected {
                Ok(stream) => {
                    stream.set_nodelay(true).map_err(|e| unreachable(&e))?;
                    return Ok(stream);
                }
                Err(error) => last = unreachable(&error),
            }
        }
        Err(last)
    }
}

/// Waits until the attempt is cancelled or its time is up.
async fn end_of(scope: NetworkScope, clock: Arc<dyn Clock>) -> CallError {
    tokio::select! {
        biased;
        () = scope.cancel.cancelled() => CallError::cancelled(),
        () = clock.sleep_until(scope.deadline) => too_long(),
    }
}

impl Connection {
    /// Fails if the connection has ended, and lets the task be woken when it does.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if let Some(error) = self.ended.why() {
            return Err(io::Error::other(error.message));
        }
        match self.end.as_mut().poll(cx) {
            Poll::Ready(error) => Err(self.ended.because(error)),
            Poll::Pending => Ok(()),
        }
    }

    fn count(&self, bytes: usize) -> io::Result<()> {
        self.meter.take(bytes as u64).map_err(|error| self.ended.because(error))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if polled.is_ready() {
            self.count(buffer.filled().len() - before)?;
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = &polled {
            self.count(*count)?;
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
