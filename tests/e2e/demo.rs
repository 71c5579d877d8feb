//! The demo, as someone runs it who has just cloned the repository.

use std::collections::BTreeMap;
use std::process::Command;

use windlass_tests::{Ended, Windlass};

const STAGES: [&str; 7] =
    ["dev", "staging", "ab-test-a", "ab-test-b", "prod-central", "prod-east", "prod-west"];

struct Demo {
    dir: tempfile::TempDir,
}

impl Demo {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn command(&self) -> Windlass {
        Windlass::new(["demo", "--dir"]).arg(self.dir.path().join("demo"))
    }

    /// What `git` says of the repository.
    fn git(&self, arguments: &[&str]) -> String {
        let repository = self.dir.path().join("demo/git/kargo-advanced.git");
        let output = Command::new("git").arg("-C").arg(repository).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn branches(&self) -> BTreeMap<String, String> {
        let listed = self.git(&["for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads"]);
        listed
            .lines()
            .map(|line| line.split_once(' ').unwrap())
            .map(|(n, c)| (n.to_owned(), c.to_owned()))
            .collect()
    }
}

#[tokio::test]
async fn every_stage_has_its_branch_in_the_end() {
    let demo = Demo::new();
    let Ended { stdout, .. } = demo.command().arg("--exit").run().await.expect(0);
    let branches = demo.branches();
    let mut wanted: Vec<String> = STAGES.iter().map(|stage| format!("env/{stage}")).collect();
    wanted.push("main".to_owned());
    wanted.sort_unstable();
    assert_eq!(branches.keys().cloned().collect::<Vec<_>>(), wanted);
    for stage in STAGES {
        let branch = format!("env/{stage}");
        let tree = demo.git(&["ls-tree", "-r", "--name-only", &branch]);
        assert!(tree.lines().count() >= 2, "{tree}");
        let (name, message) = (
            demo.git(&["log", "-1", "--format=%an <%ae>", &branch]),
            demo.git(&["log", "-1", "--format=%B", &branch]),
        );
        assert_eq!(name.trim(), "Kargo <no-reply@kargo.io>");
        assert!(message.starts_with(&format!("Updated ./src/env/{stage} to use new image")), "{message}");
        assert!(message.contains("guestbook:v0.1.2"), "{message}");
        let said = format!("to {stage}\n");
        assert!(stdout.contains(&said), "{stdout}");
        let short = &branches[&branch][..7];
        assert!(stdout.contains(short), "the history shows {short}\n{stdout}");
    }
    let order = ["to ab-test-a", "to ab-test-b", "prod passes", "to prod-central", "git log --all --graph"];
    let places: Vec<usize> =
        order.iter().map(|text| stdout.find(text).unwrap_or_else(|| panic!("{text}\n{stdout}"))).collect();
    assert!(places.is_sorted(), "{stdout}");
    assert!(stdout.contains(&demo.dir.path().join("demo").canonicalize().unwrap().display().to_string()));
}

#[tokio::test]
async fn a_killed_demo_leaves_no_server_behind() {
    let demo = Demo::new();
    let mut running = demo.command().start();
    let line = running.line_with("listen on http://").await;
    let address = line.rsplit("http://").next().unwrap().trim().trim_end_matches('/').to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    running.line_with("to staging").await;
    running.kill().await;
    assert!(std::net::TcpStream::connect(&address).is_err());
    let left = Command::new("pgrep").args(["-f", &demo.dir.path().display().to_string()]).output().unwrap();
    assert_eq!(String::from_utf8(left.stdout).unwrap(), "", "no process works in the demo's folder");
}

#[tokio::test]
async fn the_demo_waits_until_it_is_interrupted() {
    let demo = Demo::new();
    let mut running = demo.command().args(["--listen", "127.0.0.1:0"]).start();
    running.line_with("until Ctrl-C").await;
    running.interrupt().await;
    running.wait().await.expect(0);
    let again = demo.command().run().await.expect(2);
    assert!(again.stderr.contains("is not empty"), "{}", again.stderr);
    let far = demo.command().args(["--listen", "0.0.0.0:0"]).run().await.expect(2);
    assert!(far.stderr.contains("is no address of loopback"), "{}", far.stderr);
}
