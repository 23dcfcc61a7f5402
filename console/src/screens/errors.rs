//! Errors of this run.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// Errors of this run.
#[derive(Debug, Default)]
pub struct Errors {}

impl Room for Errors {
    fn places(&self) -> &'static [Place] {
        &[Place::Text]
    }

    fn crumb(&self) -> String {
        "errors".to_owned()
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
