//! WASI 0.2 for components: wasmtime's own for clocks, randomness, streams and the command line, with the host's
//! clock and seed behind them; ours for the file system. There is no `wasi:sockets`: a component that imports it is
//! refused when it is loaded.

mod filesystem;
mod stdio;
mod stream;

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use wasmtime::component::Linker;
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::p2::bindings::cli;
use wasmtime_wasi::p2::bindings::random;
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiView as _};

use crate::abi::preview1::ENVIRONMENT;
use crate::guest::{Guest, GuestTime};
use crate::output::{Output, Stream};

pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    // Streams, polling, clocks, secure randomness and the standard streams.
    wasmtime_wasi::p2::add_to_linker_proxy_interfaces_sync(linker)?;
    random::insecure::add_to_linker::<Guest, WasiRandom>(linker, |g| g.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<Guest, WasiRandom>(linker, |g| g.ctx().ctx.random())?;
    cli::environment::add_to_linker::<Guest, WasiCli>(linker, Guest::cli)?;
    cli::exit::add_to_linker::<Guest, WasiCli>(linker, Guest::cli)?;
    cli::terminal_input::add_to_linker::<Guest, WasiCli>(linker, Guest::cli)?;
    cli::terminal_output::add_to_linker::<Guest, WasiCli>(linker, Guest::cli)?;
    cli::terminal_stdin::add_to_linker::<Guest, WasiCli>(linker, Guest::cli)?;
    cli::terminal_stdout::add_to_linker::<Guest, WasiCli>(linker, Guest::cli)?;
    cli::terminal_stderr::add_to_linker::<Guest, WasiCli>(linker, Guest::cli)?;
    filesystem::add_to_linker(linker)
}

/// The context of a guest that reads `stdin`.
pub(crate) fn context(output: &Output, time: &GuestTime, seed: u64, stdin: Vec<u8>) -> WasiCtx {
    let random = || ChaCha20Rng::seed_from_u64(seed);
    WasiCtx::builder()
        .args(&["step"])
        .envs(&ENVIRONMENT)
        .initial_cwd("/work")
        .stdin(MemoryInputPipe::new(stdin))
        .stdout(stdio::Sink::new(output.clone(), Stream::Out))
        .stderr(stdio::Sink::new(output.clone(), Stream::Err))
        .wall_clock(Wall(time.clone()))
        .monotonic_clock(Monotonic(time.clone()))
        .secure_random(random())
        .insecure_random(random())
        .insecure_random_seed(u128::from(seed))
        .max_random_size(1 << 20)
        .build()
}

struct Wall(GuestTime);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_micros(1)
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.wall_ns())
    }
}

struct Monotonic(GuestTime);

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        1_000
    }

    fn now(&self) -> u64 {
        self.0.monotonic_ns()
    }
}
