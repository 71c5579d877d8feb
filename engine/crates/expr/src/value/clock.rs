//! Points in time from what clocks show, and the zones that clocks are in.

use std::sync::Arc;

use jiff::civil::DateTime;

use super::{Kind, Value};
use crate::go::time::{Time, Zone};

impl Value {
    /// The zone UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self::new(Kind::Zone(Zone::UTC))
    }

    /// A zone without a name, `offset` seconds east of UTC.
    #[must_use]
    pub fn zone_at(offset: i32) -> Self {
        Self::new(Kind::Zone(Zone::Fixed { offset, name: Arc::from("") }))
    }

    /// The point in time at which clocks in `zone` show `clock`, and which is shown there: Go's `time.Date`. None when
    /// `zone` is no zone, or the time is before the year -9998 or after 9999.
    #[must_use]
    pub fn time_of_clock(clock: DateTime, zone: &Self) -> Option<Self> {
        let Kind::Zone(inside) = &zone.kind else { return None };
        let time = Time::of_clock(clock, inside.clone())?;
        Some(Self::of_time(time).with_taint(&zone.taint))
    }
}
