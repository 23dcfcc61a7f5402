//! Table models without HTTP: one row, many rows, an explanation, and what learning costs.
//!
//! `cargo bench -p predictor --bench tables`

use predictor::catalog::EMBEDDED;
use predictor::data::generate::savings;
use predictor::data::table::Table;
use predictor::model::Model;
use predictor::model::table::plans;
use predictor::model::table::train::{Settings, train};
use predictor::progress::Progress;
use predictor::schema::Input;
use serde_json::{Map, Value};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROWS: usize = 2_000;

fn main() {
    let mut lines =
        vec![format!("{:<14} {:>10} {:>12} {:>12} {:>12}", "model", "bytes", "µs a row", "rows/s", "µs explain")];
    for embedded in EMBEDDED.iter().filter(|embedded| embedded.name != "sentiment") {
        let model = embedded.load().expect("a committed artifact loads");
        lines.push(measured(&model));
    }
    lines.push(learning());
    lines.push(format!("most memory of this process: {}", most_memory()));
    let mut out = std::io::stdout().lock();
    for line in lines {
        let _ = std::io::Write::write_all(&mut out, format!("{line}\n").as_bytes());
    }
}

fn measured(model: &Model) -> String {
    let cases = varied(&model.schema().forms()[0].example());
    let inputs: Vec<Input<'_>> = cases.iter().map(|case| model.schema().check_map(case).expect("it fits")).collect();
    let row = least(|| inputs.iter().for_each(|input| drop(black_box(model.predict(input)))));
    let whole = least(|| {
        for case in &cases {
            let input = model.schema().check_map(case).expect("it fits");
            black_box(model.answer(&model.predict(&input), None));
        }
    });
    let explained = least(|| inputs.iter().for_each(|input| drop(black_box(model.explain(input, 5)))));
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / ROWS as f64;
    format!(
        "{:<14} {:>10} {:>12.2} {:>12.0} {:>12.2}",
        model.reference(),
        model.manifest().weights.bytes,
        micros(row),
        ROWS as f64 / whole.as_secs_f64(),
        micros(explained)
    )
}

/// Cases whose numbers differ by up to a tenth, so that rows take different ways.
fn varied(example: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut vary = |value: &Value| match value.as_f64() {
        Some(number) if !value.is_i64() => (number * (0.98 + 0.04 * random.f64())).into(),
        _ => value.clone(),
    };
    (0..ROWS).map(|_| example.iter().map(|(name, value)| (name.clone(), vary(value))).collect()).collect()
}

/// The least time of several runs.
fn least(mut run: impl FnMut()) -> Duration {
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..15).map(|_| time(&mut run)).min().unwrap_or_default()
}

fn learning() -> String {
    let path = std::env::temp_dir().join(format!("savings-{}.csv", std::process::id()));
    let mut bytes = Vec::new();
    savings::write(12_000, 1, &mut bytes).expect("written");
    std::fs::write(&path, bytes).expect("written");
    let table = Table::read(std::slice::from_ref(&path)).expect("a table");
    let _ = std::fs::remove_file(&path);
    let settings =
        Settings { version: "1".to_owned(), seed: 0, test_fold: 0, created: String::new(), git_commit: None };
    let start = Instant::now();
    let artifact = train(&plans::savings::plan(), &table, &settings, &Progress::default()).expect("learnt");
    format!(
        "learning savings from 12,000 rows, two candidates in five folds: {:.1} s, R² {:.4}",
        start.elapsed().as_secs_f64(),
        artifact.manifest.metrics.figure("r2")
    )
}

fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
