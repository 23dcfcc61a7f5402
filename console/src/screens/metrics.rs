//! Charts and alarms of a service, the table of all alarms, and one alarm with its history.
//!
//! Asks for all charts in one call a minute; a frozen picture asks for none.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room, Screen, logs};
use crate::action::Action;
use crate::effect::{Effect, Request};
use crate::keymap::Place;
use crate::model::metric::ServiceMetrics;
use crate::model::time::{MINUTE, SECOND};
use crate::model::{Alarm, AlarmState, Fetched, ServiceId, Target, Timestamp};
use crate::poll::Want;
use crate::state::Scope;
use crate::table::Table;
use crate::widgets::chart::Window;

mod alarms;
mod detail;
mod draw;
mod panels;

/// Windows that zoom goes through, in minutes.
const ZOOM: [u32; 6] = [15, 60, 180, 720, 1_440, 10_080];
/// Longest window for which 20-second metrics are worth asking oftener than once a minute.
const FINE_WINDOW: u32 = 60;

/// Charts and alarms of a service, or all alarms.
#[derive(Debug)]
pub struct Metrics {
    service: Option<ServiceId>,
    mode: Mode,
    zoom: usize,
    /// Where the crosshair stands.
    cursor: Option<Timestamp>,
    frozen: Option<Box<Frozen>>,
    /// Which charts are in view when not all fit.
    page: usize,
    /// The list of alarms, or the history of one.
    table: Table,
    /// The service has been asked about: whether it has a target group is known as well as it ever will be.
    asked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Mode {
    Charts,
    Alarms,
    /// One alarm, by name.
    Alarm(String),
}

/// What the screen showed when it was frozen.
#[derive(Debug, Clone)]
struct Frozen {
    at: Timestamp,
    metrics: Option<Fetched<ServiceMetrics>>,
}

impl Metrics {
    /// Charts of a service, with its alarms.
    #[must_use]
    pub fn of_service(service: ServiceId) -> Self {
        Self::new(Some(service), Mode::Charts)
    }

    /// Alarms; of one service, or all.
    #[must_use]
    pub fn alarms(service: Option<ServiceId>) -> Self {
        Self::new(service, Mode::Alarms)
    }

    fn new(service: Option<ServiceId>, mode: Mode) -> Self {
        let table = Table::default();
        Self { service, mode, zoom: 1, cursor: None, frozen: None, page: 0, table, asked: false }
    }

    fn minutes(&self) -> u32 {
        ZOOM[self.zoom]
    }

    fn window(&self, scope: &Scope) -> Window {
        let until = self.frozen.as_ref().map_or(scope.now, |frozen| frozen.at);
        Window::ending(until, self.minutes())
    }

    /// What CloudWatch told about the service in the present window; what was told when the screen was frozen.
    fn held<'a>(&'a self, scope: &'a Scope) -> Option<&'a Fetched<ServiceMetrics>> {
        match &self.frozen {
            Some(frozen) => frozen.metrics.as_ref(),
            None => scope.facts.metrics.get(&(self.service.clone()?, self.minutes())),
        }
    }

    /// Milliseconds between two looks at the charts.
    fn every(&self, scope: &Scope) -> i64 {
        let local = matches!(scope.context.target, Target::Local { .. });
        if local && self.minutes() <= FINE_WINDOW { 20 * SECOND } else { MINUTE }
    }

    fn alarms_every(scope: &Scope) -> i64 {
        if matches!(scope.context.target, Target::Local { .. }) { 20 * SECOND } else { MINUTE }
    }

    fn shows_charts(&self) -> bool {
        self.mode != Mode::Alarms
    }

    /// The alarm that the screen is about.
    fn alarm<'a>(&self, scope: &'a Scope) -> Option<&'a Alarm> {
        let Mode::Alarm(name) = &self.mode else { return None };
        scope.facts.alarms.value.iter().flatten().find(|alarm| alarm.name == *name)
    }

    fn chart_wants(&self, service: &ServiceId, scope: &Scope) -> Vec<Want> {
        let row = Request::ServiceRows { cluster: service.cluster.clone(), names: vec![service.service.clone()] };
        let mut wants = vec![Want::every(row, MINUTE), Want::every(Request::Deployments(service.clone()), MINUTE)];
        let known = scope.facts.service(service);
        if self.frozen.is_none() && (known.is_some() || self.asked) {
            let target_group = known.and_then(|service| Some(service.load_balancers.first()?.target_group.clone()));
            let request = Request::Metrics { service: service.clone(), target_group, minutes: self.minutes() };
            wants.push(Want::every(request, self.every(scope)));
        }
        wants
    }

    fn act(&mut self, action: Action, scope: &Scope) -> Option<Vec<Intent>> {
        match action {
            Action::CursorLeft => self.move_cursor(-1, scope),
            Action::CursorRight => self.move_cursor(1, scope),
            Action::ZoomIn => self.turn_zoom(self.zoom.checked_sub(1)),
            Action::ZoomOut => self.turn_zoom(Some(self.zoom + 1)),
            Action::NextTab => self.page = self.page.wrapping_add(1),
            Action::PreviousTab => self.page = self.page.wrapping_sub(1),
            Action::Freeze => self.freeze(scope),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn turn_zoom(&mut self, to: Option<usize>) {
        if let Some(to) = to.filter(|to| *to < ZOOM.len()) {
            self.zoom = to;
            // Another window is other data: a frozen picture has none of it.
            self.frozen = None;
        }
    }

    fn freeze(&mut self, scope: &Scope) {
        self.frozen = match self.frozen.take() {
            Some(_) => None,
            None => Some(Box::new(Frozen { at: scope.now, metrics: self.held(scope).cloned() })),
        };
    }

    /// Moves by one period, or by one dot where a dot is longer. Begins at the newest value.
    fn move_cursor(&mut self, by: i64, scope: &Scope) {
        let window = self.window(scope);
        let series = self.held(scope).and_then(|held| held.value.as_ref()).into_iter().flat_map(|m| m.values());
        let filled: Vec<_> = series.filter(|series| !series.points.is_empty()).collect();
        let period = filled.iter().map(|series| series.period).max().unwrap_or(MINUTE).max(1);
        let newest = filled.iter().filter_map(|series| series.points.last()).map(|point| point.at).max();
        // Half a cell is what a dot takes.
        let dot = window.length() / (2 * i64::from(draw::plot_cells(self, scope))).max(1);
        let step = (dot + period - 1) / period * period;
        let first = Timestamp((window.from.0 + period - 1).div_euclid(period) * period);
        let last = newest.unwrap_or(window.until);
        self.cursor = Some(match self.cursor {
            None => last,
            Some(at) => at.plus(by * step.max(1)).clamp(first.min(last), last),
        });
    }

    /// The time to look at logs for: the crosshair, or the history line in front.
    fn moment(&self, scope: &Scope) -> Option<Timestamp> {
        let Mode::Alarm(name) = &self.mode else { return self.cursor };
        let history = detail::history(scope, name);
        let selected = self.table.selection(&history).map(|row| row.item.at);
        self.cursor.or(selected).or_else(|| self.alarm(scope)?.since)
    }

    fn open_logs(&self, scope: &Scope) -> Vec<Intent> {
        let Some(service) = self.subject(scope) else {
            return vec![Intent::Say("this alarm names no service whose logs could be opened".to_owned())];
        };
        let screen = match self.moment(scope) {
            Some(at) => logs::Logs::around(service, at, None),
            None => logs::Logs::of_service(service, None),
        };
        vec![Intent::open(Screen::Logs(screen))]
    }

    fn in_alarms(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let (rows, columns) = (self.rows(scope), alarms::columns(self.service.is_some()));
        let selected = self.table.selection(&rows).map(|row| row.alarm);
        match (action, selected) {
            (Action::Open | Action::Describe, Some(alarm)) => {
                let service = self.service.clone().or_else(|| alarms::service_of(alarm, scope));
                let mut screen = Self::new(service, Mode::Alarm(alarm.name.clone()));
                screen.zoom = self.zoom;
                screen.asked = self.asked;
                vec![Intent::open(Screen::Metrics(screen))]
            }
            (Action::CopyName, Some(alarm)) => vec![Intent::Do(Effect::Copy(alarm.name.clone()))],
            (Action::CopyArn, Some(alarm)) => vec![Intent::Do(Effect::Copy(alarm.arn.clone()))],
            (Action::Filter, _) => vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())],
            _ => {
                let page = draw::alarm_page(self, scope);
                let mut table = self.table.clone();
                table.update(action, &rows, &columns, page);
                drop(rows);
                self.table = table;
                Vec::new()
            }
        }
    }

    fn rows<'a>(&self, scope: &'a Scope) -> Vec<alarms::AlarmRow<'a>> {
        let rows = alarms::rows(scope, self.service.as_ref());
        self.table.arrange(rows, &alarms::columns(self.service.is_some()), scope)
    }

    fn in_history(&mut self, name: &str, action: Action, scope: &Scope) -> Vec<Intent> {
        let copied = |pick: fn(&Alarm) -> &String| {
            self.alarm(scope).map(|alarm| Intent::Do(Effect::Copy(pick(alarm).clone()))).into_iter().collect()
        };
        match action {
            Action::CopyName => copied(|alarm| &alarm.name),
            Action::CopyArn => copied(|alarm| &alarm.arn),
            Action::Filter => vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())],
            _ => {
                let rows = self.table.arrange(detail::history(scope, name), &detail::columns(), scope);
                self.table.update(action, &rows, &detail::columns(), scope.body_rows() / 3);
                Vec::new()
            }
        }
    }
}

impl Room for Metrics {
    fn places(&self) -> &'static [Place] {
        match self.mode {
            Mode::Alarms => &[Place::List],
            _ => &[Place::Metrics, Place::List],
        }
    }

    fn crumb(&self) -> String {
        match &self.mode {
            Mode::Charts => "metrics".to_owned(),
            Mode::Alarms => "alarms".to_owned(),
            Mode::Alarm(name) => crate::text::clean(name).into_owned(),
        }
    }

    fn subject(&self, scope: &Scope) -> Option<ServiceId> {
        self.service.clone().or_else(|| alarms::service_of(self.alarm(scope)?, scope))
    }

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let mut wants = vec![Want::every(Request::Alarms, Self::alarms_every(scope))];
        if let (true, Some(service)) = (self.shows_charts(), &self.service) {
            wants.extend(self.chart_wants(service, scope));
        }
        if let Mode::Alarm(name) = &self.mode {
            wants.push(Want::every(Request::AlarmHistory { name: name.clone() }, MINUTE));
        }
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        match action {
            Action::Open => !matches!(self.mode, Mode::Alarm(_)),
            Action::NextTab => draw::pages(self, scope) > 1,
            Action::Describe => false,
            _ => !(action.mutates() && scope.context.read_only),
        }
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        if self.shows_charts() {
            if action == Action::Logs {
                return self.open_logs(scope);
            }
            if let Some(intents) = self.act(action, scope) {
                return intents;
            }
        }
        match self.mode.clone() {
            Mode::Alarm(name) => self.in_history(&name, action, scope),
            _ => self.in_alarms(action, scope),
        }
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, _: &Scope) -> Vec<Intent> {
        text.clone_into(&mut self.table.filter);
        Vec::new()
    }

    fn receive(&mut self, reply: &crate::event::Reply, _: &Scope) -> Vec<Intent> {
        let ours = |service: &ServiceId| match &reply.request {
            Request::ServiceRows { cluster, names } => *cluster == service.cluster && names.contains(&service.service),
            _ => false,
        };
        self.asked |= self.service.as_ref().is_some_and(ours);
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        let filtered = !std::mem::take(&mut self.table.filter).is_empty();
        filtered || self.cursor.take().is_some()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        match &self.mode {
            Mode::Charts => draw::charts(self, scope, frame, area),
            Mode::Alarms => draw::alarms(self, scope, frame, area),
            Mode::Alarm(name) => detail::draw(self, name, scope, frame, area),
        }
    }
}

/// Glyph and word of an alarm's state.
fn state_status(state: AlarmState) -> (crate::theme::Status, &'static str) {
    use crate::theme::Status;
    match state {
        AlarmState::Alarm => (Status::Failed, "ALARM"),
        AlarmState::InsufficientData => (Status::Unknown, "NO DATA"),
        AlarmState::Ok => (Status::Ok, "OK"),
    }
}
