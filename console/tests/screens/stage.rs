//! A console without a terminal, a clock or AWS: events and keys go in, screen text comes out.
#![allow(dead_code, reason = "each screen's tests use some of it")]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use quarterdeck::effect::{Effect, Request};
use quarterdeck::event::{Event, Facts, Outcome, Reply};
use quarterdeck::model::service::DeploymentConfiguration;
use quarterdeck::model::{ApiProblem, Deployment, ProblemKind, Service, ServiceEvent, ServiceId, Target, Timestamp};
use quarterdeck::screens::Screen;
use quarterdeck::state::{Scope, State};
use quarterdeck::update::update;
use quarterdeck::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

/// 2026-11-20T12:00:00Z: when every scene begins.
pub const NOON: Timestamp = Timestamp(1_795_176_000_000);

/// A console on a stage.
pub struct Stage {
    pub state: State,
    /// Every effect so far.
    pub effects: Vec<Effect>,
}

impl Stage {
    /// Opens `screen` at 80×24 on the local stack, at noon.
    pub fn open(screen: impl FnOnce(&Scope) -> Screen) -> Self {
        let mut scope = Scope { now: NOON, ..Scope::default() };
        scope.context.target = Target::Local { endpoint: "http://127.0.0.1:4599".into() };
        scope.context.account = Some("000000000000".into());
        let screen = screen(&scope);
        let mut stage = Self { state: State::new(scope, screen), effects: Vec::new() };
        stage.tick(0);
        stage
    }

    /// The same at another size.
    pub fn sized(mut self, columns: u16, rows: u16) -> Self {
        self.send(Event::Resized(columns, rows));
        self
    }

    /// Lets an event happen; answers its effects.
    pub fn send(&mut self, event: Event) -> Vec<Effect> {
        let effects = update(&mut self.state, event);
        self.effects.extend(effects.iter().cloned());
        effects
    }

    /// Lets `milliseconds` after noon arrive.
    pub fn tick(&mut self, milliseconds: i64) -> Vec<Effect> {
        self.send(Event::Ticked(NOON.plus(milliseconds)))
    }

    /// Presses keys: `"jj"`, `"<enter>"`, `"<ctrl-d>"`, `":svc api<enter>"`.
    pub fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for event in parse(keys) {
            effects.extend(self.send(Event::Key(event)));
        }
        effects
    }

    /// An answer arrives, whole.
    pub fn answer(&mut self, request: Request, facts: Facts) -> Vec<Effect> {
        self.reply(request, Outcome::Done { facts, partial: None })
    }

    /// A failure arrives.
    pub fn fail(&mut self, request: Request, kind: ProblemKind, code: &str, message: &str) -> Vec<Effect> {
        let problem = ApiProblem {
            kind,
            call: "ecs:Something".into(),
            code: code.into(),
            message: message.into(),
            at: self.state.scope.now,
            ..ApiProblem::default()
        };
        self.reply(request, Outcome::Failed(problem))
    }

    /// Anything arrives.
    pub fn reply(&mut self, request: Request, outcome: Outcome) -> Vec<Effect> {
        let at = self.state.scope.now;
        self.send(Event::Reply(Box::new(Reply { request, at, outcome })))
    }

    /// The screen as cells.
    pub fn buffer(&self) -> Buffer {
        let (columns, rows) = self.state.scope.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view(&self.state, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text, trailing blanks removed.
    pub fn text(&self) -> String {
        let buffer = self.buffer();
        let area = buffer.area;
        let mut text = String::new();
        for y in 0..area.height {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..area.width {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    line.push_str(symbol);
                    skip = quarterdeck::widgets::words::width(symbol).saturating_sub(1);
                } else {
                    skip -= 1;
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

fn parse(keys: &str) -> Vec<KeyEvent> {
    let mut events = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let named =
            rest.strip_prefix('<').and_then(|tail| tail.split_once('>')).and_then(|(n, tail)| Some((key(n)?, tail)));
        let (event, tail) =
            named.unwrap_or((KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE), &rest[c.len_utf8()..]));
        events.push(event);
        rest = tail;
    }
    events
}

fn key(name: &str) -> Option<KeyEvent> {
    let plain = |code| Some(KeyEvent::new(code, KeyModifiers::NONE));
    if let Some(letter) = name.strip_prefix("ctrl-") {
        return Some(KeyEvent::new(KeyCode::Char(letter.chars().next()?), KeyModifiers::CONTROL));
    }
    match name {
        "enter" => plain(KeyCode::Enter),
        "esc" => plain(KeyCode::Esc),
        "tab" => plain(KeyCode::Tab),
        "backtab" => plain(KeyCode::BackTab),
        "space" => plain(KeyCode::Char(' ')),
        "up" => plain(KeyCode::Up),
        "down" => plain(KeyCode::Down),
        "left" => plain(KeyCode::Left),
        "right" => plain(KeyCode::Right),
        "pgup" => plain(KeyCode::PageUp),
        "pgdn" => plain(KeyCode::PageDown),
        "home" => plain(KeyCode::Home),
        "end" => plain(KeyCode::End),
        "backspace" => plain(KeyCode::Backspace),
        _ => None,
    }
}

/// `local/predictor`, steady on revision 2 with two tasks.
pub fn predictor() -> Service {
    let arn = "arn:aws:ecs:us-east-1:000000000000:";
    Service {
        id: ServiceId::new("local", "predictor"),
        arn: format!("{arn}service/local/predictor"),
        status: "ACTIVE".into(),
        desired: 2,
        running: 2,
        launch_type: Some("FARGATE".into()),
        scheduling: Some("REPLICA".into()),
        controller: "ECS".into(),
        task_definition: format!("{arn}task-definition/predictor:2"),
        created_at: Some(NOON.plus(-3 * 86_400_000)),
        deployments: vec![Deployment {
            id: "ecs-svc/1234567890123456789".into(),
            status: "PRIMARY".into(),
            task_definition: format!("{arn}task-definition/predictor:2"),
            desired: 2,
            running: 2,
            rollout_state: Some("COMPLETED".into()),
            rollout_reason: Some("ECS deployment ecs-svc/1234567890123456789 completed.".into()),
            created_at: Some(NOON.plus(-3_600_000)),
            updated_at: Some(NOON.plus(-3_540_000)),
            ..Deployment::default()
        }],
        events: vec![ServiceEvent {
            id: "6f1c".into(),
            at: NOON.plus(-3_540_000),
            message: "(service predictor) has reached a steady state.".into(),
        }],
        deployment_configuration: DeploymentConfiguration {
            strategy: "ROLLING".into(),
            minimum_healthy_percent: 100,
            maximum_percent: 200,
            breaker: true,
            breaker_rollback: true,
            alarms: vec!["predictor-http-5xx".into()],
            alarm_rollback: true,
            bake_minutes: None,
        },
        tags: [("quarterdeck:predictor-url".to_owned(), "http://127.0.0.1:8080".to_owned())].into(),
        ..Service::default()
    }
}
