//! A server whose record is in PostgreSQL. Where there is no such server, nothing is tested here.

use std::path::Path;

use serde_json::json;
use windlass_testkit::postgres::Database;
use windlass_tests::{Served, Windlass};

use super::{STAGES, apply, ended, freight, project, promote, request, stage, verified, warehouse};

/// A server of which only the record is in the database.
async fn serve(data: &Path, database: &Database) -> Served {
    let serve = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    Served::start(serve.env("WINDLASS_DATABASE", database.address())).await
}

#[tokio::test]
async fn the_record_is_in_the_database_and_outlives_everything() {
    let Some(database) = Database::create().await else { return };
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path(), &database).await;
    let direct = json!([request("app", &json!({ "direct": true }))]);
    let mut uat = stage("uat", &json!([request("app", &json!({ "stages": ["dev"] }))]));
    // Longer than what SQLite keeps in a row.
    uat["metadata"]["annotations"] = json!({ "long": "x".repeat(100_000) });
    apply(&served, &[project(), warehouse("app"), stage("dev", &direct), uat, freight("app", "one", 1)])
        .await;
    ended(&served, &promote(&served, "dev", "one").await).await;
    served.kill().await;
    assert!(!dir.path().join("windlass.db").exists() && !dir.path().join("blobs").exists());

    let served = serve(dir.path(), &database).await;
    // What was under way goes on, as on SQLite.
    verified(&served, "dev", "one").await;
    let dev = served.get(&format!("{STAGES}/dev")).await;
    assert_eq!(dev["status"]["lastPromotion"]["status"]["phase"], "Succeeded");
    database.disconnect().await;
    // A request that finds the connection gone is told so; the next one makes a new one.
    let body = json!({ "freightAlias": "one" }).to_string();
    loop {
        let answer = served.request("POST", &format!("{STAGES}/uat/promotions"), &body).await;
        if answer.status == 201 {
            ended(&served, answer.json()["metadata"]["name"].as_str().unwrap()).await;
            break;
        }
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert!(answer.text.contains("the database cannot be used"), "{}", answer.text);
    }
    // Another directory on the same record would promote a second time.
    let other = tempfile::tempdir().unwrap();
    let second = Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(other.path());
    let second = second.env("WINDLASS_DATABASE", database.address()).run().await.expect(3);
    assert!(second.stderr.contains("is in use by another windlass process"), "{}", second.stderr);
    let backup =
        Windlass::new(["backup", "b", "--data"]).arg(dir.path()).dir(other.path()).run().await.expect(2);
    assert!(backup.stderr.contains("pg_dump"), "{}", backup.stderr);
    served.stop().await.expect(0);
}
