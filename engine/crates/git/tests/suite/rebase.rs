//! Integrating what others pushed: our commits go on top, and the worktree follows.

use windlass_model::call::ErrorKind;
use windlass_model::call::git::Target;
use windlass_ports::git::Git as _;
use windlass_testkit::git::NewCommit;

use crate::fixture::{code, fixture, out};

#[tokio::test(flavor = "multi_thread")]
async fn commits_go_on_top_of_what_others_pushed() {
    let (_f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let other = NewCommit::on("main").by("Bob", "bob@example.com").write("b.txt", "two\n");
    let theirs = repository.commit(&other).await.unwrap();
    promotion.write("a.txt", "ours\n");
    let before = promotion.commit("Ours").await;
    let pushed = promotion.push(Target::Current).await.unwrap();
    assert_ne!(pushed, before);
    let log = repository.log("main").await.unwrap();
    assert_eq!((log[0].id, log[0].parents.as_slice()), (pushed, [theirs].as_slice()));
    assert_eq!(log[0].message, "Ours\n");
    let files = repository.files("main").await.unwrap();
    assert_eq!((&files["a.txt"].content[..], &files["b.txt"].content[..]), (&b"ours\n"[..], &b"two\n"[..]));
    // The worktree follows what was pushed.
    assert_eq!(std::fs::read_to_string(promotion.work.join("out/b.txt")).unwrap(), "two\n");
    assert_eq!(promotion.host.head(&promotion.scope, &out()).await.unwrap().commit, pushed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_leaves_the_remote_alone() {
    let (_f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let theirs = repository.commit(&NewCommit::on("main").write("a.txt", "theirs\n")).await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    let error = promotion.push(Target::Current).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "git-conflict"));
    assert!(error.message.contains("a.txt"), "{}", error.message);
    assert_eq!(repository.resolve("main").await.unwrap(), Some(theirs));
}

#[tokio::test(flavor = "multi_thread")]
async fn rewritten_history_is_built_upon_as_a_rebase_does() {
    let (_f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    promotion.write("ours.txt", "ours\n");
    promotion.commit("Ours").await;
    let other = NewCommit::on("unrelated").message("Other\n").write("x.txt", "x\n");
    let other = repository.commit(&other).await.unwrap();
    repository.set_branch("main", other).await.unwrap();
    promotion.push(Target::Current).await.unwrap();
    let log = repository.log("main").await.unwrap();
    let messages: Vec<&str> = log.iter().map(|commit| commit.message.as_str()).collect();
    assert_eq!(messages, ["Ours\n", "Change\n", "Other\n"]);
    assert_eq!(log[2].id, other);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_directories_and_links_take_each_others_places() {
    let (_f, repository, promotion) = fixture().await;
    let commit = NewCommit::on("main").write("dir/x", "x\n").write("deep/er/y", "y\n").write("file", "f\n");
    repository.commit(&commit.link("link", "a.txt")).await.unwrap();
    promotion.clone_branch("main").await.unwrap();
    let theirs = NewCommit::on("main")
        .delete("dir")
        .link("dir", "b.txt")
        .delete("deep/er/y")
        .delete("file")
        .write("file/inside", "inside\n")
        .delete("link")
        .write("link", "no link\n");
    repository.commit(&theirs).await.unwrap();
    promotion.write("ours.txt", "ours\n");
    promotion.commit("Ours").await;
    let pushed = promotion.push(Target::Current).await.unwrap();
    let there = promotion.work.join("out");
    assert_eq!(std::fs::read_link(there.join("dir")).unwrap(), std::path::Path::new("b.txt"));
    assert!(!there.join("deep").exists());
    assert_eq!(promotion.read("file/inside").as_deref(), Some("inside\n"));
    assert!(!there.join("link").is_symlink());
    assert_eq!(promotion.read("link").as_deref(), Some("no link\n"));
    assert_eq!(promotion.read("a.txt").as_deref(), Some("one\n"));
    let head = promotion.host.head(&promotion.scope, &out()).await.unwrap();
    assert_eq!((head.commit, head.dirty), (pushed, false));
    let names = ["a.txt", "b.txt", "dir", "file/inside", "link", "ours.txt"];
    assert_eq!(repository.files("main").await.unwrap().keys().collect::<Vec<_>>(), names);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_committed_is_not_overwritten() {
    let (_f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let theirs = repository.commit(&NewCommit::on("main").write("b.txt", "theirs\n")).await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    promotion.write("b.txt", "not committed\n");
    let error = promotion.push(Target::Current).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "git-uncommitted-changes"));
    assert!(error.message.contains("b.txt"), "{}", error.message);
    assert_eq!(promotion.read("b.txt").as_deref(), Some("not committed\n"));
    assert_eq!(repository.resolve("main").await.unwrap(), Some(theirs));
    // What the others did not touch stays as it is.
    promotion.write("b.txt", "one\n");
    promotion.write("new.txt", "not committed\n");
    promotion.push(Target::Current).await.unwrap();
    assert_eq!(promotion.read("b.txt").as_deref(), Some("theirs\n"));
    assert_eq!(promotion.read("new.txt").as_deref(), Some("not committed\n"));
    let names = ["a.txt", "b.txt"];
    assert_eq!(repository.files("main").await.unwrap().keys().collect::<Vec<_>>(), names);
    assert!(promotion.host.head(&promotion.scope, &out()).await.unwrap().dirty);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_others_made_too_is_left_out() {
    let (_f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let theirs = repository.commit(&NewCommit::on("main").write("a.txt", "same\n")).await.unwrap();
    promotion.write("a.txt", "same\n");
    promotion.commit("Same").await;
    assert_eq!(promotion.push(Target::Current).await.unwrap(), theirs);
    assert_eq!(repository.log("main").await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_branch_is_built_upon_as_well() {
    let (_f, repository, promotion) = fixture().await;
    let first = promotion.clone_branch("main").await.unwrap();
    repository.set_branch("other", first).await.unwrap();
    let theirs = repository.commit(&NewCommit::on("other").write("b.txt", "other\n")).await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    let pushed = promotion.push(Target::Branch("other".to_owned())).await.unwrap();
    assert_eq!(repository.log("other").await.unwrap()[0].parents, [theirs]);
    assert_eq!(repository.resolve("other").await.unwrap(), Some(pushed));
    assert_eq!(repository.resolve("main").await.unwrap(), Some(first));
    assert_eq!(promotion.read("b.txt").as_deref(), Some("other\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_became_a_link_is_not_written_through() {
    let (f, repository, promotion) = fixture().await;
    repository.commit(&NewCommit::on("main").write("dir/x", "x\n")).await.unwrap();
    promotion.clone_branch("main").await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    let outside = f.dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::remove_dir_all(promotion.work.join("out/dir")).unwrap();
    std::os::unix::fs::symlink(&outside, promotion.work.join("out/dir")).unwrap();
    let theirs = repository.commit(&NewCommit::on("main").write("dir/x", "theirs\n")).await.unwrap();
    let refused = promotion.push(Target::Current).await;
    assert_eq!(code(refused), (ErrorKind::Conflict, "git-uncommitted-changes".to_owned()));
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    assert_eq!(repository.resolve("main").await.unwrap(), Some(theirs));
}
