//! Texts of any language and length: always an answer, and an unsure one where nothing is known.

use predictor::catalog;
use predictor::model::Model;
use predictor::schema::Input;
use proptest::prelude::*;
use std::sync::LazyLock;

static MODELS: LazyLock<Vec<Model>> =
    LazyLock::new(|| ["sentiment@1", "sentiment@2"].map(|name| catalog::load(name).expect("an embedded model")).into());

fn probability(model: &Model, text: &str) -> f64 {
    let numbers = model.predict(&Input::of_text(text)).numbers();
    assert!(numbers.len() == 2 && (numbers[0] + numbers[1] - 1.0).abs() < 1e-9, "{numbers:?}");
    assert!(numbers.iter().all(|share| (0.0..=1.0).contains(share)), "{numbers:?}");
    numbers[1]
}

#[test]
fn nothing_known_gives_an_unsure_answer_that_says_so() {
    let texts =
        ["", " \n\t", "🙂👍🏽", "良い映画でした", "Отличный фильм", "فيلم رائع", "ดีมาก", "zzqqx qqzzy", "\0\u{202e}…—"];
    for model in MODELS.iter() {
        let prior = probability(model, "");
        assert!((prior - 0.5).abs() < 0.1, "{}: {prior}", model.reference());
        for text in texts {
            assert!((probability(model, text) - prior).abs() < 1e-9, "{}: {text:?}", model.reference());
            let explained = model.explain(&Input::of_text(text), 5);
            assert_eq!(explained.contributions.len(), 1, "{text:?}");
            assert_eq!(explained.contributions[0].feature, "(no known words)");
        }
    }
}

#[test]
fn length_is_no_limit() {
    for model in MODELS.iter() {
        for text in ["great ".repeat(200_000), "x".repeat(1 << 20), "👍".repeat(100_000), "! ".repeat(300_000)] {
            probability(model, &text);
        }
        // Presence counts, not how often: a word said a thousand times is said once, with its own neighbours.
        let (often, oftener) = (probability(model, &"great ".repeat(10)), probability(model, &"great ".repeat(1000)));
        assert!((often - oftener).abs() < 1e-9, "{often} {oftener}");
    }
}

proptest! {
    #[test]
    fn any_text_has_an_answer_and_an_explanation_that_adds_up(text in any::<String>()) {
        for model in MODELS.iter() {
            let found = probability(model, &text);
            let explained = model.explain(&Input::of_text(text.as_str()), 3);
            let moved: f64 = explained.contributions.iter().map(|part| part.contribution).sum();
            let log_odds = explained.baseline + moved + explained.rest;
            prop_assert!((1.0 / (1.0 + (-log_odds).exp()) - found).abs() < 2e-6);
        }
    }

    #[test]
    fn words_of_other_scripts_are_no_evidence(text in "[\u{400}-\u{4ff}\u{4e00}-\u{4fff}\u{1f600}-\u{1f64f} ]{0,60}") {
        for model in MODELS.iter() {
            prop_assert!((probability(model, &text) - probability(model, "")).abs() < 1e-9);
        }
    }

    #[test]
    fn what_is_not_a_word_changes_nothing(signs in "[ \\t\\n.,;:…—🙂-]{0,20}") {
        for model in MODELS.iter() {
            let plain = probability(model, "a great day");
            let decorated = format!("{signs} a {signs} great {signs} day {signs}");
            prop_assert!((probability(model, &decorated) - plain).abs() < 1e-9);
        }
    }
}
