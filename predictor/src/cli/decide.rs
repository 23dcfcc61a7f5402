//! `predictor approve` and `predictor reject`: a person's decision about a registered version.

use super::Failure;
use super::store::{ByArgs, StoreArgs, by, version_reference, wait};
use crate::registry::Event;
use std::io::Write;

#[derive(Debug, clap::Args)]
pub(super) struct Approve {
    #[command(flatten)]
    decision: Decision,
    /// Approve what the gate or a person has rejected; the history keeps that
    #[arg(long = "override")]
    overriding: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Reject {
    #[command(flatten)]
    decision: Decision,
}

#[derive(Debug, clap::Args)]
struct Decision {
    /// The version
    #[arg(value_name = "NAME@VERSION", value_parser = version_reference)]
    reference: (String, String),
    /// The reason; the history keeps it
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
    #[command(flatten)]
    by: ByArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// Number of the newest event that you have seen (`history` shows it): refuse if somebody decided since
    #[arg(long, value_name = "NUMBER")]
    seen: Option<u64>,
}

impl Approve {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let Self { decision, overriding } = self;
        let (who, registry) = (decision.by.who()?, decision.store.open()?);
        let (model, version) = &decision.reference;
        let by = by(&who, &decision.why);
        let event = wait(async { Ok(registry.approve(model, version, overriding, by, decision.seen).await?) })?;
        write(out, model, &event)
    }
}

impl Reject {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let Self { decision } = self;
        let (who, registry) = (decision.by.who()?, decision.store.open()?);
        let (model, version) = &decision.reference;
        let by = by(&who, &decision.why);
        let event = wait(async { Ok(registry.reject(model, version, by, decision.seen).await?) })?;
        write(out, model, &event)?;
        let history = wait(async { Ok(registry.history(model).await?) })?;
        match history.approved() {
            Some(version) => writeln!(out, "  approved is {model}@{}", version.registered.version)?,
            None => writeln!(out, "  no version is approved now; services go on with what they have")?,
        }
        Ok(())
    }
}

fn write(out: &mut impl Write, model: &str, event: &Event) -> Result<(), Failure> {
    Ok(writeln!(out, "{model}@{}: {} by {}, event {}", event.version, event.word(), event.who, event.sequence)?)
}

fn reason(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("a reason is needed".to_owned()) } else { Ok(text.to_owned()) }
}
