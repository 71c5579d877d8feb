//! What a developer of the project runs: `cargo xtask test`, `cargo xtask demo`, and the parts of those.

mod bench;
mod command;
mod fuzz;
mod go;
mod guests;
mod pages;
mod postgres;
mod setup;
mod steps;
mod tests;
mod tidy;
mod toolchain;
mod vectors;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A task failed; what to tell the developer.
type Failed = String;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Builds, tests and measures Windlass.")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Install what is needed to build WebAssembly, unless it is there.
    Setup,
    /// Build the program and the built-in steps, into target/steps.
    Steps {
        /// Only these.
        names: Vec<String>,
    },
    /// Build the guests that tests run, into target/test-guests.
    Guests,
    /// Run the demo, building what it needs.
    Demo {
        /// Options of `windlass demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Replay recorded answers of Kargo: `FILE-OR-STEP passed/total` a line, and `fail ID: reason` for each that falls short.
    Vectors(vectors::Vectors),
    /// Measure, and print `bench NAME VALUE UNIT target TARGET ok|short` a line.
    Bench {
        /// Only these files of tests/bench, such as `serve`.
        only: Vec<String>,
    },
    /// Feed mutated inputs to what reads text, and keep the first that breaks something in target/fuzz.
    Fuzz(fuzz::Fuzz),
    /// Kill the server over and over while it promotes, and see that nothing is lost.
    Torture {
        /// How often.
        #[arg(long, default_value_t = 1_000)]
        kills: u32,
    },
    /// Live through histories by chance: people, failing disks and kills on a clock that is set.
    Simulate {
        /// How many.
        #[arg(long, default_value_t = 10_000)]
        histories: u64,
        /// The seed of the first; each is the same whenever it is lived through.
        #[arg(long, default_value_t = 0)]
        from: u64,
    },
    /// Write the pages about the steps, docs/steps, anew.
    Docs,
    /// Check the rules that no compiler knows.
    Tidy,
    /// Run every check and every test.
    Test,
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Setup => setup::setup().map(|_| ()),
        Task::Steps { names } => steps::build_some(&names),
        Task::Guests => guests::build(),
        Task::Demo { options } => demo(&options),
        Task::Vectors(vectors) => vectors::run(&vectors),
        Task::Bench { only } => bench::run(&only),
        Task::Fuzz(fuzz) => fuzz::run(&fuzz),
        Task::Torture { kills } => tests::torture(kills),
        Task::Simulate { histories, from } => tests::simulate(histories, from),
        Task::Docs => steps::build().and_then(|()| pages::write()),
        Task::Tidy => tidy::run(),
        Task::Test => tests::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            command::say(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn demo(options: &[String]) -> Result<(), Failed> {
    steps::build()?;
    command::Run::new(workspace::windlass()).arg("demo").args(options).run()
}
