//! The store through its ports.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use serde_json::{Value, json};
use windlass_model::call::log::Level;
use windlass_model::call::metadata::{Kind, Subject};
use windlass_model::event::promotion::LogLine;
use windlass_model::ids::{AttemptNumber, FencingToken, ProjectName, PromotionUid, StepAlias, TenantId};
use windlass_model::time::Timestamp;
use windlass_ports::journal::{Append, Durability, Journal, JournalError, UnitKey, UnitKind, Version};
use windlass_ports::records::{
    AttemptLogs, ChangeRefused, DocumentChange, FREIGHT, LogKey, ResourceKey, Resources,
};
use windlass_store::{DataDir, DataDirError, OpenError, Store};

fn unit(id: &str) -> UnitKey {
    UnitKey {
        tenant: TenantId::default(),
        project: ProjectName::new("demo").unwrap(),
        kind: UnitKind::Promotion,
        id: id.to_owned(),
    }
}

fn add(id: &str, expected: i64, events: &[Value]) -> Append {
    Append {
        unit: unit(id),
        expected: Version(expected),
        fencing: None,
        events: events.to_vec(),
        summary: json!({"events": expected + i64::try_from(events.len()).unwrap()}),
        commands: Vec::new(),
        consumed: None,
        documents: Vec::new(),
        durability: Durability::Grouped,
    }
}

async fn open() -> (tempfile::TempDir, Arc<Store>) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    (dir, store)
}

#[tokio::test]
async fn events_come_back_in_order_and_versions_guard_them() {
    let (dir, store) = open().await;
    assert_eq!(store.append(add("a", 0, &[json!(1), json!(2)])).await.unwrap(), Version(2));
    assert_eq!(store.append(add("a", 0, &[json!(9)])).await, Err(JournalError::Conflict));
    let synced = Append { durability: Durability::Synced, ..add("a", 2, &[json!("x".repeat(200_000))]) };
    assert_eq!(store.append(synced).await.unwrap(), Version(3));
    drop(store);
    let store = Store::open(dir.path()).await.unwrap();
    let events = store.read(&unit("a"), Version(0)).await.unwrap();
    assert_eq!(events[..2], [json!(1), json!(2)]);
    assert_eq!(events[2].as_str().unwrap().len(), 200_000);
    let units = store.units(&TenantId::default(), UnitKind::Promotion).await.unwrap();
    assert_eq!(units.len(), 1);
    assert_eq!(units[0].summary, json!({"events": 3}));
    assert!(store.read(&unit("b"), Version(0)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_change_does_not_touch_those_beside_it() {
    let (_dir, store) = open().await;
    let mut waiting = Vec::new();
    for i in 0..200 {
        let store = Arc::clone(&store);
        // Every second one asks for a version that is wrong.
        let append = add(&format!("u{i:03}"), i % 2, &[json!(i)]);
        waiting.push(tokio::spawn(async move { store.append(append).await }));
    }
    for (i, task) in waiting.into_iter().enumerate() {
        assert_eq!(task.await.unwrap().is_ok(), i % 2 == 0, "{i}");
    }
    assert_eq!(store.units(&TenantId::default(), UnitKind::Promotion).await.unwrap().len(), 100);
}

#[tokio::test]
async fn commands_travel_with_the_events() {
    let (_dir, store) = open().await;
    let to = UnitKey { kind: UnitKind::Stage, ..unit("dev") };
    let mut append = add("a", 0, &[json!(1)]);
    append.commands = vec![(to.clone(), json!("first")), (to.clone(), json!("second"))];
    store.append(append).await.unwrap();
    let refused = Append { commands: vec![(to.clone(), json!("never"))], ..add("a", 0, &[]) };
    assert!(store.append(refused).await.is_err());
    let inbox = store.inbox(&to).await.unwrap();
    assert_eq!(inbox.iter().map(|(_, c)| c.clone()).collect::<Vec<_>>(), [json!("first"), json!("second")]);
    let consume = Append { unit: to.clone(), consumed: Some(inbox[0].0), ..add("dev", 0, &[json!("e")]) };
    store.append(consume).await.unwrap();
    assert_eq!(store.inbox(&to).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_zombie_is_refused() {
    let (_dir, store) = open().await;
    let at = Timestamp::from_micros;
    let first = store.acquire(&unit("a"), "one", at(0), at(100)).await.unwrap();
    let held = store.acquire(&unit("a"), "two", at(50), at(150)).await.unwrap_err();
    assert_eq!(held, JournalError::Held { holder: "one".into(), until: at(100) });
    let second = store.acquire(&unit("a"), "two", at(101), at(200)).await.unwrap();
    assert!(second > first);
    let under =
        |token: FencingToken, expected| Append { fencing: Some(token), ..add("a", expected, &[json!(1)]) };
    assert_eq!(store.append(under(first, 0)).await, Err(JournalError::Superseded));
    assert_eq!(store.append(under(second, 0)).await.unwrap(), Version(1));
    // Who has the directory to itself knows that all holders are dead.
    store.void_leases().await.unwrap();
    let third = store.acquire(&unit("a"), "three", at(102), at(300)).await.unwrap();
    assert_eq!(store.append(under(second, 1)).await, Err(JournalError::Superseded));
    store.release(&unit("a"), third).await.unwrap();
    assert!(store.acquire(&unit("a"), "four", at(103), at(300)).await.is_ok());
}

#[tokio::test]
async fn resources_and_logs_are_kept() {
    let (_dir, store) = open().await;
    let key = |name: &str| ResourceKey {
        tenant: TenantId::default(),
        project: ProjectName::new("demo").unwrap(),
        kind: "Freight".into(),
        name: name.into(),
    };
    let first = store.put(&key("a"), &json!({"x": 1})).await.unwrap();
    let second = store.put(&key("a"), &json!({"x": 2})).await.unwrap();
    assert!(second > first);
    store.put(&key("b"), &json!({})).await.unwrap();
    assert_eq!(store.get(&key("a")).await.unwrap(), Some(json!({"x": 2})));
    assert_eq!(store.get(&key("c")).await.unwrap(), None);
    let all = store.list(&TenantId::default(), &key("a").project, "Freight").await.unwrap();
    assert_eq!(all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "b"]);

    let log = LogKey {
        tenant: TenantId::default(),
        promotion: PromotionUid("6f2d8b9e-0000-4000-8000-000000000000".parse().unwrap()),
        step: StepAlias::new("clone"),
        attempt: AttemptNumber(1),
    };
    let line = |message: &str| LogLine {
        at: Timestamp::from_micros(5),
        level: Level::Info,
        message: message.into(),
        fields: Value::Null,
    };
    assert!(store.read_log(&log).await.unwrap().is_empty());
    store.write_log(&log, &[line("one")]).await.unwrap();
    let long = vec![line(&"y".repeat(1_000)); 200];
    store.write_log(&log, &long).await.unwrap();
    assert_eq!(store.read_log(&log).await.unwrap(), long);
}

#[tokio::test]
async fn documents_are_changed_with_the_events() {
    let (_dir, store) = open().await;
    let (tenant, project) = (TenantId::default(), ProjectName::new("demo").unwrap());
    let subject = Subject { kind: Kind::Stage, name: "dev".to_owned() };
    let note = |values: Value| {
        DocumentChange::upsert_metadata(&tenant, &project, &subject, values.as_object().unwrap().clone())
    };
    let with = |expected, documents| Append { documents, ..add("a", expected, &[json!("noted")]) };
    store.append(with(0, vec![note(json!({"a": 1, "b": [2]}))])).await.unwrap();
    store.append(with(1, vec![note(json!({"b": null, "c": "x"}))])).await.unwrap();
    let key = DocumentChange::metadata_key(&tenant, &project, &subject);
    let metadata = store.get(&key).await.unwrap().unwrap();
    assert_eq!(metadata["metadata"], json!({"a": 1, "b": null, "c": "x"}));
    assert_eq!(metadata["v"], 1, "documents tell their version");

    let freight = |name: &str| ResourceKey {
        tenant: tenant.clone(),
        project: project.clone(),
        kind: FREIGHT.to_owned(),
        name: name.to_owned(),
    };
    for (name, alias) in [("f1", "one"), ("f2", "two")] {
        let labels = json!({"kargo.akuity.io/alias": alias});
        let document = json!({"alias": alias, "metadata": {"labels": labels}});
        store.put(&freight(name), &document).await.unwrap();
    }
    let rename = |name: &str, alias: &str| DocumentChange::set_alias(&tenant, &project, name, alias);
    store.append(with(2, vec![rename("f1", "uno")])).await.unwrap();
    let renamed = json!({"alias": "uno", "metadata": {"labels": {"kargo.akuity.io/alias": "uno"}}});
    assert_eq!(store.get(&freight("f1")).await.unwrap().unwrap(), renamed);
    // To itself is no conflict.
    store.append(with(3, vec![rename("f1", "uno")])).await.unwrap();

    // What is refused takes everything of its append along, and nothing of another's.
    let refused = vec![note(json!({"d": 1})), rename("f1", "two")];
    let taken = JournalError::Document(ChangeRefused::Taken("f2".to_owned()));
    assert_eq!(store.append(with(4, refused)).await, Err(taken));
    let nowhere = JournalError::Document(ChangeRefused::NotFound);
    assert_eq!(store.append(with(4, vec![rename("f3", "three")])).await, Err(nowhere));
    assert_eq!(store.read(&unit("a"), Version(0)).await.unwrap().len(), 4);
    assert_eq!(store.get(&key).await.unwrap().unwrap(), metadata);
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
