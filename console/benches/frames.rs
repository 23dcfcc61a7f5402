//! What one frame costs: taking an event in, and drawing, at 200×60. Prints numbers; asserts nothing.
//!
//! `cargo bench -p quarterdeck --bench frames`

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails loudly"
)]
#![allow(clippy::disallowed_methods, reason = "a test stands outside the console")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use quarterdeck::effect::Request;
use quarterdeck::event::{Event, Facts, Outcome, Reply};
use quarterdeck::model::{Deployment, LogLine, Service, ServiceEvent, ServiceId, Timestamp};
use quarterdeck::screens::{Screen, logs, services};
use quarterdeck::state::{Scope, State};
use quarterdeck::update::update;
use quarterdeck::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const NOON: Timestamp = Timestamp(1_795_176_000_000);
const SERVICES: usize = 2_000;
const LINES: usize = 100_000;
const ROUNDS: usize = 400;

fn main() {
    let mut report = String::new();
    fleet(&mut report);
    log(&mut report);
    // The report is the whole point of this program.
    let _ = std::io::stdout().write_all(report.as_bytes());
}

fn open(screen: Screen) -> State {
    let scope = Scope { now: NOON, size: (200, 60), ..Scope::default() };
    let mut state = State::new(scope, screen);
    update(&mut state, Event::Ticked(NOON));
    state
}

fn fleet(report: &mut String) {
    let mut state = open(Screen::Services(services::Services::new("fleet".into(), String::new())));
    let facts = Facts::Services((0..SERVICES).map(service).collect());
    let outcome = Outcome::Done { facts, partial: None };
    let request = Request::Services { cluster: "fleet".into() };
    let begun = Instant::now();
    update(&mut state, Event::Reply(Box::new(Reply { request, at: NOON, outcome })));
    let _ = writeln!(report, "{SERVICES} services arrive at once: {:.2?}", begun.elapsed());
    measure(report, &format!("{SERVICES} services, down and up"), &mut state, &['j', 'k']);
    state.scope.now = NOON.plus(1_000);
    press(&mut state, '/');
    measure(report, &format!("{SERVICES} services, typing a filter"), &mut state, &['7', '\u{8}']);
}

fn log(report: &mut String) {
    let service = ServiceId::new("fleet", "svc-0001");
    let begun = Instant::now();
    let screen = logs::Logs::holding(service, (0..LINES).map(line).collect());
    let _ = writeln!(report, "{LINES} log lines taken in: {:.2?}", begun.elapsed());
    let mut state = open(Screen::Logs(screen));
    measure(report, &format!("{LINES} log lines, scrolling"), &mut state, &['k', 'k', 'j']);
    press(&mut state, '/');
    for c in "latency_ms\":1".chars() {
        press(&mut state, c);
    }
    measure(report, &format!("{LINES} log lines, typing a search"), &mut state, &['7', '\u{8}']);
}

/// Presses the keys in turn and draws after each, as the loop does.
fn measure(report: &mut String, what: &str, state: &mut State, keys: &[char]) {
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).expect("a screen in memory");
    let mut times: [Vec<Duration>; 2] = [Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS)];
    for round in 0..ROUNDS {
        let begun = Instant::now();
        press(state, keys[round % keys.len()]);
        times[0].push(begun.elapsed());
        let begun = Instant::now();
        terminal.draw(|frame| view(black_box(state), frame)).expect("a screen in memory");
        times[1].push(begun.elapsed());
    }
    for (part, times) in ["update", "draw"].into_iter().zip(&mut times) {
        times.sort_unstable();
        let at = |share: usize| times[(times.len() - 1) * share / 100];
        let _ = writeln!(report, "{what}: {part} p50 {:.2?}, p99 {:.2?}", at(50), at(99));
    }
}

fn press(state: &mut State, c: char) {
    let code = if c == '\u{8}' { KeyCode::Backspace } else { KeyCode::Char(c) };
    black_box(update(state, Event::Key(KeyEvent::new(code, KeyModifiers::NONE))));
}

fn service(n: usize) -> Service {
    let state = if n.is_multiple_of(97) { "IN_PROGRESS" } else { "COMPLETED" };
    Service {
        id: ServiceId::new("fleet", format!("svc-{n:04}")),
        arn: format!("arn:aws:ecs:eu-west-1:000000000000:service/fleet/svc-{n:04}"),
        status: "ACTIVE".into(),
        desired: 3,
        running: if n.is_multiple_of(131) { 2 } else { 3 },
        task_definition: format!("arn:aws:ecs:eu-west-1:000000000000:task-definition/svc-{n:04}:7"),
        deployments: vec![Deployment {
            id: format!("ecs-svc/{n:019}"),
            status: "PRIMARY".into(),
            desired: 3,
            running: 3,
            rollout_state: Some(state.into()),
            updated_at: Some(NOON.plus(-60_000)),
            ..Deployment::default()
        }],
        events: vec![ServiceEvent {
            id: n.to_string(),
            at: NOON.plus(-60_000),
            message: format!("(service svc-{n:04}) has reached a steady state."),
        }],
        ..Service::default()
    }
}

fn line(n: usize) -> LogLine {
    let at = NOON.plus(i64::try_from(n).expect("few lines") - 100_000);
    let level = if n.is_multiple_of(500) { "error" } else { "info" };
    let text = format!(
        r#"{{"ts":"2026-11-20T11:58:20Z","level":"{level}","message":"request","request_id":"r-{n:06}","method":"POST","path":"/predict","status":200,"latency_ms":{}.4,"model_version":"2"}}"#,
        n % 40
    );
    LogLine {
        id: Arc::from(format!("{n:056}")),
        at,
        ingested_at: at.plus(400),
        stream: Arc::from("predictor/predictor/0123456789abcdef0123456789abcdef"),
        text: Arc::from(text),
    }
}
