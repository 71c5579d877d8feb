//! `windlass step run`: what it prints, how it ends, and what is wrong with how it was called.

use std::path::Path;

use serde_json::json;
use windlass_testkit::git::{GitServerConfig, NewCommit};
use windlass_testkit::{GitServer, Server, ServerConfig, SshServer};
use windlass_tests::{Ended, Windlass};

struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("work")).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    fn work(&self, name: &str) -> String {
        std::fs::read_to_string(self.path("work").join(name)).unwrap()
    }

    /// `windlass step run NAME` in the work directory, with nothing said about the configuration.
    fn step(&self, name: &str) -> Windlass {
        Windlass::new(["step", "run", name, "--workdir"])
            .arg(self.path("work"))
            .arg("--data")
            .arg(self.path("data"))
    }

    async fn run(&self, name: &str, config: &str) -> Ended {
        let file = self.path("config.yaml");
        std::fs::write(&file, config).unwrap();
        self.step(name).arg("--config").arg(file).args(["-o", "json"]).run().await
    }
}

#[tokio::test]
async fn the_report_and_the_exit_code_say_how_it_ended() {
    let bench = Bench::new();
    let done = bench.run("compose-output", "{ a: 1, b: [x] }").await.expect(0).json();
    let report = |status: &str, terminal: bool, message: &str, output: serde_json::Value| json!({ "status": status, "terminal": terminal, "message": message, "output": output, "retryAfter": null });
    assert_eq!(done, report("Succeeded", false, "", json!({ "a": 1, "b": ["x"] })));
    let failed = bench.run("fail", "message: nope").await.expect(3).json();
    assert_eq!(failed, report("Failed", true, "failed: nope", json!(null)));
    let refused = bench.run("fail", "massage: nope").await.expect(3).json();
    let message =
        "invalid fail config: (root): Additional property massage is not allowed; did you mean message?";
    assert_eq!(refused, report("Failed", true, message, json!(null)));
    let errored = bench.run("git-clear", "path: nowhere").await.expect(4).json();
    assert_eq!((&errored["status"], &errored["terminal"]), (&json!("Errored"), &json!(false)));
}

#[tokio::test]
async fn more_directories_than_files_may_be_open_are_copied() {
    let bench = Bench::new();
    let name = |i: u32| format!("from/{i}/file");
    for i in 0..300 {
        std::fs::create_dir_all(bench.path("work").join(format!("from/{i}"))).unwrap();
        std::fs::write(bench.path("work").join(name(i)), i.to_string()).unwrap();
    }
    let config = bench.path("config.yaml");
    std::fs::write(&config, "{ inPath: from, outPath: to }").unwrap();
    bench.step("copy").arg("--config").arg(config).open_files(128).run().await.expect(0);
    for i in 0..300 {
        assert_eq!(bench.work(&name(i).replace("from", "to")), i.to_string());
    }
}

#[tokio::test]
async fn text_is_for_people() {
    let bench = Bench::new();
    std::fs::write(bench.path("config.json"), r#"{ "lines": "one\n\ntwo\n", "n": 1.0 }"#).unwrap();
    let ended = bench.step("compose-output").arg("--config").arg(bench.path("config.json")).run().await;
    assert_eq!(ended.expect(0).stdout, "Succeeded\noutput:\n  lines: |\n    one\n\n    two\n  \"n\": 1\n");
    let ended = bench.step("fail").run().await.expect(3);
    assert_eq!(ended.stdout, "Failed (not tried again)\nfailed\n");
}

#[tokio::test]
async fn what_is_called_wrongly_ends_with_64() {
    let bench = Bench::new();
    let unknown = bench.step("git-clonee").run().await.expect(64);
    assert_eq!(unknown.stderr, "error: there is no step \"git-clonee\"\n  help: did you mean git-clone?\n");
    bench.step("fail").arg("--no-such-flag").run().await.expect(64);
    Windlass::new(["step", "run", "fail"]).run().await.expect(64);
    let nowhere = Windlass::new(["step", "run", "fail", "--workdir", "/no/such/dir"]).run().await.expect(64);
    assert!(nowhere.stderr.contains("the work directory /no/such/dir: "), "{}", nowhere.stderr);
    std::fs::write(bench.path("bad.yaml"), "a: [").unwrap();
    let bad = bench.step("fail").arg("--config").arg(bench.path("bad.yaml")).run().await.expect(64);
    assert!(bad.stderr.contains("bad.yaml: "), "{}", bad.stderr);
    let inside = Windlass::new(["step", "run", "fail", "--workdir"]).arg(bench.path("work"));
    let inside = inside.arg("--data").arg(bench.path("work/.data")).run().await.expect(64);
    assert!(inside.stderr.contains("lies in the work directory"), "{}", inside.stderr);
}

#[tokio::test]
async fn outputs_that_cannot_be_kept_are_refused() {
    let bench = Bench::new();
    let deep = |depth: usize| format!("{{\"a\": {}1{}}}", "[".repeat(depth), "]".repeat(depth));
    bench.run("compose-output", &deep(109)).await.expect(0);
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(1 << 20));
    for (config, message) in [
        (deep(110), "the step's output nests deeper than 110 levels, and is not kept"),
        (long, "the step's output has 1048584 bytes, and at most 1048576 are kept"),
    ] {
        let refused = bench.run("compose-output", &config).await.expect(4).json();
        assert_eq!((&refused["message"], &refused["terminal"]), (&json!(message), &json!(true)));
        assert_eq!(refused["output"], json!(null));
    }
}

#[tokio::test]
async fn what_is_in_the_work_directory_is_not_trusted() {
    let bench = Bench::new();
    std::fs::write(bench.path("outside.json"), "{\"a\": 1}").unwrap();
    std::os::unix::fs::symlink(bench.path("outside.json"), bench.path("work/link.json")).unwrap();
    let huge = std::fs::File::create(bench.path("work/huge")).unwrap();
    huge.set_len(1 << 30).unwrap();
    for (step, kind) in [("json-parse", "JSON"), ("yaml-parse", "YAML"), ("toml-parse", "TOML")] {
        let asking = |path: &str| format!("{{ path: {path}, outputs: [{{ name: a, fromExpression: a }}] }}");
        for (path, why) in [("link.json", "there is no such file"), ("huge", "it has 1073741824 bytes, and ")]
        {
            let refused = bench.run(step, &asking(path)).await.expect(4).json();
            let message = refused["message"].as_str().unwrap();
            let start = format!("error reading {kind} file \"{path}\": {why}");
            assert!(message.starts_with(&start), "{message}");
        }
    }
    std::os::unix::fs::symlink(bench.path(""), bench.path("work/away")).unwrap();
    std::fs::write(bench.path("kustomization.yaml"), "kind: Kustomization\n").unwrap();
    let image = "images: [{ image: a, tag: v1 }]";
    let refused =
        bench.run("kustomize-set-image", &format!("{{ path: away, {image} }}")).await.expect(4).json();
    let message = refused["message"].as_str().unwrap();
    assert!(message.starts_with("could not discover kustomization file: "), "{message}");
    assert_eq!(std::fs::read_to_string(bench.path("kustomization.yaml")).unwrap(), "kind: Kustomization\n");
    std::fs::rename(bench.path("work/huge"), bench.path("work/kustomization.yaml")).unwrap();
    let refused = bench.run("kustomize-set-image", &format!("{{ path: ., {image} }}")).await.expect(4).json();
    let message = "could not read Kustomization file: it has 1073741824 bytes, and 4194304 are allowed";
    assert_eq!(refused["message"], message);
}

#[tokio::test]
async fn a_clone_is_found_again_by_its_directory() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("git")).unwrap();
    let git = GitServer::new(GitServerConfig::open(bench.path("git")));
    let server = Server::start(ServerConfig { git: Some(git.clone()), ..ServerConfig::default() });
    let server = server.await.unwrap();
    let repository = git.create("app.git").await.unwrap();
    let commit = NewCommit::on("main").message("Add it\n").write("a.txt", "one\n");
    repository.commit(&commit).await.unwrap();
    let url = server.git_url("app.git");
    let clone = format!("{{ repoURL: \"{url}\", checkout: [{{ branch: main, path: src }}] }}");
    bench.run("git-clone", &clone).await.expect(0);
    assert_eq!(bench.work("src/a.txt"), "one\n");
    std::fs::write(bench.path("work/src/a.txt"), "two\n").unwrap();
    let committed = bench.run("git-commit", "{ path: src, message: Change it }").await.expect(0).json();
    let pushed = bench.run("git-push", "path: src").await.expect(0).json();
    assert_eq!(pushed["output"]["commit"], committed["output"]["commit"]);
    let head = repository.resolve("main").await.unwrap().unwrap();
    assert_eq!(pushed["output"]["commit"], head.to_string());
    let again = bench.run("git-commit", "{ path: src, message: Nothing }").await.expect(0).json();
    assert_eq!(again["status"], "Skipped");
    assert!(!Path::new(&bench.path("work/.windlass")).exists());
}

#[tokio::test]
async fn the_closed_policy_lets_nothing_out() {
    let bench = Bench::new();
    let config = "{ repoURL: \"https://git.example.test/app.git\", checkout: [{ branch: main, path: src }] }";
    std::fs::write(bench.path("config.yaml"), config).unwrap();
    let ended = bench.step("git-clone").arg("--config").arg(bench.path("config.yaml"));
    let ended = ended.args(["--policy", "closed", "-o", "json"]).run().await.expect(4).json();
    assert!(ended["message"].as_str().unwrap().contains("- git:"), "{ended:#}");
}

#[tokio::test]
async fn a_repository_behind_ssh_takes_the_key_of_a_manifest() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("git")).unwrap();
    let repository =
        GitServer::new(GitServerConfig::open(bench.path("git"))).create("app.git").await.unwrap();
    let first = repository.commit(&NewCommit::on("main").write("a.txt", "one\n")).await.unwrap();
    let server = SshServer::start(&bench.path("git")).await.unwrap();
    let url = server.url("app.git");
    let clone = format!("{{ repoURL: \"{url}\", checkout: [{{ branch: main, path: src }}] }}");
    let without = bench.run("git-clone", &clone).await.expect(4).json();
    assert_eq!(
        without["message"],
        format!(
            "error cloning {url}: {url} is reached over SSH, which takes a key; add a Secret with the label \
             kargo.akuity.io/cred-type: git and the data repoURL and sshPrivateKey"
        )
    );
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {
            "name": "deploy", "namespace": "demo", "labels": { "kargo.akuity.io/cred-type": "git" }
        },
        "stringData": { "repoURL": url, "sshPrivateKey": server.private_key() },
    });
    std::fs::write(bench.path("secret.yaml"), secret.to_string()).unwrap();
    std::fs::write(bench.path("known_hosts"), server.known_hosts()).unwrap();
    std::fs::write(bench.path("context.yaml"), "project: demo").unwrap();
    let run = async |name: &str, config: &str| {
        std::fs::write(bench.path("config.yaml"), config).unwrap();
        let step = bench.step(name).arg("--config").arg(bench.path("config.yaml")).args(["-o", "json", "-f"]);
        let step = step.arg(bench.path("secret.yaml")).arg("--context").arg(bench.path("context.yaml"));
        step.arg("--ssh-known-hosts").arg(bench.path("known_hosts")).run().await.expect(0).json()
    };
    run("git-clone", &clone).await;
    std::fs::write(bench.path("work/src/a.txt"), "two\n").unwrap();
    let committed = run("git-commit", "{ path: src, message: Change it }").await;
    let pushed = run("git-push", "path: src").await;
    assert_eq!(pushed["output"]["commit"], committed["output"]["commit"]);
    let log = repository.log("main").await.unwrap();
    assert_eq!(
        (json!(log[0].id), log[0].parents.as_slice()),
        (pushed["output"]["commit"].clone(), [first].as_slice())
    );
}
