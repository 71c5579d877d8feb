//! Go's time layouts: text that shows how the reference time `Mon Jan 2 15:04:05 MST 2006` would be written.

/// One part of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text that stands for itself.
    Literal(&'a str),
    /// A part of the time.
    Element(Element),
}

/// A part of the time and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    LongMonth,
    Month,
    LongWeekday,
    Weekday,
    MonthNumber(Pad),
    Day(Pad),
    YearDay(Pad),
    Hour,
    Hour12(Pad),
    Minute(Pad),
    Second(Pad),
    LongYear,
    Year,
    /// `PM`, or `pm` when lower case.
    HalfDay {
        upper: bool,
    },
    ZoneName,
    Offset {
        form: OffsetForm,
        z_for_utc: bool,
    },
    /// `.000`: exactly so many digits.
    FractionFixed {
        digits: usize,
        separator: char,
    },
    /// `.999`: up to so many digits.
    FractionTrimmed {
        digits: usize,
        separator: char,
    },
}

/// How a number is filled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pad {
    None,
    Space,
    Zero,
}

/// How an offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OffsetForm {
    Hours,
    Minutes,
    MinutesColon,
    Seconds,
    SecondsColon,
}

/// The elements by their spelling. Of those that fit at a place, the first counts.
const ELEMENTS: &[(&str, Element)] = {
    use Element::{
        Day, HalfDay, Hour, Hour12, LongMonth, LongWeekday, LongYear, Minute, Month, MonthNumber, Second,
        Weekday, Year, YearDay, ZoneName,
    };
    use OffsetForm::{Hours, Minutes, MinutesColon, Seconds, SecondsColon};
    const fn offset(form: OffsetForm, z_for_utc: bool) -> Element {
        Element::Offset { form, z_for_utc }
    }
    &[
        ("January", LongMonth),
        ("Jan", Month),
        ("Monday", LongWeekday),
        ("Mon", Weekday),
        ("MST", ZoneName),
        ("01", MonthNumber(Pad::Zero)),
        ("02", Day(Pad::Zero)),
        ("03", Hour12(Pad::Zero)),
        ("04", Minute(Pad::Zero)),
        ("05", Second(Pad::Zero)),
        ("06", Year),
        ("002", YearDay(Pad::Zero)),
        ("15", Hour),
        ("1", MonthNumber(Pad::None)),
        ("2006", LongYear),
        ("2", Day(Pad::None)),
        ("_2", Day(Pad::Space)),
        ("__2", YearDay(Pad::Space)),
        ("3", Hour12(Pad::None)),
        ("4", Minute(Pad::None)),
        ("5", Second(Pad::None)),
        ("PM", HalfDay { upper: true }),
        ("pm", HalfDay { upper: false }),
        ("-070000", offset(Seconds, false)),
        ("-07:00:00", offset(SecondsColon, false)),
        ("-0700", offset(Minutes, false)),
        ("-07:00", offset(MinutesColon, false)),
        ("-07", offset(Hours, false)),
        ("Z070000", offset(Seconds, true)),
        ("Z07:00:00", offset(SecondsColon, true)),
        ("Z0700", offset(Minutes, true)),
        ("Z07:00", offset(MinutesColon, true)),
        ("Z07", offset(Hours, true)),
    ]
};

/// The parts of a layout. Every text is a layout.
pub(crate) fn pieces(layout: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut literal_start, mut at) = (0, 0);
    while at < layout.len() {
        let Some((element, length)) = element_at(&layout[at..]) else {
            at += layout[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if literal_start < at {
            pieces.push(Piece::Literal(&layout[literal_start..at]));
        }
        pieces.push(Piece::Element(element));
        at += length;
        literal_start = at;
    }
    if literal_start < layout.len() {
        pieces.push(Piece::Literal(&layout[literal_start..]));
    }
    pieces
}

fn element_at(text: &str) -> Option<(Element, usize)> {
    let named = ELEMENTS.iter().find(|(spelling, element)| {
        let Some(rest) = text.strip_prefix(spelling) else { return false };
        match element {
            Element::Month | Element::Weekday => !rest.starts_with(|c: char| c.is_ascii_lowercase()),
            // In `_2006` the underscore is literal and the year follows.
            Element::Day(Pad::Space) => !rest.starts_with("006"),
            _ => true,
        }
    });
    named.map(|(spelling, element)| (*element, spelling.len())).or_else(|| fraction_at(text))
}

/// A separator and a run of zeros or nines that no further digit follows.
fn fraction_at(text: &str) -> Option<(Element, usize)> {
    let separator = text.chars().next().filter(|c| matches!(c, '.' | ','))?;
    let digit = text[1..].chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let rest = text[1..].trim_start_matches(digit);
    let digits = text.len() - 1 - rest.len();
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let element = match digit {
        '0' => Element::FractionFixed { digits, separator },
        _ => Element::FractionTrimmed { digits, separator },
    };
    Some((element, digits + 1))
}
