//! `predictor evaluate`: a model's figures on the test fold of labelled data.

use super::Failure;
use crate::catalog;
use crate::data::{Sentence, Sentences};
use crate::evaluation::Evaluation;
use crate::schema::Input;
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
        let judged: Vec<_> = rows
            .iter()
            .map(|row| (row.positive, model.predict(&Input::of_text(row.text.as_str())).numbers()[1]))
            .collect();
        let figures = Evaluation::of_binary(&judged).ok_or("the data has no rows in the test fold; add --all-rows")?;
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
        Ok(write_table(out, &title, &manifest.target.labels, &figures)?)
    }
}

/// Writes figures for a person.
pub(super) fn write_table(
    out: &mut impl Write,
    title: &str,
    labels: &[String],
    found: &Evaluation,
) -> std::io::Result<()> {
    writeln!(out, "{title}: {} rows", found.rows)?;
    for (name, figure) in &found.figures {
        writeln!(out, "  {name:<18} {figure:.4}")?;
    }
    if found.confusion.is_empty() {
        return Ok(());
    }
    write!(out, "  {:<18}", "true \\ predicted")?;
    for label in labels {
        write!(out, " {label:>10}")?;
    }
    writeln!(out)?;
    for (label, row) in labels.iter().zip(&found.confusion) {
        write!(out, "  {label:<18}")?;
        for count in row {
            write!(out, " {count:>10}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
