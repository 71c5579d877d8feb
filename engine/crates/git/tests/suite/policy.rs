//! How a push integrates what others pushed, by the operator's policy.

use windlass_git::IntegrationPolicy;
use windlass_model::call::ErrorKind;
use windlass_model::call::git::Target;
use windlass_ports::git::Git as _;
use windlass_testkit::git::{NewCommit, Repository};

use crate::fixture::{Forge, Promotion, code, fixture_with, out, plumb};

/// A promotion that has a commit of its own, and somebody else's commit on `main` meanwhile.
async fn diverged(policy: IntegrationPolicy) -> (Forge, Repository, Promotion) {
    let (forge, repository, promotion) = fixture_with(policy).await;
    promotion.clone_branch("main").await.unwrap();
    repository.commit(&NewCommit::on("main").message("Theirs\n").write("b.txt", "theirs\n")).await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    (forge, repository, promotion)
}

/// The same, but ours has a signed commit beneath it that `main` does not have.
async fn diverged_with_signature(policy: IntegrationPolicy) -> (Forge, Repository, Promotion) {
    let (forge, repository, promotion) = fixture_with(policy).await;
    let tree = plumb(&repository, &["rev-parse", "main^{tree}"], b"");
    let parent = plumb(&repository, &["rev-parse", "main"], b"");
    let signed = format!(
        "tree {tree}\nparent {parent}\nauthor Ada <ada@example.com> 1700000000 +0000\ncommitter Ada <ada@example.com> \
         1700000000 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n not a real one\n -----END PGP SIGNATURE-----\n\nSigned\n"
    );
    let id = plumb(&repository, &["hash-object", "-t", "commit", "-w", "--stdin"], signed.as_bytes());
    plumb(&repository, &["update-ref", "refs/heads/signed", &id], b"");
    promotion.clone_branch("signed").await.unwrap();
    repository.commit(&NewCommit::on("main").message("Theirs\n").write("b.txt", "theirs\n")).await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    (forge, repository, promotion)
}

fn main() -> Target {
    Target::Branch("main".to_owned())
}

async fn messages(repository: &Repository) -> Vec<String> {
    repository.log("main").await.unwrap().into_iter().map(|commit| commit.message).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_has_both_as_parents() {
    let (_f, repository, promotion) = diverged(IntegrationPolicy::AlwaysMerge).await;
    let ours = promotion.host.head(&promotion.scope, &out()).await.unwrap().commit;
    let theirs = repository.resolve("main").await.unwrap().unwrap();
    let pushed = promotion.push(Target::Current).await.unwrap();
    let log = repository.log("main").await.unwrap();
    assert_eq!((log[0].id, log[0].parents.as_slice()), (pushed, [ours, theirs].as_slice()));
    let url = promotion.url.strip_suffix(".git").unwrap();
    assert_eq!(log[0].message, format!("Merge branch 'main' of {url} into main\n"));
    let files = repository.files("main").await.unwrap();
    assert_eq!(
        (&files["a.txt"].content[..], &files["b.txt"].content[..]),
        (&b"ours\n"[..], &b"theirs\n"[..])
    );
    // The worktree follows what was pushed.
    assert_eq!(promotion.read("b.txt").as_deref(), Some("theirs\n"));
    assert_eq!(promotion.host.head(&promotion.scope, &out()).await.unwrap().commit, pushed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_conflicts_leaves_everything_as_it_was() {
    let (_f, repository, promotion) = diverged(IntegrationPolicy::AlwaysMerge).await;
    let theirs = repository.commit(&NewCommit::on("main").write("a.txt", "theirs\n")).await.unwrap();
    let before = promotion.host.head(&promotion.scope, &out()).await.unwrap();
    let error = promotion.push(Target::Current).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "git-merge-conflict"));
    assert!(error.message.ends_with("the same lines meanwhile, in a.txt"), "{}", error.message);
    assert_eq!(repository.resolve("main").await.unwrap(), Some(theirs));
    assert_eq!(promotion.host.head(&promotion.scope, &out()).await.unwrap(), before);
    assert_eq!(promotion.read("a.txt").as_deref(), Some("ours\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_nothing_in_common_is_not_merged() {
    let (_f, repository, promotion) = diverged(IntegrationPolicy::AlwaysMerge).await;
    let other = NewCommit::on("unrelated").message("Other\n").write("x.txt", "x\n");
    let other = repository.commit(&other).await.unwrap();
    let tree = format!("{other}^{{tree}}");
    let by = ["-c", "user.name=x", "-c", "user.email=x"];
    let orphan = plumb(&repository, &[&by[..], &["commit-tree", &tree, "-m", "Orphan"]].concat(), b"");
    plumb(&repository, &["update-ref", "refs/heads/main", &orphan], b"");
    let unrelated = (ErrorKind::Conflict, "git-unrelated-histories".to_owned());
    assert_eq!(code(promotion.push(Target::Current).await), unrelated);
}

#[tokio::test(flavor = "multi_thread")]
async fn unsigned_commits_are_rebased_wherever_that_is_allowed() {
    for policy in
        [IntegrationPolicy::AlwaysRebase, IntegrationPolicy::RebaseOrMerge, IntegrationPolicy::RebaseOrFail]
    {
        let (_f, repository, promotion) = diverged(policy).await;
        promotion.push(Target::Current).await.unwrap();
        assert_eq!(messages(&repository).await, ["Ours\n", "Theirs\n", "Change\n"], "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_commit_is_merged_or_refused() {
    let (_f, repository, promotion) = diverged_with_signature(IntegrationPolicy::AlwaysRebase).await;
    promotion.push(main()).await.unwrap();
    assert_eq!(messages(&repository).await[0], "Ours\n", "the signature is lost, as the operator said");

    let (_f, repository, promotion) = diverged_with_signature(IntegrationPolicy::RebaseOrMerge).await;
    promotion.push(main()).await.unwrap();
    let log = messages(&repository).await;
    assert!(log[0].starts_with("Merge branch 'main' of "), "{log:?}");
    assert!(log[0].ends_with(" into signed\n"), "{log:?}");
    assert!(log.contains(&"Signed\n".to_owned()), "{log:?}");

    let (_f, repository, promotion) = diverged_with_signature(IntegrationPolicy::RebaseOrFail).await;
    let unsafe_ = (ErrorKind::Conflict, "git-rebase-unsafe".to_owned());
    assert_eq!(code(promotion.push(main()).await), unsafe_);
    assert_eq!(messages(&repository).await, ["Theirs\n", "Change\n"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_theirs_or_is_behind_it_needs_no_policy() {
    for policy in IntegrationPolicy::ALL {
        let (_f, repository, promotion) = fixture_with(policy).await;
        promotion.clone_branch("main").await.unwrap();
        let theirs =
            repository.commit(&NewCommit::on("main").message("Theirs\n").write("b.txt", "x\n")).await;
        assert_eq!(promotion.push(main()).await.unwrap(), theirs.unwrap(), "{policy}");
        promotion.write("a.txt", "ours\n");
        let made = promotion.commit("Ours").await;
        assert_eq!(promotion.push(main()).await.unwrap(), made, "{policy}");
    }
}
