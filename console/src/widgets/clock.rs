//! Times of day as text, always with their zone where there is room.

use jiff::tz::TimeZone;

use crate::model::Timestamp;

/// `12:04:31 UTC`
#[must_use]
pub fn time_with_zone(at: Timestamp, zone: &TimeZone) -> String {
    format(at, zone, "%H:%M:%S %Z")
}

/// `12:04:31`
#[must_use]
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    format(at, zone, "%H:%M:%S")
}

/// `2026-11-20 12:04:31`
#[must_use]
pub fn date_time(at: Timestamp, zone: &TimeZone) -> String {
    format(at, zone, "%Y-%m-%d %H:%M:%S")
}

/// `11-20 12:04`, for narrow columns.
#[must_use]
pub fn short(at: Timestamp, zone: &TimeZone) -> String {
    format(at, zone, "%m-%d %H:%M")
}

/// Any strftime format; a time outside the calendar becomes `?`.
#[must_use]
pub fn format(at: Timestamp, zone: &TimeZone, pattern: &str) -> String {
    match jiff::Timestamp::from_millisecond(at.0) {
        Ok(moment) => moment.to_zoned(zone.clone()).strftime(pattern).to_string(),
        Err(_) => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_their_zone_and_bear_nonsense() {
        assert_eq!(time_with_zone(Timestamp(43_471_000), &TimeZone::UTC), "12:04:31 UTC");
        assert_eq!(time(Timestamp(i64::MAX), &TimeZone::UTC), "?");
    }
}
