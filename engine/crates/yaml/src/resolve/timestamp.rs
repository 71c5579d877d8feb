//! Plain text that go-yaml takes for a time: a date, or a date and a time of day.
//!
//! Only the form and the ranges are looked at; the instant itself is never needed.

/// Whether text is `Y-M-D`, `Y-M-D H:M:S` or `Y-M-DTH:M:SZ`, where the year has four digits and the other numbers one
/// or two, the space may be several, the seconds may have a fraction, and `Z` may be an offset like `+01:00`.
pub(super) fn is_timestamp(text: &str) -> bool {
    date(text).is_some_and(|rest| match rest.as_bytes() {
        [] => true,
        [b' ', ..] => time_of_day(rest.trim_start_matches(' ')).is_some_and(str::is_empty),
        [b'T' | b't', ..] => time_of_day(&rest[1..]).is_some_and(is_zone),
        _ => false,
    })
}

/// Takes a date that exists; gives what follows.
fn date(text: &str) -> Option<&str> {
    let year = text.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let year: u32 = year.parse().ok()?;
    let (month, rest) = number(text[4..].strip_prefix('-')?)?;
    let (day, rest) = number(rest.strip_prefix('-')?)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(rest)
}

/// Takes hours, minutes and seconds; gives what follows.
fn time_of_day(text: &str) -> Option<&str> {
    let (hours, rest) = number(text)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?)?;
    let (seconds, rest) = number(rest.strip_prefix(':')?)?;
    (hours < 24 && minutes < 60 && seconds < 60).then_some(())?;
    Some(match rest.strip_prefix(['.', ',']) {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        _ => rest,
    })
}

/// `Z`, or a sign, two digits, a colon and two digits.
fn is_zone(text: &str) -> bool {
    let two_digits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok());
    match text.as_bytes() {
        b"Z" => true,
        [b'+' | b'-', _, _, b':', _, _] if text.is_ascii() => {
            let hours = two_digits(&text[1..3]).flatten();
            let minutes = two_digits(&text[4..6]).flatten();
            hours.is_some_and(|hours| hours <= 24) && minutes.is_some_and(|minutes| minutes <= 60)
        }
        _ => false,
    }
}

/// Takes one or two digits; gives the number and what follows.
fn number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}
