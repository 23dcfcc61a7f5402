//! The thresholds file: what every model must reach, and what single models must.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The file that is part of the program.
const COMMITTED: &str = include_str!("../../../thresholds.toml");
/// More resamples than anyone has patience for.
const MOST_RESAMPLES: usize = 100_000;
/// No genuine file is larger.
const LARGEST_FILE: u64 = 1 << 20;

/// Thresholds of all models.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    format: u32,
    classification: Classification,
    regression: Regression,
    approved: Approved,
    #[serde(default)]
    models: BTreeMap<String, Own>,
}

/// What one model must reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Least accuracy.
    pub accuracy: f64,
    /// Least mean F1.
    pub f1_macro: f64,
    /// Whether it must surely beat the most frequent label.
    pub beats_majority: bool,
    /// Least coefficient of determination.
    pub r2: f64,
    /// Whether it may not be worse than the approved version beyond noise.
    pub not_worse: bool,
    /// Draws of the bootstrap.
    pub resamples: usize,
}

/// Why a thresholds file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ThresholdsError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not what it must be.
    #[error("{place}: {reason}")]
    Content {
        /// The file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Classification {
    accuracy: f64,
    f1_macro: f64,
    beats_majority: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Regression {
    r2: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Approved {
    not_worse: bool,
    resamples: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Own {
    accuracy: Option<f64>,
    f1_macro: Option<f64>,
    beats_majority: Option<bool>,
    r2: Option<f64>,
    not_worse: Option<bool>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::parse(COMMITTED, "thresholds.toml").expect("a test reads the committed file")
    }
}

impl Thresholds {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or says something unknown or impossible.
    pub fn read(path: &Path) -> Result<Self, ThresholdsError> {
        let failed = |source| ThresholdsError::Read { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(failed)?.len() > LARGEST_FILE {
            return Err(failed(std::io::Error::other("it is too large for a thresholds file")));
        }
        Self::parse(&std::fs::read_to_string(path).map_err(failed)?, &path.display().to_string())
    }

    /// What a model must reach.
    #[must_use]
    pub fn of(&self, model: &str) -> Limits {
        let own = self.models.get(model).cloned().unwrap_or_default();
        Limits {
            accuracy: own.accuracy.unwrap_or(self.classification.accuracy),
            f1_macro: own.f1_macro.unwrap_or(self.classification.f1_macro),
            beats_majority: own.beats_majority.unwrap_or(self.classification.beats_majority),
            r2: own.r2.unwrap_or(self.regression.r2),
            not_worse: own.not_worse.unwrap_or(self.approved.not_worse),
            resamples: self.approved.resamples,
        }
    }

    fn parse(text: &str, place: &str) -> Result<Self, ThresholdsError> {
        let refused = |reason: String| ThresholdsError::Content { place: place.to_owned(), reason };
        let found: Self = toml::from_str(text).map_err(|error| refused(error.to_string().trim_end().to_owned()))?;
        if found.format != 1 {
            return Err(refused(format!("format {} is not known, only 1", found.format)));
        }
        if !(1..=MOST_RESAMPLES).contains(&found.approved.resamples) {
            return Err(refused(format!("resamples must be 1 to {MOST_RESAMPLES}")));
        }
        // No model is called "": that is the file's own part.
        for name in found.models.keys().map(String::as_str).chain([""]) {
            found.of(name).check().map_err(refused)?;
        }
        Ok(found)
    }
}

impl Limits {
    fn check(&self) -> Result<(), String> {
        let shares = [("accuracy", self.accuracy), ("f1_macro", self.f1_macro)];
        if let Some((name, value)) = shares.into_iter().find(|(_, value)| !(0.0..=1.0).contains(value)) {
            return Err(format!("{name} must be from 0 to 1, it is {value}"));
        }
        // R² has no lower end: a model may be any amount worse than the mean.
        if self.r2 <= 1.0 { Ok(()) } else { Err(format!("r2 must be at most 1, it is {}", self.r2)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_file_says_what_is_documented() {
        let limits = Thresholds::default().of("any");
        let expect =
            Limits { accuracy: 0.80, f1_macro: 0.70, beats_majority: true, r2: 0.50, not_worse: true, resamples: 1000 };
        assert_eq!(limits, expect);
    }

    #[test]
    fn a_model_may_have_its_own() {
        let text = format!("{COMMITTED}\n[models.retail]\naccuracy = 0.9\nnot_worse = false\n");
        let thresholds = Thresholds::parse(&text, "file").expect("it is fine");
        let (own, other) = (thresholds.of("retail"), thresholds.of("other"));
        assert_eq!((own.accuracy, own.f1_macro, own.not_worse), (0.9, 0.70, false));
        assert_eq!((other.accuracy, other.not_worse), (0.80, true));
    }

    #[test]
    fn mistakes_are_named() {
        let check = |from: &str, to: &str, expect: &str| {
            let words = Thresholds::parse(&COMMITTED.replace(from, to), "some.toml").expect_err("refused").to_string();
            assert!(words.starts_with("some.toml: ") && words.contains(expect), "{words}");
        };
        check("accuracy = 0.80", "acuracy = 0.80", "unknown field");
        check("accuracy = 0.80", "accuracy = 80", "accuracy must be from 0 to 1");
        check("r2 = 0.50", "r2 = nan", "r2 must be at most 1");
        check("f1_macro = 0.70", "", "missing field `f1_macro`");
        check("format = 1", "format = 2", "format 2 is not known");
        check("resamples = 1000", "resamples = 0", "resamples must be");
        check("[approved]", "[models.x]\nauc = 1\n[approved]", "unknown field `auc`");
        let words = Thresholds::read(Path::new("/nowhere/at/all")).expect_err("missing").to_string();
        assert!(words.starts_with("cannot read /nowhere/at/all"), "{words}");
    }
}
