//! The command line: one file a verb.

mod abort;
mod apply;
mod approve;
mod backup;
mod bench;
mod compile_step;
mod delete;
mod demo;
mod eval;
mod follow;
mod freight;
mod get;
mod lint;
mod output;
mod promote;
mod refresh;
mod restore;
mod run;
mod serve;
mod step;
mod why;
mod worker;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::{EXIT_INPUT, EXIT_STEP_USAGE, Failure};

/// A promotion engine that reads Kargo's manifests and runs every step in a sandbox.
#[derive(Debug, Parser)]
#[command(name = "windlass", version, about, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Promote freight to a stage, from a folder of manifests and without a server.
    Run(Box<run::RunArgs>),
    /// Keep projects going, and answer their API.
    Serve(Box<serve::ServeArgs>),
    /// Promote through a whole pipeline, on servers that this command starts.
    Demo(demo::DemoArgs),
    /// Show what a server has.
    Get(get::GetArgs),
    /// Give manifests to a server.
    Apply(apply::ApplyArgs),
    /// Take away what a server has.
    Delete(delete::DeleteArgs),
    /// Have a server promote freight.
    Promote(promote::PromoteArgs),
    /// Let freight into a stage that it is not verified for.
    Approve(approve::ApproveArgs),
    /// Have a server look again.
    Refresh(refresh::RefreshArgs),
    /// Tell what freight waits for.
    Why(why::WhyArgs),
    /// Write everything that a server must not lose into one file. The server may be running.
    Backup(backup::BackupArgs),
    /// Make a data directory out of a backup.
    Restore(restore::RestoreArgs),
    /// Tell everything that is wrong with a folder of manifests.
    Lint(lint::LintArgs),
    /// Evaluate a template, or expressions line by line.
    Eval(Box<eval::EvalArgs>),
    /// Give up a promotion that was interrupted.
    Abort(abort::AbortArgs),
    /// Work on step plugins.
    Step(step::StepArgs),
    /// Promote over and over, and print how long each took. For benchmarks.
    #[command(hide = true)]
    Bench(Box<bench::BenchArgs>),
    /// Run steps for another process. Started by windlass itself.
    #[command(hide = true)]
    Worker,
    /// Compile a step to native code. Started by windlass itself.
    #[command(hide = true)]
    CompileStep(compile_step::CompileStepArgs),
}

impl Cli {
    /// Does what was asked; the exit code.
    pub(crate) fn run(self) -> Result<u8, Failure> {
        match self.verb {
            Verb::Run(args) => block_on(args.run()),
            Verb::Serve(args) => block_on(args.run()),
            Verb::Demo(args) => block_on(args.run()),
            Verb::Get(args) => block_on(args.run()),
            Verb::Apply(args) => block_on(args.run()),
            Verb::Delete(args) => block_on(args.run()),
            Verb::Promote(args) => block_on(args.run()),
            Verb::Approve(args) => block_on(args.run()),
            Verb::Refresh(args) => block_on(args.run()),
            Verb::Why(args) => block_on(args.run()),
            Verb::Backup(args) => block_on(args.run()),
            Verb::Restore(args) => block_on(args.run()),
            Verb::Lint(args) => args.run(),
            Verb::Eval(args) => block_on(args.run()),
            Verb::Abort(args) => block_on(args.run()),
            Verb::Step(args) => args.run(),
            Verb::Bench(args) => block_on(args.run()),
            Verb::Worker => block_on(worker::run()),
            Verb::CompileStep(args) => args.run(),
        }
    }
}

/// Shows what is wrong with the arguments, or the help that was asked for; the exit code.
pub(crate) fn tell_usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell if the terminal is gone.
    let _ = error.print();
    let mut arguments = std::env::args().skip(1);
    let of_steps = arguments.next().as_deref() == Some("step") && arguments.next().as_deref() == Some("run");
    match u8::try_from(error.exit_code()).unwrap_or(EXIT_INPUT) {
        EXIT_INPUT if of_steps => ExitCode::from(EXIT_STEP_USAGE),
        code => ExitCode::from(code),
    }
}

/// Runs a command on a runtime of its own. Its tasks share one thread and change without the help of the operating system;
/// what computes or waits for files (guests, Git, the database) has threads beside it.
fn block_on(work: impl Future<Output = Result<u8, Failure>>) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::environment(format!("no threads can be started: {e}")))?;
    let done = runtime.block_on(work);
    // Guests that still run after an interruption are not waited for.
    runtime.shutdown_background();
    done
}
