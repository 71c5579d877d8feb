//! Servers that mean harm to the steps `http` and `http-download`, and files that mean it to the latter.

use std::path::PathBuf;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use windlass_tests::{Ended, Windlass};

/// What a server says to everybody.
#[derive(Clone)]
enum Answer {
    /// These bytes, then the connection ends.
    Bytes(Vec<u8>),
    /// These bytes, and no end.
    Hang(Vec<u8>),
    /// These bytes, and more of the last as long as somebody listens.
    Endless(Vec<u8>),
}

/// A server; its address.
async fn server(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, answer.clone()));
        }
    });
    address
}

async fn serve(mut stream: TcpStream, answer: Answer) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        request.push(byte);
    }
    let (Answer::Bytes(bytes) | Answer::Hang(bytes) | Answer::Endless(bytes)) = &answer;
    if stream.write_all(bytes).await.is_err() {
        return;
    }
    match answer {
        Answer::Bytes(_) => {}
        Answer::Hang(_) => std::future::pending().await,
        Answer::Endless(bytes) => {
            let more = vec![bytes.last().copied().unwrap_or_default(); 1 << 20];
            while stream.write_all(&more).await.is_ok() {}
        }
    }
}

fn bytes(text: &str) -> Answer {
    Answer::Bytes(text.as_bytes().to_vec())
}

/// A success with a type and a body.
fn page(content_type: &str, body: &[u8]) -> Answer {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n", body.len());
    Answer::Bytes([head.as_bytes(), b"Connection: close\r\n\r\n", body].concat())
}

/// A work directory beside which nothing may appear.
struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("work/dl")).unwrap();
        Self { dir }
    }

    fn work(&self, path: &str) -> PathBuf {
        self.dir.path().join("work").join(path)
    }

    async fn run(&self, step: &str, config: &Value, more: &[&str]) -> Ended {
        let file = self.dir.path().join("config.json");
        std::fs::write(&file, config.to_string()).unwrap();
        Windlass::new(["step", "run", step, "--workdir"])
            .arg(self.work(""))
            .arg("--data")
            .arg(self.dir.path().join("data"))
            .arg("--config")
            .arg(file)
            .args(["-o", "json"])
            .args(more)
            .run()
            .await
    }

    /// Everything in the work directory, by path.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![self.work("")];
        while let Some(dir) = open.pop() {
            for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
                found.push(entry.path().strip_prefix(self.work("")).unwrap().display().to_string());
                if entry.file_type().unwrap().is_dir() {
                    open.push(entry.path());
                }
            }
        }
        found.sort();
        found
    }
}

/// What `http` says to an answer.
async fn asked(answer: Answer, more: Value) -> Value {
    let mut config = json!({ "url": format!("http://{}/x", server(answer).await), "timeout": "5s" });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Bench::new().run("http", &config, &[]).await.json()
}

/// An answer that counts as an error, and that may be better another time.
#[track_caller]
fn retried(report: &Value, says: &str) {
    assert_eq!((&report["status"], &report["terminal"]), (&json!("Errored"), &json!(false)), "{report}");
    assert!(report["message"].as_str().unwrap().contains(says), "{report}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left() {
    for said in ["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"] {
        let report = asked(Answer::Hang(said.into()), json!({ "timeout": "300ms" })).await;
        retried(&report, "error sending HTTP request: the exchange took too long");
    }
}

#[tokio::test]
async fn lies_are_errors() {
    for answer in [
        bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
        bytes("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nno gzip"),
        bytes("no HTTP\r\n\r\n"),
        bytes(&format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-Header: y\r\n".repeat(100_000))),
    ] {
        retried(&asked(answer, json!({})).await, "broke off");
    }
}

#[tokio::test]
async fn bodies_have_an_end() {
    let endless = Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\nx".to_vec());
    retried(&asked(endless, json!({})).await, "longer than 2097152 bytes");
    let announced = bytes("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\nx");
    retried(&asked(announced, json!({})).await, "longer than 2097152 bytes");
}

#[tokio::test]
async fn bodies_that_are_not_what_they_say_are_errors() {
    let deep = "[".repeat(1 << 20);
    retried(
        &asked(page("application/json", deep.as_bytes()), json!({})).await,
        "failed to parse JSON response",
    );
    let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned())
        .chain((1..12).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))))
        .collect();
    retried(
        &asked(page("application/yaml", bomb.as_bytes()), json!({})).await,
        "failed to parse YAML response",
    );
    let binary = [b'a', 0xff, 0xfe, b'b'];
    retried(&asked(page("application/yaml", &binary), json!({})).await, "failed to parse YAML response");
    let outputs = json!({ "outputs": [{ "name": "body", "fromExpression": "response.body" }] });
    let text = asked(page("text/plain", &binary), outputs).await;
    assert_eq!(text["output"], json!({ "body": "a\u{fffd}\u{fffd}b" }));
}

#[tokio::test]
async fn expressions_have_an_end() {
    let slow = "reduce(1..1000, #acc + reduce(1..1000, #acc + reduce(1..1000, #acc + #)))";
    let report = asked(page("text/plain", b"x"), json!({ "successExpression": slow })).await;
    assert_eq!((&report["status"], &report["terminal"]), (&json!("Errored"), &json!(true)), "{report}");
}

#[tokio::test]
async fn redirects_lead_to_no_metadata_service() {
    for to in ["http://169.254.169.254/latest", "http://[::ffff:169.254.169.254]/", "http://2852039166/"] {
        let answer = bytes(&format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"));
        retried(&asked(answer, json!({})).await, "link-local");
    }
    let elsewhere = bytes("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
    retried(&asked(elsewhere, json!({})).await, "neither an http nor an https URL");
}

#[tokio::test]
async fn nothing_is_left_of_a_download_that_fails() {
    for (answer, status, terminal, says) in [
        (
            Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\nx".to_vec()),
            "Errored",
            true,
            "exceeds limit of 104857600",
        ),
        (bytes("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\nx"), "Errored", true, "exceeds limit"),
        (bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "Errored", false, "broke off"),
        (Answer::Hang(b"HTTP/1.1 200 OK\r\n\r\nhalf".to_vec()), "Errored", false, "took too long"),
        (bytes("HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\noops"), "Failed", false, "status 500"),
    ] {
        let bench = Bench::new();
        std::fs::write(bench.work("dl/f"), "old").unwrap();
        let timeout = if says == "took too long" { "300ms" } else { "5m" };
        let url = format!("http://{}/x", server(answer).await);
        let config = json!({ "url": url, "outPath": "dl/f", "allowOverwrite": true, "timeout": timeout });
        let report = bench.run("http-download", &config, &[]).await.json();
        assert_eq!((&report["status"], &report["terminal"]), (&json!(status), &json!(terminal)), "{report}");
        assert!(report["message"].as_str().unwrap().contains(says), "{report}");
        assert_eq!(bench.files(), ["dl", "dl/f"], "{report}");
        assert_eq!(std::fs::read_to_string(bench.work("dl/f")).unwrap(), "old");
    }
}

#[tokio::test]
async fn no_download_leaves_the_work_directory() {
    let address = server(page("text/plain", b"new")).await;
    for (path, lands) in [
        ("../../climbed", "climbed"),
        ("/absolute", "absolute"),
        ("out/f", "outside/f"),
        ("file", "outside/secret"),
        ("up/f", "f"),
    ] {
        let bench = Bench::new();
        std::fs::create_dir(bench.dir.path().join("outside")).unwrap();
        std::fs::write(bench.dir.path().join("outside/secret"), "secret").unwrap();
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, bench.work(name)).unwrap();
        link("../outside", "out");
        link("/outside/secret", "file");
        link("..", "up");
        let config = json!({ "url": format!("http://{address}/"), "outPath": path });
        let report = bench.run("http-download", &config, &[]).await.expect(0).json();
        assert_eq!(report["status"], "Succeeded", "{path}: {report}");
        assert_eq!(std::fs::read_to_string(bench.work(lands)).unwrap(), "new", "{path}");
        let beside: Vec<_> = std::fs::read_dir(bench.dir.path().join("outside")).unwrap().collect();
        assert_eq!(beside.len(), 1, "{path}");
        let secret = std::fs::read_to_string(bench.dir.path().join("outside/secret")).unwrap();
        assert_eq!(secret, "secret", "{path}");
    }
}

#[tokio::test]
async fn a_closed_project_grants_each_origin() {
    let address = server(page("text/plain", b"new")).await;
    let url = format!("http://{address}/");
    let closed = ["--policy", "closed", "--grant", "addresses=127.0.0.0/8"];
    let bench = Bench::new();
    for (step, config) in [
        ("http", json!({ "url": url })),
        ("http-download", json!({ "url": url, "outPath": "f" })),
        ("http", json!({ "url": "http://127.0.0.1:1/", "proxy": url })),
    ] {
        let report = bench.run(step, &config, &closed).await.json();
        assert_eq!((&report["status"], &report["terminal"]), (&json!("Errored"), &json!(true)), "{report}");
        assert!(report["message"].as_str().unwrap().contains("does not grant the step"), "{report}");
    }
    assert_eq!(bench.files(), ["dl"]);
    let grant = format!("http={url}");
    let granted = [&closed[..], &["--grant", &grant]].concat();
    bench.run("http", &json!({ "url": url }), &granted).await.expect(0);
    let through = json!({ "url": "http://127.0.0.1:1/", "proxy": url });
    let report = bench.run("http", &through, &granted).await.json();
    assert!(report["message"].as_str().unwrap().contains("GET to http://127.0.0.1:1"), "{report}");
    let target = [&granted[..], &["--grant", "http=http://127.0.0.1:1"]].concat();
    bench.run("http", &through, &target).await.expect(0);
}
