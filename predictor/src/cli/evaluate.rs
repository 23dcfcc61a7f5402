//! `predictor evaluate`: a model's figures on the test fold of labelled data.

use super::Failure;
use crate::catalog;
use crate::data::{Sentence, Sentences};
use crate::evaluation::Evaluation;
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Evaluate {
    /// Text to the probability that it is favourable
    Sentiment(EvaluateSentiment),
}

#[derive(Debug, clap::Args)]
pub(super) struct EvaluateSentiment {
    /// Files of lines `sentence TAB 0|1` in UTF-8
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    data: Vec<PathBuf>,
    /// NAME or NAME@VERSION of an embedded model, or the directory of an artifact
    #[arg(long, default_value = "sentiment", value_name = "MODEL")]
    model: String,
    /// Judge all rows, not only the fold that the model did not learn from: for other data than its training data
    #[arg(long)]
    all_rows: bool,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let Self::Sentiment(wanted) = self;
        wanted.run(out)
    }
}

impl EvaluateSentiment {
    fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let model = catalog::load(&self.model)?;
        let sentences = Sentences::read(&self.data)?;
        let fold = model.manifest().recipe.test_fold;
        let rows: Vec<&Sentence> = if self.all_rows { sentences.rows.iter().collect() } else { sentences.test(fold) };
        let judged: Vec<_> = rows.iter().map(|row| (row.positive, model.score(&row.text))).collect();
        let figures = Evaluation::of(&judged).ok_or("the data has no rows in the test fold; add --all-rows")?;
        let manifest = model.manifest();
        if self.json {
            let object = serde_json::json!({
                "model": manifest.name, "version": manifest.version, "rows": if self.all_rows { "all" } else { "test fold" },
                "metrics": figures,
            });
            serde_json::to_writer_pretty(&mut *out, &object)?;
            writeln!(out)?;
            return Ok(());
        }
        let title = format!(
            "{} {} on {}",
            manifest.name,
            manifest.version,
            if self.all_rows { "all rows" } else { "the test fold" }
        );
        Ok(write_table(out, &title, &figures)?)
    }
}

/// Writes figures for a person.
pub(super) fn write_table(out: &mut impl Write, title: &str, figures: &Evaluation) -> std::io::Result<()> {
    let confusion = &figures.confusion;
    writeln!(out, "{title}: {} rows", figures.rows)?;
    writeln!(
        out,
        "  accuracy  {:.4}   (always the more frequent label: {:.4})",
        figures.accuracy, figures.majority_accuracy
    )?;
    writeln!(out, "  F1        {:.4}   (mean of both classes: {:.4})", figures.f1, figures.f1_macro)?;
    match figures.roc_auc {
        Some(area) => writeln!(out, "  ROC AUC   {area:.4}")?,
        None => writeln!(out, "  ROC AUC   -        (only one label occurs)")?,
    }
    writeln!(out, "  log loss  {:.4}", figures.log_loss)?;
    writeln!(out, "                      predicted")?;
    writeln!(out, "                positive  negative")?;
    writeln!(out, "  positive      {:>8}  {:>8}", confusion.true_positive, confusion.false_negative)?;
    writeln!(out, "  negative      {:>8}  {:>8}", confusion.false_positive, confusion.true_negative)
}
