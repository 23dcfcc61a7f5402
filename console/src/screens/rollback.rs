//! What to go back to: revisions that really ran.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::model::ServiceId;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// What to go back to: revisions that really ran.
#[derive(Debug)]
pub struct Rollback {
    service: ServiceId,
}

impl Rollback {
    /// Of this service.
    #[must_use]
    pub fn new(service: ServiceId) -> Self {
        Self { service }
    }
}

impl Room for Rollback {
    fn places(&self) -> &'static [Place] {
        &[Place::Rollout, Place::List]
    }

    fn crumb(&self) -> String {
        "rollback".to_owned()
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
