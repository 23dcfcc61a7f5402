//! Which lines are shown, kept up to date as lines come and go, so that no key and no frame looks at all lines. Pure.

use std::collections::VecDeque;
use std::ops::Range;

use super::buffer::{Buffer, Held};
use super::level::Level;

/// Positions of lines by what they are, each in order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ViewIndex {
    shown: VecDeque<i64>,
    hits: VecDeque<i64>,
    errors: VecDeque<i64>,
    /// Lines shown on either side of a wanted one.
    context: i64,
    /// The last wanted line: what follows it closely is its context.
    last_wanted: Option<i64>,
}

impl ViewIndex {
    /// Lines that are shown.
    #[must_use]
    pub(super) fn shown(&self) -> &VecDeque<i64> {
        &self.shown
    }

    /// Shown lines in which the search finds something.
    #[must_use]
    pub(super) fn hits(&self) -> &VecDeque<i64> {
        &self.hits
    }

    /// Shown errors.
    #[must_use]
    pub(super) fn errors(&self) -> &VecDeque<i64> {
        &self.errors
    }

    /// Begins anew: positions or judgements have changed. Uses what is known about each line, matches no pattern.
    pub(super) fn rebuild(&mut self, buffer: &Buffer, context: usize) {
        *self = Self { context: context as i64, ..Self::default() };
        self.extend(buffer, buffer.positions());
    }

    /// Takes in lines that came behind all others.
    pub(super) fn extend(&mut self, buffer: &Buffer, new: Range<i64>) {
        for position in new {
            let Some(held) = buffer.get(position) else { return };
            if held.judgement.wanted {
                let begin = self.shown.back().map_or(i64::MIN, |last| last + 1).max(position - self.context);
                for before in begin.max(buffer.positions().start)..position {
                    self.push(buffer, before);
                }
                self.last_wanted = Some(position);
                self.push(buffer, position);
            } else if self.last_wanted.is_some_and(|wanted| position - wanted <= self.context) {
                self.push(buffer, position);
            }
        }
    }

    /// Forgets lines that went in front; context whose match went with them is hidden again.
    pub(super) fn drop_front(&mut self, buffer: &Buffer) {
        let all = buffer.positions();
        self.last_wanted = self.last_wanted.filter(|wanted| *wanted >= all.start);
        let doubtful = (all.start + self.context).min(all.end);
        for list in [&mut self.shown, &mut self.hits, &mut self.errors] {
            let gone = list.partition_point(|position| *position < doubtful);
            list.drain(..gone);
        }
        for position in (all.start..doubtful).rev() {
            if let Some(held) = buffer.get(position).filter(|held| self.is_shown(buffer, position, held)) {
                let (hit, error) = kinds(held);
                self.shown.push_front(position);
                if hit {
                    self.hits.push_front(position);
                }
                if error {
                    self.errors.push_front(position);
                }
            }
        }
    }

    fn is_shown(&self, buffer: &Buffer, position: i64, held: &Held) -> bool {
        let wanted = |near| buffer.get(near).is_some_and(|held| held.judgement.wanted);
        !held.judgement.hidden && (position - self.context..=position + self.context).any(wanted)
    }

    fn push(&mut self, buffer: &Buffer, position: i64) {
        let Some(held) = buffer.get(position).filter(|held| !held.judgement.hidden) else { return };
        let (hit, error) = kinds(held);
        self.shown.push_back(position);
        if hit {
            self.hits.push_back(position);
        }
        if error {
            self.errors.push_back(position);
        }
    }
}

fn kinds(held: &Held) -> (bool, bool) {
    (held.judgement.hit, held.level.is_some_and(Level::is_error))
}
