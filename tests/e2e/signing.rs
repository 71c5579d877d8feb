//! Commits signed with the key of a Secret, through the program: named by git-clone, used by git-commit.

use std::process::Command;

use serde_json::json;
use windlass_tests::{Gnupg, Options, World};

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

#[tokio::test]
async fn commits_are_signed_and_the_key_stays_where_it_is() {
    let gnupg = Gnupg::default();
    let key = gnupg.key("Ada <ada@example.com>");

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

    let said = gnupg.verify(world.repository.path(), &commit);
    assert!(said.is_some_and(|said| said.contains("Ada")));

    // No part of the key is in the record or in what was said.
    let line = key.lines().nth(3).unwrap();
    assert!(line.len() == 64 && !ended.stdout.contains(line) && !ended.stderr.contains(line));
    let found = Command::new("grep").args(["-rlF", line]).arg(world.path("data")).output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap(), "");
    let found = Command::new("grep").args(["-rlF", "PRIVATE KEY"]).arg(world.path("data")).output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap(), "");
}
