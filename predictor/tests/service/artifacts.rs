//! Damaged and hostile artifacts: read as they were, or refused in words; never a panic.

use predictor::artifact::{Artifact, MANIFEST_FILE, WEIGHTS_FILE, hex_sha256};
use predictor::model::Model;
use predictor::schema::Input;
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::LazyLock;

static COMMITTED: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let read = |name| std::fs::read(directory("1").join(name)).expect("a committed file");
    (read(MANIFEST_FILE), read(WEIGHTS_FILE))
});

fn directory(version: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/sentiment").join(version)
}

fn load(manifest: &[u8], weights: &[u8]) -> Result<Model, String> {
    let words = |error: predictor::artifact::ArtifactError| {
        let words = error.to_string();
        assert!(!words.is_empty());
        words
    };
    Artifact::from_bytes(manifest, weights.to_vec()).and_then(Model::load).map_err(words)
}

fn score(model: &Model, text: &str) -> f64 {
    model.predict(&Input::of_text(text)).numbers()[1]
}

/// The committed manifest with size and digest of other weights, as one who forges an artifact would write it.
fn forged_manifest(weights: &[u8]) -> Vec<u8> {
    let mut manifest: serde_json::Value = serde_json::from_slice(&COMMITTED.0).expect("JSON");
    manifest["weights"] = serde_json::json!({ "bytes": weights.len(), "sha256": hex_sha256(weights) });
    serde_json::to_vec(&manifest).expect("JSON")
}

#[test]
fn committed_artifacts_load_and_differ() {
    let models = ["1", "2"].map(|version| Artifact::read(&directory(version)).and_then(Model::load).expect("it loads"));
    let [words, pairs] = &models;
    assert_eq!([words, pairs].map(|model| model.manifest().recipe.settings["ngrams"].clone()), [1, 2]);
    let turns = |model: &Model| (score(model, "not good") - score(model, "good not")).abs();
    assert!(turns(words) < 1e-9 && turns(pairs) > 0.1, "only pairs see the order of words");
    for model in &models {
        assert!(model.manifest().metrics.figure("accuracy") >= 0.8, "a committed model passes the gate");
        assert!(model.manifest().metrics.figure("f1_macro") >= 0.7);
        assert_eq!(model.manifest().recipe.test_fold, 0);
        let card = std::fs::read_to_string(directory(&model.manifest().version).join("MODEL_CARD.md"));
        let card = card.expect("a committed model has a card");
        let accuracy = format!("| {:.4} |", model.manifest().metrics.figure("accuracy"));
        assert!(card.contains("CC BY 4.0") && card.contains(&accuracy), "the card tells licence and figures");
    }
}

#[test]
fn a_written_artifact_is_the_same_bytes() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let artifact = Artifact::read(&directory("2")).expect("it reads");
    artifact.write(&home.path().join("copy")).expect("written");
    for name in [MANIFEST_FILE, WEIGHTS_FILE] {
        let (copy, original) = (home.path().join("copy").join(name), directory("2").join(name));
        assert_eq!(std::fs::read(copy).expect("read"), std::fs::read(original).expect("read"), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn damaged_weights_are_refused(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut weights = COMMITTED.1.clone();
        weights[at.index(COMMITTED.1.len())] ^= 1 << bit;
        prop_assert!(load(&COMMITTED.0, &weights).is_err());
    }

    #[test]
    fn shortened_weights_are_refused(length in any::<prop::sample::Index>()) {
        let weights = &COMMITTED.1[..length.index(COMMITTED.1.len())];
        prop_assert!(load(&COMMITTED.0, weights).is_err());
        prop_assert!(load(&forged_manifest(weights), weights).is_err());
    }

    #[test]
    fn forged_weights_load_or_are_refused(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut weights = COMMITTED.1.clone();
        weights[at.index(COMMITTED.1.len())] ^= 1 << bit;
        if let Ok(model) = load(&forged_manifest(&weights), &weights) {
            prop_assert!((0.0..=1.0).contains(&score(&model, "good or bad")));
        }
    }

    #[test]
    fn random_weights_load_or_are_refused(weights in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = load(&forged_manifest(&weights), &weights);
    }

    #[test]
    fn damaged_manifests_load_or_are_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut manifest = COMMITTED.0.clone();
        manifest[at.index(COMMITTED.0.len())] = byte;
        let _ = load(&manifest, &COMMITTED.1);
    }

    #[test]
    fn shortened_manifests_are_refused(length in any::<prop::sample::Index>()) {
        let end = COMMITTED.0.len() - 2;
        prop_assert!(load(&COMMITTED.0[..length.index(end)], &COMMITTED.1).is_err());
    }

    #[test]
    fn random_manifests_are_refused(manifest in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(load(&manifest, &COMMITTED.1).is_err());
    }
}
