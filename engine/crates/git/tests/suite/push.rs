//! Pushing: what is swapped, and what a server may do meanwhile. Integrating is another file's.

use std::num::NonZeroU32;

use windlass_model::call::ErrorKind;
use windlass_model::call::git::{Push, PushOptions, Rev, Tag, TagOptions, Target};
use windlass_ports::git::Git as _;
use windlass_testkit::git::{Hook, NewCommit};
use windlass_testkit::{Fault, FaultRule};

use crate::fixture::{Promotion, Refs, code, fixture, out};

#[tokio::test(flavor = "multi_thread")]
async fn two_promotions_push_to_one_branch() {
    let (f, repository, one) = fixture().await;
    let two = Promotion::new(&f, "two");
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
async fn a_branch_that_moves_in_the_very_moment_is_caught_up_with() {
    let (_f, repository, promotion) = fixture().await;
    let base = promotion.clone_branch("main").await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    repository.set_branch("side", base).await.unwrap();
    let theirs = repository.commit(&NewCommit::on("side").write("side.txt", "side\n")).await.unwrap();
    // The server has checked the old value when the hook runs, and looks again when it writes the new one.
    let script = format!(
        "#!/bin/sh\nif [ ! -e moved ]; then touch moved; git update-ref refs/heads/main {theirs}; fi\nexit 0\n"
    );
    repository.install_hook(Hook::Update, &script).await.unwrap();
    let pushed = promotion.push(Target::Current).await.unwrap();
    let log = repository.log("main").await.unwrap();
    assert_eq!((log[0].id, log[0].parents.as_slice()), (pushed, [theirs].as_slice()));
}

#[tokio::test(flavor = "multi_thread")]
async fn large_files_and_tags_are_pushed() {
    let (_f, repository, promotion) = fixture().await;
    promotion.clone(Rev::DefaultBranch).await.unwrap();
    let mut state = 7_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    })
    .take(5 << 20)
    .collect();
    promotion.write("noise", &noise);
    let made = promotion.commit("Noise").await;
    let tag =
        Tag { path: out(), name: "v1".to_owned(), message: "One".to_owned(), options: TagOptions::default() };
    promotion.host.tag(&promotion.scope, None, &tag).await.unwrap();
    promotion.push(Target::Current).await.unwrap();
    promotion.push(Target::Tag("v1".to_owned())).await.unwrap();
    assert_eq!(repository.files("main").await.unwrap()["noise"].content, noise);
    assert_eq!(repository.resolve("v1").await.unwrap(), Some(made));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_failures_of_the_server_are_told() {
    let (f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    promotion.write("a.txt", "ours\n");
    let made = promotion.commit("Ours").await;
    f.git.gate().add_fault(FaultRule::once("POST", Fault::status(500)));
    assert_eq!(promotion.push(Target::Current).await.unwrap_err().kind, ErrorKind::Unavailable);
    repository.install_hook(Hook::PreReceive, "#!/bin/sh\nexit 1\n").await.unwrap();
    let refused = promotion.push(Target::Current).await.unwrap_err();
    assert_eq!((refused.kind, refused.code.as_str()), (ErrorKind::Denied, "git-push-refused"));
    repository.install_hook(Hook::PreReceive, "#!/bin/sh\nexit 0\n").await.unwrap();
    // The push takes place, but its answer is lost: the ref tells.
    f.git.gate().add_fault(FaultRule::once("POST", Fault::LoseAnswer));
    assert_eq!(promotion.push(Target::Current).await.unwrap(), made);
    assert_eq!(repository.resolve("main").await.unwrap(), Some(made));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_follows_what_was_cloned_without_asking_again() {
    let (f, repository, promotion) = fixture().await;
    let first = promotion.clone_branch("main").await.unwrap();
    promotion.write("a.txt", "ours\n");
    let made = promotion.commit("Ours").await;
    f.git.gate().forget();
    assert_eq!(promotion.push(Target::Current).await.unwrap(), made);
    assert_eq!(f.git.gate().requests().len(), 2, "{:?}", f.git.gate().requests());
    assert_eq!(repository.log("main").await.unwrap()[0].parents, [first]);
    // The remote has it already: nothing is sent, and the answer is the same.
    f.git.gate().forget();
    assert_eq!(promotion.push(Target::Current).await.unwrap(), made);
    assert_eq!(f.git.gate().count("POST"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn force_replaces_what_others_pushed() {
    let (_f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    repository.commit(&NewCommit::on("main").write("a.txt", "theirs\n")).await.unwrap();
    promotion.write("a.txt", "ours\n");
    let made = promotion.commit("Ours").await;
    let force = PushOptions { force: true, ..PushOptions::default() };
    assert_eq!(promotion.push_with(Target::Current, force).await.unwrap(), made);
    assert_eq!(repository.resolve("main").await.unwrap(), Some(made));
    assert_eq!(repository.log("main").await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_bounded() {
    let (f, repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    promotion.write("ours.txt", "ours\n");
    promotion.commit("Ours").await;
    // Whoever pushes finds that somebody was there in between.
    let script = "#!/bin/sh\ntree=$(git rev-parse refs/heads/main^{tree})\n\
        commit=$(echo moved | git -c user.name=x -c user.email=x commit-tree $tree -p refs/heads/main)\n\
        git update-ref refs/heads/main $commit\n";
    repository.install_hook(Hook::Update, script).await.unwrap();
    let three = PushOptions { max_attempts: NonZeroU32::new(3), ..PushOptions::default() };
    f.git.gate().forget();
    let error = promotion.push_with(Target::Current, three).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "git-ref-moved"));
    assert_eq!(f.git.gate().count("POST /git/app.git/git-receive-pack"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detached_head_needs_a_branch_that_is_there() {
    let (_f, repository, promotion) = fixture().await;
    let first = repository.resolve("main").await.unwrap().unwrap();
    promotion.clone(Rev::Commit(first)).await.unwrap();
    promotion.write("a.txt", "ours\n");
    let made = promotion.commit("Ours").await;
    let detached = (ErrorKind::Invalid, "git-detached-head".to_owned());
    assert_eq!(code(promotion.push(Target::Current).await), detached);
    assert_eq!(code(promotion.push(Target::Branch("new".to_owned())).await), detached);
    let invalid = (ErrorKind::Invalid, "git-invalid-name".to_owned());
    assert_eq!(code(promotion.push(Target::Branch("a..b".to_owned())).await), invalid);
    assert_eq!(promotion.push(Target::Branch("main".to_owned())).await.unwrap(), made);
}

fn tag(name: &str, force: bool) -> Tag {
    let options = TagOptions { force };
    Tag { path: out(), name: name.to_owned(), message: "Message".to_owned(), options }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_made_once_and_never_moved_on_the_remote() {
    let (_f, repository, promotion) = fixture().await;
    let first = promotion.clone_branch("main").await.unwrap();
    let missing = promotion.push(Target::Tag("v1".to_owned())).await;
    assert_eq!(code(missing), (ErrorKind::NotFound, "git-tag-not-found".to_owned()));
    assert_eq!(promotion.host.tag(&promotion.scope, None, &tag("v1", false)).await.unwrap(), first);
    let again = promotion.host.tag(&promotion.scope, None, &tag("v1", false)).await;
    assert_eq!(code(again), (ErrorKind::AlreadyExists, "git-tag-exists".to_owned()));
    repository.tag("there", first).await.unwrap();
    let there = promotion.host.tag(&promotion.scope, None, &tag("there", false)).await;
    assert_eq!(code(there), (ErrorKind::AlreadyExists, "git-tag-exists".to_owned()));
    let invalid = promotion.host.tag(&promotion.scope, None, &tag("v 1", false)).await;
    assert_eq!(code(invalid), (ErrorKind::Invalid, "git-invalid-name".to_owned()));
    for _ in 0..2 {
        let args = Push { path: out(), to: Target::Tag("v1".to_owned()), options: PushOptions::default() };
        let pushed = promotion.host.push(&promotion.scope, None, &args, &Refs(&promotion)).await.unwrap();
        assert_eq!((pushed.reference.as_str(), pushed.commit), ("refs/tags/v1", first));
    }
    assert_eq!(repository.resolve("v1").await.unwrap(), Some(first));
    promotion.write("a.txt", "ours\n");
    let made = promotion.commit("Ours").await;
    assert_eq!(promotion.host.tag(&promotion.scope, None, &tag("v1", true)).await.unwrap(), made);
    let moved = promotion.push(Target::Tag("v1".to_owned())).await;
    assert_eq!(code(moved), (ErrorKind::Conflict, "git-tag-exists".to_owned()));
    assert_eq!(repository.resolve("v1").await.unwrap(), Some(first));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_from_before_a_crash_is_found_done() {
    let (_f, repository, mut promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    promotion.next_step(true);
    let mut pushed = Vec::new();
    for _ in 0..2 {
        promotion.write("a.txt", "ours\n");
        promotion.commit("Ours").await;
        pushed.push(promotion.push(Target::Current).await.unwrap());
        // The attempt did not return: its work is undone, but not what left the house.
        promotion.next_step(false);
        assert_eq!(promotion.read("a.txt").as_deref(), Some("one\n"));
    }
    assert_eq!(pushed[0], pushed[1]);
    assert_eq!(repository.log("main").await.unwrap().len(), 2);
    let read = |name: &'static str| promotion.host.read_ref(&promotion.scope, None, &promotion.url, name);
    assert_eq!(read("refs/heads/main").await.unwrap(), Some(pushed[0]));
    assert_eq!(read("refs/heads/none").await.unwrap(), None);
}
