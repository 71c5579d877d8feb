//! Cloning: revisions, new branches, and what a server may do meanwhile.

use std::sync::Arc;
use std::time::Duration;

use windlass_model::call::git::{Checkout, ListRefs, Rev, Target};
use windlass_model::call::{ErrorKind, WorkPath};
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock as _;
use windlass_ports::git::Git as _;
use windlass_testkit::git::{GitService, NewCommit};
use windlass_testkit::{Fault, FaultRule};

use crate::fixture::{Promotion, checkout, code, fixture, identity};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_branch_gets_the_same_commits_wherever_it_is_made() {
    let mut heads = Vec::new();
    for _ in 0..2 {
        let (_f, repository, promotion) = fixture().await;
        let first = promotion.create_branch("stage/dev").await.unwrap();
        promotion.write("deploy/app.yaml", "image: app:1\n");
        let made = promotion.commit("Promote").await;
        assert_eq!(promotion.push(Target::Current).await.unwrap(), made);
        let log = repository.log("stage/dev").await.unwrap();
        let facts: Vec<_> = log.iter().map(|commit| (commit.id, commit.message.as_str())).collect();
        assert_eq!(facts, [(made, "Promote\n"), (first, "Initial commit\n")]);
        assert_eq!((log[0].parents.as_slice(), log[1].parents.len()), ([first].as_slice(), 0));
        for signature in log.iter().flat_map(|commit| [&commit.author, &commit.committer]) {
            assert_eq!(signature.who, promotion.scope.identity);
            assert_eq!(signature.at, promotion.scope.started_at);
        }
        let files = repository.files("stage/dev").await.unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["deploy/app.yaml"]);
        heads.push(made);
    }
    assert_eq!(heads[0], heads[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_gets_its_first_branch() {
    let (f, _repository, mut promotion) = fixture().await;
    let empty = f.git.create("empty.git").await.unwrap();
    promotion.url = f.server.git_url("empty.git");
    let missing = promotion.clone_branch("main").await.unwrap_err();
    assert_eq!((missing.kind, missing.code.as_str()), (ErrorKind::NotFound, "git-revision-not-found"));
    promotion.create_branch("main").await.unwrap();
    promotion.write("a", "a");
    let made = promotion.commit("First").await;
    assert_eq!(promotion.push(Target::Current).await.unwrap(), made);
    assert_eq!(empty.log("HEAD").await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told() {
    let (f, _repository, mut promotion) = fixture().await;
    let missing = promotion.clone_branch("none").await.unwrap_err();
    assert_eq!((missing.kind, missing.code.as_str()), (ErrorKind::NotFound, "git-revision-not-found"));
    promotion.url = f.server.git_url("none.git");
    let missing = promotion.clone_branch("main").await.unwrap_err();
    assert_eq!((missing.kind, missing.code.as_str()), (ErrorKind::NotFound, "git-repository-not-found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_left_when_the_attempt_is_cancelled() {
    let (f, _repository, promotion) = fixture().await;
    for part in ["info/refs", "POST"] {
        f.git.gate().clear_faults();
        f.git.gate().forget();
        f.git.gate().add_fault(FaultRule::always(part, Fault::Hang));
        let mut promotion = Promotion::new(&f, part.trim_end_matches("/refs"));
        promotion.url = f.server.git_url("app.git");
        let cancel = async {
            while f.git.gate().count(part) == 0 {
                tokio::task::yield_now().await;
            }
            promotion.scope.network.cancel.cancel();
        };
        let (ended, ()) = tokio::join!(promotion.clone_branch("main"), cancel);
        assert_eq!(ended.unwrap_err().kind, ErrorKind::Cancelled, "{part}");
    }
    assert!(f.git.requests(GitService::UploadPack) > 0);
    drop(promotion);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_falls_silent_is_left_after_a_minute() {
    let (f, _repository, _) = fixture().await;
    for part in ["info/refs", "POST"] {
        f.git.gate().clear_faults();
        f.git.gate().forget();
        f.git.gate().add_fault(FaultRule::once(part, Fault::Hang));
        let mut promotion = Promotion::new(&f, part.trim_end_matches("/refs"));
        promotion.url = f.server.git_url("app.git");
        promotion.scope.network.deadline = Timestamp::from_micros(i64::MAX);
        let clock = Arc::clone(&promotion.clock);
        // Whoever waits may begin to after the request has come, so minutes pass until the end.
        let minutes_pass = async {
            f.git.gate().wait_for(part, 1).await;
            loop {
                clock.set(clock.now().plus(Duration::from_secs(61)));
                tokio::task::yield_now().await;
            }
        };
        let ended = tokio::select! {
            ended = promotion.clone_branch("main") => ended,
            () = minutes_pass => unreachable!("it goes on"),
        };
        let error = ended.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TimedOut, "{part}: {error:?}");
        assert!(error.message.ends_with(": nothing has come for 60 seconds"), "{}", error.message);
        // It answers again.
        promotion.clone_branch("main").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_are_found() {
    let (_f, repository, promotion) = fixture().await;
    let first = repository.resolve("main").await.unwrap().unwrap();
    let second = repository.commit(&NewCommit::on("main").write("a.txt", "two\n")).await.unwrap();
    let at = "2026-02-03T04:05:06Z".parse().unwrap();
    repository.tag("light", first).await.unwrap();
    repository
        .annotated_tag("heavy", first, "Heavy\n", &identity("Ada", "ada@example.com"), at)
        .await
        .unwrap();
    let orphan = repository.commit(&NewCommit::on("gone").write("gone.txt", "gone\n")).await.unwrap();
    repository.delete_branch("gone").await.unwrap();
    for (at, rev, commit, branch, content) in [
        ("default", Rev::DefaultBranch, second, Some("main"), "two\n"),
        ("light", Rev::Tag("light".to_owned()), first, None, "one\n"),
        ("heavy", Rev::Tag("heavy".to_owned()), first, None, "one\n"),
        ("commit", Rev::Commit(first), first, None, "one\n"),
    ] {
        assert_eq!(promotion.clone_into(at, checkout(rev)).await.unwrap(), commit, "{at}");
        let head = promotion.host.head(&promotion.scope, &WorkPath::clamped(at)).await.unwrap();
        assert_eq!((head.commit, head.branch.as_deref(), head.dirty), (commit, branch, false), "{at}");
        assert_eq!(std::fs::read_to_string(promotion.work.join(at).join("a.txt")).unwrap(), content);
    }
    // A commit that no branch has any more is given by name.
    assert_eq!(promotion.clone_into("orphan", checkout(Rev::Commit(orphan))).await.unwrap(), orphan);
    for rev in [Rev::Tag("main".to_owned()), Rev::Commit("12".repeat(20).parse().unwrap())] {
        let missing = promotion.clone_into("missing", checkout(rev)).await;
        assert_eq!(code(missing), (ErrorKind::NotFound, "git-revision-not-found".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_is_not_fetched_again() {
    let (f, _repository, promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let before = f.git.gate().count("POST /git/app.git/git-upload-pack");
    promotion.clone_into("again", checkout(Rev::DefaultBranch)).await.unwrap();
    assert_eq!(f.git.gate().count("POST /git/app.git/git-upload-pack"), before);
    assert!(f.git.gate().count("GET /git/app.git/info/refs") >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_may_become_a_directory_of_branches_and_back() {
    let (_f, repository, promotion) = fixture().await;
    let first = repository.resolve("main").await.unwrap().unwrap();
    repository.set_branch("stage", first).await.unwrap();
    promotion.clone_into("one", checkout(Rev::Branch("stage".to_owned()))).await.unwrap();
    repository.delete_branch("stage").await.unwrap();
    let below = repository.commit(&NewCommit::on("stage/dev").write("x", "x")).await.unwrap();
    let found = promotion.clone_into("two", checkout(Rev::Branch("stage/dev".to_owned()))).await;
    assert_eq!(found.unwrap(), below);
    repository.delete_branch("stage/dev").await.unwrap();
    let above = repository.commit(&NewCommit::on("stage").write("y", "y")).await.unwrap();
    let found = promotion.clone_into("three", checkout(Rev::Branch("stage".to_owned()))).await;
    assert_eq!(found.unwrap(), above);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worktree_takes_the_place_of_nothing() {
    let (_f, _repository, promotion) = fixture().await;
    promotion.write("there", "there");
    let taken = (ErrorKind::AlreadyExists, "git-path-exists".to_owned());
    assert_eq!(code(promotion.clone_branch("main").await), taken);
    assert_eq!(code(promotion.clone_into("out/there", checkout(Rev::DefaultBranch)).await), taken);
    let root = promotion.clone_into("", checkout(Rev::DefaultBranch)).await;
    assert_eq!(code(root), (ErrorKind::Invalid, "git-path-exists".to_owned()));
    assert_eq!(promotion.read("there").as_deref(), Some("there"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sparse_worktree_commits_the_whole_tree() {
    let (_f, repository, promotion) = fixture().await;
    let commit = NewCommit::on("main").write("dev/app.yaml", "1\n").write("prod/app.yaml", "1\n");
    repository.commit(&commit).await.unwrap();
    let sparse = Checkout { sparse: vec!["dev".to_owned()], ..checkout(Rev::DefaultBranch) };
    promotion.clone_into("out", sparse).await.unwrap();
    assert_eq!(promotion.read("dev/app.yaml").as_deref(), Some("1\n"));
    assert_eq!(promotion.read("a.txt").as_deref(), Some("one\n"));
    assert!(!promotion.work.join("out/prod").exists());
    promotion.write("dev/app.yaml", "2\n");
    promotion.commit("Two").await;
    promotion.push(Target::Current).await.unwrap();
    let files = repository.files("main").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.txt", "b.txt", "dev/app.yaml", "prod/app.yaml"]);
    assert_eq!(
        (&files["dev/app.yaml"].content[..], &files["prod/app.yaml"].content[..]),
        (&b"2\n"[..], &b"1\n"[..])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scratch_clone_is_bare_files() {
    let (_f, _repository, mut promotion) = fixture().await;
    promotion.options.scratch = true;
    promotion.clone_branch("main").await.unwrap();
    let scratch = promotion.work.with_file_name("tmp").join("out");
    assert_eq!(std::fs::read_to_string(scratch.join("a.txt")).unwrap(), "one\n");
    assert!(!scratch.join(".git").exists() && !promotion.work.join("out").exists());
    let none = promotion.try_commit("None").await;
    assert_eq!(code(none), (ErrorKind::NotFound, "git-no-worktree".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn refs_are_listed_by_name_and_by_prefix() {
    let (_f, repository, promotion) = fixture().await;
    let first = repository.resolve("main").await.unwrap().unwrap();
    repository.set_branch("stage/dev", first).await.unwrap();
    repository.tag("v1", first).await.unwrap();
    for (patterns, expected) in [
        (&[][..], &["refs/heads/main", "refs/heads/stage/dev", "refs/tags/v1"][..]),
        (&["refs/heads/stage/"], &["refs/heads/stage/dev"]),
        (&["refs/tags/v1", "refs/heads/main"], &["refs/heads/main", "refs/tags/v1"]),
        (&["refs/heads/stage"], &[]),
    ] {
        let patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let args = ListRefs { url: promotion.url.clone(), patterns };
        let found = promotion.host.list_refs(&promotion.scope, None, &args).await.unwrap();
        assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), expected);
        assert!(found.iter().all(|(_, commit)| *commit == first));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_followed_to_the_same_repository_only() {
    let (f, _repository, mut promotion) = fixture().await;
    let redirect = |to: &str| {
        Fault::Respond(windlass_testkit::gate::CannedResponse {
            status: 301,
            headers: vec![("Location".to_owned(), to.to_owned())],
            body: String::new(),
        })
    };
    promotion.url = f.server.git_url("app");
    let to = format!("{}/info/refs?service=git-upload-pack", f.server.git_url("app.git"));
    f.git.gate().add_fault(FaultRule::always("/git/app/info/refs", redirect(&to)));
    promotion.clone_branch("main").await.unwrap();
    assert_eq!(f.git.gate().count("POST /git/app.git/git-upload-pack"), 1);
    f.git.gate().clear_faults();
    for to in ["/git/other.git/info/refs?service=git-upload-pack", "https://forge.invalid/login"] {
        f.git.gate().add_fault(FaultRule::once("/git/app/info/refs", redirect(to)));
        let error = promotion.clone_into("moved", checkout(Rev::DefaultBranch)).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Invalid, "git-repository-moved"));
        let place = to.split("/info/refs").next().unwrap();
        assert!(error.message.contains(&format!("{place}; name that URL")), "{}", error.message);
    }
    assert_eq!(f.git.gate().count("/git/other.git"), 0);
}
