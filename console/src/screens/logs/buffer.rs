//! Log lines in order, each once, within a number of bytes. Pure; knows nothing of screens.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use super::level::Level;
use super::sieve::{Judgement, Sifted};
use crate::model::time::MINUTE;
use crate::model::{LogLine, Timestamp};

/// What a line costs besides its text: its id twice, its place in the order, in the index and in the set of ids.
const OVERHEAD: usize = 240;

/// Identity and order of a line: event time, then ingestion time, then id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LineKey {
    /// Event time.
    pub(super) at: Timestamp,
    /// Ingestion time.
    pub(super) ingested_at: Timestamp,
    /// `eventId`
    pub(super) id: Arc<str>,
}

impl LineKey {
    /// Key of a line.
    #[must_use]
    pub(super) fn of(line: &LogLine) -> Self {
        Self { at: line.at, ingested_at: line.ingested_at, id: line.id.clone() }
    }

    /// Before every line of that time.
    #[must_use]
    pub(super) fn time(at: Timestamp) -> Self {
        Self { at, ingested_at: Timestamp(i64::MIN), id: "".into() }
    }

    fn compare(&self, line: &LogLine) -> Ordering {
        compare((line.at, line.ingested_at, &line.id), (self.at, self.ingested_at, &self.id))
    }
}

fn compare(a: (Timestamp, Timestamp, &str), b: (Timestamp, Timestamp, &str)) -> Ordering {
    a.cmp(&b)
}

fn order(a: &LogLine, b: &LogLine) -> Ordering {
    compare((a.at, a.ingested_at, &a.id), (b.at, b.ingested_at, &b.id))
}

/// A line and what is known about it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// The line.
    pub(super) line: LogLine,
    /// Its level.
    pub(super) level: Option<Level>,
    /// What filters and search find in it.
    pub(super) sifted: Sifted,
    /// What follows from that.
    pub(super) judgement: Judgement,
}

/// Where new lines went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// All were known.
    Nothing,
    /// So many, all behind the last.
    Behind(usize),
    /// So many, some before others: positions have changed.
    Between(usize),
}

/// The lines.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    lines: VecDeque<Held>,
    ids: HashSet<Arc<str>>,
    bytes: usize,
    /// Position of the first line. Positions are steady while lines come behind or go at either end.
    first: i64,
    minutes: BTreeMap<i64, Minute>,
}

/// Lines of one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Minute {
    /// All.
    pub(super) lines: usize,
    /// Errors.
    pub(super) errors: usize,
}

impl Buffer {
    /// Number of lines.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// No lines.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Positions of the lines.
    #[must_use]
    pub(super) fn positions(&self) -> std::ops::Range<i64> {
        self.first..self.first + self.lines.len() as i64
    }

    /// The line at a position.
    #[must_use]
    pub(super) fn get(&self, position: i64) -> Option<&Held> {
        self.lines.get(usize::try_from(position - self.first).ok()?)
    }

    /// Whether a line of that id is held.
    #[must_use]
    pub(super) fn knows(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Oldest line.
    #[must_use]
    pub(super) fn oldest(&self) -> Option<&Held> {
        self.lines.front()
    }

    /// Newest line.
    #[must_use]
    pub(super) fn newest(&self) -> Option<&Held> {
        self.lines.back()
    }

    /// Lines per minute since the epoch.
    #[must_use]
    pub(super) fn minutes(&self) -> &BTreeMap<i64, Minute> {
        &self.minutes
    }

    /// All lines in order.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Held> {
        self.lines.iter()
    }

    /// All lines, to be judged again.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Held> {
        self.lines.iter_mut()
    }

    /// Position of the first line that is not before `key`; one behind the last when there is none.
    #[must_use]
    pub(super) fn seek(&self, key: &LineKey) -> i64 {
        self.first + self.lines.partition_point(|held| key.compare(&held.line) == Ordering::Less) as i64
    }

    /// Takes lines in; those whose id is known are left out.
    pub(super) fn insert(
        &mut self,
        batch: Vec<LogLine>,
        judge: impl Fn(&LogLine, Option<Level>) -> (Sifted, Judgement),
    ) -> Added {
        let mut fresh: Vec<Held> = Vec::with_capacity(batch.len());
        for line in batch {
            if self.ids.insert(line.id.clone()) {
                let level = Level::of(&line.text);
                let (sifted, judgement) = judge(&line, level);
                fresh.push(Held { line, level, sifted, judgement });
            }
        }
        if fresh.is_empty() {
            return Added::Nothing;
        }
        fresh.sort_by(|a, b| order(&a.line, &b.line));
        for held in &fresh {
            self.bytes += cost(&held.line);
            let minute = self.minutes.entry(held.line.at.0.div_euclid(MINUTE)).or_default();
            minute.lines += 1;
            minute.errors += usize::from(held.level.is_some_and(Level::is_error));
        }
        self.place(fresh)
    }

    fn place(&mut self, fresh: Vec<Held>) -> Added {
        let count = fresh.len();
        let behind = |last: &Held| fresh.first().is_some_and(|held| order(&last.line, &held.line) == Ordering::Less);
        if self.lines.back().is_none_or(behind) {
            self.lines.extend(fresh);
            return Added::Behind(count);
        }
        let before = |first: &Held| fresh.last().is_some_and(|held| order(&held.line, &first.line) == Ordering::Less);
        if self.lines.front().is_some_and(before) {
            self.first -= count as i64;
            for held in fresh.into_iter().rev() {
                self.lines.push_front(held);
            }
            return Added::Between(count);
        }
        let from = fresh
            .first()
            .map_or(0, |held| self.lines.partition_point(|known| order(&known.line, &held.line) == Ordering::Less));
        let tail = self.lines.split_off(from);
        let (mut known, mut fresh) = (tail.into_iter().peekable(), fresh.into_iter().peekable());
        while let (Some(a), Some(b)) = (known.peek(), fresh.peek()) {
            let next = if order(&a.line, &b.line) == Ordering::Greater { fresh.next() } else { known.next() };
            self.lines.extend(next);
        }
        self.lines.extend(known);
        self.lines.extend(fresh);
        Added::Between(count)
    }

    /// Drops lines until the rest fits: the oldest first, but none from `keep` on; then the newest. With `newest_first`
    /// the newest, but none up to `keep`; then the oldest. Answers how many went in front and behind.
    pub(super) fn trim(&mut self, limit: usize, keep: Option<&LineKey>, newest_first: bool) -> (usize, usize) {
        let (mut front, mut back) = (0, 0);
        while self.bytes > limit && self.lines.len() > 1 {
            let spare =
                |held: Option<&Held>, side| held.zip(keep).is_none_or(|(held, key)| key.compare(&held.line) == side);
            let at_back = match newest_first {
                true => spare(self.lines.back(), Ordering::Greater),
                false => !spare(self.lines.front(), Ordering::Less),
            };
            let gone = if at_back {
                back += 1;
                self.lines.pop_back()
            } else {
                front += 1;
                self.first += 1;
                self.lines.pop_front()
            };
            self.forget(gone);
        }
        (front, back)
    }

    fn forget(&mut self, gone: Option<Held>) {
        let Some(held) = gone else { return };
        self.ids.remove(&held.line.id);
        self.bytes -= cost(&held.line);
        let key = held.line.at.0.div_euclid(MINUTE);
        if let Some(minute) = self.minutes.get_mut(&key) {
            minute.lines -= 1;
            minute.errors -= usize::from(held.level.is_some_and(Level::is_error));
            if minute.lines == 0 {
                self.minutes.remove(&key);
            }
        }
    }
}

fn cost(line: &LogLine) -> usize {
    line.text.len() + OVERHEAD
}
