//! Guests that want Git, or the steps after them, to do what they may not do themselves.

use serde_json::Value;
use windlass_testkit::git::NewCommit;
use windlass_tests::{Ended, World};

use super::{complaint, look, promote, world};

/// Clones `main` into `out`, runs a guest in it, and commits and pushes what it left to the branch `guest`.
fn pipeline(guest: &str, config: &str) -> String {
    format!(
        "
- uses: git-clone
  config: {{ repoURL: REPO, checkout: [{{ branch: main, path: ./out }}] }}
- uses: {guest}
  as: guest
  config: {{ {config} }}
- uses: git-commit
  as: commit
  config: {{ path: ./out, message: Work of a guest }}
- uses: git-push
  config: {{ path: ./out, targetBranch: guest }}
"
    )
}

/// The names of the files of a branch.
async fn names(world: &World, branch: &str) -> Vec<String> {
    world.repository.files(branch).await.unwrap().into_keys().collect()
}

/// The branch has one commit of the engine's identity on top of `main`.
async fn is_one_honest_commit(world: &World, branch: &str, ended: Ended) {
    let promotion = ended.expect(0).json();
    let log = world.repository.log(branch).await.unwrap();
    assert_eq!(promotion["status"]["state"]["commit"]["commit"], serde_json::json!(log[0].id));
    assert_eq!((log[0].author.who.name.as_str(), log[0].message.as_str()), ("Kargo", "Work of a guest\n"));
    assert_eq!(log[0].parents, [world.main]);
}

#[tokio::test]
async fn a_git_file_that_points_elsewhere_is_not_followed() {
    let world = world(&pipeline("git-file", "dir: OTHER")).await;
    let other = world.git.create("other.git").await.unwrap();
    let theirs = other.commit(&NewCommit::on("main").write("theirs", "theirs")).await.unwrap();
    world.edit_manifests("OTHER", other.path().to_str().unwrap());
    is_one_honest_commit(&world, "guest", promote(&world).run().await).await;
    let mut expected = names(&world, "main").await;
    expected.push("file.txt".to_owned());
    expected.sort();
    assert_eq!(names(&world, "guest").await, expected);
    let branches: Vec<_> = other.branches().await.unwrap().into_iter().collect();
    assert_eq!(branches, [("main".to_owned(), theirs)]);
}

#[tokio::test]
async fn a_git_directory_of_a_guest_is_not_read() {
    let world = world(&pipeline("git-directory", "program: PROGRAM, objects: OBJECTS")).await;
    let program =
        world.write("program.sh", &format!("#!/bin/sh\necho ran >> {}\ncat\n", world.path("ran").display()));
    let executable = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(&program, executable).unwrap();
    world.edit_manifests("PROGRAM", program.to_str().unwrap());
    world.edit_manifests("OBJECTS", world.path("git").to_str().unwrap());
    is_one_honest_commit(&world, "guest", promote(&world).run().await).await;
    assert!(!world.path("ran").exists(), "a hook, filter or program of the guest's configuration ran");
    let mut expected = names(&world, "main").await;
    expected.extend([".gitattributes", "file.txt"].map(str::to_owned));
    expected.sort();
    assert_eq!(names(&world, "guest").await, expected);
    let files = world.repository.files("guest").await.unwrap();
    assert_eq!(files["file.txt"].content, b"written by a step\n");
}

#[tokio::test]
async fn a_directory_that_became_a_link_is_committed_as_a_link() {
    let world = world(&pipeline("linked-directory", "").replace("./out", "./src")).await;
    is_one_honest_commit(&world, "guest", promote(&world).run().await).await;
    let files = world.repository.files("guest").await.unwrap();
    assert_eq!(
        (files["base"].mode.as_str(), files["base"].content.as_slice()),
        ("120000", &b"../../git"[..])
    );
    let expected = ["base", "env/dev/kustomization.yaml", "env/prod/kustomization.yaml"];
    assert_eq!(files.keys().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_directory_that_became_a_link_is_not_read_by_other_steps() {
    let steps = "
- uses: git-clone
  config: { repoURL: REPO, checkout: [{ branch: main, path: ./src }] }
- uses: linked-directory
- uses: kustomize-build
  as: build
  config: { path: ./src/env/dev, outPath: ./rendered.yaml }
";
    let world = world(steps).await;
    let (_, message) = complaint(promote(&world).run().await, "build");
    assert!(message.contains("../../base"), "{message}");
}

#[tokio::test]
async fn a_worktree_that_became_a_link_is_not_cleared() {
    let steps = "
- uses: git-clone
  config:
    repoURL: REPO
    checkout: [{ branch: main, path: ./src }, { branch: main, path: ./out }]
- uses: linked-worktree
- uses: git-clear
  as: clear
  continueOnError: true
  config: { path: ./out }
- uses: git-commit
  as: commit
  config: { path: ./src, message: Nothing has changed }
";
    let world = world(steps).await;
    let ended = promote(&world).run().await;
    let promotion = ended.json();
    assert_eq!(promotion["status"]["state"]["commit"]["commit"], serde_json::json!(world.main));
    let steps = promotion["status"]["stepExecutionMetadata"].as_array().unwrap();
    let message =
        |alias: &str| steps.iter().find(|step| step["alias"] == alias).map(|step| step["message"].clone());
    let says = "out has become a symbolic link, which is never followed";
    let clear = message("clear").unwrap_or(Value::Null);
    assert!(clear.as_str().is_some_and(|message| message.contains(says)), "{clear}");
}

#[tokio::test]
async fn nothing_is_written_through_a_link_that_leads_out() {
    let steps = "
- uses: git-clone
  config: { repoURL: REPO, checkout: [{ branch: main, path: ./src }] }
- uses: linked-output
- uses: kustomize-build
  config: { path: ./src/env/dev, outPath: ./rendered/escaped.yaml }
- uses: waiting
";
    let found = look(&world(steps).await).await;
    let written: Vec<&String> = found.keys().filter(|path| path.ends_with("escaped.yaml")).collect();
    // As in Kargo, the work directory is the root of whatever a link leads to.
    assert_eq!(written, ["work/escaped.yaml"]);
}
