//! Servers that mean harm.

use std::io::Write as _;

use windlass_egress::EgressConfig;
use windlass_model::call::{CallError, ErrorKind};

use crate::fixture::fixture;
use crate::server::{get, server};

/// What becomes of the answer.
async fn read(answer: impl Into<Vec<u8>>, most: u64) -> Result<Vec<u8>, CallError> {
    let (address, _) = server(vec![answer.into()]).await;
    let f = fixture(EgressConfig::default(), false, 64 << 20);
    let response = f.egress.send(&f.scope, get(&format!("http://{address}/x?token=hunter2"))).await;
    let result = match response {
        Ok(response) => response.bytes(most).await,
        Err(error) => Err(error),
    };
    result.inspect_err(|error| assert!(!error.message.contains("hunter2"), "{error}"))
}

fn packed(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn compressed(body: &[u8]) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n";
    [format!("{head}Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

#[tokio::test]
async fn compression_is_undone_and_may_be_broken() {
    assert_eq!(read(compressed(&packed(b"hello")), 100).await.unwrap(), b"hello");
    for broken in [b"no gzip".to_vec(), packed(b"hello")[..15].to_vec()] {
        let error = read(compressed(&broken), 100).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    }
    let bomb = compressed(&packed(&vec![0; 32 << 20]));
    assert!(bomb.len() < 100_000);
    assert_eq!(read(bomb, 1 << 20).await.unwrap_err().kind, ErrorKind::Limit);
}

#[tokio::test]
async fn lies_about_the_length_break_off() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "no HTTP at all\r\n\r\n",
    ] {
        let (address, _) = server(vec![answer]).await;
        let f = fixture(EgressConfig::default(), false, 1_000);
        let response = f.egress.send(&f.scope, get(&format!("http://{address}/"))).await;
        // Whoever waits for the rest waits until the server hangs up, which this one does with its test.
        let error = match response {
            Err(error) => error,
            Ok(response) => response.bytes(10_000).await.unwrap_err(),
        };
        assert_eq!(error.kind, ErrorKind::Unavailable, "{answer:?}: {error}");
    }
}

#[tokio::test]
async fn headers_have_an_end() {
    let many: String = (0..10_000).map(|n| format!("X-{n}: y\r\n")).collect();
    let long = format!("X: {}\r\n", "y".repeat(8 << 20));
    for bomb in [many, long] {
        let answer = format!("HTTP/1.1 200 OK\r\n{bomb}Content-Length: 0\r\n\r\n");
        let error = read(answer, 100).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_left() {
    let answer = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 8 << 20]].concat();
    assert_eq!(read(answer, 1 << 20).await.unwrap_err().kind, ErrorKind::Limit);
}
