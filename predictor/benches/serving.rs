//! Predictions per second and their latency, beside a constant answer and a JSON echo from the same server: what a
//! prediction costs on top of HTTP. Prints figures and asserts none.
//!
//! `cargo bench -p predictor --bench serving` (settings: `-- SECONDS CONNECTIONS`). The two other forms are for
//! `compare/`: `-- servers` starts the servers for comparison and prints their ports; `-- load PORT PATH BODY RATE
//! SECONDS CONNECTIONS` sends at a fixed rate and prints one JSON object.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(missing_docs, reason = "not a library")]

mod load;
mod servers;

use load::{Load, Outcome, TEXT, get, post};
use std::time::Duration;

const ROUNDS: u32 = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["servers"] => offer_servers(),
        ["load", port, path, body, rate, seconds, connections] => {
            load_once(Load {
                port: number(port),
                request: &post(path, body),
                connections: number(connections),
                time: Duration::from_secs_f64(number(seconds)),
                rate: Some(number(rate)),
            });
        }
        [] => quick(Duration::from_secs(3), 32),
        [seconds] => quick(Duration::from_secs_f64(number(seconds)), 32),
        [seconds, connections] => quick(Duration::from_secs_f64(number(seconds)), number(connections)),
        _ => println!("see the head of benches/serving.rs for what can be given"),
    }
}

fn number<T: std::str::FromStr>(given: &str) -> T {
    given.parse().ok().unwrap_or_else(|| {
        println!("{given:?} is not a number that fits here");
        std::process::exit(2)
    })
}

fn offer_servers() {
    println!("{} {}", servers::start_product(), servers::start_bare());
    loop {
        std::thread::park();
    }
}

fn load_once(load: Load<'_>) {
    let outcome = load.run();
    println!(
        "{{\"requests_s\": {:.1}, \"p50_us\": {:.1}, \"p99_us\": {:.1}, \"p999_us\": {:.1}, \"failed\": {}}}",
        outcome.rate(),
        outcome.quantile_us(0.5),
        outcome.quantile_us(0.99),
        outcome.quantile_us(0.999),
        outcome.failed
    );
}

/// What is measured: a name, a port, a request.
type Subject<'a> = (&'a str, u16, Vec<u8>);

fn quick(time: Duration, connections: usize) {
    let (product, bare) = (servers::start_product(), servers::start_bare());
    let body = format!("{{\"text\": \"{TEXT}\"}}");
    let subjects = [
        ("bare warp, constant answer", bare, post("/constant", &body)),
        ("bare warp, JSON echo", bare, post("/echo", &body)),
        ("constant answer", product, post("/constant", &body)),
        ("JSON echo", product, post("/echo", &body)),
        ("POST /predict, 20 words", product, post("/predict", &body)),
        ("GET /health", product, get("/health")),
    ];
    println!("{connections} connections, {time:.0?} each in {ROUNDS} rounds; client and server share this machine");
    println!("{:<34} {:>10} {:>9} {:>9} {:>9} {:>7}", "", "requests/s", "p50 µs", "p99 µs", "p99.9 µs", "failed");
    let outcomes = in_rounds(&subjects, time, connections);
    for ((name, ..), outcome) in subjects.iter().zip(&outcomes) {
        print_row(name, outcome);
    }
    let [_, bare_echo, _, echoed, predicted, _] = &outcomes[..] else { return };
    let (_, port, request) = &subjects[4];
    let rate = Some(predicted.rate() / 2.0);
    print_row("POST /predict at half that rate", &Load { port: *port, request, connections, time, rate }.run());
    print_batches(product, time, &body);
    println!("predictions reach {:.2} of the echo's rate in the same server", predicted.rate() / echoed.rate());
    println!(
        "and {:.2} of the echo's in bare warp, without log, metrics and limits",
        predicted.rate() / bare_echo.rate()
    );
}

/// Rows per second in batches of a thousand, over two connections.
fn print_batches(port: u16, time: Duration, row: &str) {
    const ROWS: usize = 1000;
    let request = post("/predict/batch", &format!("[{}]", vec![row; ROWS].join(",")));
    let outcome = Load { port, request: &request, connections: 2, time, rate: None }.run();
    println!("\nbatches of {ROWS} rows: {:.0} rows/s, {} failed", outcome.rate() * ROWS as f64, outcome.failed);
}

/// Every subject in every round, so that a busy minute of the machine falls on all of them.
fn in_rounds(subjects: &[Subject<'_>], time: Duration, connections: usize) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = subjects.iter().map(|_| Outcome::default()).collect();
    for _ in 0..ROUNDS {
        for ((_, port, request), outcome) in subjects.iter().zip(&mut outcomes) {
            let load = Load { port: *port, request, connections, time: time / ROUNDS, rate: None };
            Load { time: time / 30, ..load }.run();
            outcome.add(load.run());
        }
    }
    outcomes
}

fn print_row(name: &str, outcome: &Outcome) {
    let (p50, p99, p999) = (outcome.quantile_us(0.5), outcome.quantile_us(0.99), outcome.quantile_us(0.999));
    println!("{name:<34} {:>10.0} {p50:>9.0} {p99:>9.0} {p999:>9.0} {:>7}", outcome.rate(), outcome.failed);
}
