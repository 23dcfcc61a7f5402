//! Where the user is in the log. Held by identity: lines that come or go elsewhere never move what is on screen.

use super::buffer::LineKey;
use super::store::Store;

/// At the newest line, or held.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Position {
    /// The newest line stays at the bottom.
    #[default]
    Following,
    /// Nothing moves.
    Held(Box<Place>),
}

/// What is on screen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// The selected line.
    pub(super) cursor: LineKey,
    /// The line at the top.
    pub(super) top: LineKey,
    /// Rows of it that are above the screen.
    pub(super) skip: usize,
    /// The newest line when the log was paused: what comes after it is new.
    pub(super) seen: LineKey,
}

/// The shown lines as rows on a page.
pub(super) struct Sight<'a> {
    /// The lines.
    pub(super) store: &'a Store,
    /// Rows of a page, at least one.
    pub(super) rows: usize,
    /// Rows of the shown line of a rank.
    pub(super) height: &'a dyn Fn(usize) -> usize,
}

impl Sight<'_> {
    /// First rank, and rows of it above the screen, so that the line of `rank` ends the page.
    #[must_use]
    pub(super) fn ending_with(&self, rank: usize) -> (usize, usize) {
        let mut left = self.rows;
        for at in (0..=rank).rev() {
            let height = (self.height)(at);
            if height >= left {
                return (at, height - left);
            }
            left -= height;
        }
        (0, 0)
    }

    /// The last page.
    #[must_use]
    pub(super) fn last_page(&self) -> (usize, usize) {
        self.store.shown().checked_sub(1).map_or((0, 0), |last| self.ending_with(last))
    }

    /// First rank on screen, and rows of it above the screen.
    #[must_use]
    pub(super) fn top(&self, position: &Position) -> (usize, usize) {
        match position {
            Position::Following => self.last_page(),
            Position::Held(place) => {
                let rank = self.store.rank(&place.top);
                let same = self.store.key(rank).is_some_and(|key| key == place.top);
                (rank, if same { place.skip } else { 0 }).min(self.last_page())
            }
        }
    }

    /// Rank of the selected line.
    #[must_use]
    pub(super) fn cursor(&self, position: &Position) -> Option<usize> {
        let last = self.store.shown().checked_sub(1)?;
        Some(match position {
            Position::Following => last,
            Position::Held(place) => self.store.rank(&place.cursor).min(last),
        })
    }

    /// Holds what is on screen now; nothing to hold leaves it as it is.
    #[must_use]
    pub(super) fn held(&self, position: &Position) -> Option<Place> {
        let (top, skip) = self.top(position);
        let cursor = self.store.key(self.cursor(position)?)?;
        let seen = match position {
            Position::Held(place) => place.seen.clone(),
            Position::Following => LineKey::of(&self.store.buffer().newest()?.line),
        };
        Some(Place { cursor, top: self.store.key(top)?, skip, seen })
    }

    /// Selects the line of `rank`; the page moves as little as it must, or to have the line in its upper part.
    #[must_use]
    pub(super) fn select(&self, position: &Position, rank: usize, far: bool) -> Option<Place> {
        let mut place = self.held(position)?;
        let rank = rank.min(self.store.shown().checked_sub(1)?);
        let (top, skip) = self.top(position);
        let lowest = self.ending_with(rank);
        let in_view = (top, skip) <= (rank, 0) && (top, skip) >= lowest;
        let (top, skip) = match (in_view, far) {
            (true, _) => (top, skip),
            (false, true) => Sight { rows: self.rows.div_ceil(3), ..*self }.ending_with(rank).min(self.last_page()),
            (false, false) if rank <= top => (rank, 0),
            (false, false) => lowest,
        };
        place.cursor = self.store.key(rank)?;
        (place.top, place.skip) = (self.store.key(top)?, skip);
        Some(place)
    }

    /// Number of lines on screen, at least one.
    #[must_use]
    pub(super) fn lines_on_page(&self, position: &Position) -> usize {
        let (top, skip) = self.top(position);
        let mut rows = 0;
        let below = (top..self.store.shown()).take_while(|rank| {
            rows += (self.height)(*rank);
            rows <= self.rows + skip
        });
        below.count().max(1)
    }
}

/// Shown lines that came after `seen`.
#[must_use]
pub(super) fn new_lines(store: &Store, seen: &LineKey) -> usize {
    let position = store.buffer().seek(seen);
    let same = store.buffer().get(position).is_some_and(|held| held.line.id == seen.id);
    store.shown() - store.rank_of(position + i64::from(same))
}
