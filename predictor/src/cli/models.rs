//! `predictor models`: what is embedded in this program, and what is registered.

use super::Failure;
use super::store::{StoreArgs, printable, wait};
use crate::artifact::Task;
use crate::catalog::{EMBEDDED, Embedded};
use crate::model::Model;
use crate::registry::{History, Registry, Version};
use serde_json::{Value, json};
use std::io::Write;

#[derive(Debug, clap::Args)]
pub(super) struct Models {
    #[command(flatten)]
    store: StoreArgs,
    /// Write JSON: a list of manifests; with a store, an object with `embedded` and `registered`
    #[arg(long)]
    json: bool,
}

impl Models {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let models = EMBEDDED.iter().map(Embedded::load).collect::<Result<Vec<_>, _>>()?;
        let registry = if self.store.location()?.is_some() { Some(self.store.open()?) } else { None };
        let registered = match &registry {
            Some(registry) => wait(histories(registry))?,
            None => Vec::new(),
        };
        if self.json {
            let embedded: Vec<_> = models.iter().map(Model::manifest).collect();
            match registry {
                Some(_) => {
                    let registered: Vec<_> =
                        registered.iter().flat_map(|(name, history)| entries(name, history)).collect();
                    let object = json!({ "embedded": embedded, "registered": registered });
                    serde_json::to_writer_pretty(&mut *out, &object)?;
                }
                None => serde_json::to_writer_pretty(&mut *out, &embedded)?,
            }
            writeln!(out)?;
            return Ok(());
        }
        write_embedded(out, &models)?;
        if let Some(registry) = registry {
            writeln!(out, "\n{}", registry.store().location())?;
            write_registered(out, &registered)?;
        }
        Ok(())
    }
}

async fn histories(registry: &Registry) -> Result<Vec<(String, History)>, Failure> {
    let mut all = Vec::new();
    for name in registry.names().await? {
        let history = registry.history(&name).await?;
        all.push((name, history));
    }
    Ok(all)
}

fn write_embedded(out: &mut impl Write, models: &[Model]) -> std::io::Result<()> {
    if models.is_empty() {
        return writeln!(out, "no model is part of this program");
    }
    writeln!(out, "{:<16} {:<14} {:>10} {:>10}  CREATED", "MODEL", "TASK", "TEST", "BYTES")?;
    for manifest in models.iter().map(Model::manifest) {
        let name = format!("{}@{}", manifest.name, manifest.version);
        let (task, figure) = match manifest.task {
            Task::Classification => ("classification", format!("acc {:.4}", manifest.metrics.figure("accuracy"))),
            Task::Regression => ("regression", format!("R² {:.4}", manifest.metrics.figure("r2"))),
        };
        let bytes = manifest.weights.bytes;
        writeln!(out, "{name:<16} {task:<14} {figure:>10} {bytes:>10}  {}", manifest.created)?;
    }
    Ok(())
}

fn write_registered(out: &mut impl Write, registered: &[(String, History)]) -> std::io::Result<()> {
    if registered.is_empty() {
        return writeln!(out, "no model is registered; predictor register DIR");
    }
    writeln!(out, "{:<20} {:<10} {:<24}  {:<12}  FIGURES", "MODEL", "STATE", "SINCE", "BY")?;
    for (name, history) in registered {
        for version in history.versions() {
            let last = version.decided.unwrap_or(version.registered);
            let reference = printable(&format!("{name}@{}", last.version));
            let (since, by) = (printable(&last.at), printable(&last.who));
            let figures = figures(&version);
            writeln!(out, "{reference:<20} {:<10} {since:<24}  {by:<12}  {figures}", version.state.word())?;
        }
    }
    Ok(())
}

fn figures(version: &Version<'_>) -> String {
    let shown = version.gate.figures.iter().filter(|(name, _)| !matches!(name.as_str(), "rows" | "majority_accuracy"));
    let shown: Vec<_> = shown.map(|(name, figure)| format!("{} {figure:.4}", printable(name))).collect();
    shown.join(", ")
}

fn entries(name: &str, history: &History) -> Vec<Value> {
    let entry = |version: Version<'_>| {
        json!({
            "name": name,
            "version": version.registered.version,
            "state": version.state.word(),
            "digest": version.registered.digest,
            "registered": { "who": version.registered.who, "at": version.registered.at, "note": version.registered.why },
            "decided": version.decided.map(|event| json!({ "who": event.who, "at": event.at, "why": event.why })),
            "gate": version.gate,
            "last_event": history.last(),
        })
    };
    history.versions().map(entry).collect()
}
