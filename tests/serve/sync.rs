//! A server that is kept like a folder of manifests, or like a branch of a repository.

use std::path::Path;

use serde_json::{Value, json};
use windlass_testkit::git::NewCommit;
use windlass_tests::{Served, Windlass, World};

use super::{STAGES, ended, manifest, project, promote, request, stage, warehouse};

/// A server that is kept like the folder `folder` of `dir`.
async fn serve(dir: &Path) -> Served {
    let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(dir.join("data"));
    Served::start(serve.arg("--sync").arg(dir.join("folder"))).await
}

fn write(dir: &Path, name: &str, documents: &[Value]) {
    let text: Vec<String> = documents.iter().map(Value::to_string).collect();
    std::fs::create_dir_all(dir.join("folder/below")).unwrap();
    std::fs::write(dir.join("folder").join(name), text.join("\n---\n")).unwrap();
}

fn direct(name: &str) -> Value {
    stage(name, &json!([request("app", &json!({ "direct": true }))]))
}

/// Waits until the record of the folder is as it should be.
async fn until(served: &Served, is_so: impl Fn(&Value) -> bool) -> Value {
    loop {
        let answer = served.request("GET", "/windlass/v1/sync", "").await;
        if answer.status == 200 {
            let record = answer.json();
            if is_so(&record) {
                return record;
            }
        }
        // Each look is a request, which lets the server work.
    }
}

fn names(record: &Value) -> Vec<&str> {
    record["resources"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_folder_is_applied_followed_and_pruned() {
    let dir = tempfile::tempdir().unwrap();
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "stringData": { "token": "a-secret-value" },
        "metadata": { "name": "keys", "namespace": "demo" },
    });
    write(dir.path(), "project.yaml", &[project(), warehouse("app"), secret]);
    write(dir.path(), "below/stages.yaml", &[direct("dev"), direct("uat")]);
    let served = serve(dir.path()).await;
    let record = until(&served, |record| record["syncedAt"].is_string()).await;
    assert_eq!(record["problems"], json!([]));
    let mut known = names(&record);
    known.sort_unstable();
    assert_eq!(known, ["app", "demo", "dev", "keys", "uat"]);
    assert!(!record.to_string().contains("a-secret-value"));
    let freight = super::freight("app", "one", 1);
    super::apply(&served, &[freight, direct("by-hand")]).await;
    ended(&served, &promote(&served, "dev", "one").await).await;

    // A stage changes, another leaves; what was made by hand stays.
    let mut dev = direct("dev");
    dev["metadata"]["labels"] = json!({ "team": "a" });
    write(dir.path(), "below/stages.yaml", &[dev]);
    until(&served, |record| !names(record).contains(&"uat")).await;
    let stages = served.get(STAGES).await;
    let stages: Vec<_> =
        stages["items"].as_array().unwrap().iter().map(|stage| stage["metadata"]["name"].clone()).collect();
    assert_eq!(stages, ["by-hand", "dev"]);
    let dev = served.get(&format!("{STAGES}/dev")).await;
    assert_eq!(dev["metadata"]["labels"]["team"], "a");
    assert_eq!(dev["status"]["lastPromotion"]["status"]["phase"], "Succeeded", "what it has been is kept");
    served.kill().await;

    // What leaves while no server runs is taken away by the next.
    std::fs::remove_file(dir.path().join("folder/below/stages.yaml")).unwrap();
    let served = serve(dir.path()).await;
    until(&served, |record| !names(record).contains(&"dev")).await;
    assert_eq!(served.request("GET", &format!("{STAGES}/dev"), "").await.status, 404);
    served.stop().await.expect(0);
}

#[tokio::test]
async fn nothing_is_taken_away_while_something_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "all.yaml", &[project(), warehouse("app"), direct("dev")]);
    let served = serve(dir.path()).await;
    until(&served, |record| record["syncedAt"].is_string()).await;
    let mut wrong = direct("uat");
    wrong["spec"]["requestedFreight"][0]["sources"]["requiredSoakTime"] = json!("1d");
    let promotion = manifest("Promotion", "p", json!({ "spec": { "stage": "dev", "freight": "f" } }));
    let cases: [(&[Value], &str); 3] = [
        (&[project(), warehouse("app"), wrong], "requiredSoakTime"),
        (&[project(), promotion], "Promotions are made once and are not synced"),
        (&[], "there are no manifests"),
    ];
    for (documents, says) in cases {
        if documents.is_empty() {
            std::fs::remove_file(dir.path().join("folder/all.yaml")).unwrap();
        } else {
            write(dir.path(), "all.yaml", documents);
        }
        let told = |record: &Value| record["problems"].to_string().contains(says);
        let record = until(&served, told).await;
        assert!(names(&record).contains(&"dev"), "{record}");
        let shown = served.command(["get", "sync"]).run().await.expect(1).stdout;
        assert!(shown.contains("problem: "), "{shown}");
    }
    assert_eq!(served.request("GET", &format!("{STAGES}/dev"), "").await.status, 200);
    write(dir.path(), "all.yaml", &[project(), warehouse("app")]);
    let record = until(&served, |record| record["problems"] == json!([])).await;
    assert_eq!(names(&record), ["demo", "app"]);
    assert_eq!(served.request("GET", &format!("{STAGES}/dev"), "").await.status, 404);
    let shown = served.command(["get", "sync"]).run().await.expect(0).stdout;
    assert!(shown.contains("folder: 2 resources, last changed 20"), "{shown}");
    served.kill().await;
}

#[tokio::test]
async fn what_others_change_is_set_back_and_told() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "all.yaml", &[project(), warehouse("app"), direct("dev")]);
    let served = serve(dir.path()).await;
    until(&served, |record| record["syncedAt"].is_string()).await;
    let mut dev = direct("dev");
    dev["metadata"]["labels"] = json!({ "who": "somebody" });
    super::apply(&served, &[dev]).await;
    served.until(&format!("{STAGES}/dev"), |stage| stage["metadata"]["labels"]["who"].is_null()).await;
    let record = until(&served, |record| record["drift"] != json!([])).await;
    assert_eq!((&record["drift"][0]["kind"], &record["drift"][0]["name"]), (&json!("Stage"), &json!("dev")));
    let shown = served.command(["get", "sync"]).run().await.expect(0).stdout;
    assert!(shown.contains("stage demo/dev was changed by somebody else, and set back at "), "{shown}");
    served.kill().await;
}

fn text(documents: &[Value]) -> String {
    documents.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n")
}

#[tokio::test]
async fn a_repository_is_applied_and_followed() {
    let world = World::new().await;
    let password = world.write("password", "secret-password\n");
    let repository = world.git.create("manifests.git").await.unwrap();
    let first = NewCommit::on("live")
        .write("clusters/a/project.yaml", text(&[project(), warehouse("app")]))
        .write("clusters/a/below/stages.yaml", text(&[direct("dev"), direct("uat")]))
        .write("clusters/a/README.md", "kind: Stage")
        .write("clusters/b/other.yaml", text(&[direct("other")]))
        .link("clusters/a/link.yaml", "../b/other.yaml");
    repository.commit(&first).await.unwrap();
    let url = world.server.git_url("manifests.git");
    let serve = |world: &World| {
        let serve = world.serve("data").args(["--sync", &url, "--sync-branch", "live"]);
        serve.args(["--sync-path", "clusters/a/"]).args(["--sync-username", "kargo", "--sync-password-file"])
    };
    let served = Served::start(serve(&world).arg(&password)).await;
    let record = until(&served, |record| record["syncedAt"].is_string()).await;
    let mut known = names(&record);
    known.sort_unstable();
    assert_eq!(known, ["app", "demo", "dev", "uat"]);
    let next = NewCommit::on("live").write("clusters/a/below/stages.yaml", text(&[direct("dev")]));
    repository.commit(&next).await.unwrap();
    until(&served, |record| !names(record).contains(&"uat")).await;
    let broken = NewCommit::on("live").write("clusters/a/below/stages.yaml", "kind: [");
    repository.commit(&broken).await.unwrap();
    let record = until(&served, |record| record["problems"] != json!([])).await;
    let problems = record["problems"].to_string();
    assert!(problems.contains("below/stages.yaml:1:"), "{problems}");
    assert!(names(&record).contains(&"dev"), "{record}");
    let shown = served.command(["get", "sync"]).run().await.expect(1).stdout;
    assert!(shown.starts_with(&format!("{url}#live:clusters/a: 3 resources")), "{shown}");
    assert!(!record.to_string().contains("secret-password"));
    served.stop().await.expect(0);

    // What cannot be read is told, and nothing is taken away.
    let wrong = world.write("wrong", "no");
    let served = Served::start(serve(&world).arg(&wrong)).await;
    let record = until(&served, |record| record["problems"].to_string().contains("manifests.git: ")).await;
    assert!(names(&record).contains(&"dev"), "{record}");
    served.kill().await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_anything_starts() {
    let dir = tempfile::tempdir().unwrap();
    let password = dir.path().join("password");
    std::fs::write(&password, "p").unwrap();
    let password = password.display().to_string();
    let cases: [(&[&str], &str); 3] = [
        (
            &["--sync", "folder", "--sync-branch", "main"],
            "--sync-branch is for repositories, and folder is a folder",
        ),
        (
            &["--sync", "http://git.example/a.git", "--sync-password-file", &password],
            "the password for http://git.example/a.git would cross the network in the open",
        ),
        (
            &["--sync", "https://git.example/a.git", "--sync-ssh-key", "/nowhere/key"],
            "/nowhere/key: No such file",
        ),
    ];
    for (arguments, says) in cases {
        let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"])
            .arg(dir.path().join("data"));
        let ended = serve.args(arguments).run().await.expect(2);
        assert!(ended.stderr.contains(says), "{}", ended.stderr);
        assert!(!dir.path().join("data").exists());
    }
}
