//! Points in time with the zone they are shown in, as Go's `time.Time`; months, weekdays, and zones.

use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(crate) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const SECOND: i128 = 1_000_000_000;
/// Nanoseconds from the start of year 1, Go's zero time, to 1970.
const YEAR_1_TO_1970: i128 = 62_135_596_800 * SECOND;
/// Nanoseconds since 1970 that a time may be at: the years -9998 to 9999.
const RANGE: RangeInclusive<i128> = -377_673_580_800 * SECOND..=253_402_300_800 * SECOND - 1;
/// How many changes of a zone are looked through, before and after a time, for one with a given abbreviation.
const NEARBY_CHANGES: usize = 4;

/// The time zones of the crate's own database, so that every machine answers the same.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A month or a weekday: an integer with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Calendar {
    /// 1 to 12.
    Month(u8),
    /// 0 (Sunday) to 6.
    Weekday(u8),
}

impl Calendar {
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Month(number) | Self::Weekday(number) => i64::from(number),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Month(number) => MONTHS[usize::from(number.saturating_sub(1)) % 12],
            Self::Weekday(number) => WEEKDAYS[usize::from(number) % 7],
        }
    }
}

/// Where a time is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Zone {
    /// A zone of the database, UTC included.
    Region(TimeZone),
    /// An offset in seconds that was read from text, with the abbreviation that was read (may be empty).
    Fixed { offset: i32, name: Arc<str> },
}

/// What a zone says of one instant.
pub(crate) struct ZoneInfo {
    /// Seconds east of UTC.
    pub(crate) offset: i32,
    /// The abbreviation; empty where none is known.
    pub(crate) abbreviation: String,
    pub(crate) is_dst: bool,
}

impl Zone {
    pub(crate) const UTC: Self = Self::Region(TimeZone::UTC);

    /// `time.LoadLocation`: an IANA name in its exact spelling; empty and `Local` mean UTC.
    pub(crate) fn load(name: &str) -> Option<Self> {
        if matches!(name, "" | "UTC" | "Local") {
            return Some(Self::UTC);
        }
        let zone = ZONES.get(name).ok()?;
        // The database ignores case; Go's file names do not.
        (zone.iana_name() == Some(name)).then_some(Self::Region(zone))
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Region(zone) => zone.iana_name().unwrap_or("UTC"),
            Self::Fixed { name, .. } => name,
        }
    }

    fn info(&self, at: i128) -> ZoneInfo {
        match self {
            Self::Fixed { offset, name } => {
                ZoneInfo { offset: *offset, abbreviation: name.to_string(), is_dst: false }
            }
            Self::Region(zone) => {
                let info = zone.to_offset_info(lookup_time(at));
                ZoneInfo {
                    offset: info.offset().seconds(),
                    abbreviation: info.abbreviation().to_owned(),
                    is_dst: info.dst().is_dst(),
                }
            }
        }
    }

    fn offset(&self, at: i128) -> i32 {
        match self {
            Self::Fixed { offset, .. } => *offset,
            Self::Region(zone) => zone.to_offset(lookup_time(at)).seconds(),
        }
    }

    /// The offset that an abbreviation stands for here, when clocks show what `clock` would be in UTC.
    pub(crate) fn offset_of(&self, abbreviation: &str, clock: DateTime) -> Option<i32> {
        let Self::Region(zone) = self else { return None };
        let as_utc = nanoseconds(clock);
        let at = lookup_time(as_utc);
        let changes = zone.preceding(at).take(NEARBY_CHANGES).chain(zone.following(at).take(NEARBY_CHANGES));
        let named = changes.filter(|change| change.abbreviation() == abbreviation);
        let offsets: Vec<i32> = named.map(|change| change.offset().seconds()).collect();
        let is_in_effect =
            |offset: &&i32| self.info(as_utc - i128::from(**offset) * SECOND).abbreviation == abbreviation;
        offsets.iter().find(is_in_effect).or(offsets.first()).copied()
    }
}

/// The nearest time that the database of zones knows.
fn lookup_time(at: i128) -> Timestamp {
    let at = at.clamp(Timestamp::MIN.as_nanosecond(), Timestamp::MAX.as_nanosecond());
    Timestamp::from_nanosecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What clocks show, as nanoseconds since 1970 if they were in UTC.
fn nanoseconds(clock: DateTime) -> i128 {
    let since = clock.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    since.as_nanos()
}

/// A point in time and the zone it is shown in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Time {
    /// Nanoseconds since 1970, within [`RANGE`].
    at: i128,
    zone: Zone,
}

impl Time {
    pub(crate) fn new(at: Timestamp, zone: Zone) -> Self {
        Self { at: at.as_nanosecond().clamp(*RANGE.start(), *RANGE.end()), zone }
    }

    /// None where the time is out of range.
    pub(crate) fn at_nanosecond(at: i128, zone: Zone) -> Option<Self> {
        RANGE.contains(&at).then_some(Self { at, zone })
    }

    /// `time.Date`: the time that clocks in `zone` show. Near a change of offset it is right by one of the
    /// two.
    pub(crate) fn of_clock(clock: DateTime, zone: Zone) -> Option<Self> {
        let as_utc = nanoseconds(clock);
        let shifted = |offset: i32| as_utc - i128::from(offset) * SECOND;
        let at = match zone.offset(as_utc) {
            0 => as_utc,
            offset => shifted(zone.offset(shifted(offset))),
        };
        Self::at_nanosecond(at, zone)
    }

    /// Nanoseconds since 1970.
    pub(crate) fn at(&self) -> i128 {
        self.at
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    pub(crate) fn info(&self) -> ZoneInfo {
        self.zone.info(self.at)
    }

    /// What clocks in the zone show, as nanoseconds since 1970 if they were in UTC.
    fn shown(&self) -> i128 {
        self.at + i128::from(self.zone.offset(self.at)) * SECOND
    }

    /// Whether what clocks in the zone show is a date of at most four digits.
    pub(crate) fn shows_date(&self) -> bool {
        RANGE.contains(&self.shown())
    }

    /// What clocks in the zone show.
    pub(crate) fn clock(&self) -> DateTime {
        let shown = self.shown();
        let since = SignedDuration::new((shown.div_euclid(SECOND)) as i64, shown.rem_euclid(SECOND) as i32);
        let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        // Only in the last hours of the range, east of UTC, is there no such date.
        epoch.checked_add(since).unwrap_or(DateTime::MAX)
    }

    pub(crate) fn in_zone(&self, zone: Zone) -> Self {
        Self { at: self.at, zone }
    }

    /// None where the result is out of range.
    pub(crate) fn add(&self, nanoseconds: i64) -> Option<Self> {
        Self::at_nanosecond(self.at + i128::from(nanoseconds), self.zone.clone())
    }

    /// `Time.Sub`: a difference too large for an `i64` becomes the extreme.
    pub(crate) fn since(&self, earlier: &Self) -> i64 {
        (self.at - earlier.at).clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    /// `Time.Truncate`: down to a multiple of `unit` since year 1.
    pub(crate) fn truncate(&self, unit: i64) -> Option<Self> {
        if unit <= 0 { Some(self.clone()) } else { self.add(-self.past_multiple(unit)) }
    }

    /// `Time.Round`: to the nearest multiple of `unit` since year 1, halves up.
    pub(crate) fn round(&self, unit: i64) -> Option<Self> {
        if unit <= 0 {
            return Some(self.clone());
        }
        let past = self.past_multiple(unit);
        self.add(if i128::from(past) * 2 < i128::from(unit) { -past } else { unit - past })
    }

    fn past_multiple(&self, unit: i64) -> i64 {
        (self.at + YEAR_1_TO_1970).rem_euclid(unit.into()) as i64
    }

    /// `Time.AddDate`: months and days that overflow run on, so that 31 January and a month is 2 or 3 March.
    pub(crate) fn add_date(&self, years: i64, months: i64, days: i64) -> Option<Self> {
        let clock = self.clock();
        let month_count = (i64::from(clock.year()).checked_add(years)?.checked_mul(12)?)
            .checked_add(i64::from(clock.month()) - 1)?
            .checked_add(months)?;
        let year = i16::try_from(month_count.div_euclid(12)).ok()?;
        let month = month_count.rem_euclid(12) as i8 + 1;
        let days = days.checked_add(i64::from(clock.day()) - 1)?;
        // Ten thousand years have fewer days than this; more would be out of range whatever the date.
        let days = i32::try_from(days).ok().filter(|days| days.abs() < 7_000_000)?;
        let first = Date::new(year, month, 1).ok()?;
        let date = first.checked_add(jiff::Span::new().days(days)).ok()?;
        Self::of_clock(date.to_datetime(clock.time()), self.zone.clone())
    }

    pub(crate) fn unix_seconds(&self) -> i64 {
        self.at.div_euclid(SECOND) as i64
    }

    /// The nanoseconds within the second, 0 to 999,999,999.
    pub(crate) fn subsecond(&self) -> i64 {
        self.at.rem_euclid(SECOND) as i64
    }

    pub(crate) fn weekday(&self) -> Calendar {
        Calendar::Weekday(self.clock().weekday().to_sunday_zero_offset().unsigned_abs())
    }

    /// Whether it is the start of year 1 in UTC, Go's zero time.
    pub(crate) fn is_zero(&self) -> bool {
        self.at == -YEAR_1_TO_1970
    }
}
