//! One service: tasks, deployments, events, configuration.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::model::ServiceId;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// One service: tasks, deployments, events, configuration.
#[derive(Debug)]
pub struct ServiceScreen {
    service: ServiceId,
    tab: u8,
}

impl ServiceScreen {
    /// Of this service.
    #[must_use]
    pub fn new(service: ServiceId) -> Self {
        Self { service, tab: 1 }
    }

    /// Shows tab 1 (tasks), 2 (deployments), 3 (events) or 4 (configuration).
    pub fn show(&mut self, tab: u8) {
        self.tab = tab;
    }
}

impl Room for ServiceScreen {
    fn places(&self) -> &'static [Place] {
        &[Place::Service, Place::Services, Place::List]
    }

    fn crumb(&self) -> String {
        "service".to_owned()
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, _: &Scope) -> Vec<Want> {
        Vec::new()
    }

    fn update(&mut self, _: Action, _: &Scope) -> Vec<Intent> {
        Vec::new()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        pane::draw(scope, frame, area, &self.crumb(), None);
    }
}
