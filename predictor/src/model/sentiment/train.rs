//! Learning a sentiment model: choose settings by cross-validation inside the training folds, learn from all of them,
//! look at the test fold once, and write down everything in an artifact.

use super::Sentiment;
use super::fit::{Design, logistic};
use super::vocabulary::{Row, Vocabulary};
use crate::artifact::{
    Artifact, ArtifactError, Example, FORMAT, Kind, Library, Manifest, Recipe, Reference, SMARTCORE, Task, Weights,
    hex_sha256,
};
use crate::data::{FOLDS, Sentence, Sentences, inner_fold_of};
use crate::drift::{Observation, Watched};
use crate::evaluation::Evaluation;
use crate::model::Outcome;
use crate::text::feature_keys;

/// Pseudo-counts tried.
const SMOOTHINGS: [f64; 3] = [0.1, 0.3, 1.0];
/// L2 penalties tried.
const PENALTIES: [f64; 6] = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

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
    /// Longest n-gram, 1 to 3 tokens.
    pub ngrams: u8,
    /// Features to keep at most.
    pub features: usize,
    /// Splits the inner cross-validation.
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
    refuse_examples_in(&sentences.rows)?;
    let training = sentences.training(settings.test_fold);
    let rows: Vec<Row> = training.iter().map(|sentence| row(sentence, settings.ngrams)).collect();
    let inner: Vec<u64> = training.iter().map(|sentence| inner_fold_of(&sentence.text, settings.seed)).collect();
    let (smoothing, penalty, validation) = choose(&rows, &inner, settings)?;
    let all: Vec<&Row> = rows.iter().collect();
    let model = Lesson::of(&all, settings).learn(smoothing, penalty);
    let recipe = recipe(settings, smoothing, penalty);
    let metrics = judge(&model, &sentences.test(settings.test_fold)).ok_or(TrainError::TooFew("the test fold"))?;
    let mut seen = unseen(&training, &rows, &inner, settings, (smoothing, penalty));
    seen.extend(sentences.test(settings.test_fold).iter().map(|sentence| observed(&model, &sentence.text)));
    let mut watched = super::watch::watched();
    watched.push(Watched::word("sentiment", &super::target().labels));
    let judged = Judged { metrics, validation, reference: Reference::of(&watched, &seen) };
    Ok(describe(&model, sentences, settings, recipe, judged)?)
}

/// What was found out about a model on rows that it had not learnt from.
struct Judged {
    metrics: Evaluation,
    validation: Evaluation,
    reference: Reference,
}

/// What is watched of each training row, by a model that learnt from the other inner folds.
fn unseen(
    training: &[&Sentence],
    rows: &[Row],
    inner: &[u64],
    settings: &Settings,
    (smoothing, penalty): (f64, f64),
) -> Vec<Vec<Observation>> {
    let mut seen = Vec::with_capacity(rows.len());
    for fold in 0..FOLDS {
        let learnt: Vec<&Row> =
            rows.iter().zip(inner).filter(|(_, inner)| **inner != fold).map(|(row, _)| row).collect();
        let model = Lesson::of(&learnt, settings).learn(smoothing, penalty);
        let held_out = training.iter().zip(inner).filter(|(_, inner)| **inner == fold);
        seen.extend(held_out.map(|(sentence, _)| observed(&model, &sentence.text)));
    }
    seen
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

fn row(sentence: &Sentence, ngrams: u8) -> Row {
    Row { keys: feature_keys(&sentence.text, ngrams), positive: sentence.positive }
}

fn refuse_examples_in(rows: &[Sentence]) -> Result<(), TrainError> {
    let is_row = |example: &&&str| rows.iter().any(|row| !row.text.is_empty() && row.text == **example);
    match EXAMPLES.iter().find(is_row) {
        Some(example) => Err(TrainError::ExampleInData(example)),
        None => Ok(()),
    }
}

/// The smoothing and penalty with the least log loss over the held-out inner folds, and the figures they had there.
fn choose(rows: &[Row], inner: &[u64], settings: &Settings) -> Result<(f64, f64, Evaluation), TrainError> {
    let mut judged = vec![Vec::with_capacity(rows.len()); SMOOTHINGS.len() * PENALTIES.len()];
    for fold in 0..FOLDS {
        let part = |wanted: bool| {
            let pairs = rows.iter().zip(inner).filter(move |(_, inner)| (**inner == fold) == wanted);
            pairs.map(|(row, _)| row).collect::<Vec<_>>()
        };
        let (held_out, learnt) = (part(true), part(false));
        if !learnt.iter().any(|row| row.positive) || learnt.iter().all(|row| row.positive) {
            return Err(TrainError::TooFew("the training data"));
        }
        let lesson = Lesson::of(&learnt, settings);
        for ((smoothing, penalty), judged) in candidates().zip(&mut judged) {
            let model = lesson.learn(smoothing, penalty);
            judged.extend(held_out.iter().map(|row| (row.positive, model.probability(&row.keys))));
        }
    }
    let figures = judged.iter().map(|judged| Evaluation::of_binary(judged));
    let ranked =
        candidates().zip(figures).filter_map(|((smoothing, penalty), figures)| Some((smoothing, penalty, figures?)));
    // The first of equals, so that runs repeat.
    let best = ranked.min_by(|left, right| left.2.figure("log_loss").total_cmp(&right.2.figure("log_loss")));
    best.ok_or(TrainError::TooFew("the training data"))
}

fn candidates() -> impl Iterator<Item = (f64, f64)> {
    SMOOTHINGS.into_iter().flat_map(|smoothing| PENALTIES.into_iter().map(move |penalty| (smoothing, penalty)))
}

/// Rows made ready for learning with any smoothing and penalty.
struct Lesson {
    ngrams: u8,
    vocabulary: Vocabulary,
    columns: Vec<Vec<u32>>,
    labels: Vec<bool>,
}

impl Lesson {
    fn of(rows: &[&Row], settings: &Settings) -> Self {
        let vocabulary = Vocabulary::of(rows, settings.features);
        let columns = rows.iter().map(|row| vocabulary.columns(&row.keys)).collect();
        let labels = rows.iter().map(|row| row.positive).collect();
        Self { ngrams: settings.ngrams, vocabulary, columns, labels }
    }

    fn learn(&self, smoothing: f64, penalty: f64) -> Sentiment {
        let ratios = self.vocabulary.ratios(smoothing);
        let found = logistic(&Design { rows: &self.columns, labels: &self.labels, scales: &ratios }, penalty);
        let weights = found.columns.iter().zip(&ratios).map(|(weight, ratio)| (weight * ratio) as f32);
        Sentiment::new(self.ngrams, found.intercept, self.vocabulary.keys.iter().copied().zip(weights))
    }
}

/// As JSON carries it unchanged.
fn rounded(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}

fn recipe(settings: &Settings, smoothing: f64, penalty: f64) -> Recipe {
    let chosen = serde_json::json!({
        "ngrams": settings.ngrams, "features": settings.features, "smoothing": smoothing, "penalty": penalty,
    });
    let settings_of_kind = chosen.as_object().cloned().unwrap_or_default();
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
