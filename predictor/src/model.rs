//! Learned models in memory, ready to answer. One room for each kind; only those rooms name the learning library.

pub mod sentiment;
pub mod table;
pub mod trees;

use crate::artifact::{Artifact, ArtifactError, Kind, Manifest, Task};
use crate::drift::{Observation, Watched};
use crate::schema::{Input, Schema};
use predictor_wire::{Explanation, Interval, ModelMetadata, ModelState, Predicted, Prediction, Probabilities};
use sentiment::Sentiment;
use std::borrow::Cow;
use table::Table;
use warp::http::HeaderValue;

/// How far a golden example may be from its recorded outcome, absolutely and relatively: rounding, and the last bits
/// of `exp`.
const EXAMPLE_TOLERANCE: f64 = 2e-6;

/// A model that passed every check and answers as it did when it was trained.
#[derive(Debug)]
pub struct Model {
    manifest: Manifest,
    schema: Schema,
    learned: Learned,
    name_header: HeaderValue,
    version_header: HeaderValue,
}

/// What was learned, by kind.
#[derive(Debug)]
enum Learned {
    Sentiment(Sentiment),
    Table(Table),
}

/// What a model says of one case.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// One of the target's labels.
    Class {
        /// Position of the label.
        label: usize,
        /// Probability of each label, 0 to 1.
        probabilities: Vec<f64>,
    },
    /// A number in the target's unit.
    Number {
        /// The number.
        value: f64,
        /// Lower end of its interval.
        low: f64,
        /// Upper end of its interval.
        high: f64,
    },
}

impl Outcome {
    /// The outcome of two labels from the probability of the second, which wins from one half.
    #[must_use]
    pub fn of_binary(probability: f64) -> Self {
        Self::Class { label: usize::from(probability >= 0.5), probabilities: vec![1.0 - probability, probability] }
    }

    /// Its numbers, as golden examples keep them.
    #[must_use]
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Class { probabilities, .. } => probabilities.clone(),
            Self::Number { value, low, high } => vec![*value, *low, *high],
        }
    }

    /// What is watched of it.
    #[must_use]
    pub fn observed(&self) -> Observation {
        match self {
            Self::Class { label, .. } => Observation::Word(*label),
            Self::Number { value, .. } => Observation::Number(*value),
        }
    }

    /// Position of the label; 0 for a number.
    #[must_use]
    pub fn label(&self) -> usize {
        match self {
            Self::Class { label, .. } => *label,
            Self::Number { .. } => 0,
        }
    }
}

impl Model {
    /// Interprets an artifact's weights and replays its golden examples.
    ///
    /// # Errors
    /// Weights without the structure of their kind, or examples with another outcome.
    pub fn load(artifact: Artifact) -> Result<Self, ArtifactError> {
        let Artifact { manifest, weights } = artifact;
        let learned = match manifest.kind {
            Kind::Sentiment => Learned::Sentiment(Sentiment::from_bytes(&weights)?),
            Kind::Table => Learned::Table(Table::from_bytes(&weights)?),
        };
        let header = |text: &str| {
            let refused = ArtifactError::Structure("the name or the version is not printable ASCII");
            HeaderValue::from_str(text).map_err(|_| refused)
        };
        let (name_header, version_header) = (header(&manifest.name)?, header(&manifest.version)?);
        let schema = Schema::new(manifest.forms.clone());
        let model = Self { manifest, schema, learned, name_header, version_header };
        model.refuse_unfit_manifest()?;
        model.replay_examples()?;
        Ok(model)
    }

    /// What is known about the model.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What it asks for.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// `name@version`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}@{}", self.manifest.name, self.manifest.version)
    }

    /// The name as an HTTP header value.
    #[must_use]
    pub fn name_header(&self) -> HeaderValue {
        self.name_header.clone()
    }

    /// The version as an HTTP header value.
    #[must_use]
    pub fn version_header(&self) -> HeaderValue {
        self.version_header.clone()
    }

    /// What the model says of a case that its schema accepted.
    #[must_use]
    pub fn predict(&self, input: &Input<'_>) -> Outcome {
        match &self.learned {
            Learned::Sentiment(sentiment) => Outcome::of_binary(sentiment.score(input.text())),
            Learned::Table(table) => table.predict(input),
        }
    }

    /// What is watched of every case for drift; the outcome last.
    #[must_use]
    pub fn watched(&self) -> Vec<Watched> {
        let mut watched = match &self.learned {
            Learned::Sentiment(_) => sentiment::watch::watched(),
            Learned::Table(_) => {
                let main = self.schema.forms().first();
                main.map(|form| table::watch::watched(form, self.manifest.reference.as_ref())).unwrap_or_default()
            }
        };
        let target = &self.manifest.target;
        watched.push(Watched::word(target.name.as_str(), &target.labels));
        watched
    }

    /// Appends one observation for each of [`Model::watched`].
    pub fn observe(&self, input: &Input<'_>, outcome: &Outcome, seen: &mut Vec<Observation>) {
        match &self.learned {
            Learned::Sentiment(sentiment) => sentiment.observe(input.text(), seen),
            Learned::Table(table) => table.observe(input, self.manifest.reference.as_ref(), seen),
        }
        seen.push(outcome.observed());
    }

    /// [`Model::predict`] and [`Model::observe`] for about the price of the first.
    pub fn predict_observed(&self, input: &Input<'_>, seen: &mut Vec<Observation>) -> Outcome {
        let outcome = match &self.learned {
            Learned::Sentiment(sentiment) => {
                let read = sentiment.read(input.text());
                read.observe(input.text(), seen);
                Outcome::of_binary(read.score)
            }
            Learned::Table(table) => {
                table.observe(input, self.manifest.reference.as_ref(), seen);
                table.predict(input)
            }
        };
        seen.push(outcome.observed());
        outcome
    }

    /// What moved the answer: the `most` greatest contributions.
    #[must_use]
    pub fn explain(&self, input: &Input<'_>, most: usize) -> Explanation {
        match &self.learned {
            Learned::Sentiment(sentiment) => sentiment.explain(input.text(), most),
            Learned::Table(table) => table.explain(input, self.schema.forms(), &self.manifest.target, most),
        }
    }

    /// An outcome in the words of the wire.
    #[must_use]
    pub fn answer(&self, outcome: &Outcome, explanation: Option<Explanation>) -> Prediction<'_> {
        let Manifest { name, version, target, .. } = &self.manifest;
        let label_of = |label: usize| Cow::Borrowed(target.labels.get(label).map_or("", String::as_str));
        let answer = Prediction {
            model: Cow::Borrowed(name),
            version: Cow::Borrowed(version),
            prediction: Predicted::Number(0.0),
            unit: None,
            confidence: None,
            probabilities: None,
            interval: None,
            explanation,
        };
        match outcome {
            Outcome::Class { label, probabilities } => Prediction {
                prediction: Predicted::Label(label_of(*label)),
                confidence: probabilities.get(*label).copied().map(rounded),
                probabilities: Some(Probabilities(
                    probabilities.iter().enumerate().map(|(at, share)| (label_of(at), rounded(*share))).collect(),
                )),
                ..answer
            },
            Outcome::Number { value, low, high } => Prediction {
                prediction: Predicted::Number(*value),
                unit: target.unit.as_deref().map(Cow::Borrowed),
                interval: self.manifest.interval_level.map(|level| Interval { level, low: *low, high: *high }),
                ..answer
            },
        }
    }

    /// The model's description for callers.
    #[must_use]
    pub fn metadata(&self, default: bool) -> ModelMetadata {
        let manifest = &self.manifest;
        let main = self.schema.forms().first();
        ModelMetadata {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            kind: manifest.kind.name().to_owned(),
            task: manifest.task,
            title: manifest.title.clone(),
            description: manifest.description.clone(),
            state: ModelState::Ready,
            default,
            target: manifest.target.clone(),
            inputs: main.map(|form| form.inputs.clone()).unwrap_or_default(),
            alternatives: self.schema.forms().iter().skip(1).cloned().collect(),
            example: main.map(predictor_wire::Form::example).unwrap_or_default(),
            metrics: manifest.metrics.figures.clone(),
            created: manifest.created.clone(),
            digest: manifest.weights.sha256.clone(),
            library: manifest.library.clone(),
            data: manifest.data.clone(),
        }
    }

    /// What the manifest promises to callers must be possible with what was learned.
    fn refuse_unfit_manifest(&self) -> Result<(), ArtifactError> {
        let Manifest { task, target, forms, .. } = &self.manifest;
        if forms.is_empty() || forms.iter().any(|form| form.inputs.is_empty()) {
            return Err(ArtifactError::Structure("the manifest names no inputs"));
        }
        let fits = match &self.learned {
            Learned::Sentiment(_) => *task == Task::Classification && target.labels.len() == 2,
            Learned::Table(table) => {
                table.fits(forms, target) && (*task == Task::Classification) != target.labels.is_empty()
            }
        };
        if !fits {
            return Err(ArtifactError::Structure("the weights do not fit the manifest's task"));
        }
        let fault = self.manifest.reference.as_ref().and_then(|reference| reference.fault(&self.watched()));
        fault.map_or(Ok(()), |fault| Err(ArtifactError::Reference(fault)))
    }

    fn replay_examples(&self) -> Result<(), ArtifactError> {
        for (index, example) in self.manifest.examples.iter().enumerate() {
            let input = self.schema.check_map(&example.input).map_err(|faults| {
                let words = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail));
                ArtifactError::ExampleInput { index, words: words.collect::<Vec<_>>().join("; ") }
            })?;
            let found = self.predict(&input).numbers();
            if found.len() != example.output.len() {
                return Err(ArtifactError::Structure("a golden example has another number of outputs"));
            }
            let far = |(expect, found): &(&f64, &f64)| {
                let tolerance = EXAMPLE_TOLERANCE * expect.abs().max(1.0);
                let distance = (*expect - *found).abs();
                distance.is_nan() || distance > tolerance
            };
            if let Some((expect, found)) = example.output.iter().zip(&found).find(far) {
                return Err(ArtifactError::Example { index, expect: *expect, found: *found });
            }
        }
        Ok(())
    }
}

/// Six decimals say all that a probability can tell.
fn rounded(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Example, Reference};
    use serde_json::json;

    fn artifact(examples: Vec<Example>) -> Artifact {
        let weights = Sentiment::of(1, 0.0, [("good", 2.0), ("bad", -2.0)]).to_bytes().expect("weights");
        let manifest = Manifest { examples, ..Manifest::sample(&weights) };
        Artifact { manifest, weights }
    }

    fn example(input: serde_json::Value, output: &[f64]) -> Example {
        Example { input: input.as_object().expect("an object").clone(), output: output.to_vec() }
    }

    #[test]
    fn golden_examples_are_replayed() {
        let of_text = |text: &str, score: f64| example(json!({"text": text}), &[1.0 - score, score]);
        let good = artifact(vec![of_text("good", 0.880_797), of_text("", 0.5)]);
        assert!(Model::load(good).is_ok());
        let check = |changed: Example, expect: &str| {
            let refused = Model::load(artifact(vec![of_text("", 0.5), changed])).expect_err("refused").to_string();
            assert_eq!(refused, expect);
        };
        let words = "golden example 1 gives 0.880797, it was 0.800000 in training; the model is not the same";
        check(of_text("bad", 0.2), words);
        check(example(json!({"words": 1}), &[0.5, 0.5]), "golden example 1 does not fit the schema: /text is required");
        let words = "weights.bin is not a valid model: a golden example has another number of outputs";
        check(example(json!({"text": ""}), &[0.5]), words);
    }

    #[test]
    fn a_manifest_that_promises_something_else_is_refused() {
        let check = |edit: &dyn Fn(&mut Manifest)| {
            let mut artifact = artifact(Vec::new());
            edit(&mut artifact.manifest);
            assert!(Model::load(artifact).is_err());
        };
        check(&|manifest| manifest.forms.clear());
        check(&|manifest| manifest.forms[0].inputs.clear());
        check(&|manifest| manifest.task = Task::Regression);
        check(&|manifest| manifest.target.labels.truncate(1));
        check(&|manifest| manifest.version = "ü\n".to_owned());
        check(&|manifest| manifest.reference = Some(Reference::of(&[], &[])));
    }

    #[test]
    fn answers_have_labels_and_probabilities() {
        let model = Model::load(artifact(Vec::new())).expect("it loads");
        let answer = model.answer(&model.predict(&Input::of_text("good")), None);
        let expect = json!({
            "model": "sentiment", "version": "7", "prediction": "positive", "confidence": 0.880_797,
            "probabilities": {"negative": 0.119_203, "positive": 0.880_797}
        });
        assert_eq!(serde_json::to_value(&answer).expect("JSON"), expect);
    }
}
