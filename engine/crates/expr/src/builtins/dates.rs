//! Dates, durations and time zones.

use super::{Builtin, Call, TaintRule};
use crate::compile::types::Type;
use crate::error::{Fault, Outcome};
use crate::go::time::{Time, Zone};
use crate::go::{duration, parse_time};
use crate::signature::{Param, check_args, wrong_count};
use crate::suggest::clip;
use crate::value::{Kind, Value};

/// The layouts that `date` tries if none is given.
const LAYOUTS: [&str; 7] = [
    "2006-01-02",
    "15:04:05",
    "2006-01-02 15:04:05",
    "2006-01-02T15:04:05Z07:00",
    "02 Jan 06 15:04 MST",
    "Monday, 02-Jan-06 15:04:05 MST",
    "Mon, 02 Jan 2006 15:04:05 MST",
];

/// What it takes to read a time in one layout.
const LAYOUT_STEPS: u64 = 15;
/// What it takes to find a time zone.
const ZONE_STEPS: u64 = 20;

const fn function(
    name: &'static str,
    check: fn(&[Type]) -> Result<Type, String>,
    run: fn(&mut Call<'_>) -> Outcome<Value>,
) -> Builtin {
    Builtin { name, check, taint: TaintRule::Joins, run }
}

pub(super) static FUNCTIONS: [Builtin; 4] = [
    function("now", now_type, |call| {
        let zone = match &call.arg(0).kind {
            Kind::Zone(zone) => zone.clone(),
            _ => Zone::UTC,
        };
        Ok(Value::of_time(Time::new(call.now, zone)))
    }),
    function(
        "duration",
        |args| check_args(&[Param::Str], args).map(|()| Type::Duration),
        |call| {
            let text = call.text(0)?;
            call.meter.steps(text.len() as u64 / 2)?;
            let length = duration::parse(text).ok_or_else(|| {
                Fault::runtime(format!("does not understand \"{}\"", clip(text)))
                    .with_hint("write numbers with units: 1h30m, 250ms; the units are ns, us, ms, s, m, h")
            });
            Ok(Value::duration(length?))
        },
    ),
    function("date", date_type, date),
    function(
        "timezone",
        |args| check_args(&[Param::Str], args).map(|()| Type::Zone),
        |call| {
            call.meter.steps(ZONE_STEPS)?;
            Ok(Value::new(Kind::Zone(zone(call.text(0)?)?)))
        },
    ),
];

fn now_type(args: &[Type]) -> Result<Type, String> {
    match args {
        [] | [Type::Zone] => Ok(Type::Time),
        _ => Err("takes nothing, or a timezone".to_owned()),
    }
}

/// The other arguments are only looked at when it is called, as in expr-lang.
fn date_type(args: &[Type]) -> Result<Type, String> {
    let others = if let [Type::Zone, others @ ..] = args { others } else { args };
    match (args.len(), others.len()) {
        (1.., ..=3) => Ok(Type::Time),
        _ => Err(wrong_count(1, 3, others.len())),
    }
}

fn zone(name: &str) -> Outcome<Zone> {
    Zone::load(name).ok_or_else(|| {
        Fault::runtime(format!("does not know the time zone \"{}\"", clip(name)))
            .with_hint("zones are named like Europe/Zurich, in exactly this spelling")
    })
}

/// `date(text)`, `date(text, layout)`, `date(text, layout, zone name)`, each with a timezone before the text
/// or not.
fn date(call: &mut Call<'_>) -> Outcome<Value> {
    let (given, first) = match &call.arg(0).kind {
        Kind::Zone(zone) => (zone.clone(), 1),
        _ => (Zone::UTC, 0),
    };
    let text = call.text(first)?;
    call.meter.steps(LAYOUT_STEPS + text.len() as u64 / 8)?;
    let time = match call.args.len() - first {
        1 => {
            let mut found = None;
            for layout in LAYOUTS {
                call.meter.steps(LAYOUT_STEPS)?;
                found = parse_time::parse(layout, text, &given);
                if found.is_some() {
                    break;
                }
            }
            found
        }
        count => {
            let layout = call.text(first + 1)?;
            call.meter.steps(layout.len() as u64)?;
            call.meter.steps(ZONE_STEPS)?;
            let zone = if count == 3 { zone(call.text(first + 2)?)? } else { given };
            parse_time::parse(layout, text, &zone)
        }
    };
    time.map(Value::of_time).ok_or_else(|| {
        Fault::runtime(format!("does not understand \"{}\"", clip(text)))
            .with_hint("write 2024-02-29 or 2024-02-29T12:34:56Z, or give a layout such as \"02.01.2006\"")
    })
}
