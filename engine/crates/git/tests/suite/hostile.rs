//! Repositories and guests that mean harm: nothing of theirs is ever taken for Git's own, and no link is followed.

use windlass_model::call::ErrorKind;
use windlass_model::call::git::{Checkout, Rev, Target};
use windlass_ports::git::Git as _;
use windlass_testkit::git::NewCommit;

use crate::fixture::{checkout, code, fixture, out, plumb};

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_git_directory_is_nothing() {
    let (f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let marker = promotion.work.join("out/.git");
    std::fs::remove_file(&marker).unwrap();
    let ran = f.dir.path().join("ran");
    let evil = format!("#!/bin/sh\ntouch {}\n", ran.display());
    for hook in ["hooks/pre-commit", "hooks/pre-push", "hooks/post-checkout", "evil.sh"] {
        promotion.write(&format!(".git/{hook}"), &evil);
    }
    let config = format!(
        "[core]\n\tfsmonitor = {0}\n\tsshCommand = {0}\n\thooksPath = .git/hooks\n[filter \"x\"]\n\tclean = {0}\n\
         [remote \"origin\"]\n\turl = http://127.0.0.1:1/evil.git\n[user]\n\tname = Mallory\n",
        promotion.work.join("out/.git/evil.sh").display()
    );
    promotion.write(".git/config", config);
    promotion.write(".git/HEAD", "ref: refs/heads/evil\n");
    promotion.write(".git/objects/info/alternates", "/etc\n");
    promotion.write(".gitattributes", "* filter=x\n");
    promotion.write("sub/.GIT/config", "[core]\n");
    promotion.write("sub/file", "file\n");
    let made = promotion.commit("Clean").await;
    assert_eq!(promotion.push(Target::Current).await.unwrap(), made);
    let files = repository.files("main").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), [".gitattributes", "a.txt", "b.txt", "sub/file"]);
    assert_eq!(repository.log("main").await.unwrap()[0].author.who.name, "Kargo");
    assert!(!ran.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_made_to_do_harm_is_not_checked_out() {
    let (_f, repository, promotion) = fixture().await;
    repository.commit(&NewCommit::on("evil").write(".git/config", "[core]\n")).await.unwrap();
    let error = promotion.clone_branch("evil").await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Invalid, "git-unsafe-path"));
    repository.commit(&NewCommit::on("climb").write("../x", "x")).await.unwrap();
    let error = promotion.clone_branch("climb").await.unwrap_err();
    assert_eq!(error.code, "git-unsafe-path");
    assert!(!promotion.work.join("x").exists());
}

fn unsafe_path() -> (ErrorKind, String) {
    (ErrorKind::Invalid, "git-unsafe-path".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_judged_at_any_depth_and_in_any_case() {
    let (_f, repository, promotion) = fixture().await;
    for (branch, path) in
        [("deep", "a/b/.git/config"), ("case", "x/.GiT/hooks/pre-commit"), ("up", "x/../../y")]
    {
        repository.commit(&NewCommit::on(branch).write(path, "harm")).await.unwrap();
        let rev = Rev::Branch(branch.to_owned());
        assert_eq!(code(promotion.clone_into(branch, checkout(rev.clone())).await), unsafe_path(), "{path}");
        // What a sparse checkout leaves out is looked at as well: it would be in the next commit.
        let sparse = Checkout { sparse: vec!["other".to_owned()], ..checkout(rev) };
        let at = format!("{branch}-sparse");
        assert_eq!(code(promotion.clone_into(&at, sparse).await), unsafe_path(), "{path}");
    }
    assert!(!promotion.work.join("y").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_with_a_file_beneath_it_is_not_checked_out() {
    let (f, repository, promotion) = fixture().await;
    let outside = f.dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    let target = outside.to_str().unwrap().as_bytes();
    let link = plumb(&repository, &["hash-object", "-w", "--stdin"], target);
    let blob = plumb(&repository, &["hash-object", "-w", "--stdin"], b"harm");
    let inner = format!("100644 blob {blob}\tfile\n");
    let inner = plumb(&repository, &["mktree"], inner.as_bytes());
    let id = |hex: &str| hex::decode(hex).unwrap();
    for order in ["link first", "directory first"] {
        // One name twice: a link, and a directory with a file.
        let mut entries = [[b"120000 dir\0".to_vec(), id(&link)], [b"40000 dir\0".to_vec(), id(&inner)]];
        if order == "directory first" {
            entries.reverse();
        }
        let tree: Vec<u8> = entries.concat().concat();
        let tree = plumb(&repository, &["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], &tree);
        let who = ["-c", "user.name=x", "-c", "user.email=x"];
        let commit = plumb(&repository, &[&who[..], &["commit-tree", &tree, "-m", "x"]].concat(), b"");
        repository.set_branch("twice", commit.parse().unwrap()).await.unwrap();
        let at = order.replace(' ', "-");
        let found = promotion.clone_into(&at, checkout(Rev::Branch("twice".to_owned()))).await;
        assert_eq!(code(found), unsafe_path(), "{order}");
    }
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_a_tree_stay_links() {
    let (f, repository, promotion) = fixture().await;
    let outside = f.dir.path().join("outside");
    std::fs::write(&outside, "secret\n").unwrap();
    let target = outside.to_str().unwrap();
    let commit =
        NewCommit::on("main").link("absolute", target).link("up", "../../../..").link("dangling", "none");
    repository.commit(&commit).await.unwrap();
    promotion.clone_branch("main").await.unwrap();
    assert_eq!(std::fs::read_link(promotion.work.join("out/absolute")).unwrap(), outside);
    promotion.write("a.txt", "two\n");
    promotion.commit("Two").await;
    promotion.push(Target::Current).await.unwrap();
    let files = repository.files("main").await.unwrap();
    for (name, expected) in [("absolute", target), ("up", "../../../.."), ("dangling", "none")] {
        assert_eq!((files[name].mode.as_str(), &files[name].content[..]), ("120000", expected.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_a_guest_turned_into_a_link_is_committed_as_one() {
    let (f, repository, promotion) = fixture().await;
    repository.commit(&NewCommit::on("main").write("dir/x", "x\n")).await.unwrap();
    promotion.clone_branch("main").await.unwrap();
    let outside = f.dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("x"), "secret\n").unwrap();
    std::fs::write(outside.join(".gitignore"), "a.txt\n").unwrap();
    std::fs::remove_dir_all(promotion.work.join("out/dir")).unwrap();
    std::os::unix::fs::symlink(&outside, promotion.work.join("out/dir")).unwrap();
    promotion.commit("Link").await;
    promotion.push(Target::Current).await.unwrap();
    let files = repository.files("main").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.txt", "b.txt", "dir"]);
    assert_eq!(files["dir"].content, outside.to_str().unwrap().as_bytes());
    promotion.host.clear(&promotion.scope, &out()).await.unwrap();
    assert_eq!(std::fs::read_to_string(outside.join("x")).unwrap(), "secret\n");
    assert!(!promotion.work.join("out/dir").is_symlink());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worktree_that_became_a_link_is_refused() {
    let (f, _repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let outside = f.dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("secret"), "secret\n").unwrap();
    std::fs::remove_dir_all(promotion.work.join("out")).unwrap();
    std::os::unix::fs::symlink(&outside, promotion.work.join("out")).unwrap();
    let escapes = (ErrorKind::Denied, "path-escapes".to_owned());
    assert_eq!(code(promotion.try_commit("Out").await), escapes);
    assert_eq!(code(promotion.host.clear(&promotion.scope, &out()).await), escapes);
    assert_eq!(code(promotion.host.diff(&promotion.scope, &out()).await), escapes);
    assert_eq!(std::fs::read_to_string(outside.join("secret")).unwrap(), "secret\n");
    // Nor is one made where a link leads.
    let in_the_way = promotion.clone_into("out/new", checkout(Rev::DefaultBranch)).await;
    assert_eq!(code(in_the_way), (ErrorKind::AlreadyExists, "git-path-exists".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_git_file_is_not_followed() {
    let (f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let other = f.git.create("other.git").await.unwrap();
    other.commit(&NewCommit::on("evil").write("evil", "evil")).await.unwrap();
    let config = format!("[core]\n\tbare = false\n\tworktree = {}\n", promotion.work.display());
    std::fs::write(other.path().join("config"), config).unwrap();
    promotion.write(".git", format!("gitdir: {}\n", other.path().display()));
    promotion.write("a.txt", "ours\n");
    let made = promotion.commit("Ours").await;
    let head = promotion.host.head(&promotion.scope, &out()).await.unwrap();
    assert_eq!((head.commit, head.branch.as_deref()), (made, Some("main")));
    assert_eq!(head.url, promotion.url);
    assert_eq!(promotion.push(Target::Current).await.unwrap(), made);
    assert_eq!(repository.resolve("main").await.unwrap(), Some(made));
    assert_eq!(other.branches().await.unwrap().len(), 1);
    // Nor does it matter when it is gone, or a link.
    std::fs::remove_file(promotion.work.join("out/.git")).unwrap();
    std::os::unix::fs::symlink(other.path(), promotion.work.join("out/.git")).unwrap();
    assert!(!promotion.host.head(&promotion.scope, &out()).await.unwrap().dirty);
    promotion.host.clear(&promotion.scope, &out()).await.unwrap();
    assert!(other.path().join("HEAD").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_of_a_tree_have_no_say() {
    let (_f, repository, promotion) = fixture().await;
    let attributes = "* text=auto eol=crlf ident\n*.bin filter=lfs diff=lfs merge=lfs\n* export-subst\n";
    let commit = NewCommit::on("main")
        .write(".gitattributes", attributes)
        .write("text.txt", "one\ntwo\n$Id$\n")
        .write("data.bin", "version https://git-lfs.github.com/spec/v1\n");
    repository.commit(&commit).await.unwrap();
    promotion.clone_branch("main").await.unwrap();
    assert_eq!(promotion.read("text.txt").as_deref(), Some("one\ntwo\n$Id$\n"));
    assert_eq!(promotion.read("data.bin").as_deref(), Some("version https://git-lfs.github.com/spec/v1\n"));
    assert!(!promotion.host.head(&promotion.scope, &out()).await.unwrap().dirty);
    promotion.write("text.txt", "one\r\ntwo\r\n");
    promotion.commit("As it is").await;
    promotion.push(Target::Current).await.unwrap();
    assert_eq!(repository.files("main").await.unwrap()["text.txt"].content, b"one\r\ntwo\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harmful_tree_is_not_integrated() {
    let (_f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    promotion.write("a.txt", "ours\n");
    let ours = promotion.commit("Ours").await;
    let evil = NewCommit::on("main").write(".git/config", "[core]\n").write("sub/../../x", "x");
    let theirs = repository.commit(&evil).await.unwrap();
    assert_eq!(code(promotion.push(Target::Current).await), unsafe_path());
    assert_eq!(repository.resolve("main").await.unwrap(), Some(theirs));
    assert_eq!(promotion.host.head(&promotion.scope, &out()).await.unwrap().commit, ours);
    assert!(!promotion.work.join("x").exists() && !promotion.work.join("out/x").exists());
}
