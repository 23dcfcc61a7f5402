//! Shows how far a long piece of work is: a bar that is drawn over itself on a terminal, else a line now and then.
//!
//! Writes to standard error only, and nothing at all if the work is done at once.

use crate::progress::{Progress, Snapshot};
use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

const BAR: usize = 24;

/// When and how to paint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Painter {
    terminal: bool,
}

impl Default for Painter {
    fn default() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { terminal: std::io::stderr().is_terminal() && !dumb }
    }
}

impl Painter {
    /// Does the work and shows how far it is until it ends.
    pub(super) fn watch<T>(self, work: impl FnOnce(&Progress) -> T) -> T {
        let progress = Progress::default();
        let (ended, end) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let progress = &progress;
            scope.spawn(move || self.paint(progress, &end, &mut std::io::stderr()));
            let result = work(progress);
            drop(ended);
            result
        })
    }

    fn paint(self, progress: &Progress, end: &mpsc::Receiver<()>, out: &mut impl Write) {
        let pause = if self.terminal { Duration::from_millis(150) } else { Duration::from_secs(3) };
        let mut painted = false;
        // Nobody sends: the wait ends with a timeout, or with the work.
        while end.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            let line = line(&progress.snapshot());
            // A standard error that is closed is no reason to stop learning.
            let _ = if self.terminal { write!(out, "\r\x1b[2K{line}") } else { writeln!(out, "{line}") };
            let _ = out.flush();
            painted = self.terminal;
        }
        if painted {
            let _ = write!(out, "\r\x1b[2K");
            let _ = out.flush();
        }
    }
}

fn line(seen: &Snapshot) -> String {
    let Some(share) = seen.share() else { return format!("{} … {}", seen.stage, span(seen.elapsed)) };
    let full = (share * BAR as f64) as usize;
    let bar = format!("{}{}", "█".repeat(full), "░".repeat(BAR - full.min(BAR)));
    let left = seen.left().map_or_else(String::new, |left| format!(", {} left", span(left)));
    format!("{} {bar} {}/{}{left}", seen.stage, seen.done, seen.total)
}

fn span(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_share_and_time_left() {
        let check = |done, total, seconds, expect: &str| {
            let elapsed = Duration::from_secs(seconds);
            assert_eq!(line(&Snapshot { stage: "learning".to_owned(), done, total, elapsed }), expect);
        };
        check(0, 0, 4, "learning … 4 s");
        check(0, 8, 4, "learning ░░░░░░░░░░░░░░░░░░░░░░░░ 0/8");
        check(2, 8, 40, "learning ██████░░░░░░░░░░░░░░░░░░ 2/8, 2 min 0 s left");
        check(8, 8, 40, "learning ████████████████████████ 8/8, 0 s left");
    }

    #[test]
    fn the_work_s_result_comes_back() {
        assert_eq!(Painter { terminal: false }.watch(|progress| progress.snapshot().total + 7), 7);
    }
}
