//! Image tags of the repository that a service runs.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::model::ServiceId;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// Image tags of the repository that a service runs.
#[derive(Debug)]
pub struct Images {
    service: ServiceId,
}

impl Images {
    /// Of the repository that the service's main container comes from.
    #[must_use]
    pub fn of_service(service: ServiceId) -> Self {
        Self { service }
    }
}

impl Room for Images {
    fn places(&self) -> &'static [Place] {
        &[Place::Images, Place::List]
    }

    fn crumb(&self) -> String {
        "images".to_owned()
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
