//! `windlass lint`: everything that is wrong with a folder of manifests, before anything runs.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use crate::failure::Failure;
use crate::lint::{self, Format, LintOptions};
use crate::manifests::Rule;
use crate::wiring;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 nothing is wrong, or there are only warnings; 1 something is wrong; 2 wrong \
                        usage; 3 something cannot be read. docs/lint.md explains every rule."
)]
pub(crate) struct LintArgs {
    /// Manifests: a file, a directory of them, or - for standard input. Can be given more than once.
    #[arg(short, long = "filename", required = true, value_name = "PATH")]
    filename: Vec<PathBuf>,
    /// Look into directories below as well.
    #[arg(short = 'R', long)]
    recursive: bool,
    /// Only the manifests of this project.
    #[arg(short, long)]
    project: Option<String>,
    /// How it is printed.
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
    /// Warnings are errors.
    #[arg(long)]
    strict: bool,
}

impl LintArgs {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let options = LintOptions { paths: self.filename, recursive: self.recursive, project: self.project };
        let report = lint::lint(&options, wiring::catalog().as_ref()).map_err(|problem| {
            let failure = match problem.rule {
                Rule::UnreadableFile => Failure::environment(problem.message),
                _ => Failure::input(problem.message),
            };
            failure.hint(problem.hint.unwrap_or_default())
        })?;
        let base = std::env::current_dir().unwrap_or_default();
        let text = report.print(self.output, std::io::stdout().is_terminal(), &base);
        let mut out = anstream::stdout();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // Whoever reads it may have seen enough.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::environment(format!("the report cannot be printed: {error}")))
            }
            _ => Ok(report.code(self.strict)),
        }
    }
}
