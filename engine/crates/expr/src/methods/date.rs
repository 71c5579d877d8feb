//! The methods of times.

use super::{Method, bad_args, method};
use crate::compile::types::Type;
use crate::error::{Fault, Outcome};
use crate::go::format_time;
use crate::go::time::{Calendar, Time, Zone};
use crate::signature::Param;
use crate::value::{Kind, Value};

pub(super) static METHODS: [Method; 32] = [
    method("Add", &[Param::Duration], Type::Time),
    method("AddDate", &[Param::Int, Param::Int, Param::Int], Type::Time),
    method("After", &[Param::Time], Type::Bool),
    method("Before", &[Param::Time], Type::Bool),
    method("Compare", &[Param::Time], Type::Int),
    method("Day", &[], Type::Int),
    method("Equal", &[Param::Time], Type::Bool),
    method("Format", &[Param::Str], Type::Str),
    method("Hour", &[], Type::Int),
    method("ISOWeek", &[], Type::Int),
    method("In", &[Param::Zone], Type::Time),
    method("IsDST", &[], Type::Bool),
    method("IsZero", &[], Type::Bool),
    method("Local", &[], Type::Time),
    method("Location", &[], Type::Zone),
    method("Minute", &[], Type::Int),
    method("Month", &[], Type::Month),
    method("Nanosecond", &[], Type::Int),
    method("Round", &[Param::Duration], Type::Time),
    method("Second", &[], Type::Int),
    method("String", &[], Type::Str),
    method("Sub", &[Param::Time], Type::Duration),
    method("Truncate", &[Param::Duration], Type::Time),
    method("UTC", &[], Type::Time),
    method("Unix", &[], Type::Int),
    method("UnixMicro", &[], Type::Int),
    method("UnixMilli", &[], Type::Int),
    method("UnixNano", &[], Type::Int),
    method("Weekday", &[], Type::Weekday),
    method("Year", &[], Type::Int),
    method("YearDay", &[], Type::Int),
    method("Zone", &[], Type::Str),
];

pub(super) static NAMES: [&str; 32] = {
    let mut names = [""; 32];
    let mut at = 0;
    while at < names.len() {
        names[at] = METHODS[at].name;
        at += 1;
    }
    names
};

pub(super) fn call(time: &Time, name: &str, args: &[Value]) -> Outcome<Value> {
    let clock = time.clock();
    let kinds: Vec<&Kind> = args.iter().map(|arg| &arg.kind).collect();
    let moved = |time: Option<Time>| {
        time.map(Value::of_time)
            .ok_or_else(|| Fault::runtime(format!("the result of {name}() is out of range")))
    };
    Ok(match (name, &kinds[..]) {
        ("Year", []) => Value::from(i64::from(clock.year())),
        ("Month", []) => Value::new(Kind::Calendar(Calendar::Month(clock.month().unsigned_abs()))),
        ("Day", []) => Value::from(i64::from(clock.day())),
        ("Hour", []) => Value::from(i64::from(clock.hour())),
        ("Minute", []) => Value::from(i64::from(clock.minute())),
        ("Second", []) => Value::from(i64::from(clock.second())),
        ("Nanosecond", []) => Value::from(time.subsecond()),
        ("YearDay", []) => Value::from(i64::from(clock.day_of_year())),
        // Of two results, the first.
        ("ISOWeek", []) => Value::from(i64::from(clock.date().iso_week_date().year())),
        ("Zone", []) => Value::from(time.info().abbreviation),
        ("Weekday", []) => Value::new(Kind::Calendar(time.weekday())),
        ("Unix", []) => Value::from(time.unix_seconds()),
        ("UnixMilli", []) => Value::from(time.unix_seconds() * 1_000 + time.subsecond() / 1_000_000),
        ("UnixMicro", []) => Value::from(time.unix_seconds() * 1_000_000 + time.subsecond() / 1_000),
        ("UnixNano", []) => {
            Value::from(time.unix_seconds().wrapping_mul(1_000_000_000).wrapping_add(time.subsecond()))
        }
        ("IsZero", []) => Value::from(time.is_zero()),
        ("IsDST", []) => Value::from(time.info().is_dst),
        ("UTC" | "Local", []) => Value::of_time(time.in_zone(Zone::UTC)),
        ("Location", []) => Value::new(Kind::Zone(time.zone().clone())),
        ("String", []) => Value::from(format_time::print(time)),
        ("Format", [Kind::Str(layout)]) => Value::from(format_time::format(time, layout)),
        ("In", [Kind::Zone(zone)]) => Value::of_time(time.in_zone(zone.clone())),
        ("Add", [Kind::Duration(length)]) => moved(time.add(*length))?,
        ("AddDate", [Kind::Int(years), Kind::Int(months), Kind::Int(days)]) => {
            moved(time.add_date(*years, *months, *days))?
        }
        ("Sub", [Kind::Time(other)]) => Value::duration(time.since(other)),
        ("Truncate", [Kind::Duration(unit)]) => moved(time.truncate(*unit))?,
        ("Round", [Kind::Duration(unit)]) => moved(time.round(*unit))?,
        ("After", [Kind::Time(other)]) => Value::from(time.at() > other.at()),
        ("Before", [Kind::Time(other)]) => Value::from(time.at() < other.at()),
        ("Equal", [Kind::Time(other)]) => Value::from(time.at() == other.at()),
        ("Compare", [Kind::Time(other)]) => Value::from(time.at().cmp(&other.at()) as i64),
        _ => return Err(bad_args(name)),
    })
}
