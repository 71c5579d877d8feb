//! The command `windlass`.

mod cli;
mod config;
mod demo;
mod failure;
mod manifests;
mod project;
mod run;
mod signals;
mod system_clock;
mod wake;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

/// A promotion is many small pieces of JSON made and dropped on several threads, for which the system's allocator is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.run() {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            anstream::eprintln!("{failure}");
            ExitCode::from(failure.code())
        }
    }
}
