//! Images by every strategy, and how few questions they take.

use serde_json::{Value, json};
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_testkit::registry::NewImage;
use windlass_testkit::{Fault, FaultRule};

use crate::fixture::{Fixture, with};

fn subscription(fixture: &Fixture, more: &Value) -> Value {
    json!({"image": with(json!({"repoURL": fixture.server.image_name("app")}), more)})
}

fn tags(found: &DiscoveredArtifacts) -> Vec<&str> {
    found.images[0].references.iter().map(|image| image.tag.as_str()).collect()
}

fn built(at: &str) -> NewImage {
    NewImage { created: Some(at.parse().unwrap()), ..NewImage::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_strategy_has_its_order() {
    let fixture = Fixture::new().await;
    let index = built("2026-02-04T00:00:00Z").platform("linux", "amd64").platform("linux", "arm64");
    let dated =
        built("2026-02-09T00:00:00Z").annotation("org.opencontainers.image.created", "2026-02-01T00:00:00Z");
    let labelled = built("2026-02-02T00:00:00Z").label("org.label-schema.build-date", "2026-02-05T00:00:00Z");
    for (tag, image) in
        [("1.10.0", &index), ("1.9.0", &dated), ("latest", &labelled), ("z", &built("2026-02-03T00:00:00Z"))]
    {
        fixture.registry.add_image("app", tag, image).unwrap();
    }
    for (more, expected) in [
        (json!({}), &["1.10.0", "1.9.0"][..]),
        (json!({"constraint": "<1.10"}), &["1.9.0"]),
        (json!({"imageSelectionStrategy": "Lexical"}), &["z", "latest", "1.9.0", "1.10.0"]),
        (json!({"imageSelectionStrategy": "NewestBuild"}), &["latest", "1.10.0", "z", "1.9.0"]),
        (json!({"imageSelectionStrategy": "NewestBuild", "discoveryLimit": 2}), &["latest", "1.10.0"]),
        (json!({"imageSelectionStrategy": "Digest", "constraint": "latest"}), &["latest"]),
        (json!({"imageSelectionStrategy": "Digest", "constraint": "gone"}), &[]),
        (
            json!({"imageSelectionStrategy": "Lexical", "platform": "linux/arm64", "discoveryLimit": 1}),
            &["1.10.0"],
        ),
        (json!({"imageSelectionStrategy": "Lexical", "platform": "windows/amd64"}), &[]),
    ] {
        let found = fixture.find(subscription(&fixture, &more)).await.unwrap();
        assert_eq!(tags(&found), expected, "{more}");
    }
    let found = fixture.find(subscription(&fixture, &json!({"platform": "linux/arm64"}))).await.unwrap();
    let (digest, _) = fixture.registry.manifest("app", "1.10.0").unwrap();
    assert_eq!(found.images[0].references[0].digest, digest.to_string(), "the digest is that of the index");
    assert_eq!(found.images[0].references[0].created_at, Some("2026-02-04T00:00:00Z".parse().unwrap()));
    assert_eq!(found.images[0].platform, "linux/arm64");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_not_asked_again() {
    let fixture = Fixture::new().await;
    for patch in 0..1_000 {
        let image = NewImage::default().label("patch", patch.to_string());
        fixture.registry.add_image("app", &format!("1.0.{patch}"), &image).unwrap();
    }
    let requests = async |more: &Value| {
        fixture.registry.gate().forget();
        let found = fixture.find(subscription(&fixture, more)).await.unwrap();
        assert_eq!(found.images[0].references.len(), 20);
        fixture.registry.gate().requests().iter().filter(|request| !request.line.ends_with("/v2/")).count()
    };
    let pages = 10;
    assert_eq!(requests(&json!({"cacheByTag": true})).await, pages + 20 * 3, "tag, manifest, configuration");
    assert_eq!(requests(&json!({})).await, pages + 20, "tags may have moved");
    assert_eq!(requests(&json!({"cacheByTag": true})).await, pages, "tags stay");
    fixture.registry.add_image("app", "1.0.1000", &NewImage::default()).unwrap();
    assert_eq!(requests(&json!({"cacheByTag": true})).await, pages + 1 + 3, "one more page, one more image");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_refuses_fails_the_discovery() {
    let fixture = Fixture::new().await;
    fixture.registry.add_image("app", "1.0.0", &NewImage::default()).unwrap();
    for (fault, reason) in [
        (Fault::status(401), "check the credentials"),
        (Fault::status(404), "does not exist in the registry"),
        (Fault::rate_limited(3_600), "asks to come back in 3600 seconds"),
    ] {
        fixture.registry.gate().add_fault(FaultRule::once("tags/list", fault));
        let error = fixture.find(subscription(&fixture, &json!({}))).await.unwrap_err();
        assert_eq!(error.subscription, format!("1 (image {})", fixture.server.image_name("app")));
        assert!(error.message.contains(reason), "{error}");
    }
}
