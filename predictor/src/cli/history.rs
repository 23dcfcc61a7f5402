//! `predictor history`: everything that happened to a model, oldest first.

use super::Failure;
use super::store::{Exit, StoreArgs, printable, wait};
use crate::registry::{Event, What};
use std::io::Write;

#[derive(Debug, clap::Args)]
pub(super) struct HistoryOf {
    /// The model
    #[arg(value_name = "NAME")]
    model: String,
    #[command(flatten)]
    store: StoreArgs,
    /// Write one JSON list of events
    #[arg(long)]
    json: bool,
}

impl HistoryOf {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let registry = self.store.open()?;
        let history = wait(async { Ok(registry.history(&self.model).await?) })?;
        if history.last() == 0 {
            let names = wait(async { Ok(registry.names().await?) })?;
            let known = if names.is_empty() { "no model".to_owned() } else { names.join(", ") };
            let place = registry.store().location();
            return Err(Exit::failed(format!("{place} has no model {:?}; it has {known}", self.model)));
        }
        if self.json {
            serde_json::to_writer_pretty(&mut *out, history.events())?;
            writeln!(out)?;
            return Ok(());
        }
        writeln!(out, "{:>5}  {:<24}  {:<10}  {:<8}  {:<16}  WHY", "EVENT", "WHEN", "WHAT", "VERSION", "WHO")?;
        for event in history.events() {
            let Event { sequence, at, version, who, .. } = event;
            let (at, version, who) = (printable(at), printable(version), printable(who));
            writeln!(out, "{sequence:>5}  {at:<24}  {:<10}  {version:<8}  {who:<16}  {}", event.word(), why(event))?;
        }
        Ok(())
    }
}

/// A person's reason; for a registration the gate's reasons as well.
fn why(event: &Event) -> String {
    let reasons = match &event.what {
        What::Registered { gate } => &gate.reasons[..],
        _ => &[],
    };
    let words: Vec<_> = [&event.why].into_iter().chain(reasons).filter(|words| !words.is_empty()).cloned().collect();
    printable(&words.join("; "))
}
