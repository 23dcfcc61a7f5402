//! `qd info`: paths, version, context. Asks nobody.

use serde_json::json;

use super::failure::{Failure, exit};
use super::output::Output;
use super::prepare::Prepared;
use crate::model::Target;
use crate::paths;

pub(crate) fn run(prepared: &Prepared, output: &mut Output<'_>) -> Result<u8, Failure> {
    let state = paths::state_dir();
    let context = prepared.clients.context();
    let target = match &context.target {
        Target::Local { endpoint } => format!("local stack at {endpoint}"),
        Target::Aws { profile } => format!("AWS, profile {}", profile.as_deref().unwrap_or("of the default chain")),
    };
    let shown = |path: std::path::PathBuf| path.display().to_string();
    let pairs = [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("target", target),
        ("region", context.region.clone()),
        ("context", prepared.context.clone()),
        ("readonly", context.read_only.to_string()),
        ("config", shown(prepared.config_file.clone())),
        ("keys", shown(prepared.config_file.with_file_name("keys.toml"))),
        ("state", shown(state.clone())),
        ("audit", shown(state.join("audit.jsonl"))),
        ("predictions", shown(state.join("predictions.jsonl"))),
        ("stopped tasks", shown(state.join("tasks"))),
    ];
    let rows: Vec<Vec<String>> = pairs.iter().map(|(name, value)| vec![(*name).to_owned(), value.clone()]).collect();
    let document =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>();
    output.list(&["WHAT", "WHERE"], &rows, &document.into())?;
    Ok(exit::OK)
}
