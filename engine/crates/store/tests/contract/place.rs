//! Where a test has its store.

use std::sync::Arc;

use windlass_store::Store;
use windlass_testkit::postgres::Database;

/// A directory, or a database of its own.
pub(crate) enum Place {
    Sqlite(tempfile::TempDir),
    Postgres(Database),
}

impl Place {
    /// A new directory.
    pub(crate) fn directory() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// A new database; none where there is no server.
    pub(crate) async fn database() -> Option<Self> {
        Database::create().await.map(Self::Postgres)
    }

    /// Opens the store, anew if it was open before.
    pub(crate) async fn open(&self) -> Arc<Store> {
        match self {
            Self::Sqlite(dir) => Store::open(dir.path()).await.unwrap(),
            Self::Postgres(database) => Store::connect(&database.address()).await.unwrap(),
        }
    }
}

/// Tests that run on both.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::place::Place::directory()).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                if let Some(place) = crate::place::Place::database().await {
                    super::$name(place).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;
