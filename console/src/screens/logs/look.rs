//! How lines are drawn: what the toggles say, and how the width is shared out. Never changes what is shown.

use jiff::tz::TimeZone;

use crate::model::Timestamp;
use crate::model::time::HOUR;
use crate::state::Scope;
use crate::widgets::clock;

/// Rows of a window that is tall enough for a line of lines per minute.
const TALL: usize = 24;
/// Farthest that a line can be scrolled; beyond that Enter shows it whole.
const FARTHEST: usize = 16_000;

/// Which clock times are shown by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Hours {
    /// The user's zone.
    #[default]
    Local,
    /// UTC
    Utc,
    /// How long ago.
    Age,
}

/// The toggles.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// Time column.
    pub(super) times: bool,
    /// Which clock.
    pub(super) hours: Hours,
    /// Long lines take several rows.
    pub(super) wrap: bool,
    /// JSON lines as fields.
    pub(super) fields: bool,
    /// Task column; `None` shows it when lines of several tasks are mixed.
    pub(super) tasks: Option<bool>,
    /// Columns scrolled to the right.
    pub(super) left: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { times: true, hours: Hours::Local, wrap: false, fields: true, tasks: None, left: 0 }
    }
}

/// How the time column is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    /// Not at all.
    None,
    /// `12:04:31.123`
    Time,
    /// `11-19 12:04:31.123`
    Date,
    /// `4m12s`
    Age,
}

/// The width shared out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// Rows for lines.
    pub(super) rows: usize,
    /// A row is kept for lines per minute.
    pub(super) histogram: bool,
    /// Time column.
    pub(super) stamp: Stamp,
    /// Cells of the task column, 0 for none.
    pub(super) task: usize,
    /// Cells left for the line itself.
    pub(super) body: usize,
    /// Most rows of one line.
    pub(super) tallest: usize,
    /// Long lines take several rows.
    pub(super) wrap: bool,
    /// JSON lines as fields.
    pub(super) fields: bool,
    /// Columns scrolled to the right.
    pub(super) left: usize,
}

impl Look {
    /// The other clock; UTC is left out where it is the user's own.
    pub(super) fn next_hours(&mut self, scope: &Scope) {
        let is_utc = scope.zone == TimeZone::UTC;
        self.hours = match self.hours {
            Hours::Local if is_utc => Hours::Age,
            Hours::Local => Hours::Utc,
            Hours::Utc => Hours::Age,
            Hours::Age => Hours::Local,
        };
    }

    /// Zone of the times on screen.
    #[must_use]
    pub(super) fn zone(&self, scope: &Scope) -> TimeZone {
        if self.hours == Hours::Utc { TimeZone::UTC } else { scope.zone.clone() }
    }

    /// Name of that zone.
    #[must_use]
    pub(super) fn zone_name(&self, scope: &Scope) -> String {
        let name = clock::format(scope.now, &self.zone(scope), "%Z");
        if self.hours == Hours::Age { format!("age, {name}") } else { name }
    }

    /// Scrolls to the side.
    pub(super) fn scroll(&mut self, columns: isize) {
        self.left = self.left.saturating_add_signed(columns).min(FARTHEST);
    }

    /// Shares out `width` cells and `rows` rows. `oldest` is the oldest line, `task` the width of a full task column.
    #[must_use]
    pub(super) fn layout(
        &self,
        scope: &Scope,
        (width, rows): (usize, usize),
        oldest: Option<Timestamp>,
        task: usize,
    ) -> Layout {
        let old = oldest.is_some_and(|at| scope.now.since(at).0 > 20 * HOUR);
        let stamp = match (self.times, self.hours, old) {
            (false, _, _) => Stamp::None,
            (true, Hours::Age, _) => Stamp::Age,
            (true, _, true) => Stamp::Date,
            (true, _, false) => Stamp::Time,
        };
        let histogram = rows >= TALL;
        let rows = (rows - usize::from(histogram)).max(1);
        let used = 1 + stamp.width() + if task > 0 { task + 1 } else { 0 };
        Layout {
            rows,
            histogram,
            stamp,
            task,
            body: width.saturating_sub(used).max(8),
            tallest: (rows / 2).max(1),
            wrap: self.wrap,
            fields: self.fields,
            left: if self.wrap { 0 } else { self.left },
        }
    }
}

impl Stamp {
    /// Cells, with the blank behind.
    #[must_use]
    pub(super) fn width(self) -> usize {
        match self {
            Self::None => 0,
            Self::Time => 13,
            Self::Date => 19,
            Self::Age => 8,
        }
    }

    /// The time column of a line.
    #[must_use]
    pub(super) fn words(self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::None => String::new(),
            Self::Time => format!("{} ", clock::format(at, zone, "%H:%M:%S%.3f")),
            Self::Date => format!("{} ", clock::format(at, zone, "%m-%d %H:%M:%S%.3f")),
            Self::Age => format!("{:>7} ", now.since(at).to_string()),
        }
    }
}
