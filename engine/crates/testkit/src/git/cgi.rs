//! Running a program as CGI (RFC 3875), streamed both ways: the request's body goes to its input as it comes, and what
//! it prints goes out as it is printed. It dies when nobody reads its answer any more.

use std::process::Stdio;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::program::complaint;

/// The head of an answer is at most this long.
const MAX_HEAD: usize = 16 << 10;

/// Pieces in which an answer is read.
const PIECE: usize = 64 << 10;

/// A program that gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CgiError {
    #[error("git http-backend cannot be run: {0}; install Git")]
    Run(#[source] std::io::Error),
    #[error("git http-backend answered without a head: {0}")]
    NoHead(String),
}

/// Runs `command` on a request's body; its answer.
pub(super) async fn run(mut command: Command, body: Body) -> Result<Response, CgiError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(CgiError::Run)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(stdin), Some(mut stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(CgiError::NoHead("its pipes are missing".to_owned()));
    };
    tokio::spawn(feed(stdin, body.into_data_stream()));
    let complaints = tokio::spawn(collect(stderr));
    let mut read = BytesMut::with_capacity(PIECE);
    let head = loop {
        let count = stdout.read_buf(&mut read).await.map_err(CgiError::Run)?;
        // What was read at once may be more than a head.
        if let Some(head) = take_head(&mut read) {
            break head;
        }
        if count == 0 || read.len() > MAX_HEAD {
            drop(child);
            let said = complaints.await.unwrap_or_default();
            return Err(CgiError::NoHead(complaint(&said)));
        }
    };
    let (status, headers) = parse_head(&head);
    let mut response = Response::new(Body::from_stream(rest(child, stdout, read.freeze())));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Hands the request's body on. A program that has read enough closes its input, and a client that breaks off ends it.
async fn feed(mut stdin: ChildStdin, mut body: BodyDataStream) {
    while let Some(Ok(piece)) = body.next().await {
        if stdin.write_all(&piece).await.is_err() {
            return;
        }
    }
}

/// What the program complains of; read to the end, so that it never waits for a reader.
async fn collect(mut stderr: ChildStderr) -> Vec<u8> {
    let mut all = Vec::new();
    let mut piece = vec![0; 4_096];
    while let Ok(count @ 1..) = stderr.read(&mut piece).await {
        if all.len() < MAX_HEAD {
            all.extend_from_slice(&piece[..count]);
        }
    }
    all
}

/// Takes the head off what was read, once it is whole.
fn take_head(read: &mut BytesMut) -> Option<Bytes> {
    let end = |separator: &[u8]| {
        read.windows(separator.len()).position(|window| window == separator).map(|at| at + separator.len())
    };
    let end = [end(b"\r\n\r\n"), end(b"\n\n")].into_iter().flatten().min()?;
    Some(read.split_to(end).freeze())
}

fn parse_head(head: &[u8]) -> (StatusCode, HeaderMap) {
    let mut status = StatusCode::OK;
    let mut headers = HeaderMap::new();
    for line in String::from_utf8_lossy(head).lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().and_then(|code| code.parse::<u16>().ok());
            status = code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(status);
        } else if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    (status, headers)
}

/// What follows the head, as it is printed. The child is held by the stream, so it dies with it.
fn rest(
    child: Child,
    stdout: ChildStdout,
    first: Bytes,
) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> {
    let first = Some(first).filter(|first| !first.is_empty());
    stream::try_unfold((child, stdout, first), |(mut child, mut stdout, first)| async move {
        if let Some(first) = first {
            return Ok(Some((first, (child, stdout, None))));
        }
        let mut piece = BytesMut::with_capacity(PIECE);
        if stdout.read_buf(&mut piece).await? == 0 {
            child.wait().await?;
            return Ok(None);
        }
        Ok(Some((piece.freeze(), (child, stdout, None))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_end_with_an_empty_line_of_either_kind() {
        for (printed, left) in [("A: b\r\n\r\nrest", "rest"), ("A: b\n\nrest\r\n\r\n", "rest\r\n\r\n")] {
            let mut read = BytesMut::from(printed);
            let head = take_head(&mut read).unwrap();
            assert_eq!(parse_head(&head).1["a"], "b");
            assert_eq!(read, left.as_bytes());
        }
        assert!(take_head(&mut BytesMut::from("A: b\r\n")).is_none());
    }

    #[test]
    fn a_status_line_is_no_header() {
        let (status, headers) = parse_head(b"Status: 404 Not Found\r\nX: y\r\n\r\n");
        assert_eq!((status, headers.len()), (StatusCode::NOT_FOUND, 1));
        assert_eq!(parse_head(b"Status: what\n\n").0, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_head_and_much_more_may_come_at_once() {
        let printed = tempfile::NamedTempFile::new().unwrap();
        let body = "x".repeat(40_000);
        std::fs::write(printed.path(), format!("Content-Type: text/plain\r\n\r\n{body}")).unwrap();
        let mut command = Command::new("dd");
        command.arg(format!("if={}", printed.path().display())).args(["bs=64k", "count=1"]);
        let response = run(command, Body::empty()).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/plain");
        let came = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(came, body.as_bytes());
    }
}
