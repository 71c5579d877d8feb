//! The connections that read.

use sqlx::SqlSafeStr;
use sqlx::postgres::{PgPool, Postgres};
use sqlx::sqlite::{Sqlite, SqlitePool};

use crate::database::{Error, Row, Value, query};

/// Connections that read.
#[derive(Debug, Clone)]
pub(crate) enum Readers {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Readers {
    /// The first row of an answer.
    pub(crate) async fn optional(
        &self,
        statement: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, Error> {
        Ok(match self {
            Self::Sqlite(pool) => {
                query!(Sqlite, statement, values).fetch_optional(pool).await?.map(Row::Sqlite)
            }
            Self::Postgres(pool) => {
                query!(Postgres, statement, values).fetch_optional(pool).await?.map(Row::Postgres)
            }
        })
    }

    /// All rows of an answer.
    pub(crate) async fn all(
        &self,
        statement: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        Ok(match self {
            Self::Sqlite(pool) => {
                let rows = query!(Sqlite, statement, values).fetch_all(pool).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => {
                let rows = query!(Postgres, statement, values).fetch_all(pool).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }
}
