//! Learning from a small invented set: the same bytes each time, and a model that has learnt something.

use predictor::artifact::Artifact;
use predictor::data::{Sentence, Sentences};
use predictor::model::Model;
use predictor::model::sentiment::train::{Settings, train};
use predictor::schema::Input;

fn invented() -> Sentences {
    let things = ["soup", "lamp", "film", "chair", "train", "phone", "garden", "song", "window", "coat"];
    let openings = ["this", "that", "our", "their", "every"];
    let verdicts = [("wonderful", true), ("lovely", true), ("dreadful", false), ("useless", false)];
    let mut sentences = Sentences::default();
    for thing in things {
        for opening in openings {
            for (verdict, positive) in verdicts {
                sentences.rows.push(Sentence { text: format!("{opening} {thing} is {verdict}"), positive });
            }
        }
    }
    sentences
}

fn settings() -> Settings {
    Settings { ngrams: Some(2), features: Some(500), seed: 3, ..Settings::new("7", "2026-01-01T00:00:00.000Z") }
}

fn bytes(artifact: &Artifact) -> (Vec<u8>, &[u8]) {
    (artifact.manifest_bytes().expect("JSON"), &artifact.weights)
}

#[test]
fn the_same_data_and_seed_give_the_same_bytes() {
    let (first, second) = (train(&invented(), &settings()), train(&invented(), &settings()));
    let (first, second) = (first.expect("learnt"), second.expect("learnt"));
    assert_eq!(bytes(&first), bytes(&second));
    let home = tempfile::tempdir().expect("a temporary directory");
    first.write(&home.path().join("7")).expect("written");
    assert_eq!(Artifact::read(&home.path().join("7")).expect("read"), second);
}

#[test]
fn what_was_learnt_is_used_on_new_texts() {
    let artifact = train(&invented(), &settings()).expect("learnt");
    assert!(artifact.manifest.metrics.figure("accuracy") > 0.99, "{:?}", artifact.manifest.metrics);
    let model = Model::load(artifact).expect("it loads");
    assert!(model.predict(&Input::of_text("a wonderful mountain")).numbers()[1] > 0.6);
    assert!(model.predict(&Input::of_text("a dreadful mountain")).numbers()[1] < 0.4);
}

#[test]
fn the_test_fold_is_not_learnt_from() {
    let mut turned = invented();
    for row in turned.rows.iter_mut().filter(|row| row.fold() == 0) {
        row.positive = !row.positive;
    }
    let (plain, turned) = (train(&invented(), &settings()), train(&turned, &settings()));
    let (plain, turned) = (plain.expect("learnt"), turned.expect("learnt"));
    assert_eq!(plain.weights, turned.weights);
    assert!(turned.manifest.metrics.figure("accuracy") < 0.01, "and its figures come from it alone");
}

#[test]
fn too_little_data_is_refused_in_words() {
    let check = |rows: Vec<Sentence>, expect: &str| {
        let sentences = Sentences { rows, sources: Vec::new() };
        let words = train(&sentences, &settings()).expect_err("refused").to_string();
        assert!(words.contains(expect), "{words}");
    };
    check(Vec::new(), "too few rows");
    check(invented().rows.into_iter().take(3).collect(), "too few rows");
    check(invented().rows.into_iter().filter(|row| row.positive).collect(), "too few rows");
    let copied = Sentence { text: "I loved this movie".to_owned(), positive: true };
    check(invented().rows.into_iter().chain([copied]).collect(), "must not be copied");
}
