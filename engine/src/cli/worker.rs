//! `windlass worker`: runs guests for another process, which it asks whatever they ask. The socket is its standard input.

use std::os::fd::AsFd as _;
use std::sync::Arc;

use windlass_ports::clock::Clock;

use crate::failure::Failure;
use crate::system_clock::SystemClock;
use crate::wiring;

pub(crate) async fn run() -> Result<u8, Failure> {
    let failed = |e: std::io::Error| Failure::environment(e.to_string());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let sandbox = wiring::sandbox(&clock)?;
    let socket = std::io::stdin().as_fd().try_clone_to_owned().map_err(failed)?;
    windlass_sandbox::serve_worker(socket, sandbox).await.map_err(failed)?;
    Ok(0)
}
