//! The remote of a case: a bare repository of its commits, and what is in it afterwards.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use windlass_model::call::git::Identity;
use windlass_model::time::Timestamp;
use windlass_testkit::git::{self, CommitFacts, GitError, GitServer, Repository, TagFacts};
use windlass_testkit::{Server, SshServer};

use super::case::NewCommit;
use super::placeholders::Placeholders;

/// The name of the repository.
const NAME: &str = "case.git";

/// How steps reach the remote. Whoever adds one says its URL here, and what the program must be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transport {
    /// Smart HTTP.
    #[default]
    Http,
    /// A directory.
    File,
    /// SSH, to the system's own `sshd`.
    Ssh,
}

impl std::str::FromStr for Transport {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "http" => Ok(Self::Http),
            "file" => Ok(Self::File),
            "ssh" => Ok(Self::Ssh),
            other => Err(format!("there is no transport {other}; there are http, file and ssh")),
        }
    }
}

/// The remote.
pub(super) struct Remote {
    repository: Repository,
    /// What the program must be told to reach it.
    arguments: Vec<String>,
    // Serves until it is dropped.
    _ssh: Option<SshServer>,
}

impl Remote {
    /// Makes the repository with its commits, and says in `placeholders` where it is and what they are called. What the program
    /// must read is put into `notes`.
    pub(super) async fn make(
        git: &GitServer,
        server: &Server,
        commits: &[NewCommit],
        transport: Transport,
        notes: &Path,
        placeholders: &mut Placeholders,
    ) -> Result<Self, String> {
        let repository = git.create(NAME).await.map_err(|e| e.to_string())?;
        let dir = repository.path().parent().unwrap_or(Path::new("/")).to_owned();
        let (url, arguments, ssh) = match transport {
            Transport::Http => (server.git_url(NAME), Vec::new(), None),
            Transport::File => {
                let grant = format!("git.local={}", dir.display());
                let url = format!("file://{}", repository.path().display());
                (url, vec!["--grant".to_owned(), grant], None)
            }
            Transport::Ssh => {
                let ssh = SshServer::start(&dir).await.map_err(|e| e.to_string())?;
                let secret = write_secret(notes, &ssh)?;
                (ssh.url(NAME), vec!["-f".to_owned(), secret], Some(ssh))
            }
        };
        placeholders.set("repo", url);
        let remote = Self { repository, arguments, _ssh: ssh };
        for (index, commit) in commits.iter().enumerate() {
            placeholders.set(format!("seed:{index}"), remote.push(commit).await?);
        }
        Ok(remote)
    }

    /// What the program must be told to reach it.
    pub(super) fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// Adds a commit to a branch, which begins where `main` is if it is new; its name.
    pub(super) async fn push(&self, commit: &NewCommit) -> Result<String, String> {
        let at: Timestamp = commit.date.parse().map_err(|e| format!("date: {e}"))?;
        let author = commit.author.strip_suffix('>').and_then(|author| author.split_once(" <"));
        let (name, email) = author.ok_or_else(|| format!("{:?} is no author", commit.author))?;
        let mut new = git::NewCommit::on(&commit.branch)
            .message(format!("{}\n", commit.message))
            .by(name, email)
            .at(at);
        new = commit.remove.iter().fold(new, git::NewCommit::delete);
        new = commit.files.iter().fold(new, |new, (path, text)| new.write(path, text));
        self.commit(commit, &new).await.map_err(|e| e.to_string())
    }

    async fn commit(&self, commit: &NewCommit, new: &git::NewCommit) -> Result<String, GitError> {
        let branches = self.repository.branches().await?;
        if let (None, Some(main)) = (branches.get(&commit.branch), branches.get("main")) {
            self.repository.set_branch(&commit.branch, *main).await?;
        }
        let id = self.repository.commit(new).await?;
        if let Some(tag) = &commit.tag {
            self.repository.tag(tag, id).await?;
        }
        Ok(id.to_string())
    }

    /// Says in `placeholders` where the branches are.
    pub(super) async fn name_heads(&self, placeholders: &mut Placeholders) -> Result<(), String> {
        for (branch, id) in self.repository.branches().await.map_err(|e| e.to_string())? {
            placeholders.set(format!("head:{branch}"), id.to_string());
        }
        Ok(())
    }

    /// What is in it, in the form in which that is recorded.
    pub(super) async fn recorded(&self) -> Result<Value, String> {
        self.read().await.map_err(|e| e.to_string())
    }

    async fn read(&self) -> Result<Value, GitError> {
        let mut branches = Map::new();
        for branch in self.repository.branches().await?.into_keys() {
            let log = self.repository.log(&branch).await?;
            let files = self.repository.files(&branch).await?.into_iter();
            let files: BTreeMap<String, String> = files
                .map(|(path, file)| (path, String::from_utf8_lossy(&file.content).into_owned()))
                .collect();
            branches.insert(branch, head(&log, &files));
        }
        let tags = self.repository.tags().await?.into_iter().map(|(name, facts)| (name, tag(&facts)));
        Ok(json!({"branches": branches, "tags": Value::Object(tags.collect())}))
    }
}

/// Writes the credential of a server, for every project; the file.
fn write_secret(dir: &Path, server: &SshServer) -> Result<String, String> {
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "remote",
            "namespace": "kargo-shared-resources",
            "labels": { "kargo.akuity.io/cred-type": "git" },
        },
        "stringData": {
            "repoURL": server.url(NAME),
            "sshPrivateKey": server.private_key(),
            "sshKnownHosts": server.known_hosts(),
        },
    });
    let path = dir.join("secret.json");
    std::fs::write(&path, secret.to_string()).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path.display().to_string())
}

fn head(log: &[CommitFacts], files: &BTreeMap<String, String>) -> Value {
    let subject = |commit: &CommitFacts| commit.message.lines().next().unwrap_or_default().to_owned();
    let Some(newest) = log.first() else { return Value::Null };
    json!({
        "sha": newest.id,
        "author": person(&newest.author.who),
        "committer": person(&newest.committer.who),
        "message": newest.message.trim_end(),
        "parents": newest.parents.len(),
        "subjects": log.iter().map(subject).collect::<Vec<_>>(),
        "files": files,
    })
}

fn tag(facts: &TagFacts) -> Value {
    let mut tag = json!({"annotated": facts.annotation.is_some(), "target": facts.target});
    if let Some(annotation) = &facts.annotation {
        tag["message"] = annotation.message.trim_end().into();
        tag["tagger"] = person(&annotation.tagger.who).into();
    }
    tag
}

fn person(who: &Identity) -> String {
    format!("{} <{}>", who.name, who.email)
}
