//! The one configuration of wasmtime: what compiles a guest and what runs it must agree in every setting.

use std::sync::{Arc, Weak};
use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How often a running guest is looked at. Limits of time are kept to this.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// How many guests can be alive at one time in one process.
pub(crate) const MAX_GUESTS: u32 = 64;

/// What one guest may have, in all its modules. The pool holds as much for each, so that no guest takes another's place.
pub(crate) const GUEST_MEMORIES: u32 = 4;
/// Tables of one guest.
pub(crate) const GUEST_TABLES: u32 = 8;
/// Modules of one guest that are instantiated, among them those that its compiler makes to join the others.
pub(crate) const GUEST_INSTANCES: u32 = 64;

/// The largest table a guest may have, in elements: enough for Go's and Python's programs.
const MAX_TABLE_ELEMENTS: usize = 100_000;

/// The settings. Proposals that are young, and that no step needs, are off: most of wasmtime's advisories of the
/// last year sit in them. They are turned off here and not by leaving cargo features out, because builds without
/// those features had holes of their own.
pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(512 << 10)
        .wasm_component_model(true)
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .wasm_threads(false)
        .wasm_memory64(false)
        .wasm_stack_switching(false)
        .wasm_tail_call(false)
        .wasm_relaxed_simd(false)
        .wasm_multi_memory(true)
        .memory_init_cow(true)
        // The snapshot of the largest guest starts with 60 MiB, which must stay shared between runs.
        .memory_guaranteed_dense_image_size(128 << 20)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(24))
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(MAX_GUESTS)
        .total_core_instances(MAX_GUESTS * GUEST_INSTANCES)
        .total_memories(MAX_GUESTS * GUEST_MEMORIES)
        .total_tables(MAX_GUESTS * GUEST_TABLES)
        .max_memories_per_module(GUEST_MEMORIES)
        .max_tables_per_module(GUEST_TABLES)
        .max_core_instances_per_component(GUEST_INSTANCES)
        .max_memories_per_component(GUEST_MEMORIES)
        .max_tables_per_component(GUEST_TABLES)
        .max_component_instance_size(4 << 20)
        .max_core_instance_size(4 << 20)
        .table_elements(MAX_TABLE_ELEMENTS)
        // The limiter of each attempt is what bounds memory; the pool only has to be able to hold the largest.
        .max_memory_size(4 << 30)
        // What a run touched goes back to the system, so that slots that nobody uses keep no memory.
        .linear_memory_keep_resident(0)
        .table_keep_resident(0)
        .max_unused_warm_slots(8);
    pool
}

/// Makes an engine.
pub(crate) fn new_engine() -> wasmtime::Result<Engine> {
    Engine::new(&config())
}

/// Advances the engine's epoch as long as it lives. A thread of its own, so that no amount of work elsewhere keeps a
/// runaway guest from being looked at.
pub(crate) fn spawn_ticker(engine: &Engine) -> std::io::Result<Arc<Ticker>> {
    let ticker = Arc::new(Ticker {});
    let alive: Weak<Ticker> = Arc::downgrade(&ticker);
    let engine = engine.weak();
    std::thread::Builder::new().name("windlass-epoch".to_owned()).spawn(move || {
        while alive.strong_count() > 0 {
            #[expect(
                clippy::disallowed_methods,
                reason = "this thread is the tick; there is no event to wait on"
            )]
            std::thread::sleep(TICK);
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
        }
    })?;
    Ok(ticker)
}

/// Keeps the ticking going.
#[derive(Debug)]
pub(crate) struct Ticker {}
