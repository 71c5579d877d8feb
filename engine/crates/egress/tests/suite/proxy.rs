//! Requests through a proxy.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;
use windlass_egress::{EgressConfig, Outbound};
use windlass_model::call::ErrorKind;
use windlass_testkit::server::TlsIdentity;
use windlass_testkit::{Server, ServerConfig};

use crate::fixture::fixture;
use crate::server::{get, ok, server};

/// A proxy for tunnels: where it leads, whatever is asked for, and what it was asked.
async fn tunnels_to(target: std::net::SocketAddr) -> (Url, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://us%40er:pass@{}", listener.local_addr().unwrap())).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = Arc::clone(&seen);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        requests.lock().unwrap().push(String::from_utf8(request).unwrap());
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
        let mut onwards = TcpStream::connect(target).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut onwards).await;
    });
    (url, seen)
}

#[tokio::test]
async fn a_proxy_reads_what_is_not_encrypted() {
    let (address, seen) = server(vec![ok("from the proxy")]).await;
    let f = fixture(EgressConfig::default(), false, 1_000);
    let proxy = Some(Url::parse(&format!("http://user:pass@{address}")).unwrap());
    let request = Outbound { proxy, ..get("http://no-such-host.invalid/x?y") };
    let response = f.egress.send(&f.scope, request).await.unwrap();
    assert_eq!(response.bytes(100).await.unwrap(), b"from the proxy");
    let seen = seen.lock().unwrap();
    assert!(seen[0].starts_with("GET http://no-such-host.invalid/x?y HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[0].contains("proxy-authorization: Basic dXNlcjpwYXNz\r\n"), "{}", seen[0]);
}

#[tokio::test]
async fn a_proxy_passes_on_what_is_encrypted() {
    let identity = TlsIdentity::self_signed().unwrap();
    let config = ServerConfig { tls: Some(identity.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let (proxy, seen) = tunnels_to(server.address()).await;
    let extra_roots = vec![identity.certificate_pem().as_bytes().to_vec()];
    let f = fixture(EgressConfig { extra_roots, ..EgressConfig::default() }, false, 1_000);
    let request = Outbound { proxy: Some(proxy), ..get(&format!("{}/x", server.url())) };
    assert_eq!(f.egress.send(&f.scope, request).await.unwrap().status, 404);
    let seen = seen.lock().unwrap();
    let port = server.address().port();
    assert!(seen[0].starts_with(&format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n")), "{}", seen[0]);
    assert!(seen[0].contains("Proxy-Authorization: Basic dXNAZXI6cGFzcw==\r\n"), "{}", seen[0]);
    assert!(!seen[0].contains("GET"), "{}", seen[0]);
}

#[tokio::test]
async fn a_proxy_does_not_widen_what_may_be_reached() {
    let (address, seen) = server(vec![ok("x")]).await;
    let proxy = || Some(Url::parse(&format!("http://{address}")).unwrap());
    let f = fixture(EgressConfig::default(), false, 1_000);
    let metadata = Outbound { proxy: proxy(), ..get("http://169.254.169.254/latest") };
    assert_eq!(f.egress.send(&f.scope, metadata).await.err().unwrap().code, "address-refused");
    let own = EgressConfig { blocked: vec!["127.0.0.1:1".parse().unwrap()], ..EgressConfig::default() };
    let f = fixture(own, false, 1_000);
    let named = Outbound { proxy: proxy(), ..get("http://localhost:1/") };
    assert_eq!(f.egress.send(&f.scope, named).await.err().unwrap().kind, ErrorKind::Denied);
    // The proxy's own address is judged too.
    let closed = fixture(EgressConfig::default(), true, 1_000);
    let public = Outbound { proxy: proxy(), ..get("http://no-such-host.invalid/") };
    assert_eq!(closed.egress.send(&closed.scope, public).await.err().unwrap().code, "address-refused");
    assert!(seen.lock().unwrap().is_empty());
    let no_proxy = Outbound {
        proxy: Some(Url::parse("ftp://127.0.0.1/").unwrap()),
        ..get(&format!("http://{address}/"))
    };
    assert_eq!(f.egress.send(&f.scope, no_proxy).await.err().unwrap().code, "url-not-http");
}
