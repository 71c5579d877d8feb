//! What SQLite and the data directory do beside.

use std::sync::Arc;

use serde_json::json;
use windlass_ports::journal::{Journal as _, Version};
use windlass_store::{DataDir, DataDirError, OpenError, Store};

use crate::contract::{add, unit};

async fn open() -> (tempfile::TempDir, Arc<Store>) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    (dir, store)
}

#[tokio::test]
async fn texts_that_nothing_names_are_swept() {
    let (dir, store) = open().await;
    let long = |letter: &str| json!(letter.repeat(100_000));
    store.append(add("a", 0, &[long("a"), long("b"), json!("short")])).await.unwrap();
    store.append(add("b", 0, &[long("b"), long("c")])).await.unwrap();
    let files = || -> usize {
        let starts = std::fs::read_dir(dir.path().join("blobs")).unwrap();
        starts.map(|start| std::fs::read_dir(start.unwrap().path()).unwrap().count()).sum()
    };
    assert_eq!((files(), store.sweep().await, files()), (3, Ok(0), 3), "all are named");
    store.forget(&unit("a")).await.unwrap();
    assert_eq!((store.sweep().await, files()), (Ok(1), 2), "b still has its own");
    let left = store.read(&unit("b"), Version(0)).await.unwrap();
    assert_eq!(left.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>(), [long("b"), long("c")]);
    // What was swept comes again.
    store.append(add("a", 0, &[long("a")])).await.unwrap();
    assert_eq!(store.read(&unit("a"), Version(0)).await.unwrap(), [(Version(1), long("a"))]);
    assert_eq!((store.sweep().await, files()), (Ok(0), 3));
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let (dir, store) = open().await;
    store.append(add("a", 0, &[json!(1)])).await.unwrap();
    drop(store);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("windlass.db"));
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    assert!(matches!(Store::open(dir.path()).await, Err(OpenError::Newer)));
}

#[test]
fn a_data_directory_has_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let held = DataDir::open(&dir.path().join("d")).unwrap();
    let error = DataDir::open(&dir.path().join("d")).unwrap_err();
    let DataDirError::InUse { holder, .. } = &error else { panic!("{error}") };
    assert_eq!(holder, &format!("pid {}", std::process::id()));
    drop(held);
    assert!(DataDir::open(&dir.path().join("d")).is_ok());
}
