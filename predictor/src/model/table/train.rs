//! Learning a table model: choose an estimator by cross-validation inside the training folds, learn from all of them,
//! look at the test fold once, and write down everything in an artifact.

mod choose;
mod describe;

use super::features::Feature;
use super::fit::{Rows, UnknownPart, fit};
use super::learn::{Estimator, LearnError, Lesson, learn};
use super::plan::Plan;
use super::{Answer, Table, band};
use crate::artifact::{Artifact, ArtifactError};
use crate::data::cases::{Case, cases};
use crate::data::{DataError, inner_fold_of, table};
use crate::model::trees::Ensemble;
use crate::progress::Progress;
use crate::schema::{Cell, Schema};
use choose::Choice;
use predictor_wire::Target;

/// Share of true numbers that an interval is to hold.
pub const INTERVAL_LEVEL: f64 = 0.9;
/// Rows of a training set at least.
const LEAST_ROWS: usize = 100;

/// What the caller decides about a training run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Version to give the model.
    pub version: String,
    /// Splits the inner cross-validation and draws what is random in learning.
    pub seed: u64,
    /// The fold that is not learnt from.
    pub test_fold: u64,
    /// Creation time to record, RFC 3339.
    pub created: String,
    /// Commit of the program to record.
    pub git_commit: Option<String>,
}

/// Why nothing could be learnt.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The data is not what the plan asks for.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A fold has too little in it.
    #[error("{0} holds too few rows, or lacks a label; give more data")]
    TooFew(&'static str),
    /// A golden example is a row of the data.
    #[error("golden example {0} is a row of the training data; data must not be copied into an artifact")]
    ExampleInData(usize),
    /// The plan contradicts itself.
    #[error(transparent)]
    Plan(#[from] UnknownPart),
    /// The learner refused.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// The artifact could not be made.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

/// Trains on the training folds and describes the result with the test fold's figures.
///
/// The same table, plan and settings give the same bytes, on any number of cores.
///
/// # Errors
/// Data that does not fit the plan, or too little of it.
pub fn train(
    plan: &Plan,
    table: &table::Table,
    settings: &Settings,
    progress: &Progress,
) -> Result<Artifact, TrainError> {
    let all = cases(table, &Schema::new(plan.forms()), &plan.target)?;
    let (test, training): (Vec<Case>, Vec<Case>) = all.into_iter().partition(|case| case.fold == settings.test_fold);
    refuse_poor(&training, &plan.target, LEAST_ROWS, "the training data")?;
    refuse_poor(&test, &plan.target, 1, "the test fold")?;
    let lesson = Training::new(plan, &training, settings.seed);
    let chosen = choose::choose(&lesson, progress)?;
    let answer = answer(plan, &training, &chosen);
    let everything: Vec<usize> = (0..training.len()).collect();
    let (features, scores) = lesson.learn(&everything, chosen.estimator)?;
    progress.step();
    let fills = plan.alternatives.iter().map(|alternative| alternative.fills.clone()).collect();
    let model = Table::new(plan.form.inputs.len(), fills, features, scores, answer.clone())?;
    describe::describe(&model, plan, table, settings, &training, &test, &chosen, &answer)
}

fn refuse_poor(cases: &[Case], target: &Target, least: usize, what: &'static str) -> Result<(), TrainError> {
    let of = |label: usize| cases.iter().filter(|case| case.truth as usize == label).count();
    let lacking = least > 1 && (0..target.labels.len()).any(|label| of(label) < 10);
    if cases.len() < least || lacking { Err(TrainError::TooFew(what)) } else { Ok(()) }
}

/// Training cases as they are learnt from.
struct Training<'a> {
    plan: &'a Plan,
    cases: &'a [Case],
    /// Cells with some of them hidden, as the plan asks.
    shown: Vec<Vec<Cell<'a>>>,
    inner: Vec<u64>,
    seed: u64,
}

impl<'a> Training<'a> {
    fn new(plan: &'a Plan, cases: &'a [Case], seed: u64) -> Self {
        let hidden: Vec<_> =
            plan.hidden.iter().filter_map(|(field, share)| Some((plan.slot(field)?, *share))).collect();
        let mut random = fastrand::Rng::with_seed(seed);
        let mut shown = Vec::with_capacity(cases.len());
        for case in cases {
            let mut cells = case.input.cells.clone();
            for (slot, share) in &hidden {
                if random.f64() < *share {
                    cells[*slot] = Cell::Missing;
                }
            }
            shown.push(cells);
        }
        let inner = cases.iter().map(|case| inner_fold_of(&case.key, seed)).collect();
        Self { plan, cases, shown, inner, seed }
    }

    /// Learns features and scores from some of the cases.
    fn learn(&self, chosen: &[usize], estimator: Estimator) -> Result<(Vec<Feature>, Vec<Ensemble>), TrainError> {
        let slots: Vec<&[Cell<'_>]> = chosen.iter().map(|row| self.shown[*row].as_slice()).collect();
        let truths: Vec<f64> = chosen.iter().map(|row| self.cases[*row].truth).collect();
        let inner: Vec<u64> = chosen.iter().map(|row| self.inner[*row]).collect();
        let (features, mut lesson) = fit(self.plan, Rows { slots: &slots, truths: &truths, inner: &inner })?;
        let mut scores = Vec::new();
        for score in 0..score_count(&self.plan.target) {
            lesson.targets = truths.iter().map(|truth| wanted_score(&self.plan.target, score, *truth)).collect();
            scores.push(self.learn_score(&lesson, estimator, score)?);
        }
        Ok((features, scores))
    }

    fn learn_score(&self, lesson: &Lesson, estimator: Estimator, score: usize) -> Result<Ensemble, LearnError> {
        learn(lesson, estimator, self.seed.wrapping_add(7_919 * score as u64))
    }
}

fn score_count(target: &Target) -> usize {
    if target.labels.len() > 2 { target.labels.len() } else { 1 }
}

/// What a score should be for a case: the number, or 1 for its own label and 0 for others.
fn wanted_score(target: &Target, score: usize, truth: f64) -> f64 {
    match target.labels.len() {
        0 => truth,
        2 => truth,
        _ => f64::from(truth as usize == score),
    }
}

/// How scores become answers, from what the chosen estimator said of rows that it had not learnt from.
fn answer(plan: &Plan, training: &[Case], chosen: &Choice) -> Answer {
    let truths = training.iter().map(|case| case.truth);
    let first = chosen.scores.iter().map(|scores| scores[0]);
    match plan.target.labels.len() {
        0 => {
            let range =
                truths.clone().fold((f64::MAX, f64::MIN), |(low, high), truth| (low.min(truth), high.max(truth)));
            let pairs = first.map(|score| score.clamp(range.0, range.1)).zip(truths);
            Answer::Number { range, bands: band::bands(&pairs.collect::<Vec<_>>(), INTERVAL_LEVEL) }
        }
        2 => {
            let judged: Vec<_> = first.zip(truths.map(|truth| truth > 0.5)).collect();
            Answer::Binary { threshold: choose::threshold(&judged) }
        }
        labels => Answer::Classes { labels: labels as u16 },
    }
}
