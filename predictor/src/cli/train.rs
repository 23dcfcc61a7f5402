//! `predictor train`: from labelled files to an artifact.

use super::Failure;
use crate::data::{FOLDS, Sentences, TEST_FOLD};
use crate::model::sentiment::train::{Settings, train};
use crate::time::{now_ms, rfc3339};
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Train {
    /// Text to the probability that it is favourable
    Sentiment(TrainSentiment),
}

#[derive(Debug, clap::Args)]
pub(super) struct TrainSentiment {
    /// Files of lines `sentence TAB 0|1` in UTF-8
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    data: Vec<PathBuf>,
    /// Directory to write the artifact to; must not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Version to give the model
    #[arg(long, default_value = "1", value_parser = version)]
    version: String,
    /// Splits the inner cross-validation that chooses the settings
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Fold of the data, 0 to 4, that is not learnt from and gives the figures
    #[arg(long, default_value_t = TEST_FOLD, value_parser = clap::value_parser!(u64).range(0..FOLDS))]
    test_fold: u64,
    /// Longest n-gram, in tokens
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=3))]
    ngrams: u8,
    /// Features to keep at most, by chi²
    #[arg(long, default_value_t = 20_000)]
    features: usize,
    /// Creation time to record, in seconds since the epoch; now if not given
    #[arg(long, env = "SOURCE_DATE_EPOCH", value_name = "SECONDS")]
    created: Option<u64>,
    /// Commit of the program to record
    #[arg(long, env = "GIT_COMMIT", value_name = "SHA")]
    git_commit: Option<String>,
}

impl Train {
    pub(super) fn run(self, progress: &mut impl Write) -> Result<(), Failure> {
        let Self::Sentiment(wanted) = self;
        wanted.run(progress)
    }
}

impl TrainSentiment {
    fn run(self, progress: &mut impl Write) -> Result<(), Failure> {
        let sentences = Sentences::read(&self.data)?;
        let (training, test) = (sentences.training(self.test_fold).len(), sentences.test(self.test_fold).len());
        writeln!(progress, "{training} rows to learn from, {test} rows kept for the test")?;
        let created_ms = self.created.map_or_else(now_ms, |seconds| seconds.saturating_mul(1000));
        let settings = Settings {
            version: self.version,
            ngrams: self.ngrams,
            features: self.features,
            seed: self.seed,
            test_fold: self.test_fold,
            created: rfc3339(created_ms),
            git_commit: self.git_commit,
        };
        let artifact = train(&sentences, &settings)?;
        artifact.write(&self.out)?;
        let manifest = &artifact.manifest;
        writeln!(
            progress,
            "wrote {}: {} bytes of weights, {}",
            self.out.display(),
            manifest.weights.bytes,
            serde_json::to_string(&manifest.recipe.settings)?
        )?;
        super::evaluate::write_table(progress, "cross-validation", &manifest.target.labels, &manifest.validation)?;
        super::evaluate::write_table(progress, "test fold", &manifest.target.labels, &manifest.metrics)?;
        Ok(())
    }
}

/// Versions become paths, headers and labels.
fn version(given: &str) -> Result<String, String> {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if given.is_empty() || given.len() > 64 || !given.bytes().all(harmless) {
        return Err("a version has 1 to 64 letters, digits, dots, dashes and underscores".to_owned());
    }
    Ok(given.to_owned())
}
