//! Real exchanges with a server on loopback.

use http::{HeaderMap, Method};
use url::Url;
use windlass_egress::{EgressConfig, Outbound, Redirects};
use windlass_model::call::{CallError, ErrorKind};
use windlass_model::time::Timestamp;
use windlass_testkit::server::TlsIdentity;
use windlass_testkit::{Server, ServerConfig};

use crate::fixture::{Fixture, fixture};
use crate::server::{get, ok, redirect, server};

async fn refused(f: &Fixture, url: &str) -> CallError {
    match f.egress.send(&f.scope, get(url)).await {
        Ok(_) => panic!("{url} was reached"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_body_comes_and_is_counted() {
    let (address, _) = server(vec![ok("hello"), ok("hello")]).await;
    let f = fixture(EgressConfig::default(), false, 7);
    let response = f.egress.send(&f.scope, get(&format!("http://{address}/"))).await.unwrap();
    assert_eq!(response.bytes(100).await.unwrap(), b"hello");
    let response = f.egress.send(&f.scope, get(&format!("http://{address}/"))).await.unwrap();
    assert_eq!(response.bytes(100).await.unwrap_err().kind, ErrorKind::Limit);
}

#[tokio::test]
async fn names_are_judged_by_what_they_resolve_to() {
    let (address, seen) = server(vec![ok("x")]).await;
    let own = EgressConfig { blocked: vec![address], ..EgressConfig::default() };
    let f = fixture(own, false, 1_000);
    for url in [
        format!("http://localhost:{}/", address.port()),
        format!("http://127.0.0.1:{}/", address.port()),
        format!("http://[::ffff:127.0.0.1]:{}/", address.port()),
        format!("http://2130706433:{}/", address.port()),
        format!("http://0x7f.1:{}/", address.port()),
    ] {
        assert_eq!(refused(&f, &url).await.kind, ErrorKind::Denied, "{url}");
    }
    let closed = fixture(EgressConfig::default(), true, 1_000);
    let error = refused(&closed, &format!("http://localhost:{}/", address.port())).await;
    assert_eq!(error.code, "address-refused");
    assert!(error.message.contains("grant the range"), "{}", error.message);
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn each_hop_is_judged_again() {
    let (address, seen) = server(vec![
        redirect("/b"),
        ok("end"),
        redirect("http://169.254.169.254/latest"),
        redirect("/loop"),
        redirect("/loop"),
        redirect("/loop"),
    ])
    .await;
    let f = fixture(EgressConfig::default(), false, 1_000);
    let allow = |_: &Url, _: &Method| Ok(());
    let follow = |url: String| Outbound { redirects: Redirects::Follow(2, &allow), ..get(&url) };
    let response = f.egress.send(&f.scope, follow(format!("http://{address}/a"))).await.unwrap();
    assert_eq!(response.url.path(), "/b");
    let metadata = f.egress.send(&f.scope, follow(format!("http://{address}/c"))).await;
    assert_eq!(metadata.err().unwrap().kind, ErrorKind::Denied);
    let endless = f.egress.send(&f.scope, follow(format!("http://{address}/loop"))).await;
    assert_eq!(endless.err().unwrap().code, "too-many-redirects");
    assert_eq!(seen.lock().unwrap().len(), 6);

    let refuse = |url: &Url, _: &Method| Err(CallError::denied("no-grant", url.as_str()));
    let (other, _) = server(vec![redirect("http://127.0.0.1:1/")]).await;
    let request = Outbound { redirects: Redirects::Follow(5, &refuse), ..get(&format!("http://{other}/")) };
    assert_eq!(f.egress.send(&f.scope, request).await.err().unwrap().code, "no-grant");
}

#[tokio::test]
async fn credentials_do_not_cross_origins() {
    let (target, seen) = server(vec![ok("x")]).await;
    let (first, _) = server(vec![redirect(&format!("http://{target}/"))]).await;
    let f = fixture(EgressConfig::default(), false, 1_000);
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Basic c2VjcmV0".parse().unwrap());
    headers.insert("x-kept", "yes".parse().unwrap());
    let allow = |_: &Url, _: &Method| Ok(());
    let request =
        Outbound { headers, redirects: Redirects::Follow(3, &allow), ..get(&format!("http://{first}/")) };
    f.egress.send(&f.scope, request).await.unwrap();
    let seen = seen.lock().unwrap();
    assert!(seen[0].contains("x-kept: yes") && !seen[0].contains("c2VjcmV0"), "{}", seen[0]);
}

#[tokio::test]
async fn a_server_that_hangs_is_left() {
    let (address, _) = server(Vec::<String>::new()).await;
    let f = fixture(EgressConfig::default(), false, 1_000);
    let url = format!("http://{address}/");
    let hanging = f.egress.send(&f.scope, get(&url));
    let set = async { f.clock.set(Timestamp::from_micros(61_000_000)) };
    let (result, ()) = tokio::join!(hanging, set);
    assert_eq!(result.err().unwrap().kind, ErrorKind::TimedOut);

    let f = fixture(EgressConfig::default(), false, 1_000);
    let hanging = f.egress.send(&f.scope, get(&url));
    let cancel = async { f.scope.cancel.cancel() };
    let (result, ()) = tokio::join!(hanging, cancel);
    assert_eq!(result.err().unwrap().kind, ErrorKind::Cancelled);
}

#[tokio::test]
async fn nobody_there_is_worth_another_try() {
    let f = fixture(EgressConfig::default(), false, 1_000);
    let error = refused(&f, "http://127.0.0.1:1/secret?token=hunter2").await;
    assert_eq!((error.kind, error.retry), (ErrorKind::Unavailable, windlass_model::call::Retry::Later));
    assert!(!error.message.contains("hunter2"), "{}", error.message);
    assert_eq!(refused(&f, "ftp://127.0.0.1/").await.code, "url-not-http");
}

#[tokio::test]
async fn certificates_are_trusted_as_told() {
    let identity = TlsIdentity::self_signed().unwrap();
    let config = ServerConfig { tls: Some(identity.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let own = vec![identity.certificate_pem().as_bytes().to_vec()];
    let other = vec![TlsIdentity::self_signed().unwrap().certificate_pem().as_bytes().to_vec()];
    for (extra_roots, only_extra_roots, trusted) in [
        (own.clone(), false, true),
        (own, true, true),
        (other.clone(), false, false),
        (other, true, false),
        (Vec::new(), true, false),
        (Vec::new(), false, false),
    ] {
        let config = EgressConfig { extra_roots, only_extra_roots, ..EgressConfig::default() };
        let f = fixture(config, false, 1_000);
        let status =
            f.egress.send(&f.scope, get(server.url())).await.map(|response| response.status.as_u16());
        assert_eq!(status.ok(), trusted.then_some(404));
    }
    let f = fixture(EgressConfig::default(), false, 1_000);
    let careless = Outbound { insecure_skip_tls_verify: true, ..get(server.url()) };
    assert_eq!(f.egress.send(&f.scope, careless).await.unwrap().status, 404);
}
