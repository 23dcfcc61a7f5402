//! Logs of a service or a task, followed live. A stretch of the log is held in memory; filters, search and toggles work
//! on it alone and never make a call. What is on screen stays where it is until the user moves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room};
use crate::action::Action;
use crate::effect::Request;
use crate::event::{Facts, LogPage, Outcome, Reply};
use crate::keymap::Place;
use crate::model::time::{MINUTE, SECOND};
use crate::model::{ApiProblem, LogLine, ProblemKind, ServiceId, Timestamp};
use crate::poll::Want;
use crate::state::Scope;

mod acts;
mod buffer;
mod draw;
mod empty;
mod export;
mod json;
mod level;
mod look;
mod moment;
mod position;
mod row;
mod sieve;
mod source;
mod status;
mod store;
mod view_index;
mod window;

use buffer::LineKey;
use look::{Layout, Look};
use position::{Position, Sight};
use sieve::Filter;
use source::{Finding, Source};
use store::Store;
use window::{Brought, Goal, Part, Window};

/// A screen that was not ticked for so long was not in front, and missed what came.
const AWAY: i64 = 3 * SECOND;
/// Pages that are looked through without a key when filters leave the screen half empty.
const UNASKED_PAGES: u32 = 10;
/// A delivery that took longer is told.
const LAG: i64 = 5 * SECOND;
/// How long it is told.
const LAG_SHOWN: i64 = 10 * SECOND;

/// Logs of a service or a task, followed live.
#[derive(Debug)]
pub struct Logs {
    service: ServiceId,
    task: Option<String>,
    /// The service has been asked about, so that its absence means something.
    asked: bool,
    finding: Finding,
    source: Option<Box<Source>>,
    goal: Goal,
    window: Box<Window>,
    store: Box<Store>,
    position: Position,
    look: Look,
    marks: BTreeSet<LineKey>,
    /// Tasks seen so far, each with its colour.
    tints: BTreeMap<Arc<str>, usize>,
    problem: Option<Box<ApiProblem>>,
    /// When lines last came late, and by how much.
    lag: Option<(Timestamp, i64)>,
    unasked_pages: u32,
    ticked_at: Option<Timestamp>,
}

impl Logs {
    fn new(service: ServiceId, task: Option<String>, goal: Goal) -> Self {
        Self {
            service,
            task,
            asked: false,
            finding: Finding::Waiting("Reading the service…"),
            source: None,
            goal,
            window: Box::default(),
            store: Box::default(),
            position: Position::Following,
            look: Look::default(),
            marks: BTreeSet::new(),
            tints: BTreeMap::new(),
            problem: None,
            lag: None,
            unasked_pages: 0,
            ticked_at: None,
        }
    }

    /// All tasks of a service; from `minutes` ago, or the newest lines.
    #[must_use]
    pub fn of_service(service: ServiceId, minutes: Option<u32>) -> Self {
        let mut logs = Self::new(service, None, Goal::Tail);
        // The present is not known here; the range is counted back from the first tick.
        logs.window.from = minutes.map(|minutes| Timestamp(-i64::from(minutes) * MINUTE));
        logs
    }

    /// One task.
    #[must_use]
    pub fn of_task(service: ServiceId, task: String) -> Self {
        Self::new(service, Some(task), Goal::Tail)
    }

    /// All tasks of a service around a point in time; `pattern` narrows the lines to those with exactly this text.
    #[must_use]
    pub fn around(service: ServiceId, at: Timestamp, pattern: Option<String>) -> Self {
        let mut logs = Self::new(service, None, Goal::Time(at));
        let filter = pattern.and_then(|text| Filter::literal(&text));
        logs.store.resift(|sieve| sieve.filters.extend(filter));
        logs
    }

    /// A pane that holds these lines already and waits for more; for measuring.
    #[must_use]
    pub fn holding(service: ServiceId, lines: Vec<LogLine>) -> Self {
        let mut logs = Self::new(service, None, Goal::Tail);
        logs.source = Some(Box::default());
        logs.finding = Finding::Sources(vec![Source::default()]);
        *logs.window = Window::whole();
        logs.take(lines);
        logs
    }

    /// The width shared out, for a body of so many cells.
    fn layout(&self, scope: &Scope, size: (usize, usize)) -> Layout {
        let several = self.source.as_ref().is_some_and(|source| source.several);
        let column = if several { draw::CONTAINER_AND_TASK } else { draw::TASK };
        let shown = self.look.tasks.unwrap_or(self.tints.len() > 1);
        let oldest = self.store.buffer().oldest().map(|held| held.line.at);
        self.look.layout(scope, size, oldest, if shown { column } else { 0 })
    }

    fn layout_now(&self, scope: &Scope) -> Layout {
        self.layout(scope, (usize::from(scope.size.0.saturating_sub(2)), scope.body_rows()))
    }

    /// Lets `see` look at the shown lines as a page of rows.
    fn sight<T>(&self, layout: &Layout, see: impl FnOnce(&Sight) -> T) -> T {
        let height = |rank: usize| self.store.line(rank).map_or(1, |held| row::height(held, layout));
        see(&Sight { store: &self.store, rows: layout.rows, height: &height })
    }

    /// Notes exactly what is on screen, so that nothing that comes can move it.
    fn freeze(&mut self, scope: &Scope) {
        if matches!(self.position, Position::Held(_)) {
            self.hold(scope);
        }
    }

    fn hold(&mut self, scope: &Scope) {
        let layout = self.layout_now(scope);
        if let Some(place) = self.sight(&layout, |sight| sight.held(&self.position)) {
            self.position = Position::Held(Box::new(place));
        }
    }

    /// Takes lines in; answers how many were new.
    fn take(&mut self, lines: Vec<LogLine>) -> usize {
        for line in &lines {
            if !self.tints.contains_key(&line.stream) {
                let tint = draw::tint(&line.stream, &self.tints);
                self.tints.insert(line.stream.clone(), tint);
            }
        }
        self.store.insert(lines)
    }

    /// Keeps to the memory allowed without touching what is on screen.
    fn trim(&mut self, scope: &Scope, older: bool) {
        let layout = self.layout_now(scope);
        let keep = match &self.position {
            Position::Following => None,
            Position::Held(place) if older => {
                let lines = self.sight(&layout, |sight| sight.lines_on_page(&self.position));
                self.store.key(self.store.rank(&place.top) + lines)
            }
            Position::Held(place) => Some(place.top.clone()),
        };
        let older = older && keep.is_some();
        let (front, back) = self.store.trim(scope.config.log_buffer, keep.as_ref(), older);
        if front > 0 {
            self.window.lose_start(front);
        }
        if back > 0 {
            self.window.lose_end();
        }
    }

    /// Begins a new stretch of the log.
    fn begin(&mut self, goal: Goal) {
        self.goal = goal;
        self.store.clear();
        self.tints.clear();
        self.marks.clear();
        self.position = Position::Following;
        (self.problem, self.lag, self.unasked_pages) = (None, None, 0);
        if let Some(source) = &self.source {
            self.window.begin(&source.query, goal);
        }
    }

    /// Finds the source in the facts, and asks for what the screen lacks.
    fn settle(&mut self, scope: &Scope) -> Vec<Intent> {
        let mut said = Vec::new();
        if self.source.as_ref().is_none_or(|source| !source.label.is_empty()) {
            self.finding = source::find(scope, &self.service, self.task.as_deref(), self.asked);
        }
        if let Finding::Sources(sources) = &self.finding {
            let same = |source: &&Source| self.source.as_ref().is_some_and(|known| known.query == source.query);
            if !sources.iter().any(|source| same(&source)) {
                said = self.change_source(sources.first().cloned(), scope);
            }
        }
        self.ask(scope);
        said
    }

    fn change_source(&mut self, source: Option<Source>, scope: &Scope) -> Vec<Intent> {
        let Some(source) = source else { return Vec::new() };
        let words = format!("now following {} in {}", source.label, source.query.group);
        let is_first = self.source.replace(Box::new(source)).is_none();
        if let Some(Timestamp(back)) = self.window.from.filter(|from| from.0 < 0) {
            self.window.from = Some(scope.now.plus(back));
        }
        self.begin(if is_first { self.goal } else { Goal::Tail });
        if is_first { Vec::new() } else { vec![Intent::Say(words)] }
    }

    /// Asks for older or newer lines when what is on screen comes near an end of what is held.
    fn ask(&mut self, scope: &Scope) {
        let Some(source) = self.source.as_ref().filter(|_| self.window.load.is_none()) else { return };
        let layout = self.layout_now(scope);
        let (top, _) = self.sight(&layout, |sight| sight.top(&self.position));
        let buffer = self.store.buffer();
        let (oldest, newest) = (buffer.oldest().map(|h| h.line.at), buffer.newest().map(|h| h.line.at));
        let half_empty = self.store.shown() < layout.rows;
        let near_start = match self.position {
            Position::Held(_) => top < layout.rows,
            Position::Following => false,
        };
        let near_end = top + 2 * layout.rows >= self.store.shown();
        if !self.window.reaches_now && near_end && (!half_empty || self.unasked_pages < UNASKED_PAGES) {
            self.window.ask_newer(&source.query, newest);
            self.unasked_pages += u32::from(half_empty);
        } else if let Some(oldest) = oldest
            && !self.window.reached_start
            && !self.window.is_sparse()
            && (near_start || half_empty)
            && (!half_empty || self.unasked_pages < UNASKED_PAGES)
        {
            self.window.ask_older(&source.query, oldest);
            self.unasked_pages += u32::from(half_empty);
        }
    }

    fn receive_page(&mut self, outcome: &Outcome, scope: &Scope) {
        let Some((part, _)) = self.window.load.clone() else { return };
        let (page, done) = match outcome {
            Outcome::Part(Facts::Logs(page)) => (page, false),
            Outcome::Done { facts: Facts::Logs(page), .. } => (page, true),
            Outcome::Failed(problem) => {
                if problem.kind == ProblemKind::Invalid {
                    self.window.refused();
                }
                return self.problem = Some(Box::new(problem.clone()));
            }
            _ => return,
        };
        self.problem = None;
        self.freeze(scope);
        let fresh = self.take(page.lines.clone());
        self.window.missing += page.missing;
        if done {
            let newest = self.store.buffer().newest().map(|held| held.line.at);
            let (lines, reached_start) = (page.lines.len(), page.reached_start);
            let next = page.next.clone();
            let brought = Brought { lines, fresh, reached_start, next, newest, now: scope.now };
            if let Some(source) = &self.source {
                self.window.finish(&source.query, brought);
            }
        }
        match part {
            Part::First(goal) => self.reach(goal, scope),
            // There was nothing up to the point in time that was asked for: what follows it comes next.
            Part::Newer if self.position == Position::Following => self.go(0, true, scope),
            Part::Newer | Part::Older => {}
        }
        self.trim(scope, part == Part::Older);
    }

    /// Goes where the first page was asked for.
    fn reach(&mut self, goal: Goal, scope: &Scope) {
        let rank = match goal {
            Goal::Tail => return,
            Goal::Head => 0,
            Goal::Time(at) => self.store.rank(&LineKey::time(at.plus(1))).saturating_sub(1),
        };
        self.go(rank, true, scope);
    }

    fn receive_followed(&mut self, reply: &Reply, scope: &Scope) {
        let page: &LogPage = match &reply.outcome {
            Outcome::Part(Facts::Logs(page)) | Outcome::Done { facts: Facts::Logs(page), .. } => page,
            Outcome::Failed(problem) => {
                self.problem = Some(Box::new(problem.clone()));
                return self.follow_anew(scope);
            }
            _ => return,
        };
        self.problem = None;
        self.freeze(scope);
        // The first part repeats what is held: that is old, not late.
        let unknown = page.lines.iter().filter(|line| !self.store.buffer().knows(&line.id));
        let late = unknown.map(|line| line.at).max().map(|at| (reply.at, reply.at.since(at).0));
        self.lag = late.filter(|(_, lag)| *lag > LAG);
        self.take(page.lines.clone());
        self.window.missing += page.missing;
        self.trim(scope, false);
    }

    /// Follows from the newest line on, so that what is known is not read again.
    fn follow_anew(&mut self, scope: &Scope) {
        let newest = self.store.buffer().newest().map(|held| held.line.at);
        if let (true, Some(source)) = (self.window.reaches_now, &self.source) {
            self.window.follow_from(&source.query, newest, scope.now);
        }
    }

    /// Goes to the shown line of a rank; `far` brings it into the upper part of the screen.
    fn go(&mut self, rank: usize, far: bool, scope: &Scope) {
        let layout = self.layout_now(scope);
        if let Some(place) = self.sight(&layout, |sight| sight.select(&self.position, rank, far)) {
            self.position = Position::Held(Box::new(place));
        }
    }

    fn is_away(&self, scope: &Scope) -> bool {
        self.ticked_at.is_some_and(|at| scope.now.since(at).0 > AWAY)
    }
}

impl Room for Logs {
    fn places(&self) -> &'static [Place] {
        &[Place::Logs, Place::Text]
    }

    fn crumb(&self) -> String {
        match &self.task {
            Some(task) => format!("logs {}", task.get(..8).unwrap_or(task)),
            None => format!("logs {}", self.service.service),
        }
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let row =
            Request::ServiceRows { cluster: self.service.cluster.clone(), names: vec![self.service.service.clone()] };
        let mut wants =
            vec![Want::every(row, 30 * SECOND), Want::every(Request::Tasks(self.service.clone()), 30 * SECOND)];
        wants.extend(
            source::definition(scope, &self.service, self.task.as_deref())
                .map(|arn| Want::once(Request::TaskDefinition { arn })),
        );
        wants.extend(self.window.load.iter().map(|(_, query)| Want::once(Request::Logs(query.clone()))));
        let follow = self.window.follow.iter().filter(|_| self.window.reaches_now && !self.is_away(scope));
        wants.extend(follow.map(|query| Want::once(Request::FollowLogs(query.clone()))));
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        match action {
            Action::NextTab => matches!(&self.finding, Finding::Sources(sources) if sources.len() > 1),
            Action::NextError | Action::PreviousError => !self.store.index().errors().is_empty(),
            Action::NextMatch | Action::PreviousMatch => self.store.sieve().search.is_some(),
            _ => !(action.mutates() && scope.context.read_only),
        }
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let mut intents = self.act(action, scope);
        intents.extend(self.settle(scope));
        intents
    }

    fn prompted(&mut self, kind: PromptKind, text: &str, done: bool, scope: &Scope) -> Vec<Intent> {
        let mut intents = self.typed_at(kind, text, done, scope);
        intents.extend(self.settle(scope));
        intents
    }

    fn receive(&mut self, reply: &Reply, scope: &Scope) -> Vec<Intent> {
        match &reply.request {
            Request::Logs(query) if self.window.load.as_ref().is_some_and(|(_, asked)| asked == query) => {
                self.receive_page(&reply.outcome, scope);
            }
            Request::FollowLogs(query) if self.window.follow.as_ref() == Some(query) => {
                self.receive_followed(reply, scope);
            }
            Request::ServiceRows { cluster, names }
                if *cluster == self.service.cluster && names.contains(&self.service.service) =>
            {
                self.asked |= matches!(reply.outcome, Outcome::Done { .. });
            }
            _ => {}
        }
        self.settle(scope)
    }

    fn ticked(&mut self, scope: &Scope) -> Vec<Intent> {
        if self.is_away(scope) {
            self.follow_anew(scope);
        }
        self.lag = self.lag.filter(|(at, _)| scope.now.since(*at).0 < LAG_SHOWN);
        self.ticked_at = Some(scope.now);
        self.settle(scope)
    }

    fn clear(&mut self) -> bool {
        let sieve = self.store.sieve();
        if sieve.search.is_none() && sieve.filters.is_empty() {
            return false;
        }
        self.store.resift(|sieve| {
            if sieve.search.take().is_none() {
                sieve.filters.pop();
                sieve.off &= !sieve.filters.is_empty();
            }
        });
        true
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        draw::draw(self, scope, frame, area);
    }
}
