//! Dates and times. With an offset they are points in time; without one they are what go-toml makes of them, so that
//! expressions for Kargo find the same fields and methods.

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::{self, DateTime};
use toml::value::{Date, Datetime, Offset, Time};
use windlass_expr::{FunctionError, JsonName, Methods, Object, Value};

const LOCAL_DATE: &str = "github.com/pelletier/go-toml/v2.LocalDate";
const LOCAL_TIME: &str = "github.com/pelletier/go-toml/v2.LocalTime";
const LOCAL_DATE_TIME: &str = "github.com/pelletier/go-toml/v2.LocalDateTime";

/// The value of a date or time, which stands in the document as `written`. None where no clock can show it.
pub(crate) fn of(datetime: &Datetime, written: &str) -> Option<Value> {
    let precision = precision(written);
    match (datetime.date, datetime.time, datetime.offset) {
        (Some(date), Some(time), Some(offset)) => {
            let zone = match offset {
                Offset::Z => Value::utc(),
                Offset::Custom { minutes } => Value::zone_at(i32::from(minutes) * 60),
            };
            Value::time_of_clock(clock(date, time)?, &zone)
        }
        (Some(date), Some(time), None) => Some(local_date_time(date, time, precision)?.into()),
        (Some(date), None, _) => Some(local_date(date)?.into()),
        (None, Some(time), _) => Some(local_time(time, precision).into()),
        (None, None, _) => None,
    }
}

/// How many digits a fraction of a second has; what is smaller than a nanosecond is cut off.
fn precision(written: &str) -> usize {
    let fraction = written.split_once('.').map_or("", |(_, fraction)| fraction);
    fraction.bytes().take_while(u8::is_ascii_digit).count().min(9)
}

fn day(date: Date) -> Option<civil::Date> {
    let year = i16::try_from(date.year).ok()?;
    civil::Date::new(year, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()
}

/// What a clock shows. In a second that is the 60th, it shows the next minute.
fn clock(date: Date, time: Time) -> Option<DateTime> {
    let second = time.second.unwrap_or_default();
    let leap = second.saturating_sub(59);
    let shown = civil::Time::new(
        i8::try_from(time.hour).ok()?,
        i8::try_from(time.minute).ok()?,
        i8::try_from(second - leap).ok()?,
        i32::try_from(time.nanosecond.unwrap_or_default()).ok()?,
    );
    day(date)?.to_datetime(shown.ok()?).checked_add(i64::from(leap).seconds()).ok()
}

fn local_date(date: Date) -> Option<Object> {
    let midnight = day(date)?.to_datetime(civil::Time::midnight());
    let shown = date_text(date);
    let object = date_fields(Object::text(LOCAL_DATE, shown.as_str()), date);
    Some(object.methods(Arc::new(Clock { shown, at: midnight })))
}

fn local_time(time: Time, precision: usize) -> Object {
    let shown = time_text(time, precision);
    let object = time_fields(Object::text(LOCAL_TIME, shown.as_str()), time, precision);
    object.methods(Arc::new(Shown { text: shown }))
}

fn local_date_time(date: Date, time: Time, precision: usize) -> Option<Object> {
    let shown = format!("{}T{}", date_text(date), time_text(time, precision));
    let object = Object::text(LOCAL_DATE_TIME, shown.as_str())
        .field("LocalDate", JsonName::AsInGo, local_date(date)?)
        .field("LocalTime", JsonName::AsInGo, local_time(time, precision));
    let object = time_fields(date_fields(object, date), time, precision);
    Some(object.methods(Arc::new(Clock { shown, at: clock(date, time)? })))
}

fn date_fields(object: Object, date: Date) -> Object {
    object
        .field("Year", JsonName::AsInGo, i64::from(date.year))
        .field("Month", JsonName::AsInGo, i64::from(date.month))
        .field("Day", JsonName::AsInGo, i64::from(date.day))
}

fn time_fields(object: Object, time: Time, precision: usize) -> Object {
    object
        .field("Hour", JsonName::AsInGo, i64::from(time.hour))
        .field("Minute", JsonName::AsInGo, i64::from(time.minute))
        .field("Second", JsonName::AsInGo, i64::from(time.second.unwrap_or_default()))
        .field("Nanosecond", JsonName::AsInGo, i64::from(time.nanosecond.unwrap_or_default()))
        .field("Precision", JsonName::AsInGo, precision as i64)
}

fn date_text(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

/// The fraction has as many digits as it was written with.
fn time_text(time: Time, precision: usize) -> String {
    let mut text = format!("{:02}:{:02}:{:02}", time.hour, time.minute, time.second.unwrap_or_default());
    if precision > 0 {
        let fraction = format!("{:09}", time.nanosecond.unwrap_or_default());
        text.push('.');
        text.extend(fraction.chars().take(precision));
    }
    text
}

/// The methods of a date, and of a date with a time.
struct Clock {
    shown: String,
    at: DateTime,
}

impl Methods for Clock {
    fn names(&self) -> &[&'static str] {
        &["AsTime", "String"]
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, FunctionError> {
        match (name, args) {
            ("String", []) => Ok(self.shown.as_str().into()),
            ("AsTime", [zone]) => Value::time_of_clock(self.at, zone).ok_or_else(|| {
                FunctionError::new(format!("AsTime() needs a zone, not {}", zone.type_name()))
                    .with_hint("timezone('UTC') is one")
            }),
            _ => Err(FunctionError::new(format!("{name}() does not take these arguments"))),
        }
    }
}

/// The methods of a time of day.
struct Shown {
    text: String,
}

impl Methods for Shown {
    fn names(&self) -> &[&'static str] {
        &["String"]
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, FunctionError> {
        match args {
            [] => Ok(self.text.as_str().into()),
            _ => Err(FunctionError::new(format!("{name}() does not take these arguments"))),
        }
    }
}
