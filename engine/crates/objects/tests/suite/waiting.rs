//! Waiting for a change, whatever becomes of the watch.

use serde_json::json;
use tokio_util::sync::CancellationToken;
use windlass_model::call::ErrorKind;
use windlass_ports::clock::Clock as _;
use windlass_ports::objects::Objects as _;
use windlass_testkit::gate::CannedResponse;
use windlass_testkit::{Fault, FaultRule};

use crate::fixture::start;

fn canned(status: u16, body: &str) -> Fault {
    Fault::Respond(CannedResponse { status, headers: vec![], body: body.to_owned() })
}

#[tokio::test]
async fn a_watch_that_is_told_it_is_too_late_looks_again() {
    let f = start().await;
    let (key, version) = f.apply("shop", json!({}));
    f.api.forget_history();
    let change = async {
        // The first watch is too late, then the object is looked at, then watched from there.
        f.asked("watch=true", 2).await;
        f.apply("shop", json!({"x": 1}));
    };
    let (changed, ()) = tokio::join!(f.changed(&key, &version), change);
    assert_eq!(changed, Ok(()));
    assert_eq!(f.api.gate().requests().len(), 3);
    // The same when the server says so with its status.
    let (_, version) = f.apply("shop", json!({"x": 2}));
    f.api.gate().forget();
    f.api.gate().add_fault(FaultRule::once("watch=true", canned(410, r#"{"kind":"Status","code":410}"#)));
    let change = async {
        f.asked("watch=true", 2).await;
        f.apply("shop", json!({"x": 3}));
    };
    let (changed, ()) = tokio::join!(f.changed(&key, &version), change);
    assert_eq!(changed, Ok(()));
}

#[tokio::test]
async fn a_watch_that_ends_is_begun_anew() {
    let f = start().await;
    let (key, version) = f.apply("shop", json!({}));
    let change = async {
        f.asked("watch=true", 4).await;
        f.apply("shop", json!({"x": 1}));
    };
    let wait = async { tokio::join!(f.changed(&key, &version), change) };
    let began = f.clock.now();
    let (changed, ()) = f.while_time_passes(wait).await;
    assert_eq!(changed, Ok(()));
    assert!(f.clock.now().since(began).as_secs() >= 3 * 240, "each watch lasts its time");
    assert_eq!(f.api.gate().count("timeoutSeconds=240"), 4);
}

#[tokio::test]
async fn a_server_that_hangs_is_watched_anew() {
    let f = start().await;
    let (key, version) = f.apply("shop", json!({}));
    f.api.gate().add_fault(FaultRule::once("watch=true", Fault::Hang));
    let change = async {
        f.asked("watch=true", 2).await;
        f.apply("shop", json!({"x": 1}));
    };
    let wait = async { tokio::join!(f.changed(&key, &version), change) };
    let (changed, ()) = f.while_time_passes(wait).await;
    assert_eq!(changed, Ok(()));
}

#[tokio::test]
async fn what_was_missed_meanwhile_is_seen() {
    let f = start().await;
    let (key, version) = f.apply("shop", json!({}));
    f.apply("shop", json!({"x": 1}));
    for fault in [Fault::status(503), Fault::DropAfter(0), canned(200, "not json\n"), canned(200, "")] {
        f.api.gate().forget();
        f.api.gate().add_fault(FaultRule::once("watch=true", fault));
        assert_eq!(f.changed(&key, &version).await, Ok(()));
        assert_eq!(f.api.gate().requests().len(), 2, "after the failed watch the object is looked at");
    }
}

#[tokio::test]
async fn failures_are_spaced_out_and_counted() {
    let f = start().await;
    let (key, version) = f.apply("shop", json!({}));
    f.api.gate().add_fault(FaultRule::always("watch=true", Fault::status(503)));
    let began = f.clock.now();
    let error = f.while_time_passes(f.changed(&key, &version)).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Unavailable, "cluster-unavailable"));
    assert_eq!(f.api.gate().count("watch=true"), 6);
    assert!(f.clock.now().since(began).as_secs() >= 1 + 2 + 4 + 8);
}

#[tokio::test]
async fn a_server_that_ends_each_watch_at_once_is_not_pestered() {
    let f = start().await;
    let (key, version) = f.apply("shop", json!({}));
    f.api.gate().add_fault(FaultRule::always("watch=true", canned(200, "")));
    let cancel = CancellationToken::new();
    let stop = async {
        while f.clock.now().since("2026-03-01T00:00:00Z".parse().unwrap()).as_secs() < 600 {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let wait = async { tokio::join!(f.objects.changed(&key, &version, &cancel), stop) };
    assert_eq!(f.while_time_passes(wait).await.0, Ok(()));
    let watches = f.api.gate().count("watch=true");
    assert!((5..=30).contains(&watches), "{watches} watches in ten minutes");
}

#[tokio::test]
async fn a_refusal_ends_the_wait() {
    let f = start().await;
    let (key, version) = f.apply("shop", json!({}));
    let body = r#"{"kind":"Status","message":"cannot watch resource","code":403}"#;
    f.api.gate().add_fault(FaultRule::once("watch=true", canned(403, body)));
    let error = f.changed(&key, &version).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Denied, "cluster-forbidden"));
    assert!(error.message.contains("a Role that allows \"watch\""), "{}", error.message);
    let event = json!({"type": "ERROR", "object": {"kind": "Status", "message": "no", "code": 403}});
    f.api.gate().add_fault(FaultRule::once("watch=true", canned(200, &format!("{event}\n"))));
    assert_eq!(f.changed(&key, &version).await.unwrap_err().kind, ErrorKind::Denied);
}

#[tokio::test]
async fn an_object_that_is_not_there_yet_is_waited_for() {
    let f = start().await;
    let (mut key, _) = f.apply("other", json!({}));
    key.name = "shop".to_owned();
    let make = async {
        f.asked("watch=true", 1).await;
        f.apply("other", json!({"x": 1}));
        f.apply("shop", json!({}));
    };
    let (changed, ()) = tokio::join!(f.changed(&key, ""), make);
    assert_eq!(changed, Ok(()));
    assert_eq!(f.changed(&key, "").await, Ok(()));
}

#[tokio::test]
async fn the_host_that_stops_ends_the_wait() {
    let f = start().await;
    let (key, version) = f.apply("shop", json!({}));
    let stop = async {
        f.asked("watch=true", 1).await;
        f.cancel.cancel();
    };
    let (ended, ()) = tokio::join!(f.changed(&key, &version), stop);
    assert_eq!(ended.unwrap_err().kind, ErrorKind::Cancelled);
}
