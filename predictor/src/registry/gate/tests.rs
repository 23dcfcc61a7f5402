//! The gate as tables: figures in, reasons out.

use super::*;

fn limits() -> Limits {
    Thresholds::default().of("any")
}

fn classes(rows: usize, accuracy: f64, f1_macro: f64, majority_accuracy: f64) -> Evidence {
    Evidence::Manifest(Figures::Classification { rows, accuracy, f1_macro, majority_accuracy })
}

fn numbers(rows: usize, rmse: f64, r2: f64) -> Evidence {
    Evidence::Manifest(Figures::Regression { rows, rmse, r2 })
}

fn check(candidate: &Evidence, approved: Option<&Evidence>, expect: &[&str]) {
    let verdict = decide(&limits(), candidate, approved.map(|evidence| ("3", evidence)));
    assert_eq!(verdict.passed, expect.is_empty(), "{verdict:?}");
    assert_eq!(verdict.reasons.len(), expect.len(), "{verdict:?}");
    for (reason, expect) in verdict.reasons.iter().zip(expect) {
        assert!(reason.contains(expect), "{reason:?} should contain {expect:?}");
    }
}

#[test]
fn thresholds_hold() {
    check(&classes(600, 0.82, 0.81, 0.51), None, &[]);
    check(&classes(600, 0.799, 0.81, 0.51), None, &["accuracy 0.7990 is below 0.8"]);
    check(&classes(600, 0.79, 0.69, 0.51), None, &["accuracy 0.7900", "macro F1 0.6900 is below 0.7"]);
    check(&numbers(4010, 45_000.0, 0.84), None, &[]);
    check(&numbers(4010, 90_000.0, 0.4), None, &["R² 0.4000 is below 0.5"]);
}

#[test]
fn a_constant_answer_does_not_pass() {
    // Bank's majority class reaches 0.884 by itself.
    check(&classes(9000, 0.884, 0.47, 0.884), None, &["macro F1", "most frequent label (0.8840)"]);
    check(&classes(9000, 0.898, 0.71, 0.884), None, &[]);
    check(&classes(300, 0.898, 0.71, 0.884), None, &["on 300 rows is not surely better"]);
}

#[test]
fn what_is_not_a_number_does_not_pass() {
    check(&classes(600, f64::NAN, f64::NAN, 0.5), None, &["accuracy", "macro F1", "not surely better"]);
    check(&numbers(600, f64::NAN, 0.8), None, &["is no figure"]);
    check(&numbers(0, 1.0, f64::NAN), None, &["R²", "is no figure"]);
    check(&classes(0, 1.0, 1.0, 0.0), None, &["not surely better"]);
    let verdict = decide(&limits(), &numbers(600, f64::NAN, 0.8), None);
    assert!(serde_json::to_string(&verdict).expect("JSON").contains("\"r2\":0.8"));
}

#[test]
fn claimed_figures_may_not_be_worse_than_the_approved_ones_beyond_noise() {
    check(&classes(621, 0.83, 0.83, 0.5), Some(&classes(621, 0.84, 0.84, 0.5)), &[]);
    check(
        &classes(621, 0.81, 0.81, 0.5),
        Some(&classes(621, 0.90, 0.90, 0.5)),
        &["accuracy is worse than that of the approved version 3: by 0.0900", "macro F1 is worse"],
    );
    check(&numbers(4010, 45_500.0, 0.84), Some(&numbers(4010, 45_000.0, 0.84)), &[]);
    check(&numbers(4010, 49_000.0, 0.82), Some(&numbers(4010, 45_000.0, 0.84)), &["RMSE is worse"]);
    check(&numbers(4010, 1.0, 0.84), Some(&classes(621, 0.84, 0.84, 0.5)), &["cannot be compared"]);
    let lax = Limits { not_worse: false, ..limits() };
    assert!(decide(&lax, &classes(621, 0.81, 0.81, 0.5), Some(("3", &classes(621, 0.99, 0.99, 0.5)))).passed);
}

/// Rows whose true label alternates; every `wrong`th is answered wrongly, beginning with `from`.
fn answered(rows: u32, wrong: u32, from: u32) -> Evidence {
    let row = |index: u32| (index % 2, if index % wrong == from { 1 - index % 2 } else { index % 2 });
    Evidence::Data(Judged::Classes((0..rows).map(row).collect()))
}

#[test]
fn the_same_rows_tell_smaller_differences() {
    // Each wrong on other rows: 12.5 % against 10 % of 2,000.
    check(&answered(2000, 8, 1), Some(&answered(2000, 10, 0)), &["accuracy is worse", "macro F1 is worse"]);
    check(&answered(200, 8, 1), Some(&answered(200, 10, 0)), &[]);
    check(&answered(2000, 10, 0), Some(&answered(2000, 10, 0)), &[]);
    check(&answered(2000, 10, 0), Some(&answered(2000, 8, 1)), &[]);
    check(&answered(2000, 10, 0), Some(&answered(1999, 10, 0)), &["other rows"]);
    let turned = Evidence::Data(Judged::Classes((0..2000).map(|index| (1 - index % 2, 1 - index % 2)).collect()));
    check(&answered(2000, 10, 0), Some(&turned), &["other rows"]);
}

#[test]
fn what_is_surely_better_is_said() {
    let better = |candidate: &Evidence, approved: &Evidence| decide(&limits(), candidate, Some(("3", approved))).better;
    assert!(better(&answered(2000, 10, 0), &answered(2000, 8, 1)));
    assert!(!better(&answered(200, 10, 0), &answered(200, 8, 1)), "too few rows");
    assert!(!better(&answered(2000, 10, 0), &answered(2000, 10, 0)));
    assert!(better(&numbers(4010, 40_000.0, 0.9), &numbers(4010, 45_000.0, 0.84)));
    assert!(!decide(&limits(), &answered(2000, 10, 0), None).better);
}

#[test]
fn numbers_are_compared_on_the_same_rows() {
    let said = |error: f64| {
        let row = |index: u32| {
            let truth = f64::from(index % 100);
            (truth, truth + error * if index.is_multiple_of(3) { -1.5 } else { 1.0 })
        };
        Evidence::Data(Judged::Values((0..900).map(row).collect()))
    };
    check(&said(2.0), Some(&said(2.0)), &[]);
    check(&said(2.0), Some(&said(1.9)), &["RMSE is worse than that of the approved version 3"]);
    check(&said(1.9), Some(&said(2.0)), &[]);
    let Figures::Regression { rows, rmse, r2 } = said(2.0).figures() else { unreachable!() };
    assert_eq!(rows, 900);
    assert!((rmse - (4.0_f64 * (2.25 + 2.0) / 3.0).sqrt()).abs() < 1e-9 && r2 > 0.99);
}

#[test]
fn figures_of_rows_match_hand_calculation() {
    // Label 0: two hits, one miss. Label 1: one hit, one miss. Label 2: one hit; said once wrongly.
    let rows = vec![(0, 0), (0, 0), (0, 1), (1, 1), (1, 2), (2, 2)];
    let Figures::Classification { rows, accuracy, f1_macro, majority_accuracy } = Judged::Classes(rows).figures()
    else {
        unreachable!()
    };
    assert_eq!(rows, 6);
    assert!((accuracy - 4.0 / 6.0).abs() < 1e-12 && (majority_accuracy - 0.5).abs() < 1e-12);
    assert!((f1_macro - (0.8 + 0.5 + 2.0 / 3.0) / 3.0).abs() < 1e-12, "{f1_macro}");
}

#[test]
fn wilsons_interval_matches_published_values() {
    // Ten of ten: 0.7225; 81 of 263: 0.2553 (Newcombe 1998, table I).
    assert!((wilson_lower(1.0, 10) - 0.722_5).abs() < 1e-4);
    assert!((wilson_lower(81.0 / 263.0, 263) - 0.255_3).abs() < 1e-4);
    assert!(wilson_lower(0.0, 10).abs() < 1e-12);
}
