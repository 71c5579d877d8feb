//! Answers made beforehand.

use std::time::Duration;

use http::Method;
use windlass_testkit::routes::{Route, RoutedRequest, Routes};
use windlass_testkit::{Server, ServerConfig};

use crate::client::{Client, clock};

fn route(path: &str, status: u16, body: &str) -> Route {
    Route {
        method: "POST".to_owned(),
        path: path.to_owned(),
        status,
        headers: vec![("x-one".to_owned(), "1".to_owned())],
        body: body.to_owned().into(),
        delay: Duration::ZERO,
    }
}

#[tokio::test]
async fn requests_are_answered_as_told_and_remembered_to_the_letter() {
    let routes = Routes::default();
    let config = ServerConfig { routes: Some(routes.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let late = Route { delay: Duration::from_millis(1), ..route("/late", 200, "late") };
    routes.set(vec![route("/a b", 418, "first"), route("/a b", 200, "second"), late]);
    let client = Client::new(server.url(), &clock());
    let post = async |target: &str, body: &str| {
        client.send(Method::POST, target, &[], body.as_bytes()).await.unwrap()
    };
    let answer = post("/a%20b?x=%20", "sent").await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str(), answer.header("x-one")), (418, "first", "1"));
    assert_eq!(answer.header("content-type"), "");
    assert_eq!(post("/late", "").await.text(), "late");
    let missing = client.get("/a%20b").await;
    assert_eq!((missing.status.as_u16(), missing.text().as_str()), (404, ""));
    let requests = routes.requests();
    let lines: Vec<_> =
        requests.iter().map(|request| (request.method.as_str(), request.path.as_str())).collect();
    assert_eq!(lines, [("POST", "/a b"), ("POST", "/late"), ("GET", "/a b")]);
    let RoutedRequest { query, headers, body, .. } = &requests[0];
    assert_eq!((query.as_str(), body.as_ref()), ("x=%20", b"sent".as_slice()));
    assert!(headers.contains(&("host".to_owned(), server.address().to_string())), "{headers:?}");
}
