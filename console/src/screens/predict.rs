//! Test predictions: the request, the answer, what was sent before.
//!
//! One request at a time; it is cancelled with Esc at any moment, and the screen never waits for it.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room, Screen, batch, logs};
use crate::action::Action;
use crate::effect::{EditPurpose, Effect, Request, Slot};
use crate::event::{Facts, Outcome as Came, Reply};
use crate::keymap::Place;
use crate::model::prediction::Outcome;
use crate::model::time::{MINUTE, SECOND};
use crate::model::{Catalog, Fetched, Prediction, PredictionRequest, ServiceId, Timestamp};
use crate::poll::Want;
use crate::state::Scope;
use crate::table::Table;

mod answer;
mod area;
mod asked;
mod compare;
mod curl;
mod draw;
mod form;
mod json;
mod models;
mod reading;
mod route;
mod sent;
mod typing;
mod walking;

use answer::Shown;
pub(in crate::screens) use answer::duration;
use form::Form;
use route::Route;

/// Predictions of this screen that are remembered besides the local history.
const SENT_KEPT: usize = 100;
/// How many features an explanation names.
const EXPLAIN: &str = "?explain=10";
/// How often the service is asked for its models.
const MODELS: i64 = 30 * SECOND;
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
    /// The answer of a model before that one.
    before: Option<Shown>,
    /// Both are shown side by side.
    comparing: bool,
    /// Requests ask what moved the answer, and it is shown.
    explaining: bool,
    /// The models are listed to choose one.
    choosing: bool,
    models: Table,
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
    pub fn new(service: ServiceId, scope: &Scope) -> Self {
        let mut predict = Self {
            service,
            part: Part::Request,
            form: Form::new(),
            editing: false,
            sending: None,
            shown: None,
            before: None,
            comparing: false,
            explaining: false,
            choosing: false,
            models: Table::default(),
            scroll: 0,
            sideways: 0,
            sent: Vec::new(),
            table: Table::default(),
            count: 0,
        };
        predict.settle(scope);
        predict
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
        self.form.request(&route.base, &format!("qd-{:x}-{}", scope.now.0, self.count), self.explaining)
    }

    /// What the service tells of its models.
    fn told<'a>(&self, scope: &'a Scope) -> Option<&'a Fetched<Catalog>> {
        scope.facts.models.get(&self.route(scope).ok()?.base)
    }

    fn catalog<'a>(&self, scope: &'a Scope) -> Option<&'a Catalog> {
        self.told(scope)?.value.as_ref()
    }

    /// Makes the form what the service asks for, unless someone types into it.
    fn settle(&mut self, scope: &Scope) -> Vec<Intent> {
        if self.editing {
            return Vec::new();
        }
        let words = self.catalog(scope).and_then(|catalog| self.form.adopt(catalog));
        words.map(Intent::Say).into_iter().collect()
    }

    /// Sends once more with what moved the answer; or hides that again.
    fn explain(&mut self, scope: &Scope) -> Vec<Intent> {
        if self.form.fields().is_none() {
            return say("the explanation is for requests made of a model's fields");
        }
        self.explaining = !self.explaining;
        if self.explaining { self.send(scope) } else { Vec::new() }
    }

    fn compare(&mut self) -> Vec<Intent> {
        if self.before.is_none() {
            return say("nothing to compare yet: send two requests, for example to two versions");
        }
        self.comparing = !self.comparing;
        self.part = Part::Answer;
        self.scroll = 0;
        Vec::new()
    }

    fn next_set(&mut self) -> Vec<Intent> {
        self.part = Part::Request;
        match self.form.fields().map(asked::Asked::next_set) {
            Some(true) => Vec::new(),
            _ => say("there is no other set of fields"),
        }
    }

    /// To a file of rows for the model in the form.
    fn open_batch(&mut self, scope: &Scope) -> Vec<Intent> {
        let (Ok(route), Some(asked)) = (self.route(scope), self.form.fields()) else {
            return say("a file needs a model that tells its fields");
        };
        let version = asked.asked_version().map(str::to_owned);
        let model = (asked.name.clone(), version);
        let screen = Screen::Batch(batch::Batch::new(self.service.clone(), route.base, model));
        let paths = Effect::Load(Request::Paths { beginning: String::new() });
        vec![Intent::open(screen), Intent::Prompt(PromptKind::File, String::new()), Intent::Do(paths)]
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
        let shown = Shown::new(prediction.clone());
        if let Some(last) = self.shown.replace(shown).filter(|last| last.read.is_some()) {
            self.before = Some(last);
        }
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
        let lost = self.form.take_up(&prediction.request, self.catalog(scope));
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
                let (text, extension) = self.form.payload();
                edit(EditPurpose::PredictionBody, extension, text)
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

    fn copy_text(&mut self, scope: &Scope) -> Vec<Intent> {
        let text = match (self.part, &self.shown) {
            (Part::Answer, Some(shown)) => shown.text(),
            (Part::History, _) => self.selected(scope).map(|sent| sent.request.body).unwrap_or_default(),
            _ => self.form.payload().0,
        };
        vec![Intent::Do(Effect::Copy(text))]
    }
}

fn say(words: &str) -> Vec<Intent> {
    vec![Intent::Say(words.to_owned())]
}

impl Room for Predict {
    fn places(&self) -> &'static [Place] {
        match self.part {
            _ if self.choosing => &[Place::List],
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

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let (cluster, names) = (self.service.cluster.clone(), vec![self.service.service.clone()]);
        let row = Request::ServiceRows { cluster, names };
        let mut wants = vec![Want::every(row, MINUTE), Want::every(Request::PredictionHistory, 5 * MINUTE)];
        wants.extend(self.route(scope).ok().map(|route| Want::every(Request::Models { base: route.base }, MODELS)));
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        match action {
            Action::Send => self.part != Part::History && !self.is_sending() && self.route(scope).is_ok(),
            Action::ChooseModel => self.catalog(scope).is_some_and(|catalog| catalog.models().len() > 1),
            Action::NextForm => self.form.asked.as_ref().is_some_and(|asked| asked.set_words().is_some()),
            Action::Explain | Action::Batch => self.form.asked.is_some() && !self.form.raw,
            Action::Compare => self.before.is_some(),
            Action::NextMatch | Action::PreviousMatch | Action::FaultsOnly | Action::Describe => false,
            Action::Filter => self.part == Part::History,
            Action::CopyName => self.part == Part::Answer,
            _ => !(action.mutates() && scope.context.read_only),
        }
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        if self.choosing {
            return self.choose(action, scope);
        }
        match action {
            Action::ChooseModel => return self.begin_choosing(scope),
            Action::NextForm => return self.next_set(),
            Action::Explain => return self.explain(scope),
            Action::Compare => return self.compare(),
            Action::Batch => return self.open_batch(scope),
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
            return self.paste(text);
        }
        say("press e first, then paste into the request")
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, _: &Scope) -> Vec<Intent> {
        text.clone_into(&mut self.table.filter);
        Vec::new()
    }

    fn receive(&mut self, reply: &Reply, scope: &Scope) -> Vec<Intent> {
        if matches!(reply.request, Request::Models { .. } | Request::ServiceRows { .. }) {
            return self.settle(scope);
        }
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
            self.form.set_payload(text.strip_suffix('\n').unwrap_or(&text));
        }
        Vec::new()
    }

    fn ticked(&mut self, scope: &Scope) -> Vec<Intent> {
        let limit = i64::from(scope.config.predict_timeout.max(1)) * SECOND + GRACE;
        let mut intents = self.settle(scope);
        match &self.sending {
            Some(sending) if scope.now.since(sending.since).0 > limit => {
                intents.extend(self.give_up("no answer came; another request may have taken its place".to_owned()));
            }
            _ => {}
        }
        intents
    }

    fn clear(&mut self) -> bool {
        if std::mem::take(&mut self.choosing) || std::mem::take(&mut self.comparing) {
            return true;
        }
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
