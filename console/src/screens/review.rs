//! A deploy before it is asked: difference, checks.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::model::ServiceId;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// A deploy before it is asked: difference, checks.
#[derive(Debug)]
pub struct Review {
    service: ServiceId,
    image: String,
}

impl Review {
    /// Of deploying `image` (a whole reference with tag) to the service.
    #[must_use]
    pub fn new(service: ServiceId, image: String) -> Self {
        Self { service, image }
    }
}

impl Room for Review {
    fn places(&self) -> &'static [Place] {
        &[Place::Images, Place::Text]
    }

    fn crumb(&self) -> String {
        self.image.clone()
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
