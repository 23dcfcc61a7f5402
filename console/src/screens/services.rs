//! The services of a cluster: what is broken first, and why below the list.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room, Screen, service};
use crate::action::Action;
use crate::effect::{Effect, Request};
use crate::event::Reply;
use crate::keymap::Place;
use crate::model::time::SECOND;
use crate::model::{Fetched, Service, ServiceId, Target};
use crate::poll::Want;
use crate::state::Scope;
use crate::table::{Row, Table};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widgets::{pane, table};

mod acts;
mod alarms;
mod row;
mod strip;

pub(crate) use acts::{act, offers, stopped_or_made};
pub(crate) use alarms::AlarmBook;
pub(crate) use row::{deployed_at, image, without_subject, words_for};
pub(crate) use strip::{draw as draw_strip, page as strip_page, split as split_strip};

use row::ServiceRow;

/// Milliseconds between two sweeps over all services.
const SWEEP: i64 = 60 * SECOND;
/// Most services that are asked about between sweeps, and whose metrics are read.
const WINDOW: usize = 50;

/// The services of a cluster.
#[derive(Debug)]
pub struct Services {
    cluster: String,
    table: Table,
    /// Names that are kept fresh between sweeps: all, or those around the rows in view. Sorted.
    window: Vec<String>,
    /// Names in view at the last tick.
    in_view: Vec<String>,
    /// The selected service as of the last key or tick. Hints ask for it several times a frame, and finding it takes a
    /// pass over all services.
    chosen: Option<ServiceId>,
}

impl Services {
    /// Of this cluster, filtered.
    #[must_use]
    pub fn new(cluster: String, filter: String) -> Self {
        let table = Table::filtered(filter);
        Self { cluster, table, window: Vec::new(), in_view: Vec::new(), chosen: None }
    }

    fn held<'a>(&self, scope: &'a Scope) -> Option<&'a Fetched<std::collections::BTreeMap<String, Service>>> {
        scope.facts.services.get(&self.cluster)
    }

    fn rows<'a>(&self, scope: &'a Scope) -> Vec<ServiceRow<'a>> {
        self.table.arrange(row::rows(&self.cluster, scope), &row::columns(scope), scope)
    }

    fn selected(&self, scope: &Scope) -> Option<ServiceId> {
        self.table.selection(&self.rows(scope)).map(|row| row.service.id.clone())
    }

    /// Chooses whom to keep fresh. Only once a second, so that scrolling does not ask about each row it passes.
    fn settle(&mut self, scope: &Scope) {
        let rows = self.rows(scope);
        self.chosen = self.table.selection(&rows).map(|row| row.service.id.clone());
        let Some(current) = self.table.current(&rows) else {
            self.window.clear();
            self.in_view.clear();
            return;
        };
        let page = page(scope).max(1);
        let first = self.table.first_in_view(current, rows.len(), page);
        let names = |rows: &[ServiceRow<'_>]| rows.iter().map(Row::id).collect::<Vec<_>>();
        self.in_view = names(&rows[first..(first + page).min(rows.len())]);
        self.in_view.truncate(WINDOW);
        let all = self.held(scope).and_then(|held| held.value.as_ref());
        if let Some(all) = all.filter(|all| all.len() <= WINDOW) {
            self.window = all.keys().cloned().collect();
        } else if !self.in_view.iter().all(|name| self.window.binary_search(name).is_ok()) {
            let before = first.saturating_sub((WINDOW - self.in_view.len()) / 2).min(rows.len().saturating_sub(WINDOW));
            self.window = names(&rows[before..(before + WINDOW).min(rows.len())]);
            self.window.sort();
        }
    }

    fn wants_of_rows(&self, scope: &Scope) -> Vec<Want> {
        if self.window.is_empty() {
            return Vec::new();
        }
        let (cluster, names) = (self.cluster.clone(), self.window.clone());
        let local = matches!(scope.context.target, Target::Local { .. });
        let sparks = Request::Sparks { cluster: cluster.clone(), names: names.clone() };
        let mut wants = Vec::new();
        if self.rows_are_due(scope) {
            wants.push(Want::every(Request::ServiceRows { cluster, names }, scope.config.refresh));
        }
        wants.extend(self.in_view.iter().filter_map(|name| {
            let arn = &scope.facts.service(&ServiceId::new(&self.cluster, name))?.task_definition;
            let unknown = !arn.is_empty() && scope.facts.definition(arn).is_none();
            unknown.then(|| Want::once(Request::TaskDefinition { arn: arn.clone() }))
        }));
        // The local stack publishes every 10 s, AWS every minute.
        wants.push(Want::every(sparks, if local { 20 * SECOND } else { 60 * SECOND }));
        wants
    }

    /// What a sweep has just brought is not asked for again at once; in a large cluster a sweep takes too long for that.
    fn rows_are_due(&self, scope: &Scope) -> bool {
        let Some(held) = self.held(scope) else { return false };
        let large = held.value.as_ref().is_some_and(|all| all.len() > WINDOW);
        let swept = scope.facts.swept.get(&self.cluster);
        large || swept.is_none_or(|at| scope.now.since(*at).0 >= scope.config.refresh)
    }

    fn copy_marked(&self, rows: &[ServiceRow<'_>], action: Action) -> Option<Vec<Intent>> {
        let marked = rows.iter().filter(|row| self.table.marks.contains(&row.id()));
        let texts: Vec<String> = match action {
            Action::CopyName => marked.map(Row::id).collect(),
            Action::CopyArn => marked.map(|row| row.service.arn.clone()).collect(),
            _ => return None,
        };
        (!texts.is_empty()).then(|| vec![Intent::Do(Effect::Copy(texts.join("\n")))])
    }
}

fn page(scope: &Scope) -> usize {
    strip::page(scope.body_rows(), strip::SERVICE_ROWS)
}

impl Room for Services {
    fn places(&self) -> &'static [Place] {
        &[Place::Services, Place::List]
    }

    fn crumb(&self) -> String {
        clean(&self.cluster).into_owned()
    }

    fn subject(&self, scope: &Scope) -> Option<ServiceId> {
        self.selected(scope)
    }

    fn cluster(&self, _: &Scope) -> Option<String> {
        Some(self.cluster.clone())
    }

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let local = matches!(scope.context.target, Target::Local { .. });
        let mut wants = vec![
            Want::every(Request::Services { cluster: self.cluster.clone() }, SWEEP),
            Want::every(Request::Alarms, if local { 15 * SECOND } else { 60 * SECOND }),
        ];
        wants.extend(self.wants_of_rows(scope));
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        match &self.chosen {
            Some(id) => offers(action, id, scope),
            None => !(action.mutates() && scope.context.read_only),
        }
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let rows = self.rows(scope);
        if let Some(intents) = self.copy_marked(&rows, action) {
            return intents;
        }
        if action == Action::Filter {
            return vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())];
        }
        if self.table.update(action, &rows, &row::columns(scope), page(scope)) {
            self.chosen = self.table.selection(&rows).map(|row| row.service.id.clone());
            return Vec::new();
        }
        let Some(id) = self.table.selection(&rows).map(|row| row.service.id.clone()) else { return Vec::new() };
        match action {
            Action::Open => vec![Intent::open(Screen::Service(service::ServiceScreen::new(id)))],
            other => act(other, &id, scope).unwrap_or_default(),
        }
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, _: &Scope) -> Vec<Intent> {
        text.clone_into(&mut self.table.filter);
        Vec::new()
    }

    fn receive(&mut self, _: &Reply, scope: &Scope) -> Vec<Intent> {
        if self.window.is_empty() && self.held(scope).is_some_and(|held| !held.loading) {
            self.settle(scope);
        }
        Vec::new()
    }

    fn ticked(&mut self, scope: &Scope) -> Vec<Intent> {
        self.settle(scope);
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.table.filter).is_empty()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        let nothing = Fetched::default();
        let held = self.held(scope).unwrap_or(&nothing);
        let rows = self.rows(scope);
        let total = held.value.as_ref().map_or(0, std::collections::BTreeMap::len);
        let every = if self.window.is_empty() { SWEEP } else { scope.config.refresh };
        let noun = format!("services({})", clean(&self.cluster));
        let title = table::title(&noun, &self.table, rows.len(), total);
        let inside = pane::draw(scope, frame, area, &title, pane::freshness(held, scope, every));
        if rows.is_empty() {
            pane::empty(scope, frame, inside, &self.nothing(held, total));
            return;
        }
        let (list, below) = strip::split(inside, strip::SERVICE_ROWS);
        let doubtful = pane::is_doubtful(held, scope, every);
        table::draw(scope, frame, list, &self.table, &row::columns(scope), &rows, doubtful);
        if let Some(row) = self.table.selection(&rows) {
            strip::draw(scope, frame, below, &clean(&row.service.id.service), &strip::facts(row, scope));
        }
    }
}

impl Services {
    fn nothing(
        &self,
        held: &Fetched<std::collections::BTreeMap<String, Service>>,
        total: usize,
    ) -> Vec<(String, Meaning)> {
        let words = match (total, self.table.faults_only, self.table.filter.is_empty()) {
            (0, ..) => format!("There are no services in cluster {}.", clean(&self.cluster)),
            (_, true, true) => "No service has a fault. ctrl-z shows all.".to_owned(),
            _ => "No service matches. esc clears the filter.".to_owned(),
        };
        if total > 0 { vec![(words, Meaning::Muted)] } else { pane::explain(Some(held), &words) }
    }
}
