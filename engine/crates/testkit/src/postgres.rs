//! Databases of the PostgreSQL server that `cargo xtask test` starts wherever one is installed.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::process::Command;

/// Tests find the server by this variable.
const VARIABLE: &str = "WINDLASS_TEST_POSTGRES";

/// A new database.
#[derive(Debug)]
pub struct Database {
    /// An address of the server.
    server: String,
    name: String,
}

impl Database {
    /// Makes one; none where there is no server.
    ///
    /// # Panics
    /// If the server does not make it.
    pub async fn create() -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let server = server()?;
        let name = format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        run(&server, &format!("CREATE DATABASE {name}")).await;
        Some(Self { server, name })
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        self.server.replacen("/postgres?", &format!("/{}?", self.name), 1)
    }

    /// Ends all connections to it, as a restart of the server does.
    ///
    /// # Panics
    /// If the server does not.
    pub async fn disconnect(&self) {
        let name = &self.name;
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        run(&self.server, &end).await;
    }

    /// Lets nobody in from now on and ends all connections, or lets everybody in again.
    ///
    /// # Panics
    /// If the server does not.
    pub async fn set_open(&self, is_open: bool) {
        run(&self.server, &format!("ALTER DATABASE {} ALLOW_CONNECTIONS {is_open}", self.name)).await;
        if !is_open {
            self.disconnect().await;
        }
    }

    /// What a statement answers, a line a row.
    ///
    /// # Panics
    /// If it fails.
    pub async fn query(&self, statement: &str) -> String {
        run(&self.address(), statement).await
    }
}

#[expect(clippy::disallowed_methods, reason = "where the server is, is said by whoever runs the tests")]
fn server() -> Option<String> {
    std::env::var(VARIABLE).ok()
}

async fn run(address: &str, statement: &str) -> String {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
        .args(["--command", statement, address])
        .output()
        .await
        .expect("psql is there where a server is");
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
