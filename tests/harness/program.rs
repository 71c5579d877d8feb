//! The program, as a user runs it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How the program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; none if it was killed.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

impl Ended {
    /// What it printed, as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e} in {self:#?}"))
    }

    /// Itself, if it ended with this code.
    ///
    /// # Panics
    /// If not.
    #[allow(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "often only the code matters"
    )]
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// A call of the program that can be made.
#[derive(Debug)]
pub struct Windlass {
    command: Command,
}

/// The directory of the build that the running program belongs to, which may be a test.
fn build_dir() -> PathBuf {
    let own = std::env::current_exe().expect("a program knows where it is");
    let dir = own.parent().expect("a program stands in a directory");
    // Tests are built into target/<profile>/deps.
    dir.parent().filter(|_| dir.ends_with("deps")).unwrap_or(dir).to_owned()
}

/// The program.
///
/// # Errors
/// If it has not been built.
pub fn built() -> Result<PathBuf, String> {
    let program = build_dir().join("windlass");
    if program.exists() {
        return Ok(program);
    }
    Err(format!("{} is missing: run `cargo xtask steps` first", program.display()))
}

/// The steps that `cargo xtask guests` builds for tests.
#[must_use]
pub fn test_guests() -> PathBuf {
    build_dir().parent().expect("profiles have directories in target").join("test-guests")
}

/// Lets a directory and the files in it be written, or not.
///
/// # Panics
/// If they are not our own.
pub fn set_writable(dir: &Path, is_writable: bool) {
    use std::os::unix::fs::PermissionsExt as _;
    let set = |path: &Path, mode: u32| {
        let permissions = std::fs::Permissions::from_mode(if is_writable { mode | 0o200 } else { mode });
        std::fs::set_permissions(path, permissions).expect("it is our own");
    };
    for entry in std::fs::read_dir(dir).expect("the directory is there") {
        let path = entry.expect("the directory can be read").path();
        set(&path, if path.is_dir() { 0o555 } else { 0o444 });
    }
    set(dir, 0o555);
}

impl Windlass {
    /// `windlass` with these arguments.
    ///
    /// # Panics
    /// If it has not been built.
    #[must_use]
    pub fn new<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(built().unwrap_or_else(|missing| panic!("{missing}")));
        command
            .args(arguments)
            .env("WINDLASS_CACHE", test_guests().join("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self { command }
    }

    /// With one more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// With more arguments.
    #[must_use]
    pub fn args<S: AsRef<std::ffi::OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.command.args(arguments);
        self
    }

    /// With a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// With the steps of this directory.
    #[must_use]
    pub fn steps(mut self, dir: &Path) -> Self {
        self.command.env("WINDLASS_STEPS", dir);
        self
    }

    /// With this file as standard input.
    ///
    /// # Panics
    /// If it cannot be opened.
    #[must_use]
    pub fn stdin(mut self, file: &Path) -> Self {
        self.command.stdin(std::fs::File::open(file).expect("the input can be opened"));
        self
    }

    /// In this directory.
    #[must_use]
    pub fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Writes its process id into a file before anything else.
    #[must_use]
    pub fn pid_file(self, path: &Path) -> Self {
        self.after("echo $$ > \"$0\"", path.as_os_str())
    }

    /// With at most this many open files.
    #[must_use]
    pub fn open_files(self, most: u32) -> Self {
        self.after("ulimit -n \"$0\"", std::ffi::OsStr::new(&most.to_string()))
    }

    /// With writes that fail, where a limit of the size of files would kill it.
    #[must_use]
    pub fn survives_file_limits(self) -> Self {
        self.after("trap '' XFSZ", std::ffi::OsStr::new(""))
    }

    /// A directory cannot be written by it: for root, whom no permission stops, a disk that is read-only.
    ///
    /// # Panics
    /// If the permissions of the directory cannot be changed.
    #[must_use]
    pub fn read_only(mut self, dir: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        if !is_root {
            set_writable(dir, false);
            return self;
        }
        self = self.after("mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\"", dir.as_os_str());
        let plain = self.command.as_std();
        let mut command = Command::new("unshare");
        command.args(["--mount", "--"]).arg(plain.get_program()).args(plain.get_args());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        self.command = command;
        self
    }

    /// A shell does this with its argument first, then becomes the program.
    fn after(mut self, first: &str, argument: &std::ffi::OsStr) -> Self {
        let plain = self.command.as_std();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{first} && exec \"$@\"")]).arg(argument).arg(plain.get_program());
        command.args(plain.get_args());
        for (name, value) in plain.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        self.command = command;
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// If it cannot be started.
    pub async fn run(mut self) -> Ended {
        let output = self.command.output().await.expect("the program can be started");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts it.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(mut self) -> Running {
        let mut child = self.command.spawn().expect("the program can be started");
        let stdout = child.stdout.take().expect("its output is piped");
        Running { child, stdout: BufReader::new(stdout).lines() }
    }
}

/// The program while it runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Its process id.
    ///
    /// # Panics
    /// If it has ended.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().expect("the program runs")
    }

    /// The next line of its output; none at the end.
    ///
    /// # Panics
    /// If the output cannot be read.
    pub async fn next_line(&mut self) -> Option<String> {
        self.stdout.next_line().await.expect("the output can be read")
    }

    /// Waits for a line of its output that holds `part`.
    ///
    /// # Panics
    /// If it ends without one.
    pub async fn line_with(&mut self, part: &str) -> String {
        let mut seen = String::new();
        while let Some(line) = self.stdout.next_line().await.expect("the output can be read") {
            if line.contains(part) {
                return line;
            }
            seen.push_str(&line);
            seen.push('\n');
        }
        let mut errors = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = stderr.read_to_string(&mut errors).await;
        }
        panic!("the program ended without {part:?}:\n{seen}\n{errors}");
    }

    /// Waits for an event that the program brings about.
    ///
    /// # Panics
    /// If it ends before.
    pub async fn until(&mut self, event: impl Future<Output = ()>) {
        let status = tokio::select! {
            () = event => return,
            status = self.child.wait() => status,
        };
        let (mut out, mut errors) = (String::new(), String::new());
        while let Ok(Some(line)) = self.stdout.next_line().await {
            out.push_str(&line);
            out.push('\n');
        }
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = stderr.read_to_string(&mut errors).await;
        }
        panic!("the program ended too early ({status:?}):\n{out}\n{errors}");
    }

    /// Interrupts it, as Ctrl-C does.
    ///
    /// # Panics
    /// If it has ended, or there is no program `kill`.
    pub async fn interrupt(&self) {
        let killed = Command::new("kill").args(["-INT", &self.id().to_string()]).status().await;
        assert!(killed.is_ok_and(|status| status.success()), "the program can be interrupted");
    }

    /// Kills it, as a crash would, and waits until it is gone.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("the program can be killed");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If its output cannot be read.
    pub async fn wait(mut self) -> Ended {
        let (mut out, mut errors) = (String::new(), String::new());
        let stderr = self.child.stderr.take();
        // Both at once: it may have more to say than a pipe has room for.
        let read_out = async {
            while let Some(line) = self.stdout.next_line().await.expect("the output can be read") {
                out.push_str(&line);
                out.push('\n');
            }
        };
        let read_errors = async {
            if let Some(mut stderr) = stderr {
                stderr.read_to_string(&mut errors).await.expect("the output can be read");
            }
        };
        tokio::join!(read_out, read_errors);
        let status = self.child.wait().await.expect("the program ends");
        Ended { code: status.code(), stdout: out, stderr: errors }
    }
}
