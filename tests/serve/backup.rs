//! Backups of a server that runs, and data directories made of them.

use std::path::Path;

use serde_json::{Value, json};
use windlass_tests::{Ended, Served, Windlass};

use super::{
    STAGES, apply, ended, freight, manifest, project, promote, request, serve, stage, verified, warehouse,
};

async fn back_up(data: &Path, to: &Path) -> Ended {
    Windlass::new(["backup"]).arg(to).arg("--data").arg(data).run().await
}

async fn restore(from: &Path, data: &Path) -> Ended {
    Windlass::new(["restore"]).arg(from).arg("--data").arg(data).run().await
}

/// A text that does not fit into a row of the database.
fn long_text() -> String {
    "0123456789abcdef".repeat(5_000)
}

/// A server with a promotion behind it whose output is long.
async fn with_history(data: &Path) -> Served {
    let served = serve(data).await;
    let mut dev = stage("dev", &json!([request("app", &json!({ "direct": true }))]));
    dev["spec"]["promotionTemplate"]["spec"]["steps"] =
        json!([{ "uses": "compose-output", "as": "long", "config": { "text": long_text() } }]);
    let mut secret = manifest("Secret", "keys", json!({ "stringData": { "token": "a-secret" } }));
    secret["apiVersion"] = json!("v1");
    apply(&served, &[project(), warehouse("app"), dev, secret, freight("app", "one", 1)]).await;
    ended(&served, &promote(&served, "dev", "one").await).await;
    verified(&served, "dev", "one").await;
    served
}

async fn all_of(served: &Served) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [STAGES, "/v1beta1/projects/demo/freight", "/v1beta1/projects/demo/promotions"] {
        all.push(served.get(path).await);
    }
    all
}

#[tokio::test]
async fn a_running_server_is_backed_up_and_restored() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file, again) = (dir.path().join("data"), dir.path().join("backup"), dir.path().join("again"));
    let served = with_history(&data).await;
    let before = all_of(&served).await;
    let told = back_up(&data, &file).await.expect(0).stdout;
    assert!(told.contains("the database and "), "{told}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "it holds secrets");
    // What comes later is not in it.
    ended(&served, &promote(&served, "dev", "one").await).await;
    served.kill().await;
    restore(&file, &again).await.expect(0);
    let served = serve(&again).await;
    assert_eq!(all_of(&served).await, before);
    let promotion = ended(&served, &promote(&served, "dev", "one").await).await;
    assert_eq!(promotion["status"]["state"]["long"]["text"], long_text().as_str());
    assert_eq!(promotion["status"]["phase"], "Succeeded");
    served.kill().await;
}

#[tokio::test]
async fn a_backup_that_is_not_whole_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file, again) = (dir.path().join("data"), dir.path().join("backup"), dir.path().join("again"));
    with_history(&data).await.kill().await;
    back_up(&data, &file).await.expect(0);
    let whole = std::fs::read(&file).unwrap();
    let damaged = dir.path().join("damaged");
    let last = whole.len() - 4;
    for (content, says) in [
        (b"not a backup".to_vec(), "this is no whole backup"),
        (Vec::new(), "this is no whole backup"),
        (whole[..whole.len() / 2].to_vec(), "this is no whole backup"),
        ([&whole[..last], &[!whole[last]], &whole[last + 1..]].concat(), "this is no whole backup"),
    ] {
        std::fs::write(&damaged, content).unwrap();
        let refused = restore(&damaged, &again).await.expect(2);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
        assert!(!again.exists());
    }
    let left: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[tokio::test]
async fn archives_that_are_no_backups_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (file, data) = (dir.path().join("backup"), dir.path().join("data"));
    let label = |format: u32| format!(r#"{{"format":{format},"version":"9.9.9"}}"#);
    let cases = [
        (vec![("windlass-backup.json", label(1)), ("../escaped", "x".to_owned())], "it holds ../escaped"),
        (vec![("windlass-backup.json", label(1)), ("lock", "x".to_owned())], "it holds lock"),
        (vec![("windlass-backup.json", label(1)), ("key", "x".to_owned())], "windlass.db is missing"),
        (
            vec![
                ("windlass-backup.json", label(1)),
                ("key", "x".to_owned()),
                ("windlass.db", "x".repeat(4_096)),
            ],
            "file is not a database",
        ),
        (
            vec![("windlass-backup.json", label(2))],
            "windlass 9.9.9 wrote it in form 2, and this version reads 1",
        ),
        (vec![("key", "x".to_owned())], "it does not say what it is"),
    ];
    for (files, says) in cases {
        archive(&file, &files);
        let refused = restore(&file, &data).await.expect(2);
        assert!(refused.stderr.contains(says), "{says}: {}", refused.stderr);
        assert!(!data.exists() && !dir.path().join("escaped").exists());
    }
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file) = (dir.path().join("data"), dir.path().join("backup"));
    with_history(&data).await.kill().await;
    back_up(&data, &file).await.expect(0);
    let refused = restore(&file, &data).await.expect(2);
    assert!(refused.stderr.contains("is not empty"), "{}", refused.stderr);
    let refused = back_up(&data, &file).await.expect(2);
    assert!(refused.stderr.contains("is there already"), "{}", refused.stderr);
    let refused = back_up(&dir.path().join("nowhere"), &dir.path().join("other")).await.expect(2);
    assert!(refused.stderr.contains("holds no database of windlass"), "{}", refused.stderr);
}

/// Packs files as a backup is packed.
fn archive(to: &Path, files: &[(&str, String)]) {
    let staging = tempfile::tempdir().unwrap();
    let list: Vec<String> = files.iter().map(|(name, _)| name.to_string()).collect();
    for (name, text) in files {
        std::fs::write(staging.path().join(name.trim_start_matches("../")), text).unwrap();
    }
    let status = std::process::Command::new("tar")
        .args(["-czf", to.to_str().unwrap(), "-P", "--transform", "s,^escaped,../escaped,", "-C"])
        .arg(staging.path())
        .args(list.iter().map(|name| name.trim_start_matches("../")))
        .status();
    assert!(status.unwrap().success());
}
