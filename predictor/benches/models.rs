//! What one prediction costs without HTTP, in one thread. Prints figures and asserts none.
//!
//! `cargo bench -p predictor --bench models`

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(missing_docs, reason = "not a library")]

use predictor::catalog;
use predictor::model::{Model, Outcome};
use serde_json::{Map, Value};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Twenty words, invented.
const TEXT: &str =
    "We waited for the second course far too long but the waiter was kind and the dessert was truly lovely";

fn main() {
    println!("{:<16} {:>10} {:>14} {:>14} {:>12}", "", "load", "check, predict", "12 × the text", "rows/s");
    for embedded in catalog::EMBEDDED {
        let started = Instant::now();
        let model = embedded.load().expect("an embedded model loads");
        let loaded = started.elapsed();
        let case = example_of(&model);
        let short = each(|| judge(&model, black_box(&case)));
        let long = case.get("text").is_some().then(|| {
            let long = Map::from_iter([("text".to_owned(), [TEXT; 12].join(". ").into())]);
            each(|| judge(&model, black_box(&long)))
        });
        let long = long.map_or_else(|| "-".to_owned(), |time| format!("{time:.2?}"));
        let rate = 1.0 / short.as_secs_f64();
        println!("{:<16} {loaded:>10.1?} {short:>14.2?} {long:>14} {rate:>12.0}", embedded.reference());
    }
}

/// The text above for a model of texts, its own example for another.
fn example_of(model: &Model) -> Map<String, Value> {
    let mut case = model.schema().forms().first().map(predictor_wire::Form::example).unwrap_or_default();
    if let Some(text) = case.get_mut("text") {
        *text = TEXT.into();
    }
    case
}

/// What a request does between reading and writing JSON.
fn judge(model: &Model, case: &Map<String, Value>) -> Outcome {
    model.predict(&model.schema().check_map(case).expect("an example fits its schema"))
}

/// The median time of one call, over rounds of many calls.
fn each<T>(mut call: impl FnMut() -> T) -> Duration {
    const CALLS: u32 = 1000;
    let mut rounds: Vec<Duration> = (0..41)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..CALLS {
                black_box(call());
            }
            started.elapsed() / CALLS
        })
        .collect();
    rounds.sort_unstable();
    rounds[rounds.len() / 2]
}
