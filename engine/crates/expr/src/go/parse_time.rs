//! Text as a time: `time.ParseInLocation`, the reverse of formatting with a layout.

use std::sync::Arc;

use jiff::civil::{Date, Time as ClockTime};

use super::layout::{Element, OffsetForm, Pad, Piece, pieces};
use super::time::{MONTHS, Time, WEEKDAYS, Zone};

/// What has been read so far.
#[derive(Default)]
struct Read {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    year_day: Option<i16>,
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
    is_am: bool,
    is_pm: bool,
    is_utc: bool,
    offset: Option<i32>,
    zone_name: Option<String>,
}

/// The time that `text` says in `layout`; where it names no zone, it is a time in `zone`. None if it does not
/// fit.
pub(crate) fn parse(layout: &str, text: &str, zone: &Zone) -> Option<Time> {
    let mut read = Read::default();
    let mut rest = text;
    let pieces = pieces(layout);
    for (index, piece) in pieces.iter().enumerate() {
        rest = match piece {
            Piece::Literal(literal) => skip(rest, literal)?,
            Piece::Element(element) => {
                read.element(*element, rest, fraction_follows(&pieces[index + 1..]))?
            }
        };
    }
    if rest.is_empty() { read.finish(zone) } else { None }
}

/// Whether the next element of the layout is a fraction of a second.
fn fraction_follows(pieces: &[Piece<'_>]) -> bool {
    let is_element = |piece: &&Piece<'_>| matches!(piece, Piece::Element(_));
    matches!(
        pieces.iter().find(is_element),
        Some(Piece::Element(Element::FractionFixed { .. } | Element::FractionTrimmed { .. }))
    )
}

/// Skips literal text. A run of spaces in the layout stands for any number of spaces, none included at the
/// end.
fn skip<'a>(mut text: &'a str, mut literal: &str) -> Option<&'a str> {
    while let Some(c) = literal.chars().next() {
        if c == ' ' {
            if !text.is_empty() && !text.starts_with(' ') {
                return None;
            }
            (text, literal) = (text.trim_start_matches(' '), literal.trim_start_matches(' '));
        } else {
            (text, literal) = (text.strip_prefix(c)?, &literal[c.len_utf8()..]);
        }
    }
    Some(text)
}

impl Read {
    /// Reads one element off the front of `text` and gives what is left.
    fn element<'a>(&mut self, element: Element, text: &'a str, fraction_follows: bool) -> Option<&'a str> {
        match element {
            Element::LongMonth => self.month_name(text, usize::MAX),
            Element::Month => self.month_name(text, 3),
            Element::LongWeekday => Some(name(text, &WEEKDAYS, usize::MAX)?.1),
            Element::Weekday => Some(name(text, &WEEKDAYS, 3)?.1),
            Element::MonthNumber(pad) => store(&mut self.month, number(text, pad)?, 1..=12),
            Element::Day(pad) => store(&mut self.day, number(text, pad)?, 0..=99),
            Element::YearDay(pad) => self.year_day(text, pad),
            Element::Hour => set(&mut self.hour, number(text, Pad::None)?, 0..=23),
            Element::Hour12(pad) => set(&mut self.hour, number(text, pad)?, 0..=12),
            Element::Minute(pad) => set(&mut self.minute, number(text, pad)?, 0..=59),
            Element::Second(pad) => {
                let rest = set(&mut self.second, number(text, pad)?, 0..=59)?;
                if fraction_follows { Some(rest) } else { self.fraction(rest) }
            }
            Element::LongYear => {
                self.year = digits(text, 4)?.try_into().ok()?;
                Some(&text[4..])
            }
            Element::Year => {
                let year: i16 = digits(text, 2)?.try_into().ok()?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
                Some(&text[2..])
            }
            Element::HalfDay { upper } => self.half_day(text, upper),
            Element::ZoneName => self.zone_name(text),
            Element::Offset { z_for_utc: true, .. } if text.starts_with('Z') => {
                self.is_utc = true;
                Some(&text[1..])
            }
            Element::Offset { form, .. } => self.offset(text, form),
            Element::FractionFixed { digits: count, .. } => {
                let digits = text.strip_prefix(['.', ','])?.get(..count)?;
                self.nanosecond = nanoseconds(digits)?;
                Some(&text[1 + count..])
            }
            Element::FractionTrimmed { .. } => self.fraction(text),
        }
    }

    fn month_name<'a>(&mut self, text: &'a str, length: usize) -> Option<&'a str> {
        let (index, rest) = name(text, &MONTHS, length)?;
        self.month = Some(i8::try_from(index).ok()? + 1);
        Some(rest)
    }

    fn year_day<'a>(&mut self, text: &'a str, pad: Pad) -> Option<&'a str> {
        let spaces =
            if pad == Pad::Space { text.bytes().take(2).take_while(|byte| *byte == b' ').count() } else { 0 };
        let text = &text[spaces..];
        let length = text.bytes().take(3).take_while(u8::is_ascii_digit).count();
        if length == 0 || pad == Pad::Zero && length != 3 {
            return None;
        }
        self.year_day = Some(text[..length].parse().ok()?);
        Some(&text[length..])
    }

    fn half_day<'a>(&mut self, text: &'a str, upper: bool) -> Option<&'a str> {
        let (am, pm) = if upper { ("AM", "PM") } else { ("am", "pm") };
        let rest = text.strip_prefix(pm).or_else(|| text.strip_prefix(am))?;
        self.is_pm |= text.starts_with(pm);
        self.is_am |= text.starts_with(am);
        Some(rest)
    }

    /// A fraction of a second, if one is there.
    fn fraction<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let Some(after) = text.strip_prefix(['.', ',']) else { return Some(text) };
        let length = after.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 {
            return Some(text);
        }
        self.nanosecond = nanoseconds(&after[..length])?;
        Some(&after[length..])
    }

    fn offset<'a>(&mut self, text: &'a str, form: OffsetForm) -> Option<&'a str> {
        let (minutes_at, seconds_at, length) = match form {
            OffsetForm::Hours => (None, None, 3),
            OffsetForm::Minutes => (Some(3), None, 5),
            OffsetForm::MinutesColon => (Some(4), None, 6),
            OffsetForm::Seconds => (Some(3), Some(5), 7),
            OffsetForm::SecondsColon => (Some(4), Some(7), 9),
        };
        let shown = text.get(..length)?;
        let colons = if matches!(form, OffsetForm::MinutesColon | OffsetForm::SecondsColon) {
            &[3, 6][..]
        } else {
            &[]
        };
        if colons.iter().filter(|at| **at < length).any(|at| shown.as_bytes()[*at] != b':') {
            return None;
        }
        let part = |at: Option<usize>| at.map_or(Some(0), |at| digits(shown.get(at..)?, 2));
        let (hours, minutes, seconds) = (digits(shown.get(1..)?, 2)?, part(minutes_at)?, part(seconds_at)?);
        if hours > 24 || minutes > 60 || seconds > 60 {
            return None;
        }
        let offset = (hours * 60 + minutes) * 60 + seconds;
        self.offset = Some(match shown.as_bytes()[0] {
            b'+' => offset,
            b'-' => -offset,
            _ => return None,
        });
        Some(&text[length..])
    }

    fn zone_name<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        if let Some(rest) = text.strip_prefix("UTC") {
            self.is_utc = true;
            return Some(rest);
        }
        let length = zone_name_length(text)?;
        self.zone_name = Some(text[..length].to_owned());
        Some(&text[length..])
    }

    fn finish(self, zone: &Zone) -> Option<Time> {
        let hour = match self.hour {
            hour if self.is_pm && hour < 12 => hour + 12,
            12 if self.is_am && !self.is_pm => 0,
            hour => hour,
        };
        let time = ClockTime::new(hour, self.minute, self.second, self.nanosecond).ok()?;
        let clock = self.date()?.to_datetime(time);
        if self.is_utc {
            return Time::of_clock(clock, Zone::UTC);
        }
        let name = self.zone_name.unwrap_or_default();
        if let Some(offset) = self.offset {
            let time = Time::of_clock(clock, fixed(offset, &name))?;
            // An offset that is the zone's own at that time means the zone.
            let own = time.in_zone(zone.clone());
            let info = own.info();
            let is_own = info.offset == offset && (name.is_empty() || info.abbreviation == name);
            return Some(if is_own { own } else { time });
        }
        if name.is_empty() {
            return Time::of_clock(clock, zone.clone());
        }
        if let Some(offset) = zone.offset_of(&name, clock) {
            return Some(Time::of_clock(clock, fixed(offset, ""))?.in_zone(zone.clone()));
        }
        // An abbreviation that is not known says no offset: Go then shows the clock as if it were UTC.
        let hours = name.strip_prefix("GMT").filter(|hours| !hours.is_empty());
        let hours: i32 = hours.map_or(Some(0), |hours| hours.parse().ok())?;
        Some(Time::of_clock(clock, Zone::UTC)?.in_zone(fixed(hours * 3600, &name)))
    }

    fn date(&self) -> Option<Date> {
        let Some(year_day) = self.year_day else {
            return Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok();
        };
        let date = Date::new(self.year, 1, 1).ok()?.with().day_of_year(year_day).build().ok()?;
        let agrees = self.month.is_none_or(|month| month == date.month())
            && self.day.is_none_or(|day| day == date.day());
        agrees.then_some(date)
    }
}

fn fixed(offset: i32, name: &str) -> Zone {
    Zone::Fixed { offset, name: Arc::from(name) }
}

/// The first of `names`, cut to `length`, that `text` starts with in any case; its index and what follows.
fn name<'a>(text: &'a str, names: &[&str], length: usize) -> Option<(usize, &'a str)> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = &name[..length.min(name.len())];
        let start = text.get(..name.len())?;
        start.eq_ignore_ascii_case(name).then(|| (index, &text[name.len()..]))
    })
}

/// One or two digits; exactly two if padded with zeros.
fn number(text: &str, pad: Pad) -> Option<(i8, &str)> {
    let text = if pad == Pad::Space { text.strip_prefix(' ').unwrap_or(text) } else { text };
    let length = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if length == 0 || pad == Pad::Zero && length != 2 {
        return None;
    }
    Some((text[..length].parse().ok()?, &text[length..]))
}

fn set<'a>(
    target: &mut i8,
    (value, rest): (i8, &'a str),
    allowed: std::ops::RangeInclusive<i8>,
) -> Option<&'a str> {
    *target = Some(value).filter(|value| allowed.contains(value))?;
    Some(rest)
}

fn store<'a>(
    target: &mut Option<i8>,
    (value, rest): (i8, &'a str),
    allowed: std::ops::RangeInclusive<i8>,
) -> Option<&'a str> {
    *target = Some(Some(value).filter(|value| allowed.contains(value))?);
    Some(rest)
}

/// Exactly `count` digits.
fn digits(text: &str, count: usize) -> Option<i32> {
    text.get(..count).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

/// The digits after the point as nanoseconds; digits after the ninth are dropped.
fn nanoseconds(digits: &str) -> Option<i32> {
    let digits = digits.get(..9).unwrap_or(digits);
    format!("{digits:0<9}").parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How long the abbreviation of a zone at the start of `text` is, by Go's rules of thumb.
fn zone_name_length(text: &str) -> Option<usize> {
    if text.starts_with("ChST") || text.starts_with("MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix("GMT") {
        return Some(3 + signed_hours_length(after).unwrap_or(0));
    }
    if text.len() >= 3 && text.starts_with(['+', '-']) {
        return signed_hours_length(text);
    }
    let capitals = text.bytes().take(6).take_while(u8::is_ascii_uppercase).count();
    let ends_in_t = |length: usize| text.as_bytes()[length - 1] == b'T';
    match capitals {
        5 if ends_in_t(5) => Some(5),
        4 if ends_in_t(4) || text.starts_with("WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// The length of a sign and a number of hours up to 23.
fn signed_hours_length(text: &str) -> Option<usize> {
    let digits = text.strip_prefix(['+', '-'])?;
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let hours: u32 = digits[..length].parse().ok()?;
    (hours <= 23).then_some(1 + length)
}
