//! Choosing settings by cross-validation inside the training folds, by least log loss.
//!
//! Few texts: every candidate on every fold. Many texts: one setting after the other is varied on the first fold alone,
//! and the winner is judged on every fold.

mod screen;

use super::Sentiment;
use super::corpus::Corpus;
use super::fit::Fit;
use super::lesson::Lesson;
use super::rows::Rows;
use super::train::{Settings, TrainError};
use crate::data::{Sentence, inner_fold_among};
use crate::evaluation::Evaluation;
use crate::progress::Progress;
use crate::workers::{in_parallel, threads};

/// Training texts from which it is many.
pub const MANY: usize = 10_000;

/// Pseudo-counts tried on few texts.
const SMOOTHINGS: [f64; 3] = [0.1, 0.3, 1.0];
/// Pseudo-counts tried on many texts: what occurs on one side only must not drown the rest.
const SMOOTHINGS_OF_MANY: [f64; 3] = [1.0, 3.0, 10.0];
/// L2 penalties tried.
const PENALTIES: [f64; 6] = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
/// Settings that were tried, and how they did on texts that were held back.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Longest n-gram, in tokens.
    pub ngrams: u8,
    /// Pseudo-count.
    pub smoothing: f64,
    /// L2 penalty.
    pub penalty: f64,
    /// Figures on what was held back.
    pub figures: Evaluation,
}

/// The outcome of a search.
#[derive(Debug)]
pub struct Choice {
    /// The settings with the least log loss, with their figures over all folds.
    pub best: Trial,
    /// All that was tried.
    pub trials: Vec<Trial>,
    /// The training texts as the best settings see them.
    pub corpus: Corpus,
    /// For each fold the model of the best settings that learnt from the others.
    pub judges: Vec<Sentiment>,
}

type Judged = Vec<(bool, f64)>;

/// What is searched.
pub(super) struct Search<'a> {
    settings: &'a Settings,
    training: &'a [&'a Sentence],
    inner: Vec<u64>,
    smoothings: Vec<f64>,
    penalties: Vec<f64>,
    progress: &'a Progress,
}

impl<'a> Search<'a> {
    pub(super) fn new(settings: &'a Settings, training: &'a [&'a Sentence], progress: &'a Progress) -> Self {
        let many = training.len() >= MANY;
        let smoothings = if many { SMOOTHINGS_OF_MANY } else { SMOOTHINGS };
        let of_text = |text: &&Sentence| inner_fold_among(&text.text, settings.seed, settings.folds);
        Self {
            settings,
            training,
            inner: training.iter().map(of_text).collect(),
            smoothings: settings.smoothing.map_or_else(|| smoothings.to_vec(), |given| vec![given]),
            penalties: settings.penalty.map_or_else(|| PENALTIES.to_vec(), |given| vec![given]),
            progress,
        }
    }

    pub(super) fn run(&self) -> Result<Choice, TrainError> {
        for fold in 0..self.settings.folds {
            let mut learnt = self.training.iter().zip(&self.inner).filter(|(_, inner)| **inner != fold);
            let first = learnt.next().ok_or(TrainError::TooFew("the training data"))?.0.positive;
            if learnt.all(|(text, _)| text.positive == first) {
                return Err(TrainError::TooFew("the training data"));
            }
        }
        if self.training.len() >= MANY { self.screen() } else { self.try_all() }
    }

    /// How many candidates there are.
    fn candidates(&self) -> impl Iterator<Item = (f64, f64)> {
        let pairs = |smoothing: &f64| self.penalties.iter().map(|penalty| (*smoothing, *penalty)).collect::<Vec<_>>();
        self.smoothings.iter().flat_map(pairs)
    }

    fn try_all(&self) -> Result<Choice, TrainError> {
        let mut choice: Option<(Trial, Corpus)> = None;
        let mut trials = Vec::new();
        let candidates: Vec<(f64, f64)> = self.candidates().collect();
        for ngrams in self.settings.lengths(self.training.len()) {
            let corpus = self.corpus(ngrams);
            let name = format!("cross-validation of {} settings, n-grams to {ngrams}", candidates.len());
            self.progress.stage(&name, candidates.len() * self.settings.folds as usize);
            let found = self.over_all_folds(&corpus, &candidates)?;
            trials.extend(found.iter().cloned());
            let best = least_loss(found).ok_or(TrainError::TooFew("the training data"))?;
            if choice.as_ref().is_none_or(|(before, _)| loss(&best) < loss(before)) {
                choice = Some((best, corpus));
            }
        }
        let (best, corpus) = choice.ok_or(TrainError::TooFew("the training data"))?;
        self.progress.stage("cross-validation of the best settings", self.settings.folds as usize);
        let judges = self.by_fold(&corpus, &best).into_iter().map(|(_, judge)| judge).collect();
        Ok(Choice { best, trials, corpus, judges })
    }

    /// Judges the best of some trials over all folds.
    fn settle(&self, corpus: Corpus, trials: Vec<Trial>) -> Result<Choice, TrainError> {
        let best = least_loss(trials.clone()).ok_or(TrainError::TooFew("the training data"))?;
        self.progress.stage("cross-validation of the best settings", self.settings.folds as usize);
        let (judged, judges): (Vec<Judged>, _) = self.by_fold(&corpus, &best).into_iter().unzip();
        let figures = Evaluation::of_binary(&judged.concat()).ok_or(TrainError::TooFew("the training data"))?;
        Ok(Choice { best: Trial { figures, ..best }, trials, corpus, judges })
    }

    /// Texts of each fold.
    pub(super) fn held_out(&self) -> Vec<Vec<&'a Sentence>> {
        let texts = |fold| self.part(fold).0.into_iter().map(|text| self.training[text]).collect();
        (0..self.settings.folds).map(texts).collect()
    }

    fn corpus(&self, ngrams: u8) -> Corpus {
        self.progress.stage("counting n-grams", 0);
        // Of many texts, what occurs in one alone says nothing.
        let least = if self.training.len() >= MANY { 2 } else { 1 };
        Corpus::of(self.training, ngrams, least)
    }

    fn over_all_folds(&self, corpus: &Corpus, candidates: &[(f64, f64)]) -> Result<Vec<Trial>, TrainError> {
        let folds = self.settings.folds as usize;
        let features = self.settings.feature_limit(self.training.len());
        let parts = in_parallel(threads(), folds, |fold| {
            let (held_out, learnt) = self.part(fold as u64);
            let lesson = Lesson::of(corpus, &learnt, features);
            let rows = lesson.columns(&held_out);
            (lesson, rows, held_out)
        });
        let jobs = in_parallel(threads(), folds * candidates.len(), |job| {
            let ((smoothing, penalty), part) = (candidates[job / folds], &parts[job % folds]);
            let learnt = part.0.learn(smoothing, &Fit::exact(penalty, 1), None);
            self.progress.step();
            judged(corpus, &part.2, &part.1, |columns| learnt.probability(columns))
        });
        let trial = |((smoothing, penalty), judged): (&(f64, f64), &[Judged])| {
            let figures = Evaluation::of_binary(&judged.concat())?;
            Some(Trial { ngrams: corpus.ngrams, smoothing: *smoothing, penalty: *penalty, figures })
        };
        let trials: Option<Vec<Trial>> = candidates.iter().zip(jobs.chunks(folds)).map(trial).collect();
        trials.ok_or(TrainError::TooFew("the training data"))
    }

    /// For each fold what a model that learnt from the others says of its texts, and that model.
    fn by_fold(&self, corpus: &Corpus, settings: &Trial) -> Vec<(Judged, Sentiment)> {
        let features = self.settings.feature_limit(self.training.len());
        let fit =
            if self.training.len() >= MANY { Fit::close(settings.penalty) } else { Fit::exact(settings.penalty, 1) };
        in_parallel(threads(), self.settings.folds as usize, |fold| {
            let (held_out, learnt) = self.part(fold as u64);
            let lesson = Lesson::of(corpus, &learnt, features);
            let learnt = lesson.learn(settings.smoothing, &fit, None);
            self.progress.step();
            let rows = lesson.columns(&held_out);
            (judged(corpus, &held_out, &rows, |columns| learnt.probability(columns)), lesson.model(&learnt))
        })
    }

    /// Texts of a fold, and all others.
    fn part(&self, fold: u64) -> (Vec<usize>, Vec<usize>) {
        (0..self.training.len()).partition(|text| self.inner[*text] == fold)
    }
}

fn judged(corpus: &Corpus, texts: &[usize], rows: &Rows, probability: impl Fn(&[u32]) -> f64) -> Judged {
    texts.iter().enumerate().map(|(at, text)| (corpus.labels[*text], probability(rows.row(at)))).collect()
}

fn loss(trial: &Trial) -> f64 {
    trial.figures.figure("log_loss")
}

/// The first of equals, so that runs repeat.
fn least_loss(trials: Vec<Trial>) -> Option<Trial> {
    trials.into_iter().min_by(|left, right| loss(left).total_cmp(&loss(right)))
}
