//! Tokens and passwords: when they are had, how long they are kept, where they never go.

use std::time::Duration;

use windlass_ports::clock::Clock as _;
use windlass_ports::images::RegistryError;
use windlass_testkit::Login;
use windlass_testkit::registry::{NewImage, RegistryAuth, RegistryConfig};

use crate::fixture::{Fixture, Hostile, credential, registry, reply, unavailable};

#[tokio::test]
async fn a_token_is_kept_until_it_expires() {
    let f = Fixture::new();
    let auth = RegistryAuth::Bearer { login: Login::new("ada", "pw"), anonymous_pull: false };
    let config = RegistryConfig { auth, token_seconds: 100, ..RegistryConfig::open(f.clock.clone()) };
    let (registry, server) = registry(config).await;
    for name in ["one", "two"] {
        registry.add_image(name, "v1", &NewImage::default()).unwrap();
    }
    let (one, two) = (server.image_name("one"), server.image_name("two"));
    let tokens = || registry.gate().count("/v2/_token");
    for _ in 0..3 {
        f.tags_as(&credential("pw"), &one).await.unwrap();
    }
    assert_eq!(tokens(), 1);
    f.tags_as(&credential("pw"), &two).await.unwrap();
    assert_eq!(tokens(), 2, "another repository needs another token");
    assert_eq!(f.tags(&one).await, Err(RegistryError::Unauthorized(one.clone())));
    assert_eq!(tokens(), 3, "without a credential none of these is used");
    f.clock.set(f.clock.now().plus(Duration::from_secs(89)));
    f.tags_as(&credential("pw"), &one).await.unwrap();
    assert_eq!(tokens(), 3);
    f.clock.set(f.clock.now().plus(Duration::from_secs(1)));
    f.tags_as(&credential("pw"), &one).await.unwrap();
    assert_eq!(tokens(), 4, "it is renewed a tenth of its time early");
    registry.revoke_tokens();
    f.tags_as(&credential("pw"), &one).await.unwrap();
    assert_eq!(tokens(), 5, "a token that is refused is had anew");
    let scope = "scope=repository%3Aone%3Apull";
    assert_eq!(registry.gate().count(&format!("GET /v2/_token?service=windlass-testkit&{scope}")), 4);
}

#[tokio::test]
async fn tenants_share_nothing() {
    let mut f = Fixture::new();
    let auth = RegistryAuth::Bearer { login: Login::new("ada", "pw"), anonymous_pull: false };
    let (registry, server) = registry(RegistryConfig { auth, ..RegistryConfig::open(f.clock.clone()) }).await;
    registry.add_image("app", "v1", &NewImage::default()).unwrap();
    let name = server.image_name("app");
    f.tags_as(&credential("pw"), &name).await.unwrap();
    f.scope.tenant = "other".parse().unwrap();
    f.tags_as(&credential("pw"), &name).await.unwrap();
    assert_eq!(registry.gate().count("/v2/_token"), 2);
}

#[tokio::test]
async fn a_password_is_sent_only_when_asked_for() {
    let f = Fixture::new();
    let auth = RegistryAuth::Basic(Login::new("ada", "pw"));
    let (registry, server) = registry(RegistryConfig { auth, ..RegistryConfig::open(f.clock.clone()) }).await;
    registry.add_image("app", "v1", &NewImage::default()).unwrap();
    let name = server.image_name("app");
    f.tags_as(&credential("pw"), &name).await.unwrap();
    f.tags_as(&credential("pw"), &name).await.unwrap();
    let asked: Vec<Option<String>> = registry
        .gate()
        .requests()
        .into_iter()
        .filter(|request| request.line.contains("tags/list"))
        .map(|request| request.authorization)
        .collect();
    let basic = Some("Basic".to_owned());
    assert_eq!(asked, [None, basic.clone(), basic]);
}

#[tokio::test]
async fn credentials_go_to_no_unencrypted_place() {
    for realm in
        ["http://example.com/token", "http://10.0.0.1/token", "ftp://127.0.0.1/", "file:///etc", "no"]
    {
        let f = Fixture::new();
        let challenge = format!("Bearer realm=\"{realm}\",service=\"s\"");
        let hostile =
            Hostile::start(move |_| reply("401 Unauthorized", &[("WWW-Authenticate", &challenge)], "")).await;
        let message = unavailable(f.tags_as(&credential("hunter2"), &hostile.image()).await);
        assert!(message.contains("its realm must be an https:// URL"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
        assert_eq!(hostile.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_password_does_not_follow_a_redirect() {
    let f = Fixture::new();
    let elsewhere = Hostile::start(|_| reply("200 OK", &[], r#"{"tags":["stolen"]}"#)).await;
    let target = format!("http://{}/", elsewhere.address);
    let asked = std::sync::atomic::AtomicU32::new(0);
    let registry = Hostile::start(move |line| {
        if line.contains("/v2/ ") {
            return reply("200 OK", &[], "{}");
        }
        match asked.fetch_add(1, std::sync::atomic::Ordering::AcqRel) {
            0 => reply("401 Unauthorized", &[("WWW-Authenticate", "Basic realm=r")], ""),
            _ => reply("302 Found", &[("Location", &target)], ""),
        }
    })
    .await;
    let tags = f.tags_as(&credential("hunter2"), &registry.image()).await.unwrap();
    assert_eq!(tags, ["stolen"]);
    assert!(registry.asked()[1].contains("authorization: basic"), "{:?}", registry.asked());
    assert!(!elsewhere.asked()[0].contains("authorization"), "{:?}", elsewhere.asked());
}

#[tokio::test]
async fn redirects_lead_to_no_unencrypted_place() {
    let f = Fixture::new();
    let hostile = Hostile::start(|line| match line {
        line if line.contains("/v2/ ") => reply("200 OK", &[], "{}"),
        _ => reply("302 Found", &[("Location", "http://example.com/v2/app/tags/list")], ""),
    })
    .await;
    let message = unavailable(f.tags(&hostile.image()).await);
    assert_eq!(message, "the registry redirects to http://example.com, which is not encrypted");
}
