//! The command `windlass`.

mod backup;
mod cli;
mod client;
mod config;
mod demo;
mod document;
mod eval;
mod failure;
mod lint;
mod logging;
mod manifests;
mod project;
mod run;
mod serve;
mod signals;
mod step_sheet;
mod system_clock;
mod table;
mod trial;
mod wake;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return cli::tell_usage(&error),
    };
    match cli.run() {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            anstream::eprintln!("{failure}");
            ExitCode::from(failure.code())
        }
    }
}
