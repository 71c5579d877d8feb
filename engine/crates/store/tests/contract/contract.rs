//! What every database must do: the store through its ports, on SQLite and, where there is a server, on PostgreSQL.

use std::sync::Arc;

use serde_json::{Value, json};
use windlass_model::call::log::Level;
use windlass_model::call::metadata::{Kind, Subject};
use windlass_model::event::promotion::LogLine;
use windlass_model::ids::{
    AttemptNumber, FencingToken, Namespace, ProjectName, PromotionUid, StepAlias, TenantId,
};
use windlass_model::time::Timestamp;
use windlass_ports::journal::{Append, Durability, Journal, JournalError, UnitKey, UnitKind, Version};
use windlass_ports::records::{
    AttemptLogs, ChangeKind, ChangeRefused, DocumentChange, Expect, FREIGHT, LogKey, Member, ResourceKey,
    ResourceVersion, Resources, WatchExpired,
};
use windlass_store::Store;

use crate::place::{Place, on_both};

on_both! {
    events_come_back_in_order_and_versions_guard_them,
    a_refused_change_does_not_touch_those_beside_it,
    commands_travel_with_the_events,
    a_zombie_is_refused,
    resources_and_logs_are_kept,
    documents_are_changed_with_the_events,
    changes_are_made_only_as_expected,
    watchers_see_every_change_once_and_in_order,
    who_falls_too_far_behind_has_to_list_again,
    units_are_compacted_and_forgotten,
}

pub(crate) fn unit(id: &str) -> UnitKey {
    UnitKey {
        tenant: TenantId::default(),
        project: ProjectName::new("demo").unwrap(),
        kind: UnitKind::Promotion,
        id: id.to_owned(),
    }
}

pub(crate) fn add(id: &str, expected: i64, events: &[Value]) -> Append {
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

pub(crate) async fn put(store: &Store, key: &ResourceKey, document: Value) -> ResourceVersion {
    let put = DocumentChange::Put { key: key.clone(), expect: Expect::Anything, document };
    store.write(vec![put]).await.unwrap()[0]
}

pub(crate) async fn value(store: &Store, key: &ResourceKey) -> Option<Value> {
    store.get(key).await.unwrap().map(|document| document.value().unwrap())
}

async fn events_come_back_in_order_and_versions_guard_them(place: Place) {
    let store = place.open().await;
    assert_eq!(store.append(add("a", 0, &[json!(1), json!(2)])).await.unwrap(), Version(2));
    assert_eq!(store.append(add("a", 0, &[json!(9)])).await, Err(JournalError::Conflict));
    let synced = Append { durability: Durability::Synced, ..add("a", 2, &[json!("x".repeat(200_000))]) };
    assert_eq!(store.append(synced).await.unwrap(), Version(3));
    drop(store);
    let store = place.open().await;
    let events = store.read(&unit("a"), Version(0)).await.unwrap();
    assert_eq!(events[..2], [(Version(1), json!(1)), (Version(2), json!(2))]);
    assert_eq!(events[2].1.as_str().unwrap().len(), 200_000);
    let units = store.units(&TenantId::default(), UnitKind::Promotion).await.unwrap();
    assert_eq!(units.len(), 1);
    assert_eq!(units[0].summary, json!({"events": 3}));
    assert!(store.read(&unit("b"), Version(0)).await.unwrap().is_empty());
}

async fn a_refused_change_does_not_touch_those_beside_it(place: Place) {
    let store = place.open().await;
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

async fn commands_travel_with_the_events(place: Place) {
    let store = place.open().await;
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

async fn a_zombie_is_refused(place: Place) {
    let store = place.open().await;
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

async fn resources_and_logs_are_kept(place: Place) {
    let store = place.open().await;
    let key = |name: &str| ResourceKey {
        tenant: TenantId::default(),
        kind: "Freight".into(),
        namespace: Namespace::new("demo").unwrap(),
        name: name.into(),
    };
    let first = put(&store, &key("a"), json!({"x": 1})).await;
    let second = put(&store, &key("a"), json!({"x": 2})).await;
    assert!(second > first);
    put(&store, &key("b"), json!({})).await;
    assert_eq!(value(&store, &key("a")).await, Some(json!({"x": 2})));
    assert_eq!(value(&store, &key("c")).await, None);
    let all = store.list(&TenantId::default(), "Freight", Some(&key("a").namespace)).await.unwrap();
    assert_eq!(all.documents.iter().map(|d| d.key.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(all.version, ResourceVersion(3));

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

async fn documents_are_changed_with_the_events(place: Place) {
    let store = place.open().await;
    let (tenant, project) = (TenantId::default(), ProjectName::new("demo").unwrap());
    let subject = Subject { kind: Kind::Stage, name: "dev".to_owned() };
    let note = |values: Value| {
        DocumentChange::upsert_metadata(&tenant, &project, &subject, values.as_object().unwrap().clone())
    };
    let with = |expected, documents| Append { documents, ..add("a", expected, &[json!("noted")]) };
    store.append(with(0, note(json!({"a": 1, "b": [2]})))).await.unwrap();
    store.append(with(1, note(json!({"b": null, "c": "x"})))).await.unwrap();
    let key = DocumentChange::metadata_key(&tenant, &project, &subject);
    let metadata = value(&store, &key).await.unwrap();
    assert_eq!(metadata["metadata"], json!({"a": 1, "b": null, "c": "x"}));
    assert_eq!(metadata["v"], 1, "documents tell their version");

    let freight = |name: &str| ResourceKey {
        tenant: tenant.clone(),
        kind: FREIGHT.to_owned(),
        namespace: (&project).into(),
        name: name.to_owned(),
    };
    for (name, alias) in [("f1", "one"), ("f2", "two")] {
        let labels = json!({"kargo.akuity.io/alias": alias});
        let document = json!({"alias": alias, "metadata": {"labels": labels}});
        put(&store, &freight(name), document).await;
    }
    let rename = |name: &str, alias: &str| DocumentChange::set_alias(&tenant, &project, name, alias);
    store.append(with(2, vec![rename("f1", "uno")])).await.unwrap();
    let renamed = json!({"alias": "uno", "metadata": {"labels": {"kargo.akuity.io/alias": "uno"}}});
    assert_eq!(value(&store, &freight("f1")).await.unwrap(), renamed);
    // To itself is no conflict.
    store.append(with(3, vec![rename("f1", "uno")])).await.unwrap();

    // What is refused takes everything of its append along, and nothing of another's.
    let mut refused = note(json!({"d": 1}));
    refused.push(rename("f1", "two"));
    let taken = JournalError::Document(ChangeRefused::Taken("f2".to_owned()));
    assert_eq!(store.append(with(4, refused)).await, Err(taken));
    let nowhere = JournalError::Document(ChangeRefused::NotFound);
    assert_eq!(store.append(with(4, vec![rename("f3", "three")])).await, Err(nowhere));
    assert_eq!(store.read(&unit("a"), Version(0)).await.unwrap().len(), 4);
    assert_eq!(value(&store, &key).await.unwrap(), metadata);
}

pub(crate) fn stage(name: &str) -> ResourceKey {
    ResourceKey {
        tenant: TenantId::default(),
        kind: "Stage".to_owned(),
        namespace: Namespace::new("demo").unwrap(),
        name: name.to_owned(),
    }
}

pub(crate) fn object(name: &str) -> Value {
    json!({"kind": "Stage", "metadata": {"name": name}, "spec": {}})
}

async fn changes_are_made_only_as_expected(place: Place) {
    let store = place.open().await;
    let put = |expect| DocumentChange::Put { key: stage("dev"), expect, document: object("dev") };
    let refused = |why| Err(JournalError::Document(why));
    let version = ResourceVersion;
    assert_eq!(store.write(vec![put(Expect::Present)]).await, refused(ChangeRefused::NotFound));
    assert_eq!(store.write(vec![put(Expect::Absent)]).await, Ok(vec![version(1)]));
    assert_eq!(store.write(vec![put(Expect::Absent)]).await, refused(ChangeRefused::Exists));
    assert_eq!(store.write(vec![put(Expect::Version(version(1)))]).await, Ok(vec![version(2)]));
    assert_eq!(store.write(vec![put(Expect::Version(version(1)))]).await, refused(ChangeRefused::Stale));
    assert_eq!(value(&store, &stage("dev")).await.unwrap()["metadata"]["resourceVersion"], "2");

    // All or nothing.
    let other = DocumentChange::Put { key: stage("uat"), expect: Expect::Absent, document: object("uat") };
    let both = vec![other, put(Expect::Absent)];
    assert_eq!(store.write(both).await, refused(ChangeRefused::Exists));
    assert_eq!(value(&store, &stage("uat")).await, None);

    let set = |path: &[&str], value| DocumentChange::SetMembers {
        key: stage("dev"),
        members: vec![Member { path: path.iter().map(|name| (*name).to_owned()).collect(), value }],
    };
    let changes = vec![
        set(&["status", "a"], Some(json!(1))),
        set(&["status", "a"], Some(json!(1))),
        set(&["b", "c"], None),
    ];
    assert_eq!(store.write(changes).await, Ok(vec![version(3); 3]), "what changes nothing is no change");
    assert_eq!(value(&store, &stage("dev")).await.unwrap()["status"], json!({"a": 1}));
    let gone = DocumentChange::SetMembers { key: stage("uat"), members: vec![Member::new(["a"], 1)] };
    assert_eq!(store.write(vec![gone, set(&["status", "a"], None)]).await, Ok(vec![version(0), version(4)]));
    assert_eq!(value(&store, &stage("dev")).await.unwrap()["status"], json!({}));

    let delete = |expect| DocumentChange::Delete { key: stage("dev"), expect };
    assert_eq!(store.write(vec![delete(Expect::Version(version(3)))]).await, refused(ChangeRefused::Stale));
    assert_eq!(store.write(vec![delete(Expect::Present)]).await, Ok(vec![version(0)]));
    assert_eq!(store.write(vec![delete(Expect::Present)]).await, refused(ChangeRefused::NotFound));
    assert_eq!(value(&store, &stage("dev")).await, None);
}

async fn watchers_see_every_change_once_and_in_order(place: Place) {
    let store = place.open().await;
    let tenant = TenantId::default();
    put(&store, &stage("dev"), object("dev")).await;
    let mut watch = store.watch(&tenant, ResourceVersion(0)).unwrap();
    put(&store, &stage("dev"), object("dev")).await;
    let delete = DocumentChange::Delete { key: stage("dev"), expect: Expect::Present };
    let status = DocumentChange::SetMembers { key: stage("dev"), members: vec![Member::new(["x"], 1)] };
    store.append(Append { documents: vec![status, delete], ..add("a", 0, &[json!(1)]) }).await.unwrap();
    // What is refused is no change.
    let refused = DocumentChange::Delete { key: stage("dev"), expect: Expect::Present };
    assert!(store.append(Append { documents: vec![refused], ..add("a", 1, &[]) }).await.is_err());
    put(&store, &stage("uat"), object("uat")).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let change = watch.next().await.unwrap().unwrap();
        let document = change.document.value().unwrap();
        assert_eq!(document["metadata"]["resourceVersion"], change.document.version.to_string());
        seen.push((change.kind, change.document.key.name.clone(), change.document.version.0));
    }
    let expected = [
        (ChangeKind::Added, "dev", 1),
        (ChangeKind::Modified, "dev", 2),
        (ChangeKind::Modified, "dev", 3),
        (ChangeKind::Deleted, "dev", 4),
        (ChangeKind::Added, "uat", 5),
    ];
    assert_eq!(seen, expected.map(|(kind, name, version)| (kind, name.to_owned(), version)));
    drop((watch, store));
    // Another process does not know the changes of an earlier one.
    let store = place.open().await;
    let expired = WatchExpired { asked: ResourceVersion(4), oldest: ResourceVersion(5) };
    assert_eq!(store.watch(&tenant, ResourceVersion(4)).err(), Some(expired));
    let mut watch = store.watch(&tenant, ResourceVersion(5)).unwrap();
    put(&store, &stage("qa"), object("qa")).await;
    assert_eq!(watch.next().await.unwrap().unwrap().document.key.name, "qa");
}

async fn who_falls_too_far_behind_has_to_list_again(place: Place) {
    let store = place.open().await;
    let tenant = TenantId::default();
    let mut watch = store.watch(&tenant, ResourceVersion(0)).unwrap();
    let put = |name: &str| DocumentChange::Put {
        key: stage(name),
        expect: Expect::Anything,
        document: object(name),
    };
    store.write((0..5_000).map(|i| put(&format!("s{i}"))).collect()).await.unwrap();
    let expired = watch.next().await.unwrap_err();
    assert_eq!(expired, WatchExpired { asked: ResourceVersion(0), oldest: ResourceVersion(5_000 - 4_096) });
    let mut watch = store.watch(&tenant, expired.oldest).unwrap();
    assert_eq!(watch.next().await.unwrap().unwrap().document.version, ResourceVersion(905));
}

async fn units_are_compacted_and_forgotten(place: Place) {
    let store = place.open().await;
    let events: Vec<Value> = (0..5).map(|i| json!(i)).collect();
    store.append(add("a", 0, &events)).await.unwrap();
    store.compact(&unit("a"), Version(3), json!("three")).await.unwrap();
    let left = store.read(&unit("a"), Version(0)).await.unwrap();
    let expected = [(3, json!("three")), (4, json!(3)), (5, json!(4))];
    assert_eq!(left, expected.map(|(version, event)| (Version(version), event)));
    assert_eq!(store.append(add("a", 5, &[json!(5)])).await, Ok(Version(6)));
    store.acquire(&unit("a"), "me", Timestamp::from_micros(0), Timestamp::from_micros(9)).await.unwrap();
    store.forget(&unit("a")).await.unwrap();
    assert!(store.read(&unit("a"), Version(0)).await.unwrap().is_empty());
    assert!(store.units(&TenantId::default(), UnitKind::Promotion).await.unwrap().is_empty());
    assert_eq!(store.append(add("a", 0, &[json!(1)])).await, Ok(Version(1)));
}
