//! The Git server, used by the `git` program.

use std::collections::BTreeMap;
use std::io::Write as _;

use http::Method;
use tempfile::TempDir;
use windlass_model::call::git::Identity;
use windlass_testkit::git::{
    Annotation, FileChange, GitError, GitServer, GitServerConfig, GitService, Hook, NewCommit, Signature,
    TagFacts, TreeFile,
};
use windlass_testkit::{Login, Server, ServerConfig};

use crate::client::{Client, clock, git, git_ok};

pub(crate) struct Fixture {
    pub(crate) dir: TempDir,
    pub(crate) git: GitServer,
    pub(crate) server: Server,
}

pub(crate) async fn start(config: impl FnOnce(&std::path::Path) -> GitServerConfig) -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("repositories");
    std::fs::create_dir(&root).unwrap();
    let git = GitServer::new(config(&root));
    let config = ServerConfig { git: Some(git.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    Fixture { dir, git, server }
}

fn file(content: &str) -> TreeFile {
    TreeFile { mode: "100644".to_owned(), content: content.as_bytes().to_vec() }
}

#[tokio::test]
async fn a_repository_is_cloned_and_pushed_to() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let repository = f.git.create("team/app.git").await.unwrap();
    let first = repository.commit(&NewCommit::on("main").write("a/b.txt", "one\n")).await.unwrap();
    let url = f.server.git_url("team/app.git");
    git_ok(f.dir.path(), &["clone", "--quiet", &url, "clone"]).await;
    let clone = f.dir.path().join("clone");
    assert_eq!(std::fs::read_to_string(clone.join("a/b.txt")).unwrap(), "one\n");
    std::fs::write(clone.join("c.txt"), "two\n").unwrap();
    git_ok(&clone, &["add", "."]).await;
    git_ok(&clone, &["commit", "--quiet", "-m", "Second"]).await;
    git_ok(&clone, &["push", "--quiet", "origin", "main", "HEAD:refs/heads/other"]).await;

    let log = repository.log("main").await.unwrap();
    assert_eq!(log.iter().map(|c| c.message.as_str()).collect::<Vec<_>>(), ["Second\n", "Change\n"]);
    assert_eq!(log[0].parents, [first]);
    let ada = Identity { name: "Ada".to_owned(), email: "ada@example.com".to_owned() };
    assert_eq!((&log[0].author.who, &log[0].committer.who), (&ada, &ada));
    assert_eq!(log[0].author.at.to_string(), "2026-02-03T04:05:06Z");
    let expected =
        BTreeMap::from([("a/b.txt".to_owned(), file("one\n")), ("c.txt".to_owned(), file("two\n"))]);
    assert_eq!(repository.files("other").await.unwrap(), expected);
    let both = BTreeMap::from([("main".to_owned(), log[0].id), ("other".to_owned(), log[0].id)]);
    assert_eq!(repository.branches().await.unwrap(), both);
    assert_eq!(f.git.requests(GitService::ReceivePack), 2);
    assert_eq!(f.git.gate().count("POST /git/team/app.git/git-receive-pack"), 1);
}

#[tokio::test]
async fn large_packs_cross_in_pieces() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let repository = f.git.create("app.git").await.unwrap();
    repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let url = f.server.git_url("app.git");
    git_ok(f.dir.path(), &["clone", "--quiet", &url, "clone"]).await;
    let clone = f.dir.path().join("clone");
    // Does not compress, so that the pack is larger than what git sends in one piece.
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    })
    .take(6 << 20)
    .collect();
    std::fs::write(clone.join("noise"), &noise).unwrap();
    git_ok(&clone, &["add", "."]).await;
    git_ok(&clone, &["commit", "--quiet", "-m", "Noise"]).await;
    git_ok(&clone, &["push", "--quiet", "origin", "main"]).await;
    assert_eq!(repository.files("main").await.unwrap()["noise"].content, noise);
    git_ok(f.dir.path(), &["clone", "--quiet", &url, "again"]).await;
    assert_eq!(std::fs::read(f.dir.path().join("again/noise")).unwrap(), noise);
}

#[tokio::test]
async fn compressed_requests_are_understood() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let repository = f.git.create("app.git").await.unwrap();
    let commit = repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let client = Client::new(f.server.url(), &clock());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(b"0014command=ls-refs\n0000").unwrap();
    let headers = [
        ("content-type", "application/x-git-upload-pack-request"),
        ("content-encoding", "gzip"),
        ("git-protocol", "version=2"),
    ];
    let body = gzip.finish().unwrap();
    let answer = client.send(Method::POST, "/git/app.git/git-upload-pack", &headers, &body).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/x-git-upload-pack-result");
    let expected = format!("0032{commit} HEAD\n003d{commit} refs/heads/main\n0000");
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn commits_are_those_that_git_makes() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let repository = f.git.create("app.git").await.unwrap();
    let mut commit = NewCommit::on("main")
        .message("Zwölf\n\nBody\n")
        .by("Ada", "ada@example.com")
        .at("2026-02-03T04:05:06Z".parse().unwrap())
        .write("ä \"q\"\\.txt", "x\n");
    commit.files.push(("run.sh".to_owned(), FileChange::WriteExecutable(b"#!/bin/sh\n".to_vec())));
    commit = commit.link("link", "run.sh");
    let made = repository.commit(&commit).await.unwrap();

    let work = f.dir.path().join("work");
    std::fs::create_dir(&work).unwrap();
    git_ok(&work, &["init", "--quiet", "--initial-branch=main"]).await;
    std::fs::write(work.join("ä \"q\"\\.txt"), "x\n").unwrap();
    std::fs::write(work.join("run.sh"), "#!/bin/sh\n").unwrap();
    std::os::unix::fs::symlink("run.sh", work.join("link")).unwrap();
    git_ok(&work, &["add", "."]).await;
    git_ok(&work, &["update-index", "--chmod=+x", "run.sh"]).await;
    git_ok(&work, &["commit", "--quiet", "-m", "Zwölf\n\nBody"]).await;
    assert_eq!(git_ok(&work, &["rev-parse", "HEAD"]).await, made.to_string());

    let second = repository.commit(&NewCommit::on("main").delete("link")).await.unwrap();
    assert_eq!(repository.log("main").await.unwrap()[0].parents, [made]);
    let files = repository.files("main").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["run.sh", "ä \"q\"\\.txt"]);
    assert_eq!(files["run.sh"].mode, "100755");
    assert_eq!(repository.resolve(&second.short()).await.unwrap(), Some(second));
}

#[tokio::test]
async fn hostile_trees_can_be_made() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let repository = f.git.create("evil.git").await.unwrap();
    let commit = NewCommit::on("main").write("../x", "x").write(".git/config", "[core]\n");
    repository.commit(&commit).await.unwrap();
    let files = repository.files("main").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["../x", ".git/config"]);
}

#[tokio::test]
async fn submodules_are_entries_of_their_own_kind() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let inner = f.git.create("inner.git").await.unwrap();
    let at = inner.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let outer = f.git.create("outer.git").await.unwrap();
    let url = f.server.git_url("inner.git");
    let modules = format!("[submodule \"inner\"]\n\tpath = lib\n\turl = {url}\n");
    let commit = NewCommit::on("main").submodule("lib", at).write(".gitmodules", modules);
    outer.commit(&commit).await.unwrap();
    let files = outer.files("main").await.unwrap();
    assert_eq!(files["lib"], TreeFile { mode: "160000".to_owned(), content: Vec::new() });
    let url = f.server.git_url("outer.git");
    git_ok(f.dir.path(), &["clone", "--quiet", "--recurse-submodules", &url, "clone"]).await;
    assert_eq!(std::fs::read_to_string(f.dir.path().join("clone/lib/a")).unwrap(), "a");
}

#[tokio::test]
async fn tags_and_branches_are_set_and_read() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let repository = f.git.create("app.git").await.unwrap();
    let one = repository.commit(&NewCommit::on("main").write("a", "1")).await.unwrap();
    let two = repository.commit(&NewCommit::on("main").write("a", "2")).await.unwrap();
    let tagger = Identity { name: "Ada".to_owned(), email: "ada@example.com".to_owned() };
    repository.tag("v1", one).await.unwrap();
    let at = "2026-02-03T04:05:06Z".parse().unwrap();
    repository.annotated_tag("v2", two, "Two\n", &tagger, at).await.unwrap();
    repository.set_branch("release/1", one).await.unwrap();
    let names = ["refs/heads/main", "refs/heads/release/1", "refs/tags/v1", "refs/tags/v2"];
    let expected: BTreeMap<_, _> = names.map(str::to_owned).into_iter().zip([two, one, one, two]).collect();
    assert_eq!(repository.refs().await.unwrap(), expected);
    let annotation = Annotation { message: "Two\n".to_owned(), tagger: Signature { who: tagger, at } };
    let expected = [("v1", one, None), ("v2", two, Some(annotation))];
    let expected =
        expected.map(|(name, target, annotation)| (name.to_owned(), TagFacts { target, annotation }));
    assert_eq!(repository.tags().await.unwrap(), BTreeMap::from(expected));
    for (revision, commit) in [("v1", Some(one)), ("v2", Some(two)), ("HEAD", Some(two)), ("", Some(two))] {
        assert_eq!(repository.resolve(revision).await.unwrap(), commit, "{revision}");
    }
    for revision in ["nothing", "main~1", "main^", ":/Change", "@{u}", "main\n", "-h"] {
        assert_eq!(repository.resolve(revision).await.unwrap(), None, "{revision}");
    }
    repository.set_default_branch("release/1").await.unwrap();
    assert_eq!(repository.resolve("HEAD").await.unwrap(), Some(one));
    repository.delete_branch("main").await.unwrap();
    assert_eq!(repository.resolve("main").await.unwrap(), None);
}

#[tokio::test]
async fn what_would_break_out_is_refused() {
    let f = start(|root| GitServerConfig::open(root)).await;
    for name in ["", "..", "a/../b", "/etc", "a//b", ".git", "-x", "a b", "a\n"] {
        assert!(matches!(f.git.create(name).await, Err(GitError::Invalid { .. })), "{name}");
    }
    let repository = f.git.create("app.git").await.unwrap();
    for commit in [
        NewCommit::on("main\nfrom x"),
        NewCommit::on(""),
        NewCommit::on("main").by("A <b>", "c"),
        NewCommit::on("main").by("A", "c\n"),
    ] {
        assert!(matches!(repository.commit(&commit).await, Err(GitError::Invalid { .. })), "{commit:?}");
    }
    std::fs::write(f.dir.path().join("secret"), "secret").unwrap();
    let client = Client::new(f.server.url(), &clock());
    for target in [
        "/git/app.git/%2e%2e/%2e%2e/secret",
        "/git/app.git/..%2f..%2fsecret",
        "/git/%2e%2e%2fsecret",
        "/git/app.git/objects/%00",
        "/git/missing.git/info/refs?service=git-upload-pack",
        "/git/app.git/info/refs?service=git-evil",
        "/git/%ff",
    ] {
        let answer = client.get(target).await;
        assert!(answer.status.is_client_error() || answer.status == 500, "{target}: {}", answer.status);
        assert!(!answer.text().contains("secret\n") && answer.body != b"secret", "{target}");
    }
    assert_eq!(client.get("/git/missing.git/info/refs?service=git-upload-pack").await.status, 404);
}

#[tokio::test]
async fn who_has_no_login_may_not_come_in() {
    let login = Login::new("ada", "p:w");
    let f = start(|root| GitServerConfig::closed(root, login.clone())).await;
    let repository = f.git.create("app.git").await.unwrap();
    repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let url = f.server.git_url("app.git");
    assert!(!git(f.dir.path(), &["ls-remote", &url]).await.ok);
    let wrong = url.replace("http://", "http://ada:wrong@");
    assert!(!git(f.dir.path(), &["ls-remote", &wrong]).await.ok);
    let right = url.replace("http://", "http://ada:p%3Aw@");
    git_ok(f.dir.path(), &["clone", "--quiet", &right, "clone"]).await;
    git_ok(&f.dir.path().join("clone"), &["push", "--quiet", "origin", "HEAD:other"]).await;
    let client = Client::new(f.server.url(), &clock());
    let answer = client.get("/git/app.git/info/refs?service=git-upload-pack").await;
    assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, "Basic realm=\"git\""));
}

#[tokio::test]
async fn reading_may_be_open_to_all() {
    let login = Login::new("ada", "pw");
    let f =
        start(|root| GitServerConfig { anonymous_read: true, ..GitServerConfig::closed(root, login) }).await;
    let repository = f.git.create("app.git").await.unwrap();
    repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let url = f.server.git_url("app.git");
    git_ok(f.dir.path(), &["clone", "--quiet", &url, "clone"]).await;
    let clone = f.dir.path().join("clone");
    assert!(!git(&clone, &["push", "origin", "HEAD:other"]).await.ok);
    let client = Client::new(f.server.url(), &clock());
    let forced = client.send(Method::POST, "/git/app.git/git-receive-pack", &[], b"").await.unwrap();
    assert_eq!(forced.status, 401);
    assert_eq!(repository.branches().await.unwrap().len(), 1);
    let wrong = [("authorization", "Basic YWRhOndyb25n")];
    let target = "/git/app.git/info/refs?service=git-upload-pack";
    assert_eq!(client.send(Method::GET, target, &wrong, b"").await.unwrap().status, 401);
}

#[tokio::test]
async fn hooks_refuse_and_react() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let repository = f.git.create("app.git").await.unwrap();
    repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let url = f.server.git_url("app.git");
    git_ok(f.dir.path(), &["clone", "--quiet", &url, "clone"]).await;
    let clone = f.dir.path().join("clone");
    repository.install_hook(Hook::PostReceive, "#!/bin/sh\ncat > pushed\n").await.unwrap();
    git_ok(&clone, &["push", "--quiet", "origin", "HEAD:one"]).await;
    let commit = repository.resolve("one").await.unwrap().unwrap();
    let pushed = std::fs::read_to_string(repository.path().join("pushed")).unwrap();
    assert_eq!(pushed, format!("{} {commit} refs/heads/one\n", "0".repeat(40)));
    repository.install_hook(Hook::PreReceive, "#!/bin/sh\necho not today >&2\nexit 1\n").await.unwrap();
    let refused = git(&clone, &["push", "origin", "HEAD:two"]).await;
    assert!(!refused.ok && refused.said.contains("not today"), "{}", refused.said);
    assert_eq!(repository.resolve("two").await.unwrap(), None);
}
