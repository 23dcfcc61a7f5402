//! Charts and alarms of a service, or all alarms.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::model::ServiceId;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// Charts and alarms of a service, or all alarms.
#[derive(Debug)]
pub struct Metrics {
    service: Option<ServiceId>,
}

impl Metrics {
    /// Charts of a service, with its alarms.
    #[must_use]
    pub fn of_service(service: ServiceId) -> Self {
        Self { service: Some(service) }
    }

    /// Alarms; of one service, or all.
    #[must_use]
    pub fn alarms(service: Option<ServiceId>) -> Self {
        Self { service }
    }
}

impl Room for Metrics {
    fn places(&self) -> &'static [Place] {
        &[Place::Metrics, Place::List]
    }

    fn crumb(&self) -> String {
        "metrics".to_owned()
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        self.service.clone()
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
