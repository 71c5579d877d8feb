//! What happens when a server of PostgreSQL goes away and comes back. Where there is none, nothing is tested here.

use serde_json::json;
use windlass_model::ids::TenantId;
use windlass_ports::journal::{Journal as _, JournalError, UnitKind, Version};
use windlass_ports::records::{DocumentChange, Expect, ResourceVersion, Resources as _, WatchExpired};
use windlass_store::{OpenError, Store};
use windlass_testkit::postgres::Database;

use crate::contract::{add, object, put, stage, unit, value};

#[tokio::test]
async fn a_lost_connection_is_made_anew() {
    let Some(database) = Database::create().await else { return };
    let store = Store::connect(&database.address()).await.unwrap();
    assert_eq!(store.append(add("a", 0, &[json!(1)])).await, Ok(Version(1)));
    let mut watch = store.watch(&TenantId::default(), ResourceVersion(0)).unwrap();
    put(&store, &stage("dev"), object("dev")).await;
    assert_eq!(watch.next().await.unwrap().unwrap().document.version, ResourceVersion(1));
    database.disconnect().await;
    // Whoever writes first is told, and can try again.
    let mut tries = 0;
    while let Err(error) = store.append(add("a", 1, &[json!(2)])).await {
        assert!(matches!(error, JournalError::Unavailable(_)), "{error:?}");
        tries += 1;
        assert!(tries < 10, "{error}");
    }
    assert_eq!(store.read(&unit("a"), Version(0)).await.unwrap().len(), 2);
    // Nothing was changed in between, so watchers go on.
    put(&store, &stage("uat"), object("uat")).await;
    assert_eq!(watch.next().await.unwrap().unwrap().document.key.name, "uat");
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_and_comes_back() {
    let Some(database) = Database::create().await else { return };
    let store = Store::connect(&database.address()).await.unwrap();
    put(&store, &stage("dev"), object("dev")).await;
    let mut watch = store.watch(&TenantId::default(), ResourceVersion(1)).unwrap();
    database.set_open(false).await;
    let change =
        || vec![DocumentChange::Put { key: stage("uat"), expect: Expect::Absent, document: object("uat") }];
    for _ in 0..3 {
        let error = store.write(change()).await.unwrap_err();
        assert!(error.to_string().starts_with("the database cannot be used: "), "{error}");
    }
    database.set_open(true).await;
    // Somebody else wrote meanwhile, or a commit of ours was not answered: watchers have to list again.
    database.query("UPDATE counters SET value = 7 WHERE name = 'resource_version'").await;
    assert_eq!(store.write(change()).await, Ok(vec![ResourceVersion(8)]));
    assert_eq!(value(&store, &stage("uat")).await.unwrap()["metadata"]["resourceVersion"], "8");
    let expired = WatchExpired { asked: ResourceVersion(1), oldest: ResourceVersion(7) };
    assert_eq!(watch.next().await.unwrap_err(), expired);
}

#[tokio::test]
async fn one_process_writes_at_a_time() {
    let Some(database) = Database::create().await else { return };
    let store = Store::connect(&database.address()).await.unwrap();
    let error = Store::connect(&database.address()).await.err().unwrap();
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("is in use by another windlass process"), "{error}");
    assert_eq!(store.append(add("a", 0, &[json!(1)])).await, Ok(Version(1)));
    drop(store);
    let store = Store::connect(&database.address()).await.unwrap();
    assert_eq!(store.units(&TenantId::default(), UnitKind::Promotion).await.unwrap().len(), 1);
}

#[tokio::test]
async fn addresses_that_lead_nowhere_say_so_without_the_password() {
    for address in ["mysql://h/d", "postgres://user:a-secret@127.0.0.1:1/d", "nothing"] {
        let error = Store::connect(address).await.err().unwrap();
        assert!(matches!(error, OpenError::Unavailable { .. }), "{address}: {error}");
        assert!(!error.to_string().contains("a-secret"), "{error}");
        let leads_to_a_host = address.contains('@');
        assert_eq!(
            error.to_string().ends_with("see that PostgreSQL runs and can be reached"),
            leads_to_a_host
        );
    }
}
