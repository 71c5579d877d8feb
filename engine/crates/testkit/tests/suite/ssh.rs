//! Git over SSH, used by the programs `git` and `ssh`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use tokio::process::Command;
use windlass_testkit::SshServer;
use windlass_testkit::git::{GitServerConfig, NewCommit};

use crate::git::start;

/// Runs a program of the user's with a key of the server's.
async fn with_key(dir: &Path, server: &SshServer, program: &str, arguments: &[&str]) -> Output {
    let (key, known) = (dir.join("key"), dir.join("known_hosts"));
    std::fs::write(&key, server.private_key()).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&known, server.known_hosts()).unwrap();
    let options = format!(
        "-F /dev/null -i {} -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile={} -o StrictHostKeyChecking=yes",
        key.display(),
        known.display()
    );
    let mut command = Command::new(program);
    if program == "ssh" {
        command.args(options.split(' '));
    }
    let command = command.args(arguments).current_dir(dir).env("GIT_SSH_COMMAND", format!("ssh {options}"));
    command.kill_on_drop(true).output().await.unwrap()
}

#[tokio::test]
async fn a_repository_is_cloned_and_pushed_to_and_nothing_else_runs() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let root = f.dir.path().join("repositories");
    let repository = f.git.create("team/app.git").await.unwrap();
    let first = repository.commit(&NewCommit::on("main").write("a.txt", "one\n")).await.unwrap();
    let server = SshServer::start(&root).await.unwrap();
    let home = format!("ssh://{}@{}/~/team/app.git", server.user(), server.address());
    for (url, dir) in [(server.url("team/app.git"), "absolute"), (home, "home")] {
        let cloned = with_key(f.dir.path(), &server, "git", &["clone", "--quiet", &url, dir]).await;
        assert!(cloned.status.success(), "{cloned:?} {}", server.log());
        let push = ["-C", dir, "push", "--quiet", "origin", &format!("HEAD:refs/heads/{dir}")];
        let pushed = with_key(f.dir.path(), &server, "git", &push).await;
        assert!(pushed.status.success(), "{pushed:?} {}", server.log());
        assert_eq!(repository.resolve(dir).await.unwrap(), Some(first));
    }
    assert_eq!(server.connections(), 4);
    let (user, port) = (server.user().to_owned(), server.address().port().to_string());
    let shell = ["-p", &port, &format!("{user}@127.0.0.1"), "touch", "made"];
    let refused = with_key(f.dir.path(), &server, "ssh", &shell).await;
    assert!(!refused.status.success() && !root.join("made").exists(), "{refused:?}");
}
