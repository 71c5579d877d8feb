//! Submodules: checked out where the tree says, if they may be read, and never made part of the outer repository.

use windlass_model::call::ErrorKind;
use windlass_model::call::git::{Rev, Target};
use windlass_model::digest::CommitId;
use windlass_ports::git::Git as _;
use windlass_testkit::git::{NewCommit, Repository};

use crate::fixture::{Forge, Promotion, checkout, code, fixture, out};

fn modules(path: &str, url: &str) -> String {
    format!("[submodule \"name\"]\n\tpath = {path}\n\turl = {url}\n")
}

/// `app.git` has `team/lib.git` at `lib`, which has `base.git` at `deep/base`; both URLs are relative.
async fn nested() -> (Forge, Repository, Promotion, [CommitId; 2]) {
    let (f, repository, mut promotion) = fixture().await;
    let base = f.git.create("base.git").await.unwrap();
    let base = base.commit(&NewCommit::on("main").write("base.txt", "base\n")).await.unwrap();
    let lib = f.git.create("team/lib.git").await.unwrap();
    let commit = NewCommit::on("main").write("lib.txt", "lib\n").submodule("deep/base", base);
    let lib = lib.commit(&commit.write(".gitmodules", modules("deep/base", "../../base.git"))).await.unwrap();
    let commit =
        NewCommit::on("main").submodule("lib", lib).write(".gitmodules", modules("lib", "../team/lib.git"));
    repository.commit(&commit).await.unwrap();
    promotion.options.recurse_submodules = true;
    (f, repository, promotion, [lib, base])
}

#[tokio::test(flavor = "multi_thread")]
async fn relative_urls_are_seen_from_their_own_repository() {
    let (f, _repository, promotion, _) = nested().await;
    promotion.clone_branch("main").await.unwrap();
    assert_eq!(promotion.read("lib/lib.txt").as_deref(), Some("lib\n"));
    assert_eq!(promotion.read("lib/deep/base/base.txt").as_deref(), Some("base\n"));
    let asked = promotion.permission.asked.lock().unwrap().clone();
    assert_eq!(asked, [f.server.git_url("team/lib.git"), f.server.git_url("base.git")]);
    assert!(!promotion.host.head(&promotion.scope, &out()).await.unwrap().dirty);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_left_out_unless_asked_for() {
    let (f, _repository, mut promotion, _) = nested().await;
    promotion.options.recurse_submodules = false;
    promotion.clone_branch("main").await.unwrap();
    assert_eq!(std::fs::read_dir(promotion.work.join("out/lib")).unwrap().count(), 0);
    assert_eq!(f.git.gate().count("lib.git"), 0);
    assert!(!promotion.host.head(&promotion.scope, &out()).await.unwrap().dirty);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_needs_its_own_permission() {
    let (f, _repository, promotion, _) = nested().await;
    *promotion.permission.forbidden.lock().unwrap() = Some(f.server.git_url("base.git"));
    let denied = promotion.clone_branch("main").await;
    assert_eq!(code(denied), (ErrorKind::Denied, "not-granted".to_owned()));
    assert_eq!(f.git.gate().count("base.git"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn their_files_are_not_committed() {
    let (_f, repository, promotion, [lib, _]) = nested().await;
    promotion.clone_branch("main").await.unwrap();
    promotion.write("lib/lib.txt", "changed\n");
    promotion.write("lib/new.txt", "new\n");
    promotion.write("a.txt", "two\n");
    promotion.commit("Two").await;
    promotion.push(Target::Current).await.unwrap();
    let files = repository.files("main").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), [".gitmodules", "a.txt", "b.txt", "lib"]);
    assert_eq!(files["lib"].mode, "160000");
    let entry = crate::fixture::plumb(&repository, &["rev-parse", "main:lib"], b"");
    assert_eq!(entry, lib.to_string());
    // One whose directory is gone is gone.
    std::fs::remove_dir_all(promotion.work.join("out/lib")).unwrap();
    promotion.commit("Without").await;
    promotion.push(Target::Current).await.unwrap();
    let files = repository.files("main").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), [".gitmodules", "a.txt", "b.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_move_with_what_others_push() {
    let (f, repository, promotion, _) = nested().await;
    promotion.clone_branch("main").await.unwrap();
    let lib = f.git.repository("team/lib.git").unwrap();
    let newer = lib.commit(&NewCommit::on("main").write("lib.txt", "newer\n")).await.unwrap();
    repository.commit(&NewCommit::on("main").submodule("lib", newer)).await.unwrap();
    promotion.write("a.txt", "two\n");
    promotion.commit("Two").await;
    promotion.push(Target::Current).await.unwrap();
    let entry = crate::fixture::plumb(&repository, &["rev-parse", "main:lib"], b"");
    assert_eq!(entry, newer.to_string());
    assert!(!promotion.host.head(&promotion.scope, &out()).await.unwrap().dirty);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_checked_out_is_told() {
    let (f, repository, promotion, [lib, _]) = nested().await;
    let file = f.dir.path().join("secrets");
    let include = format!("[include]\n\tpath = {}\n", file.display());
    let gone: CommitId = "12".repeat(20).parse().unwrap();
    let url = f.server.git_url("team/lib.git");
    for (branch, commit, modules, expected) in [
        ("include", lib, include, (ErrorKind::Invalid, "git-submodules-include")),
        ("unnamed", lib, modules("other", &url), (ErrorKind::Invalid, "git-submodule-unknown")),
        ("ssh", lib, modules("lib", "git@forge.invalid:a/b"), (ErrorKind::Denied, "git-submodule-ssh")),
        ("local", lib, modules("lib", "file:///etc"), (ErrorKind::Denied, "git-local-refused")),
        ("absent", gone, modules("lib", &url), (ErrorKind::NotFound, "git-revision-not-found")),
    ] {
        let new = NewCommit::on(branch).submodule("lib", commit).write(".gitmodules", modules);
        repository.commit(&new).await.unwrap();
        let found = promotion.clone_into(branch, checkout(Rev::Branch(branch.to_owned()))).await;
        assert_eq!(code(found), (expected.0, expected.1.to_owned()), "{branch}");
    }
}
