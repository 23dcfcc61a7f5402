//! Judging on the command line: figures, pictures, comparison, explanation, predictions of files.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_predictor")).args(arguments).output().expect("it runs")
}

fn json(output: &Output) -> Value {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Rows on which version 2 is right and version 1, which knows no pairs, may be wrong.
fn rows(home: &Path) -> String {
    let file = home.join("rows.txt");
    let mut text = String::new();
    for thing in 0..40 {
        text += &format!(
            "thing {thing} is great\t1\nthing {thing} is awful\t0\nthing {thing} is awful, said the great cook\t0\n"
        );
    }
    std::fs::write(&file, text).expect("written");
    file.to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_model_is_judged_in_figures_and_pictures() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let (data, svg) = (rows(home.path()), home.path().join("pictures"));
    let svg = svg.to_str().expect("UTF-8");
    let judged = json(&run(&["evaluate", "sentiment@1", "--data", &data, "--all-rows", "--json", "--svg", svg]));
    assert_eq!(
        (&judged["version"], &judged["rows"], &judged["metrics"]["rows"]),
        (&"1".into(), &"all rows".into(), &120.into())
    );
    assert_eq!(judged["classes"][1]["label"], "positive");
    assert!(judged["calibration"]["expected_calibration_error"].is_f64() && judged.get("residuals").is_none());
    for picture in ["confusion", "calibration", "roc"] {
        let drawn = std::fs::read_to_string(Path::new(svg).join(picture).with_extension("svg")).expect("a picture");
        assert!(drawn.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && !drawn.contains("NaN"), "{drawn}");
    }
    let plain = words(&run(&["evaluate", "--model", "sentiment@1", "--data", &data]).stdout);
    assert!(
        plain.contains("on the test fold") && plain.contains("true \\ predicted") && plain.contains("Brier"),
        "{plain}"
    );
    let refused = run(&["evaluate", "sentiment@1", "--model", "sentiment@2", "--data", &data]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(words(&refused.stderr).contains("is sentiment@2, not \"sentiment@1\""));
    assert_eq!(run(&["evaluate", "--data", &data]).status.code(), Some(2));
    let sliced = run(&["evaluate", "sentiment", "--data", &data, "--slice", "text"]);
    assert!(words(&sliced.stderr).contains("no category or number"), "{}", words(&sliced.stderr));
}

#[test]
fn a_comparison_has_a_verdict_and_an_exit_code() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let file = home.path().join("rows.txt");
    let same = (0..60).map(|at| format!("thing {at} is great\t1\nthing {at} is awful\t0\n")).collect::<String>();
    std::fs::write(&file, same).expect("written");
    let data = file.to_str().expect("UTF-8");
    let compare = |first: &str, second: &str, more: &[&str]| {
        run(&[&["compare", first, second, "--data", data, "--all-rows", "--json"], more].concat())
    };
    let same = compare("sentiment@1", "sentiment@2", &["--by", "accuracy"]);
    assert_eq!((same.status.code(), &json(&same)["verdict"]), (Some(0), &"no_difference_shown".into()));
    let losses = ["sentiment@1", "sentiment@2"].map(|model| {
        let judged = json(&run(&["evaluate", model, "--data", data, "--all-rows", "--json"]));
        judged["metrics"]["log_loss"].as_f64().expect("a figure")
    });
    let (better, worse) = match losses[0] < losses[1] {
        true => ("sentiment@1", "sentiment@2"),
        false => ("sentiment@2", "sentiment@1"),
    };
    let found = compare(better, worse, &["--by", "log_loss", "--resamples", "500"]);
    assert_eq!((found.status.code(), &json(&found)["verdict"]), (Some(3), &"worse".into()));
    let turned = compare(worse, better, &["--by", "log_loss", "--resamples", "500"]);
    assert_eq!((turned.status.code(), &json(&turned)["verdict"]), (Some(0), &"better".into()));
    assert_eq!(turned.stdout, compare(worse, better, &["--by", "log_loss", "--resamples", "500"]).stdout);
    assert_eq!(compare("sentiment@1", "sentiment@2", &["--by", "rmse"]).status.code(), Some(1));
    let plain = words(&run(&["compare", "sentiment@1", "sentiment@2", "--data", data]).stdout);
    assert!(plain.contains("McNemar") && plain.contains("no difference between"), "{plain}");
}

#[test]
fn one_case_is_predicted_and_explained() {
    let plain = words(&run(&["explain", "sentiment", "--text", "not good, awful"]).stdout);
    assert!(plain.starts_with("sentiment@2: negative") && plain.contains("awful") && plain.contains('█'), "{plain}");
    let answer = json(&run(&["explain", "sentiment", "--set", "text=great", "--json", "--top", "1"]));
    assert_eq!(
        (&answer["prediction"], &answer["explanation"]["contributions"][0]["feature"]),
        (&"positive".into(), &"great".into())
    );
    let one = json(&run(&["predict", "sentiment@1", "--text", "great"]));
    assert_eq!(
        (&one["model"], &one["version"], &one["prediction"]),
        (&"sentiment".into(), &"1".into(), &"positive".into())
    );
    let refused = run(&["predict", "sentiment", "--set", "texts=great"]);
    assert!(words(&refused.stderr).contains("text is required"), "{}", words(&refused.stderr));
    let home = tempfile::tempdir().expect("a temporary directory");
    let file = home.path().join("rows.csv");
    std::fs::write(&file, "text\ngreat\nawful\n").expect("written");
    let answers = words(&run(&["predict", "sentiment", file.to_str().expect("UTF-8")]).stdout);
    assert_eq!(answers.lines().count(), 2, "{answers}");
}

#[test]
fn training_can_be_watched_and_fixed() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let data = rows(home.path());
    let out = home.path().join("model");
    let out = out.to_str().expect("UTF-8");
    let fixed = ["--smoothing", "1", "--penalty", "0.5", "--folds", "3", "--search"];
    let trained = run(&[&["train", "sentiment", "--data", &data, "--out", out], &fixed[..]].concat());
    let told = words(&trained.stderr);
    assert!(trained.status.success() && told.contains("log_loss"), "{told}");
    let manifest = std::fs::read(Path::new(out).join("manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    let recipe = &manifest["recipe"];
    assert_eq!(
        (&recipe["smoothing"], &recipe["penalty"], &recipe["inner_folds"]),
        (&1.0.into(), &0.5.into(), &3.into())
    );
    let turns = run(&["train", "sentiment", "--data", &data, "--cross-validate", "--smoothing", "1", "--penalty", "1"]);
    let told = words(&turns.stderr);
    assert!(turns.status.success() && told.contains("mean") && told.contains("deviation"), "{told}");
}
