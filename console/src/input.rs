//! One line of text being typed: cursor, editing keys, history. Pure.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

/// Longest text that can be typed or pasted, in bytes.
const LONGEST: usize = 64 * 1024;

/// Text with a cursor between two graphemes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    text: String,
    /// Byte offset, always on a grapheme boundary.
    cursor: usize,
}

impl Input {
    /// Begins with this text, cursor at its end.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    /// What is typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Text before and after the cursor.
    #[must_use]
    pub fn split(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    /// Takes an editing key; `false` when the key is none.
    pub fn typed(&mut self, press: KeyEvent) -> bool {
        let control = press.modifiers.contains(KeyModifiers::CONTROL);
        match press.code {
            KeyCode::Char('u') if control => self.delete(0, self.cursor),
            KeyCode::Char('k') if control => self.delete(self.cursor, self.text.len()),
            KeyCode::Char('w') if control => self.delete(self.word_before(), self.cursor),
            KeyCode::Char('a') if control => self.cursor = 0,
            KeyCode::Char('e') if control => self.cursor = self.text.len(),
            KeyCode::Char(c) if !control && !press.modifiers.contains(KeyModifiers::ALT) => self.insert(&c.to_string()),
            KeyCode::Backspace => self.delete(self.before(), self.cursor),
            KeyCode::Delete => self.delete(self.cursor, self.after()),
            KeyCode::Left => self.cursor = self.before(),
            KeyCode::Right => self.cursor = self.after(),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => return false,
        }
        true
    }

    /// Inserts at the cursor; line ends and other control characters become spaces.
    pub fn insert(&mut self, text: &str) {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if self.text.len() + clean.len() <= LONGEST {
            self.text.insert_str(self.cursor, &clean);
            self.cursor += clean.len();
        }
    }

    fn delete(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.cursor..].graphemes(true).next().map_or(self.cursor, |g| self.cursor + g.len())
    }

    fn word_before(&self) -> usize {
        let head = self.text[..self.cursor].trim_end();
        head.rfind(char::is_whitespace).map_or(0, |at| at + head[at..].chars().next().map_or(0, char::len_utf8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[(KeyCode, KeyModifiers)], before: &str, after: (&str, &str)) {
        let mut input = Input::new(before);
        for (code, modifiers) in keys {
            input.typed(KeyEvent::new(*code, *modifiers));
        }
        assert_eq!(input.split(), after, "{keys:?}");
    }

    #[test]
    fn editing_keys() {
        let (plain, control) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
        check(&[(KeyCode::Backspace, plain)], "añ", ("a", ""));
        check(&[(KeyCode::Left, plain), (KeyCode::Char('x'), plain)], "ab", ("ax", "b"));
        check(&[(KeyCode::Char('w'), control)], "two words ", ("two ", ""));
        check(&[(KeyCode::Char('u'), control)], "gone", ("", ""));
        check(&[(KeyCode::Home, plain), (KeyCode::Delete, plain)], "👩‍👩‍👧x", ("", "x"));
        check(&[(KeyCode::Backspace, plain)], "", ("", ""));
    }

    #[test]
    fn pasted_line_ends_become_spaces() {
        let mut input = Input::default();
        input.insert("a\nb\u{1b}[31m");
        assert_eq!(input.text(), "a b [31m");
    }
}
