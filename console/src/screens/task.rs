//! One task: time line, containers, why it stopped.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::model::ServiceId;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// One task: time line, containers, why it stopped.
#[derive(Debug)]
pub struct TaskScreen {
    service: ServiceId,
    task: String,
}

impl TaskScreen {
    /// Of this task.
    #[must_use]
    pub fn new(service: ServiceId, task: String) -> Self {
        Self { service, task }
    }
}

impl Room for TaskScreen {
    fn places(&self) -> &'static [Place] {
        &[Place::Task, Place::Text]
    }

    fn crumb(&self) -> String {
        self.task.clone()
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
