//! `predictor register`: a trained artifact goes into the registry, with the gate's verdict.

use super::Failure;
use super::store::{ByArgs, Exit, StoreArgs, by, printable, wait};
use crate::catalog::EMBEDDED;
use crate::registry::gate::{Thresholds, Verdict};
use crate::registry::{Event, Parts, Registry, What, candidate};
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Register {
    /// Directory of the artifact, as `train --out` wrote it
    #[arg(value_name = "DIR")]
    artifact: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
    /// Labelled data: the figures are computed anew on its test fold, and compared with the approved version's on the
    /// same rows; without it the manifest is believed
    #[arg(long, num_args = 1.., value_name = "FILE")]
    data: Vec<PathBuf>,
    /// What the model must reach (TOML)
    #[arg(long, value_name = "FILE")]
    thresholds: Option<PathBuf>,
    #[command(flatten)]
    by: ByArgs,
    /// Anything worth knowing about this version
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,
    /// Write the event as JSON
    #[arg(long)]
    json: bool,
}

/// A registration that is done.
pub(super) struct Registered {
    pub(super) model: String,
    pub(super) event: Event,
    pub(super) is_new: bool,
}

impl Register {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let who = self.by.who()?;
        let thresholds = self.thresholds.as_deref().map_or_else(|| Ok(Thresholds::default()), Thresholds::read)?;
        let parts = Parts::read(&self.artifact)?;
        warn_of_embedded(&parts)?;
        let registry = self.store.open_to_write()?;
        let done = wait(register(&registry, &parts, &self.data, &thresholds, &who, &self.note))?;
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &done.event)?;
            writeln!(out)?;
        } else {
            write_outcome(out, &registry, &done)?;
        }
        refuse(&done)
    }
}

/// Says that a service which asks for this version by its number gets another one: what is part of the program goes first.
fn warn_of_embedded(parts: &Parts) -> Result<(), Failure> {
    let artifact = parts.artifact()?;
    let (name, version) = (&artifact.manifest.name, &artifact.manifest.version);
    let same = EMBEDDED.iter().find(|embedded| embedded.name == name && embedded.version == version);
    let embedded = same.and_then(|embedded| embedded.load().ok());
    if embedded.is_some_and(|embedded| embedded.manifest().weights != artifact.manifest.weights) {
        let words = "is part of the program too, with other contents, and that is what NAME@VERSION serves";
        writeln!(std::io::stderr(), "warning: {name}@{version} {words}; train it with another --version")?;
    }
    Ok(())
}

/// Judges an artifact and puts it in.
pub(super) async fn register(
    registry: &Registry,
    parts: &Parts,
    data: &[PathBuf],
    thresholds: &Thresholds,
    who: &str,
    note: &str,
) -> Result<Registered, Failure> {
    let artifact = parts.artifact()?;
    let (model, version) = (artifact.manifest.name.clone(), artifact.manifest.version.clone());
    let verdict = candidate::judge(registry, artifact, data, thresholds).await?;
    let (event, is_new) = registry.register(&model, &version, parts, &verdict, by(who, note)).await?;
    Ok(Registered { model, event, is_new })
}

/// Exit code 3 for a version that the gate refused, now or when it was registered.
pub(super) fn refuse(done: &Registered) -> Result<(), Failure> {
    match verdict_of(&done.event) {
        Some(verdict) if !verdict.passed => {
            let reasons = verdict.reasons.iter().map(|reason| printable(reason)).collect::<Vec<_>>().join("; ");
            Err(Exit::gate(format!("the gate refused {}@{}: {reasons}", done.model, done.event.version)))
        }
        _ => Ok(()),
    }
}

fn verdict_of(event: &Event) -> Option<&Verdict> {
    match &event.what {
        What::Registered { gate } => Some(gate),
        _ => None,
    }
}

fn write_outcome(out: &mut impl Write, registry: &Registry, done: &Registered) -> std::io::Result<()> {
    let Registered { model, event, is_new } = done;
    let Event { version, sequence, .. } = event;
    let place = registry.store().location();
    if *is_new {
        writeln!(out, "{model}@{version}: {} in {place}, event {sequence}", event.word())?;
    } else {
        let (who, at) = (printable(&event.who), printable(&event.at));
        writeln!(out, "{model}@{version}: the same contents are {} already, by {who} at {at}", event.word())?;
    }
    let Some(verdict) = verdict_of(event) else { return Ok(()) };
    let figures: Vec<_> =
        verdict.figures.iter().map(|(name, figure)| format!("{} {figure}", printable(name))).collect();
    writeln!(out, "  {}", figures.join(", "))?;
    if let Some(version) = &verdict.compared_with {
        writeln!(out, "  compared with the approved version {}", printable(version))?;
    }
    if verdict.passed && *is_new {
        writeln!(out, "  next: predictor approve {model}@{version} --why …")?;
    }
    Ok(())
}
