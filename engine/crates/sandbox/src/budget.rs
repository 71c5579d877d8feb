//! What a guest may use of this process: processor time, time, memory and tables.

use std::sync::Arc;
use std::time::Duration;

use rustix::time::ClockId;
use tokio_util::sync::CancellationToken;
use wasmtime::ResourceLimiter;
use windlass_model::limits::Limits;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;

use crate::engine::{GUEST_INSTANCES, GUEST_MEMORIES, GUEST_TABLES};
use crate::stop::Stop;

/// A table's element takes a pointer.
const TABLE_ELEMENT_BYTES: usize = 8;

/// Watches one guest. Memory is bounded as a sum over all memories and tables, since a component may have many.
pub(crate) struct Budget {
    clock: Arc<dyn Clock>,
    started: Timestamp,
    cpu_at_start: Duration,
    cpu_most: Duration,
    wall_most: Duration,
    cancel: CancellationToken,
    memory_most: usize,
    memory_now: usize,
    memory_peak: usize,
    memory_refused: bool,
}

impl Budget {
    /// Starts counting on this thread; the guest must run on it.
    pub(crate) fn start(limits: &Limits, clock: Arc<dyn Clock>, cancel: CancellationToken) -> Self {
        Self {
            started: clock.now(),
            clock,
            cpu_at_start: thread_cpu(),
            cpu_most: Duration::from_millis(limits.cpu_ms),
            wall_most: Duration::from_millis(limits.wall_ms),
            cancel,
            memory_most: usize::try_from(limits.memory_bytes).unwrap_or(usize::MAX),
            memory_now: 0,
            memory_peak: 0,
            memory_refused: false,
        }
    }

    /// Whether the guest may go on.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        if self.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        if self.cpu_used() > self.cpu_most {
            return Err(Stop::Cpu(self.cpu_most));
        }
        if self.clock.now().since(self.started) > self.wall_most {
            return Err(Stop::Wall(self.wall_most));
        }
        Ok(())
    }

    /// Processor time of this thread since the start: the guest's own, and what the host did on its behalf here.
    pub(crate) fn cpu_used(&self) -> Duration {
        thread_cpu().saturating_sub(self.cpu_at_start)
    }

    /// When the attempt's time is up.
    pub(crate) fn deadline(&self) -> Timestamp {
        self.started.plus(self.wall_most)
    }

    /// Fires when the attempt is to stop.
    pub(crate) fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// The most memory it had at one time, in bytes.
    pub(crate) fn memory_peak(&self) -> usize {
        self.memory_peak
    }

    /// Whether it ever asked for more memory than it may have, and how much that is in bytes.
    pub(crate) fn memory_refused(&self) -> Option<usize> {
        self.memory_refused.then_some(self.memory_most)
    }

    fn grow(&mut self, by: usize) -> bool {
        match self.memory_now.checked_add(by).filter(|sum| *sum <= self.memory_most) {
            Some(sum) => {
                self.memory_now = sum;
                self.memory_peak = self.memory_peak.max(sum);
                true
            }
            None => {
                self.memory_refused = true;
                false
            }
        }
    }
}

impl ResourceLimiter for Budget {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current).saturating_mul(TABLE_ELEMENT_BYTES)))
    }

    fn instances(&self) -> usize {
        GUEST_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        GUEST_TABLES as usize
    }

    fn memories(&self) -> usize {
        GUEST_MEMORIES as usize
    }
}

fn thread_cpu() -> Duration {
    let time = rustix::time::clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
