//! Repositories on this host, which the operator lists.

use windlass_model::call::ErrorKind;
use windlass_model::call::git::Target;
use windlass_testkit::git::NewCommit;

use crate::fixture::{code, fixture};

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_listed_may_be_used() {
    let (f, repository, mut promotion) = fixture().await;
    promotion.url = format!("file://{}", repository.path().display());
    let refused = (ErrorKind::Denied, "git-local-refused".to_owned());
    assert_eq!(code(promotion.clone_branch("main").await), refused);
    let elsewhere = f.dir.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    promotion.scope.local = vec![elsewhere.display().to_string()];
    assert_eq!(code(promotion.clone_branch("main").await), refused);
    // A link does not make another directory a listed one.
    let link = elsewhere.join("app.git");
    std::os::unix::fs::symlink(repository.path(), &link).unwrap();
    promotion.url = format!("file://{}", link.display());
    assert_eq!(code(promotion.clone_branch("main").await), refused);
    promotion.url = format!("file://{}/none.git", elsewhere.display());
    let missing = (ErrorKind::NotFound, "git-repository-not-found".to_owned());
    assert_eq!(code(promotion.clone_branch("main").await), missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_and_branches_reach_it() {
    let (f, repository, mut promotion) = fixture().await;
    promotion.url = format!("file://{}", repository.path().display());
    promotion.scope.local = vec![f.dir.path().display().to_string()];
    promotion.create_branch("stage/dev").await.unwrap();
    promotion.write("a.txt", "ours\n");
    let made = promotion.commit("Ours").await;
    assert_eq!(promotion.push(Target::Current).await.unwrap(), made);
    let theirs = repository.commit(&NewCommit::on("stage/dev").write("b.txt", "theirs\n")).await.unwrap();
    promotion.write("a.txt", "again\n");
    promotion.commit("Again").await;
    let pushed = promotion.push(Target::Current).await.unwrap();
    let log = repository.log("stage/dev").await.unwrap();
    assert_eq!((log[0].id, log[0].parents.as_slice(), log.len()), (pushed, [theirs].as_slice(), 4));
    assert_eq!(promotion.read("b.txt").as_deref(), Some("theirs\n"));
    assert_eq!(f.git.gate().requests().len(), 0);
}
