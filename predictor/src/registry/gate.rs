//! Whether a model is fit to be approved: figures against thresholds, the majority class, and the approved version.
//!
//! Pure: it is given judged rows or figures and gives a verdict with every reason. It knows no model and no store.

mod bootstrap;
mod thresholds;

pub use thresholds::{Limits, Thresholds, ThresholdsError};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Standard normal quantile of a two-sided 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// The figures that are held against thresholds. Names as scikit-learn has them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figures {
    /// Of labels.
    Classification {
        /// Rows that were judged.
        rows: usize,
        /// Share of rows whose label was predicted.
        accuracy: f64,
        /// Mean of all classes' F1.
        f1_macro: f64,
        /// Share of the most frequent label.
        majority_accuracy: f64,
    },
    /// Of numbers.
    Regression {
        /// Rows that were judged.
        rows: usize,
        /// Root mean squared error, in the target's unit.
        rmse: f64,
        /// Coefficient of determination; 1 is perfect, 0 is the mean.
        r2: f64,
    },
}

/// Every judged row: what is true, and what the model said.
#[derive(Debug, Clone, PartialEq)]
pub enum Judged {
    /// Labels as positions in a list that both versions share.
    Classes(Vec<(u32, u32)>),
    /// Numbers.
    Values(Vec<(f64, f64)>),
}

/// What a version is judged by.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Rows that the written artifact has just answered.
    Data(Judged),
    /// What the manifest claims.
    Manifest(Figures),
}

/// Where the figures of a verdict come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Recomputed from the written artifact.
    Data,
    /// Claimed by the manifest.
    Manifest,
}

/// The outcome of the gate, as it is kept in the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the model may be approved.
    pub passed: bool,
    /// Where the figures come from.
    pub basis: Basis,
    /// The figures.
    pub figures: BTreeMap<String, f64>,
    /// The version that was approved at that time, if it was compared with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<String>,
    /// Whether it is surely better than that version: the 95 % interval of the difference in accuracy, or in RMSE, lies
    /// wholly on the good side.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub better: bool,
    /// Why it did not pass; empty if it did.
    #[serde(default)]
    pub reasons: Vec<String>,
}

impl Figures {
    /// The figures by name.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<String, f64> {
        let pairs = match *self {
            Self::Classification { rows, accuracy, f1_macro, majority_accuracy } => vec![
                ("rows", rows as f64),
                ("accuracy", accuracy),
                ("f1_macro", f1_macro),
                ("majority_accuracy", majority_accuracy),
            ],
            Self::Regression { rows, rmse, r2 } => vec![("rows", rows as f64), ("rmse", rmse), ("r2", r2)],
        };
        // JSON has no other numbers; a verdict with such a figure names it among its reasons.
        let finite = pairs.into_iter().filter(|(_, figure)| figure.is_finite());
        finite.map(|(name, figure)| (name.to_owned(), (figure * 1e6).round() / 1e6)).collect()
    }
}

impl Judged {
    /// Computes the figures.
    #[must_use]
    pub fn figures(&self) -> Figures {
        match self {
            Self::Classes(rows) => {
                let confusion = bootstrap::Confusion::of(rows);
                Figures::Classification {
                    rows: rows.len(),
                    accuracy: confusion.accuracy(),
                    f1_macro: confusion.f1_macro(),
                    majority_accuracy: confusion.majority(),
                }
            }
            Self::Values(rows) => {
                let (rmse, r2) = bootstrap::fit(rows);
                Figures::Regression { rows: rows.len(), rmse, r2 }
            }
        }
    }
}

impl Evidence {
    /// The figures, computed or claimed.
    #[must_use]
    pub fn figures(&self) -> Figures {
        match self {
            Self::Data(judged) => judged.figures(),
            Self::Manifest(figures) => *figures,
        }
    }
}

/// Decides about a candidate. `approved` is the approved version with its evidence: on the same rows in the same
/// order if both are [`Evidence::Data`].
#[must_use]
pub fn decide(limits: &Limits, candidate: &Evidence, approved: Option<(&str, &Evidence)>) -> Verdict {
    let figures = candidate.figures();
    let mut reasons = against_limits(limits, figures);
    let compared = approved.filter(|_| limits.not_worse);
    let mut better = false;
    if let Some((version, evidence)) = compared {
        match differences(limits, candidate, evidence) {
            Some(differences) => {
                better = differences.first().is_some_and(Difference::is_better);
                let worse = differences.into_iter().filter(Difference::is_worse);
                reasons.extend(worse.map(|difference| difference.words(version)));
            }
            None => reasons.push(format!(
                "it cannot be compared with the approved version {version}: another task, or other rows"
            )),
        }
    }
    Verdict {
        passed: reasons.is_empty(),
        basis: if matches!(candidate, Evidence::Data(_)) { Basis::Data } else { Basis::Manifest },
        figures: figures.by_name(),
        compared_with: compared.map(|(version, _)| version.to_owned()),
        better,
        reasons,
    }
}

fn against_limits(limits: &Limits, figures: Figures) -> Vec<String> {
    let mut reasons = Vec::new();
    // Written so that a figure that is not a number fails too.
    let mut at_least = |name: &str, figure: f64, limit: f64| {
        let reached = figure >= limit;
        if !reached {
            reasons.push(format!("{name} {figure:.4} is below {limit}"));
        }
    };
    match figures {
        Figures::Classification { rows, accuracy, f1_macro, majority_accuracy } => {
            at_least("accuracy", accuracy, limits.accuracy);
            at_least("macro F1", f1_macro, limits.f1_macro);
            let lower = wilson_lower(accuracy, rows);
            let is_better = lower > majority_accuracy;
            if limits.beats_majority && !is_better {
                reasons.push(format!(
                    "accuracy {accuracy:.4} on {rows} rows is not surely better than always answering the most frequent \
                     label ({majority_accuracy:.4}): its 95 % interval (Wilson) begins at {lower:.4}"
                ));
            }
        }
        Figures::Regression { rows, rmse, r2 } => {
            at_least("R²", r2, limits.r2);
            if rows == 0 || !rmse.is_finite() {
                reasons.push(format!("RMSE {rmse} on {rows} rows is no figure"));
            }
        }
    }
    reasons
}

fn differences(limits: &Limits, candidate: &Evidence, approved: &Evidence) -> Option<Vec<Difference>> {
    match (candidate, approved) {
        (Evidence::Data(new), Evidence::Data(old)) => bootstrap::differences(new, old, limits.resamples),
        _ => claimed_differences(candidate.figures(), approved.figures()),
    }
}

/// How a figure of the candidate differs from the approved version's.
#[derive(Debug, Clone, PartialEq)]
struct Difference {
    name: &'static str,
    more_is_better: bool,
    /// Candidate minus approved.
    by: f64,
    /// 95 % interval of that.
    interval: (f64, f64),
    how: &'static str,
}

impl Difference {
    fn is_worse(&self) -> bool {
        // An interval that is no number proves nothing in the candidate's favour.
        let is_fine = if self.more_is_better { self.interval.1 >= 0.0 } else { self.interval.0 <= 0.0 };
        !is_fine
    }

    fn is_better(&self) -> bool {
        if self.more_is_better { self.interval.0 > 0.0 } else { self.interval.1 < 0.0 }
    }

    fn words(&self, version: &str) -> String {
        let Self { name, by, interval: (low, high), how, .. } = self;
        let places = if self.more_is_better { 4 } else { 2 };
        format!(
            "{name} is worse than that of the approved version {version}: by {:.places$}, 95 % interval of the \
             difference {low:.places$} to {high:.places$} ({how})",
            by.abs()
        )
    }
}

/// Differences of figures from separate runs: normal approximations of their errors.
fn claimed_differences(new: Figures, old: Figures) -> Option<Vec<Difference>> {
    const HOW: &str = "figures of the manifests";
    let difference = |name, more_is_better, new: f64, old: f64, deviation: f64| {
        let by = new - old;
        let interval = (by - Z * deviation, by + Z * deviation);
        Difference { name, more_is_better, by, interval, how: HOW }
    };
    match (new, old) {
        (
            Figures::Classification { rows: new_rows, accuracy: new, f1_macro: new_f1, .. },
            Figures::Classification { rows: old_rows, accuracy: old, f1_macro: old_f1, .. },
        ) => {
            let variance = |share: f64, rows: usize| share * (1.0 - share) / rows as f64;
            let spread = |new: f64, old: f64| (variance(new, new_rows) + variance(old, old_rows)).sqrt();
            // F1 is no share; that of a share of the same size is the usual stand-in.
            Some(vec![
                difference("accuracy", true, new, old, spread(new, old)),
                difference("macro F1", true, new_f1, old_f1, spread(new_f1, old_f1)),
            ])
        }
        (
            Figures::Regression { rows: new_rows, rmse: new, .. },
            Figures::Regression { rows: old_rows, rmse: old, .. },
        ) => {
            let variance = |rmse: f64, rows: usize| rmse * rmse / (2.0 * rows as f64);
            let deviation = (variance(new, new_rows) + variance(old, old_rows)).sqrt();
            Some(vec![difference("RMSE", false, new, old, deviation)])
        }
        _ => None,
    }
}

/// Lower end of Wilson's 95 % interval of a share.
fn wilson_lower(share: f64, rows: usize) -> f64 {
    if rows == 0 {
        return 0.0;
    }
    let (n, z2) = (rows as f64, Z * Z);
    let spread = (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    (share + z2 / (2.0 * n) - Z * spread) / (1.0 + z2 / n)
}

#[cfg(test)]
mod tests;
