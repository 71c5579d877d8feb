//! Git over SSH, against the system's own `sshd`: everything that HTTP does.

use std::num::NonZeroU32;
use std::sync::Arc;

use windlass_model::call::ErrorKind;
use windlass_model::call::git::{ListRefs, PushOptions, Rev, Tag, TagOptions, Target};
use windlass_ports::git::Git as _;
use windlass_ports::git_history::{CommitFilter, CommitInfo, GitHistory as _, GitRepository};
use windlass_testkit::git::{Hook, NewCommit};

use crate::fixture::{code, out};
use crate::ssh_fixture::ssh_fixture;

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_is_cloned_made_committed_and_pushed() {
    let (f, repository, promotion) = ssh_fixture().await;
    let first = repository.resolve("main").await.unwrap().unwrap();
    assert_eq!(promotion.clone_branch("main").await.unwrap(), first);
    assert_eq!(promotion.read("a.txt").as_deref(), Some("one\n"));
    promotion.write("a.txt", "two\n");
    let made = promotion.commit("Two").await;
    assert_eq!(promotion.push(Target::Current).await.unwrap(), made);
    assert_eq!(repository.log("main").await.unwrap()[0].parents, [first]);
    // A branch that is not there yet, in the way of `create: true`, and one that only the push names.
    let other = f.promotion("other");
    let root = other.create_branch("stage/dev").await.unwrap();
    other.write("x", "x");
    let made = other.commit("X").await;
    assert_eq!(other.push(Target::Current).await.unwrap(), made);
    assert_eq!(other.push(Target::Branch("stage/copy".to_owned())).await.unwrap(), made);
    let branches = repository.branches().await.unwrap();
    assert_eq!((branches["stage/dev"], branches["stage/copy"]), (made, made));
    assert_eq!(repository.log("stage/dev").await.unwrap()[1].id, root);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_already_takes_one_conversation() {
    let (f, _repository, promotion) = ssh_fixture().await;
    promotion.clone_branch("main").await.unwrap();
    assert_eq!(f.server.connections(), 1);
    promotion.clone_into("again", crate::fixture::checkout(Rev::DefaultBranch)).await.unwrap();
    assert_eq!(f.server.connections(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_files_and_tags_go_both_ways() {
    let (f, repository, promotion) = ssh_fixture().await;
    promotion.clone(Rev::DefaultBranch).await.unwrap();
    let mut state = 7_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    })
    .take(5 << 20)
    .collect();
    promotion.write("noise", &noise);
    for number in 0..300 {
        promotion.write(&format!("many/{number}"), format!("{number}\n"));
    }
    let made = promotion.commit("Noise").await;
    let tag =
        Tag { path: out(), name: "v1".to_owned(), message: "One".to_owned(), options: TagOptions::default() };
    promotion.host.tag(&promotion.scope, promotion.credential.as_ref(), &tag).await.unwrap();
    promotion.push(Target::Current).await.unwrap();
    promotion.push(Target::Tag("v1".to_owned())).await.unwrap();
    assert_eq!(repository.files("main").await.unwrap()["noise"].content, noise);
    assert_eq!(repository.resolve("v1").await.unwrap(), Some(made));
    let reader = f.promotion("reader");
    assert_eq!(reader.clone(Rev::Tag("v1".to_owned())).await.unwrap(), made);
    assert_eq!(std::fs::read(reader.work.join("out/noise")).unwrap(), noise);
    assert_eq!(reader.read("many/299").as_deref(), Some("299\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_one_branch_all_get_in() {
    let (f, repository, one) = ssh_fixture().await;
    let two = f.promotion("two");
    for (promotion, name) in [(&one, "x.txt"), (&two, "y.txt")] {
        promotion.clone_branch("main").await.unwrap();
        promotion.write(name, name);
        promotion.commit(name).await;
    }
    let (first, second) = tokio::join!(one.push(Target::Current), two.push(Target::Current));
    first.unwrap();
    second.unwrap();
    let files = repository.files("main").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.txt", "b.txt", "x.txt", "y.txt"]);
    assert_eq!(repository.log("main").await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_go_on_top_of_what_others_pushed_or_not_at_all() {
    let (_f, repository, promotion) = ssh_fixture().await;
    let base = promotion.clone_branch("main").await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    repository.set_branch("side", base).await.unwrap();
    let theirs = repository.commit(&NewCommit::on("side").write("side.txt", "side\n")).await.unwrap();
    // The branch moves after the server has told its value, and before it is swapped.
    let script = format!(
        "#!/bin/sh\nif [ ! -e moved ]; then touch moved; git update-ref refs/heads/main {theirs}; fi\nexit 0\n"
    );
    repository.install_hook(Hook::Update, &script).await.unwrap();
    let pushed = promotion.push(Target::Current).await.unwrap();
    let log = repository.log("main").await.unwrap();
    assert_eq!((log[0].id, log[0].parents.as_slice()), (pushed, [theirs].as_slice()));

    let theirs = repository.commit(&NewCommit::on("main").write("a.txt", "theirs\n")).await.unwrap();
    promotion.write("a.txt", "ours again\n");
    promotion.commit("Again").await;
    let conflict = promotion.push(Target::Current).await;
    assert_eq!(code(conflict), (ErrorKind::Conflict, "git-conflict".to_owned()));
    assert_eq!(repository.resolve("main").await.unwrap(), Some(theirs));
    let force = PushOptions { force: true, ..PushOptions::default() };
    let forced = promotion.push_with(Target::Current, force).await.unwrap();
    assert_eq!(repository.resolve("main").await.unwrap(), Some(forced));
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_bounded() {
    let (_f, repository, promotion) = ssh_fixture().await;
    promotion.clone_branch("main").await.unwrap();
    promotion.write("ours.txt", "ours\n");
    promotion.commit("Ours").await;
    // Whoever pushes finds that somebody was there in between.
    let script = "#!/bin/sh\ntree=$(git rev-parse refs/heads/main^{tree})\n\
        commit=$(echo moved | git -c user.name=x -c user.email=x commit-tree $tree -p refs/heads/main)\n\
        git update-ref refs/heads/main $commit\necho . >> tries\n";
    repository.install_hook(Hook::Update, script).await.unwrap();
    let options = PushOptions { max_attempts: NonZeroU32::new(3), ..PushOptions::default() };
    let moved = promotion.push_with(Target::Current, options).await;
    assert_eq!(code(moved), (ErrorKind::Conflict, "git-ref-moved".to_owned()));
    assert_eq!(std::fs::read_to_string(repository.path().join("tries")).unwrap(), ".\n.\n.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_are_heard_and_waited_for() {
    let (_f, repository, promotion) = ssh_fixture().await;
    promotion.clone_branch("main").await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    let refuse = "#!/bin/sh\nprintf 'no pushes\\033[2K on Fridays\\n' >&2\nexit 1\n";
    repository.install_hook(Hook::PreReceive, refuse).await.unwrap();
    let refused = promotion.push(Target::Current).await.unwrap_err();
    assert_eq!((refused.kind, refused.code.as_str()), (ErrorKind::Denied, "git-push-refused"));
    let words = "pre-receive hook declined (it says: no pushes [2K on Fridays)";
    assert!(refused.message.ends_with(words), "{}", refused.message);
    repository.install_hook(Hook::PreReceive, "#!/bin/sh\nexit 0\n").await.unwrap();
    // What follows a push is not cut off because the client has its answer.
    let slow =
        "#!/bin/sh\ni=0\nwhile [ $i -lt 50000 ]; do i=$((i+1)); done\necho deployed >&2\ntouch deployed\n";
    repository.install_hook(Hook::PostReceive, slow).await.unwrap();
    promotion.push(Target::Current).await.unwrap();
    assert!(repository.path().join("deployed").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_are_one_word_whatever_they_hold() {
    let (f, repository, mut promotion) = ssh_fixture().await;
    let first = repository.resolve("main").await.unwrap().unwrap();
    promotion.url =
        f.server.url("app.git").replace(repository.path().parent().unwrap().to_str().unwrap(), "/~");
    assert_eq!(
        promotion.clone_into("home", crate::fixture::checkout(Rev::DefaultBranch)).await.unwrap(),
        first
    );
    let odd = "it's $(touch made) `touch made`; touch made! é.git";
    let root = repository.path().parent().unwrap();
    std::fs::rename(repository.path(), root.join(odd)).unwrap();
    promotion.url = f.server.url(&odd.replace('%', "%25").replace(' ', "%20"));
    assert_eq!(promotion.clone_branch("main").await.unwrap(), first);
    assert!(!root.join("made").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_in_the_servers_words() {
    let (f, repository, mut promotion) = ssh_fixture().await;
    let missing = promotion.clone_branch("none").await;
    assert_eq!(code(missing), (ErrorKind::NotFound, "git-revision-not-found".to_owned()));
    promotion.url = f.server.url("none.git");
    let missing = promotion.clone_branch("main").await.unwrap_err();
    assert_eq!((missing.kind, missing.code.as_str()), (ErrorKind::NotFound, "git-repository-not-found"));
    let root = repository.path().parent().unwrap().display();
    assert_eq!(
        missing.message,
        format!(
            "there is no Git repository at {} (it says: fatal: '{root}/none.git' does not appear to be a git repository); \
             check the URL, or whether the key of Secret shop/deploy allows to see it",
            promotion.url
        )
    );
}

/// Keeps everything.
#[derive(Debug)]
struct Everything;

impl CommitFilter for Everything {
    fn needs_paths(&self) -> bool {
        false
    }

    fn ends_at(&self, _: &CommitInfo) -> bool {
        false
    }

    fn keeps(&self, _: &CommitInfo) -> Result<bool, String> {
        Ok(true)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refs_and_history_are_read() {
    let (_f, repository, promotion) = ssh_fixture().await;
    let first = repository.resolve("main").await.unwrap().unwrap();
    repository.tag("v1", first).await.unwrap();
    let second = repository.commit(&NewCommit::on("main").write("a.txt", "two\n")).await.unwrap();
    let credential = promotion.credential.clone();
    let args = ListRefs { url: promotion.url.clone(), patterns: Vec::new() };
    let refs = promotion.host.list_refs(&promotion.scope, credential.as_ref(), &args).await.unwrap();
    assert_eq!(refs, [("refs/heads/main".to_owned(), second), ("refs/tags/v1".to_owned(), first)]);
    let repository = GitRepository {
        url: promotion.url.clone(),
        credential,
        insecure_skip_tls_verify: false,
        local: Vec::new(),
        freshness: None,
    };
    let network = &promotion.scope.network;
    let found = promotion.host.commits(network, &repository, Some("main"), 10, Arc::new(Everything)).await;
    let found: Vec<_> = found.unwrap().iter().map(|commit| commit.id).collect();
    assert_eq!(found, [second, first]);
}
