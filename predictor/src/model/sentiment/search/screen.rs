//! Many texts: settings are varied one after the other on the first fold, each from the best of the others.

use super::super::corpus::Corpus;
use super::super::fit::{Coefficients, Fit};
use super::super::lesson::Lesson;
use super::super::rows::Rows;
use super::{Choice, Search, Trial, judged, least_loss, loss};
use crate::evaluation::Evaluation;
use crate::model::sentiment::train::TrainError;
use crate::workers::{in_parallel, threads};

/// The penalty to begin with, or the nearest that is tried.
const FIRST_PENALTY: f64 = 1.0;

/// The first fold as a corpus shows it.
struct FirstFold<'a> {
    corpus: &'a Corpus,
    lesson: Lesson<'a>,
    held_out: Vec<usize>,
    rows: Rows,
}

type Tried = (Trial, Coefficients);

impl Search<'_> {
    pub(super) fn screen(&self) -> Result<Choice, TrainError> {
        let lengths = self.settings.lengths(self.training.len());
        let [shortest, longer @ ..] = lengths.as_slice() else { return Err(too_few()) };
        let mut corpus = self.corpus(*shortest);
        let mut trials = self.vary(&self.first_fold(&corpus))?;
        for ngrams in longer {
            let best = least_loss(trials.clone()).ok_or_else(too_few)?;
            let other = self.corpus(*ngrams);
            let (trial, _) = self.attempt(&self.first_fold(&other), best.smoothing, best.penalty, None)?;
            if loss(&trial) < loss(&best) {
                corpus = other;
            }
            trials.push(trial);
        }
        self.settle(corpus, trials)
    }

    /// First the smoothing, then the penalty in both directions until it gets worse.
    fn vary(&self, fold: &FirstFold<'_>) -> Result<Vec<Trial>, TrainError> {
        let distance = |penalty: &f64| (penalty / FIRST_PENALTY).ln().abs();
        let nearest = |left: &&f64, right: &&f64| distance(left).total_cmp(&distance(right));
        let first = *self.penalties.iter().min_by(nearest).ok_or_else(too_few)?;
        self.progress.stage("comparing settings on one fold", self.smoothings.len() + self.penalties.len() - 1);
        let tried = in_parallel(threads(), self.smoothings.len(), |index| {
            self.attempt(fold, self.smoothings[index], first, None)
        });
        let tried = tried.into_iter().collect::<Result<Vec<Tried>, _>>()?;
        let mut trials: Vec<Trial> = tried.iter().map(|(trial, _)| trial.clone()).collect();
        let best =
            tried.into_iter().min_by(|left, right| loss(&left.0).total_cmp(&loss(&right.0))).ok_or_else(too_few)?;
        let mut weaker: Vec<f64> = self.penalties.iter().copied().filter(|penalty| *penalty < first).collect();
        weaker.reverse();
        let stronger = self.penalties.iter().copied().filter(|penalty| *penalty > first).collect();
        let ways = [weaker, stronger];
        for path in in_parallel(threads(), ways.len(), |way| self.walk(fold, &best, &ways[way])) {
            trials.extend(path?);
        }
        Ok(trials)
    }

    /// Each fit starts from the one before.
    fn walk(&self, fold: &FirstFold<'_>, from: &Tried, penalties: &[f64]) -> Result<Vec<Trial>, TrainError> {
        let mut trials = Vec::new();
        let (mut before, mut start) = (loss(&from.0), from.1.clone());
        for penalty in penalties {
            let (trial, coefficients) = self.attempt(fold, from.0.smoothing, *penalty, Some(&start))?;
            let now = loss(&trial);
            trials.push(trial);
            if now > before {
                break;
            }
            (before, start) = (now, coefficients);
        }
        Ok(trials)
    }

    fn attempt(
        &self,
        fold: &FirstFold<'_>,
        smoothing: f64,
        penalty: f64,
        start: Option<&Coefficients>,
    ) -> Result<Tried, TrainError> {
        let learnt = fold.lesson.learn(smoothing, &Fit::draft(penalty), start);
        self.progress.step();
        let judged = judged(fold.corpus, &fold.held_out, &fold.rows, |columns| learnt.probability(columns));
        let figures = Evaluation::of_binary(&judged).ok_or_else(too_few)?;
        Ok((Trial { ngrams: fold.corpus.ngrams, smoothing, penalty, figures }, learnt.coefficients))
    }

    fn first_fold<'c>(&self, corpus: &'c Corpus) -> FirstFold<'c> {
        let (held_out, learnt) = self.part(0);
        let lesson = Lesson::of(corpus, &learnt, self.settings.feature_limit(self.training.len()));
        let rows = lesson.columns(&held_out);
        FirstFold { corpus, lesson, held_out, rows }
    }
}

fn too_few() -> TrainError {
    TrainError::TooFew("the training data")
}
