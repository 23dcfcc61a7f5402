//! Minutes of load on a service of its own process that follows a registry, in which another version is approved half
//! way: counts what failed, says which version answered how much, and watches memory.
//!
//! `cargo bench -p predictor --bench soak -- SECONDS CONNECTIONS` (60 and 32 if not given). Ends with exit code 1 if a
//! request failed, or if not both versions answered.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(missing_docs, reason = "not a library")]

mod load;
mod process;

use load::{Load, TEXT, post};
use process::Service;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let time = Duration::from_secs(numbers.next().unwrap_or(60));
    let connections = numbers.next().and_then(|number| usize::try_from(number).ok()).unwrap_or(32);
    let store = tempfile::tempdir().expect("a directory");
    let store = store.path().to_str().expect("a path in UTF-8");
    approve(store, "1");
    register(store, "2");
    let service = Service::start(&[("MODEL_STORE", store), ("MODEL", "sentiment"), ("MODEL_POLL_S", "1")]);
    let request = post("/predict", &format!("{{\"text\": \"{TEXT}\"}}"));
    let over = AtomicBool::new(false);
    let (outcome, samples) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| watch(&service, &over));
        scope.spawn(|| {
            std::thread::sleep(time / 2);
            approve(store, "2");
        });
        let load = Load { port: service.port, request: &request, connections, time, rate: None };
        let outcome = load.run();
        over.store(true, Ordering::Relaxed);
        (outcome, watch.join().expect("the watch ends well"))
    });
    println!("{} requests in {time:.0?} over {connections} connections: {} failed", outcome.answered(), outcome.failed);
    println!(
        "{:.0} requests/s, p50 {:.0} µs, p99 {:.0} µs, p99.9 {:.0} µs",
        outcome.rate(),
        outcome.quantile_us(0.5),
        outcome.quantile_us(0.99),
        outcome.quantile_us(0.999)
    );
    let both = print_versions(&service);
    print_memory(&samples);
    if outcome.failed == 0 && both { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Puts a committed version of the sentiment model into a registry.
fn register(store: &str, version: &str) {
    let artifact = format!("{}/models/sentiment/{version}", env!("CARGO_MANIFEST_DIR"));
    run(&["register", &artifact, "--store", store, "--by", "soak"]);
}

/// Has a version served, which is registered first if it is not there.
fn approve(store: &str, version: &str) {
    register(store, version);
    run(&["approve", &format!("sentiment@{version}"), "--store", store, "--why", "the soak wants it", "--by", "soak"]);
}

fn run(arguments: &[&str]) {
    let end = Command::new(env!("CARGO_BIN_EXE_predictor")).args(arguments).output().expect("the program runs");
    assert!(end.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&end.stderr));
}

/// Which version answered how much, as the service counted it; false if one answered nothing.
fn print_versions(service: &Service) -> bool {
    let metrics = service.ask("/metrics").unwrap_or_default();
    let of = |version: &str| -> f64 {
        let label = format!("version=\"{version}\"");
        let samples = metrics.lines().filter(|line| line.starts_with("predictor_predictions_total{"));
        let values = samples.filter(|line| line.contains(&label)).filter_map(|line| line.rsplit(' ').next());
        values.filter_map(|value| value.parse::<f64>().ok()).sum()
    };
    let (before, after) = (of("1"), of("2"));
    println!("answers of the version approved first {before:.0}, of the one approved half way {after:.0}");
    before > 0.0 && after > 0.0
}

/// Seconds since the start and kilobytes, twice a second.
fn watch(service: &Service, over: &AtomicBool) -> Vec<(f64, f64)> {
    let started = Instant::now();
    let mut samples = Vec::new();
    while !over.load(Ordering::Relaxed) {
        if let Some(resident) = service.resident_kb() {
            samples.push((started.elapsed().as_secs_f64(), resident as f64));
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    samples
}

fn print_memory(samples: &[(f64, f64)]) {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return };
    let highest = samples.iter().map(|sample| sample.1).fold(0.0, f64::max);
    // Before that buffers and arenas grow, and half way another version comes in.
    let settled = &samples[samples.len() * 5 / 8..];
    println!(
        "memory: {:.1} MB at first, {:.1} MB at most, {:.1} MB at last; slope of the last three eighths {:+.0} KB a minute",
        first.1 / 1024.0,
        highest / 1024.0,
        last.1 / 1024.0,
        60.0 * slope(settled)
    );
}

/// Of the line with the least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let (mean_x, mean_y) =
        points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0 / count, sum.1 + point.1 / count));
    let above: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let below: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    if below == 0.0 { 0.0 } else { above / below }
}
