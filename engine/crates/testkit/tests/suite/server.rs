//! Starting and stopping.

use http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use windlass_model::call::ErrorKind;
use windlass_testkit::git::{GitServer, GitServerConfig};
use windlass_testkit::kubernetes::{KubernetesApi, KubernetesConfig};
use windlass_testkit::registry::{OciRegistry, RegistryConfig};
use windlass_testkit::server::{ServerError, TlsIdentity};
use windlass_testkit::{Fault, FaultRule, Server, ServerConfig};

use crate::client::{Client, clock};

#[tokio::test]
async fn all_stand_side_by_side_and_each_stands_alone() {
    let clock = clock();
    let dir = tempfile::tempdir().unwrap();
    let git = GitServer::new(GitServerConfig::open(dir.path()));
    git.create("app.git").await.unwrap();
    let registry = OciRegistry::new(RegistryConfig::open(clock.clone()));
    let kubernetes = KubernetesApi::new(KubernetesConfig::open(clock.clone()));
    let all = ServerConfig {
        git: Some(git.clone()),
        registry: Some(registry.clone()),
        kubernetes: Some(kubernetes.clone()),
        ..ServerConfig::default()
    };
    let alone = [
        ServerConfig { git: Some(git), ..ServerConfig::default() },
        ServerConfig { registry: Some(registry), ..ServerConfig::default() },
        ServerConfig { kubernetes: Some(kubernetes), ..ServerConfig::default() },
    ];
    let targets = ["/git/app.git/HEAD", "/v2/", "/apis"];
    let server = Server::start(all).await.unwrap();
    assert_eq!(server.url(), format!("http://{}", server.address()));
    let client = Client::new(server.url(), &clock);
    for target in targets {
        assert_eq!(client.get(target).await.status, 200, "{target}");
    }
    assert_eq!(client.get("/").await.status, 404);
    for (index, config) in alone.into_iter().enumerate() {
        let server = Server::start(config).await.unwrap();
        let client = Client::new(server.url(), &clock);
        for (other, target) in targets.iter().enumerate() {
            let expected = if index == other { 200 } else { 404 };
            assert_eq!(client.get(target).await.status, expected, "{index} {target}");
        }
    }
}

#[tokio::test]
async fn a_taken_address_is_told() {
    let first = Server::start(ServerConfig::default()).await.unwrap();
    let config = ServerConfig { listen: first.address(), ..ServerConfig::default() };
    let error = Server::start(config.clone()).await.unwrap_err();
    let ServerError::Listen { address, .. } = &error;
    assert_eq!(*address, first.address());
    assert!(error.to_string().contains("name another address"), "{error}");
    first.stop().await;
    assert_eq!(Server::start(config.clone()).await.unwrap().address(), config.listen);
}

#[tokio::test]
async fn stopping_ends_watches_and_what_hangs() {
    let clock = clock();
    let kubernetes = KubernetesApi::new(KubernetesConfig::open(clock.clone()));
    let config = ServerConfig { kubernetes: Some(kubernetes.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let client = Client::new(server.url(), &clock);
    kubernetes
        .apply(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "n"}}))
        .unwrap();
    let mut watch = client.open(Method::GET, "/api/v1/secrets?watch=true", &[], b"").await.unwrap();
    assert!(watch.chunk().await.unwrap().unwrap().starts_with(b"{\"type\":\"ADDED\""));
    kubernetes.gate().add_fault(FaultRule::always("hang", Fault::Hang));
    let url = server.url().to_owned();
    let hanging = client.send(Method::GET, "/api/v1/secrets?hang", &[], b"");
    let stop = async {
        while kubernetes.gate().count("hang") == 0 {
            tokio::task::yield_now().await;
        }
        server.stop().await;
    };
    let (hung, ()) = tokio::join!(hanging, stop);
    assert_eq!(hung.unwrap().status, 503);
    assert_eq!(watch.chunk().await.unwrap(), None);
    let gone = Client::new(&url, &clock).send(Method::GET, "/api", &[], b"").await.unwrap_err();
    assert_eq!(gone.kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn dropping_closes_every_connection() {
    let clock = clock();
    let kubernetes = KubernetesApi::new(KubernetesConfig::open(clock.clone()));
    let config = ServerConfig { kubernetes: Some(kubernetes.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let client = Client::new(server.url(), &clock);
    kubernetes
        .apply(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "n"}}))
        .unwrap();
    let mut watch = client.open(Method::GET, "/api/v1/secrets?watch=true", &[], b"").await.unwrap();
    watch.chunk().await.unwrap().unwrap();
    drop(server);
    // Its end is either announced or simply there.
    assert!(!matches!(watch.chunk().await, Ok(Some(_))));
}

#[tokio::test]
async fn dropping_does_not_wait_for_a_client_that_stalls() {
    let kubernetes = KubernetesApi::new(KubernetesConfig::open(clock()));
    let config = ServerConfig { kubernetes: Some(kubernetes.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream
        .write_all(b"POST /api/v1/namespaces/n/secrets HTTP/1.1\r\nContent-Length: 10\r\n\r\n{")
        .await
        .unwrap();
    while kubernetes.gate().count("POST") == 0 {
        tokio::task::yield_now().await;
    }
    drop(server);
    let mut answer = Vec::new();
    // The connection ends, in one way or the other, without an answer.
    let _ = stream.read_to_end(&mut answer).await;
    assert_eq!(answer, b"");
}

#[tokio::test]
async fn tls_is_spoken_with_a_certificate_of_its_own() {
    let clock = clock();
    let registry = OciRegistry::new(RegistryConfig::open(clock.clone()));
    let identity = TlsIdentity::self_signed().unwrap();
    assert!(identity.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
    let config =
        ServerConfig { registry: Some(registry), tls: Some(identity.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    assert!(server.url().starts_with("https://127.0.0.1:"));
    let client = Client::new(server.url(), &clock);
    assert_eq!(client.send(Method::GET, "/v2/", &[], b"").await.unwrap_err().kind, ErrorKind::Unavailable);
    let trusting = client.trusting(identity.certificate_pem());
    assert_eq!(trusting.get("/v2/").await.status, 200);
}
