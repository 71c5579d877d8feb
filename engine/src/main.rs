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
