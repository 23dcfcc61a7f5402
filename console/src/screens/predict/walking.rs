//! Moving about in the part in front: fields, lines of the answer, what was sent.

use super::{Part, Predict, draw, sent};
use crate::action::Action;
use crate::state::Scope;

impl Predict {
    /// Moving about in the part in front.
    pub(super) fn walk(&mut self, action: Action, scope: &Scope) {
        match self.part {
            Part::Request => match action {
                Action::Down => self.form.turn(true),
                Action::Up => self.form.turn(false),
                other => self.walk_fields(other),
            },
            Part::Answer => self.scroll_by(action, scope),
            Part::History => {
                let mut table = self.table.clone();
                table.update(action, &self.rows(scope), &sent::columns(), scope.body_rows().saturating_sub(1));
                self.table = table;
            }
        }
    }

    fn scroll_by(&mut self, action: Action, scope: &Scope) {
        let page = draw::answer_size(self, scope).1.max(1);
        let count = draw::answer_lines(self, scope);
        let last = count.saturating_sub(page);
        self.scroll = match action {
            Action::Down => self.scroll + 1,
            Action::Up => self.scroll.saturating_sub(1),
            Action::HalfPageDown => self.scroll + page / 2,
            Action::HalfPageUp => self.scroll.saturating_sub(page / 2),
            Action::PageDown => self.scroll + page,
            Action::PageUp => self.scroll.saturating_sub(page),
            Action::Top => 0,
            Action::Bottom => last,
            _ => self.scroll,
        }
        .min(last);
        match action {
            Action::ScrollRight => self.sideways = (self.sideways + 10).min(4_000),
            Action::ScrollLeft => self.sideways = self.sideways.saturating_sub(10),
            _ => {}
        }
    }

    /// Moving among the fields of a model; to the side, among the choices of one.
    fn walk_fields(&mut self, action: Action) {
        let Some(asked) = self.form.fields() else { return };
        match action {
            Action::HalfPageDown | Action::PageDown => asked.go(5),
            Action::HalfPageUp | Action::PageUp => asked.go(-5),
            Action::Top => asked.go(isize::MIN / 2),
            Action::Bottom => asked.go(isize::MAX / 2),
            Action::ScrollRight | Action::ScrollLeft => {
                if let Some(entry) = asked.entry_mut().filter(|entry| entry.is_choice()) {
                    entry.cycle(action == Action::ScrollRight);
                }
            }
            _ => {}
        }
    }
}
