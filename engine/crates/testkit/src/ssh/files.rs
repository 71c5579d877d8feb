//! What `sshd` reads: its configuration, its key, the keys that may log in, and the one command that they run.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tokio::process::Command;

use super::{SshError, system};
use crate::git::program::SETTINGS;

/// The types of keys that the server has.
const HOST_KEYS: [&str; 2] = ["ed25519", "ecdsa"];

/// The files, in a directory that goes with them.
#[derive(Debug)]
pub(super) struct Files {
    dir: TempDir,
    keys: AtomicUsize,
}

impl Files {
    /// Writes them, with the script that is run for whoever logs in.
    pub(super) async fn write(script: &str) -> Result<Self, SshError> {
        let dir = tempfile::tempdir().map_err(|e| system("a temporary directory", e))?;
        let files = Self { dir, keys: AtomicUsize::new(0) };
        for kind in HOST_KEYS {
            files.make_key(&format!("host_{kind}"), &["-t", kind]).await?;
        }
        files.put("authorized_keys", "", 0o600)?;
        files.put("serve", &format!("#!/bin/sh\n{script}\n"), 0o700)?;
        files.put("configuration", &configuration(files.dir.path()), 0o600)?;
        Ok(files)
    }

    pub(super) fn configuration(&self) -> PathBuf {
        self.dir.path().join("configuration")
    }

    /// The server's public keys, as the server at an address is known by them.
    pub(super) fn known_hosts(&self, address: SocketAddr) -> Result<String, SshError> {
        let line = |kind: &str| {
            let key = self.read(&format!("host_{kind}.pub"))?;
            Ok(format!("[{}]:{} {}\n", address.ip(), address.port(), key.trim()))
        };
        HOST_KEYS.into_iter().map(line).collect()
    }

    /// Makes a private key and lets its owner in.
    pub(super) async fn new_key(&self, options: &[&str]) -> Result<String, SshError> {
        let name = format!("key{}", self.keys.fetch_add(1, Ordering::AcqRel));
        self.make_key(&name, options).await?;
        let authorized = self.read("authorized_keys")? + "restrict " + &self.read(&format!("{name}.pub"))?;
        self.put("authorized_keys", &authorized, 0o600)?;
        self.read(&name)
    }

    pub(super) fn log(&self) -> String {
        self.read("log").unwrap_or_default()
    }

    async fn make_key(&self, name: &str, options: &[&str]) -> Result<(), SshError> {
        let path = self.dir.path().join(name);
        let path = path.to_string_lossy();
        // A passphrase among the options comes later, and wins.
        let arguments = [&["-q", "-N", "", "-C", "", "-f", &path], options].concat();
        printed("ssh-keygen", &arguments).await.map(drop)
    }

    fn read(&self, name: &str) -> Result<String, SshError> {
        std::fs::read_to_string(self.dir.path().join(name)).map_err(|e| system(name, e))
    }

    fn put(&self, name: &str, content: &str, mode: u32) -> Result<(), SshError> {
        let path = self.dir.path().join(name);
        let written = std::fs::write(&path, content)
            .and_then(|()| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)));
        written.map_err(|e| system(name, e))
    }
}

/// Git's own restricted shell runs what fetches and pushes ask for, as it stands. Paths are relative to the repositories,
/// which are also where the user is at home.
pub(super) fn git_only(root: &Path) -> String {
    let root = root.display();
    let settings: String = SETTINGS.iter().map(|setting| format!(" -c '{setting}'")).collect();
    format!(
        "cd '{root}' || exit 1\nexport HOME='{root}' GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C\n\
         exec git{settings} shell -c \"$SSH_ORIGINAL_COMMAND\""
    )
}

/// Keys are agreed on anew after every megabyte, so that what is large goes through that as well.
fn configuration(dir: &Path) -> String {
    let dir = dir.display();
    let host_keys = HOST_KEYS.map(|kind| format!("HostKey {dir}/host_{kind}\n")).concat();
    format!(
        "{host_keys}AuthorizedKeysFile {dir}/authorized_keys\nForceCommand {dir}/serve\n\
         AuthenticationMethods publickey\nPermitRootLogin yes\nPermitUserRC no\nPidFile none\nStrictModes no\nUseDNS no\n\
         UsePAM no\nDisableForwarding yes\nPermitTTY no\nPrintMotd no\nRekeyLimit 1M\n"
    )
}

/// What a program prints.
pub(super) async fn printed(program: &str, arguments: &[&str]) -> Result<String, SshError> {
    let output = Command::new(program).args(arguments).stdin(std::process::Stdio::null()).output().await;
    let output = output.map_err(|e| system(program, e))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(SshError::Failed { command: format!("{program} {}", arguments.join(" ")), complaint });
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
