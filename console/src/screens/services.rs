//! The services of a cluster.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room};
use crate::action::Action;
use crate::keymap::Place;
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

/// The services of a cluster.
#[derive(Debug)]
pub struct Services {
    cluster: String,
}

impl Services {
    /// Of this cluster, filtered.
    #[must_use]
    pub fn new(cluster: String, filter: String) -> Self {
        let _ = filter;
        Self { cluster }
    }
}

impl Room for Services {
    fn places(&self) -> &'static [Place] {
        &[Place::Services, Place::List]
    }

    fn crumb(&self) -> String {
        "services".to_owned()
    }

    fn cluster(&self, _: &Scope) -> Option<String> {
        Some(self.cluster.clone())
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
