//! Every check and every test, as the gate runs them.

use crate::Failed;
use crate::command::{Run, say};
use crate::postgres::Postgres;
use crate::{fuzz, guests, pages, setup, steps, tidy, workspace};

/// Runs them all; the first failure ends it.
pub(crate) fn run() -> Result<(), Failed> {
    if cargo().args(["fmt", "--version"]).succeeds() {
        say("test: formatting");
        cargo().args(["fmt", "--all", "--check"]).run()?;
    }
    say("test: rules");
    tidy::run()?;
    steps::build()?;
    guests::build()?;
    say("test: pages");
    pages::check()?;
    if cargo().args(["clippy", "--version"]).succeeds() {
        say("test: lints");
        cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
    }
    setup::setup_sshd()?;
    setup::setup_gpg()?;
    say("test: tests");
    let postgres = Postgres::start()?;
    let tests = cargo().args(["test", "--workspace"]);
    let tests = match &postgres {
        Some(postgres) => postgres.known_to(tests),
        None => tests,
    };
    tests.run()?;
    drop(postgres);
    steps::test_those_in_go()?;
    say("test: mutated inputs");
    fuzz::gate()
}

fn cargo() -> Run {
    Run::new("cargo").dir(workspace::root())
}

/// Kills the server so often, as the tests do a few times.
pub(crate) fn torture(kills: u32) -> Result<(), Failed> {
    steps::build()?;
    say(&format!("torture: killing the server {kills} times"));
    let test = ["test", "--package", "windlass-tests", "--test", "whole", "serve::kill"];
    cargo().args(test).env("WINDLASS_TORTURE", kills.to_string()).run()
}

/// Lives through so many histories by chance, as the tests do with some.
pub(crate) fn simulate(histories: u64, from: u64) -> Result<(), Failed> {
    say(&format!("simulate: {histories} histories from seed {from} on"));
    let test = ["test", "--package", "windlass-control", "--test", "simulation"];
    let (histories, from) = (histories.to_string(), from.to_string());
    cargo().args(test).env("WINDLASS_SIMULATE", histories).env("WINDLASS_SIMULATE_FROM", from).run()
}
