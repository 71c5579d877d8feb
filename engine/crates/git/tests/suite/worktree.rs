//! What is committed: files as they are, without what is ignored, and the same commit however often it is made.

use std::os::unix::fs::PermissionsExt as _;

use windlass_model::call::git::{Change, ChangeKind, Checkout, Commit, CommitOptions, Rev, Target};
use windlass_model::call::{ErrorKind, WorkPath};
use windlass_ports::git::Git as _;
use windlass_testkit::git::NewCommit;

use crate::fixture::{Promotion, checkout, code, fixture, identity, out};

async fn changes(promotion: &Promotion) -> Vec<(String, ChangeKind)> {
    let found = promotion.host.diff(&promotion.scope, &out()).await.unwrap();
    found.files.into_iter().map(|Change { path, kind }| (path, kind)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_change_is_seen_and_committed() {
    let (_f, repository, promotion) = fixture().await;
    let first = promotion.clone_branch("main").await.unwrap();
    let unchanged = promotion.try_commit("Nothing").await.unwrap();
    assert_eq!((unchanged.commit, unchanged.changed), (first, false));
    let at = promotion.work.join("out");
    std::fs::remove_file(at.join("a.txt")).unwrap();
    std::fs::set_permissions(at.join("b.txt"), std::fs::Permissions::from_mode(0o755)).unwrap();
    promotion.write("new/file", "new\n");
    std::os::unix::fs::symlink("b.txt", at.join("link")).unwrap();
    let expected = [
        ("a.txt", ChangeKind::Deleted),
        ("b.txt", ChangeKind::Modified),
        ("link", ChangeKind::Added),
        ("new/file", ChangeKind::Added),
    ];
    assert_eq!(changes(&promotion).await, expected.map(|(path, kind)| (path.to_owned(), kind)));
    promotion.commit("All").await;
    assert_eq!(changes(&promotion).await, []);
    promotion.push(Target::Current).await.unwrap();
    let files = repository.files("main").await.unwrap();
    let modes: Vec<_> = files.iter().map(|(path, file)| (path.as_str(), file.mode.as_str())).collect();
    assert_eq!(modes, [("b.txt", "100755"), ("link", "120000"), ("new/file", "100644")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_and_a_directory_change_places() {
    let (_f, repository, promotion) = fixture().await;
    repository.commit(&NewCommit::on("main").write("dir/x", "x\n")).await.unwrap();
    promotion.clone_branch("main").await.unwrap();
    let at = promotion.work.join("out");
    std::fs::remove_file(at.join("a.txt")).unwrap();
    promotion.write("a.txt/inside", "inside\n");
    std::fs::remove_dir_all(at.join("dir")).unwrap();
    promotion.write("dir", "a file\n");
    promotion.commit("Places").await;
    promotion.push(Target::Current).await.unwrap();
    let files = repository.files("main").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.txt/inside", "b.txt", "dir"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ignored_is_left_out_unless_it_is_tracked() {
    let (_f, repository, promotion) = fixture().await;
    let commit = NewCommit::on("main")
        .write(".gitignore", "*.log\n/build/\n!keep.log\n")
        .write("sub/.gitignore", "keep.log\n!deep.log\n")
        .write("tracked.log", "1\n")
        .write("build/tracked", "1\n");
    repository.commit(&commit).await.unwrap();
    promotion.clone_branch("main").await.unwrap();
    for name in ["x.log", "keep.log", "sub/keep.log", "sub/deep.log", "build/new", "sub/build/new"] {
        promotion.write(name, "new\n");
    }
    promotion.write("tracked.log", "2\n");
    promotion.write("build/tracked", "2\n");
    let expected = [
        ("build/tracked", ChangeKind::Modified),
        ("keep.log", ChangeKind::Added),
        ("sub/build/new", ChangeKind::Added),
        ("sub/deep.log", ChangeKind::Added),
        ("tracked.log", ChangeKind::Modified),
    ];
    assert_eq!(changes(&promotion).await, expected.map(|(path, kind)| (path.to_owned(), kind)));
}

#[tokio::test(flavor = "multi_thread")]
async fn clearing_leaves_what_is_ignored() {
    let (_f, repository, promotion) = fixture().await;
    let commit =
        NewCommit::on("main").write(".gitignore", "*.log\n").write("dir/x", "x\n").write("part/y", "y\n");
    repository.commit(&commit).await.unwrap();
    promotion.clone_branch("main").await.unwrap();
    promotion.write("new/file", "new\n");
    promotion.write("dir/x.log", "kept\n");
    promotion.host.clear(&promotion.scope, &WorkPath::clamped("out/part")).await.unwrap();
    assert_eq!((promotion.read("part/y"), promotion.read("dir/x").as_deref()), (None, Some("x\n")));
    promotion.host.clear(&promotion.scope, &out()).await.unwrap();
    let mut left: Vec<_> =
        std::fs::read_dir(promotion.work.join("out")).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    // The directory in which something was cleared stays, as it does for who stands in it.
    assert_eq!(left, [".git", "dir", "part"]);
    assert_eq!(promotion.read("dir/x.log").as_deref(), Some("kept\n"));
    promotion.commit("Cleared").await;
    promotion.push(Target::Current).await.unwrap();
    // The patterns were a tracked file and are gone too, so nothing is ignored any more.
    assert_eq!(repository.files("main").await.unwrap().keys().collect::<Vec<_>>(), ["dir/x.log"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_commits_is_the_callers_the_worktrees_or_the_engines() {
    let (_f, repository, mut promotion) = fixture().await;
    promotion.options.author = Some(identity("Wanda", "wanda@example.com"));
    promotion.clone_branch("main").await.unwrap();
    promotion.write("a.txt", "two\n");
    promotion.commit("  Two  \n\n\n\nBody \n# no comment\n").await;
    promotion.write("a.txt", "three\n");
    let options = CommitOptions { author: Some(identity("Carl", "carl@example.com")), signing_key: None };
    let args = Commit { path: out(), message: "Three".to_owned(), options };
    promotion.host.commit(&promotion.scope, &args, &[]).await.unwrap();
    promotion.push(Target::Current).await.unwrap();
    let log = repository.log("main").await.unwrap();
    let facts: Vec<_> = log.iter().map(|c| (c.author.who.name.as_str(), c.message.as_str())).collect();
    assert_eq!(facts[..2], [("Carl", "Three\n"), ("Wanda", "  Two\n\nBody\n# no comment\n")]);
    promotion.write("a.txt", "four\n");
    let empty = promotion.try_commit(" \n").await;
    assert_eq!(code(empty), (ErrorKind::Invalid, "git-message-empty".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_secrets_are_not_committed() {
    let (_f, _repository, promotion) = fixture().await;
    let first = promotion.clone_branch("main").await.unwrap();
    promotion.write("values.yaml", "password: TOKEN-1\n");
    let args = Commit { path: out(), message: "Secret".to_owned(), options: CommitOptions::default() };
    let forbidden = [String::new(), "TOKEN-1".to_owned()];
    let error = promotion.host.commit(&promotion.scope, &args, &forbidden[1..]).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Invalid, "secret-token-committed"));
    assert!(error.message.contains("values.yaml") && !error.message.contains("TOKEN-1"), "{}", error.message);
    assert_eq!(promotion.host.head(&promotion.scope, &out()).await.unwrap().commit, first);
    promotion.write("values.yaml", "password: fine\n");
    assert!(promotion.host.commit(&promotion.scope, &args, &forbidden).await.unwrap().changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_did_not_return_is_undone() {
    let (_f, _repository, mut promotion) = fixture().await;
    let first = promotion.clone_branch("main").await.unwrap();
    promotion.next_step(true);
    promotion.write("a.txt", "two\n");
    let made = promotion.commit("Two").await;
    promotion.next_step(false);
    let head = promotion.host.head(&promotion.scope, &out()).await.unwrap();
    assert_eq!((head.commit, head.dirty), (first, false));
    promotion.write("a.txt", "two\n");
    assert_eq!(promotion.commit("Two").await, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn worktrees_beside_and_within_each_other_keep_apart() {
    let (_f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let other = Checkout { create: true, ..checkout(Rev::Branch("other".to_owned())) };
    promotion.clone_into("out/nested", other).await.unwrap();
    promotion.write("nested/x", "x\n");
    promotion.write("a.txt", "two\n");
    assert_eq!(changes(&promotion).await, [("a.txt".to_owned(), ChangeKind::Modified)]);
    let nested = WorkPath::clamped("out/nested/");
    let found = promotion.host.diff(&promotion.scope, &nested).await.unwrap();
    assert_eq!(found.files, [Change { path: "x".to_owned(), kind: ChangeKind::Added }]);
    promotion.commit("Two").await;
    promotion.push(Target::Current).await.unwrap();
    assert_eq!(repository.files("main").await.unwrap().keys().collect::<Vec<_>>(), ["a.txt", "b.txt"]);
    let url = promotion.host.worktree_url(&promotion.scope.dir, &WorkPath::clamped("out/nested/deep")).await;
    assert_eq!(url.unwrap(), promotion.url);
    let none = promotion.host.worktree_url(&promotion.scope.dir, &WorkPath::clamped("elsewhere")).await;
    assert_eq!(code(none), (ErrorKind::NotFound, "git-no-worktree".to_owned()));
}
