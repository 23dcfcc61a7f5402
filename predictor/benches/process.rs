//! A `predictor serve` of its own process: started, watched, ended.

#![allow(dead_code, reason = "each benchmark takes what it needs")]

use crate::load::get;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running service; it ends when this is dropped.
pub struct Service {
    child: Child,
    /// Its port on the loopback interface.
    pub port: u16,
}

impl Service {
    /// Starts the service and waits until it is ready. Its log, access lines included, goes to `/dev/null`.
    pub fn start(environment: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port");
        let child = Command::new(env!("CARGO_BIN_EXE_predictor"))
            .args(["serve", "--port", &free.port().to_string()])
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .expect("the service starts");
        let service = Self { child, port: free.port() };
        let deadline = Instant::now() + Duration::from_secs(30);
        while !service.ask("/ready").is_some_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            assert!(Instant::now() < deadline, "the service is not ready after 30 seconds");
            std::thread::sleep(Duration::from_millis(10));
        }
        service
    }

    /// The whole answer to a GET, head and body.
    pub fn ask(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        let request = String::from_utf8(get(path)).ok()?.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// Resident memory in kilobytes.
    pub fn resident_kb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
