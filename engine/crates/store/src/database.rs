//! The two databases under one name: statements with values, the connection that writes, and rows. Statements are written
//! once, in what SQLite and PostgreSQL both understand; nothing else in this room knows which of them it speaks to.

use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _, SqlSafeStr};

use crate::sqlite;

/// A failure of either database.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Driver(#[from] sqlx::Error),
}

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    OptionalText(Option<&'a str>),
    Number(i64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::OptionalText(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// The values of a statement, in the order of its `$1`, `$2`, ….
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$(crate::database::Value::from($value)),*] };
}
pub(crate) use values;

/// A row of an answer.
#[derive(Debug)]
pub(crate) enum Row {
    /// Of the connection to SQLite that writes.
    Values(sqlite::Values),
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn text(&self, column: usize) -> String {
        match self {
            Self::Values(row) => row.text(column).to_owned(),
            Self::Sqlite(row) => row.get(column),
            Self::Postgres(row) => row.get(column),
        }
    }

    /// A text that is read and not kept.
    pub(crate) fn str(&self, column: usize) -> &str {
        match self {
            Self::Values(row) => row.text(column),
            Self::Sqlite(row) => row.get(column),
            Self::Postgres(row) => row.get(column),
        }
    }

    pub(crate) fn optional_text(&self, column: usize) -> Option<String> {
        match self {
            Self::Values(row) => row.optional_text(column).map(str::to_owned),
            Self::Sqlite(row) => row.get(column),
            Self::Postgres(row) => row.get(column),
        }
    }

    pub(crate) fn number(&self, column: usize) -> i64 {
        match self {
            Self::Values(row) => row.number(column),
            Self::Sqlite(row) => row.get(column),
            Self::Postgres(row) => row.get(column),
        }
    }

    pub(crate) fn optional_number(&self, column: usize) -> Option<i64> {
        match self {
            Self::Values(row) => row.optional_number(column),
            Self::Sqlite(row) => row.get(column),
            Self::Postgres(row) => row.get(column),
        }
    }
}

/// A statement of one of the two with its values.
macro_rules! query {
    ($database:ty, $statement:expr, $values:expr) => {{
        let mut query = sqlx::query::<$database>($statement);
        for value in $values {
            query = match *value {
                Value::Text(text) => query.bind(text),
                Value::OptionalText(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query
    }};
}
pub(crate) use query;

/// The connection that writes.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(Box<PgConnection>),
}

impl Connection {
    /// Carries a statement out.
    pub(crate) async fn execute(
        &mut self,
        statement: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<(), Error> {
        match self {
            Self::Sqlite(to) => sqlite::execute(to, statement.into_sql_str().as_str(), values)?,
            Self::Postgres(to) => {
                query!(Postgres, statement, values).execute(&mut **to).await?;
            }
        }
        Ok(())
    }

    /// Carries several statements out that have no values.
    pub(crate) async fn execute_all(&mut self, statements: &'static str) -> Result<(), Error> {
        match self {
            Self::Sqlite(to) => to.execute_batch(statements)?,
            Self::Postgres(to) => {
                sqlx::Executor::execute(&mut **to, statements).await?;
            }
        }
        Ok(())
    }

    /// The first row of an answer.
    pub(crate) async fn optional(
        &mut self,
        statement: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, Error> {
        Ok(match self {
            Self::Sqlite(to) => {
                let rows = sqlite::rows(to, statement.into_sql_str().as_str(), values)?;
                rows.into_iter().next().map(Row::Values)
            }
            Self::Postgres(to) => {
                query!(Postgres, statement, values).fetch_optional(&mut **to).await?.map(Row::Postgres)
            }
        })
    }

    /// The row that an answer always has.
    pub(crate) async fn one(
        &mut self,
        statement: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Row, Error> {
        self.optional(statement, values).await?.ok_or(Error::Driver(sqlx::Error::RowNotFound))
    }

    /// All rows of an answer.
    pub(crate) async fn all(
        &mut self,
        statement: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        Ok(match self {
            Self::Sqlite(to) => {
                let rows = sqlite::rows(to, statement.into_sql_str().as_str(), values)?;
                rows.into_iter().map(Row::Values).collect()
            }
            Self::Postgres(to) => {
                let rows = query!(Postgres, statement, values).fetch_all(&mut **to).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Begins a transaction that writes. One that is neither committed nor rolled back ends with its connection.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(_) => self.execute("BEGIN IMMEDIATE", &[]).await,
            Self::Postgres(_) => self.execute_all("BEGIN").await,
        }
    }

    /// Whether commits from now on reach the disk before they are answered. Those that do not reach it with the next
    /// that does.
    pub(crate) async fn set_synced(&mut self, synced: bool) -> Result<(), Error> {
        let statement = match (&self, synced) {
            (Self::Sqlite(_), true) => "PRAGMA synchronous = FULL",
            (Self::Sqlite(_), false) => "PRAGMA synchronous = NORMAL",
            (Self::Postgres(_), true) => "SET synchronous_commit = on",
            (Self::Postgres(_), false) => "SET synchronous_commit = off",
        };
        self.execute_all(statement).await
    }

    pub(crate) async fn close(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(connection) => connection.close().map_err(|(_, error)| error)?,
            Self::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }
}
