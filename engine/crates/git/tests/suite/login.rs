//! Credentials and certificates.

use windlass_egress::EgressConfig;
use windlass_git::KnownHosts;
use windlass_model::call::ErrorKind;
use windlass_model::call::git::{Rev, Target};
use windlass_testkit::git::{GitServerConfig, NewCommit};
use windlass_testkit::server::TlsIdentity;
use windlass_testkit::{Login, Server, ServerConfig};

use crate::fixture::{Promotion, checkout, code, credential, fixture, forge};

#[tokio::test(flavor = "multi_thread")]
async fn logins_are_sent_and_refusals_told() {
    let f = forge(|root| GitServerConfig::closed(root, Login::new("ada", "p:w"))).await;
    let repository = f.git.create("app.git").await.unwrap();
    repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let mut promotion = Promotion::new(&f, "one");
    let anonymous = promotion.clone_branch("main").await.unwrap_err();
    assert_eq!((anonymous.kind, anonymous.code.as_str()), (ErrorKind::Denied, "git-credentials"));
    assert!(anonymous.message.contains("asks for credentials"), "{}", anonymous.message);
    promotion.credential = credential("shop/git", "ada", "wrong");
    let wrong = promotion.clone_branch("main").await.unwrap_err();
    assert_eq!((wrong.kind, wrong.code.as_str()), (ErrorKind::Denied, "git-credentials"));
    assert!(
        wrong.message.contains("Secret shop/git") && !wrong.message.contains("wrong"),
        "{}",
        wrong.message
    );
    promotion.credential = credential("shop/git", "ada", "p:w");
    promotion.clone_branch("main").await.unwrap();
    promotion.write("b", "b");
    let made = promotion.commit("b").await;
    assert_eq!(promotion.push(Target::Branch("other".to_owned())).await.unwrap(), made);
    assert_eq!(repository.resolve("other").await.unwrap(), Some(made));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_only_read_is_told_when_it_pushes() {
    let login = Login::new("ada", "pw");
    let config = |root: &std::path::Path| GitServerConfig {
        anonymous_read: true,
        ..GitServerConfig::closed(root, login.clone())
    };
    let f = forge(config).await;
    let repository = f.git.create("app.git").await.unwrap();
    let first = repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let promotion = Promotion::new(&f, "one");
    promotion.clone_branch("main").await.unwrap();
    promotion.write("b", "b");
    promotion.commit("b").await;
    let refused = promotion.push(Target::Current).await;
    assert_eq!(code(refused), (ErrorKind::Denied, "git-credentials".to_owned()));
    assert_eq!(repository.resolve("main").await.unwrap(), Some(first));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_in_the_url_is_sent_and_never_shown() {
    let f = forge(|root| GitServerConfig::closed(root, Login::new("ada", "pw"))).await;
    f.git.create("app.git").await.unwrap().commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let mut promotion = Promotion::new(&f, "one");
    let plain = promotion.url.clone();
    promotion.url = plain.replace("http://", "http://ada:pw@");
    promotion.clone_branch("main").await.unwrap();
    promotion.url = plain.replace("http://", "http://ada:hunter2@");
    let error = promotion.clone_into("two", checkout(Rev::DefaultBranch)).await.unwrap_err();
    assert_eq!(error.code, "git-credentials");
    assert!(error.message.contains(&plain) && !error.message.contains("hunter2"), "{}", error.message);
    promotion.url = "http://ada:hunter2@git.example.test/app.git".to_owned();
    let open = promotion.clone_into("two", checkout(Rev::DefaultBranch)).await.unwrap_err();
    assert_eq!((open.kind, open.code.as_str()), (ErrorKind::Denied, "git-unencrypted"));
    assert!(!open.message.contains("hunter2"), "{}", open.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_credential_has_another_mirror_and_the_same_promotion() {
    let (_f, repository, mut promotion) = fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let second = repository.commit(&NewCommit::on("main").write("a.txt", "two\n")).await.unwrap();
    promotion.credential = credential("shop/git", "ada", "pw");
    assert_eq!(promotion.clone_into("two", checkout(Rev::DefaultBranch)).await.unwrap(), second);
    let mirrors = promotion.work.parent().unwrap().with_file_name("mirrors").join("default");
    let is_mirror = |entry: &std::fs::DirEntry| entry.path().extension().is_some_and(|ext| ext == "git");
    let mirrors = std::fs::read_dir(mirrors).unwrap().filter(|entry| is_mirror(entry.as_ref().unwrap()));
    assert_eq!(mirrors.count(), 2);
    // What was cloned with the first is still whole.
    promotion.write("c.txt", "c\n");
    promotion.commit("c").await;
    promotion.push(Target::Current).await.unwrap();
    assert_eq!(repository.log("main").await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_checked_unless_told_otherwise() {
    let (f, repository, _) = fixture().await;
    let identity = TlsIdentity::self_signed().unwrap();
    let config =
        ServerConfig { git: Some(f.git.clone()), tls: Some(identity.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let mut strict = Promotion::new(&f, "strict");
    strict.url = server.git_url("app.git");
    assert_eq!(strict.clone_branch("main").await.unwrap_err().kind, ErrorKind::Unavailable);
    strict.options.insecure_skip_tls_verify = true;
    strict.clone_branch("main").await.unwrap();
    strict.write("c.txt", "c\n");
    let made = strict.commit("c").await;
    assert_eq!(strict.push(Target::Current).await.unwrap(), made);
    assert_eq!(repository.resolve("main").await.unwrap(), Some(made));
    let roots = vec![identity.certificate_pem().into()];
    let mut trusting = Promotion::trusting(
        &f,
        "trusting",
        EgressConfig { extra_roots: roots, ..EgressConfig::default() },
        KnownHosts::default(),
    );
    trusting.url = server.git_url("app.git");
    assert_eq!(trusting.clone_branch("main").await.unwrap(), made);
}
