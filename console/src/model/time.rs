//! Points in time and ages. Time enters the pure part of the console only as a value.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// One second in the unit of [`Timestamp`].
pub const SECOND: i64 = 1_000;
/// One minute in the unit of [`Timestamp`].
pub const MINUTE: i64 = 60 * SECOND;
/// One hour in the unit of [`Timestamp`].
pub const HOUR: i64 = 60 * MINUTE;
/// One day in the unit of [`Timestamp`].
pub const DAY: i64 = 24 * HOUR;

impl Timestamp {
    /// Time that has passed between `earlier` and this point; never negative (clocks of two machines differ).
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Age {
        Age((self.0 - earlier.0).max(0))
    }

    /// This point moved by `milliseconds`.
    #[must_use]
    pub fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }
}

/// A span of time in milliseconds, shown in one unit style everywhere: `42s`, `4m12s`, `3h05m`, `2d`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Age(pub i64);

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / SECOND;
        match seconds {
            0..60 => write!(f, "{seconds}s"),
            60..3_600 => write!(f, "{}m{:02}s", seconds / 60, seconds % 60),
            3_600..86_400 => write!(f, "{}h{:02}m", seconds / 3_600, seconds % 3_600 / 60),
            _ => write!(f, "{}d", seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_one_unit_style() {
        for (milliseconds, words) in [
            (0, "0s"),
            (59_999, "59s"),
            (MINUTE, "1m00s"),
            (252 * SECOND, "4m12s"),
            (3 * HOUR + 5 * MINUTE, "3h05m"),
            (2 * DAY + HOUR, "2d"),
        ] {
            assert_eq!(Age(milliseconds).to_string(), words);
        }
    }

    #[test]
    fn a_clock_that_is_behind_gives_no_negative_age() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Age(0));
    }
}
