//! What discovery reads of a repository's history.

use std::sync::Arc;

use windlass_model::call::ErrorKind;
use windlass_model::call::git::Identity;
use windlass_model::digest::CommitId;
use windlass_model::time::Timestamp;
use windlass_ports::git_history::{
    CommitFilter, CommitInfo, Freshness, GitHistory as _, GitRepository, TagChoice, TagInfo,
};
use windlass_testkit::git::NewCommit;

use crate::fixture::{Promotion, code, fixture};

/// Keeps the commits that change a path with this beginning, and ends at this subject.
struct Beginning {
    path: Option<&'static str>,
    end: &'static str,
}

impl CommitFilter for Beginning {
    fn needs_paths(&self) -> bool {
        self.path.is_some()
    }

    fn keeps(&self, commit: &CommitInfo) -> Result<bool, String> {
        match self.path {
            Some("fail") => Err("the expression failed".to_owned()),
            Some(beginning) => Ok(commit.paths.iter().any(|path| path.starts_with(beginning))),
            None => Ok(commit.paths.is_empty()),
        }
    }

    fn ends_at(&self, commit: &CommitInfo) -> bool {
        commit.subject == self.end
    }
}

async fn subjects(
    promotion: &Promotion,
    branch: Option<&str>,
    limit: usize,
    filter: Beginning,
) -> Result<Vec<String>, (ErrorKind, String)> {
    let repository = repository_of(promotion);
    let network = &promotion.scope.network;
    let found = promotion.host.commits(network, &repository, branch, limit, Arc::new(filter)).await;
    found.map(|found| found.into_iter().map(|commit| commit.subject).collect()).map_err(|e| (e.kind, e.code))
}

fn repository_of(promotion: &Promotion) -> GitRepository {
    GitRepository {
        url: promotion.url.clone(),
        credential: None,
        insecure_skip_tls_verify: false,
        local: Vec::new(),
        freshness: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_clock_does_not_put_a_commit_behind_its_parent() {
    let (_f, repository, promotion) = fixture().await;
    for (at, subject) in [("2026-03-01T00:00:00Z", "First"), ("2026-02-01T00:00:00Z", "Second")] {
        let commit = NewCommit::on("main").at(at.parse().unwrap()).message(subject).write("a", subject);
        repository.commit(&commit).await.unwrap();
    }
    let all = Beginning { path: None, end: "" };
    assert_eq!(subjects(&promotion, None, 2, all).await.unwrap(), ["Second", "First"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_come_newest_first_and_as_many_as_are_wanted() {
    let (_f, repository, promotion) = fixture().await;
    for (at, subject, path) in [(1, "First", "x/1"), (2, "Second", "y/2"), (3, "Third", "x/3")] {
        let at = format!("2026-02-0{at}T00:00:00Z").parse().unwrap();
        let commit =
            NewCommit::on("main").at(at).message(format!("{subject}\n\nBody\n")).write(path, subject);
        repository.commit(&commit).await.unwrap();
    }
    for (limit, path, end, expected) in [
        (10, None, "", &["Third", "Second", "First", "Change"][..]),
        (2, None, "", &["Third", "Second"]),
        (0, None, "", &[]),
        (10, Some("x/"), "", &["Third", "First"]),
        (1, Some("y/"), "", &["Second"]),
        (10, Some("a.txt"), "", &["Change"]),
        (10, None, "First", &["Third", "Second"]),
    ] {
        let found = subjects(&promotion, None, limit, Beginning { path, end }).await.unwrap();
        assert_eq!(found, expected, "{limit} {path:?} {end}");
    }
    let invalid = (ErrorKind::Invalid, "commit-filter".to_owned());
    let failing = Beginning { path: Some("fail"), end: "" };
    assert_eq!(subjects(&promotion, None, 10, failing).await, Err(invalid));
    let missing = (ErrorKind::NotFound, "git-revision-not-found".to_owned());
    let all = Beginning { path: None, end: "" };
    assert_eq!(subjects(&promotion, Some("none"), 10, all).await, Err(missing));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_commit_is_told_by_its_id() {
    let (_f, repository, promotion) = fixture().await;
    let at = "2026-02-03T04:05:06Z".parse().unwrap();
    let commit =
        NewCommit::on("side").at(at).by("Ada", "ada@example.com").message("Zwölf\n\nBody\n").write("x", "x");
    let id = repository.commit(&commit).await.unwrap();
    let found = promotion.host.commit(&promotion.scope.network, &repository_of(&promotion), id).await;
    let ada = "Ada <ada@example.com>".to_owned();
    let expected = CommitInfo {
        id,
        subject: "Zwölf".to_owned(),
        author: ada.clone(),
        committer: ada,
        committed_at: at,
        paths: Vec::new(),
    };
    assert_eq!(found.unwrap(), expected);
    let none: CommitId = "12".repeat(20).parse().unwrap();
    let missing = promotion.host.commit(&promotion.scope.network, &repository_of(&promotion), none).await;
    assert_eq!(code(missing), (ErrorKind::NotFound, "git-revision-not-found".to_owned()));
}

fn tagger() -> Identity {
    Identity { name: "Bo".to_owned(), email: "bo@example.com".to_owned() }
}

/// Chooses the tags that begin so, as they are listed, where their commit changes this path.
struct Tags(&'static str, Option<&'static str>);

impl TagChoice for Tags {
    fn may_count(&self, name: &str) -> bool {
        name.starts_with(self.0)
    }

    fn choose(&self, tags: Vec<TagInfo>) -> Result<Vec<TagInfo>, String> {
        Ok(tags)
    }

    fn needs_paths(&self) -> bool {
        self.1.is_some()
    }

    fn keeps(&self, paths: &[String]) -> bool {
        paths.iter().any(|path| Some(path.as_str()) == self.1)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_come_newest_first_with_what_is_known_of_them() {
    let (forge, repository, promotion) = fixture().await;
    let mut commits = Vec::new();
    for (day, path) in [(1, "a"), (3, "b")] {
        let at = format!("2026-02-0{day}T00:00:00Z").parse().unwrap();
        let commit = NewCommit::on("main").at(at).message(path).write(path, path);
        commits.push(repository.commit(&commit).await.unwrap());
    }
    for (tag, at) in [("v1", 0), ("v3", 1), ("v2", 1), ("other", 1)] {
        repository.tag(tag, commits[at]).await.unwrap();
    }
    repository
        .annotated_tag(
            "v0",
            commits[0],
            "The first\n\nBody",
            &tagger(),
            "2026-02-02T00:00:00Z".parse().unwrap(),
        )
        .await
        .unwrap();
    let (network, of) = (&promotion.scope.network, repository_of(&promotion));
    let tags = async |limit, choice: Tags| {
        let found = promotion.host.tags(network, &of, limit, Arc::new(choice)).await.unwrap();
        let shown = |tag: TagInfo| (tag.name, tag.commit.id, tag.annotation);
        found.into_iter().map(shown).collect::<Vec<_>>()
    };
    let shown =
        |name: &str, at: usize, annotation: &str| (name.to_owned(), commits[at], annotation.to_owned());
    let all = [shown("v2", 1, ""), shown("v3", 1, ""), shown("v0", 0, "The first"), shown("v1", 0, "")];
    assert_eq!(tags(9, Tags("v", None)).await, all);
    assert_eq!(tags(1, Tags("v", Some("a"))).await, [shown("v0", 0, "The first")]);
    let refs = promotion.host.refs(network, &of).await.unwrap();
    let listed = [("other", 1), ("v0", 0), ("v1", 0), ("v2", 1), ("v3", 1)];
    assert_eq!(refs.tags, listed.map(|(name, at)| (name.to_owned(), commits[at])));
    assert_eq!(refs.default_branch.as_deref(), Some("main"));
    assert_eq!(refs.branches, [("main".to_owned(), commits[1])]);
    drop(forge);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_question_serves_all_that_ask_at_one_tick() {
    let (forge, repository, promotion) = fixture().await;
    repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let tick: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let of =
        GitRepository { freshness: Some(Freshness { now: tick, since: tick }), ..repository_of(&promotion) };
    let (host, network) = (&promotion.host, &promotion.scope.network);
    let asked = || forge.git.gate().count("info/refs");
    host.refs(network, &of).await.unwrap();
    let once = asked();
    host.refs(network, &of).await.unwrap();
    assert_eq!(asked(), once, "a fresh answer is shared");
    let any = || Arc::new(Beginning { path: None, end: "" });
    host.commits(network, &of, None, 1, any()).await.unwrap();
    let fetched = asked();
    host.commits(network, &of, None, 1, any()).await.unwrap();
    assert_eq!(asked(), fetched, "what the mirror has is not fetched again");
    let later = tick.plus(std::time::Duration::from_secs(1));
    let of = GitRepository { freshness: Some(Freshness { now: later, since: later }), ..of };
    host.refs(network, &of).await.unwrap();
    assert!(asked() > fetched, "the next tick asks anew");
}
