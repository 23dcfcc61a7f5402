//! The lines with filters and search applied: what the pane reads and scrolls over. Pure.

use super::buffer::{Added, Buffer, Held, LineKey};
use super::sieve::Sieve;
use super::view_index::ViewIndex;
use crate::model::LogLine;

/// Lines, what filters them, and which are shown. A line's rank is its place among those shown.
#[derive(Debug, Default)]
pub(super) struct Store {
    buffer: Buffer,
    sieve: Sieve,
    index: ViewIndex,
}

impl Store {
    /// All lines.
    #[must_use]
    pub(super) fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// Filters and search.
    #[must_use]
    pub(super) fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// Which lines are shown.
    #[must_use]
    pub(super) fn index(&self) -> &ViewIndex {
        &self.index
    }

    /// Number of shown lines.
    #[must_use]
    pub(super) fn shown(&self) -> usize {
        self.index.shown().len()
    }

    /// The shown line of that rank.
    #[must_use]
    pub(super) fn line(&self, rank: usize) -> Option<&Held> {
        self.buffer.get(*self.index.shown().get(rank)?)
    }

    /// Its key.
    #[must_use]
    pub(super) fn key(&self, rank: usize) -> Option<LineKey> {
        self.line(rank).map(|held| LineKey::of(&held.line))
    }

    /// Rank of the first shown line that is not before `key`; the number of shown lines when there is none.
    #[must_use]
    pub(super) fn rank(&self, key: &LineKey) -> usize {
        let position = self.buffer.seek(key);
        self.index.shown().partition_point(|shown| *shown < position)
    }

    /// Rank of the shown line at a position.
    #[must_use]
    pub(super) fn rank_of(&self, position: i64) -> usize {
        self.index.shown().partition_point(|shown| *shown < position)
    }

    /// Takes lines in; answers how many were new.
    pub(super) fn insert(&mut self, batch: Vec<LogLine>) -> usize {
        let end = self.buffer.positions().end;
        let sieve = &self.sieve;
        let judge = |line: &LogLine, level| {
            let sifted = sieve.sift(&line.text, level);
            (sifted, sieve.judge(sifted))
        };
        match self.buffer.insert(batch, judge) {
            Added::Nothing => 0,
            Added::Behind(count) => {
                self.index.extend(&self.buffer, end..self.buffer.positions().end);
                count
            }
            Added::Between(count) => {
                self.index.rebuild(&self.buffer, self.sieve.context);
                count
            }
        }
    }

    /// Keeps to `limit` bytes; see [`Buffer::trim`].
    pub(super) fn trim(&mut self, limit: usize, keep: Option<&LineKey>, newest_first: bool) -> (usize, usize) {
        let (front, back) = self.buffer.trim(limit, keep, newest_first);
        if back > 0 {
            self.index.rebuild(&self.buffer, self.sieve.context);
        } else if front > 0 {
            self.index.drop_front(&self.buffer);
        }
        (front, back)
    }

    /// Changes filters or search. Lines are looked at again for the difference: once per change, never per frame.
    pub(super) fn resift(&mut self, change: impl FnOnce(&mut Sieve)) {
        let before = self.sieve.clone();
        change(&mut self.sieve);
        let sieve = &self.sieve;
        for held in self.buffer.iter_mut() {
            sieve.sift_again(&before, &held.line.text, held.level, &mut held.sifted);
            held.judgement = sieve.judge(held.sifted);
        }
        self.index.rebuild(&self.buffer, sieve.context);
    }

    /// Shows more or fewer lines around matches; no line is looked at again.
    pub(super) fn more_context(&mut self) {
        self.sieve.more_context();
        self.index.rebuild(&self.buffer, self.sieve.context);
    }

    /// Forgets all lines; filters and search stay.
    pub(super) fn clear(&mut self) {
        self.buffer = Buffer::default();
        self.index.rebuild(&self.buffer, self.sieve.context);
    }
}

#[cfg(test)]
mod tests;
