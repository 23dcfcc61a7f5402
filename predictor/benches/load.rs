//! A load generator: keeps connections busy, or sends at a fixed rate. Shared by the benchmarks; measures, never judges.
//!
//! At a fixed rate every request has a time at which it is due, and its latency counts from then: a server that stalls
//! is charged for the requests that had to wait for it (no "coordinated omission").

#![allow(dead_code, reason = "each benchmark takes what it needs")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Twenty words, invented.
pub const TEXT: &str =
    "We waited for the second course far too long but the waiter was kind and the dessert was truly lovely";

/// What to send, and for how long.
#[derive(Clone, Copy)]
pub struct Load<'a> {
    /// Port on the loopback interface.
    pub port: u16,
    /// Bytes of one whole request.
    pub request: &'a [u8],
    /// Connections, each with one request at a time and a thread of its own.
    pub connections: usize,
    /// How long.
    pub time: Duration,
    /// Requests per second over all connections; none: as many as are answered.
    pub rate: Option<f64>,
}

/// What came back.
#[derive(Default)]
pub struct Outcome {
    latencies: Vec<Duration>,
    /// Answers other than 200 and broken connections.
    pub failed: usize,
    elapsed: Duration,
}

/// A JSON POST.
pub fn post(path: &str, body: &str) -> Vec<u8> {
    let head = "host: bench\r\ncontent-type: application/json";
    format!("POST {path} HTTP/1.1\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A GET.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes()
}

impl Load<'_> {
    /// Sends until the time is over.
    pub fn run(self) -> Outcome {
        let over = AtomicBool::new(false);
        let started = Instant::now();
        let mut outcome = Outcome::default();
        std::thread::scope(|scope| {
            let over = &over;
            let clients: Vec<_> = (0..self.connections)
                .map(|index| scope.spawn(move || self.keep_asking(index, started, over)))
                .collect();
            std::thread::sleep(self.time);
            over.store(true, Ordering::Relaxed);
            for client in clients {
                let (latencies, failed) = client.join().expect("a client ends well");
                outcome.latencies.extend(latencies);
                outcome.failed += failed;
            }
        });
        outcome.elapsed = started.elapsed();
        outcome.latencies.sort_unstable();
        outcome
    }

    fn keep_asking(self, index: usize, started: Instant, over: &AtomicBool) -> (Vec<Duration>, usize) {
        let mut latencies = Vec::with_capacity(1 << 12);
        let mut failed = 0;
        let mut buffer = vec![0; 64 << 10];
        let mut stream = None;
        let mut sent = 0_usize;
        while !over.load(Ordering::Relaxed) {
            let due = self.wait_until_due(index + sent * self.connections, started);
            sent += 1;
            match self.exchange(&mut stream, &mut buffer) {
                Ok(true) => latencies.push(due.elapsed()),
                Ok(false) => failed += 1,
                Err(_) => {
                    failed += 1;
                    stream = None;
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
        (latencies, failed)
    }

    /// When the request of that number was due; at once without a rate.
    fn wait_until_due(self, number: usize, started: Instant) -> Instant {
        let Some(rate) = self.rate else { return Instant::now() };
        let due = started + Duration::from_secs_f64(number as f64 / rate);
        let rest = due.saturating_duration_since(Instant::now());
        if !rest.is_zero() {
            std::thread::sleep(rest);
        }
        due
    }

    /// One request and its answer, over a new connection if there is none; true if the status is 200.
    fn exchange(self, kept: &mut Option<TcpStream>, buffer: &mut [u8]) -> std::io::Result<bool> {
        let stream = match kept {
            Some(stream) => stream,
            None => {
                let opened = TcpStream::connect(("127.0.0.1", self.port))?;
                opened.set_nodelay(true)?;
                opened.set_read_timeout(Some(Duration::from_secs(30)))?;
                kept.insert(opened)
            }
        };
        stream.write_all(self.request)?;
        let mut filled = 0;
        loop {
            let read = stream.read(&mut buffer[filled..])?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            if whole_length(&buffer[..filled]).is_some_and(|length| filled >= length) {
                break;
            }
        }
        if closes(&buffer[..filled]) {
            *kept = None;
        }
        Ok(buffer.starts_with(b"HTTP/1.1 200 "))
    }
}

/// Whether the server ends the connection after this answer.
fn closes(answer: &[u8]) -> bool {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(answer, |end| &answer[..end]);
    head.windows(19).any(|window| window.eq_ignore_ascii_case(b"\r\nconnection: close"))
}

/// Length of the answer that begins here, once its head is complete.
fn whole_length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let name = b"content-length: ";
    let at = bytes[..head].windows(name.len()).position(|window| window.eq_ignore_ascii_case(name))? + name.len();
    let digits = bytes[at..head].iter().take_while(|byte| byte.is_ascii_digit());
    Some(head + digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0')))
}

impl Outcome {
    /// Takes in what another run brought.
    pub fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
        self.failed += other.failed;
        self.elapsed += other.elapsed;
    }

    /// Answered requests per second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// How many were answered with 200.
    pub fn answered(&self) -> usize {
        self.latencies.len()
    }

    /// The latency in microseconds below which `share` of the answers came.
    pub fn quantile_us(&self, share: f64) -> f64 {
        let at = ((self.latencies.len() as f64 * share) as usize).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).map_or(0.0, |latency| latency.as_secs_f64() * 1e6)
    }
}
