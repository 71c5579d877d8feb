//! Registries that behave.

use std::sync::Arc;

use windlass_egress::EgressConfig;
use windlass_model::digest::Digest;
use windlass_ports::clock::Clock;
use windlass_ports::images::{ImageRepository, Images as _, RegistryError};
use windlass_testkit::contract::check_images;
use windlass_testkit::registry::{NewImage, OciRegistry, RegistryConfig};
use windlass_testkit::server::TlsIdentity;
use windlass_testkit::{Server, ServerConfig};

use crate::fixture::{Fixture, registry, unavailable};

#[tokio::test]
async fn the_contract_is_kept() {
    let f = Fixture::new();
    let clock: Arc<dyn Clock> = f.clock.clone();
    check_images(&f.client, &f.scope, clock).await;
}

#[tokio::test]
async fn content_is_asked_for_once() {
    let f = Fixture::new();
    let (registry, server) = registry(RegistryConfig::open(f.clock.clone())).await;
    registry.add_image("app", "v1", &NewImage::default().annotation("a", "b")).unwrap();
    let name = server.image_name("app");
    let first = f.resolve(&name, "v1").await.unwrap();
    assert_eq!(f.resolve(&name, "v1").await.unwrap(), first);
    assert_eq!(first.annotations["a"], "b");
    assert_eq!(registry.gate().count("HEAD /v2/app/manifests/v1"), 2);
    assert_eq!(registry.gate().count("GET /v2/app/manifests/"), 1);
}

#[tokio::test]
async fn annotations_that_are_no_texts_are_left_out() {
    let f = Fixture::new();
    let (registry, server) = registry(RegistryConfig::open(f.clock.clone())).await;
    let kinds = "application/vnd.oci.image.manifest.v1+json";
    for (tag, manifest, expected) in [
        ("odd", r#"{"annotations":{"a":"b","c":1,"d":null}}"#, 1),
        ("null", r#"{"annotations":null}"#, 0),
        ("none", "{}", 0),
    ] {
        registry.add_manifest("app", tag, kinds, manifest).unwrap();
        let found = f.resolve(&server.image_name("app"), tag).await.unwrap();
        assert_eq!(found.annotations.len(), expected, "{tag}");
        assert_eq!(found.digest, Digest::of(manifest.as_bytes()).to_string());
    }
}

#[tokio::test]
async fn what_is_no_manifest_is_told() {
    let f = Fixture::new();
    let (registry, server) = registry(RegistryConfig::open(f.clock.clone())).await;
    let name = server.image_name("app");
    let schema_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    registry.add_manifest("app", "old", schema_1, "{}").unwrap();
    assert!(unavailable(f.resolve(&name, "old").await).contains("schema 1"));
    registry.add_manifest("app", "page", "text/html", "<html>").unwrap();
    let message = unavailable(f.resolve(&name, "page").await);
    assert!(message.contains(&format!("{name}:page cannot be used: it cannot be read")), "{message}");
}

#[tokio::test]
async fn tls_is_checked_unless_told_otherwise() {
    let identity = TlsIdentity::self_signed().unwrap();
    let trusting = Fixture::with(EgressConfig {
        extra_roots: vec![identity.certificate_pem().into()],
        ..EgressConfig::default()
    });
    let registry = OciRegistry::new(RegistryConfig::open(trusting.clock.clone()));
    registry.add_image("app", "v1", &NewImage::default()).unwrap();
    let config = ServerConfig { registry: Some(registry), tls: Some(identity), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    for name in [server.image_name("app"), format!("localhost:{}/app", server.address().port())] {
        assert_eq!(trusting.tags(&name).await, Ok(vec!["v1".to_owned()]));
        let strict = Fixture::new();
        assert!(matches!(strict.tags(&name).await, Err(RegistryError::Unavailable(_))));
        let careless = ImageRepository { url: name, insecure_skip_tls_verify: true };
        let tags = strict.client.tags(&strict.scope, None, &careless).await;
        assert_eq!(tags, Ok(vec!["v1".to_owned()]));
    }
}

#[tokio::test]
async fn nobody_there_is_told() {
    let f = Fixture::new();
    let message = unavailable(f.tags("127.0.0.1:1/app").await);
    assert!(message.contains("127.0.0.1:1"), "{message}");
}
