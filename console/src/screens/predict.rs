//! Test predictions.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::model::ServiceId;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// Test predictions.
#[derive(Debug)]
pub struct Predict {
    service: ServiceId,
}

impl Predict {
    /// For this service.
    #[must_use]
    pub fn new(service: ServiceId, scope: &Scope) -> Self {
        let _ = scope;
        Self { service }
    }

    /// A request is under way.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        false
    }
}

impl Room for Predict {
    fn places(&self) -> &'static [Place] {
        &[Place::Predict]
    }

    fn crumb(&self) -> String {
        "predict".to_owned()
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
