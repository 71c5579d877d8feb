//! A server that answers what it is told, to the byte.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;
use windlass_egress::Outbound;

/// Answers each connection with the next of the texts, and remembers what it was sent.
pub(crate) async fn server(
    answers: Vec<impl AsRef<[u8]> + Send + 'static>,
) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = Arc::clone(&seen);
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4_096];
            while !request.windows(4).any(|w| w == b"\r\n\r\n") {
                let count = stream.read(&mut buffer).await.unwrap();
                if count == 0 {
                    break;
                }
                request.extend_from_slice(&buffer[..count]);
            }
            requests.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
            // Who has heard enough may have gone.
            let _ = stream.write_all(answer.as_ref()).await;
        }
        // Whoever asks more than it was told to expect waits for ever.
        std::future::pending::<()>().await;
    });
    (address, seen)
}

/// A success with a body.
pub(crate) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// A redirect.
pub(crate) fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

/// A request with GET.
pub(crate) fn get(url: &str) -> Outbound<'static> {
    Outbound::new(Method::GET, Url::parse(url).unwrap())
}
