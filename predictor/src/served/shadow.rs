//! A version that judges what another has answered, on a thread of its own. No request waits for it: what it has no time
//! for is dropped and counted.

use crate::metrics::ShadowCounters;
use crate::model::{Model, Outcome};
use crate::schema::{Cell, Input};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Cases that wait at most.
const QUEUE: usize = 256;
/// Longer texts are dropped: the queue must not hold much memory.
const LONGEST_TEXT: usize = 32 << 10;
/// Numbers that differ by no more than this share of the greater agree.
const SAME: f64 = 1e-6;

/// A shadow at work; its thread ends when the last one that offers is gone.
#[derive(Debug, Clone)]
pub struct Shadow {
    candidate: Arc<Model>,
    queue: SyncSender<Case>,
    counters: ShadowCounters,
}

/// A case with what the primary version said of it.
#[derive(Debug)]
struct Case {
    input: Input<'static>,
    said: Outcome,
}

impl Shadow {
    /// Begins to listen in.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(candidate: Arc<Model>, counters: ShadowCounters) -> std::io::Result<Self> {
        let (queue, cases) = sync_channel(QUEUE);
        let (model, tally) = (Arc::clone(&candidate), counters.clone());
        std::thread::Builder::new().name("shadow".to_owned()).spawn(move || judge(&model, &tally, &cases))?;
        Ok(Self { candidate, queue, counters })
    }

    /// The version that listens in.
    #[must_use]
    pub fn candidate(&self) -> &Arc<Model> {
        &self.candidate
    }

    /// Hands over a case; never waits.
    pub fn offer(&self, input: &Input<'_>, said: &Outcome) {
        let is_long = |cell: &Cell<'_>| matches!(cell, Cell::Text(text) if text.len() > LONGEST_TEXT);
        let fits = !input.cells.iter().any(is_long);
        let case = || Case { input: input.clone().into_owned(), said: said.clone() };
        if !fits || self.queue.try_send(case()).is_err() {
            self.counters.drop_one();
        }
    }
}

fn judge(model: &Model, counters: &ShadowCounters, cases: &Receiver<Case>) {
    while let Ok(Case { input, said }) = cases.recv() {
        let (agreed, distance) = compare(&said, &model.predict(&input));
        counters.compare(agreed, distance);
    }
}

/// Whether two outcomes say the same, and how far their numbers are apart.
fn compare(primary: &Outcome, shadow: &Outcome) -> (bool, f64) {
    match (primary, shadow) {
        (Outcome::Class { label, probabilities }, Outcome::Class { label: other, probabilities: others }) => {
            let share = |probabilities: &[f64]| probabilities.get(*label).copied().unwrap_or_default();
            (label == other, (share(probabilities) - share(others)).abs())
        }
        (Outcome::Number { value, .. }, Outcome::Number { value: other, .. }) => {
            let distance = (value - other).abs();
            (distance <= SAME * value.abs().max(other.abs()), distance)
        }
        _ => (false, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_agree_by_label_or_number() {
        let number = |value: f64| Outcome::Number { value, low: 0.0, high: 0.0 };
        let check = |left: &Outcome, right: &Outcome, agreed: bool, distance: f64| {
            let found = compare(left, right);
            assert!(found.0 == agreed && (found.1 - distance).abs() < 1e-9, "{found:?}");
        };
        check(&Outcome::of_binary(0.9), &Outcome::of_binary(0.6), true, 0.3);
        check(&Outcome::of_binary(0.9), &Outcome::of_binary(0.4), false, 0.5);
        check(&number(100.0), &number(100.0), true, 0.0);
        check(&number(100.0), &number(90.0), false, 10.0);
        check(&number(1.0), &Outcome::of_binary(0.4), false, 0.0);
    }
}
