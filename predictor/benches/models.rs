//! What one prediction costs without HTTP, in one thread. Prints figures and asserts none.
//!
//! `cargo bench -p predictor --bench models`

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(missing_docs, reason = "not a library")]

use predictor::catalog;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Twenty words, invented.
const TEXT: &str =
    "We waited for the second course far too long but the waiter was kind and the dessert was truly lovely";

fn main() {
    println!("{:<16} {:>10} {:>12} {:>14} {:>12}", "", "load", "one row", "230 words", "rows/s");
    let long = [TEXT; 12].join(". ");
    for embedded in catalog::EMBEDDED {
        let started = Instant::now();
        let model = embedded.load().expect("an embedded model loads");
        let loaded = started.elapsed();
        let (short, long) = (each(|| model.score(black_box(TEXT))), each(|| model.score(black_box(&long))));
        let rate = 1.0 / short.as_secs_f64();
        println!("{:<16} {loaded:>10.1?} {short:>12.2?} {long:>14.2?} {rate:>12.0}", embedded.reference());
    }
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
