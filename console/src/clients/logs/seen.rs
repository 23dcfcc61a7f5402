//! Which log events were told already, within the window that is asked for again and again. Pure.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::model::{LogLine, Timestamp};

/// Event ids by event time.
#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: HashSet<Arc<str>>,
    by_time: BTreeMap<Timestamp, Vec<Arc<str>>>,
}

impl Seen {
    /// Keeps the lines that were not seen before, and remembers them.
    pub(super) fn only_new(&mut self, mut lines: Vec<LogLine>) -> Vec<LogLine> {
        lines.retain(|line| self.ids.insert(line.id.clone()));
        for line in &lines {
            self.by_time.entry(line.at).or_default().push(line.id.clone());
        }
        lines
    }

    /// Time of the newest event.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.by_time.keys().next_back().copied()
    }

    /// Forgets events older than `before`: they are not asked for any more.
    pub(super) fn forget(&mut self, before: Timestamp) {
        let kept = self.by_time.split_off(&before);
        for id in std::mem::replace(&mut self.by_time, kept).into_values().flatten() {
            self.ids.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, at: i64) -> LogLine {
        LogLine { id: id.into(), at: Timestamp(at), ingested_at: Timestamp(at), stream: "s".into(), text: "t".into() }
    }

    fn ids(lines: &[LogLine]) -> Vec<&str> {
        lines.iter().map(|line| &*line.id).collect()
    }

    #[test]
    fn each_event_is_told_once_also_with_equal_times_and_late_arrival() {
        let mut seen = Seen::default();
        assert_eq!(ids(&seen.only_new(vec![line("a", 5), line("b", 5)])), ["a", "b"]);
        assert_eq!(ids(&seen.only_new(vec![line("late", 3), line("a", 5), line("b", 5), line("c", 6)])), ["late", "c"]);
        assert_eq!(seen.newest(), Some(Timestamp(6)));
    }

    #[test]
    fn what_is_outside_the_window_is_forgotten() {
        let mut seen = Seen::default();
        seen.only_new(vec![line("a", 1), line("b", 2)]);
        seen.forget(Timestamp(2));
        assert_eq!(seen.ids.len(), 1);
        assert_eq!(ids(&seen.only_new(vec![line("a", 1), line("b", 2)])), ["a"]);
    }
}
