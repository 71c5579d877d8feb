//! Git over SSH: the system's own `sshd` serves the repositories beneath a directory, and nothing else, to whoever has one
//! of its keys.
//!
//! The listener is ours; each connection gets a process of its own (`sshd -i`), so a free port is taken and nothing is left
//! behind. It runs as whoever runs the tests, who logs in as themselves and gets no shell.

mod files;

use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::task::{JoinHandle, JoinSet};

use files::Files;

/// Where systems keep the program; it insists on being called by its whole path.
const PROGRAMS: [&str; 3] = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];

/// A server that could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SshError {
    /// The program is not there.
    #[error("there is no sshd; install it (on Debian: apt-get install openssh-server)")]
    Missing,
    /// A file or a socket.
    #[error("{what}: {source}")]
    System {
        /// What could not be had.
        what: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A program that makes keys, or tells who runs it.
    #[error("{command} failed: {complaint}")]
    Failed {
        /// The command.
        command: String,
        /// What it says.
        complaint: String,
    },
}

/// A running server. It ends when it is dropped.
#[derive(Debug)]
pub struct SshServer {
    root: PathBuf,
    files: Files,
    address: SocketAddr,
    user: String,
    private_key: String,
    known_hosts: String,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl SshServer {
    /// Serves the repositories beneath a directory, on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If there is no `sshd`, or keys and configuration cannot be written.
    pub async fn start(root: &Path) -> Result<Self, SshError> {
        let root = root.canonicalize().map_err(|e| system(root.display(), e))?;
        Self::running(&root, &files::git_only(&root)).await
    }

    /// Runs a shell script for whoever logs in, whatever was asked for: a server that only says that it has the
    /// repositories beneath a directory.
    ///
    /// # Errors
    /// As [`SshServer::start`].
    pub async fn running(root: &Path, script: &str) -> Result<Self, SshError> {
        let program = PROGRAMS.map(Path::new).into_iter().find(|path| path.exists());
        let program = program.ok_or(SshError::Missing)?.to_owned();
        let files = Files::write(script).await?;
        let user = files::printed("id", &["-un"]).await?;
        if user == "root" {
            // Only root separates privileges, and it needs an empty directory for that.
            std::fs::create_dir_all("/run/sshd").map_err(|e| system("/run/sshd", e))?;
        }
        let private_key = files.new_key(&["-t", "ed25519"]).await?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(|e| system("127.0.0.1", e))?;
        let address = listener.local_addr().map_err(|e| system("127.0.0.1", e))?;
        let known_hosts = files.known_hosts(address)?;
        let connections = Arc::new(AtomicUsize::new(0));
        let accepting =
            tokio::spawn(accept(listener, program, files.configuration(), Arc::clone(&connections)));
        Ok(Self {
            root: root.to_owned(),
            files,
            address,
            user,
            private_key,
            known_hosts,
            connections,
            accepting,
        })
    }

    /// The URL of a repository by its name, such as `app.git`.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.base_url())
    }

    /// The URL of the directory: that of a repository follows a slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("ssh://{}@{}{}", self.user, self.address, self.root.display())
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who logs in: whoever runs it.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// A private key that may log in.
    #[must_use]
    pub fn private_key(&self) -> &str {
        &self.private_key
    }

    /// The server's keys, as lines of `known_hosts`: an Ed25519 and an ECDSA one.
    #[must_use]
    pub fn known_hosts(&self) -> &str {
        &self.known_hosts
    }

    /// Makes another private key that may log in, with options of `ssh-keygen`.
    ///
    /// # Errors
    /// If `ssh-keygen` refuses.
    pub async fn new_key(&self, options: &[&str]) -> Result<String, SshError> {
        self.files.new_key(options).await
    }

    /// How many connections there were.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Acquire)
    }

    /// What `sshd` had to complain of.
    #[must_use]
    pub fn log(&self) -> String {
        self.files.log()
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        // With the task go the processes that it waits for.
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    program: PathBuf,
    configuration: PathBuf,
    connections: Arc<AtomicUsize>,
) {
    let mut processes = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::AcqRel);
        while processes.try_join_next().is_some() {}
        if let Ok(mut command) = serve(stream, &program, &configuration)
            && let Ok(mut process) = command.spawn()
        {
            processes.spawn(async move { process.wait().await });
        }
    }
}

/// The process of one connection, which it takes for its standard input and output.
fn serve(stream: TcpStream, program: &Path, configuration: &Path) -> std::io::Result<Command> {
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    let (input, output) = (OwnedFd::from(stream.try_clone()?), OwnedFd::from(stream));
    let mut command = Command::new(program);
    command
        .args(["-i", "-f"])
        .arg(configuration)
        .arg("-E")
        .arg(configuration.with_file_name("log"))
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .stdin(Stdio::from(input))
        .stdout(Stdio::from(output))
        .stderr(Stdio::null())
        .kill_on_drop(true);
    Ok(command)
}

fn system(what: impl std::fmt::Display, source: std::io::Error) -> SshError {
    SshError::System { what: what.to_string(), source }
}
