//! Who is trusted over SSH: keys that log in, and keys of servers.

use windlass_egress::EgressConfig;
use windlass_git::KnownHosts;
use windlass_model::call::git::Target;
use windlass_model::call::{CallError, ErrorKind};
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::credentials::GitCredential;

use crate::fixture::{Promotion, credential, fixture};
use crate::ssh_fixture::{key, ssh_fixture};

/// What is said when `main` cannot be cloned.
async fn refused(promotion: &Promotion) -> CallError {
    promotion.clone_branch("main").await.unwrap_err()
}

fn is(error: &CallError, kind: ErrorKind, code: &str) {
    assert_eq!((error.kind, error.code.as_str()), (kind, code), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_key_logs_in() {
    let (f, _repository, _) = ssh_fixture().await;
    for (number, options) in [
        &["-t", "ecdsa", "-b", "256"][..],
        &["-t", "ecdsa", "-b", "384", "-m", "PEM"],
        &["-t", "ecdsa", "-b", "521", "-m", "PKCS8"],
        &["-t", "rsa", "-b", "2048"],
        &["-t", "rsa", "-b", "3072", "-m", "PEM"],
        &["-t", "rsa", "-b", "2048", "-m", "PKCS8"],
    ]
    .into_iter()
    .enumerate()
    {
        let mut promotion = f.promotion(&number.to_string());
        let private = f.server.new_key(options).await.unwrap();
        promotion.credential = key(&private, Some(f.server.known_hosts()));
        promotion.clone_branch("main").await.unwrap_or_else(|e| panic!("{options:?}: {}", e.message));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_registered_is_named_and_never_shown() {
    let (f, _repository, mut promotion) = ssh_fixture().await;
    let (other, ..) = ssh_fixture().await;
    for options in [&["-t", "ed25519"][..], &["-t", "rsa", "-b", "2048"]] {
        let private = other.server.new_key(options).await.unwrap();
        promotion.credential = key(&private, Some(f.server.known_hosts()));
        let error = refused(&promotion).await;
        is(&error, ErrorKind::Denied, "git-credentials");
        assert!(error.message.contains("refuses the key of Secret shop/deploy (ssh-"), "{}", error.message);
        assert!(error.message.contains(" SHA256:"), "{}", error.message);
        for line in private.lines().filter(|line| line.len() > 20) {
            assert!(!format!("{error:?}").contains(line));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_of_the_secret_comes_before_the_one_of_the_url() {
    let (f, _repository, mut promotion) = ssh_fixture().await;
    let user = f.server.user().to_owned();
    promotion.url = promotion.url.replacen(&format!("{user}@"), "nobody-at-all@", 1);
    is(&refused(&promotion).await, ErrorKind::Denied, "git-credentials");
    let Some(GitCredential::Key(key)) = &mut promotion.credential else { unreachable!() };
    key.username = Some(SecretValue::new(user));
    promotion.clone_branch("main").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_the_other_protocol_are_told() {
    let (f, _repository, mut promotion) = ssh_fixture().await;
    let url = promotion.url.clone();
    promotion.credential = None;
    let error = refused(&promotion).await;
    is(&error, ErrorKind::Denied, "git-credentials");
    assert!(error.message.contains("repoURL and sshPrivateKey"), "{}", error.message);
    promotion.credential = credential("shop/deploy", "ada", "hunter2");
    let error = refused(&promotion).await;
    is(&error, ErrorKind::Invalid, "git-credentials-unfit");
    assert_eq!(
        error.message,
        format!(
            "{url}: Secret shop/deploy has a password, but SSH logs in with a key; give it sshPrivateKey, or name the \
             repository's https:// URL"
        )
    );
    promotion.url = f.forge.server.git_url("app.git");
    promotion.credential = key(f.server.private_key(), None);
    let error = refused(&promotion).await;
    is(&error, ErrorKind::Invalid, "git-credentials-unfit");
    assert!(error.message.contains("has a key, which is for SSH"), "{}", error.message);
    assert_eq!(f.server.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_used_is_refused_before_anybody_is_asked() {
    let (f, _repository, mut promotion) = ssh_fixture().await;
    let encrypted = f.server.new_key(&["-t", "ed25519", "-N", "hunter2"]).await.unwrap();
    for (private, why) in [(encrypted.as_str(), "is encrypted with a passphrase"), ("x", "is no private key")]
    {
        promotion.credential = key(private, Some(f.server.known_hosts()));
        let error = refused(&promotion).await;
        is(&error, ErrorKind::Invalid, "git-ssh-key-unusable");
        let begin = format!("sshPrivateKey of Secret shop/deploy {why}");
        assert!(error.message.starts_with(&begin), "{}", error.message);
    }
    promotion.credential = key(f.server.private_key(), Some("# mine\nh ssh-ed25519\n"));
    let error = refused(&promotion).await;
    is(&error, ErrorKind::Invalid, "git-known-hosts-invalid");
    assert!(error.message.starts_with("sshKnownHosts of Secret shop/deploy, line 2: "), "{}", error.message);
    assert_eq!(f.server.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_server_is_refused_until_its_line_is_added() {
    let (f, _repository, mut promotion) = ssh_fixture().await;
    promotion.credential = key(f.server.private_key(), None);
    let error = refused(&promotion).await;
    is(&error, ErrorKind::Denied, "git-host-key-unknown");
    assert!(error.message.contains("shows the key ssh-ed25519 SHA256:"), "{}", error.message);
    let (advice, line) = error.message.rsplit_once(": ").unwrap();
    assert!(
        advice.ends_with("to the file of --ssh-known-hosts, or to sshKnownHosts of Secret shop/deploy"),
        "{advice}"
    );
    assert_eq!(f.server.known_hosts().lines().next(), Some(line));
    promotion.credential = key(f.server.private_key(), Some(line));
    promotion.clone_branch("main").await.unwrap();
    let mut operator = f.stranger("operator", KnownHosts::parse(line).unwrap());
    operator.credential = key(f.server.private_key(), None);
    operator.clone_branch("main").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_shows_the_key_by_which_it_is_known() {
    let (f, _repository, mut promotion) = ssh_fixture().await;
    let ecdsa = f.server.known_hosts().lines().nth(1).unwrap().to_owned();
    assert!(ecdsa.contains("ecdsa-sha2-nistp256"), "{ecdsa}");
    promotion.credential = key(f.server.private_key(), Some(&ecdsa));
    promotion.clone_branch("main").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_changed_is_refused_loudly() {
    let (f, _repository, mut promotion) = ssh_fixture().await;
    let (other, ..) = ssh_fixture().await;
    let own = f.server.address().to_string();
    let port = |server: &str| format!("[127.0.0.1]:{}", server.rsplit(':').next().unwrap());
    let name = port(&own);
    let stale = other.server.known_hosts().replace(&port(&other.server.address().to_string()), &name);
    promotion.credential = key(f.server.private_key(), Some(&stale));
    let error = refused(&promotion).await;
    is(&error, ErrorKind::Denied, "git-host-key-changed");
    assert!(
        error.message.contains("THE KEY OF 127.0.0.1 HAS CHANGED to ssh-ed25519 SHA256:"),
        "{}",
        error.message
    );
    // A key of another type does not make up for it, and neither does one that is revoked.
    let revoked =
        f.server.known_hosts().to_owned() + "@revoked * " + f.server.known_hosts().split_once(' ').unwrap().1;
    promotion.credential = key(f.server.private_key(), Some(&revoked));
    is(&refused(&promotion).await, ErrorKind::Denied, "git-host-key-revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_bytes_are_limited_as_for_requests() {
    let (f, _repository, mut promotion) = ssh_fixture().await;
    promotion.scope.network.public_only = true;
    is(&refused(&promotion).await, ErrorKind::Denied, "address-refused");
    promotion.scope.network.granted = vec!["127.0.0.1/32".parse().unwrap()];
    promotion.clone_branch("main").await.unwrap();
    let own = EgressConfig { blocked: vec![f.server.address()], ..EgressConfig::default() };
    let mut blocked = Promotion::trusting(&f.forge, "blocked", own, KnownHosts::default());
    blocked.url = promotion.url.clone();
    blocked.credential = promotion.credential.clone();
    is(&refused(&blocked).await, ErrorKind::Denied, "address-refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn mirrors_are_told_apart_by_credential() {
    let (_forge, _repository, _) = fixture().await;
    let (f, repository, mut promotion) = ssh_fixture().await;
    promotion.clone_branch("main").await.unwrap();
    let Some(GitCredential::Key(key)) = &mut promotion.credential else { unreachable!() };
    key.source = "shop/other".to_owned();
    promotion
        .clone_into("two", crate::fixture::checkout(windlass_model::call::git::Rev::DefaultBranch))
        .await
        .unwrap();
    let mirrors = promotion.work.parent().unwrap().with_file_name("mirrors").join("default");
    let is_mirror = |entry: &std::fs::DirEntry| entry.path().extension().is_some_and(|ext| ext == "git");
    let mirrors = std::fs::read_dir(mirrors).unwrap().filter(|entry| is_mirror(entry.as_ref().unwrap()));
    assert_eq!(mirrors.count(), 2);
    // What was cloned with the first is still whole.
    promotion.write("c.txt", "c\n");
    promotion.commit("c").await;
    promotion.push(Target::Current).await.unwrap();
    assert_eq!(repository.log("main").await.unwrap().len(), 2);
    drop(f);
}
