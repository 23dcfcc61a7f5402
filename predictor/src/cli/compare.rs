//! `predictor compare`: two models on the same rows, and whether their difference is more than chance.

use super::Failure;
use super::evaluate::Rows;
use crate::catalog;
use crate::data::cases::Case;
use crate::evaluation::Evaluation;
use crate::evaluation::paired::{Comparison, McNemar, Verdict, compare_labels, compare_numbers, mcnemar};
use crate::judgement::{Judgement, read_cases};
use crate::model::Model;
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

/// The second model is worse.
const WORSE: u8 = 3;

/// Exit codes: 0 the second model is better, or these rows show no difference; 3 it is worse; 1 failed; 2 wrong usage.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 the second model is better, or these rows show no difference; 3 it is worse; \
                        1 failed; 2 wrong usage.")]
pub(super) struct Compare {
    /// The model to compare with: NAME, NAME@VERSION, or the directory of an artifact
    first: String,
    /// The model to judge
    second: String,
    #[command(flatten)]
    rows: Rows,
    /// The figure that decides [default: accuracy, or rmse]
    #[arg(long, value_parser = ["accuracy", "f1_macro", "log_loss", "rmse", "mae"])]
    by: Option<String>,
    /// Draws of the bootstrap
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    resamples: u32,
    /// Chooses the draws
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

struct Found {
    comparisons: Vec<Comparison>,
    figures: [Evaluation; 2],
    mcnemar: Option<McNemar>,
}

impl Compare {
    pub(super) fn run(self, out: &mut impl Write) -> Result<ExitCode, Failure> {
        let models = [catalog::load(&self.first)?, catalog::load(&self.second)?];
        let [first, second] = &models;
        let (one, other) = (first.manifest(), second.manifest());
        if one.target.labels != other.target.labels || one.target.name != other.target.name {
            return Err(format!("{} and {} do not predict the same", first.reference(), second.reference()).into());
        }
        let cases = [read_cases(first, self.rows.files())?, read_cases(second, self.rows.files())?];
        let found = self.find(&models, &cases)?;
        let by = self.by.as_deref().unwrap_or(if one.target.labels.is_empty() { "rmse" } else { "accuracy" });
        let main = found.comparisons.iter().find(|comparison| comparison.figure == by);
        let main = main.ok_or_else(|| format!("--by {by} is no figure of {}", first.reference()))?;
        if self.json {
            self.write_json(out, &models, &found, main)?;
        } else {
            self.write_words(out, &models, &found, main)?;
        }
        Ok(if main.verdict() == Verdict::Worse { ExitCode::from(WORSE) } else { ExitCode::SUCCESS })
    }

    fn find(&self, models: &[Model; 2], cases: &[Vec<Case>; 2]) -> Result<Found, Failure> {
        let folds = [0, 1].map(|at| models[at].manifest().recipe.test_fold);
        let wanted = [self.rows.wanted(&models[0], &cases[0])?, self.rows.wanted(&models[1], &cases[1])?];
        let keys = |at: usize| wanted[at].iter().map(|case: &&Case| case.key.as_str());
        if !keys(0).eq(keys(1)) {
            let words =
                format!("the models were not kept from the same rows (test folds {} and {})", folds[0], folds[1]);
            return Err(format!("{words}; give other data with --all-rows").into());
        }
        let judged = [0, 1].map(|at| Judgement::of(&models[at], &wanted[at]));
        let target = &models[0].manifest().target;
        let (resamples, seed) = (self.resamples as usize, self.seed);
        let (comparisons, mcnemar) = match &judged {
            [Judgement::Labels(one), Judgement::Labels(other)] => {
                (compare_labels(target.labels.len(), one, other, resamples, seed), Some(mcnemar(one, other)))
            }
            [Judgement::Numbers(one), Judgement::Numbers(other)] => {
                (compare_numbers(one, other, resamples, seed), None)
            }
            _ => (None, None),
        };
        let figures = |at: usize| judged[at].figures(target).ok_or("there are no rows to judge by");
        let comparisons = comparisons.ok_or("the two models cannot be compared on these rows")?;
        Ok(Found { comparisons, figures: [figures(0)?, figures(1)?], mcnemar })
    }

    /// What the two are called: by name and version, or as they were given if both have the same.
    fn names(&self, models: &[Model; 2]) -> [String; 2] {
        let names = [models[0].reference(), models[1].reference()];
        if names[0] == names[1] { [self.first.clone(), self.second.clone()] } else { names }
    }

    fn write_json(
        &self,
        out: &mut impl Write,
        models: &[Model; 2],
        found: &Found,
        main: &Comparison,
    ) -> Result<(), Failure> {
        let object = json!({
            "first": models[0].reference(), "second": models[1].reference(),
            "rows": self.rows.name().trim_start_matches("the "), "by": main.figure, "verdict": main.verdict(),
            "words": words(&self.names(models), main), "resamples": self.resamples, "seed": self.seed,
            "metrics": found.figures, "comparisons": found.comparisons, "mcnemar": found.mcnemar,
        });
        serde_json::to_writer_pretty(&mut *out, &object)?;
        writeln!(out)?;
        Ok(())
    }

    fn write_words(
        &self,
        out: &mut impl Write,
        models: &[Model; 2],
        found: &Found,
        main: &Comparison,
    ) -> Result<(), Failure> {
        let [one, other] = &found.figures;
        let names = self.names(models);
        let [first, second] = &names;
        writeln!(out, "{} rows ({})", one.rows, self.rows.name())?;
        writeln!(out, "  {:<18} {first:>14} {second:>14} {:>12}   95 % interval of it", "", "difference")?;
        for (name, figure) in &one.figures {
            let beside = other.figure(name);
            let interval = found.comparisons.iter().find(|comparison| comparison.figure == *name);
            let interval =
                interval.map_or_else(String::new, |seen| format!("   {:+.4} to {:+.4}", seen.low, seen.high));
            writeln!(out, "  {name:<18} {figure:>14.4} {beside:>14.4} {:>+12.4}{interval}", beside - figure)?;
        }
        if let Some(test) = found.mcnemar {
            writeln!(
                out,
                "  right alone: {first} on {} rows, {second} on {}; McNemar's exact test: p = {:.4}",
                test.first_only, test.second_only, test.p_value
            )?;
        }
        writeln!(out, "{}", words(&names, main))?;
        Ok(())
    }
}

fn words([first, second]: &[String; 2], main: &Comparison) -> String {
    let figure = &main.figure;
    let by = format!("{figure} {:+.4}, 95 % interval {:+.4} to {:+.4}", main.difference, main.low, main.high);
    match main.verdict() {
        Verdict::Better => format!("{second} is better than {first}: {by}"),
        Verdict::Worse => format!("{second} is worse than {first}: {by}"),
        Verdict::NoDifferenceShown => {
            format!("no difference between {first} and {second} that this data could show: {by}")
        }
    }
}
