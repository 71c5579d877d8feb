//! Charts of repositories over HTTP, and of OCI registries.

use bytes::Bytes;
use serde_json::{Value, json};
use windlass_discovery::{Chosen, assemble};
use windlass_testkit::registry::NewImage;
use windlass_testkit::routes::Route;

use crate::fixture::Fixture;

const INDEX: &str = "apiVersion: v1\nentries:\n  web:\n  - version: 1.9.0\n  - version: 1.10.0\n  - version: 2.0.0-rc.1\n  - version: bad\n  db:\n  - version: 3.0.0\n";

fn route(status: u16, headers: &[(&str, &str)], body: &'static str) -> Route {
    Route {
        method: "GET".to_owned(),
        path: "/charts/index.yaml".to_owned(),
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Bytes::from_static(body.as_bytes()),
        delay: std::time::Duration::ZERO,
    }
}

fn web(fixture: &Fixture) -> Value {
    let url = format!("{}/charts", fixture.server.url());
    json!({"chart": {"repoURL": url, "name": "web", "semverConstraint": "^1.0.0"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_read_again_only_when_it_changed() {
    let fixture = Fixture::new().await;
    for (tag, question) in [("etag", "if-none-match"), ("last-modified", "if-modified-since")] {
        fixture.routes.set(vec![route(200, &[(tag, "\"one\"")], INDEX)]);
        let found = fixture.find(web(&fixture)).await.unwrap();
        assert_eq!(found.charts[0].versions, ["1.10.0", "1.9.0"]);
        assert_eq!(assemble("main", &found, &Chosen::default()).unwrap().charts[0].version, "1.10.0");
        fixture.routes.set(vec![route(304, &[], "")]);
        assert_eq!(fixture.find(web(&fixture)).await.unwrap().charts, found.charts);
        let last = fixture.routes.requests().pop().unwrap();
        assert!(last.headers.contains(&(question.to_owned(), "\"one\"".to_owned())), "{last:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_fails_is_an_error() {
    let fixture = Fixture::new().await;
    for (answer, reason) in [
        (route(404, &[], ""), "does not exist"),
        (route(401, &[], ""), "check the credentials"),
        (route(200, &[], "entries: ["), "cannot be read"),
        (route(200, &[], "a: b"), "it has no entries"),
    ] {
        fixture.routes.set(vec![answer]);
        let error = fixture.find(web(&fixture)).await.unwrap_err();
        assert!(error.message.contains(reason), "{error}");
        assert!(error.subscription.starts_with("1 (chart http://127.0.0.1"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_of_a_registry_are_versions() {
    let fixture = Fixture::new().await;
    for tag in ["1.0.0", "1.1.0_build.1", "v2.0.0", "latest"] {
        fixture.registry.add_image("charts/web", tag, &NewImage::default()).unwrap();
    }
    let url = format!("oci://{}", fixture.server.image_name("charts/web"));
    let found = fixture.find(json!({"chart": {"repoURL": url}})).await.unwrap();
    assert_eq!(found.charts[0].versions, ["1.1.0+build.1", "1.0.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_without_end_is_refused() {
    let fixture = Fixture::new().await;
    let mut large = route(200, &[], "");
    large.body = Bytes::from(vec![b'#'; (64 << 20) + 1]);
    fixture.routes.set(vec![large]);
    let error = fixture.find(web(&fixture)).await.unwrap_err();
    let index = format!("the index of {}/charts cannot be read: ", fixture.server.url());
    assert!(error.message.starts_with(&index), "{error}");
}
