//! `predictor train`: from labelled files to an artifact.
//!
//! Here is what all kinds share: where artifacts go, what is recorded of time and commit.

mod sentiment;
mod table;

use super::Failure;
use crate::model::table::plans;
use crate::time::{now_ms, rfc3339};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Train {
    /// Text to the probability that it is favourable
    Sentiment(sentiment::TrainSentiment),
    /// Californian districts to the median price of their houses
    Housing(table::TrainTable),
    /// Lines of receipts to the customer's price sensitivity
    Retail(table::TrainTable),
    /// Households to what they want to save
    Savings(table::TrainTable),
    /// Visits to an online shop to whether they end with a purchase
    Shoppers(table::TrainTable),
    /// Clients of a bank to whether they subscribe to a term deposit
    Bank(table::TrainTable),
}

impl Train {
    pub(super) fn run(self, words: &mut impl Write) -> Result<(), Failure> {
        match self {
            Self::Sentiment(wanted) => wanted.run(words),
            Self::Housing(wanted) => wanted.run(&plans::housing::plan(), words),
            Self::Retail(wanted) => wanted.run(&plans::retail::plan(), words),
            Self::Savings(wanted) => wanted.run(&plans::savings::plan(), words),
            Self::Shoppers(wanted) => wanted.run(&plans::shoppers::plan(), words),
            Self::Bank(wanted) => wanted.run(&plans::bank::plan(), words),
        }
    }
}

/// Where to write an artifact: where it is wanted, or below `models` in the working directory. Refuses a place that is
/// taken before any time is spent on learning.
fn artifact_place(wanted: Option<&Path>, name: &str, version: &str) -> Result<PathBuf, Failure> {
    let place = wanted.map_or_else(|| Path::new("models").join(name).join(version), Path::to_owned);
    if place.exists() {
        return Err(crate::artifact::ArtifactError::Exists(place).into());
    }
    // Now, and not after minutes of learning.
    let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let writable = std::fs::create_dir_all(parent).and_then(|()| tempdir_in(parent));
    writable.map_err(|error| format!("cannot write {}: {error}; choose another --out", place.display()))?;
    Ok(place)
}

/// Whether a directory can be made in another.
fn tempdir_in(parent: &Path) -> std::io::Result<()> {
    let trial = parent.join(format!(".trial-{}", std::process::id()));
    std::fs::create_dir(&trial)?;
    std::fs::remove_dir(&trial)
}

/// The creation time to record, from seconds since the epoch if they are given.
fn creation_time(seconds: Option<u64>) -> String {
    rfc3339(seconds.map_or_else(now_ms, |seconds| seconds.saturating_mul(1000)))
}

/// The commit to record: as given, as the workflow says, or as git says of the working directory; none is no failure.
fn git_commit(given: Option<String>) -> Option<String> {
    let genuine = |commit: String| {
        let commit = commit.trim().to_owned();
        ((7..=64).contains(&commit.len()) && commit.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(commit)
    };
    given.or_else(|| std::env::var("GITHUB_SHA").ok().and_then(genuine)).or_else(|| {
        let asked = Command::new("git").args(["rev-parse", "HEAD"]).stdin(Stdio::null()).stderr(Stdio::null()).output();
        let answer = asked.ok().filter(|output| output.status.success())?;
        String::from_utf8(answer.stdout).ok().and_then(genuine)
    })
}

/// Versions become paths, headers and labels.
fn version(given: &str) -> Result<String, String> {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if given.is_empty() || given.len() > 64 || !given.bytes().all(harmless) {
        return Err("a version has 1 to 64 letters, digits, dots, dashes and underscores".to_owned());
    }
    Ok(given.to_owned())
}
