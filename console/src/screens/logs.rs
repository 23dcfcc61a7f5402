//! Logs of a service or a task, followed live.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::model::{ServiceId, Timestamp};
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// Logs of a service or a task, followed live.
#[derive(Debug)]
pub struct Logs {
    service: ServiceId,
}

impl Logs {
    /// All tasks of a service; from `minutes` ago, or the newest lines.
    #[must_use]
    pub fn of_service(service: ServiceId, minutes: Option<u32>) -> Self {
        let _ = minutes;
        Self { service }
    }

    /// One task.
    #[must_use]
    pub fn of_task(service: ServiceId, task: String) -> Self {
        let _ = task;
        Self { service }
    }

    /// All tasks of a service around a point in time; `pattern` narrows the lines.
    #[must_use]
    pub fn around(service: ServiceId, at: Timestamp, pattern: Option<String>) -> Self {
        let _ = (at, pattern);
        Self { service }
    }
}

impl Room for Logs {
    fn places(&self) -> &'static [Place] {
        &[Place::Logs, Place::Text]
    }

    fn crumb(&self) -> String {
        "logs".to_owned()
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
