//! Keys while the user types into the form.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Intent, Predict};
use crate::action::Action;
use crate::keymap::Place;
use crate::state::Scope;

impl Predict {
    /// A key while the user types into the form.
    pub(super) fn type_in(&mut self, press: KeyEvent, scope: &Scope) -> Option<Vec<Intent>> {
        let control = press.modifiers.contains(KeyModifiers::CONTROL);
        if control && press.code == KeyCode::Char('c') {
            return None;
        }
        if control && scope.keymap.action(&[Place::Predict], press) == Some(Action::Send) {
            return Some(self.send(scope));
        }
        match press.code {
            KeyCode::Esc => self.editing = false,
            KeyCode::Tab if self.has_fields() => self.form.turn(true),
            KeyCode::BackTab if self.has_fields() => self.form.turn(false),
            _ => self.type_into_field(press),
        }
        Some(self.ended_editing(scope))
    }

    /// Text that is pasted while the user types.
    pub(super) fn paste(&mut self, text: &str) -> Vec<Intent> {
        match self.form.current() {
            Some(area) => area.insert(text),
            None => text.trim().chars().next().into_iter().for_each(|letter| self.pick(KeyCode::Char(letter))),
        }
        Vec::new()
    }

    fn has_fields(&self) -> bool {
        self.form.raw || self.form.asked.is_some()
    }

    fn type_into_field(&mut self, press: KeyEvent) {
        let in_fields = self.form.fields().is_some();
        let Some(area) = self.form.current() else { return self.pick(press.code) };
        let single = area.is_single();
        match press.code {
            KeyCode::Enter if single && in_fields => self.enter_field(),
            KeyCode::Enter if single => self.form.turn(true),
            KeyCode::Up if single && in_fields => self.form.turn(false),
            KeyCode::Down if single && in_fields => self.form.turn(true),
            _ => drop(area.typed(press)),
        }
    }

    /// A key on a field whose value is chosen.
    fn pick(&mut self, code: KeyCode) {
        let Some(asked) = self.form.fields() else { return };
        match (code, asked.entry_mut()) {
            (KeyCode::Enter, _) => self.enter_field(),
            (KeyCode::Up, _) => asked.turn(false),
            (KeyCode::Down, _) => asked.turn(true),
            (KeyCode::Left, Some(entry)) => entry.cycle(false),
            (KeyCode::Right | KeyCode::Char(' '), Some(entry)) => entry.cycle(true),
            (KeyCode::Backspace | KeyCode::Delete, Some(entry)) => entry.area.set(""),
            (KeyCode::Char(letter), Some(entry)) => entry.jump(letter),
            _ => {}
        }
    }

    /// Enter goes to the next field; behind the last one the form is done.
    fn enter_field(&mut self) {
        let Some(asked) = self.form.fields() else { return };
        if asked.is_last() {
            self.editing = false;
        } else {
            asked.turn(true);
        }
    }

    /// What the service told meanwhile is taken in once nobody types any more.
    fn ended_editing(&mut self, scope: &Scope) -> Vec<Intent> {
        if self.editing { Vec::new() } else { self.settle(scope) }
    }
}
