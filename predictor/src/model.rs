//! Learned models in memory, ready to answer. One room for each kind; only those rooms name the learning library.

pub mod sentiment;
pub mod table;
pub mod trees;

use crate::artifact::{Artifact, ArtifactError, Kind, Manifest};
use sentiment::Sentiment;
use warp::http::HeaderValue;

/// How far a golden example may be from its recorded score: rounding, and the last bits of `exp`.
const EXAMPLE_TOLERANCE: f64 = 2e-6;

/// A model that passed every check and answers as it did when it was trained.
#[derive(Debug)]
pub struct Model {
    manifest: Manifest,
    sentiment: Sentiment,
    version_header: HeaderValue,
}

impl Model {
    /// Interprets an artifact's weights and replays its golden examples.
    ///
    /// # Errors
    /// Weights without the structure of their kind, or examples that score differently.
    pub fn load(artifact: Artifact) -> Result<Self, ArtifactError> {
        let Artifact { manifest, weights } = artifact;
        let sentiment = match manifest.kind {
            Kind::Sentiment => Sentiment::from_bytes(&weights)?,
        };
        let version_header = HeaderValue::from_str(&manifest.version)
            .map_err(|_| ArtifactError::Structure("the version is not printable ASCII"))?;
        let model = Self { manifest, sentiment, version_header };
        model.replay_examples()?;
        Ok(model)
    }

    /// What is known about the model.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Probability that `text` is favourable, 0 to 1, rounded to six decimals.
    #[must_use]
    pub fn score(&self, text: &str) -> f64 {
        self.sentiment.score(text)
    }

    /// The version as an HTTP header value.
    #[must_use]
    pub fn version_header(&self) -> HeaderValue {
        self.version_header.clone()
    }

    fn replay_examples(&self) -> Result<(), ArtifactError> {
        for (index, example) in self.manifest.examples.iter().enumerate() {
            let (expect, found) = (example.score, self.score(&example.text));
            if (expect - found).abs() > EXAMPLE_TOLERANCE {
                return Err(ArtifactError::Example { index, expect, found });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Example;

    fn artifact(examples: Vec<Example>) -> Artifact {
        let weights = Sentiment::of(1, 0.0, [("good", 2.0), ("bad", -2.0)]).to_bytes().expect("weights");
        let manifest = Manifest { examples, ..Manifest::sample(&weights) };
        Artifact { manifest, weights }
    }

    #[test]
    fn golden_examples_are_replayed() {
        let example = |text: &str, score: f64| Example { text: text.to_owned(), score };
        let good = artifact(vec![example("good", 0.880_797), example("", 0.5)]);
        assert!(Model::load(good).is_ok());
        let changed = artifact(vec![example("", 0.5), example("bad", 0.2)]);
        let words = Model::load(changed).expect_err("scores differ").to_string();
        assert_eq!(words, "golden example 1 scores 0.119203, it was 0.200000 in training; the model is not the same");
    }
}
