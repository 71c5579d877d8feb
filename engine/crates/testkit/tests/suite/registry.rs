//! The registry: push and pull, byte for byte.

use http::Method;
use serde_json::json;
use windlass_model::digest::Digest;
use windlass_testkit::registry::{ImageFormat, NewImage, OciRegistry, RegistryConfig, RegistryRefusal};
use windlass_testkit::{Server, ServerConfig};

use crate::client::{Answer, Client, clock};

struct Fixture {
    registry: OciRegistry,
    _server: Server,
    client: Client,
}

async fn start(change: impl FnOnce(&mut RegistryConfig)) -> Fixture {
    let clock = clock();
    let mut config = RegistryConfig::open(clock.clone());
    change(&mut config);
    let registry = OciRegistry::new(config);
    let config = ServerConfig { registry: Some(registry.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let client = Client::new(server.url(), &clock);
    Fixture { registry, _server: server, client }
}

impl Fixture {
    async fn send(&self, method: Method, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.client.send(method, target, headers, body).await.unwrap()
    }
}

fn code(answer: &Answer) -> String {
    answer.json()["errors"][0]["code"].as_str().unwrap().to_owned()
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

#[tokio::test]
async fn an_image_is_pushed_in_all_ways_and_pulled() {
    let f = start(|_| {}).await;
    let (config, layer) = (b"{}".as_slice(), b"0123456789".as_slice());
    let (config_digest, layer_digest) = (Digest::of(config), Digest::of(layer));
    // Whole, in one request.
    let whole =
        f.send(Method::POST, &format!("/v2/a/b/blobs/uploads/?digest={config_digest}"), &[], config).await;
    assert_eq!(
        (whole.status.as_u16(), whole.header("docker-content-digest")),
        (201, config_digest.to_string().as_str())
    );
    // In pieces, of which the last comes with the end.
    let begun = f.send(Method::POST, "/v2/a/b/blobs/uploads/", &[], b"").await;
    assert_eq!(begun.status, 202);
    let place = begun.header("location").to_owned();
    let piece = f.send(Method::PATCH, &place, &[("content-range", "0-3")], &layer[..4]).await;
    assert_eq!((piece.status.as_u16(), piece.header("range")), (202, "0-3"));
    let misplaced = f.send(Method::PATCH, &place, &[("content-range", "7-9")], &layer[7..]).await;
    assert_eq!((misplaced.status.as_u16(), code(&misplaced).as_str()), (416, "BLOB_UPLOAD_INVALID"));
    let status = f.send(Method::GET, &place, &[], b"").await;
    assert_eq!((status.status.as_u16(), status.header("range")), (204, "0-3"));
    let end = f.send(Method::PUT, &format!("{place}?digest={layer_digest}"), &[], &layer[4..]).await;
    assert_eq!(
        (end.status.as_u16(), end.header("location")),
        (201, format!("/v2/a/b/blobs/{layer_digest}").as_str())
    );
    assert_eq!(f.send(Method::GET, &place, &[], b"").await.status, 404);

    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config_digest, "size": 2},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer_digest, "size": 10}],
    })
    .to_string();
    let digest = Digest::of(manifest.as_bytes()).to_string();
    let content_type = [("content-type", MANIFEST)];
    let put = f.send(Method::PUT, "/v2/a/b/manifests/v1", &content_type, manifest.as_bytes()).await;
    assert_eq!((put.status.as_u16(), put.header("docker-content-digest")), (201, digest.as_str()));
    for reference in ["v1", &digest] {
        for method in [Method::GET, Method::HEAD] {
            let got = f.send(method.clone(), &format!("/v2/a/b/manifests/{reference}"), &[], b"").await;
            assert_eq!(got.header("docker-content-digest"), digest);
            assert_eq!(got.header("content-type"), MANIFEST);
            assert_eq!(got.header("content-length"), manifest.len().to_string());
            assert_eq!(got.text(), if method == Method::GET { manifest.as_str() } else { "" });
        }
    }
    let blob = f.send(Method::GET, &format!("/v2/a/b/blobs/{layer_digest}"), &[], b"").await;
    assert_eq!(blob.body, layer);
    // Taken over into another repository.
    let mount = format!("/v2/c/blobs/uploads/?mount={layer_digest}&from=a/b");
    assert_eq!(f.send(Method::POST, &mount, &[], b"").await.status, 201);
    assert_eq!(f.send(Method::GET, &format!("/v2/c/blobs/{layer_digest}"), &[], b"").await.body, layer);
}

#[tokio::test]
async fn lies_and_gaps_are_refused() {
    let f = start(|_| {}).await;
    let other = Digest::of(b"other");
    let lie = f.send(Method::POST, &format!("/v2/a/blobs/uploads/?digest={other}"), &[], b"x").await;
    assert_eq!((lie.status.as_u16(), code(&lie).as_str()), (400, "DIGEST_INVALID"));
    let manifest = json!({"schemaVersion": 2, "config": {"digest": other}, "layers": []}).to_string();
    let typed = [("content-type", MANIFEST)];
    for (target, headers, body, expected) in [
        ("/v2/a/manifests/v1", &typed[..], manifest.as_str(), "MANIFEST_BLOB_UNKNOWN"),
        ("/v2/a/manifests/v1", &typed[..], "[", "MANIFEST_INVALID"),
        ("/v2/a/manifests/v1", &[][..], "{}", "MANIFEST_INVALID"),
        ("/v2/a/manifests/v+1", &typed[..], "{}", "TAG_INVALID"),
        (&format!("/v2/a/manifests/{other}"), &typed[..], "{}", "DIGEST_INVALID"),
        ("/v2/A/manifests/v1", &typed[..], "{}", "NAME_INVALID"),
    ] {
        let refused = f.send(Method::PUT, target, headers, body.as_bytes()).await;
        assert_eq!((refused.status.as_u16(), code(&refused).as_str()), (400, expected), "{target}");
    }
    f.registry.add_image("a", "v1", &NewImage::default()).unwrap();
    for (target, expected) in [
        ("/v2/none/tags/list", "NAME_UNKNOWN"),
        ("/v2/none/manifests/v1", "NAME_UNKNOWN"),
        ("/v2/a/manifests/v2", "MANIFEST_UNKNOWN"),
        ("/v2/a/blobs/sha256:0", "BLOB_UNKNOWN"),
        ("/v2/a/blobs/uploads/none", "BLOB_UPLOAD_UNKNOWN"),
        ("/v2/a/referrers/sha256:0", "UNSUPPORTED"),
    ] {
        let refused = f.send(Method::GET, target, &[], b"").await;
        assert_eq!((refused.status.as_u16(), code(&refused).as_str()), (404, expected), "{target}");
    }
    assert_eq!(f.send(Method::PATCH, "/v2/a/manifests/v1", &[], b"").await.status, 405);
}

#[tokio::test]
async fn tags_come_in_pages() {
    let f = start(|config| config.page_size = 3).await;
    for tag in ["c", "a", "b", "d", "B", "e", "f"] {
        f.registry.add_image("app", tag, &NewImage::default()).unwrap();
    }
    let mut target = "/v2/app/tags/list?n=1000".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = f.send(Method::GET, &target, &[], b"").await;
        pages.push(page.json()["tags"].to_string());
        let Some(link) = page.header("link").strip_suffix(">; rel=\"next\"") else { break };
        target = link.trim_start_matches('<').to_owned();
    }
    assert_eq!(pages, [r#"["B","a","b"]"#, r#"["c","d","e"]"#, r#"["f"]"#]);
    let asked = f.send(Method::GET, "/v2/app/tags/list?n=2&last=b", &[], b"").await;
    assert_eq!(asked.json(), json!({"name": "app", "tags": ["c", "d"]}));
    assert_eq!(asked.header("link"), "</v2/app/tags/list?n=2&last=d>; rel=\"next\"");
    let none = f.send(Method::GET, "/v2/app/tags/list?n=0", &[], b"").await;
    assert_eq!((none.json()["tags"].to_string(), none.header("link")), ("[]".to_owned(), ""));
    assert_eq!(f.registry.tags("app"), ["B", "a", "b", "c", "d", "e", "f"]);
}

#[tokio::test]
async fn images_are_made_with_what_they_need() {
    let f = start(|_| {}).await;
    let image = NewImage { created: Some("2026-02-03T04:05:06Z".parse().unwrap()), ..NewImage::default() }
        .label("l", "1")
        .annotation("a", "2");
    let added = f.registry.add_image("app", "one", &image).unwrap();
    assert_eq!(f.registry.add_image("app", "same", &image).unwrap(), added);
    let got = f.send(Method::GET, "/v2/app/manifests/one", &[], b"").await;
    assert_eq!(Digest::of(&got.body), added.digest);
    let manifest = got.json();
    assert_eq!(manifest["annotations"], json!({"a": "2"}));
    for descriptor in [&manifest["config"], &manifest["layers"][0]] {
        let target = format!("/v2/app/blobs/{}", descriptor["digest"].as_str().unwrap());
        let blob = f.send(Method::GET, &target, &[], b"").await.body;
        assert_eq!(Digest::of(&blob).to_string(), descriptor["digest"]);
        assert_eq!(blob.len() as u64, descriptor["size"].as_u64().unwrap());
    }
    let config = f
        .send(
            Method::GET,
            &format!("/v2/app/blobs/{}", manifest["config"]["digest"].as_str().unwrap()),
            &[],
            b"",
        )
        .await;
    let config = config.json();
    assert_eq!((&config["os"], &config["architecture"]), (&json!("linux"), &json!("amd64")));
    assert_eq!(config["config"]["Labels"], json!({"l": "1"}));
    assert_eq!(config["created"], "2026-02-03T04:05:06Z");

    let many = image.platform("linux", "amd64").platform("linux", "arm64");
    let added = f.registry.add_image("app", "many", &many).unwrap();
    assert_eq!(added.manifests.len(), 2);
    let index = f.send(Method::GET, "/v2/app/manifests/many", &[], b"").await;
    assert_eq!(index.header("content-type"), "application/vnd.oci.image.index.v1+json");
    let index = index.json();
    assert_eq!(index["annotations"], json!({"a": "2"}));
    for (entry, digest) in index["manifests"].as_array().unwrap().iter().zip(&added.manifests) {
        assert_eq!(entry["digest"], digest.to_string());
        let child = f.send(Method::GET, &format!("/v2/app/manifests/{digest}"), &[], b"").await;
        assert_eq!(child.body.len() as u64, entry["size"].as_u64().unwrap());
    }
    assert_eq!(index["manifests"][1]["platform"], json!({"architecture": "arm64", "os": "linux"}));

    let docker = NewImage { format: ImageFormat::Docker, ..NewImage::default() }.annotation("a", "b");
    f.registry.add_image("app", "docker", &docker).unwrap();
    let got = f.send(Method::GET, "/v2/app/manifests/docker", &[], b"").await;
    assert_eq!(got.header("content-type"), "application/vnd.docker.distribution.manifest.v2+json");
    assert!(got.json().get("annotations").is_none());
    let refused = f.registry.add_image("App", "v1", &docker).unwrap_err();
    assert_eq!(refused, RegistryRefusal::InvalidName("App".to_owned()));
}

#[tokio::test]
async fn things_can_be_removed() {
    let f = start(|config| config.omit_digest_header = true).await;
    let added = f.registry.add_image("app", "one", &NewImage::default()).unwrap();
    f.registry.add_image("app", "two", &NewImage::default()).unwrap();
    assert_eq!(
        f.send(Method::GET, "/v2/app/manifests/one", &[], b"").await.header("docker-content-digest"),
        ""
    );
    assert_eq!(f.send(Method::DELETE, "/v2/app/manifests/one", &[], b"").await.status, 202);
    assert_eq!(f.registry.tags("app"), ["two"]);
    assert_eq!(
        f.send(Method::DELETE, &format!("/v2/app/manifests/{}", added.digest), &[], b"").await.status,
        202
    );
    assert_eq!(f.registry.manifest("app", "two"), None);
    assert_eq!(f.send(Method::DELETE, "/v2/app/manifests/two", &[], b"").await.status, 404);
    let blob = f.registry.add_blob("app", "x").unwrap();
    assert_eq!(f.send(Method::DELETE, &format!("/v2/app/blobs/{blob}"), &[], b"").await.status, 202);
    assert_eq!(f.send(Method::DELETE, &format!("/v2/app/blobs/{blob}"), &[], b"").await.status, 404);
}
