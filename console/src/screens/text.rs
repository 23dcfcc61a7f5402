//! A text to read: a description, JSON, a difference.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// A text to read: a description, JSON, a difference.
#[derive(Debug)]
pub struct Text {
    title: String,
    text: String,
}

impl Text {
    /// A text with a title.
    #[must_use]
    pub fn new(title: String, text: String) -> Self {
        Self { title, text }
    }
}

impl Room for Text {
    fn places(&self) -> &'static [Place] {
        &[Place::Text]
    }

    fn crumb(&self) -> String {
        format!("{} {}", self.title, self.text.len())
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
