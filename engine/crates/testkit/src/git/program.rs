//! Running the `git` program so that only what is said here decides what it does: no configuration of the system or
//! the user, no prompts, no background work that outlives a command.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Settings of every command. Fetching any commit by its name is what forges allow.
pub(crate) const SETTINGS: [&str; 7] = [
    "safe.directory=*",
    "gc.auto=0",
    "maintenance.auto=false",
    "receive.autoGC=false",
    "http.receivepack=true",
    "uploadpack.allowAnySHA1InWant=true",
    "uploadpack.allowFilter=true",
];

/// Variables that would point Git elsewhere.
const FOREIGN: [&str; 21] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ASKPASS",
    "GIT_ATTR_SOURCE",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DEFAULT_HASH",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_PROTOCOL",
    "GIT_QUARANTINE_PATH",
    "GIT_TEMPLATE_DIR",
    "GIT_TRACE",
    "GIT_WORK_TREE",
    "SSH_ASKPASS",
    "XDG_CONFIG_HOME",
];

/// What Git says of a failure is kept up to this many bytes.
const MAX_COMPLAINT: usize = 4_096;

/// A Git command that did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program cannot be run.
    #[error("{} cannot be run: {source}; install Git", program.display())]
    Missing {
        /// The program.
        program: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// It says that it failed.
    #[error("git {command} failed: {complaint}")]
    Failed {
        /// Its first argument.
        command: String,
        /// What it says.
        complaint: String,
    },
    /// A name, path or text that Git could not take as it is.
    #[error("{value:?} is not {expected}")]
    Invalid {
        /// The offending text.
        value: String,
        /// What it should be, with article.
        expected: &'static str,
    },
    /// It answers what nobody can read.
    #[error("git {command} answered what cannot be read: {answer:?}")]
    Unreadable {
        /// Its first argument.
        command: String,
        /// The answer's beginning.
        answer: String,
    },
    /// A file beside Git's own.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
}

/// The program, and the directory that it takes for the user's home.
#[derive(Debug, Clone)]
pub(crate) struct GitProgram {
    program: PathBuf,
    home: PathBuf,
}

impl GitProgram {
    pub(super) fn new(program: &Path, home: &Path) -> Self {
        Self { program: program.to_owned(), home: home.to_owned() }
    }

    /// A command that runs in `dir` and dies with whoever waits for it.
    pub(super) fn command(&self, dir: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .current_dir(dir)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("HOME", &self.home)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end and tells how it went.
    pub(super) async fn output(
        &self,
        dir: &Path,
        arguments: &[&str],
        input: &[u8],
    ) -> Result<Output, GitError> {
        let mut command = self.command(dir, arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(|e| self.missing(e))?;
        let stdin = child.stdin.take();
        let write = async {
            if let Some(mut stdin) = stdin {
                // A command that reads only part of its input says itself why.
                let _ = stdin.write_all(input).await;
            }
        };
        let (output, ()) = tokio::join!(child.wait_with_output(), write);
        output.map_err(|e| self.missing(e))
    }

    /// Runs a command to its end; its output.
    pub(super) async fn run(
        &self,
        dir: &Path,
        arguments: &[&str],
        input: &[u8],
    ) -> Result<Vec<u8>, GitError> {
        let output = self.output(dir, arguments, input).await?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let command = arguments.first().copied().unwrap_or_default().to_owned();
        Err(GitError::Failed { command, complaint: complaint(&output.stderr) })
    }

    pub(super) fn missing(&self, source: std::io::Error) -> GitError {
        GitError::Missing { program: self.program.clone(), source }
    }
}

/// The beginning of what a command said, as text.
pub(super) fn complaint(stderr: &[u8]) -> String {
    String::from_utf8_lossy(&stderr[..stderr.len().min(MAX_COMPLAINT)]).trim().to_owned()
}
