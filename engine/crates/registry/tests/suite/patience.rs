//! Registries that ask to come back later.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use windlass_ports::clock::Clock as _;
use windlass_testkit::registry::{NewImage, OciRegistry, RegistryConfig};
use windlass_testkit::{Fault, FaultRule, Server};

use crate::fixture::{Fixture, Hostile, registry, reply, start_time, unavailable};

async fn start(f: &Fixture) -> (OciRegistry, Server, String) {
    let (registry, server) = registry(RegistryConfig::open(f.clock.clone())).await;
    registry.add_image("app", "v1", &NewImage::default()).unwrap();
    let name = server.image_name("app");
    // Whether TLS is spoken is found out beforehand.
    f.tags(&name).await.unwrap();
    registry.gate().forget();
    (registry, server, name)
}

#[tokio::test]
async fn the_pause_is_made_and_the_answer_had() {
    let f = Fixture::new();
    let times = Arc::new(Mutex::new(Vec::new()));
    let (clock, seen) = (f.clock.clone(), Arc::clone(&times));
    let server = Hostile::start(move |line| {
        if line.starts_with("get /v2/ ") {
            return reply("200 OK", &[], "{}");
        }
        let mut seen = seen.lock().unwrap();
        seen.push(clock.now());
        match seen.len() {
            1 => reply("429 Too Many Requests", &[("Retry-After", "7")], ""),
            2 => reply("503 Service Unavailable", &[("Retry-After", "Sun, 01 Mar 2026 00:10:00 GMT")], ""),
            _ => reply("200 OK", &[], r#"{"tags":["v1"]}"#),
        }
    })
    .await;
    f.clock.set("2026-03-01T00:09:30Z".parse().unwrap());
    let tags = f.while_time_passes(f.tags(&server.image())).await;
    assert_eq!(tags, Ok(vec!["v1".to_owned()]));
    let times = times.lock().unwrap();
    assert!(times[1].since(times[0]) >= Duration::from_secs(7), "{times:?}");
    assert!(times[2] >= "2026-03-01T00:10:00Z".parse().unwrap(), "{times:?}");
}

#[tokio::test]
async fn patience_ends() {
    let f = Fixture::new();
    let (registry, _server, name) = start(&f).await;
    registry.gate().add_fault(FaultRule::always("tags/list", Fault::status(503)));
    let message = unavailable(f.while_time_passes(f.tags(&name)).await);
    assert!(message.ends_with("answered with status 503 Service Unavailable"), "{message}");
    assert_eq!(registry.gate().count("tags/list"), 4);
    assert!(f.clock.now().since(start_time()) >= Duration::from_secs(7), "pauses of 1, 2 and 4 seconds");
}

#[tokio::test]
async fn a_pause_that_is_too_long_is_told_at_once() {
    let mut f = Fixture::new();
    let (registry, _server, name) = start(&f).await;
    registry.gate().add_fault(FaultRule::always("manifests", Fault::rate_limited(3_600)));
    let message = unavailable(f.resolve(&name, "v1").await);
    assert_eq!(
        message,
        format!(
            "{name}:v1: the registry answered with status 429 Too Many Requests and asks to come back in 3600 seconds, \
             which is too long to wait for now"
        )
    );
    // So is one that goes beyond the deadline.
    registry.gate().clear_faults();
    registry.gate().add_fault(FaultRule::always("manifests", Fault::rate_limited(10)));
    f.scope.deadline = f.clock.now().plus(Duration::from_secs(10));
    assert!(unavailable(f.resolve(&name, "v1").await).contains("in 10 seconds"));
    assert_eq!(registry.gate().count("manifests"), 2);
    assert_eq!(f.clock.now(), start_time());
}

#[tokio::test]
async fn a_pause_is_given_up_when_the_attempt_is_cancelled() {
    let f = Fixture::new();
    let (registry, _server, name) = start(&f).await;
    registry.gate().add_fault(FaultRule::always("tags/list", Fault::rate_limited(30)));
    let cancel = async {
        while registry.gate().count("tags/list") == 0 {
            tokio::task::yield_now().await;
        }
        f.scope.cancel.cancel();
    };
    let (ended, ()) = tokio::join!(f.tags(&name), cancel);
    assert_eq!(unavailable(ended), "the attempt is being stopped");
    assert_eq!(registry.gate().count("tags/list"), 1);
}

#[tokio::test]
async fn a_registry_is_asked_no_more_often_than_allowed() {
    let f = Fixture::new();
    let f = Fixture { client: f.client.limited_to(std::num::NonZeroU32::new(2).unwrap()), ..f };
    let (_registry, _server, name) = start(&f).await;
    let many = async {
        for _ in 0..7 {
            f.tags(&name).await.unwrap();
        }
    };
    f.while_time_passes(many).await;
    assert!(f.clock.now().since(start_time()) >= Duration::from_secs(3), "2 at once, then 2 a second");
}
