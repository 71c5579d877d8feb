//! Connections without HTTP.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use windlass_egress::EgressConfig;
use windlass_model::call::{CallError, ErrorKind, Retry};
use windlass_model::time::Timestamp;

use crate::fixture::{Fixture, fixture};

/// A port behind which everything that is said is said back.
async fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    port
}

async fn refused(f: &Fixture, host: &str, port: u16) -> CallError {
    match f.egress.connect(&f.scope, host, port).await {
        Ok(_) => panic!("{host}:{port} was reached"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn bytes_are_counted_in_both_directions() {
    let port = echo().await;
    let f = fixture(EgressConfig::default(), false, 24);
    let (mut connection, ended) = f.egress.connect(&f.scope, "localhost", port).await.unwrap();
    let mut heard = [0; 10];
    connection.write_all(b"ten bytes!").await.unwrap();
    connection.read_exact(&mut heard).await.unwrap();
    assert_eq!((&heard, ended.why()), (b"ten bytes!", None));
    assert!(connection.write_all(b"five!").await.is_err());
    assert_eq!(ended.why().unwrap().kind, ErrorKind::Limit);
    // What has ended stays so.
    assert!(connection.read(&mut heard).await.is_err());

    // What comes in is counted as well.
    let f = fixture(EgressConfig::default(), false, 14);
    let (mut connection, ended) = f.egress.connect(&f.scope, "localhost", port).await.unwrap();
    connection.write_all(b"ten bytes!").await.unwrap();
    assert!(connection.read_exact(&mut heard).await.is_err());
    assert_eq!(ended.why().unwrap().kind, ErrorKind::Limit);
}

#[tokio::test]
async fn addresses_are_judged_like_those_of_requests() {
    let port = echo().await;
    let own = EgressConfig {
        blocked: vec![format!("127.0.0.1:{port}").parse().unwrap()],
        ..EgressConfig::default()
    };
    let f = fixture(own, false, 1_000);
    for host in ["localhost", "127.0.0.1", "::ffff:127.0.0.1", "2130706433", "0x7f.1"] {
        assert_eq!(refused(&f, host, port).await.code, "address-refused", "{host}");
    }
    assert_eq!(refused(&f, "169.254.169.254", 22).await.code, "address-refused");
    let mut closed = fixture(EgressConfig::default(), true, 1_000);
    let error = refused(&closed, "localhost", port).await;
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Denied, "address-refused"));
    assert!(error.message.contains("grant the range"), "{}", error.message);
    closed.scope.granted = vec!["127.0.0.0/8".parse().unwrap()];
    assert!(closed.egress.connect(&closed.scope, "127.0.0.1", port).await.is_ok());
}

#[tokio::test]
async fn a_connection_ends_with_its_attempt() {
    let port = echo().await;
    let f = fixture(EgressConfig::default(), false, 1_000);
    let (mut connection, ended) = f.egress.connect(&f.scope, "127.0.0.1", port).await.unwrap();
    let mut byte = [0; 1];
    let (read, ()) =
        tokio::join!(connection.read(&mut byte), async { f.clock.set(Timestamp::from_micros(60_000_000)) });
    assert!(read.is_err());
    assert_eq!(ended.why().unwrap().kind, ErrorKind::TimedOut);

    let f = fixture(EgressConfig::default(), false, 1_000);
    let (mut connection, ended) = f.egress.connect(&f.scope, "127.0.0.1", port).await.unwrap();
    let (read, ()) = tokio::join!(connection.read(&mut byte), async { f.scope.cancel.cancel() });
    assert!(read.is_err());
    assert_eq!(ended.why().unwrap().kind, ErrorKind::Cancelled);
    assert_eq!(refused(&f, "127.0.0.1", port).await.kind, ErrorKind::Cancelled);
}

#[tokio::test]
async fn nobody_there_is_worth_another_try() {
    let f = fixture(EgressConfig::default(), false, 1_000);
    for (host, port) in [("127.0.0.1", 1), ("no-such-host.invalid", 22)] {
        let error = refused(&f, host, port).await;
        assert_eq!((error.code.as_str(), error.retry), ("unavailable", Retry::Later), "{host}");
        assert!(
            error.message.starts_with(&format!("{host}:{port} cannot be reached: ")),
            "{}",
            error.message
        );
    }
}
