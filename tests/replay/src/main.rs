//! `windlass-replay [DIR]`: replays a folder of recorded answers and says how many are ours. `cargo xtask vectors` builds
//! what it needs and runs it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is what the program is for")]

use std::path::PathBuf;
use std::process::ExitCode;

use windlass_replay::Replay;

/// Wrong usage, as other programs say it.
const EXIT_USAGE: u8 = 64;

fn main() -> ExitCode {
    let replay = match arguments(std::env::args().skip(1)) {
        Ok(replay) => replay,
        Err(message) => return wrong(&message, EXIT_USAGE),
    };
    match replay.run() {
        Ok(report) => {
            println!("{report}");
            if report.falls_short() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(message) => wrong(&message, 1),
    }
}

fn wrong(message: &str, code: u8) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(code)
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Replay, String> {
    let mut replay = Replay::default();
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--only" => replay.only = Some(given.next().ok_or("--only wants a name")?),
            flag if flag.starts_with('-') => {
                return Err(format!("there is no {flag}; usage: windlass-replay [DIR] [--only NAME]"));
            }
            dir if replay.folder.is_none() => replay.folder = Some(PathBuf::from(dir)),
            other => return Err(format!("one folder at a time; {other} is too many")),
        }
    }
    Ok(replay)
}
