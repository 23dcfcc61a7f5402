//! What to go back to: revisions that really ran, the last successful one selected, with what would change.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::{Intent, PromptKind, Room, Screen, images, logs, metrics, predict, text};
use crate::action::Action;
use crate::effect::{Effect, Request};
use crate::flows;
use crate::keymap::Place;
use crate::model::image::ImageReference;
use crate::model::time::{MINUTE, SECOND};
use crate::model::{Fetched, RepositoryName, Service, ServiceId};
use crate::poll::Want;
use crate::screens::Intent::Say;
use crate::state::Scope;
use crate::table::{Row, Table};
use crate::theme::Meaning;
use crate::widgets::{pane, table};

mod columns;
mod lower;
mod target;

use columns::columns;
use target::{Target, targets};

/// How often the history is read again.
const EVERY: i64 = 10 * SECOND;
/// Task definitions that are read ahead of the selection, for images and standing.
const READ_AHEAD: usize = 8;

/// What to go back to: revisions that really ran.
#[derive(Debug)]
pub struct Rollback {
    service: ServiceId,
    table: Table,
    /// The user has moved: the selection is theirs from now on.
    chosen: bool,
}

impl Rollback {
    /// Of this service.
    #[must_use]
    pub fn new(service: ServiceId) -> Self {
        Self { service, table: Table::default(), chosen: false }
    }

    fn held<'a>(&self, scope: &'a Scope) -> Option<&'a Service> {
        scope.facts.service(&self.service)
    }

    fn rows(&self, scope: &Scope) -> Vec<Target> {
        let Some(service) = self.held(scope) else { return Vec::new() };
        self.table.arrange(targets(service, scope), &columns(), scope)
    }

    /// The table with the selection on the newest usable revision until the user moves.
    fn preselected(&self, rows: &[Target]) -> Table {
        let mut table = self.table.clone();
        let usable = || rows.iter().find(|row| row.is_proven() && row.is_usable()).or(rows.first());
        if let (false, Some(row)) = (self.chosen, usable()) {
            table.select(row.id());
        }
        table
    }

    fn go(&self, rows: &[Target], scope: &Scope) -> Vec<Intent> {
        let table = self.preselected(rows);
        match (self.held(scope), table.selection(rows)) {
            (Some(service), Some(target)) => flows::return_to(service, &target.choice, &target.checks(), scope),
            _ => vec![Say("there is no revision to go back to".to_owned())],
        }
    }

    /// `R` while a deployment is under way undoes that one; else it takes the selected revision.
    fn roll_back(&self, rows: &[Target], scope: &Scope) -> Vec<Intent> {
        let going = self.held(scope).and_then(|service| flows::under_way::under_way(service, scope));
        if going.is_some() { flows::roll_back(&self.service, scope) } else { self.go(rows, scope) }
    }

    fn repositories(rows: &[Target]) -> Vec<RepositoryName> {
        let images = rows.iter().take(READ_AHEAD).flat_map(|row| &row.choice.images);
        let mut names: Vec<_> = images.filter_map(|image| ImageReference::parse(&image.image).ecr()).collect();
        names.sort();
        names.dedup();
        names
    }

    fn missing(&self, scope: &Scope) -> Vec<(String, Meaning)> {
        let id = &self.service;
        if self.held(scope).is_none() {
            let empty = format!("{} has no service {}.", id.cluster, id.service);
            return pane::explain(scope.facts.services.get(&id.cluster), &empty);
        }
        let held = scope.facts.deployments.get(id);
        let mut lines = pane::explain(held, "No other revision of this service is known to have run.");
        if held.is_some_and(|held| held.value.is_some()) && self.table.filter.is_empty() {
            let key = flows::key(scope, Place::Rollout, Action::Images);
            lines.push((format!("Choose an image to deploy instead: {key}."), Meaning::Accent));
        }
        lines
    }
}

impl Room for Rollback {
    fn places(&self) -> &'static [Place] {
        &[Place::Rollout, Place::List]
    }

    fn crumb(&self) -> String {
        format!("{} > roll back", self.service.service)
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let id = &self.service;
        let row = Request::ServiceRows { cluster: id.cluster.clone(), names: vec![id.service.clone()] };
        let mut wants =
            vec![Want::every(row, scope.config.refresh), Want::every(Request::Deployments(id.clone()), EVERY)];
        let Some(service) = self.held(scope) else { return wants };
        let rows = self.rows(scope);
        let family = crate::model::task_definition::short_name(&service.task_definition).rsplit_once(':');
        let family = family.map(|(family, _)| Request::TaskDefinitionRevisions { family: family.to_owned() });
        wants.extend(family.map(|request| Want::every(request, MINUTE)));
        let selected = self.preselected(&rows).selection(&rows).map(|row| row.choice.task_definition.clone());
        let ahead = rows.iter().take(READ_AHEAD).map(|row| row.choice.task_definition.clone());
        let mut arns: Vec<String> =
            std::iter::once(service.task_definition.clone()).chain(selected).chain(ahead).collect();
        arns.sort();
        arns.dedup();
        wants.extend(arns.into_iter().map(|arn| Want::once(Request::TaskDefinition { arn })));
        wants.extend(Self::repositories(&rows).into_iter().map(|name| Want::every(Request::Images(name), MINUTE)));
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        !action.mutates() || self.held(scope).is_none_or(|service| flows::refusal(service, scope).is_none())
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let rows = self.rows(scope);
        let id = self.service.clone();
        match action {
            Action::Open => return self.go(&rows, scope),
            Action::RollBack => return self.roll_back(&rows, scope),
            Action::Logs => return vec![Intent::open(Screen::Logs(logs::Logs::of_service(id, None)))],
            Action::Metrics => return vec![Intent::open(Screen::Metrics(metrics::Metrics::of_service(id)))],
            Action::Images => return vec![Intent::open(Screen::Images(images::Images::of_service(id)))],
            Action::Predict => return vec![Intent::open(Screen::Predict(predict::Predict::new(id, scope)))],
            Action::Deployments => return vec![Intent::open(super::rollout::deployments_of(id))],
            Action::Filter => return vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())],
            _ => {}
        }
        let table = self.preselected(&rows);
        let selected = table.selection(&rows);
        match (action, selected, self.held(scope)) {
            (Action::Describe, Some(target), Some(service)) => {
                let title = format!("to {}", target.name());
                return vec![Intent::open(Screen::Text(text::Text::new(title, lower::plain(service, target, scope))))];
            }
            (Action::CopyName | Action::CopyArn, Some(target), _) => {
                return vec![Intent::Do(Effect::Copy(target.choice.task_definition.clone()))];
            }
            _ => {}
        }
        self.table = table;
        self.chosen |= self.table.update(action, &rows, &columns(), upper_rows(scope, rows.len()));
        Vec::new()
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, _: &Scope) -> Vec<Intent> {
        text.clone_into(&mut self.table.filter);
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.table.filter).is_empty()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        let nothing = Fetched::default();
        let held = scope.facts.deployments.get(&self.service).unwrap_or(&nothing);
        let note = pane::freshness(held, scope, EVERY);
        let (rows, all) = (self.rows(scope), self.held(scope).map_or(0, |service| targets(service, scope).len()));
        let title = table::title(&format!("roll back {} to", self.service.service), &self.table, rows.len(), all);
        let (Some(service), false) = (self.held(scope), rows.is_empty()) else {
            let inside = pane::draw(scope, frame, area, &title, note);
            return pane::empty(scope, frame, inside, &self.missing(scope));
        };
        let height = u16::try_from(upper_rows(scope, rows.len()) + 3).unwrap_or(area.height);
        let [upper, below] = Layout::vertical([Constraint::Length(height), Constraint::Min(3)]).areas(area);
        let inside = pane::draw(scope, frame, upper, &title, note);
        let table = self.preselected(&rows);
        table::draw(scope, frame, inside, &table, &columns(), &rows, pane::is_doubtful(held, scope, EVERY));
        if let Some(target) = table.selection(&rows) {
            lower::draw(scope, service, target, frame, below);
        }
    }
}

/// Rows of the list: as many as there are, at most about half of the body.
fn upper_rows(scope: &Scope, rows: usize) -> usize {
    rows.clamp(1, (scope.body_rows() / 2).saturating_sub(2).max(1))
}
