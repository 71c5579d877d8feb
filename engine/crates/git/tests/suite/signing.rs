//! Commits signed with keys that GnuPG made, and verified by `git verify-commit`.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;
use windlass_git::IntegrationPolicy;
use windlass_model::call::git::{SigningKeyText, Target};
use windlass_model::manifest::secret::SecretValue;
use windlass_testkit::git::{NewCommit, Repository};

use crate::fixture::{Promotion, fixture, fixture_with};

/// Before the commits of the fixture.
const MADE: &str = "--faked-system-time=20260101T000000!";

/// A home of GnuPG with one key.
struct Keyring {
    home: TempDir,
}

impl Keyring {
    fn new(algorithm: &str, usage: &str, expires: &str) -> Self {
        let keyring = Self { home: tempfile::tempdir().unwrap() };
        keyring.gpg(&[MADE, "--quick-gen-key", "Ada <ada@example.com>", algorithm, usage, expires]);
        keyring
    }

    fn gpg(&self, args: &[&str]) -> String {
        let quiet = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
        let done = self.run(Command::new("gpg").args(quiet).args(args));
        String::from_utf8(done.stdout).unwrap()
    }

    fn run(&self, command: &mut Command) -> Output {
        let done = command.env("GNUPGHOME", self.home.path()).output().unwrap();
        assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
        done
    }

    /// The fingerprints of the key and its subkeys, in the order in which they were made.
    fn fingerprints(&self) -> Vec<String> {
        let listed = self.gpg(&["--with-colons", "--list-keys"]);
        let lines = listed.lines().filter(|line| line.starts_with("fpr:"));
        lines.map(|line| line.split(':').nth(9).unwrap().to_owned()).collect()
    }

    fn add_subkey(&self, algorithm: &str, usage: &str) {
        let primary = &self.fingerprints()[0];
        self.gpg(&[
            "--faked-system-time=20260102T000000!",
            "--quick-add-key",
            primary,
            algorithm,
            usage,
            "never",
        ]);
    }

    fn secret(&self) -> String {
        self.gpg(&["--armor", "--export-secret-keys"])
    }

    /// The fingerprint of the key that signed a commit, as Git verifies it.
    fn signer(&self, repository: &Repository, commit: &str) -> String {
        let git =
            |args: &[&str]| self.run(Command::new("git").arg("-C").arg(repository.path()).args(args)).stdout;
        git(&["verify-commit", commit]);
        String::from_utf8(git(&["log", "-1", "--format=%GF", commit])).unwrap().trim().to_owned()
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        let mut end = Command::new("gpgconf");
        let _ = end.args(["--kill", "gpg-agent"]).env("GNUPGHOME", self.home.path()).status();
    }
}

/// As the broker hands a key over.
fn give(promotion: &mut Promotion, key: &str) {
    promotion.scope.signing_key = Some(SecretValue::new(key));
}

fn state_file(promotion: &Promotion) -> PathBuf {
    promotion.work.parent().unwrap().join("git/worktrees.json")
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_are_signed_with_every_algorithm() {
    for algorithm in ["rsa2048", "ed25519", "nistp256", "nistp384", "nistp521"] {
        let keyring = Keyring::new(algorithm, "sign", "never");
        let (_f, repository, mut promotion) = fixture().await;
        give(&mut promotion, &keyring.secret());
        promotion.clone_branch("main").await.unwrap();
        promotion.scope.signing_key = None;
        // What is stored holds no key; a later step signs all the same.
        assert!(!std::fs::read_to_string(state_file(&promotion)).unwrap().contains("BEGIN PGP"));
        promotion.next_step(true);
        promotion.write("a.txt", "two\n");
        let commit = promotion.commit("Two").await;
        promotion.push(Target::Current).await.unwrap();
        let signer = keyring.signer(&repository, &commit.to_string());
        assert_eq!(signer, keyring.fingerprints()[0], "{algorithm}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_commit_of_a_branch_is_signed_by_the_subkey_for_it() {
    let keyring = Keyring::new("ed25519", "cert", "never");
    keyring.add_subkey("ed25519", "sign");
    keyring.add_subkey("cv25519", "encr");
    let (_f, repository, mut promotion) = fixture().await;
    // The primary key itself stays at home.
    give(&mut promotion, &keyring.gpg(&["--armor", "--export-secret-subkeys"]));
    let commit = promotion.create_branch("new").await.unwrap();
    assert_eq!(keyring.signer(&repository, &commit.to_string()), keyring.fingerprints()[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_commits_are_signed_anew_when_they_are_rebased() {
    for policy in IntegrationPolicy::ALL {
        let keyring = Keyring::new("nistp256", "sign", "never");
        let (_f, repository, mut promotion) = fixture_with(policy).await;
        give(&mut promotion, &keyring.secret());
        promotion.clone_branch("main").await.unwrap();
        promotion.scope.signing_key = None;
        repository.commit(&NewCommit::on("main").write("b.txt", "theirs\n")).await.unwrap();
        promotion.write("a.txt", "ours\n");
        promotion.commit("Ours").await;
        let pushed = promotion.push(Target::Current).await.unwrap();
        let log = repository.log("main").await.unwrap();
        let is_merge = log[0].parents.len() == 2;
        assert_eq!(is_merge, policy == IntegrationPolicy::AlwaysMerge, "{policy}");
        assert_eq!(keyring.signer(&repository, &pushed.to_string()), keyring.fingerprints()[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_sign_end_the_clone() {
    let keyring = Keyring::new("ed25519", "sign", "never");
    let expired = Keyring::new("ed25519", "sign", "2026-02-01");
    let locked = Keyring { home: tempfile::tempdir().unwrap() };
    let generate = ["--quick-gen-key", "Ada <ada@example.com>", "ed25519", "sign", "never"];
    let quiet = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "hunter2", MADE];
    locked.run(Command::new("gpg").args(quiet).args(generate));
    let locked_key =
        locked.run(Command::new("gpg").args(quiet).args(["--armor", "--export-secret-keys"])).stdout;
    for (key, why) in [
        (String::from_utf8(locked_key).unwrap(), "it has a passphrase"),
        (expired.secret(), "none of its keys may sign"),
        (Keyring::new("dsa2048", "sign", "never").secret(), "OpenPGP's number 17"),
        (keyring.gpg(&["--armor", "--export"]), "it is not an OpenPGP private key"),
        (keyring.gpg(&["--armor", "--export-secret-subkeys"]), "the half that signs is not in it"),
        ("hunter2".to_owned(), "it is not an OpenPGP private key"),
    ] {
        let (_f, _r, mut promotion) = fixture().await;
        give(&mut promotion, &key);
        let error = promotion.clone_branch("main").await.unwrap_err();
        assert_eq!(error.code, "git-signing-key-unusable");
        assert!(error.message.contains(why), "{}", error.message);
        assert!(!state_file(&promotion).exists());
    }
}

#[test]
fn a_key_is_not_shown() {
    assert_eq!(format!("{:?}", SigningKeyText("hunter2".to_owned())), "SigningKeyText(…)");
}
