//! How libgit2 reaches remotes: through transports of ours, over `egress`.
//!
//! libgit2 asks for transports through a process-wide table, so who a transfer is for is known from the thread it runs
//! on: [`with_transfer`] says so, and without it nothing leaves.

mod http;
mod ssh;

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use git2::transport::Transport;
use windlass_model::call::CallError;

use crate::mirror::Wire;
use crate::remote::Remote;
use http::SmartHttp;
use ssh::SmartSsh;

/// A transfer, and for whom it runs.
pub(crate) struct Transfer {
    wire: Wire,
    remote: Remote,
    /// Why it failed, in better words than libgit2 can carry.
    failure: Mutex<Option<CallError>>,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Transfer>>> = const { RefCell::new(None) };
}

impl Transfer {
    pub(crate) fn new(wire: Wire, remote: Remote) -> Self {
        Self { wire, remote, failure: Mutex::new(None) }
    }

    /// Waits for what takes time, on the thread of libgit2.
    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.wire.runtime.block_on(work)
    }

    fn fail(&self, error: CallError) -> io::Error {
        let message = error.message.clone();
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        io::Error::other(message)
    }
}

/// Runs `work` with libgit2's traffic going out for `transfer`.
pub(crate) fn with_transfer<T>(
    transfer: Transfer,
    work: impl FnOnce() -> Result<T, git2::Error>,
) -> Result<T, CallError> {
    let transfer = Arc::new(transfer);
    CURRENT.set(Some(Arc::clone(&transfer)));
    let done = work();
    CURRENT.set(None);
    done.map_err(|error| {
        let failure = transfer.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.unwrap_or_else(|| crate::error::failed("git", &error))
    })
}

pub(crate) fn register() {
    for scheme in ["http", "https", "ssh"] {
        #[expect(unsafe_code, reason = "libgit2's table of transports is global; git2 offers no safe way")]
        // SAFETY: runs once, before any other use of libgit2 in this process.
        let _ = unsafe { git2::transport::register(scheme, transport) };
    }
}

/// The transport of the transfer that runs on this thread.
fn transport(remote: &git2::Remote<'_>) -> Result<Transport, git2::Error> {
    let defect = || git2::Error::from_str("a transfer was begun for nobody; this is a defect of Windlass");
    let current = CURRENT.with_borrow(Clone::clone).ok_or_else(defect)?;
    match &current.remote {
        Remote::Http { .. } => Transport::smart(remote, true, SmartHttp::new(current)),
        Remote::Ssh { .. } => Transport::smart(remote, false, SmartSsh::new(current)),
        Remote::Local { .. } => Err(defect()),
    }
}
