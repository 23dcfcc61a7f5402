//! Many predictions from a file: chosen, checked against the model's fields, sent part by part, answers in a table.
//!
//! Nothing is sent that was not checked and asked for. Answers go to a new file as they come; this screen holds only some.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room};
use crate::action::Action;
use crate::batch::{BatchLine, BatchNews, BatchRequest, Out};
use crate::effect::{Effect, Request, Slot};
use crate::event::{Facts, Outcome, Reply};
use crate::keymap::Place;
use crate::model::{ServiceId, Timestamp};
use crate::poll::Want;
use crate::state::Scope;
use crate::table::Table;

mod draw;
mod rows;

/// Rows that are held with their answers.
const ANSWERS_HELD: usize = 2_000;
/// Rows that are held because they were refused.
const REFUSALS_HELD: usize = 1_000;

/// Many predictions from a file.
#[derive(Debug)]
pub struct Batch {
    service: ServiceId,
    base: String,
    /// Name, and version if requests have to name one.
    model: (String, Option<String>),
    file: String,
    /// How the path that is typed may go on.
    offers: Vec<String>,
    stage: Stage,
    running: Option<(BatchRequest, Timestamp)>,
    /// The newest news, without its lines.
    news: BatchNews,
    lines: Vec<BatchLine>,
    /// Lines that came and are not held.
    dropped: u64,
    table: Table,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Choosing,
    Checking,
    Checked,
    Sending,
    Sent,
    Failed(String),
}

impl Batch {
    /// For a model of the service at this base URL; a version where requests have to name one.
    #[must_use]
    pub fn new(service: ServiceId, base: String, model: (String, Option<String>)) -> Self {
        Self {
            service,
            base,
            model,
            file: String::new(),
            offers: Vec::new(),
            stage: Stage::Choosing,
            running: None,
            news: BatchNews::default(),
            lines: Vec::new(),
            dropped: 0,
            table: Table::default(),
        }
    }

    /// A file is being checked or sent.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    fn start(&mut self, send: bool, scope: &Scope) -> Vec<Intent> {
        let (model, version) = self.model.clone();
        let out = if send { Out::Beside } else { Out::Nowhere };
        let request = BatchRequest { base: self.base.clone(), model, version, file: self.file.clone(), send, out };
        self.stage = if send { Stage::Sending } else { Stage::Checking };
        self.running = Some((request.clone(), scope.now));
        self.news = BatchNews::default();
        self.lines.clear();
        self.dropped = 0;
        self.table = Table::default();
        vec![Intent::Do(Effect::Load(Request::Batch(request)))]
    }

    fn send(&mut self, scope: &Scope) -> Vec<Intent> {
        match self.stage {
            Stage::Checked if self.news.tally.answered == 0 => say("no row can be sent as it is"),
            Stage::Checked => self.start(true, scope),
            Stage::Checking | Stage::Sending => say("the file is still being read; esc stops"),
            Stage::Sent => say("this file has been sent; check it again to send it once more"),
            Stage::Choosing | Stage::Failed(_) => self.choose(),
        }
    }

    fn choose(&self) -> Vec<Intent> {
        if self.is_running() {
            return say("the file is still being read; esc stops");
        }
        vec![Intent::Prompt(PromptKind::File, self.file.clone()), self.ask_paths(&self.file)]
    }

    fn ask_paths(&self, beginning: &str) -> Intent {
        Intent::Do(Effect::Load(Request::Paths { beginning: beginning.to_owned() }))
    }

    fn check_again(&mut self, scope: &Scope) -> Vec<Intent> {
        if self.file.is_empty() || self.is_running() {
            return self.choose();
        }
        self.start(false, scope)
    }

    fn cancel(&mut self) -> Vec<Intent> {
        if self.running.take().is_none() {
            return Vec::new();
        }
        let words = match (&self.stage, &self.news.out) {
            (Stage::Sending, Some(out)) => format!("stopped; the answers so far are in {out}"),
            (Stage::Sending, None) => "stopped before an answer came".to_owned(),
            _ => "stopped".to_owned(),
        };
        self.stage = Stage::Failed(words);
        vec![Intent::Do(Effect::Abort(Slot::Batch))]
    }

    /// Takes in what is new.
    fn take(&mut self, news: &BatchNews, last: bool) {
        let mut held = news.clone();
        for line in std::mem::take(&mut held.lines) {
            let refused = self.lines.iter().filter(|line| line.answer.is_err()).count();
            let fits = match line.answer {
                Ok(_) => self.lines.len() - refused < ANSWERS_HELD,
                Err(_) => refused < REFUSALS_HELD,
            };
            if fits { self.lines.push(line) } else { self.dropped += 1 }
        }
        self.news = held;
        if last {
            self.running = None;
            self.stage = match (&self.stage, &self.news.stopped) {
                (_, Some(why)) => Stage::Failed(format!("stopped: {why}")),
                (Stage::Sending, None) => Stage::Sent,
                _ => Stage::Checked,
            };
        }
    }

    fn rows(&self, scope: &Scope) -> Vec<rows::LineRow<'_>> {
        self.table.arrange(self.lines.iter().map(rows::LineRow).collect(), &rows::columns(), scope)
    }
}

fn say(words: &str) -> Vec<Intent> {
    vec![Intent::Say(words.to_owned())]
}

impl Room for Batch {
    fn places(&self) -> &'static [Place] {
        &[Place::Batch, Place::List]
    }

    fn crumb(&self) -> String {
        "file".to_owned()
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, _: &Scope) -> Vec<Want> {
        Vec::new()
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        match action {
            Action::Send => self.stage == Stage::Checked,
            Action::ChooseFile => !self.is_running(),
            Action::ResendPrevious => !self.file.is_empty() && !self.is_running(),
            Action::Describe | Action::Open => false,
            _ => !(action.mutates() && scope.context.read_only),
        }
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        match action {
            Action::Send => return self.send(scope),
            Action::ChooseFile => return self.choose(),
            Action::ResendPrevious => return self.check_again(scope),
            Action::Cancel => return self.cancel(),
            Action::Filter => return vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())],
            other => {
                let mut table = self.table.clone();
                table.update(other, &self.rows(scope), &rows::columns(), draw::table_rows(self, scope));
                self.table = table;
            }
        }
        Vec::new()
    }

    fn typed(&mut self, press: KeyEvent, scope: &Scope) -> Option<Vec<Intent>> {
        let stops = scope.keymap.action(&[Place::Everywhere], press) == Some(Action::Back);
        (stops && self.is_running()).then(|| self.cancel())
    }

    fn prompted(&mut self, kind: PromptKind, text: &str, done: bool, scope: &Scope) -> Vec<Intent> {
        match (kind, done) {
            (PromptKind::File, false) => vec![self.ask_paths(text)],
            (PromptKind::File, true) if text.trim().is_empty() => Vec::new(),
            (PromptKind::File, true) => {
                text.trim().clone_into(&mut self.file);
                self.start(false, scope)
            }
            _ => {
                text.clone_into(&mut self.table.filter);
                Vec::new()
            }
        }
    }

    fn completion(&self, kind: PromptKind, text: &str) -> Option<String> {
        if kind != PromptKind::File {
            return None;
        }
        if let Some(at) = self.offers.iter().position(|offer| offer == text) {
            return self.offers.get((at + 1) % self.offers.len()).cloned();
        }
        let fits: Vec<&String> = self.offers.iter().filter(|offer| offer.starts_with(text)).collect();
        let first = fits.first()?;
        // As far as all offers agree; where that is no step, the first of them.
        let agreed = fits.iter().skip(1).fold(first.as_str(), |agreed, offer| shared(agreed, offer));
        Some(if agreed.len() > text.len() { agreed.to_owned() } else { (*first).clone() })
    }

    fn receive(&mut self, reply: &Reply, _: &Scope) -> Vec<Intent> {
        match (&reply.request, &reply.outcome) {
            (Request::Paths { .. }, Outcome::Done { facts: Facts::Paths(found), .. }) => {
                self.offers.clone_from(found);
            }
            (Request::Batch(request), outcome) if self.running.as_ref().is_some_and(|(r, _)| r == request) => {
                match outcome {
                    Outcome::Part(Facts::Batch(news)) => self.take(news, false),
                    Outcome::Done { facts: Facts::Batch(news), .. } => self.take(news, true),
                    Outcome::Failed(problem) => {
                        self.running = None;
                        self.stage = Stage::Failed(problem.message.clone());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.table.filter).is_empty()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        draw::draw(self, scope, frame, area);
    }
}

/// The beginning that two texts share.
fn shared<'a>(left: &'a str, right: &str) -> &'a str {
    let same = left.chars().zip(right.chars()).take_while(|(a, b)| a == b);
    &left[..same.map(|(c, _)| c.len_utf8()).sum()]
}
