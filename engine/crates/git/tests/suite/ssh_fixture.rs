//! A forge that is reached over SSH, and promotions that log in there.

use windlass_egress::EgressConfig;
use windlass_git::KnownHosts;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::credentials::{GitCredential, SshKey};
use windlass_testkit::SshServer;
use windlass_testkit::git::Repository;

use crate::fixture::{Forge, Promotion, fixture};

/// An SSH server over the repositories of a forge.
pub(crate) struct SshForge {
    pub(crate) forge: Forge,
    pub(crate) server: SshServer,
}

/// One commit on `main` of `app.git`, and a promotion that cloned nothing yet.
pub(crate) async fn ssh_fixture() -> (SshForge, Repository, Promotion) {
    let (forge, repository, _) = fixture().await;
    let root = repository.path().parent().unwrap();
    let server = SshServer::start(root).await.unwrap();
    let forge = SshForge { forge, server };
    let promotion = forge.promotion("ssh");
    (forge, repository, promotion)
}

impl SshForge {
    /// A promotion of its own that has a key of the server's and knows the server.
    pub(crate) fn promotion(&self, name: &str) -> Promotion {
        let mut promotion = self.stranger(name, KnownHosts::default());
        promotion.credential = key(self.server.private_key(), Some(self.server.known_hosts()));
        promotion
    }

    /// A promotion without credential, whose operator knows some servers.
    pub(crate) fn stranger(&self, name: &str, known_hosts: KnownHosts) -> Promotion {
        let mut promotion = Promotion::trusting(&self.forge, name, EgressConfig::default(), known_hosts);
        promotion.url = self.server.url("app.git");
        promotion
    }
}

/// A credential of a Secret `shop/deploy`.
pub(crate) fn key(private_key: &str, known_hosts: Option<&str>) -> Option<GitCredential> {
    Some(GitCredential::Key(SshKey {
        source: "shop/deploy".to_owned(),
        username: None,
        private_key: SecretValue::new(private_key),
        known_hosts: known_hosts.map(ToOwned::to_owned),
    }))
}
