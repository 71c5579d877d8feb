//! Registries that lie, talk without end, or say nothing.

use std::time::Duration;

use windlass_model::digest::Digest;
use windlass_ports::clock::Clock as _;
use windlass_ports::images::RegistryError;

use crate::fixture::{Fixture, Hostile, Reply, credential, reply, unavailable};

/// Answers what finds out whether TLS is spoken, and leaves the rest to `answer`.
async fn hostile(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Hostile {
    Hostile::start(
        move |line| {
            if line.starts_with("get /v2/ ") { reply("200 OK", &[], "{}") } else { answer(line) }
        },
    )
    .await
}

#[tokio::test]
async fn content_must_be_what_its_digest_says() {
    let f = Fixture::new();
    let (promised, sent) = (Digest::of(b"{}").to_string(), Digest::of(b"{\"evil\":1}").to_string());
    let digest = promised.clone();
    let lies_first = hostile(move |line| {
        let body = if line.starts_with("head") { "" } else { "{\"evil\":1}" };
        reply("200 OK", &[("Docker-Content-Digest", &digest)], body)
    })
    .await;
    let digest = promised.clone();
    let lies_later = hostile(move |line| match line {
        line if line.starts_with("head") => reply("501 Not Implemented", &[], ""),
        _ => reply("200 OK", &[("Docker-Content-Digest", &digest)], "{\"evil\":1}"),
    })
    .await;
    for server in [lies_first, lies_later] {
        let name = server.image();
        let message = unavailable(f.resolve(&name, "v1").await);
        let expected = format!(
            "the manifest of {name}:v1 cannot be used: the registry says that it is {promised}, but sends {sent}"
        );
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn a_digest_that_cannot_be_checked_is_computed() {
    let f = Fixture::new();
    for stated in ["md5:0", "sha256:xyz", "", "sha256:../../other"] {
        let server = hostile(move |line| {
            let body = if line.starts_with("head") { "" } else { "{}" };
            reply("200 OK", &[("Docker-Content-Digest", stated)], body)
        })
        .await;
        let found = f.resolve(&server.image(), "v1").await.unwrap();
        assert_eq!(found.digest, Digest::of(b"{}").to_string());
        assert!(server.asked().iter().all(|request| request.contains(" /v2/app/manifests/v1 ")));
    }
}

#[tokio::test]
async fn endless_pages_end_in_an_error() {
    let f = Fixture::new();
    let pages = std::sync::atomic::AtomicU32::new(0);
    let server = hostile(move |_| {
        let page = pages.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
        let link = format!("</v2/app/tags/list?n=1&last={page}>; rel=\"next\"");
        reply("200 OK", &[("Link", &link)], &format!(r#"{{"tags":["t{page}"]}}"#))
    })
    .await;
    let message = unavailable(f.tags(&server.image()).await);
    assert!(message.contains("has more than 1000 pages of tags"), "{message}");
    assert_eq!(server.asked().len(), 1_000);
}

#[tokio::test]
async fn a_circle_of_pages_is_noticed() {
    let f = Fixture::new();
    let server = hostile(|line| {
        let other = if line.contains("last=a") { "b" } else { "a" };
        let link = format!("<?n=1&last={other}>; rel=next");
        reply("200 OK", &[("Link", &link)], r#"{"tags":["t"]}"#)
    })
    .await;
    let message = unavailable(f.tags(&server.image()).await);
    assert!(message.contains("links its pages of tags in a circle"), "{message}");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn pages_are_at_the_same_registry() {
    let f = Fixture::new();
    let elsewhere = hostile(|_| reply("200 OK", &[], r#"{"tags":["evil"]}"#)).await;
    let other_port = format!("http://{}/v2/app/tags/list", elsewhere.address);
    let origin = format!("http://{}", elsewhere.address);
    for (link, place) in [
        (other_port, origin.as_str()),
        ("//example.com/v2/app/tags/list".to_owned(), "http://example.com"),
        ("https://example.com/".to_owned(), "https://example.com"),
        ("javascript:alert(1)".to_owned(), "null"),
    ] {
        let header = format!("<{link}>; rel=\"next\"");
        let server = hostile(move |_| reply("200 OK", &[("Link", &header)], r#"{"tags":["a"]}"#)).await;
        let message = unavailable(f.tags_as(&credential("hunter2"), &server.image()).await);
        assert!(
            message.ends_with(&format!("the next page is said to be at another place, {place}")),
            "{message}"
        );
    }
    assert_eq!(elsewhere.requests.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_registry_behind_a_proxy_may_mistake_its_scheme() {
    let f = Fixture::new();
    let server = hostile(|line| match line {
        line if line.contains("last=a") => reply("200 OK", &[], r#"{"tags":["b"]}"#),
        _ => reply(
            "200 OK",
            &[("Link", "<https://{{self}}/v2/app/tags/list?last=a>; rel=\"next\"")],
            r#"{"tags":["a"]}"#,
        ),
    })
    .await;
    assert_eq!(f.tags(&server.image()).await, Ok(vec!["a".to_owned(), "b".to_owned()]));
}

#[tokio::test]
async fn bodies_without_end_are_left() {
    let f = Fixture::new();
    let endless = |head: &'static str| {
        hostile(move |line| match line {
            line if line.starts_with("head") => reply("501 Not Implemented", &[], ""),
            _ => Reply::Endless(head.as_bytes().to_vec(), vec![b'"'; 64 << 10]),
        })
    };
    let server = endless("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"tags\":[").await;
    let message = unavailable(f.tags(&server.image()).await);
    assert!(message.contains("is longer than 8388608 bytes"), "{message}");
    let message = unavailable(f.resolve(&server.image(), "v1").await);
    assert!(message.contains("is longer than 4194304 bytes"), "{message}");
    let server = endless("HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n").await;
    let message = unavailable(f.tags(&server.image()).await);
    assert!(message.ends_with("answered with status 500 Internal Server Error"), "{message}");
}

#[tokio::test]
async fn slow_bodies_are_left_when_time_is_up() {
    let mut f = Fixture::new();
    f.scope.deadline = f.clock.now().plus(Duration::from_secs(30));
    let server =
        hostile(|_| Reply::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"tags\":".to_vec())).await;
    let message = unavailable(f.while_time_passes(f.tags(&server.image())).await);
    assert!(message.contains("took too long"), "{message}");
}

#[tokio::test]
async fn a_registrys_words_are_cut_and_cleaned() {
    let f = Fixture::new();
    let server = hostile(|_| {
        let body =
            format!(r#"{{"errors":[{{"code":"OOPS","message":"line\u001b[31m\n{}"}}]}}"#, "x".repeat(10_000));
        reply("500 Internal Server Error", &[], &body)
    })
    .await;
    let message = unavailable(f.tags(&server.image()).await);
    assert!(message.contains("(OOPS: line[31mxxx") && message.len() < 500, "{message}");
    assert!(!message.chars().any(char::is_control));
}

#[tokio::test]
async fn forbidden_is_unauthorized_too() {
    let f = Fixture::new();
    let server = hostile(|_| reply("403 Forbidden", &[], "")).await;
    let name = server.image();
    assert_eq!(f.tags(&name).await, Err(RegistryError::Unauthorized(name.clone())));
    let odd = hostile(|_| reply("401 Unauthorized", &[("WWW-Authenticate", "Negotiate")], "")).await;
    let name = odd.image();
    assert_eq!(f.tags_as(&credential("x"), &name).await, Err(RegistryError::Unauthorized(name.clone())));
    let stubborn = hostile(|_| reply("401 Unauthorized", &[("WWW-Authenticate", "Basic")], "")).await;
    let name = stubborn.image();
    assert_eq!(f.tags_as(&credential("x"), &name).await, Err(RegistryError::Unauthorized(name.clone())));
    assert_eq!(stubborn.asked().len(), 2);
}

#[tokio::test]
async fn tokens_that_cannot_be_used_are_told() {
    for (body, why) in [
        ("{}", "it has none"),
        (r#"{"token":""}"#, "it has none"),
        (r#"{"token":"a\nb"}"#, "it has characters that no header may have"),
        ("<html>", "expected value"),
    ] {
        let f = Fixture::new();
        let server = hostile(move |line| match line {
            line if line.contains("/token") => reply("200 OK", &[], body),
            _ => {
                let challenge = "Bearer realm=\"http://{{self}}/token\"";
                reply("401 Unauthorized", &[("WWW-Authenticate", challenge)], "")
            }
        })
        .await;
        let message = unavailable(f.tags(&server.image()).await);
        assert!(message.contains(why), "{message}");
    }
}
