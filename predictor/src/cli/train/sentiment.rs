//! `predictor train sentiment`: from labelled texts to an artifact, or to figures only.

use super::super::Failure;
use super::super::evaluate::write_table;
use super::super::painter::Painter;
use super::{artifact_place, creation_time, git_commit, version};
use crate::data::{FOLDS, Sentences, TEST_FOLD};
use crate::evaluation::Evaluation;
use crate::model::sentiment::search::Trial;
use crate::model::sentiment::train::{Settings, Trained, train_watched};
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct TrainSentiment {
    /// Files of lines `sentence TAB 0|1` in UTF-8
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    data: Vec<PathBuf>,
    /// Directory to write the artifact to; must not exist [default: models/sentiment/VERSION]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Version to give the model
    #[arg(long, default_value = "1", value_parser = version)]
    version: String,
    /// Splits the inner cross-validation that chooses the settings
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Fold of the data, 0 to 4, that is not learnt from and gives the figures
    #[arg(long, default_value_t = TEST_FOLD, value_parser = clap::value_parser!(u64).range(0..FOLDS))]
    test_fold: u64,
    /// Folds of the inner cross-validation
    #[arg(long, default_value_t = FOLDS, value_parser = clap::value_parser!(u64).range(2..=20))]
    folds: u64,
    /// Longest n-gram, in tokens [default: 2; from 10,000 training texts on cross-validation chooses 2 or 3]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
    ngrams: Option<u8>,
    /// Features to keep at most, by chi² [default: 20000, of many texts 60000]
    #[arg(long)]
    features: Option<usize>,
    /// Pseudo-count of the log-count ratios [default: cross-validation chooses]
    #[arg(long, value_parser = above_zero)]
    smoothing: Option<f64>,
    /// L2 penalty [default: cross-validation chooses]
    #[arg(long, value_parser = above_zero)]
    penalty: Option<f64>,
    /// List every setting that the search tried, with its figures
    #[arg(long)]
    search: bool,
    /// Write no model: let each of the five folds of the data be the test in turn, choosing settings anew each time
    #[arg(long, conflicts_with_all = ["out", "version", "test_fold", "search"])]
    cross_validate: bool,
    /// Creation time to record, in seconds since the epoch; now if not given
    #[arg(long, env = "SOURCE_DATE_EPOCH", value_name = "SECONDS")]
    created: Option<u64>,
    /// Commit to record [default: GITHUB_SHA, or what git says of the working directory]
    #[arg(long, env = "GIT_COMMIT", value_name = "SHA")]
    git_commit: Option<String>,
}

impl TrainSentiment {
    pub(super) fn run(self, words: &mut impl Write) -> Result<(), Failure> {
        let sentences = Sentences::read(&self.data)?;
        let settings = self.settings();
        if self.cross_validate {
            cross_validate(&sentences, &settings, words)
        } else {
            self.train(&sentences, &settings, words)
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            ngrams: self.ngrams,
            features: self.features,
            smoothing: self.smoothing,
            penalty: self.penalty,
            folds: self.folds,
            seed: self.seed,
            test_fold: self.test_fold,
            git_commit: git_commit(self.git_commit.clone()),
            ..Settings::new(&self.version, &creation_time(self.created))
        }
    }

    fn train(&self, sentences: &Sentences, settings: &Settings, words: &mut impl Write) -> Result<(), Failure> {
        let out = artifact_place(self.out.as_deref(), "sentiment", &self.version)?;
        let (training, test) = (sentences.training(self.test_fold).len(), sentences.test(self.test_fold).len());
        writeln!(words, "{training} rows to learn from, {test} rows kept for the test")?;
        let Trained { artifact, trials } =
            Painter::default().watch(|progress| train_watched(sentences, settings, progress))?;
        artifact.write(&out)?;
        let manifest = &artifact.manifest;
        if self.search {
            write_trials(words, &trials)?;
        }
        let chosen = serde_json::to_string(&manifest.recipe.settings)?;
        writeln!(words, "wrote {}: {} bytes of weights, {chosen}", out.display(), manifest.weights.bytes)?;
        write_table(words, "cross-validation", &manifest.target.labels, &manifest.validation)?;
        write_table(words, "test fold", &manifest.target.labels, &manifest.metrics)?;
        Ok(())
    }
}

/// Judges the recipe, not one model: settings are chosen anew for each test fold.
fn cross_validate(sentences: &Sentences, settings: &Settings, words: &mut impl Write) -> Result<(), Failure> {
    const NAMES: [&str; 4] = ["accuracy", "f1_macro", "roc_auc", "log_loss"];
    writeln!(
        words,
        "{:<10} {:>6} {:>9} {:>9} {:>9} {:>9}  settings",
        "test fold", "rows", "accuracy", "f1_macro", "roc_auc", "log_loss"
    )?;
    let mut found: Vec<Evaluation> = Vec::new();
    for test_fold in 0..FOLDS {
        let settings = Settings { test_fold, ..settings.clone() };
        let trained = Painter::default().watch(|progress| train_watched(sentences, &settings, progress))?;
        let manifest = trained.artifact.manifest;
        let figures = NAMES.map(|name| format!(" {:>9.4}", manifest.metrics.figure(name))).concat();
        let chosen = serde_json::to_string(&manifest.recipe.settings)?;
        writeln!(words, "{test_fold:<10} {:>6}{figures}  {chosen}", manifest.metrics.rows)?;
        found.push(manifest.metrics);
    }
    let rows = found.iter().map(|figures| figures.rows).sum::<usize>();
    let line = |measure: &dyn Fn(&[f64]) -> f64| {
        let of = |name| measure(&found.iter().map(|figures| figures.figure(name)).collect::<Vec<_>>());
        NAMES.map(|name| format!(" {:>9.4}", of(name))).concat()
    };
    writeln!(words, "{:<10} {rows:>6}{}", "mean", line(&mean))?;
    writeln!(words, "{:<10} {:>6}{}", "deviation", "", line(&deviation))?;
    Ok(())
}

fn mean(figures: &[f64]) -> f64 {
    figures.iter().sum::<f64>() / figures.len() as f64
}

fn deviation(figures: &[f64]) -> f64 {
    let mean = mean(figures);
    let squares: f64 = figures.iter().map(|figure| (figure - mean).powi(2)).sum();
    (squares / (figures.len() as f64 - 1.0)).sqrt()
}

fn write_trials(words: &mut impl Write, trials: &[Trial]) -> std::io::Result<()> {
    writeln!(
        words,
        "{:>6} {:>9} {:>7} {:>6} {:>9} {:>9}",
        "ngrams", "smoothing", "penalty", "rows", "log_loss", "accuracy"
    )?;
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    ranked.sort_by(|left, right| left.figures.figure("log_loss").total_cmp(&right.figures.figure("log_loss")));
    for Trial { ngrams, smoothing, penalty, figures } in ranked {
        let (loss, accuracy) = (figures.figure("log_loss"), figures.figure("accuracy"));
        writeln!(words, "{ngrams:>6} {smoothing:>9} {penalty:>7} {:>6} {loss:>9.4} {accuracy:>9.4}", figures.rows)?;
    }
    Ok(())
}

fn above_zero(given: &str) -> Result<f64, String> {
    let number = given.parse::<f64>().ok().filter(|number| *number > 0.0 && number.is_finite());
    number.ok_or_else(|| "must be a number above 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn deviations_are_those_of_a_sample() {
        assert_eq!((mean(&[1.0, 3.0]), deviation(&[1.0, 3.0])), (2.0, 2.0_f64.sqrt()));
    }

    #[test]
    fn settings_are_above_zero() {
        assert_eq!(above_zero("0.5"), Ok(0.5));
        for bad in ["0", "-1", "nan", "inf", "x"] {
            assert!(above_zero(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn artifacts_go_below_models_unless_told() {
        assert_eq!(artifact_place(Some(Path::new("/x")), "a", "1").expect("a place"), Path::new("/x"));
    }
}
