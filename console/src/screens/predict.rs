//! Test predictions: the request, the answer, what was sent before.
//!
//! One request at a time; it is cancelled with Esc at any moment, and the screen never waits for it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room, Screen, logs};
use crate::action::Action;
use crate::effect::{EditPurpose, Effect, Request, Slot};
use crate::event::{Facts, Outcome as Came, Reply};
use crate::keymap::Place;
use crate::model::prediction::Outcome;
use crate::model::time::{MINUTE, SECOND};
use crate::model::{Prediction, PredictionRequest, ServiceId, Timestamp};
use crate::poll::Want;
use crate::state::Scope;
use crate::table::Table;

mod answer;
mod area;
mod curl;
mod draw;
mod form;
mod json;
mod route;
mod sent;

use answer::Shown;
use form::Form;
use route::Route;

/// Predictions of this screen that are remembered besides the local history.
const SENT_KEPT: usize = 100;
/// The client gives up by itself; this long after that no answer is expected any more.
const GRACE: i64 = 5 * SECOND;

/// Test predictions.
#[derive(Debug)]
pub struct Predict {
    service: ServiceId,
    part: Part,
    form: Form,
    editing: bool,
    sending: Option<Sending>,
    shown: Option<Shown>,
    /// First line of the answer in view, and first cell.
    scroll: usize,
    sideways: usize,
    sent: Vec<Prediction>,
    table: Table,
    /// Requests made by this screen; with the time it makes their ids.
    count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Request,
    Answer,
    History,
}

/// The request under way.
#[derive(Debug)]
struct Sending {
    request: PredictionRequest,
    since: Timestamp,
}

impl Predict {
    /// For this service.
    #[must_use]
    pub fn new(service: ServiceId, _: &Scope) -> Self {
        Self {
            service,
            part: Part::Request,
            form: Form::new(),
            editing: false,
            sending: None,
            shown: None,
            scroll: 0,
            sideways: 0,
            sent: Vec::new(),
            table: Table::default(),
            count: 0,
        }
    }

    /// A request is under way.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        self.sending.is_some()
    }

    fn route(&self, scope: &Scope) -> Result<Route, Vec<String>> {
        route::find(scope, &self.service)
    }

    /// The request as it would be sent now.
    fn request(&self, scope: &Scope) -> Result<PredictionRequest, String> {
        let route = self.route(scope).map_err(|lines| lines.first().cloned().unwrap_or_default())?;
        // Without a source of chance: the time, and a count for two within one tick.
        self.form.request(&route.base, &format!("qd-{:x}-{}", scope.now.0, self.count))
    }

    fn send(&mut self, scope: &Scope) -> Vec<Intent> {
        if self.is_sending() {
            return say("one request is under way; esc cancels it");
        }
        match self.request(scope) {
            Err(words) => vec![Intent::Say(words)],
            Ok(request) => {
                self.count += 1;
                self.editing = false;
                self.part = Part::Answer;
                self.sending = Some(Sending { request: request.clone(), since: scope.now });
                vec![Intent::Do(Effect::Load(Request::Predict(request)))]
            }
        }
    }

    /// Takes in how a request ended, and keeps it.
    fn end(&mut self, prediction: Prediction) -> Vec<Intent> {
        self.sending = None;
        self.scroll = 0;
        self.sideways = 0;
        self.sent.push(prediction.for_keeping());
        let surplus = self.sent.len().saturating_sub(SENT_KEPT);
        self.sent.drain(..surplus);
        self.shown = Some(Shown::new(prediction.clone()));
        vec![Intent::Do(Effect::RememberPrediction(Box::new(prediction)))]
    }

    /// The request under way ends without an answer.
    fn give_up(&mut self, words: String) -> Vec<Intent> {
        let Some(Sending { request, since }) = self.sending.take() else { return Vec::new() };
        self.end(Prediction { request, at: since, outcome: Outcome::Failed(words) })
    }

    fn cancel(&mut self, scope: &Scope) -> Vec<Intent> {
        let since = self.sending.as_ref().map_or(scope.now, |sending| sending.since);
        self.give_up(format!("cancelled after {}", scope.now.since(since)))
    }

    fn selected(&self, scope: &Scope) -> Option<Prediction> {
        let rows = self.rows(scope);
        self.table.selection(&rows).map(|row| row.0.clone())
    }

    fn rows<'a>(&'a self, scope: &'a Scope) -> Vec<sent::SentRow<'a>> {
        self.table.arrange(sent::rows(scope, &self.sent), &sent::columns(), scope)
    }

    fn take_up(&mut self, scope: &Scope) -> Vec<Intent> {
        let newest = || sent::rows(scope, &self.sent).first().map(|row| row.0.clone());
        let chosen = if self.part == Part::History { self.selected(scope) } else { newest() };
        let Some(prediction) = chosen else { return say("nothing has been sent yet") };
        let lost = self.form.take_up(&prediction.request);
        self.part = Part::Request;
        if lost { say("taken up without its secret headers: the history does not hold them") } else { Vec::new() }
    }

    fn open_sent(&mut self, scope: &Scope) -> Vec<Intent> {
        if let Some(prediction) = self.selected(scope) {
            self.shown = Some(Shown::new(prediction));
            self.scroll = 0;
            self.part = Part::Answer;
        }
        Vec::new()
    }

    fn copy_curl(&self, scope: &Scope) -> Vec<Intent> {
        let request = match self.part {
            Part::History => self.selected(scope).map(|sent| sent.request).ok_or("nothing is selected".to_owned()),
            _ => self.request(scope),
        };
        match request {
            Ok(request) => vec![Intent::Do(Effect::Copy(curl::curl(&request)))],
            Err(words) => vec![Intent::Say(words)],
        }
    }

    fn open_logs(&self, scope: &Scope) -> Vec<Intent> {
        let selected = || self.selected(scope).map(Shown::new);
        let chosen = if self.part == Part::History { selected() } else { None };
        let Some(shown) = chosen.as_ref().or(self.shown.as_ref()) else {
            return vec![Intent::open(Screen::Logs(logs::Logs::of_service(self.service.clone(), None)))];
        };
        let id = shown.request_id().map(str::to_owned);
        vec![Intent::open(Screen::Logs(logs::Logs::around(self.service.clone(), shown.prediction.at, id)))]
    }

    fn edit_outside(&mut self) -> Vec<Intent> {
        let edit = |purpose, extension, text| vec![Intent::Do(Effect::Edit { purpose, extension, text })];
        match (self.part, &self.shown) {
            (Part::Answer, Some(shown)) => edit(EditPurpose::View, "json", shown.text()),
            _ => {
                let extension = if self.form.raw { "json" } else { "txt" };
                edit(EditPurpose::PredictionBody, extension, self.form.payload().text().to_owned())
            }
        }
    }

    fn turn_part(&mut self, forward: bool) {
        self.part = match (self.part, forward) {
            (Part::Request, true) | (Part::History, false) => Part::Answer,
            (Part::Answer, true) | (Part::Request, false) => Part::History,
            (Part::History, true) | (Part::Answer, false) => Part::Request,
        };
    }

    /// Moving about in the part in front.
    fn walk(&mut self, action: Action, scope: &Scope) {
        match self.part {
            Part::Request => match action {
                Action::Down => self.form.turn(true),
                Action::Up => self.form.turn(false),
                _ => {}
            },
            Part::Answer => self.scroll_by(action, scope),
            Part::History => {
                let mut table = self.table.clone();
                table.update(action, &self.rows(scope), &sent::columns(), scope.body_rows().saturating_sub(1));
                self.table = table;
            }
        }
    }

    fn scroll_by(&mut self, action: Action, scope: &Scope) {
        let page = draw::answer_rows(self, scope).max(1);
        let count = self.shown.as_ref().map_or(0, |shown| shown.lines.len());
        let last = count.saturating_sub(page);
        self.scroll = match action {
            Action::Down => self.scroll + 1,
            Action::Up => self.scroll.saturating_sub(1),
            Action::HalfPageDown => self.scroll + page / 2,
            Action::HalfPageUp => self.scroll.saturating_sub(page / 2),
            Action::PageDown => self.scroll + page,
            Action::PageUp => self.scroll.saturating_sub(page),
            Action::Top => 0,
            Action::Bottom => last,
            _ => self.scroll,
        }
        .min(last);
        match action {
            Action::ScrollRight => self.sideways = (self.sideways + 10).min(4_000),
            Action::ScrollLeft => self.sideways = self.sideways.saturating_sub(10),
            _ => {}
        }
    }

    fn copy_text(&mut self, scope: &Scope) -> Vec<Intent> {
        let text = match (self.part, &self.shown) {
            (Part::Answer, Some(shown)) => shown.text(),
            (Part::History, _) => self.selected(scope).map(|sent| sent.request.body).unwrap_or_default(),
            _ => self.form.payload().text().to_owned(),
        };
        vec![Intent::Do(Effect::Copy(text))]
    }

    /// A key while the user types into the form.
    fn type_in(&mut self, press: KeyEvent, scope: &Scope) -> Option<Vec<Intent>> {
        let control = press.modifiers.contains(KeyModifiers::CONTROL);
        if control && press.code == KeyCode::Char('c') {
            return None;
        }
        if control && scope.keymap.action(&[Place::Predict], press) == Some(Action::Send) {
            return Some(self.send(scope));
        }
        match press.code {
            KeyCode::Esc => self.editing = false,
            KeyCode::Tab if self.form.raw => self.form.turn(true),
            KeyCode::BackTab if self.form.raw => self.form.turn(false),
            KeyCode::Enter if self.form.current().is_single() => self.form.turn(true),
            _ => {
                self.form.current().typed(press);
            }
        }
        Some(Vec::new())
    }
}

fn say(words: &str) -> Vec<Intent> {
    vec![Intent::Say(words.to_owned())]
}

impl Room for Predict {
    fn places(&self) -> &'static [Place] {
        match self.part {
            Part::History => &[Place::Predict, Place::List],
            _ => &[Place::Predict, Place::Text],
        }
    }

    fn crumb(&self) -> String {
        "predict".to_owned()
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, _: &Scope) -> Vec<Want> {
        let (cluster, names) = (self.service.cluster.clone(), vec![self.service.service.clone()]);
        let row = Request::ServiceRows { cluster, names };
        vec![Want::every(row, MINUTE), Want::every(Request::PredictionHistory, 5 * MINUTE)]
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        match action {
            Action::Send => self.part != Part::History && !self.is_sending() && self.route(scope).is_ok(),
            Action::NextMatch | Action::PreviousMatch | Action::FaultsOnly | Action::Describe => false,
            Action::Filter => self.part == Part::History,
            Action::CopyName => self.part == Part::Answer,
            _ => !(action.mutates() && scope.context.read_only),
        }
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        match action {
            Action::Send | Action::Open if self.part == Part::History => return self.open_sent(scope),
            Action::Send => return self.send(scope),
            Action::Cancel => return self.cancel(scope),
            Action::EditOutside => return self.edit_outside(),
            Action::ResendPrevious => return self.take_up(scope),
            Action::CopyCurl => return self.copy_curl(scope),
            Action::CopyName => return self.copy_text(scope),
            Action::Logs => return self.open_logs(scope),
            Action::Filter if self.part == Part::History => {
                return vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())];
            }
            Action::EditBody => {
                self.part = Part::Request;
                self.editing = true;
            }
            Action::RawJson => {
                self.part = Part::Request;
                self.form.toggle();
            }
            Action::NextTab => self.turn_part(true),
            Action::PreviousTab => self.turn_part(false),
            other => self.walk(other, scope),
        }
        Vec::new()
    }

    fn typed(&mut self, press: KeyEvent, scope: &Scope) -> Option<Vec<Intent>> {
        if self.editing {
            return self.type_in(press, scope);
        }
        let cancels = scope.keymap.action(&[Place::Everywhere], press) == Some(Action::Back);
        (cancels && self.is_sending()).then(|| {
            let mut intents = vec![Intent::Do(Effect::Abort(Slot::Predict))];
            intents.extend(self.cancel(scope));
            intents
        })
    }

    fn pasted(&mut self, text: &str, _: &Scope) -> Vec<Intent> {
        if self.editing {
            self.form.current().insert(text);
            return Vec::new();
        }
        say("press e first, then paste into the request")
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, _: &Scope) -> Vec<Intent> {
        text.clone_into(&mut self.table.filter);
        Vec::new()
    }

    fn receive(&mut self, reply: &Reply, _: &Scope) -> Vec<Intent> {
        let Request::Predict(request) = &reply.request else { return Vec::new() };
        if self.sending.as_ref().is_none_or(|sending| sending.request != *request) {
            return Vec::new();
        }
        match &reply.outcome {
            Came::Done { facts: Facts::Prediction(prediction), .. } => self.end(prediction.clone()),
            Came::Failed(problem) => self.give_up(problem.line()),
            _ => Vec::new(),
        }
    }

    fn edited(&mut self, purpose: EditPurpose, text: Option<String>, _: &Scope) -> Vec<Intent> {
        if let (EditPurpose::PredictionBody, Some(text)) = (purpose, text) {
            // Editors end a file with a line end; a text seldom means one.
            self.form.payload().set(text.strip_suffix('\n').unwrap_or(&text));
        }
        Vec::new()
    }

    fn ticked(&mut self, scope: &Scope) -> Vec<Intent> {
        let limit = i64::from(scope.config.predict_timeout.max(1)) * SECOND + GRACE;
        match &self.sending {
            Some(sending) if scope.now.since(sending.since).0 > limit => {
                self.give_up("no answer came; another request may have taken its place".to_owned())
            }
            _ => Vec::new(),
        }
    }

    fn clear(&mut self) -> bool {
        let filtered = !std::mem::take(&mut self.table.filter).is_empty();
        if !filtered && self.part == Part::History {
            self.part = Part::Request;
            return true;
        }
        filtered
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        draw::draw(self, scope, frame, area);
    }
}
