//! From a written artifact to the gate's verdict: loads it as the service would, judges it on the same path, and finds
//! the approved version to compare it with.

mod evidence;

use super::gate::{self, Basis, Evidence, Figures, Thresholds, Verdict};
use super::{Event, Registry, RegistryError};
use crate::artifact::Artifact;
use crate::data::DataError;
use crate::model::Model;
use evidence::{Rows, claimed};
use std::path::PathBuf;

/// How far a recomputed figure may be from the claimed one, relatively: the rounding of both.
const CLAIM_TOLERANCE: f64 = 1e-5;

/// Why no verdict could be reached.
#[derive(Debug, thiserror::Error)]
pub enum CandidateError {
    /// The registry could not be read.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The data could not be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The data has nothing to judge by.
    #[error("the data has no rows in the test fold {0}; give more data, or none to believe the manifest")]
    NoRows(u64),
}

/// Judges an artifact that was read from its files. With `data` all figures are computed anew on its test fold, for
/// the candidate and for the approved version; without, both manifests are believed.
///
/// # Errors
/// The registry or the data cannot be read. An artifact that is no working model is no error: the verdict says so.
pub async fn judge(
    registry: &Registry,
    artifact: Artifact,
    data: &[PathBuf],
    thresholds: &Thresholds,
) -> Result<Verdict, CandidateError> {
    let claimed = claimed(&artifact.manifest);
    let has_examples = !artifact.manifest.examples.is_empty();
    let model = match Model::load(artifact) {
        Ok(model) if has_examples => model,
        Ok(_) => return Ok(not_a_model(claimed, "it has no golden examples".to_owned())),
        Err(error) => return Ok(not_a_model(claimed, error.to_string())),
    };
    let manifest = model.manifest();
    let rows = if data.is_empty() { None } else { Some(Rows::of(manifest, data)?) };
    let own = match &rows {
        Some(rows) => Evidence::Data(rows.judge(&model)?),
        None => Evidence::Manifest(claimed),
    };
    let history = registry.history(&manifest.name).await?;
    let approved = history.approved().map(|version| version.registered);
    let other = match approved.filter(|event| event.version != manifest.version) {
        Some(event) => loaded(registry, &manifest.name, event).await?,
        None => None,
    };
    // An older version may want columns that the data no longer has, or may have learnt from the rows of this test fold;
    // then its claims are all there is.
    let rows_for = |model: &Model| rows.as_ref().filter(|rows| rows.are_new_to(model.manifest()));
    let of_other = |model: &Model| match rows_for(model).map(|rows| rows.judge(model)) {
        Some(Ok(judged)) => Evidence::Data(judged),
        _ => Evidence::Manifest(self::claimed(model.manifest())),
    };
    let compared = other.as_ref().map(|(version, model)| (version.as_str(), of_other(model)));
    let compared = compared.as_ref().map(|(version, evidence)| (*version, evidence));
    let mut verdict = gate::decide(&thresholds.of(&manifest.name), &own, compared);
    if rows.is_some_and(|rows| rows.are_those_of(manifest)) {
        let reasons = false_claims(&claimed, &verdict);
        verdict.passed &= reasons.is_empty();
        verdict.reasons.extend(reasons);
    }
    Ok(verdict)
}

/// The approved version in memory; `None` if this program cannot read it any more, for there is nothing to compare then.
async fn loaded(registry: &Registry, name: &str, event: &Event) -> Result<Option<(String, Model)>, RegistryError> {
    let parts = match registry.fetch(name, event).await {
        Ok(parts) => parts,
        Err(RegistryError::Artifact(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Model::load(parts.artifact()?).ok().map(|model| (event.version.clone(), model)))
}

fn not_a_model(claimed: Figures, reason: String) -> Verdict {
    Verdict {
        passed: false,
        basis: Basis::Manifest,
        figures: claimed.by_name(),
        compared_with: None,
        better: false,
        reasons: vec![reason],
    }
}

/// On the very data of its training, a manifest's figures must come out again.
fn false_claims(claimed: &Figures, verdict: &Verdict) -> Vec<String> {
    let differs = |found: f64, claimed: f64| {
        let near = (found - claimed).abs() <= CLAIM_TOLERANCE * claimed.abs().max(1.0);
        !near
    };
    let claimed = claimed.by_name();
    let pairs = verdict.figures.iter().map(|(name, found)| (name, *found, claimed.get(name).copied()));
    let false_ones = pairs.filter(|(_, found, claimed)| claimed.is_none_or(|claimed| differs(*found, claimed)));
    false_ones
        .map(|(name, found, claimed)| {
            let claimed = claimed.map_or_else(|| "nothing".to_owned(), |claimed| claimed.to_string());
            format!("the manifest claims {name} {claimed}, the same data gives {found}")
        })
        .collect()
}

#[cfg(test)]
mod tests;
