//! Spans and points of time as they are typed: `15m`, `2h`, `2026-11-20T03:00:00Z`.

use crate::model::Timestamp;
use crate::model::time::{DAY, HOUR, MINUTE, SECOND};

/// Reads a span of time; milliseconds.
///
/// # Errors
/// With what was expected.
pub(crate) fn parse_span(text: &str) -> Result<i64, String> {
    let expected = || format!("{text:?} is no span of time; write 90s, 15m, 2h or 1d");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let count: i64 = text[..digits].parse().map_err(|_| expected())?;
    let unit = match &text[digits..] {
        "s" | "" => SECOND,
        "m" | "min" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return Err(expected()),
    };
    count.checked_mul(unit).filter(|span| *span > 0).ok_or_else(expected)
}

/// Reads a span before `now`, or a point in RFC 3339.
///
/// # Errors
/// With what was expected.
pub(crate) fn parse_since(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(point) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp(point.as_millisecond()));
    }
    parse_span(text.trim_start_matches('-')).map(|span| now.plus(-span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read() {
        for (text, expected) in [
            ("90s", Some(90 * SECOND)),
            ("15m", Some(15 * MINUTE)),
            ("2h", Some(2 * HOUR)),
            ("1d", Some(DAY)),
            ("30", Some(30 * SECOND)),
            ("0m", None),
            ("m", None),
            ("", None),
            ("1w", None),
            ("99999999999999999d", None),
        ] {
            assert_eq!(parse_span(text).ok(), expected, "{text}");
        }
        assert_eq!(parse_since("-5m", Timestamp(10 * MINUTE)), Ok(Timestamp(5 * MINUTE)));
        assert_eq!(parse_since("1970-01-01T00:01:00Z", Timestamp(0)), Ok(Timestamp(MINUTE)));
    }
}
