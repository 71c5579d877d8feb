//! What is sent beside what was asked for, and what is not.

use http::{HeaderMap, HeaderValue, Method};
use url::Url;
use windlass_egress::{EgressConfig, Outbound, OutboundBody, Redirects};

use crate::fixture::fixture;
use crate::server::{get, ok, redirect, server};

/// The names of the headers of a request as it was sent, sorted.
fn names(request: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        request.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn nothing_is_sent_that_nobody_asked_for() {
    let (address, seen) = server(vec![ok("x"), ok("x"), ok("x")]).await;
    let f = fixture(EgressConfig::default(), false, 1_000);
    let url = format!("http://{address}/");
    f.egress.send(&f.scope, get(&url)).await.unwrap();
    let head = Outbound { method: Method::HEAD, ..get(&url) };
    f.egress.send(&f.scope, head).await.unwrap();
    let mut headers = HeaderMap::new();
    headers.append("accept", "a/b".parse().unwrap());
    headers.append("accept", "c/d".parse().unwrap());
    headers.insert("user-agent", "me".parse().unwrap());
    headers.insert("accept-encoding", "br".parse().unwrap());
    let body = OutboundBody::Bytes("body".into());
    f.egress.send(&f.scope, Outbound { method: Method::POST, headers, body, ..get(&url) }).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(names(&seen[0]), ["accept-encoding", "host", "user-agent"]);
    assert_eq!(names(&seen[1]), ["host", "user-agent"]);
    let posted = ["accept", "accept", "accept-encoding", "content-length", "host", "user-agent"];
    assert_eq!(names(&seen[2]), posted);
    assert!(
        seen[2].contains("user-agent: me\r\n") && seen[2].contains("accept-encoding: br\r\n"),
        "{}",
        seen[2]
    );
}

#[tokio::test]
async fn a_user_in_the_url_is_a_header() {
    let (other, asked) = server(vec![ok("x")]).await;
    let away = redirect(&format!("http://{other}/"));
    let (address, seen) = server(vec![redirect("/b"), away, ok("x")]).await;
    let f = fixture(EgressConfig::default(), false, 1_000);
    let url = format!("http://us%40er:p%3Aw@{address}/a?q#f");
    let allow = |_: &Url, _: &Method| Ok(());
    let follow = Outbound { redirects: Redirects::Follow(2, &allow), ..get(&url) };
    f.egress.send(&f.scope, follow).await.unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static("Bearer t"));
    f.egress.send(&f.scope, Outbound { headers, ..get(&url) }).await.unwrap();
    let seen = seen.lock().unwrap();
    assert!(seen[0].starts_with("GET /a?q HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[0].contains("authorization: Basic dXNAZXI6cDp3\r\n"), "{}", seen[0]);
    // Whoever redirects to a path means the same user.
    assert!(seen[1].contains("authorization: Basic dXNAZXI6cDp3\r\n"), "{}", seen[1]);
    let asked = asked.lock().unwrap();
    assert!(!asked[0].contains("authorization"), "{}", asked[0]);
    assert!(seen[1].contains(&format!("referer: http://{address}/a?q\r\n")), "{}", seen[1]);
    assert!(seen[2].contains("authorization: Bearer t\r\n"), "{}", seen[2]);
}

#[tokio::test]
async fn a_secret_in_a_body_stays_at_its_origin() {
    let (target, asked) = server(vec![ok("x")]).await;
    let elsewhere = redirect(&format!("http://{target}/")).replace("302", "307");
    let here = redirect("/b").replace("302", "307");
    let (address, seen) = server(vec![here, ok("x"), elsewhere]).await;
    let f = fixture(EgressConfig::default(), false, 1_000);
    let allow = |_: &Url, _: &Method| Ok(());
    let post = || Outbound {
        method: Method::POST,
        body: OutboundBody::Bytes("hunter2".into()),
        secret_body: true,
        redirects: Redirects::Follow(3, &allow),
        ..get(&format!("http://{address}/a"))
    };
    f.egress.send(&f.scope, post()).await.unwrap();
    let error = f.egress.send(&f.scope, post()).await.err().unwrap();
    assert_eq!(error.code, "redirect-of-secret", "{error}");
    assert!(asked.lock().unwrap().is_empty());
    assert!(seen.lock().unwrap()[1].starts_with("POST /b"));
}
