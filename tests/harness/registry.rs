//! A registry that others wrote: the program of `github.com/google/go-containerregistry`, as `cargo xtask guests` builds it.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use windlass_model::digest::Digest;

use crate::program::test_guests;

/// The registry, on loopback, until it is dropped.
#[derive(Debug)]
pub struct RealRegistry {
    _process: Child,
    /// `localhost:PORT`.
    pub address: String,
}

impl RealRegistry {
    /// Starts it, and waits until it listens.
    ///
    /// # Panics
    /// If it has not been built, or does not start.
    pub async fn start() -> Self {
        let mut process = Command::new(test_guests().join("registry"))
            .args(["-port", "0"])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("cargo xtask guests has built the registry");
        let mut said = BufReader::new(process.stderr.take().expect("it says something")).lines();
        let port = loop {
            let line = said.next_line().await.expect("it goes on").expect("it has not ended");
            if let Some((_, port)) = line.split_once("serving on port ") {
                break port.trim().to_owned();
            }
        };
        // What it says of requests is read, so that it can go on.
        tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
        Self { _process: process, address: format!("localhost:{port}") }
    }

    /// Pushes an image that was built at a time, for `linux/amd64`; its digest.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn push(&self, repository: &str, tag: &str, created: &str) -> String {
        let config = json!({
            "architecture": "amd64", "os": "linux", "created": created, "config": {},
            "rootfs": { "type": "layers", "diff_ids": [] },
        });
        let kind = |name: &str| format!("application/vnd.oci.image.{name}.v1+json");
        let config = config.to_string();
        let digest = Digest::of(config.as_bytes());
        let upload = format!("/v2/{repository}/blobs/uploads/?digest={digest}");
        self.send("POST", &upload, "application/octet-stream", &config).await;
        let manifest: Value = json!({
            "schemaVersion": 2, "mediaType": kind("manifest"), "layers": [],
            "config": { "mediaType": kind("config"), "digest": digest, "size": config.len() },
        });
        let manifest = manifest.to_string();
        let path = format!("/v2/{repository}/manifests/{tag}");
        self.send("PUT", &path, &kind("manifest"), &manifest).await;
        Digest::of(manifest.as_bytes()).to_string()
    }

    async fn send(&self, method: &str, path: &str, kind: &str, body: &str) {
        let mut stream = TcpStream::connect(&self.address).await.expect("the registry listens");
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}",
            self.address
        );
        stream.write_all(request.as_bytes()).await.expect("the request is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 201"), "{method} {path}: {answer}");
    }
}
