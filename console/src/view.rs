//! Draws the state: header, the screen in front, footer, and what lies over them. Pure; it only routes.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use crate::state::{Overlay, State};
use crate::theme::Meaning;

pub(crate) mod dialog;
mod footer;
mod header;
mod help;

/// Smallest terminal on which something useful fits.
const SMALLEST: (u16, u16) = (60, 15);

/// Draws everything.
pub fn view(state: &State, frame: &mut Frame) {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let words = format!("{}×{} is too small; {}×{} at least", area.width, area.height, SMALLEST.0, SMALLEST.1);
        frame.render_widget(Line::from(words), Rect { height: area.height.min(1), ..area });
        return;
    }
    let scope = &state.scope;
    let head = if scope.fullscreen || scope.header_hidden { 0 } else { 3 };
    let warns = state.signed_out.is_some() || scope.context.production;
    let foot = u16::from(!scope.fullscreen || warns || matches!(state.overlay, Some(Overlay::Prompt(_))));
    let [header, body, footer] =
        Layout::vertical([Constraint::Length(head), Constraint::Min(1), Constraint::Length(foot)]).areas(area);
    frame.buffer_mut().set_style(area, scope.theme.style(Meaning::Text));
    if head > 0 {
        header::draw(state, frame, header);
    }
    state.screen().room().view(scope, frame, body);
    if foot > 0 {
        footer::draw(state, frame, footer);
    }
    match &state.overlay {
        Some(Overlay::Dialog(dialog)) => dialog::draw(scope, dialog, frame, body),
        Some(Overlay::Help(line)) => help::draw(state, *line, frame, body),
        Some(Overlay::Quit) => dialog::quit(scope, frame, body),
        Some(Overlay::Prompt(_)) | None => {}
    }
}
