//! A load generator: keeps connections busy, or sends at a fixed rate. Shared by the benchmarks; measures, never judges.
//!
//! At a fixed rate every request has a time at which it is due, and its latency counts from then: a server that stalls
//! is charged for the requests that had to wait for it (no "coordinated omission").

#![allow(dead_code, reason = "each benchmark takes what it needs")]

use rustix::event::{PollFd, PollFlags, Timespec, poll};
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
    /// Connections, each with one request at a time.
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
        let started = Instant::now();
        let (latencies, failed) = match self.rate {
            Some(rate) => Paced::of(self, rate).run(started),
            None => self.keep_asking(),
        };
        let mut outcome = Outcome { latencies, failed, elapsed: started.elapsed() };
        outcome.latencies.sort_unstable();
        outcome
    }

    /// Asks again as soon as it was answered, in a thread for each connection.
    fn keep_asking(self) -> (Vec<Duration>, usize) {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let over = &over;
            let clients: Vec<_> = (0..self.connections).map(|_| scope.spawn(move || self.ask_until(over))).collect();
            std::thread::sleep(self.time);
            over.store(true, Ordering::Relaxed);
            let mut whole = (Vec::new(), 0);
            for client in clients {
                let (latencies, failed) = client.join().expect("a client ends well");
                whole.0.extend(latencies);
                whole.1 += failed;
            }
            whole
        })
    }

    fn ask_until(self, over: &AtomicBool) -> (Vec<Duration>, usize) {
        let mut latencies = Vec::with_capacity(1 << 12);
        let mut failed = 0;
        let mut buffer = vec![0; 1 << 20];
        let mut stream = None;
        while !over.load(Ordering::Relaxed) {
            let sent = Instant::now();
            match self.exchange(&mut stream, &mut buffer) {
                Ok(true) => latencies.push(sent.elapsed()),
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

    fn connect(self) -> std::io::Result<TcpStream> {
        let opened = TcpStream::connect(("127.0.0.1", self.port))?;
        opened.set_nodelay(true)?;
        opened.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(opened)
    }

    /// One request and its answer, over a new connection if there is none; true if the status is 200.
    fn exchange(self, kept: &mut Option<TcpStream>, buffer: &mut [u8]) -> std::io::Result<bool> {
        let stream = match kept {
            Some(stream) => stream,
            None => kept.insert(self.connect()?),
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

/// Requests on a schedule, from one thread: threads that each wait for their own time would crowd out the server.
struct Paced<'a> {
    load: Load<'a>,
    rate: f64,
    lines: Vec<Line>,
    latencies: Vec<Duration>,
    failed: usize,
}

/// A connection; with a request under way, when that was due and how much of its answer has come.
#[derive(Default)]
struct Line {
    stream: Option<TcpStream>,
    due: Option<Instant>,
    answer: Vec<u8>,
}

impl<'a> Paced<'a> {
    fn of(load: Load<'a>, rate: f64) -> Self {
        let lines = (0..load.connections).map(|_| Line::default()).collect();
        Self { load, rate, lines, latencies: Vec::with_capacity(1 << 16), failed: 0 }
    }

    fn run(mut self, started: Instant) -> (Vec<Duration>, usize) {
        let rate = self.rate;
        let due = |number: u64| started + Duration::from_secs_f64(number as f64 / rate);
        let mut sent = 0_u64;
        let mut buffer = vec![0; 1 << 20];
        while started.elapsed() < self.load.time {
            let mut was_busy = false;
            while due(sent) <= Instant::now()
                && let Some(free) = self.lines.iter().position(|line| line.due.is_none())
            {
                self.send(free, due(sent));
                sent += 1;
                was_busy = true;
            }
            for line in self.answered() {
                was_busy |= self.receive(line, &mut buffer);
            }
            if !was_busy {
                // Shorter than the system can sleep: some 60 µs, in which a few requests become due.
                std::thread::sleep(Duration::from_micros(1));
            }
        }
        (self.latencies, self.failed)
    }

    fn send(&mut self, line: usize, due: Instant) {
        let Some(line) = self.lines.get_mut(line) else { return };
        let stream = match line.stream.take() {
            Some(stream) => Ok(stream),
            None => self.load.connect().and_then(|stream| stream.set_nonblocking(true).map(|()| stream)),
        };
        match stream.and_then(|mut stream| stream.write_all(self.load.request).map(|()| stream)) {
            Ok(stream) => *line = Line { stream: Some(stream), due: Some(due), answer: Vec::new() },
            Err(_) => self.failed += 1,
        }
    }

    /// The lines on which something has come. One question for all of them: to try each would take from the server, which
    /// has the same cores, more than to measure it does.
    fn answered(&self) -> Vec<usize> {
        let waiting = self.lines.iter().enumerate().filter(|(_, line)| line.due.is_some());
        let (numbers, mut asked): (Vec<_>, Vec<_>) = waiting
            .filter_map(|(number, line)| Some((number, PollFd::new(line.stream.as_ref()?, PollFlags::IN))))
            .unzip();
        // A question that fails is asked again in the next round.
        let _ = poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
        numbers
            .into_iter()
            .zip(&asked)
            .filter(|(_, asked)| !asked.revents().is_empty())
            .map(|(number, _)| number)
            .collect()
    }

    /// Takes in what has come; false if nothing has.
    fn receive(&mut self, line: usize, buffer: &mut [u8]) -> bool {
        let Some(line) = self.lines.get_mut(line) else { return false };
        let (Some(due), Some(stream)) = (line.due, &mut line.stream) else { return false };
        let read = match stream.read(buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return false,
            Ok(read) if read > 0 => read,
            _ => {
                self.failed += 1;
                *line = Line::default();
                return true;
            }
        };
        line.answer.extend_from_slice(&buffer[..read]);
        if whole_length(&line.answer).is_some_and(|length| line.answer.len() >= length) {
            let is_good = line.answer.starts_with(b"HTTP/1.1 200 ");
            self.failed += usize::from(!is_good);
            if is_good {
                self.latencies.push(due.elapsed());
            }
            if closes(&line.answer) {
                line.stream = None;
            }
            line.due = None;
        }
        true
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
