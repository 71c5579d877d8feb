//! The connection to SQLite that writes. It is used from the writer's own thread and waits there: a driver that hands each
//! statement to a thread of the database and back takes far longer for that than for the statement.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSql, ToSqlOutput, Value as Stored, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement};

use crate::database::Value;

/// Prepared statements that are kept: all there are, and inserts of as many events at once as are usual.
const STATEMENTS: usize = 64;

/// The values of a row.
#[derive(Debug)]
pub(crate) struct Values(Vec<Stored>);

impl Values {
    /// A text; empty if there is none.
    pub(crate) fn text(&self, column: usize) -> &str {
        self.optional_text(column).unwrap_or_default()
    }

    pub(crate) fn optional_text(&self, column: usize) -> Option<&str> {
        match self.0.get(column) {
            Some(Stored::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A number; 0 if there is none.
    pub(crate) fn number(&self, column: usize) -> i64 {
        self.optional_number(column).unwrap_or_default()
    }

    pub(crate) fn optional_number(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Stored::Integer(number)) => Some(*number),
            _ => None,
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) | Self::OptionalText(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::OptionalText(None) => ValueRef::Null,
            Self::Number(number) => ValueRef::Integer(*number),
        }))
    }
}

/// Opens a database that is there. Never read-only: opening one in WAL mode may make the files beside it.
pub(crate) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch("PRAGMA foreign_keys = ON")?;
    Ok(connection)
}

/// Carries a statement out.
pub(crate) fn execute(to: &Connection, statement: &str, values: &[Value<'_>]) -> rusqlite::Result<()> {
    let mut statement = to.prepare_cached(statement)?;
    bind(&mut statement, values)?;
    statement.raw_execute().map(|_| ())
}

/// The rows of an answer.
pub(crate) fn rows(to: &Connection, statement: &str, values: &[Value<'_>]) -> rusqlite::Result<Vec<Values>> {
    let mut statement = to.prepare_cached(statement)?;
    bind(&mut statement, values)?;
    let columns = statement.column_count();
    let rows = statement
        .raw_query()
        .mapped(|row| (0..columns).map(|column| row.get(column)).collect::<Result<_, _>>().map(Values));
    rows.collect()
}

/// Binds values by the numbers of their parameters. For SQLite `$2` is a name: the first that a statement mentions is its
/// first parameter.
fn bind(statement: &mut Statement<'_>, values: &[Value<'_>]) -> rusqlite::Result<()> {
    for parameter in 1..=statement.parameter_count() {
        let name = statement.parameter_name(parameter).unwrap_or_default();
        let number: usize = name.trim_start_matches('$').parse().unwrap_or_default();
        let value = number.checked_sub(1).and_then(|index| values.get(index));
        let value = value.ok_or_else(|| rusqlite::Error::InvalidParameterName(name.to_owned()))?;
        statement.raw_bind_parameter(parameter, value)?;
    }
    Ok(())
}
