//! Predictions per second and their latency, beside a constant answer and a JSON echo from the same server: what a
//! prediction costs on top of HTTP. Prints figures and asserts none.
//!
//! `cargo bench -p predictor` (all settings: `cargo bench -p predictor -- SECONDS CONNECTIONS`)

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use predictor::catalog;
use predictor::log::{Level, Log};
use predictor::routes;
use predictor::schema::Input;
use predictor::server::{Config, Server};
use predictor_wire::TextRequest;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use warp::http::header::CONTENT_TYPE;
use warp::reply::Response;
use warp::{Filter, Reply};

/// Twenty words, invented.
const TEXT: &str =
    "We waited for the second course far too long but the waiter was kind and the dessert was truly lovely";

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let seconds = Duration::from_secs(numbers.next().unwrap_or(3));
    let connections = numbers.next().and_then(|number| usize::try_from(number).ok()).unwrap_or(32);
    score_without_http();
    let (port, end) = start_server();
    println!(
        "\nover HTTP: {connections} connections, {} s each; client and server share this machine",
        seconds.as_secs()
    );
    println!("{:<34} {:>10} {:>9} {:>9} {:>9} {:>7}", "", "requests/s", "p50 µs", "p99 µs", "p99.9 µs", "failed");
    let body = format!("{{\"text\": \"{TEXT}\"}}");
    let post = |path: &str| {
        let length = body.len();
        let head = "host: bench\r\ncontent-type: application/json";
        format!("POST {path} HTTP/1.1\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
    };
    let constant = measure("constant answer", port, &post("/constant"), seconds, connections);
    let echoed = measure("JSON echo", port, &post("/echo"), seconds, connections);
    let predicted = measure("POST /predict, 20 words", port, &post("/predict"), seconds, connections);
    measure("GET /health", port, b"GET /health HTTP/1.1\r\nhost: bench\r\n\r\n", seconds, connections);
    let share = |of: f64| 100.0 * predicted / of;
    println!("\npredictions reach {:.0} % of the constant answer's rate", share(constant));
    println!("and {:.0} % of the echo's", share(echoed));
    drop(end);
}

fn score_without_http() {
    for embedded in catalog::EMBEDDED {
        let started = Instant::now();
        let model = embedded.load().expect("an embedded model loads");
        let loaded = started.elapsed();
        let rounds = 20_000_u32;
        let started = Instant::now();
        for _ in 0..rounds {
            std::hint::black_box(model.predict(std::hint::black_box(&Input::of_text(TEXT))));
        }
        let each = started.elapsed() / rounds;
        println!("{}: loads in {loaded:.1?}, scores 20 words in {each:.2?}", embedded.reference());
    }
}

/// The product's server with two more routes: one reads the body and answers the same bytes each time, one parses it
/// and sends it back.
fn start_server() -> (u16, oneshot::Sender<()>) {
    let (end, ended) = oneshot::channel::<()>();
    let (started, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let model = catalog::load("sentiment").expect("the embedded model loads");
            let (log, _writer) = Log::start(std::io::sink(), Level::Info).expect("a thread");
            let server = Server::bind_routes(Config::default(), model, log, |service| {
                let constant = warp::path!("constant").and(warp::post()).and(warp::body::bytes()).map(|_| constant());
                let echo = warp::path!("echo")
                    .and(warp::post())
                    .and(warp::body::json())
                    .map(|body: TextRequest| warp::reply::json(&body).into_response());
                constant.or(echo).unify().or(routes::all(service)).unify().boxed()
            });
            let server = server.await.expect("a port");
            started.send(server.port()).expect("someone waits");
            server.run_until(async { drop(ended.await) }).await;
        });
    });
    (port.recv().expect("the server starts"), end)
}

fn constant() -> Response {
    let body: &[u8] = br#"{"sentiment":"positive","score":0.912345,"model":"sentiment","version":"2"}"#;
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, warp::http::HeaderValue::from_static("application/json"));
    response
}

/// Keeps `connections` busy with one request at a time each; returns requests per second.
fn measure(name: &str, port: u16, request: &[u8], time: Duration, connections: usize) -> f64 {
    run_load(port, request, time / 10, connections);
    let started = Instant::now();
    let (mut latencies, failed) = run_load(port, request, time, connections);
    let rate = latencies.len() as f64 / started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let quantile = |share: f64| {
        let at = ((latencies.len() as f64 * share) as usize).min(latencies.len().saturating_sub(1));
        latencies.get(at).map_or(0.0, |latency| latency.as_secs_f64() * 1e6)
    };
    let (p50, p99, p999) = (quantile(0.5), quantile(0.99), quantile(0.999));
    println!("{name:<34} {rate:>10.0} {p50:>9.0} {p99:>9.0} {p999:>9.0} {failed:>7}");
    rate
}

/// Latencies of all answered requests, and how many failed.
fn run_load(port: u16, request: &[u8], time: Duration, connections: usize) -> (Vec<Duration>, usize) {
    let over = AtomicBool::new(false);
    let parts = std::thread::scope(|scope| {
        let client = || scope.spawn(|| keep_asking(port, request, &over));
        let clients: Vec<_> = (0..connections).map(|_| client()).collect();
        std::thread::sleep(time);
        over.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().expect("a client ends well")).collect::<Vec<_>>()
    });
    let failed = parts.iter().map(|(_, failed)| failed).sum();
    (parts.into_iter().flat_map(|(latencies, _)| latencies).collect(), failed)
}

fn keep_asking(port: u16, request: &[u8], over: &AtomicBool) -> (Vec<Duration>, usize) {
    let mut latencies = Vec::with_capacity(1 << 16);
    let mut failed = 0;
    let mut buffer = [0; 4096];
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return (latencies, 1) };
    let _ = stream.set_nodelay(true);
    while !over.load(Ordering::Relaxed) {
        let started = Instant::now();
        match exchange(&mut stream, request, &mut buffer) {
            Ok(true) => latencies.push(started.elapsed()),
            Ok(false) => failed += 1,
            Err(_) => return (latencies, failed + 1),
        }
    }
    (latencies, failed)
}

/// One request and its answer; true if the status is 200.
fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut [u8]) -> std::io::Result<bool> {
    stream.write_all(request)?;
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..])?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        filled += read;
        if whole_length(&buffer[..filled]).is_some_and(|length| filled >= length) {
            return Ok(buffer.starts_with(b"HTTP/1.1 200 "));
        }
    }
}

/// Length of the answer that begins here, once its head is complete.
fn whole_length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let name = b"content-length: ";
    let at = bytes[..head].windows(name.len()).position(|window| window == name)? + name.len();
    let digits = bytes[at..head].iter().take_while(|byte| byte.is_ascii_digit());
    Some(head + digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0')))
}
