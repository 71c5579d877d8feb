//! A forge, and promotions that work with its repositories.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use tempfile::TempDir;
use windlass_egress::{Egress, EgressConfig};
use windlass_git::{GitHost, GitHostConfig, IntegrationPolicy, KnownHosts};
use windlass_model::call::git::{
    Checkout, Clone as CloneCall, CloneOptions, Commit, CommitOptions, Committed, Identity, Push,
    PushOptions, RefUpdated, Rev, Target, UpdateRef,
};
use windlass_model::call::{CallError, ErrorKind, WorkPath};
use windlass_model::digest::CommitId;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::clock::{Clock, FakeClock};
use windlass_ports::credentials::{Credential, GitCredential};
use windlass_ports::git::{Git as _, GitScope, ReadPermission, RefUpdater};
use windlass_ports::sessions::{Seal, Tokens};
use windlass_testkit::git::{GitServer, GitServerConfig, NewCommit, Repository};
use windlass_testkit::network::open_scope;
use windlass_testkit::{Server, ServerConfig};
use windlass_workdir::{AttemptDir, AttemptKey, DiskUsage, PromotionDir};

/// A Git server with its repositories.
pub(crate) struct Forge {
    pub(crate) dir: TempDir,
    pub(crate) git: GitServer,
    pub(crate) server: Server,
}

/// Starts a Git server over an empty directory.
pub(crate) async fn forge(config: impl FnOnce(&Path) -> GitServerConfig) -> Forge {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("repositories");
    std::fs::create_dir(&root).unwrap();
    let git = GitServer::new(config(&root));
    let config = ServerConfig { git: Some(git.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    Forge { dir, git, server }
}

/// An open server with one commit on `main` of `app.git`, and a promotion that cloned nothing yet.
pub(crate) async fn fixture() -> (Forge, Repository, Promotion) {
    fixture_with(IntegrationPolicy::default()).await
}

/// The same, where pushes integrate by a policy.
pub(crate) async fn fixture_with(policy: IntegrationPolicy) -> (Forge, Repository, Promotion) {
    let forge = forge(|root| GitServerConfig::open(root)).await;
    let repository = forge.git.create("app.git").await.unwrap();
    repository.commit(&NewCommit::on("main").write("a.txt", "one\n").write("b.txt", "one\n")).await.unwrap();
    let promotion = Promotion::integrating(&forge, "one", policy);
    (forge, repository, promotion)
}

/// A promotion that works with Git.
pub(crate) struct Promotion {
    pub(crate) host: GitHost,
    pub(crate) scope: GitScope,
    pub(crate) credential: Option<GitCredential>,
    /// The work directory.
    pub(crate) work: PathBuf,
    /// The repository it works with.
    pub(crate) url: String,
    pub(crate) permission: Arc<Permission>,
    pub(crate) options: CloneOptions,
    /// The time, which stands still.
    pub(crate) clock: Arc<FakeClock>,
    dir: PromotionDir,
    next_step: usize,
}

/// Lets every repository be read but those that are forbidden, and remembers what was asked.
#[derive(Debug, Default)]
pub(crate) struct Permission {
    pub(crate) forbidden: Mutex<Option<String>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl ReadPermission for Permission {
    fn may_read(&self, url: &str) -> Result<(), CallError> {
        self.asked.lock().unwrap().push(url.to_owned());
        match self.forbidden.lock().unwrap().as_deref() {
            Some(forbidden) if forbidden == url => Err(CallError::denied("not-granted", url)),
            _ => Ok(()),
        }
    }
}

/// Stores texts backwards: nobody who reads the record finds them, but who knows how.
#[derive(Debug)]
struct Backwards;

impl Seal for Backwards {
    fn seal(&self, value: &Value, _secrets: &Tokens) -> Value {
        value.as_str().map_or(Value::Null, |text| text.chars().rev().collect::<String>().into())
    }

    fn open(&self, value: &Value) -> Value {
        self.seal(value, &Tokens::new())
    }

    fn show(&self, value: &Value) -> Value {
        value.clone()
    }
}

/// Swaps refs as the broker does, without keeping a record.
pub(crate) struct Refs<'a>(pub(crate) &'a Promotion);

#[async_trait]
impl RefUpdater for Refs<'_> {
    async fn update_ref(&self, update: UpdateRef) -> Result<RefUpdated, CallError> {
        self.0.host.update_ref(&self.0.scope, self.0.credential.as_ref(), &update).await
    }
}

impl Promotion {
    /// A promotion of its own, with mirrors of its own.
    pub(crate) fn new(forge: &Forge, name: &str) -> Self {
        Self::made(forge, name, EgressConfig::default(), KnownHosts::default(), IntegrationPolicy::default())
    }

    /// The same, whose pushes integrate by a policy.
    pub(crate) fn integrating(forge: &Forge, name: &str, integration: IntegrationPolicy) -> Self {
        Self::made(forge, name, EgressConfig::default(), KnownHosts::default(), integration)
    }

    /// The same, with other servers to trust.
    pub(crate) fn trusting(forge: &Forge, name: &str, egress: EgressConfig, known_hosts: KnownHosts) -> Self {
        Self::made(forge, name, egress, known_hosts, IntegrationPolicy::default())
    }

    fn made(
        forge: &Forge,
        name: &str,
        egress: EgressConfig,
        known_hosts: KnownHosts,
        integration: IntegrationPolicy,
    ) -> Self {
        let clock = Arc::new(FakeClock::new("2026-03-01T00:00:00Z".parse().unwrap()));
        let egress = Arc::new(Egress::new(egress, Arc::clone(&clock) as Arc<dyn Clock>));
        let base = forge.dir.path().join(name);
        let mirrors = base.join("mirrors");
        let host = GitHost::new(GitHostConfig { mirrors, egress, integration, known_hosts });
        let dir = PromotionDir::new(base.join("promotion"));
        dir.create().unwrap();
        let permission = Arc::new(Permission::default());
        let scope = GitScope {
            network: open_scope(),
            dir: attempt(&dir, 0),
            started_at: "2026-03-01T12:00:00Z".parse().unwrap(),
            identity: identity("Kargo", "no-reply@kargo.io"),
            signing_key: None,
            seal: Arc::new(Backwards),
            local: Vec::new(),
            permission: Arc::clone(&permission) as Arc<dyn ReadPermission>,
        };
        Self {
            host,
            scope,
            credential: None,
            work: base.join("promotion/work"),
            url: forge.server.git_url("app.git"),
            permission,
            options: CloneOptions::default(),
            clock,
            dir,
            next_step: 1,
        }
    }

    pub(crate) async fn clone_into(&self, at: &str, checkout: Checkout) -> Result<CommitId, CallError> {
        let checkout = Checkout { path: WorkPath::clamped(at), ..checkout };
        let args =
            CloneCall { url: self.url.clone(), checkouts: vec![checkout], options: self.options.clone() };
        let credential = self.credential.as_ref();
        let commits = self.host.clone_repository(&self.scope, credential, &args, &Refs(self)).await?;
        Ok(commits[0])
    }

    /// Clones into `out`.
    pub(crate) async fn clone(&self, rev: Rev) -> Result<CommitId, CallError> {
        self.clone_into("out", checkout(rev)).await
    }

    pub(crate) async fn clone_branch(&self, branch: &str) -> Result<CommitId, CallError> {
        self.clone(Rev::Branch(branch.to_owned())).await
    }

    /// Clones into `out` and makes the branch if it is not there.
    pub(crate) async fn create_branch(&self, branch: &str) -> Result<CommitId, CallError> {
        let rev = Rev::Branch(branch.to_owned());
        self.clone_into("out", Checkout { create: true, ..checkout(rev) }).await
    }

    /// Writes a file of `out`, as a guest does.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = Path::new("out").join(name);
        let work = &self.scope.dir.work;
        let dir = work.make_dirs_no_links(path.parent().unwrap()).unwrap();
        work.write_whole(&dir, Path::new(path.file_name().unwrap()), content.as_ref(), 0o644).unwrap();
    }

    /// Reads a file of `out`.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.work.join("out").join(name)).ok()
    }

    pub(crate) async fn try_commit(&self, message: &str) -> Result<Committed, CallError> {
        let args = Commit { path: out(), message: message.to_owned(), options: CommitOptions::default() };
        self.host.commit(&self.scope, &args, &[]).await
    }

    /// Commits, which must change something.
    pub(crate) async fn commit(&self, message: &str) -> CommitId {
        let committed = self.try_commit(message).await.unwrap();
        assert!(committed.changed);
        committed.commit
    }

    pub(crate) async fn push(&self, to: Target) -> Result<CommitId, CallError> {
        self.push_with(to, PushOptions::default()).await
    }

    pub(crate) async fn push_with(&self, to: Target, options: PushOptions) -> Result<CommitId, CallError> {
        let args = Push { path: out(), to, options };
        let pushed = self.host.push(&self.scope, self.credential.as_ref(), &args, &Refs(self)).await?;
        Ok(pushed.commit)
    }

    /// Ends the attempt, and begins the next step's.
    pub(crate) fn next_step(&mut self, keep: bool) {
        if keep {
            self.dir.commit(&self.scope.dir).unwrap();
        } else {
            self.dir.roll_back(&self.scope.dir).unwrap();
        }
        self.scope.dir = attempt(&self.dir, self.next_step);
        self.next_step += 1;
    }
}

fn attempt(dir: &PromotionDir, step: usize) -> Arc<AttemptDir> {
    let most = DiskUsage { bytes: 1 << 30, files: 100_000 };
    Arc::new(dir.begin_attempt(AttemptKey { step, attempt: 1 }, most).unwrap())
}

pub(crate) fn identity(name: &str, email: &str) -> Identity {
    Identity { name: name.to_owned(), email: email.to_owned() }
}

/// A checkout of everything into `out`.
pub(crate) fn checkout(rev: Rev) -> Checkout {
    Checkout { rev, path: out(), create: false, sparse: Vec::new() }
}

/// Where the worktree of most tests is.
pub(crate) fn out() -> WorkPath {
    WorkPath::clamped("out")
}

pub(crate) fn credential(source: &str, username: &str, password: &str) -> Option<GitCredential> {
    Some(GitCredential::Password(Credential {
        source: source.to_owned(),
        username: SecretValue::new(username),
        password: SecretValue::new(password),
    }))
}

/// What became of a call, as far as programs look at it.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, CallError>) -> (ErrorKind, String) {
    let error = result.unwrap_err();
    (error.kind, error.code)
}

/// Runs `git` in a repository, to make what a well-behaved program would not; what it printed.
pub(crate) fn plumb(repository: &Repository, arguments: &[&str], input: &[u8]) -> String {
    let file = repository.path().join("input");
    std::fs::write(&file, input).unwrap();
    let output = Command::new("git")
        .args(arguments)
        .current_dir(repository.path())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(std::fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
