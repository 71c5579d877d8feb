//! Certificates and logins.

use std::path::Path;

use base64::Engine as _;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_model::call::ErrorKind;
use windlass_model::manifest::secret::SecretValue;
use windlass_objects::{Cluster, ClusterObjects, ServiceAccount};
use windlass_ports::objects::Objects as _;
use windlass_testkit::kubernetes::{KubernetesApi, KubernetesConfig, application_key};
use windlass_testkit::server::TlsIdentity;
use windlass_testkit::{Server, ServerConfig};

use crate::fixture::{clock, kubeconfig};

/// A cluster that wants the token `t0ken` and speaks TLS.
async fn secure() -> (Server, TlsIdentity) {
    let api = KubernetesApi::new(KubernetesConfig {
        token: Some(SecretValue::new("t0ken")),
        sync_takes: None,
        ..KubernetesConfig::open(clock())
    });
    let identity = TlsIdentity::self_signed().unwrap();
    let config =
        ServerConfig { kubernetes: Some(api), tls: Some(identity.clone()), ..ServerConfig::default() };
    (Server::start(config).await.unwrap(), identity)
}

/// What comes of asking for an object that is not there: not-found shows that one was let in.
async fn outcome(cluster: Cluster) -> ErrorKind {
    let objects = ClusterObjects::new(cluster, clock(), CancellationToken::new());
    objects.get(&application_key("a", "b")).await.unwrap_err().kind
}

async fn of_kubeconfig(cluster: &Value, user: &Value, dir: &Path) -> ErrorKind {
    outcome(Cluster::from_kubeconfig(&kubeconfig(cluster, user), None, dir).unwrap()).await
}

#[tokio::test]
async fn only_the_clusters_own_authority_is_trusted() {
    let (server, identity) = secure().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ca.crt"), identity.certificate_pem()).unwrap();
    let encoded = |pem: &str| base64::engine::general_purpose::STANDARD.encode(pem);
    let other = TlsIdentity::self_signed().unwrap();
    let url = server.url();
    for (cluster, expected) in [
        (json!({"certificate-authority-data": encoded(identity.certificate_pem())}), ErrorKind::NotFound),
        (json!({"certificate-authority": "ca.crt"}), ErrorKind::NotFound),
        (json!({"insecure-skip-tls-verify": true}), ErrorKind::NotFound),
        (json!({"certificate-authority-data": encoded(other.certificate_pem())}), ErrorKind::Unavailable),
        (json!({}), ErrorKind::Unavailable),
    ] {
        let mut entry = cluster.clone();
        entry["server"] = json!(url);
        let found = of_kubeconfig(&entry, &json!({"token": "t0ken"}), dir.path()).await;
        assert_eq!(found, expected, "{cluster}");
    }
}

#[tokio::test]
async fn logins_go_along() {
    let (server, _) = secure().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("token"), "t0ken\n").unwrap();
    std::fs::write(dir.path().join("empty"), "\n").unwrap();
    let cluster = json!({"server": server.url(), "insecure-skip-tls-verify": true});
    for (user, expected) in [
        (json!({"token": "t0ken"}), ErrorKind::NotFound),
        (json!({"tokenFile": "token"}), ErrorKind::NotFound),
        (json!({"token": "wrong", "tokenFile": "token"}), ErrorKind::NotFound),
        (json!({"token": "wrong"}), ErrorKind::Denied),
        (json!({"token": "line\nbreak"}), ErrorKind::Denied),
        (json!({"username": "ada", "password": "pw"}), ErrorKind::Denied),
        (json!({"tokenFile": "missing"}), ErrorKind::Unavailable),
        (json!({"tokenFile": "empty"}), ErrorKind::Unavailable),
        (json!({}), ErrorKind::Denied),
    ] {
        assert_eq!(of_kubeconfig(&cluster, &user, dir.path()).await, expected, "{user}");
    }
}

#[tokio::test]
async fn a_service_accounts_token_is_read_anew_each_time() {
    let (server, identity) = secure().await;
    let dir = tempfile::tempdir().unwrap();
    let (token_file, ca_file) = (dir.path().join("token"), dir.path().join("ca.crt"));
    std::fs::write(&token_file, "expired").unwrap();
    std::fs::write(&ca_file, identity.certificate_pem()).unwrap();
    let account = ServiceAccount {
        host: "127.0.0.1".to_owned(),
        port: server.address().port(),
        token_file: token_file.clone(),
        ca_file,
    };
    let cluster = Cluster::of_service_account(&account).unwrap();
    assert_eq!(cluster.server().as_str(), format!("{}/", server.url()));
    let objects = ClusterObjects::new(cluster, clock(), CancellationToken::new());
    let key = application_key("a", "b");
    assert_eq!(objects.get(&key).await.unwrap_err().kind, ErrorKind::Denied);
    std::fs::write(&token_file, "t0ken").unwrap();
    assert_eq!(objects.get(&key).await.unwrap_err().kind, ErrorKind::NotFound);
    let six = ServiceAccount { host: "fd00::1".to_owned(), ..account };
    assert_eq!(Cluster::of_service_account(&six).unwrap().server().host_str(), Some("[fd00::1]"));
}
