//! Times as text: `Time.Format`, `Time.String`, and the form that JSON uses.

use jiff::civil::DateTime;

use super::layout::{Element, OffsetForm, Pad, Piece, pieces};
use super::time::{MONTHS, Time, WEEKDAYS, ZoneInfo};

/// The time in `layout`.
pub(crate) fn format(time: &Time, layout: &str) -> String {
    let clock = time.clock();
    let zone = time.info();
    let mut out = String::with_capacity(layout.len() + 8);
    for piece in pieces(layout) {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Element(element) => write_element(&mut out, element, time, &clock, &zone),
        }
    }
    out
}

/// `Time.String`.
pub(crate) fn print(time: &Time) -> String {
    format(time, "2006-01-02 15:04:05.999999999 -0700 MST")
}

/// The time in JSON; None for what RFC 3339 cannot hold.
pub(crate) fn rfc3339(time: &Time) -> Option<String> {
    let has_year = time.shows_date() && (0..=9999).contains(&time.clock().year());
    let allowed = has_year && time.info().offset.abs() < 24 * 3600;
    allowed.then(|| format(time, "2006-01-02T15:04:05.999999999Z07:00"))
}

fn write_element(out: &mut String, element: Element, time: &Time, clock: &DateTime, zone: &ZoneInfo) {
    let month = MONTHS[usize::from(clock.month().unsigned_abs()).saturating_sub(1) % 12];
    let weekday = WEEKDAYS[usize::from(clock.weekday().to_sunday_zero_offset().unsigned_abs()) % 7];
    let hour = i64::from(clock.hour());
    let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
    match element {
        Element::LongMonth => out.push_str(month),
        Element::Month => out.push_str(&month[..3]),
        Element::LongWeekday => out.push_str(weekday),
        Element::Weekday => out.push_str(&weekday[..3]),
        Element::MonthNumber(pad) => number(out, clock.month().into(), pad, 2),
        Element::Day(pad) => number(out, clock.day().into(), pad, 2),
        Element::YearDay(pad) => number(out, clock.day_of_year().into(), pad, 3),
        Element::Hour => number(out, hour, Pad::Zero, 2),
        Element::Hour12(pad) => number(out, hour12, pad, 2),
        Element::Minute(pad) => number(out, clock.minute().into(), pad, 2),
        Element::Second(pad) => number(out, clock.second().into(), pad, 2),
        Element::LongYear => number(out, clock.year().into(), Pad::Zero, 4),
        Element::Year => number(out, i64::from(clock.year()).abs() % 100, Pad::Zero, 2),
        Element::HalfDay { upper } => out.push_str(match (hour >= 12, upper) {
            (true, true) => "PM",
            (true, false) => "pm",
            (false, true) => "AM",
            (false, false) => "am",
        }),
        Element::ZoneName if zone.abbreviation.is_empty() => offset(out, zone.offset, OffsetForm::Minutes),
        Element::ZoneName => out.push_str(&zone.abbreviation),
        Element::Offset { z_for_utc: true, .. } if zone.offset == 0 => out.push('Z'),
        Element::Offset { form, .. } => offset(out, zone.offset, form),
        Element::FractionFixed { digits, separator } => {
            fraction(out, time.subsecond(), digits, separator, false);
        }
        Element::FractionTrimmed { digits, separator } => {
            fraction(out, time.subsecond(), digits, separator, true);
        }
    }
}

fn number(out: &mut String, value: i64, pad: Pad, width: usize) {
    if value < 0 {
        out.push('-');
    }
    let value = value.unsigned_abs();
    let text = match pad {
        Pad::None => format!("{value}"),
        Pad::Space => format!("{value:width$}"),
        Pad::Zero => format!("{value:0width$}"),
    };
    out.push_str(&text);
}

fn offset(out: &mut String, seconds: i32, form: OffsetForm) {
    // Go decides the sign by whole minutes.
    out.push(if seconds / 60 < 0 { '-' } else { '+' });
    let minutes = (seconds / 60).unsigned_abs();
    let (hours, minutes, seconds) = (minutes / 60, minutes % 60, seconds.unsigned_abs() % 60);
    let text = match form {
        OffsetForm::Hours => format!("{hours:02}"),
        OffsetForm::Minutes => format!("{hours:02}{minutes:02}"),
        OffsetForm::MinutesColon => format!("{hours:02}:{minutes:02}"),
        OffsetForm::Seconds => format!("{hours:02}{minutes:02}{seconds:02}"),
        OffsetForm::SecondsColon => format!("{hours:02}:{minutes:02}:{seconds:02}"),
    };
    out.push_str(&text);
}

fn fraction(out: &mut String, nanoseconds: i64, digits: usize, separator: char, trimmed: bool) {
    const PRECISION: usize = 9;
    let all = format!("{nanoseconds:09}");
    let shown = &all[..digits.min(PRECISION)];
    let shown = if trimmed { shown.trim_end_matches('0') } else { shown };
    if shown.is_empty() {
        return;
    }
    out.push(separator);
    out.push_str(shown);
}
