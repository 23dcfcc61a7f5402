//! Learning a sentiment model: choose settings by cross-validation inside the training folds, learn from all of them,
//! look at the test fold once, and write down everything in an artifact.

use super::Sentiment;
use super::fit::Fit;
use super::lesson::Lesson;
use super::search::{Choice, MANY, Search, Trial};
use crate::artifact::{
    Artifact, ArtifactError, Example, FORMAT, Kind, Library, Manifest, Recipe, Reference, SMARTCORE, Task, Weights,
    hex_sha256,
};
use crate::data::{FOLDS, Sentence, Sentences, TEST_FOLD};
use crate::drift::{Observation, Watched};
use crate::evaluation::Evaluation;
use crate::model::Outcome;
use crate::progress::Progress;
use crate::workers::{in_parallel, threads};

/// Features kept of few texts.
const FEATURES: usize = 20_000;
/// Features kept of many texts.
const FEATURES_OF_MANY: usize = 60_000;

/// Texts that one thread observes at a time.
const OBSERVED_AT_ONCE: usize = 512;

/// Texts whose scores are kept in the manifest. Invented for this purpose; training stops if one is in its data.
const EXAMPLES: [&str; 8] = [
    "An evening I would happily repeat tomorrow, thank you!",
    "Broke within a week and nobody answered my letters.",
    "The soup was not good, the bread was.",
    "Don't waste your money (or your afternoon)?",
    "I loved this movie",
    "Ein sehr gutes Buch 📚",
    "",
    "🙂",
];

/// What the caller decides about a training run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Version to give the model.
    pub version: String,
    /// Longest n-gram, 1 to 3 tokens; `None` lets cross-validation choose among what suits the number of texts.
    pub ngrams: Option<u8>,
    /// Features to keep at most; `None` suits the number of texts.
    pub features: Option<usize>,
    /// Pseudo-count of the log-count ratios; `None` lets cross-validation choose.
    pub smoothing: Option<f64>,
    /// L2 penalty; `None` lets cross-validation choose.
    pub penalty: Option<f64>,
    /// Folds of the inner cross-validation, at least 2.
    pub folds: u64,
    /// Splits the inner cross-validation.
    pub seed: u64,
    /// The fold that is not learnt from.
    pub test_fold: u64,
    /// Creation time to record, RFC 3339.
    pub created: String,
    /// Commit to record.
    pub git_commit: Option<String>,
}

impl Settings {
    /// Cross-validation chooses all that it can.
    #[must_use]
    pub fn new(version: &str, created: &str) -> Self {
        Self {
            version: version.to_owned(),
            ngrams: None,
            features: None,
            smoothing: None,
            penalty: None,
            folds: FOLDS,
            seed: 0,
            test_fold: TEST_FOLD,
            created: created.to_owned(),
            git_commit: None,
        }
    }

    /// Longest n-grams to try for so many training texts.
    pub(super) fn lengths(&self, texts: usize) -> Vec<u8> {
        match self.ngrams {
            Some(ngrams) => vec![ngrams],
            None if texts >= MANY => vec![2, 3],
            None => vec![2],
        }
    }

    /// Features to keep for so many training texts.
    pub(super) fn feature_limit(&self, texts: usize) -> usize {
        self.features.unwrap_or(if texts >= MANY { FEATURES_OF_MANY } else { FEATURES })
    }
}

/// What a training run gives.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The model.
    pub artifact: Artifact,
    /// What the search tried, in the order of trying.
    pub trials: Vec<Trial>,
}

/// Why nothing could be learnt.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A fold lacks one of the classes.
    #[error("{0} holds too few rows of both labels to learn from; give more data")]
    TooFew(&'static str),
    /// A golden example is a row of the data.
    #[error("the golden example {0:?} is a row of the training data; data must not be copied into an artifact")]
    ExampleInData(&'static str),
    /// The artifact could not be made.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

/// Trains on the training folds and describes the result with the test fold's figures.
///
/// The same sentences and settings give the same bytes.
///
/// # Errors
/// Too few rows, or a golden example among them.
pub fn train(sentences: &Sentences, settings: &Settings) -> Result<Artifact, TrainError> {
    train_watched(sentences, settings, &Progress::default()).map(|trained| trained.artifact)
}

/// [`train`] with all that the search tried, while `progress` tells how far it is.
///
/// # Errors
/// As [`train`].
pub fn train_watched(sentences: &Sentences, settings: &Settings, progress: &Progress) -> Result<Trained, TrainError> {
    refuse_examples_in(&sentences.rows)?;
    let training = sentences.training(settings.test_fold);
    let search = Search::new(settings, &training, progress);
    let Choice { best, trials, corpus, judges } = search.run()?;
    let held_out = search.held_out();
    progress.stage("learning from all training texts", 0);
    let limit = settings.feature_limit(training.len());
    let lesson = Lesson::of(&corpus, &(0..training.len()).collect::<Vec<_>>(), limit);
    let learnt = lesson.learn(best.smoothing, &Fit::exact(best.penalty, threads()), None);
    let model = lesson.model(&learnt);
    progress.stage("judging on the test fold", 0);
    let metrics = judge(&model, &sentences.test(settings.test_fold)).ok_or(TrainError::TooFew("the test fold"))?;
    progress.stage("counting what drift is measured from", 0);
    let held_out: Vec<&[&Sentence]> = held_out.iter().map(Vec::as_slice).collect();
    let test = sentences.test(settings.test_fold);
    let mut seen: Vec<Vec<Observation>> = Vec::with_capacity(sentences.rows.len());
    for (judge, texts) in judges.iter().zip(held_out).chain([(&model, test.as_slice())]) {
        let chunks: Vec<_> = texts.chunks(OBSERVED_AT_ONCE).collect();
        let observe = |chunk: usize| chunks[chunk].iter().map(|text| observed(judge, &text.text)).collect::<Vec<_>>();
        seen.extend(in_parallel(threads(), chunks.len(), observe).into_iter().flatten());
    }
    let mut watched = super::watch::watched();
    watched.push(Watched::word("sentiment", &super::target().labels));
    let recipe = recipe(settings, &best, limit);
    let judged = Judged { metrics, validation: best.figures, reference: Reference::of(&watched, &seen) };
    let artifact = describe(&model, sentences, settings, recipe, judged)?;
    Ok(Trained { artifact, trials })
}

/// What was found out about a model on rows that it had not learnt from.
struct Judged {
    metrics: Evaluation,
    validation: Evaluation,
    reference: Reference,
}

fn observed(model: &Sentiment, text: &str) -> Vec<Observation> {
    let read = model.read(text);
    let mut seen = Vec::with_capacity(4);
    read.observe(text, &mut seen);
    seen.push(Outcome::of_binary(read.score).observed());
    seen
}

/// The figures of a model on sentences; `None` without any.
#[must_use]
pub fn judge(model: &Sentiment, sentences: &[&Sentence]) -> Option<Evaluation> {
    let judged: Vec<_> = sentences.iter().map(|sentence| (sentence.positive, model.score(&sentence.text))).collect();
    Evaluation::of_binary(&judged)
}

fn refuse_examples_in(rows: &[Sentence]) -> Result<(), TrainError> {
    let is_row = |example: &&&str| rows.iter().any(|row| !row.text.is_empty() && row.text == **example);
    match EXAMPLES.iter().find(is_row) {
        Some(example) => Err(TrainError::ExampleInData(example)),
        None => Ok(()),
    }
}

/// As JSON carries it unchanged.
fn rounded(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}

fn recipe(settings: &Settings, best: &Trial, features: usize) -> Recipe {
    let chosen = serde_json::json!({
        "ngrams": best.ngrams, "features": features, "smoothing": best.smoothing, "penalty": best.penalty,
    });
    let mut settings_of_kind = chosen.as_object().cloned().unwrap_or_default();
    if settings.folds != FOLDS {
        settings_of_kind.insert("inner_folds".to_owned(), settings.folds.into());
    }
    Recipe { seed: settings.seed, test_fold: settings.test_fold, settings: settings_of_kind }
}

fn describe(
    model: &Sentiment,
    sentences: &Sentences,
    settings: &Settings,
    recipe: Recipe,
    judged: Judged,
) -> Result<Artifact, ArtifactError> {
    let weights = model.to_bytes()?;
    let example = |text: &&str| {
        let score = model.score(text);
        let input = serde_json::Map::from_iter([("text".to_owned(), (*text).into())]);
        Example { input, output: vec![rounded(1.0 - score), score] }
    };
    let manifest = Manifest {
        format: FORMAT,
        kind: Kind::Sentiment,
        name: "sentiment".to_owned(),
        version: settings.version.clone(),
        title: "Sentiment of a text".to_owned(),
        description: "Judges whether a short English review is favourable".to_owned(),
        git_commit: settings.git_commit.clone(),
        created: settings.created.clone(),
        library: Library { name: "smartcore".to_owned(), version: SMARTCORE.to_owned() },
        task: Task::Classification,
        target: super::target(),
        interval_level: None,
        forms: super::forms(),
        recipe,
        data: sentences.sources.clone(),
        metrics: judged.metrics,
        validation: judged.validation,
        reference: Some(judged.reference),
        weights: Weights { bytes: weights.len() as u64, sha256: hex_sha256(&weights) },
        examples: EXAMPLES.iter().map(example).collect(),
    };
    Ok(Artifact { manifest, weights })
}
