//! `predictor pipeline`: new rows, training, the gate and the registry as one command, for a scheduler or a workflow.
//!
//! Says everything in one JSON object on standard output; progress goes to standard error. Approving stays with a
//! person unless `--approve-if-better` is given.

use super::Failure;
use super::ingest::{rules, take_in};
use super::register::{Registered, refuse, register};
use super::store::{ByArgs, Exit, StoreArgs, by, wait};
use super::train::Train;
use crate::catalog::EMBEDDED;
use crate::ingest::fetch;
use crate::registry::gate::Thresholds;
use crate::registry::{History, Parts, Registry, What};
use crate::store::{Location, Store};
use clap::Parser;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Pipeline {
    /// What to train, as `train` names it
    #[arg(value_name = "NAME")]
    name: String,
    /// Where rows are kept, as `ingest --into` wrote them; the first also takes in --ingest
    #[arg(long, required = true, num_args = 1.., value_name = "DATA")]
    data: Vec<String>,
    /// Files of new rows to take in first
    #[arg(long, num_args = 1.., value_name = "FILE")]
    ingest: Vec<PathBuf>,
    /// Leave bad rows of new files out
    #[arg(long, requires = "ingest")]
    skip_bad: bool,
    #[command(flatten)]
    store: StoreArgs,
    /// Version to register; `auto` is one more than the greatest number there is
    #[arg(long, default_value = "auto", value_name = "VERSION")]
    version: String,
    /// What the model must reach (TOML)
    #[arg(long, value_name = "FILE")]
    thresholds: Option<PathBuf>,
    /// Train even if the rows are those of the newest registered version
    #[arg(long)]
    force: bool,
    /// Approve a version that passes the gate and is surely better than the approved one
    #[arg(long)]
    approve_if_better: bool,
    #[command(flatten)]
    by: ByArgs,
    /// More options of `train`, behind `--`
    #[arg(last = true, value_name = "TRAIN OPTIONS")]
    train: Vec<String>,
}

/// `train` as a person would have called it.
#[derive(Debug, clap::Parser)]
#[command(no_binary_name = true)]
struct Training {
    #[command(subcommand)]
    train: Train,
}

impl Pipeline {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let who = self.by.who()?;
        let thresholds = self.thresholds.as_deref().map_or_else(|| Ok(Thresholds::default()), Thresholds::read)?;
        let places = self.data.iter().map(|place| place.parse::<Location>()).collect::<Result<Vec<_>, _>>()?;
        let registry = self.store.open_to_write()?;
        let taken = match places.first().filter(|_| !self.ingest.is_empty()) {
            Some(first) => {
                let (rules, into) = (rules(&self.name, &self.store)?, Store::open_to_write(first.clone())?);
                take_in(&rules, &self.ingest, &into, &who, self.skip_bad)?
            }
            None => Vec::new(),
        };
        let work = Scratch::new()?;
        let rows = self.rows(places, &work)?;
        let history = wait(async { Ok(registry.history(&self.name).await?) })?;
        let summary =
            json!({ "model": self.name, "store": registry.store().location().to_string(), "ingested": taken });
        if !self.force
            && let Some(version) = wait(unchanged(&registry, &self.name, &history, &rows))?
        {
            return write(out, summary, json!({ "outcome": "unchanged", "version": version }));
        }
        let version = if self.version == "auto" { next_version(&self.name, &history) } else { self.version.clone() };
        let artifact = work.0.join("artifact");
        self.train(&rows, &artifact, &version)?;
        let parts = Parts::read(&artifact)?;
        let done = wait(register(&registry, &parts, &rows, &thresholds, &who, "pipeline"))?;
        self.conclude(out, summary, &registry, &done, &who)
    }

    /// All parts of all places, as files.
    fn rows(&self, places: Vec<Location>, work: &Scratch) -> Result<Vec<PathBuf>, Failure> {
        let mut rows = Vec::new();
        for place in places {
            let store = Store::open(place)?;
            rows.extend(wait(async { Ok(fetch(&store, &self.name, &work.0).await?) })?);
        }
        rows.sort();
        rows.dedup();
        if rows.is_empty() {
            return Err(Exit::failed(format!("there are no rows of {} in {}", self.name, self.data.join(", "))));
        }
        Ok(rows)
    }

    fn train(&self, rows: &[PathBuf], artifact: &Path, version: &str) -> Result<(), Failure> {
        let text = |path: &Path| path.display().to_string();
        let mut words = vec![self.name.clone(), "--data".to_owned()];
        words.extend(rows.iter().map(|path| text(path)));
        words.extend(["--out".to_owned(), text(artifact), "--version".to_owned(), version.to_owned()]);
        words.extend(self.train.iter().cloned());
        let training = Training::try_parse_from(words).map_err(|error| Exit::usage(error.to_string()))?;
        training.train.run(&mut std::io::stderr())
    }

    fn conclude(
        &self,
        out: &mut impl Write,
        summary: Value,
        registry: &Registry,
        done: &Registered,
        who: &str,
    ) -> Result<(), Failure> {
        let What::Registered { gate } = &done.event.what else { return refuse(done) };
        let mut outcome = if gate.passed { "registered" } else { "refused" };
        if self.approve_if_better && gate.passed && gate.better {
            let why = format!("surely better than version {}", gate.compared_with.as_deref().unwrap_or_default());
            let (version, by) = (&done.event.version, by(who, &why));
            wait(async { Ok(registry.approve(&self.name, version, false, by, Some(done.event.sequence)).await?) })?;
            outcome = "approved";
        }
        let event = &done.event;
        let more = json!({ "outcome": outcome, "version": event.version, "event": event.sequence, "digest": event.digest, "gate": gate });
        write(out, summary, more)?;
        refuse(done)
    }
}

fn write(out: &mut impl Write, mut summary: Value, more: Value) -> Result<(), Failure> {
    if let (Value::Object(summary), Value::Object(more)) = (&mut summary, more) {
        summary.extend(more);
    }
    serde_json::to_writer_pretty(&mut *out, &summary)?;
    Ok(writeln!(out)?)
}

/// The newest registered version, if it was trained with these very rows.
async fn unchanged(
    registry: &Registry,
    name: &str,
    history: &History,
    rows: &[PathBuf],
) -> Result<Option<String>, Failure> {
    let Some(newest) = history.versions().last() else { return Ok(None) };
    let parts = registry.fetch(name, newest.registered).await?;
    // What this program cannot read any more is no reason not to train.
    let Ok(artifact) = parts.artifact() else { return Ok(None) };
    let mut known: Vec<String> = artifact.manifest.data.iter().map(|source| source.sha256.clone()).collect();
    known.sort_unstable();
    // A part is named by its digest.
    let digest = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let wanted: Vec<String> = rows.iter().map(digest).collect();
    Ok((known == wanted).then(|| newest.registered.version.clone()))
}

/// One more than the greatest number among embedded and registered versions.
fn next_version(name: &str, history: &History) -> String {
    let embedded = EMBEDDED.iter().filter(|embedded| embedded.name == name).map(|embedded| embedded.version);
    let registered: Vec<_> = history.versions().map(|version| version.registered.version.as_str()).collect();
    let greatest = embedded.chain(registered).filter_map(|version| version.parse::<u64>().ok()).max();
    greatest.unwrap_or(0).saturating_add(1).to_string()
}

/// A directory for the time of the run.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let place = std::env::temp_dir().join(format!("predictor-{}-{:016x}", std::process::id(), fastrand::u64(..)));
        std::fs::create_dir(&place)?;
        Ok(Self(place))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It holds copies only.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
