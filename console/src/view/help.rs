//! All keys that hold here, and all commands, from the same tables that act.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::command::COMMANDS;
use crate::keymap::Place;
use crate::state::State;
use crate::theme::Meaning;
use crate::widgets::pane;

/// Draws the help over the body.
pub(super) fn draw(state: &State, first: u16, frame: &mut Frame, area: Rect) {
    let scope = &state.scope;
    pane::clear(frame, area);
    let inside = pane::draw(scope, frame, area, "Help — any other key closes", None);
    let lines = lines(state);
    let last = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_sub(inside.height);
    frame.render_widget(Paragraph::new(lines).scroll((first.min(last), 0)), inside);
}

fn lines(state: &State) -> Vec<Line<'static>> {
    let theme = state.scope.theme;
    let here: Vec<Place> = state.screen().room().places().iter().copied().chain([Place::Everywhere]).collect();
    let table = state.scope.keymap.help();
    let mut lines = Vec::new();
    let elsewhere = table.iter().map(|(place, ..)| *place).filter(|place| !here.contains(place));
    let mut places = here.clone();
    for place in elsewhere {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for place in places {
        let title = if here.contains(&place) { format!("{} (here)", place.title()) } else { place.title().to_owned() };
        lines.push(Line::styled(title, theme.style(Meaning::Title)));
        for (_, keys, words) in table.iter().filter(|(p, ..)| *p == place) {
            lines.push(row(keys, words, theme));
        }
        lines.push(Line::default());
    }
    lines.push(Line::styled("Commands", theme.style(Meaning::Title)));
    lines.extend(COMMANDS.iter().map(|(names, words)| row(&format!(":{}", names.join(" :")), words, theme)));
    lines
}

fn row(keys: &str, words: &str, theme: crate::theme::Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!("  {keys:<28} "), theme.style(Meaning::Accent)),
        Span::styled(words.to_owned(), theme.style(Meaning::Text)),
    ])
}
