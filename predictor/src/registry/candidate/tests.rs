//! Verdicts on written artifacts: figures are computed anew, claims are checked, models that do not work are refused.

use super::*;
use crate::registry::{By, Parts};
use crate::store::{Location, Store};
use std::path::Path;

const ANN: By<'static> = By { who: "ann", why: "" };

struct Home {
    directory: tempfile::TempDir,
    registry: Registry,
}

fn home() -> Home {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = Store::open(Location::Directory(directory.path().to_owned())).expect("it opens");
    Home { registry: Registry::new(store), directory }
}

/// A committed artifact with an edited manifest.
fn parts(version: &str, edit: impl FnOnce(&mut serde_json::Value)) -> Parts {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/sentiment").join(version);
    let mut parts = Parts::read(&place).expect("a committed artifact");
    let mut manifest: serde_json::Value = serde_json::from_slice(&parts.manifest).expect("JSON");
    edit(&mut manifest);
    parts.manifest = serde_json::to_vec_pretty(&manifest).expect("JSON");
    parts
}

async fn verdict(home: &Home, parts: &Parts, data: &[PathBuf]) -> Verdict {
    let artifact = parts.artifact().expect("files that fit");
    judge(&home.registry, artifact, data, &Thresholds::default()).await.expect("a verdict")
}

/// Invented sentences that the committed model can tell apart; one in `wrong` has the wrong label.
fn data(home: &Home, wrong: usize) -> PathBuf {
    let words = [("a wonderful, lovely", 1), ("a dreadful, useless", 0)];
    let mut text = String::new();
    for index in 0..600 {
        let (opening, label) = words[index % 2];
        let label = if index % wrong == 0 { 1 - label } else { label };
        text += &format!("{opening} thing, number {index}\t{label}\n");
    }
    let place = home.directory.path().join(format!("data-{wrong}.txt"));
    std::fs::write(&place, text).expect("written");
    place
}

#[tokio::test]
async fn a_manifest_is_believed_only_without_data() {
    let home = home();
    let honest = parts("1", |_| ());
    let found = verdict(&home, &honest, &[]).await;
    assert!(found.passed && found.basis == Basis::Manifest, "{found:?}");
    assert!((found.figures["accuracy"] - 0.819_646).abs() < 1e-9);
    let boastful = parts("1", |manifest| manifest["metrics"]["accuracy"] = 0.99.into());
    assert!(verdict(&home, &boastful, &[]).await.passed);
    let found = verdict(&home, &boastful, &[data(&home, 3)]).await;
    assert!(!found.passed && found.basis == Basis::Data && found.figures["accuracy"] < 0.8, "{found:?}");
    let found = verdict(&home, &boastful, &[data(&home, 20)]).await;
    assert!(found.passed && found.figures["accuracy"] > 0.9, "{found:?}");
}

#[tokio::test]
async fn the_training_data_must_give_the_claimed_figures() {
    let home = home();
    let file = data(&home, 20);
    let bytes = std::fs::read(&file).expect("read");
    let boastful = parts("1", |manifest| {
        manifest["data"] =
            serde_json::json!([{ "file": "data", "sha256": crate::artifact::hex_sha256(&bytes), "rows": 600 }]);
    });
    let found = verdict(&home, &boastful, &[file]).await;
    let words = found.reasons.join("; ");
    assert!(
        !found.passed && words.contains("the manifest claims accuracy 0.819646, the same data gives 0.9"),
        "{words}"
    );
}

#[tokio::test]
async fn what_is_no_working_model_is_refused_with_the_reason() {
    let home = home();
    let check = async |edit: &dyn Fn(&mut serde_json::Value), expect: &str| {
        let found = verdict(&home, &parts("1", edit), &[]).await;
        assert!(!found.passed && found.reasons.len() == 1 && found.reasons[0].contains(expect), "{found:?}");
    };
    check(&|manifest| manifest["examples"] = serde_json::json!([]), "no golden examples").await;
    check(&|manifest| manifest["examples"][0]["output"] = serde_json::json!([0.1, 0.9]), "golden example 0").await;
}

#[tokio::test]
async fn a_candidate_is_compared_with_the_approved_version() {
    let home = home();
    let first = parts("2", |_| ());
    let passed = verdict(&home, &first, &[]).await;
    home.registry.register("sentiment", "2", &first, &passed, ANN).await.expect("registered");
    assert_eq!(verdict(&home, &parts("1", |_| ()), &[]).await.compared_with, None, "nothing is approved");
    home.registry.approve("sentiment", "2", false, ANN, None).await.expect("approved");
    let found = verdict(&home, &parts("1", |_| ()), &[data(&home, 20)]).await;
    assert_eq!((found.compared_with.as_deref(), found.passed), (Some("2"), true), "{found:?}");
    let modest = parts("1", |manifest| {
        manifest["metrics"]["accuracy"] = 0.805.into();
        manifest["metrics"]["rows"] = 60_000.into();
    });
    let famous = parts("2", |manifest| {
        manifest["version"] = "3".into();
        manifest["metrics"]["accuracy"] = 0.95.into();
    });
    home.registry.register("sentiment", "3", &famous, &passed, ANN).await.expect("registered");
    home.registry.approve("sentiment", "3", false, ANN, None).await.expect("approved");
    let found = verdict(&home, &modest, &[]).await;
    assert!(
        !found.passed && found.reasons[0].contains("accuracy is worse than that of the approved version 3"),
        "{found:?}"
    );
    // On the rows both are as good as each other, but only with the same test fold are they new to both.
    let file = data(&home, 6);
    let worse = |found: &Verdict| {
        found.reasons.iter().any(|words| words.contains("accuracy is worse than that of the approved version"))
    };
    let found = verdict(&home, &modest, std::slice::from_ref(&file)).await;
    assert!(!worse(&found) && found.compared_with.as_deref() == Some("3"), "{found:?}");
    let other_fold = parts("2", |manifest| {
        manifest["version"] = "4".into();
        manifest["metrics"]["accuracy"] = 0.99.into();
        let fold = manifest["recipe"]["test_fold"].as_u64().expect("a fold");
        manifest["recipe"]["test_fold"] = ((fold + 1) % 5).into();
    });
    home.registry.register("sentiment", "4", &other_fold, &passed, ANN).await.expect("registered");
    home.registry.approve("sentiment", "4", false, ANN, None).await.expect("approved");
    let found = verdict(&home, &modest, &[file]).await;
    assert!(worse(&found) && found.compared_with.as_deref() == Some("4"), "{found:?}");
    let none =
        judge(&home.registry, modest.artifact().expect("fits"), &["/nowhere".into()], &Thresholds::default()).await;
    assert!(none.expect_err("no such file").to_string().starts_with("cannot read /nowhere"));
}
