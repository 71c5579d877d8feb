//! The world of one case: a directory of its own, a server, a remote; and what there is to see in it afterwards.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use windlass_testkit::git::GitServerConfig;
use windlass_testkit::{GitServer, Routes, Server, ServerConfig};

use super::case::{Case, Item};
use super::files::{Tree, lay_out};
use super::placeholders::Placeholders;
use super::remote::{Remote, Transport};
use super::run::{Place, Reported};
use super::server;

/// Work directories stand a few levels deep: some cases try to climb out.
const ABOVE: [&str; 4] = ["outside", "project", "stage", "promotion"];

/// The world of a case.
struct World {
    dir: TempDir,
    place: Place,
    routes: Routes,
    remote: Option<Remote>,
    placeholders: Placeholders,
    // Serves until it is dropped.
    _server: Server,
}

/// What came of a case.
pub(super) struct Observed {
    /// What was reported of each item; none of a push by somebody else.
    pub(super) reported: Vec<Option<Reported>>,
    /// The work directory.
    pub(super) tree: Tree,
    /// What there is outside of it that was not there.
    pub(super) outside: Vec<String>,
    /// What the server was asked.
    pub(super) requests: Value,
    /// What is in the remote.
    pub(super) remote: Option<Value>,
    pub(super) placeholders: Placeholders,
}

/// Lets a case happen.
pub(super) async fn observe(case: &Case, transport: Transport) -> Result<Observed, String> {
    let mut world = World::build(case, transport).await?;
    let mut reported = Vec::new();
    for (index, item) in case.items().into_iter().enumerate() {
        reported.push(match item {
            Item::Push { commit } => {
                let remote = world.remote.as_ref().ok_or("there is no remote to push to")?;
                world.placeholders.set(format!("external:{index}"), remote.push(&commit).await?);
                None
            }
            Item::Step { uses, config } => {
                let (place, placeholders) = (&world.place, &world.placeholders);
                Some(place.run(index + 1, &uses, &config, &case.context, placeholders).await?)
            }
        });
    }
    world.look(reported).await
}

impl World {
    async fn build(case: &Case, transport: Transport) -> Result<Self, String> {
        let failed = |e: std::io::Error| format!("a directory for the case: {e}");
        let dir = tempfile::tempdir().map_err(failed)?;
        let (work, repositories) = (work_below(dir.path()), dir.path().join("git"));
        std::fs::create_dir(&repositories).map_err(failed)?;
        let (git, routes) = (GitServer::new(GitServerConfig::open(repositories)), Routes::default());
        let config =
            ServerConfig { git: Some(git.clone()), routes: Some(routes.clone()), ..ServerConfig::default() };
        let server = Server::start(config).await.map_err(|e| e.to_string())?;
        let mut placeholders = Placeholders::default();
        placeholders.set("server", server.address().to_string());
        let answers = case.server.iter().map(|answer| server::route(answer, &placeholders));
        routes.set(answers.collect::<Result<_, _>>()?);
        let remote = match &case.repo {
            Some(commits) => {
                let transport = if case.names_forge() { Transport::File } else { transport };
                Some(Remote::make(&git, &server, commits, transport, dir.path(), &mut placeholders).await?)
            }
            None => None,
        };
        lay_out(case, &placeholders, &work)?;
        let arguments = remote.as_ref().map_or(&[][..], Remote::arguments).to_vec();
        let place = Place { notes: dir.path().to_owned(), work, data: dir.path().join("data"), arguments };
        Ok(Self { dir, place, routes, remote, placeholders, _server: server })
    }

    async fn look(mut self, reported: Vec<Option<Reported>>) -> Result<Observed, String> {
        let remote = match &self.remote {
            Some(remote) => {
                remote.name_heads(&mut self.placeholders).await?;
                Some(remote.recorded().await?)
            }
            None => None,
        };
        let tree = Tree::read(&self.place.work)?;
        // What is left when the work directory is gone is what somebody climbed out to.
        if self.place.work.exists() {
            std::fs::remove_dir_all(&self.place.work).map_err(|e| format!("the work directory: {e}"))?;
        }
        let outside = Tree::read(&self.dir.path().join(ABOVE[0]))?;
        let parent = ABOVE[1..].join("/");
        let outside = outside
            .files
            .into_keys()
            .chain(outside.links.into_iter().map(|link| link.path))
            .chain(outside.empty_dirs.into_iter().filter(|dir| *dir != parent));
        Ok(Observed {
            reported,
            tree,
            outside: outside.collect(),
            requests: self.routes.requests().iter().map(server::recorded).collect(),
            remote,
            placeholders: self.placeholders,
        })
    }
}

fn work_below(dir: &Path) -> PathBuf {
    ABOVE.iter().fold(dir.to_owned(), |dir, name| dir.join(name)).join("work")
}
