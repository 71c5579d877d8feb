//! Git over smart HTTP, as a forge serves it: `git http-backend` does the work, and beneath a directory lie the
//! repositories. Nothing of the user's own Git configuration has a say.

mod backend;
mod cgi;
mod commit;
mod hook;
pub(crate) mod program;
mod repository;
mod tag;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::routing::any;

use crate::gate::Gate;
use crate::login::Login;
use crate::server::Site;
use program::GitProgram;

pub use commit::{FileChange, NewCommit};
pub use hook::Hook;
pub use program::GitError;
pub use repository::{CommitFacts, Repository, Signature, TreeFile};
pub use tag::{Annotation, TagFacts};

/// How repositories are served.
#[derive(Debug, Clone)]
pub struct GitServerConfig {
    /// The directory beneath which the repositories lie; it must exist.
    pub root: PathBuf,
    /// The program, as a path or a name to look up; `git` by default.
    pub program: PathBuf,
    /// Who may come in; none: everyone may, and push as well.
    pub login: Option<Login>,
    /// Without a login one may still fetch.
    pub anonymous_read: bool,
}

impl GitServerConfig {
    /// Open to everyone, with the program `git`.
    pub fn open(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), program: PathBuf::from("git"), login: None, anonymous_read: true }
    }

    /// Only for who has this login, with the program `git`.
    pub fn closed(root: impl Into<PathBuf>, login: Login) -> Self {
        Self { login: Some(login), anonymous_read: false, ..Self::open(root) }
    }
}

/// What a client asks Git for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GitService {
    /// Fetching.
    UploadPack,
    /// Pushing.
    ReceivePack,
}

impl GitService {
    /// Its name in URLs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
        }
    }
}

/// A Git server. Clones are the same server.
#[derive(Debug, Clone)]
pub struct GitServer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: GitServerConfig,
    gate: Gate,
    program: GitProgram,
}

impl GitServer {
    /// A server of the repositories beneath a directory.
    #[must_use]
    pub fn new(config: GitServerConfig) -> Self {
        let program = GitProgram::new(&config.program, &config.root);
        Self(Arc::new(Inner { config, gate: Gate::default(), program }))
    }

    /// What was asked of it, and what shall fail.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// How many requests there were to a service, those included that only ask which refs there are.
    #[must_use]
    pub fn requests(&self, service: GitService) -> usize {
        self.0.gate.count(service.name())
    }

    /// Makes an empty bare repository whose default branch is `main`.
    ///
    /// # Errors
    /// If the name is not that of a repository (`app.git`, `team/app.git`), or Git refuses.
    pub async fn create(&self, name: &str) -> Result<Repository, GitError> {
        Repository::create(&self.0.program, &self.0.config.root, name).await
    }

    /// A repository by its name, whether it is there or not.
    ///
    /// # Errors
    /// If the name is not that of a repository.
    pub fn repository(&self, name: &str) -> Result<Repository, GitError> {
        Repository::at(&self.0.program, &self.0.config.root, name)
    }

    pub(crate) fn router(&self, site: &Site) -> Router {
        let router = Router::new().route("/git/{*path}", any(backend::serve)).with_state(self.clone());
        self.0.gate.guard(router, &site.stop)
    }
}
