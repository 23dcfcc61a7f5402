//! One service: what it runs and whether it is well on top; below, tabs of tasks, deployments, events, configuration.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room};
use crate::action::Action;
use crate::effect::Request;
use crate::keymap::Place;
use crate::model::time::SECOND;
use crate::model::{ServiceId, Target};
use crate::poll::Want;
use crate::screens::text::Reader;
use crate::state::Scope;
use crate::table::Table;

mod acts;
mod configuration;
mod deployments;
mod events;
mod summary;
mod tasks;
mod view;

pub(crate) use configuration::{describe, of_definition};
pub(crate) use events::meaning_of;
pub(crate) use tasks::{doing, exit_codes, status_of, status_word};

/// Tab of the tasks.
pub(crate) const TASKS: u8 = 1;
/// Tab of the deployments.
pub(crate) const DEPLOYMENTS: u8 = 2;
/// Tab of the events.
pub(crate) const EVENTS: u8 = 3;
/// Tab of the configuration.
pub(crate) const CONFIGURATION: u8 = 4;

/// One service: tasks, deployments, events, configuration.
#[derive(Debug)]
pub struct ServiceScreen {
    service: ServiceId,
    tab: u8,
    tasks: Table,
    shown: tasks::Shown,
    deployments: Table,
    events: Table,
    reader: Reader,
}

impl ServiceScreen {
    /// Of this service.
    #[must_use]
    pub fn new(service: ServiceId) -> Self {
        Self {
            service,
            tab: TASKS,
            tasks: tasks::table(),
            shown: tasks::Shown::default(),
            deployments: deployments::table(),
            events: events::table(),
            reader: Reader::wrapping(),
        }
    }

    /// Shows tab 1 (tasks), 2 (deployments), 3 (events) or 4 (configuration).
    pub fn show(&mut self, tab: u8) {
        self.tab = tab.clamp(TASKS, CONFIGURATION);
    }

    fn turn(&mut self, by: u8) {
        self.tab = (self.tab - 1 + by) % CONFIGURATION + 1;
    }

    /// The list of the tab in front; none on the configuration.
    fn table(&self) -> Option<&Table> {
        match self.tab {
            TASKS => Some(&self.tasks),
            DEPLOYMENTS => Some(&self.deployments),
            EVENTS => Some(&self.events),
            _ => None,
        }
    }

    fn table_mut(&mut self) -> Option<&mut Table> {
        match self.tab {
            TASKS => Some(&mut self.tasks),
            DEPLOYMENTS => Some(&mut self.deployments),
            EVENTS => Some(&mut self.events),
            _ => None,
        }
    }

    /// Whether a deployment is under way: then its breaker count is looked at as often as the tasks.
    fn is_rolling(&self, scope: &Scope) -> bool {
        let service = scope.facts.service(&self.service);
        service.is_some_and(|s| s.current_deployment.is_some() || s.deployments.len() > 1)
    }
}

impl Room for ServiceScreen {
    fn places(&self) -> &'static [Place] {
        match self.tab {
            CONFIGURATION => &[Place::Service, Place::Services, Place::Text, Place::List],
            _ => &[Place::Service, Place::Services, Place::List],
        }
    }

    fn crumb(&self) -> String {
        crate::text::clean(&self.service.service).into_owned()
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let refresh = scope.config.refresh;
        let ServiceId { cluster, service } = self.service.clone();
        let local = matches!(scope.context.target, Target::Local { .. });
        let closely = self.tab == DEPLOYMENTS || self.is_rolling(scope);
        let mut wants = vec![
            Want::every(Request::ServiceRows { cluster, names: vec![service] }, refresh),
            Want::every(
                Request::Deployments(self.service.clone()),
                if closely { refresh } else { refresh.max(60 * SECOND) },
            ),
            Want::every(Request::Alarms, if local { 15 * SECOND } else { 60 * SECOND }),
        ];
        if self.tab == TASKS {
            wants.push(Want::every(Request::Tasks(self.service.clone()), refresh));
        }
        let arn = scope.facts.service(&self.service).map(|s| s.task_definition.clone()).unwrap_or_default();
        if !arn.is_empty() && scope.facts.definition(&arn).is_none() {
            wants.push(Want::once(Request::TaskDefinition { arn }));
        }
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        let allowed = super::services::offers(action, &self.service, scope);
        let of_tasks = matches!(action, Action::ToggleStopped | Action::StopTask);
        allowed && (!of_tasks || self.tab == TASKS)
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        match action {
            Action::NextTab => self.turn(1),
            Action::PreviousTab => self.turn(CONFIGURATION - 1),
            Action::Tab(tab) => self.show(tab),
            Action::Deployments => self.show(DEPLOYMENTS),
            Action::Events => self.show(EVENTS),
            Action::TaskDefinitions => self.show(CONFIGURATION),
            Action::ToggleStopped if self.tab == TASKS => self.shown = self.shown.next(),
            Action::Filter => return vec![self.prompt()],
            other => return self.act(other, scope),
        }
        Vec::new()
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, scope: &Scope) -> Vec<Intent> {
        match self.table_mut() {
            Some(table) => text.clone_into(&mut table.filter),
            None => {
                let lines = view::configuration(&self.service, scope);
                self.reader.search(text, &lines, view::text_window(scope));
            }
        }
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        match self.table_mut() {
            Some(table) => !std::mem::take(&mut table.filter).is_empty(),
            None => self.reader.clear(),
        }
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        view::draw(self, scope, frame, area);
    }
}

impl ServiceScreen {
    fn prompt(&self) -> Intent {
        match self.table() {
            Some(table) => Intent::Prompt(PromptKind::Filter, table.filter.clone()),
            None => Intent::Prompt(PromptKind::Search, self.reader.sought().to_owned()),
        }
    }
}
