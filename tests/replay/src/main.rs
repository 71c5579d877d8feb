//! `windlass-replay [DIR]`: replays a folder of recorded answers and says how many are ours. `cargo xtask vectors` builds
//! what it needs and runs it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is what the program is for")]

use std::path::PathBuf;
use std::process::ExitCode;

use windlass_replay::Replay;

/// Wrong usage, as other programs say it.
const EXIT_USAGE: u8 = 64;

const USAGE: &str = "usage: windlass-replay [DIR] [--only NAME] [--transport http|file|ssh] [-v]";

#[tokio::main]
async fn main() -> ExitCode {
    let (replay, in_full) = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => return wrong(&message, EXIT_USAGE),
    };
    match replay.run().await {
        Ok(report) => {
            let report = if in_full { report.in_full() } else { report };
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

/// What to replay, and whether reasons are shown in full.
fn arguments(mut given: impl Iterator<Item = String>) -> Result<(Replay, bool), String> {
    let (mut replay, mut in_full) = (Replay::default(), false);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "-v" | "--verbose" => in_full = true,
            "--only" => replay.only = Some(given.next().ok_or("--only wants a name")?),
            "--transport" => {
                replay.transport = given.next().ok_or("--transport wants http, file or ssh")?.parse()?;
            }
            flag if flag.starts_with('-') => return Err(format!("there is no {flag}; {USAGE}")),
            dir if replay.folder.is_none() => replay.folder = Some(PathBuf::from(dir)),
            other => return Err(format!("one folder at a time, and {other} is another; {USAGE}")),
        }
    }
    Ok((replay, in_full))
}
