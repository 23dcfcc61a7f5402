//! A text to read: a description, JSON, one long line. Scroll, wrap, search, copy, save; it never asks AWS for anything.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room};
use crate::action::Action;
use crate::effect::Effect;
use crate::keymap::Place;
use crate::poll::Want;
use crate::state::Scope;
use crate::theme::Meaning;
use crate::widgets::pane;

pub(crate) mod json;
mod line;
mod reader;

pub(crate) use line::TextLine;
pub(crate) use reader::{Reader, Window};

/// A text to read: a description, JSON, a difference.
#[derive(Debug)]
pub struct Text {
    title: String,
    /// As given: what is copied and saved.
    text: String,
    lines: Vec<TextLine>,
    reader: Reader,
}

impl Text {
    /// A text with a title. It may be foreign: it is cleaned for the screen.
    #[must_use]
    pub fn new(title: String, text: String) -> Self {
        let lines = TextLine::many(text.trim_end_matches('\n'));
        Self { title, text, lines, reader: Reader::default() }
    }

    /// The same lines as another screen shows them, with their meanings.
    #[must_use]
    pub(crate) fn of_lines(title: &str, lines: Vec<TextLine>) -> Self {
        let text = lines.iter().map(|line| line.plain() + "\n").collect();
        Self { title: title.to_owned(), text, lines, reader: Reader::wrapping() }
    }

    fn save(&self) -> Effect {
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
        let stem: String = self.title.chars().map(safe).take(60).collect();
        let is_json = self.text.starts_with(['{', '[']);
        let name = format!("{}.{}", stem.trim_matches('-'), if is_json { "json" } else { "txt" });
        Effect::Save { name, text: self.text.clone() }
    }
}

/// Columns and rows of a body that is all text.
pub(crate) fn window(scope: &Scope) -> Window {
    (usize::from(scope.size.0.saturating_sub(4)), scope.body_rows())
}

/// The part of a bordered body in which text stands: one column free on either side.
pub(crate) fn inset(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

impl Room for Text {
    fn places(&self) -> &'static [Place] {
        &[Place::Text]
    }

    fn crumb(&self) -> String {
        crate::text::clean(&self.title).into_owned()
    }

    fn wants(&self, _: &Scope) -> Vec<Want> {
        Vec::new()
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        match action {
            Action::Filter => vec![Intent::Prompt(PromptKind::Search, self.reader.sought().to_owned())],
            Action::CopyName => vec![Intent::Do(Effect::Copy(self.text.clone()))],
            Action::Save => vec![Intent::Do(self.save())],
            _ => {
                self.reader.update(action, &self.lines, window(scope));
                Vec::new()
            }
        }
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, scope: &Scope) -> Vec<Intent> {
        self.reader.search(text, &self.lines, window(scope));
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        self.reader.clear()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        let window = (usize::from(area.width.saturating_sub(4)), usize::from(area.height.saturating_sub(2)));
        let place =
            ratatui::text::Span::styled(self.reader.place(&self.lines, window), scope.theme.style(Meaning::Muted));
        let inside = pane::draw(scope, frame, area, &self.crumb(), Some(place));
        self.reader.view(scope, frame, inset(inside), &self.lines);
    }
}
