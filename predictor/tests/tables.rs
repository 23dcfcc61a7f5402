//! Table models from a made-up table to an answer: the same bytes each time, nothing learnt from the test fold, and
//! damage that is refused or harmless.

use predictor::artifact::{Artifact, Weights, hex_sha256};
use predictor::data::generate::{retail, savings};
use predictor::data::table::Table;
use predictor::model::table::learn::Estimator;
use predictor::model::table::plan::Plan;
use predictor::model::table::plans;
use predictor::model::table::train::{Settings, train};
use predictor::model::{Model, Outcome};
use predictor::progress::Progress;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::LazyLock;

const SMALL_FOREST: Estimator = Estimator::Forest { trees: 8, depth: 8, leaf: 5, features: 0 };
const SMALL_BOOSTED: Estimator = Estimator::Boosted { trees: 20, depth: 4, rate: 0.3, leaf: 5, share: 0.7 };

fn settings(seed: u64) -> Settings {
    let (version, created) = ("7".to_owned(), "2026-01-01T00:00:00.000Z".to_owned());
    Settings { version, seed, test_fold: 0, created, git_commit: None }
}

fn small(name: &str) -> Plan {
    let candidates = vec![SMALL_FOREST, SMALL_BOOSTED];
    Plan { candidates, ..plans::find(name).expect("a plan") }
}

/// The generated text of a model's data.
fn text(name: &str, rows: usize) -> String {
    let mut bytes = Vec::new();
    let written = match name {
        "retail" => retail::write(rows, 1, &mut bytes),
        _ => savings::write(rows, 1, &mut bytes),
    };
    written.expect("written");
    String::from_utf8(bytes).expect("text")
}

fn read(text: &str) -> Table {
    let home = tempfile::tempdir().expect("a temporary directory");
    let path: PathBuf = home.path().join("rows.csv");
    std::fs::write(&path, text).expect("written");
    Table::read(&[path]).expect("a table")
}

fn learnt(name: &str, text: &str, seed: u64) -> Artifact {
    train(&small(name), &read(text), &settings(seed), &Progress::default()).expect("learnt")
}

static RETAIL: LazyLock<Artifact> = LazyLock::new(|| learnt("retail", &text("retail", 1500), 1));
static SAVINGS: LazyLock<Artifact> = LazyLock::new(|| learnt("savings", &text("savings", 1000), 1));

#[test]
fn the_same_data_and_seed_give_the_same_bytes() {
    for (name, first) in [("retail", &*RETAIL), ("savings", &*SAVINGS)] {
        let rows = if name == "retail" { 1500 } else { 1000 };
        let second = learnt(name, &text(name, rows), 1);
        assert_eq!(first.manifest_bytes().expect("JSON"), second.manifest_bytes().expect("JSON"));
        assert_eq!(first.weights, second.weights);
        assert_ne!(first.weights, learnt(name, &text(name, rows), 2).weights);
    }
}

#[test]
fn what_was_learnt_is_better_than_guessing() {
    let retail = &RETAIL.manifest.metrics;
    assert!(retail.figure("accuracy") > retail.figure("majority_accuracy") + 0.15, "{retail:?}");
    assert_eq!(retail.confusion.len(), 3);
    let savings = &SAVINGS.manifest.metrics;
    assert!(savings.figure("r2") > 0.8 && (0.8..0.97).contains(&savings.figure("interval_coverage")), "{savings:?}");
}

#[test]
fn the_test_fold_is_not_learnt_from() {
    let table = text("savings", 1500);
    let spoilt: Vec<String> = table
        .lines()
        .map(|line| match predictor::data::fold_of(line) {
            0 if !line.starts_with("Income") => respelt(line),
            _ => line.to_owned(),
        })
        .collect();
    let plain = learnt("savings", &table, 1);
    let spoilt = learnt("savings", &spoilt.join("\n"), 1);
    assert_eq!(plain.weights, spoilt.weights);
    assert!(spoilt.manifest.metrics.figure("r2") < 0.0, "and its figures come from it alone");
}

/// The same row with another wish, in the same fold.
fn respelt(line: &str) -> String {
    let (fields, _) = line.rsplit_once(',').expect("a row");
    let changed = (1..100).map(|n| format!("{fields},{}", 90_000 + n));
    changed.into_iter().find(|line| predictor::data::fold_of(line) == 0).expect("one of many")
}

#[test]
fn reloaded_models_answer_every_word_and_gap() {
    let model = Model::load(RETAIL.clone()).expect("it loads");
    let known = model.schema().forms()[0].example();
    for (field, word) in [("PROD_CODE_20", "DEP99999"), ("STORE_REGION", ""), ("BASKET_TYPE", "ничего 🛒")] {
        let mut case = known.clone();
        case.insert(field.to_owned(), json!(word));
        let input = model.schema().check_map(&case).expect("an open category takes any word");
        let Outcome::Class { label, probabilities } = model.predict(&input) else { panic!("a class") };
        assert!(label < 3 && (probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-5);
    }
    let refused = |edit: &dyn Fn(&mut Map<String, Value>), expect: &str| {
        let mut case = known.clone();
        edit(&mut case);
        let faults = model.schema().check_map(&case).expect_err("refused");
        assert!(
            faults.iter().any(|fault| format!("{} {}", fault.pointer, fault.detail).contains(expect)),
            "{faults:?}"
        );
    };
    refused(&|case| drop(case.remove("SPEND")), "/SPEND is required");
    refused(&|case| drop(case.insert("SPEND".to_owned(), json!(0))), "/SPEND must be greater than 0");
    refused(&|case| drop(case.insert("QUANTITY".to_owned(), json!(1.5))), "/QUANTITY must be a whole number");
    refused(&|case| drop(case.insert("BASKET_SIZE".to_owned(), json!("XL"))), "/BASKET_SIZE must be one of");
}

#[test]
fn explanations_add_up_to_the_answer() {
    for artifact in [&*RETAIL, &*SAVINGS] {
        let model = Model::load(artifact.clone()).expect("it loads");
        let example = model.schema().forms()[0].example();
        let input = model.schema().check_map(&example).expect("it fits");
        let outcome = model.predict(&input);
        let answered = outcome.numbers()[outcome.label()];
        for most in [0, 2, 100] {
            let explained = model.explain(&input, most);
            let parts: f64 = explained.contributions.iter().map(|part| part.contribution).sum();
            assert!((explained.baseline + parts + explained.rest - answered).abs() < 1e-6 * answered.abs().max(1.0));
            assert!(explained.contributions.len() <= most);
        }
        let all = model.explain(&input, 100);
        assert!(all.contributions.is_sorted_by(|a, b| a.contribution.abs() >= b.contribution.abs()));
        assert!(all.contributions.iter().any(|part| part.value.is_some()));
    }
}

#[test]
fn data_that_does_not_fit_is_refused_in_words() {
    let check = |text: &str, expect: &str| {
        let words =
            train(&small("savings"), &read(text), &settings(1), &Progress::default()).expect_err("refused").to_string();
        assert!(words.contains(expect), "{words}");
    };
    let table = text("savings", 300);
    check(&table.replacen("Income", "Salary", 1), "there is no column \"Income\"");
    check(&table.lines().take(50).collect::<Vec<_>>().join("\n"), "too few rows");
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    lines[3] = lines[3].replacen(',', "x,", 1);
    check(&lines.join("\n"), "rows.csv:4: Income must be a number");
    let copied = "3600.0,41,1,820.0,410.0,230.0,150.0,95.0,120.0,160.0,90.0,700";
    check(&format!("{table}{copied}\n"), "golden example 0 is a row of the training data");
}

/// Weights with another digest, as someone who means harm would write them.
fn resealed(artifact: &Artifact, weights: Vec<u8>) -> Artifact {
    let mut manifest = artifact.manifest.clone();
    manifest.weights = Weights { bytes: weights.len() as u64, sha256: hex_sha256(&weights) };
    manifest.examples.clear();
    Artifact { manifest, weights }
}

fn harmless(artifact: &Artifact) -> bool {
    let Ok(model) = Model::load(artifact.clone()) else { return true };
    let example = model.schema().forms()[0].example();
    let input = model.schema().check_map(&example).expect("the schema is whole");
    let sum: f64 = model.predict(&input).numbers().iter().sum();
    let explained = model.explain(&input, 5);
    sum.is_finite() && explained.rest.is_finite()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn a_flipped_bit_is_refused_or_harmless(at in 0.0_f64..1.0, near in 0_usize..400, bit in 0_u32..8, which in 0..4) {
        let artifact = if which % 2 == 0 { &*RETAIL } else { &*SAVINGS };
        let mut weights = artifact.weights.clone();
        // Half of the cases hit the head of the file, where the counts and features are.
        let index = if which < 2 { near } else { (at * weights.len() as f64) as usize };
        weights[index] ^= 1 << bit;
        prop_assert!(harmless(&resealed(artifact, weights)));
    }

    #[test]
    fn a_cut_file_is_refused(at in 0.0_f64..1.0) {
        let mut weights = SAVINGS.weights.clone();
        weights.truncate((at * weights.len() as f64) as usize);
        prop_assert!(Model::load(resealed(&SAVINGS, weights)).is_err());
    }
}
