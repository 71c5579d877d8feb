//! A server of the program, and what can be asked of it.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;

use crate::program::{Ended, Running, Windlass};

/// A server that runs.
#[derive(Debug)]
pub struct Served {
    running: Running,
    address: String,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// The head, in lower case.
    pub head: String,
    /// The body, as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e} in {self:#?}"))
    }

    /// The body as JSON, if the status is this one.
    ///
    /// # Panics
    /// If not.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}

impl Served {
    /// Starts a server, and waits until it listens.
    ///
    /// # Panics
    /// If it does not.
    pub async fn start(serve: Windlass) -> Self {
        let mut running = serve.start();
        let line = running.line_with("serves http://").await;
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(',').next());
        Self { address: address.expect("an address").to_owned(), running }
    }

    /// Where it listens, as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.id()
    }

    /// A command of a user of this server, about the project `demo`.
    #[must_use]
    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Windlass {
        Windlass::new(arguments).args(["--server", &self.url(), "--project", "demo"])
    }

    /// `windlass apply` of files.
    pub async fn apply(&self, files: &std::path::Path) -> Ended {
        self.command(["apply"]).arg("-f").arg(files).run().await.expect(0)
    }

    /// Sends a request.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn request(&self, method: &str, path: &str, body: &str) -> Answer {
        let mut stream = self.send(method, path, body).await;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("an answer");
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, head: head.to_lowercase(), text: body.to_owned() }
    }

    /// Asks for something.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn get(&self, path: &str) -> Value {
        self.request("GET", path, "").await.expect(200)
    }

    /// The changes of what is at a path, from what it is now on.
    ///
    /// # Panics
    /// If the connection fails.
    pub async fn watch(&self, path: &str) -> Changes {
        let mark = if path.contains('?') { '&' } else { '?' };
        let stream = self.send("GET", &format!("{path}{mark}watch=true"), "").await;
        Changes { lines: BufReader::new(stream).lines() }
    }

    /// Waits until what is at a path is as it should be.
    ///
    /// # Panics
    /// If the server ends before.
    pub async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut changes = self.watch(path).await;
        loop {
            let change = changes.next().await;
            if is_so(&change["object"]) {
                return change["object"].clone();
            }
        }
    }

    /// Kills it, as a crash would.
    pub async fn kill(self) {
        self.running.kill().await;
    }

    /// Interrupts it, and waits for its end.
    pub async fn stop(self) -> Ended {
        self.running.interrupt().await;
        self.running.wait().await
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.expect("the server listens");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("the request is sent");
        stream
    }
}

/// A stream of changes.
#[derive(Debug)]
pub struct Changes {
    lines: Lines<BufReader<TcpStream>>,
}

impl Changes {
    /// The next change.
    ///
    /// # Panics
    /// If the stream ends.
    pub async fn next(&mut self) -> Value {
        loop {
            let line =
                self.lines.next_line().await.expect("the stream goes on").expect("the stream has not ended");
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).expect("a change in JSON");
            }
        }
    }
}
