//! What the running console costs: start to first frame, CPU at rest, AWS calls per minute on each screen.
//! Prints numbers; asserts nothing. Runs for about seven minutes.
//!
//! `cargo bench -p quarterdeck --bench running`

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails loudly"
)]
#![allow(clippy::disallowed_methods, reason = "a test stands outside the console")]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

#[path = "../tests/terminal/session.rs"]
mod session;

use session::Session;

const QD: &str = env!("CARGO_BIN_EXE_qd");
const MINUTE: Duration = Duration::from_secs(60);

fn main() {
    let stack = Stack::start();
    let variables: Vec<(&str, &str)> =
        stack.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    first_frame("no AWS in reach", &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9"), ("AWS_REGION", "us-east-1")], &[]);
    first_frame("second console on a running stack", &variables, &[]);
    first_frame("qd --local, stack included", &[], &["--local"]);
    idle(&variables);
    for (screen, keys) in [
        ("services", ""),
        ("one service", "\r"),
        ("logs", "l"),
        ("metrics", "m"),
        ("rollout", "o"),
        ("images", "i"),
        ("predict", "v"),
    ] {
        calls(&stack, &variables, screen, keys);
    }
}

fn say(line: &str) {
    // Printing is what this program is for.
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn first_frame(what: &str, variables: &[(&str, &str)], arguments: &[&str]) {
    let mut times = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        let mut session = Session::start(QD, arguments, variables);
        session.wait_for("<?> help");
        times.push(begun.elapsed());
        session.signal(Signal::TERM);
        session.end();
    }
    times.sort_unstable();
    say(&format!("start to first frame, {what}: {:.0?} (median of 5)", times[2]));
}

fn idle(variables: &[(&str, &str)]) {
    let session = Session::start(QD, &["--cluster", "local"], variables);
    session.wait_for("predictor");
    std::thread::sleep(Duration::from_secs(5));
    let before = cpu(session.id());
    std::thread::sleep(MINUTE);
    let share = (cpu(session.id()) - before) / 60.0 * 100.0;
    say(&format!("CPU while the services of one cluster are on screen and no key is pressed: {share:.2} % of a core"));
    say(&format!("memory then: {:.1} MB", memory(session.id())));
}

fn calls(stack: &Stack, variables: &[(&str, &str)], screen: &str, keys: &str) {
    let session = Session::start(QD, &["--cluster", "local"], variables);
    session.wait_for("predictor");
    session.send(keys);
    std::thread::sleep(Duration::from_secs(5));
    let before = stack.calls();
    std::thread::sleep(Duration::from_secs(30));
    let after = stack.calls();
    let mut made: Vec<(String, u64)> = after
        .into_iter()
        .map(|(name, count)| (name.clone(), (count - before.get(&name).copied().unwrap_or(0)) * 2))
        .filter(|(_, count)| *count > 0)
        .collect();
    made.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let total: u64 = made.iter().map(|(_, count)| count).sum();
    let list: Vec<String> = made.iter().map(|(name, count)| format!("{name} {count}")).collect();
    say(&format!("calls per minute on {screen}: {total} ({})", list.join(", ")));
}

/// Seconds of CPU that a process has used.
fn cpu(id: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(')').map_or(Vec::new(), |(_, rest)| rest.split_whitespace().collect());
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    // utime and stime, in ticks of which Linux has 100 a second.
    (ticks(11) + ticks(12)) / 100.0
}

fn memory(id: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// `qd local` in the background.
struct Stack {
    child: Child,
    environment: Vec<(String, String)>,
}

impl Stack {
    fn start() -> Self {
        let mut child = Command::new(QD).arg("local").stdout(Stdio::piped()).spawn().expect("qd local starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let export = |line: String| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('\'').to_owned()))
        };
        let lines = out.lines().map_while(Result::ok).take_while(|line| !line.contains("Ctrl-C"));
        let environment = lines.filter_map(export).collect();
        std::thread::sleep(Duration::from_secs(8));
        Self { child, environment }
    }

    fn calls(&self) -> BTreeMap<String, u64> {
        let url = self.environment.iter().find(|(name, _)| name == "AWS_ENDPOINT_URL").map(|(_, url)| url.as_str());
        let address = url.and_then(|url| url.strip_prefix("http://")).expect("an endpoint");
        let mut stream = TcpStream::connect(address).expect("the stack answers");
        let request = format!("GET /_local/calls HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("the stack answers");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the stack answers");
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        let json = body.find('{').and_then(|at| body.get(at..=body.rfind('}')?)).unwrap_or("{}");
        let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
        let map = value.get("calls").unwrap_or(&value).as_object().cloned().unwrap_or_default();
        map.into_iter().filter_map(|(name, count)| Some((name, count.as_u64()?))).collect()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}
