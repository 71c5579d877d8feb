//! Commits signed with the key of a Secret, through the program: named by git-clone, used by git-commit.

use std::process::{Command, Output};

use serde_json::json;
use windlass_tests::{Options, World};

const STEPS: &str = "
- uses: git-clone
  config:
    repoURL: REPO
    author: { name: Ada, email: ada@example.com, signingKey: \"${{ secret('signing').key }}\" }
    checkout: [{ branch: main, path: ./src }]
- uses: kustomize-set-image
  config: { path: ./src/base, images: [{ image: IMAGE, tag: signed }] }
- uses: git-commit
  as: commit
  config: { path: ./src, message: Signed }
- uses: git-push
  config: { path: ./src }
";

/// GnuPG in a home of its own, which ends with the test.
struct Gnupg(tempfile::TempDir);

impl Gnupg {
    fn run(&self, program: &str, args: &[&str]) -> Output {
        Command::new(program).args(args).env("GNUPGHOME", self.0.path()).output().unwrap()
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        self.run("gpgconf", &["--kill", "gpg-agent"]);
    }
}

#[tokio::test]
async fn commits_are_signed_and_the_key_stays_where_it_is() {
    let gnupg = Gnupg(tempfile::tempdir().unwrap());
    let quiet = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
    let faked = "--faked-system-time=20260101T000000!";
    let generate = ["--quick-gen-key", "Ada <ada@example.com>", "ed25519", "sign", "never"];
    assert!(gnupg.run("gpg", &[&quiet[..], &[faked], &generate].concat()).status.success());
    let key = gnupg.run("gpg", &[&quiet[..], &["--armor", "--export-secret-keys"]].concat()).stdout;
    let key = String::from_utf8(key).unwrap();

    let files = vec![("base/kustomization.yaml".to_owned(), "images: []\n".to_owned())];
    let world = World::with(Options { steps: STEPS.to_owned(), files, ..Options::default() }).await;
    let all = std::fs::read_to_string(world.path("manifests/all.yaml")).unwrap();
    let secret = format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: signing\n  namespace: demo\n  labels: {{ \
         kargo.akuity.io/cred-type: generic }}\nstringData: {{ key: {} }}\n",
        json!(key)
    );
    world.write("manifests/all.yaml", &format!("{all}\n{secret}"));
    let ended = world.promote("dev").args(["-o", "json"]).run().await.expect(0);
    let promotion = ended.json();
    let commit = promotion["status"]["state"]["commit"]["commit"].as_str().unwrap().to_owned();

    let repository = world.repository.path().to_str().unwrap();
    let verified = gnupg.run("git", &["-C", repository, "verify-commit", "--raw", &commit]);
    let said = String::from_utf8(verified.stderr).unwrap();
    assert!(verified.status.success() && said.contains("GOODSIG") && said.contains("Ada"), "{said}");

    // No part of the key is in the record or in what was said.
    let line = key.lines().nth(3).unwrap();
    assert!(line.len() == 64 && !ended.stdout.contains(line) && !ended.stderr.contains(line));
    let found = Command::new("grep").args(["-rlF", line]).arg(world.path("data")).output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap(), "");
    let found = Command::new("grep").args(["-rlF", "PRIVATE KEY"]).arg(world.path("data")).output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap(), "");
}
