//! Images in a registry that others wrote.

use serde_json::{Value, json};
use windlass_tests::RealRegistry;

use super::{apply, manifest, project, serve};

/// The image of the newest freight of a warehouse.
fn image(freight: &Value) -> Value {
    json!([freight["images"][0]["tag"], freight["images"][0]["digest"]])
}

#[tokio::test]
async fn images_are_found_in_a_real_registry() {
    let registry = RealRegistry::start().await;
    let mut digests = Vec::new();
    for (tag, created) in [
        ("v1.0.0", "2026-01-01T00:00:00Z"),
        ("v1.10.0", "2026-01-02T00:00:00Z"),
        ("v1.9.0", "2026-01-03T00:00:00Z"),
        ("v2.0.0", "2026-01-01T12:00:00Z"),
        ("nightly", "2026-01-04T00:00:00Z"),
    ] {
        digests.push(registry.push("team/app", tag, created).await);
    }
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path()).await;
    let warehouse = |name: &str, image: Value| {
        let mut image = image;
        image["repoURL"] = json!(format!("{}/team/app", registry.address));
        let spec = json!({ "interval": "1h", "subscriptions": [{ "image": image }] });
        manifest("Warehouse", name, json!({ "spec": spec }))
    };
    apply(
        &served,
        &[
            project(),
            warehouse("semver", json!({ "constraint": "^1.0.0" })),
            warehouse(
                "newest",
                json!({ "imageSelectionStrategy": "NewestBuild", "platform": "linux/amd64" }),
            ),
            warehouse("digest", json!({ "imageSelectionStrategy": "Digest", "constraint": "nightly" })),
            warehouse("lexical", json!({ "imageSelectionStrategy": "Lexical", "allowTagsRegexes": ["^v"] })),
        ],
    )
    .await;
    let newest = async |warehouse: &str, tag: &str| {
        let path = format!("/v1beta1/projects/demo/freight?origins={warehouse}");
        let is_it =
            |freight: &Value| freight["origin"]["name"] == warehouse && freight["images"][0]["tag"] == tag;
        image(&served.until(&path, is_it).await)
    };
    assert_eq!(newest("semver", "v1.10.0").await, json!(["v1.10.0", digests[1]]));
    assert_eq!(newest("newest", "nightly").await, json!(["nightly", digests[4]]));
    assert_eq!(newest("digest", "nightly").await, json!(["nightly", digests[4]]));
    assert_eq!(newest("lexical", "v2.0.0").await, json!(["v2.0.0", digests[3]]));
    let pushed = registry.push("team/app", "v1.11.0", "2026-01-05T00:00:00Z").await;
    let _ = served.command(["refresh", "warehouse", "semver", "--wait"]).run().await.expect(0);
    assert_eq!(newest("semver", "v1.11.0").await, json!(["v1.11.0", pushed]));
    served.kill().await;
}
