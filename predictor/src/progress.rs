//! How far a long piece of work has come: written by the work, read by whoever shows it.
//!
//! Knows no terminal and starts no thread; work that nobody watches pays for two numbers behind a lock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Shared between the work and its watcher.
#[derive(Debug)]
pub struct Progress {
    state: Mutex<State>,
}

#[derive(Debug, Clone)]
struct State {
    stage: String,
    done: u64,
    total: u64,
    started: Instant,
}

/// What a watcher sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What is being done; empty before the first stage.
    pub stage: String,
    /// Steps done.
    pub done: u64,
    /// Steps in all; 0 if that is not known.
    pub total: u64,
    /// Since the stage began.
    pub elapsed: Duration,
}

impl Default for Progress {
    fn default() -> Self {
        let state = State { stage: String::new(), done: 0, total: 0, started: Instant::now() };
        Self { state: Mutex::new(state) }
    }
}

impl Progress {
    /// Begins a stage of `total` steps; 0 if that is not known.
    pub fn stage(&self, name: &str, total: usize) {
        *self.lock() = State { stage: name.to_owned(), done: 0, total: total as u64, started: Instant::now() };
    }

    /// Counts one step as done.
    pub fn step(&self) {
        self.lock().done += 1;
    }

    /// Sets how many of how many steps are done.
    pub fn reach(&self, done: usize, total: usize) {
        let mut state = self.lock();
        (state.done, state.total) = (done as u64, total as u64);
    }

    /// How far it is.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let State { stage, done, total, started } = self.lock().clone();
        Snapshot { stage, done: if total > 0 { done.min(total) } else { done }, total, elapsed: started.elapsed() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Snapshot {
    /// Share that is done, 0 to 1, if the end is known.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.total > 0).then(|| self.done as f64 / self.total as f64)
    }

    /// Time left at the pace so far; `None` before the first step.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let share = self.share().filter(|share| *share > 0.0)?;
        Some(self.elapsed.mul_f64((1.0 - share) / share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_the_pace() {
        let at = |done, total, seconds| Snapshot {
            stage: "x".to_owned(),
            done,
            total,
            elapsed: Duration::from_secs(seconds),
        };
        assert_eq!(at(0, 10, 5).left(), None);
        assert_eq!(at(3, 0, 5).left(), None);
        assert_eq!(at(5, 10, 5).left(), Some(Duration::from_secs(5)));
        assert_eq!(at(10, 10, 5).left(), Some(Duration::ZERO));
    }

    #[test]
    fn stages_begin_anew_and_never_pass_their_end() {
        let progress = Progress::default();
        progress.stage("reading", 1);
        progress.step();
        progress.step();
        assert_eq!((progress.snapshot().done, progress.snapshot().share()), (1, Some(1.0)));
        progress.stage("learning", 4);
        assert_eq!((progress.snapshot().stage.as_str(), progress.snapshot().done), ("learning", 0));
    }
}
