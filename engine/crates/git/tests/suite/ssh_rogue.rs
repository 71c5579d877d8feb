//! Servers that speak SSH well and want more than they should: channels to the client, or more than a key.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use russh::keys::{PrivateKey, decode_secret_key};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, VerifiedPublicKey, run_stream};
use russh::{Channel, ChannelId, Error};
use tokio::net::TcpListener;
use windlass_model::call::ErrorKind;

use crate::fixture::Promotion;
use crate::ssh_fixture::{SshForge, key, ssh_fixture};

/// What a server wants.
#[derive(Debug, Clone, Copy)]
enum Wants {
    Agent,
    Session,
    Tunnel,
    Tunnelled,
    Display,
    AnotherFactor,
}

/// One connection of a rogue.
#[derive(Clone)]
struct Rogue {
    wants: Wants,
    /// What the client was ready to run.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Handler for Rogue {
    type Error = Error;

    async fn auth_publickey(&mut self, _: &str, _: VerifiedPublicKey<'_>) -> Result<Auth, Error> {
        Ok(match self.wants {
            Wants::AnotherFactor => Auth::Reject { proceed_with_methods: None, partial_success: true },
            _ => Auth::Accept,
        })
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Error> {
        self.asked.lock().unwrap().push(String::from_utf8_lossy(command).into_owned());
        session.channel_success(id)?;
        match self.wants {
            Wants::Agent => session.channel_open_agent().map(drop),
            Wants::Session => session.channel_open_session().map(drop),
            Wants::Tunnel => session.channel_open_direct_tcpip("127.0.0.1", 80, "127.0.0.1", 1).map(drop),
            Wants::Tunnelled => {
                session.channel_open_forwarded_tcpip("127.0.0.1", 80, "127.0.0.1", 1).map(drop)
            }
            Wants::Display => session.channel_open_x11("127.0.0.1", 1).map(drop),
            Wants::AnotherFactor => Ok(()),
        }
    }
}

/// A promotion whose repository is at such a server.
async fn at_rogue(f: &SshForge, name: &str, wants: Wants) -> (Promotion, Arc<Mutex<Vec<String>>>) {
    // Any key will do for the server's own.
    let own: PrivateKey = decode_secret_key(f.server.private_key(), None).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let known = format!("[127.0.0.1]:{port} {}", own.public_key().to_openssh().unwrap());
    let config = Config { keys: vec![own], auth_rejection_time: Duration::ZERO, ..Config::default() };
    let config = Arc::new(config);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let rogue = Rogue { wants, asked: Arc::clone(&asked) };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(session) = run_stream(Arc::clone(&config), stream, rogue.clone()).await {
                let _ = session.await;
            }
        }
    });
    let mut promotion = f.promotion(name);
    promotion.url = format!("ssh://git@127.0.0.1:{port}/app.git");
    promotion.credential = key(f.server.private_key(), Some(&known));
    (promotion, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_clients_is_opened_to_a_server() {
    let (f, ..) = ssh_fixture().await;
    for wants in [Wants::Agent, Wants::Session, Wants::Tunnel, Wants::Tunnelled, Wants::Display] {
        let (promotion, asked) = at_rogue(&f, &format!("{wants:?}"), wants).await;
        let error = promotion.clone_branch("main").await.unwrap_err();
        assert_eq!(
            (error.kind, error.code.as_str()),
            (ErrorKind::Unavailable, "git-unavailable"),
            "{wants:?}"
        );
        assert!(error.message.ends_with("127.0.0.1 broke off"), "{wants:?}: {}", error.message);
        assert_eq!(*asked.lock().unwrap(), ["git-upload-pack '/app.git'"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_key_is_not_given() {
    let (f, ..) = ssh_fixture().await;
    let (promotion, asked) = at_rogue(&f, "factor", Wants::AnotherFactor).await;
    let error = promotion.clone_branch("main").await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Denied, "git-credentials"));
    assert!(error.message.contains("asks for more than the key of Secret shop/deploy (ssh-ed25519 SHA256:"));
    assert!(asked.lock().unwrap().is_empty());
}
