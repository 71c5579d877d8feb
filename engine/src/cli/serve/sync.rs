//! The options that say which manifests a server is kept like.

use std::path::{Path, PathBuf};

use windlass_egress::is_loopback_url;
use windlass_model::freight::address::is_ssh;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::credentials::{Credential, GitCredential, SshKey};

use crate::failure::Failure;
use crate::serve::SyncFrom;

/// Where the credential comes from, as messages name it.
const SOURCE: &str = "the options --sync-*";

#[derive(Debug, clap::Args)]
pub(super) struct SyncArgs {
    /// A folder of manifests, or a Git repository with some, to keep everything like: what is in it is applied, what
    /// leaves it is taken away.
    #[arg(long, env = "WINDLASS_SYNC", value_name = "DIR|URL")]
    sync: Option<String>,
    /// The branch of that repository; without it the one that its HEAD names.
    #[arg(long, env = "WINDLASS_SYNC_BRANCH", value_name = "BRANCH", requires = "sync")]
    sync_branch: Option<String>,
    /// The directory in that repository; without it all of it.
    #[arg(
        long,
        env = "WINDLASS_SYNC_PATH",
        value_name = "DIR",
        default_value = "",
        hide_default_value = true
    )]
    sync_path: String,
    /// The user to log in to it as.
    #[arg(long, env = "WINDLASS_SYNC_USERNAME", value_name = "NAME", requires = "sync_password_file")]
    sync_username: Option<String>,
    /// The file with the password or token to log in to it with.
    #[arg(long, env = "WINDLASS_SYNC_PASSWORD_FILE", value_name = "FILE", conflicts_with = "sync_ssh_key")]
    sync_password_file: Option<PathBuf>,
    /// The file with the private key to log in to it with over SSH.
    #[arg(long, env = "WINDLASS_SYNC_SSH_KEY", value_name = "FILE")]
    sync_ssh_key: Option<PathBuf>,
}

impl SyncArgs {
    /// What they come to.
    ///
    /// # Errors
    /// If a file cannot be read, or a password would cross a network in the open.
    pub(super) fn from(self, over_http: bool) -> Result<Option<SyncFrom>, Failure> {
        let Some(named) = &self.sync else { return Ok(None) };
        if !is_ssh(named) && !named.contains("://") {
            return match self.only_for_repositories() {
                Some(option) => {
                    Err(Failure::input(format!("{option} is for repositories, and {named} is a folder"))
                        .hint("name a repository by its https:// or ssh:// URL"))
                }
                None => Ok(Some(SyncFrom::Folder(named.into()))),
            };
        }
        let credential = self.credential()?;
        let is_open =
            url::Url::parse(named).is_ok_and(|url| url.scheme() == "http" && !is_loopback_url(&url));
        if credential.is_some() && is_open && !over_http {
            return Err(Failure::input(format!(
                "the password for {named} would cross the network in the open"
            ))
            .hint("name the repository by https://, or add --allow-credentials-over-http"));
        }
        Ok(Some(SyncFrom::Repository {
            url: named.clone(),
            branch: self.sync_branch,
            below: self.sync_path.trim_matches('/').to_owned(),
            credential,
        }))
    }

    fn only_for_repositories(&self) -> Option<&'static str> {
        let given = [
            (self.sync_branch.is_some(), "--sync-branch"),
            (!self.sync_path.is_empty(), "--sync-path"),
            (self.sync_password_file.is_some(), "--sync-password-file"),
            (self.sync_ssh_key.is_some(), "--sync-ssh-key"),
        ];
        given.into_iter().find_map(|(is_given, option)| is_given.then_some(option))
    }

    fn credential(&self) -> Result<Option<GitCredential>, Failure> {
        let source = SOURCE.to_owned();
        if let Some(file) = &self.sync_ssh_key {
            let private_key = SecretValue::new(read(file)?);
            return Ok(Some(GitCredential::Key(SshKey {
                source,
                username: None,
                private_key,
                known_hosts: None,
            })));
        }
        let Some(file) = &self.sync_password_file else { return Ok(None) };
        let username = SecretValue::new(self.sync_username.clone().unwrap_or_default());
        let password = SecretValue::new(read(file)?.trim_end());
        Ok(Some(GitCredential::Password(Credential { source, username, password })))
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|e| Failure::input(format!("{}: {e}", file.display())))
}
