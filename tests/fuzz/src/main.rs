//! Feeds mutated inputs to what reads text. Inputs begin as those of the recorded answers and the examples, and one that
//! makes a target do something new is mutated further. The same seed gives the same inputs.
//!
//! `windlass-fuzz TARGET [--seconds N] [--seed N]` looks for inputs that break what must hold; the first one is kept in
//! `target/fuzz`. `windlass-fuzz TARGET --replay FILE` tries that one again. `cargo xtask fuzz` builds and runs it.

mod corpus;
mod findings;
mod mutate;
mod options;
mod run;
mod targets;

use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let done = Options::parse(std::env::args().skip(1)).and_then(|options| run::run(&options));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&message);
            ExitCode::FAILURE
        }
    }
}

/// Tells whoever runs it.
#[expect(clippy::print_stdout, reason = "it is a command for developers")]
fn say(text: &str) {
    println!("{text}");
}
