//! Which stretch of the log is held, and what is asked for to make it longer. The stretch never has a hole: what
//! cannot be joined to it replaces it.

use crate::effect::LogQuery;
use crate::model::Timestamp;
use crate::model::time::MINUTE;

/// Lines of the first page: enough for any window, and quickly there.
const FIRST_PAGE: u32 = 500;
/// Lines of each further page.
const NEXT_PAGE: u32 = 2_000;
/// Most lines of one page.
const LARGEST_PAGE: u32 = 10_000;
/// Asked for again when following begins: CloudWatch tells lines late. What is known already is left out by its id.
const OVERLAP: i64 = 2 * MINUTE;

/// Where the first page is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// The newest lines.
    Tail,
    /// The oldest lines of the range.
    Head,
    /// The lines up to a point in time.
    Time(Timestamp),
}

/// Which end a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The first of a new stretch.
    First(Goal),
    /// Before the oldest line.
    Older,
    /// Behind the newest line.
    Newer,
}

/// The stretch.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// The user's range begins here.
    pub(super) from: Option<Timestamp>,
    /// There is nothing older in the range.
    pub(super) reached_start: bool,
    /// The newest line known to CloudWatch is held; from here on the log is followed.
    pub(super) reaches_now: bool,
    /// The page that is asked for.
    pub(super) load: Option<(Part, LogQuery)>,
    /// What is followed.
    pub(super) follow: Option<LogQuery>,
    /// Old lines given up to stay within the memory allowed.
    pub(super) dropped: usize,
    /// Lines that the source says it left out.
    pub(super) missing: u64,
    /// New lines are not taken in any more: the memory allowed is full of what the user is reading.
    pub(super) full: bool,
    /// Where the search for older lines was given up, when the log is sparse.
    older: Option<LogQuery>,
    /// Where the search for newer lines was given up.
    newer: Option<LogQuery>,
    /// When the stretch first reached the present: nothing before it is missing.
    whole_at: Option<Timestamp>,
    pivot: Option<Timestamp>,
    next_page: u32,
}

/// What a page brought.
#[derive(Debug, Clone)]
pub(super) struct Brought {
    /// Lines on the page.
    pub(super) lines: usize,
    /// Lines that were not known.
    pub(super) fresh: usize,
    /// As the source says.
    pub(super) reached_start: bool,
    /// Where the search was given up.
    pub(super) next: Option<String>,
    /// Newest line held now.
    pub(super) newest: Option<Timestamp>,
    /// When.
    pub(super) now: Timestamp,
}

impl Window {
    /// Nothing is missing at either end, and nothing is asked for.
    pub(super) fn whole() -> Self {
        Self { reached_start: true, reaches_now: true, next_page: NEXT_PAGE, ..Self::default() }
    }

    /// Begins a new stretch.
    pub(super) fn begin(&mut self, source: &LogQuery, goal: Goal) {
        let from = self.from.filter(|from| !matches!(goal, Goal::Time(at) if at < *from));
        *self = Self { from, next_page: NEXT_PAGE, ..Self::default() };
        let mut query = LogQuery { from, limit: FIRST_PAGE, newest_first: goal != Goal::Head, ..source.clone() };
        if let Goal::Time(at) = goal {
            self.pivot = Some(at);
            query.until = Some(at.plus(1));
        }
        self.load = Some((Part::First(goal), query));
    }

    /// Asks for the page before the oldest line.
    pub(super) fn ask_older(&mut self, source: &LogQuery, oldest: Timestamp) {
        let until = Some(oldest.plus(1));
        let query = LogQuery { from: self.from, until, limit: self.next_page, newest_first: true, ..source.clone() };
        self.load = Some((Part::Older, query));
    }

    /// Asks for the page behind the newest line; in a sparse log, from where the search was given up.
    pub(super) fn ask_newer(&mut self, source: &LogQuery, newest: Option<Timestamp>) {
        let from = newest.or(self.pivot).or(self.from);
        let next_page = || LogQuery { from, limit: self.next_page, ..source.clone() };
        self.load = Some((Part::Newer, self.newer.take().unwrap_or_else(next_page)));
    }

    /// A search for older lines was given up. It goes on when the user asks for it: each part costs many calls.
    pub(super) fn is_sparse(&self) -> bool {
        self.older.is_some()
    }

    /// A search was given up, in either direction.
    pub(super) fn is_given_up(&self) -> bool {
        self.older.is_some() || self.newer.is_some()
    }

    /// Goes on with the search for older lines; `false` when none was given up.
    pub(super) fn look_further(&mut self) -> bool {
        if self.load.is_none() {
            self.load = self.older.take().map(|query| (Part::Older, query));
        }
        self.load.as_ref().is_some_and(|(part, query)| *part == Part::Older && query.token.is_some())
    }

    /// What was asked for was refused. A token that has expired is not asked for again, but its part anew.
    pub(super) fn refused(&mut self) {
        self.load.take_if(|(_, query)| query.token.is_some());
    }

    /// The page that was asked for has come whole.
    pub(super) fn finish(&mut self, source: &LogQuery, brought: Brought) {
        let Some((part, query)) = self.load.take() else { return };
        let whole_page = brought.lines >= query.limit as usize;
        let given_up = brought.next.is_some();
        match part {
            Part::First(Goal::Tail) => (self.reached_start, self.reaches_now) = (brought.reached_start, true),
            Part::First(Goal::Head) => (self.reached_start, self.reaches_now) = (true, !whole_page && !given_up),
            Part::First(Goal::Time(_)) => self.reached_start = brought.reached_start,
            Part::Older => self.reached_start = brought.reached_start || self.is_stuck(&brought, query.limit),
            Part::Newer => {
                self.reaches_now = !given_up && (!whole_page || self.is_stuck(&brought, query.limit));
            }
        }
        if let Some(token) = brought.next {
            let end = if query.newest_first { &mut self.older } else { &mut self.newer };
            *end = Some(LogQuery { token: Some(token), ..query });
        }
        if self.reaches_now && self.follow.is_none() {
            self.full = false;
            self.whole_at = Some(brought.now);
            self.follow_from(source, brought.newest, brought.now);
        }
    }

    /// Follows from the newest line on; without one, from when the stretch first reached the present.
    pub(super) fn follow_from(&mut self, source: &LogQuery, newest: Option<Timestamp>, now: Timestamp) {
        let begin = newest.or(self.pivot).or(self.whole_at).unwrap_or(now).plus(-OVERLAP);
        let from = Some(self.from.map_or(begin, |from| from.max(begin)));
        self.follow = Some(LogQuery { from, ..source.clone() });
    }

    /// New lines were given up: the stretch does not reach the present any more.
    pub(super) fn lose_end(&mut self) {
        (self.reaches_now, self.full, self.follow) = (false, true, None);
        self.newer = None;
    }

    /// Old lines were given up.
    pub(super) fn lose_start(&mut self, lines: usize) {
        (self.reached_start, self.older) = (false, None);
        self.dropped += lines;
    }

    /// More lines of one millisecond than a page holds: a larger page is tried, then the end is accepted.
    fn is_stuck(&mut self, brought: &Brought, limit: u32) -> bool {
        let stuck = brought.fresh == 0 && brought.lines >= limit as usize;
        self.next_page = if stuck { LARGEST_PAGE } else { NEXT_PAGE };
        stuck && limit >= LARGEST_PAGE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(lines: usize, fresh: usize, reached_start: bool) -> Brought {
        let (newest, now) = (Some(Timestamp(900_000)), Timestamp(1_000_000));
        Brought { lines, fresh, reached_start, next: None, newest, now }
    }

    #[test]
    fn the_newest_page_leads_to_following_with_an_overlap() {
        let mut window = Window::default();
        window.begin(&LogQuery::default(), Goal::Tail);
        assert!(window.load.as_ref().is_some_and(|(_, query)| query.newest_first && query.until.is_none()));
        window.finish(&LogQuery::default(), brought(500, 500, false));
        let from = window.follow.as_ref().and_then(|query| query.from);
        assert_eq!((window.reached_start, window.reaches_now, from), (false, true, Some(Timestamp(780_000))));
    }

    #[test]
    fn a_point_in_time_is_read_forward_until_a_page_is_not_full() {
        let mut window = Window { from: Some(Timestamp(500)), ..Window::default() };
        window.begin(&LogQuery::default(), Goal::Time(Timestamp(100)));
        assert_eq!(window.from, None);
        window.finish(&LogQuery::default(), brought(0, 0, true));
        assert!(!window.reaches_now && window.follow.is_none());
        window.ask_newer(&LogQuery::default(), None);
        assert_eq!(window.load.as_ref().and_then(|(_, query)| query.from), Some(Timestamp(100)));
        window.finish(&LogQuery::default(), brought(2_000, 2_000, true));
        assert!(!window.reaches_now);
        window.ask_newer(&LogQuery::default(), Some(Timestamp(900_000)));
        window.finish(&LogQuery::default(), brought(3, 2, true));
        assert!(window.reaches_now && window.follow.is_some());
    }

    #[test]
    fn a_page_full_of_known_lines_is_tried_larger_and_then_given_up() {
        let mut window = Window { next_page: NEXT_PAGE, ..Window::default() };
        window.ask_older(&LogQuery::default(), Timestamp(5));
        window.finish(&LogQuery::default(), brought(2_000, 0, false));
        assert!(!window.reached_start);
        window.ask_older(&LogQuery::default(), Timestamp(5));
        window.finish(&LogQuery::default(), brought(10_000, 0, false));
        assert!(window.reached_start);
    }
}
