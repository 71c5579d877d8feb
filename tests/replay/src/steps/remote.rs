//! The remote of a case: a bare repository of its commits, and what is in it afterwards.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use windlass_model::call::git::Identity;
use windlass_model::time::Timestamp;
use windlass_testkit::Server;
use windlass_testkit::git::{self, CommitFacts, GitError, GitServer, Repository, TagFacts};

use super::case::NewCommit;
use super::placeholders::Placeholders;

/// The name of the repository.
const NAME: &str = "case.git";

/// How steps reach the remote. Whoever adds one says its URL here, and what the step must be granted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transport {
    /// Smart HTTP.
    #[default]
    Http,
    /// A directory.
    File,
}

impl std::str::FromStr for Transport {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "http" => Ok(Self::Http),
            "file" => Ok(Self::File),
            other => Err(format!("there is no transport {other}; there are http and file")),
        }
    }
}

/// The remote.
pub(super) struct Remote {
    repository: Repository,
    transport: Transport,
}

impl Remote {
    /// Makes the repository with its commits, and says in `placeholders` where it is and what they are called.
    pub(super) async fn make(
        git: &GitServer,
        server: &Server,
        commits: &[NewCommit],
        transport: Transport,
        placeholders: &mut Placeholders,
    ) -> Result<Self, String> {
        let repository = git.create(NAME).await.map_err(|e| e.to_string())?;
        let url = match transport {
            Transport::Http => server.git_url(NAME),
            Transport::File => format!("file://{}", repository.path().display()),
        };
        placeholders.set("repo", url);
        let remote = Self { repository, transport };
        for (index, commit) in commits.iter().enumerate() {
            placeholders.set(format!("seed:{index}"), remote.push(commit).await?);
        }
        Ok(remote)
    }

    /// What a step must be granted to reach it.
    pub(super) fn grant(&self) -> Option<String> {
        let dir = self.repository.path().parent().unwrap_or(Path::new("/"));
        (self.transport == Transport::File).then(|| format!("git.local={}", dir.display()))
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
