//! `predictor train` of a table model: from CSV files to an artifact.

use super::super::Failure;
use super::super::evaluate::write_table;
use super::super::painter::Painter;
use super::{artifact_place, creation_time, git_commit, version};
use crate::data::table::Table;
use crate::data::{FOLDS, TEST_FOLD};
use crate::model::table::plan::Plan;
use crate::model::table::train::{Settings, train};
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct TrainTable {
    /// CSV files with a header line
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    data: Vec<PathBuf>,
    /// Directory to write the artifact to; must not exist [default: models/NAME/VERSION]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Version to give the model
    #[arg(long, default_value = "1", value_parser = version)]
    version: String,
    /// Splits the inner cross-validation that chooses the estimator, and draws what is random in learning
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Fold of the data, 0 to 4, that is not learnt from and gives the figures
    #[arg(long, default_value_t = TEST_FOLD, value_parser = clap::value_parser!(u64).range(0..FOLDS))]
    test_fold: u64,
    /// Creation time to record, in seconds since the epoch; now if not given
    #[arg(long, env = "SOURCE_DATE_EPOCH", value_name = "SECONDS")]
    created: Option<u64>,
    /// Commit to record [default: GITHUB_SHA, or what git says of the working directory]
    #[arg(long, env = "GIT_COMMIT", value_name = "SHA")]
    git_commit: Option<String>,
}

impl TrainTable {
    pub(super) fn run(self, plan: &Plan, words: &mut impl Write) -> Result<(), Failure> {
        let out = artifact_place(self.out.as_deref(), plan.name, &self.version)?;
        let table = Table::read(&self.data)?;
        let test = table.rows.iter().filter(|row| row.fold() == self.test_fold).count();
        writeln!(words, "{} rows to learn from, {test} rows kept for the test", table.rows.len() - test)?;
        let settings = Settings {
            version: self.version,
            seed: self.seed,
            test_fold: self.test_fold,
            created: creation_time(self.created),
            git_commit: git_commit(self.git_commit),
        };
        let artifact = Painter::default().watch(|progress| train(plan, &table, &settings, progress))?;
        artifact.write(&out)?;
        let manifest = &artifact.manifest;
        let (place, chosen) = (out.display(), serde_json::to_string(&manifest.recipe.settings["chosen"])?);
        writeln!(words, "wrote {place}: {} bytes of weights, {chosen}", manifest.weights.bytes)?;
        write_table(words, "cross-validation", &manifest.target.labels, &manifest.validation)?;
        write_table(words, "test fold", &manifest.target.labels, &manifest.metrics)?;
        Ok(())
    }
}
