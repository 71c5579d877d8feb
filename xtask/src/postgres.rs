//! A private PostgreSQL for the tests, wherever one is installed: in a directory of its own, on a socket in it, and gone
//! when the tests are over.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::Failed;
use crate::command::{Run, say};

/// Tests find the server by this variable.
const VARIABLE: &str = "WINDLASS_TEST_POSTGRES";

/// Where Debian keeps the programs, a directory for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Who the server runs as where we are root: it refuses to be root.
const USER: &str = "nobody";

/// What the server says once it can be used.
const READY: &str = "ready to accept connections";

/// A server that runs.
pub(crate) struct Postgres {
    process: Child,
    dir: PathBuf,
    programs: PathBuf,
}

impl Postgres {
    /// Starts one; none if none is installed.
    pub(crate) fn start() -> Result<Option<Self>, Failed> {
        let Some(programs) = programs() else {
            say("test: there is no PostgreSQL here, so the store is tested on SQLite alone");
            return Ok(None);
        };
        let dir = std::env::temp_dir().join(format!("windlass-postgres-{}", std::process::id()));
        let failed = |e: std::io::Error| format!("{}: {e}", dir.display());
        fs::create_dir(&dir).map_err(failed)?;
        let other_user = other_user()?;
        if let Some((user, group)) = other_user {
            chown(&dir, Some(user), Some(group)).map_err(failed)?;
        }
        let data = dir.join("data");
        let made = program(&programs.join("initdb"), other_user)
            .args(["--auth=trust", "--username=windlass", "--encoding=UTF8", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .map_err(failed)?;
        if !made.status.success() {
            return Err(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let mut process = program(&programs.join("postgres"), other_user)
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-k"])
            .arg(&dir)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        wait_until_ready(&mut process, &dir)?;
        Ok(Some(Self { process, dir, programs }))
    }

    /// Lets tests find it, and the programs that came with it.
    pub(crate) fn known_to(&self, tests: Run) -> Run {
        let address = format!("postgres://windlass@localhost/postgres?host={}", self.dir.display());
        let path =
            std::env::join_paths([self.programs.clone()].into_iter().chain(path())).unwrap_or_default();
        tests.env(VARIABLE, address).env("PATH", path)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Ends everything that is connected, too.
        let _ = Run::new("kill").args(["-INT", &self.process.id().to_string()]).succeeds();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn wait_until_ready(process: &mut Child, dir: &Path) -> Result<(), Failed> {
    let said = process.stderr.take().ok_or("PostgreSQL says nothing")?;
    let mut said = BufReader::new(said).lines().map_while(Result::ok);
    let mut log = File::create(dir.join("log")).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut heard = String::new();
    loop {
        let Some(line) = said.next() else { return Err(format!("PostgreSQL has ended: {heard}")) };
        if line.contains(READY) {
            break;
        }
        heard = line;
    }
    thread::spawn(move || {
        for line in said {
            let _ = writeln!(log, "{line}");
        }
    });
    Ok(())
}

/// The directory of the newest server's programs.
fn programs() -> Option<PathBuf> {
    let has_both = |dir: &PathBuf| dir.join("initdb").exists() && dir.join("postgres").exists();
    if let Some(dir) = path().into_iter().find(has_both) {
        return Some(dir);
    }
    let versions = fs::read_dir(DEBIAN).ok()?.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    versions.filter(has_both).max()
}

/// Where programs are.
#[expect(clippy::disallowed_methods, reason = "where programs are is said by the environment alone")]
fn path() -> Vec<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect()
}

fn other_user() -> Result<Option<(u32, u32)>, Failed> {
    let id = |args: &[&str]| -> Result<u32, Failed> {
        Run::new("id").args(args).output()?.parse().map_err(|e| format!("id: {e}"))
    };
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some((id(&["-u", USER])?, id(&["-g", USER])?)))
}

/// A program that runs as somebody who is not root, in a language that we understand.
fn program(path: &Path, other_user: Option<(u32, u32)>) -> Command {
    let mut command = match other_user {
        None => Command::new(path),
        Some((user, group)) => {
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={user}"))
                .arg(format!("--regid={group}"))
                .arg("--clear-groups")
                .arg(path);
            command
        }
    };
    command.env("LC_ALL", "C").current_dir("/");
    command
}
