//! Points in time as people type them: `14:05`, `-2h`, `2026-11-20T14:05Z`.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::model::Timestamp;
use crate::model::time::{DAY, HOUR, MINUTE, SECOND};

/// Reads a point in time as of `now` in `zone`. A time of day that is still to come means yesterday's.
///
/// # Errors
/// Says what can be typed.
pub(super) fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    let found = match text.strip_prefix('-') {
        Some(back) => span(back).and_then(|span| now.0.checked_sub(span)).map(Timestamp),
        None => instant(text).or_else(|| civil(text, now, zone)),
    };
    found.ok_or_else(|| format!("“{}” is no time: 14:05, -2h, 2026-11-20T14:05Z", crate::text::clean(text)))
}

/// `90s`, `15m`, `2h30m`, `1d`
fn span(text: &str) -> Option<i64> {
    let mut total = 0_i64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = match rest.as_bytes()[digits] {
            b's' => SECOND,
            b'm' => MINUTE,
            b'h' => HOUR,
            b'd' => DAY,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty()).then_some(total)
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_millisecond()))
}

fn civil(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let point = |at: DateTime| Some(Timestamp(at.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()));
    let today = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned(zone.clone()).date();
    if let Some(time) = time_of_day(text) {
        let at = point(today.to_datetime(time))?;
        return if at > now { point(today.yesterday().ok()?.to_datetime(time)) } else { Some(at) };
    }
    if let Some((date, time)) = text.split_once(['T', ' ']) {
        return point(date.parse::<Date>().ok()?.to_datetime(time_of_day(time)?));
    }
    point(text.parse::<Date>().ok()?.to_datetime(Time::midnight()))
}

fn time_of_day(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let mut next = |needed: bool| match parts.next() {
        Some(part) => part.parse::<i8>().ok(),
        None => (!needed).then_some(0),
    };
    let (hour, minute, second) = (next(true)?, next(true)?, next(false)?);
    parts.next().is_none().then(|| Time::new(hour, minute, second, 0).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_type_them() {
        let now = Timestamp(1_795_176_000_000);
        let read = |text: &str| parse(text, now, &TimeZone::UTC).ok().map(|at| (now.0 - at.0) / SECOND);
        for (text, back) in [
            ("11:59", Some(60)),
            ("11:59:30", Some(30)),
            ("12:01", Some(86_340)),
            ("-2h", Some(7_200)),
            ("-1h30m", Some(5_400)),
            ("-90s", Some(90)),
            ("2026-11-20T11:00Z", Some(3_600)),
            ("2026-11-20T12:00:00+01:00", Some(3_600)),
            ("2026-11-20 11:30", Some(1_800)),
            ("2026-11-20", Some(43_200)),
            ("25:00", None),
            ("-2x", None),
            ("-", None),
            ("", None),
            ("-99999999999999999d", None),
            ("noon", None),
        ] {
            assert_eq!(read(text), back, "{text}");
        }
    }

    #[test]
    fn a_time_of_day_is_meant_in_the_zone_on_screen() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let now = Timestamp(1_795_176_000_000);
        assert_eq!(parse("13:00", now, &zone), Ok(now.plus(-HOUR)));
    }
}
