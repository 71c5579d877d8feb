//! Servers that hang, flood, break off, or are no SSH servers at all.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use windlass_git::KnownHosts;
use windlass_model::call::git::Target;
use windlass_model::call::{CallError, ErrorKind, Retry};
use windlass_ports::git::NetworkMeter;
use windlass_testkit::SshServer;
use windlass_testkit::git::Hook;

use crate::fixture::Promotion;
use crate::ssh_fixture::{SshForge, key, ssh_fixture};

/// What a server that is none sends to everybody, once or without end.
enum Says {
    Once(Vec<u8>),
    Endlessly(&'static str),
}

/// A promotion whose repository is behind a port where that is said.
async fn behind(f: &SshForge, name: &str, says: Says) -> Promotion {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            match &says {
                Says::Once(bytes) => {
                    let _ = stream.write_all(bytes).await;
                    let _ = stream.shutdown().await;
                    // Until the client has hung up: else its last words would make an answer get lost.
                    let _ = stream.read_to_end(&mut Vec::new()).await;
                }
                Says::Endlessly(text) => while stream.write_all(text.as_bytes()).await.is_ok() {},
            }
        }
    });
    let mut promotion = f.stranger(name, KnownHosts::default());
    promotion.url = format!("ssh://git@127.0.0.1:{port}/app.git");
    promotion.credential = key(f.server.private_key(), None);
    promotion
}

/// One packet of the protocol before keys are agreed on.
fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = 16 - (payload.len() + 5) % 8;
    let length = u32::try_from(payload.len() + padding + 1).unwrap();
    let mut packet = length.to_be_bytes().to_vec();
    packet.push(u8::try_from(padding).unwrap());
    packet.extend_from_slice(payload);
    packet.extend(std::iter::repeat_n(0, padding));
    packet
}

fn text(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat()
}

/// A greeting and an offer of algorithms.
fn offer(kex: &str, host_keys: &str, cipher: &str) -> Vec<u8> {
    let mut payload = vec![20];
    payload.extend([0; 16]);
    for list in [kex, host_keys, cipher, cipher, "hmac-sha1", "hmac-sha1", "none", "none", "", ""] {
        payload.extend(text(list));
    }
    payload.extend([0; 5]);
    [b"SSH-2.0-old\r\n".as_slice(), &packet(&payload)].concat()
}

/// A greeting and a farewell.
fn farewell(words: &str) -> Vec<u8> {
    let payload = [&[1, 0, 0, 0, 12][..], &text(words), &text("")].concat();
    [b"SSH-2.0-full\r\n".as_slice(), &packet(&payload)].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_ssh_server_is_left() {
    let (f, ..) = ssh_fixture().await;
    let huge = [b"SSH-2.0-x\r\n".as_slice(), &[0xff; 64]].concat();
    for (name, says, words) in [
        ("closes", Says::Once(Vec::new()), "hung up"),
        ("http", Says::Once(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()), "hung up"),
        ("banner", Says::Endlessly("welcome\r\n"), "does not speak SSH"),
        ("line", Says::Endlessly("x"), "does not speak SSH"),
        ("breaks", Says::Once(b"SSH-2.0-x\r\n".to_vec()), "hung up"),
        ("huge", Says::Once(huge), "does not keep to the protocol: "),
        (
            "full",
            Says::Once(farewell("too many\n\u{1b}[31mconnections")),
            "hung up (it says: too many; [31mconnections)",
        ),
    ] {
        let promotion = behind(&f, name, says).await;
        let error = promotion.clone_branch("main").await.unwrap_err();
        assert_eq!((error.kind, error.retry), (ErrorKind::Unavailable, Retry::Later), "{name}");
        assert_eq!(error.code, "git-unavailable", "{name}");
        let expected = format!("{}: 127.0.0.1 {words}", promotion.url);
        assert!(error.message.starts_with(&expected), "{name}: {}", error.message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_safe_is_refused() {
    let (f, ..) = ssh_fixture().await;
    let (kex, key, cipher) = ("curve25519-sha256", "ssh-ed25519", "aes128-ctr");
    for (name, bytes, words) in [
        ("kex", offer("diffie-hellman-group1-sha1", key, cipher), "offers no way of agreeing on keys"),
        ("key", offer(kex, "ssh-rsa,rsa-sha2-512", cipher), "offers no type of host key"),
        ("cipher", offer(kex, key, "3des-cbc"), "offers no cipher"),
    ] {
        let promotion = behind(&f, name, Says::Once(bytes)).await;
        let error = promotion.clone_branch("main").await.unwrap_err();
        assert_eq!((error.kind, error.retry), (ErrorKind::Denied, Retry::Never), "{name}");
        assert_eq!(error.code, "git-ssh-algorithms", "{name}");
        assert!(error.message.contains(words), "{name}: {}", error.message);
    }
    let promotion = behind(&f, "long", Says::Once(offer(&"x\u{1b}".repeat(4_000), key, cipher))).await;
    let error = promotion.clone_branch("main").await.unwrap_err();
    assert!(error.message.len() < 1_000 && !error.message.contains('\u{1b}'), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_left_when_the_attempt_ends() {
    let (f, repository, _) = ssh_fixture().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for (name, expected) in [("cancel", ErrorKind::Cancelled), ("deadline", ErrorKind::TimedOut)] {
        let mut promotion = f.stranger(name, KnownHosts::default());
        promotion.url = format!("ssh://git@127.0.0.1:{port}/app.git");
        promotion.credential = key(f.server.private_key(), None);
        promotion.scope.network.deadline = "2026-03-01T00:01:00Z".parse().unwrap();
        let end = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut greeting = [0; 16];
            stream.read_exact(&mut greeting).await.unwrap();
            assert_eq!(&greeting, b"SSH-2.0-Windlass");
            match expected {
                ErrorKind::Cancelled => promotion.scope.network.cancel.cancel(),
                _ => promotion.clock.set("2026-03-01T00:01:00Z".parse().unwrap()),
            }
            stream
        };
        let (ended, _stream) = tokio::join!(promotion.clone_branch("main"), end);
        assert_eq!(ended.unwrap_err().kind, expected, "{name}");
    }
    // In the middle of a push, when everything was agreed on.
    let promotion = f.promotion("push");
    promotion.clone_branch("main").await.unwrap();
    promotion.write("a.txt", "ours\n");
    promotion.commit("Ours").await;
    // It ends with the directory of the test.
    let hook = "#!/bin/sh\ntouch began\nwhile [ -e began ]; do :; done\n";
    repository.install_hook(Hook::PreReceive, hook).await.unwrap();
    let end = async {
        while !repository.path().join("began").exists() {
            tokio::task::yield_now().await;
        }
        promotion.scope.network.cancel.cancel();
    };
    let (ended, ()) = tokio::join!(promotion.push(Target::Current), end);
    assert_eq!(ended.unwrap_err().kind, ErrorKind::Cancelled);
}

/// A budget of bytes.
#[derive(Debug)]
struct Budget(std::sync::atomic::AtomicU64);

impl NetworkMeter for Budget {
    fn take(&self, bytes: u64) -> Result<(), CallError> {
        use std::sync::atomic::Ordering::Relaxed;
        let taken = self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(bytes));
        taken.map(drop).map_err(|_| CallError::limit("egress.bytes", "used up"))
    }
}

/// A promotion that logs in where a script answers everybody.
async fn answered_by(f: &SshForge, name: &str, script: &str) -> (SshServer, Promotion) {
    let server = SshServer::running(f.forge.dir.path(), script).await.unwrap();
    let mut promotion = f.stranger(name, KnownHosts::default());
    promotion.url = server.url("app.git");
    promotion.credential = key(server.private_key(), Some(server.known_hosts()));
    (server, promotion)
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_are_not_gits_are_left() {
    let (f, ..) = ssh_fixture().await;
    for (name, script, expected) in [
        ("silent", "exit 1", (ErrorKind::NotFound, "git-repository-not-found")),
        ("junk", "exec yes", (ErrorKind::Unavailable, "git-unavailable")),
        ("half", "printf '00a0'", (ErrorKind::Unavailable, "git-unavailable")),
        (
            "endless",
            r"while printf '003a%040d refs/heads/x\n' 1; do :; done",
            (ErrorKind::Limit, "limit-exceeded"),
        ),
        ("stderr", "exec yes >&2", (ErrorKind::Limit, "limit-exceeded")),
    ] {
        let (_server, mut promotion) = answered_by(&f, name, script).await;
        promotion.scope.network.meter = std::sync::Arc::new(Budget((4 << 20).into()));
        let error = promotion.clone_branch("main").await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), expected, "{name}: {}", error.message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_talks_instead_of_listening_is_left() {
    let (f, repository, _) = ssh_fixture().await;
    let root = repository.path().parent().unwrap().display();
    let script = format!(
        "cd '{root}'\ncase \"$SSH_ORIGINAL_COMMAND\" in\n\
         git-upload-pack*) exec git upload-pack app.git;;\n\
         *) git receive-pack --stateless-rpc --advertise-refs app.git; exec yes;;\nesac"
    );
    let (_server, promotion) = answered_by(&f, "flood", &script).await;
    promotion.clone_branch("main").await.unwrap();
    let mut state = 7_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    });
    // More than may be under way, so that sending has to wait.
    promotion.write("noise", noise.take(8 << 20).collect::<Vec<u8>>());
    promotion.commit("Noise").await;
    let error = promotion.push(Target::Current).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Unavailable, "git-unavailable"));
    assert!(error.message.contains("does not stop talking"), "{}", error.message);
}
