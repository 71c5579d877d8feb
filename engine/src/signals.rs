//! Interruptions: Ctrl-C and the wish of a supervisor park what runs, a second one ends the process at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::failure::EXIT_INTERRUPTED;

/// Cancels `stop` at the first interruption.
pub(crate) fn cancel_on_interrupt(stop: &CancellationToken) {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    let stop = stop.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if stop.is_cancelled() {
                // The journal holds all that matters; whoever asks twice does not want to wait.
                std::process::exit(i32::from(EXIT_INTERRUPTED));
            }
            stop.cancel();
        }
    });
}
