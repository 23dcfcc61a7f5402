//! Text of several lines being typed: cursor, editing keys, and how it lies on the screen. Pure.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

use crate::text::clean;
use crate::widgets::words;

/// Longest text that can be typed or pasted, in bytes.
const LONGEST: usize = 256 * 1024;

/// Text with a cursor between two graphemes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Area {
    text: String,
    /// Byte offset, always on a grapheme boundary.
    cursor: usize,
    /// Takes no line ends.
    single: bool,
}

/// A text laid out in cells.
pub(super) struct Laid {
    /// Lines of at most the width, fit to draw.
    pub lines: Vec<String>,
    /// Line and cell of the cursor.
    pub cursor: (usize, usize),
}

impl Area {
    /// Several lines.
    pub(super) fn new(text: &str) -> Self {
        let mut area = Self::default();
        area.set(text);
        area
    }

    /// One line.
    pub(super) fn line(text: &str) -> Self {
        let mut area = Self { single: true, ..Self::default() };
        area.set(text);
        area
    }

    /// What is typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Takes no line ends.
    pub(super) fn is_single(&self) -> bool {
        self.single
    }

    /// Replaces everything; the cursor goes to the end.
    pub(super) fn set(&mut self, text: &str) {
        self.text.clear();
        self.cursor = 0;
        self.insert(text);
    }

    /// Inserts at the cursor, as far as there is room.
    pub(super) fn insert(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let fit = |c: char| match c {
            '\n' if !self.single => Some('\n'),
            '\t' => Some(' '),
            c if c.is_control() => self.single.then_some(' '),
            c => Some(c),
        };
        let mut fit: String = text.chars().filter_map(fit).collect();
        let room = LONGEST.saturating_sub(self.text.len());
        if fit.len() > room {
            let end = (0..=room).rev().find(|at| fit.is_char_boundary(*at)).unwrap_or(0);
            fit.truncate(end);
        }
        self.text.insert_str(self.cursor, &fit);
        // What is inserted may join with what follows into one grapheme.
        let after = self.cursor + fit.len();
        let boundaries = self.text.grapheme_indices(true).map(|(at, _)| at).chain([self.text.len()]);
        self.cursor =
            if self.text.is_ascii() { after } else { boundaries.take_while(|at| *at <= after).fold(0, usize::max) };
    }

    /// Takes an editing key; `false` when the key is none.
    pub(super) fn typed(&mut self, press: KeyEvent) -> bool {
        let control = press.modifiers.contains(KeyModifiers::CONTROL);
        let alt = press.modifiers.contains(KeyModifiers::ALT);
        match press.code {
            KeyCode::Char('u') if control => self.delete(self.line_start(), self.cursor),
            KeyCode::Char('k') if control => self.delete(self.cursor, self.line_end()),
            KeyCode::Char('w') if control => self.delete(self.word_before(), self.cursor),
            KeyCode::Char('a') if control => self.cursor = self.line_start(),
            KeyCode::Char('e') if control => self.cursor = self.line_end(),
            KeyCode::Char(c) if !control && !alt => self.insert(&c.to_string()),
            KeyCode::Enter if !self.single => self.insert("\n"),
            KeyCode::Backspace => self.delete(self.before(), self.cursor),
            KeyCode::Delete => self.delete(self.cursor, self.after()),
            KeyCode::Left => self.cursor = self.before(),
            KeyCode::Right => self.cursor = self.after(),
            KeyCode::Home => self.cursor = self.line_start(),
            KeyCode::End => self.cursor = self.line_end(),
            KeyCode::Up => self.move_line(true),
            KeyCode::Down => self.move_line(false),
            _ => return false,
        }
        true
    }

    /// Lays the text out, broken at `width` cells.
    pub(super) fn lay(&self, width: usize) -> Laid {
        let width = width.max(1);
        let (mut lines, mut line, mut cells) = (Vec::new(), String::new(), 0);
        let mut cursor = (0, 0);
        for (at, grapheme) in self.text.grapheme_indices(true) {
            let drawn = clean(grapheme);
            let size = words::width(&drawn);
            if grapheme != "\n" && cells + size > width && cells > 0 {
                lines.push(std::mem::take(&mut line));
                cells = 0;
            }
            if at == self.cursor {
                cursor = (lines.len(), cells);
            }
            if grapheme == "\n" {
                lines.push(std::mem::take(&mut line));
                cells = 0;
            } else {
                line.push_str(&drawn);
                cells += size;
            }
        }
        if self.cursor == self.text.len() {
            cursor = (lines.len(), cells);
        }
        lines.push(line);
        Laid { lines, cursor }
    }

    fn delete(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
        if !self.text.is_char_boundary(self.cursor) {
            self.cursor = self.text.len();
        }
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.cursor..].graphemes(true).next().map_or(self.cursor, |g| self.cursor + g.len())
    }

    fn line_start(&self) -> usize {
        self.text[..self.cursor].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        self.text[self.cursor..].find('\n').map_or(self.text.len(), |at| self.cursor + at)
    }

    fn word_before(&self) -> usize {
        let head = self.text[..self.cursor].trim_end_matches(' ');
        head.rfind(char::is_whitespace).map_or(0, |at| at + head[at..].chars().next().map_or(0, char::len_utf8))
    }

    /// To the same place in the line above or below, as far as it is long enough.
    fn move_line(&mut self, up: bool) {
        let place = self.text[self.line_start()..self.cursor].graphemes(true).count();
        let start = if up {
            let Some(end) = self.line_start().checked_sub(1) else { return };
            self.text[..end].rfind('\n').map_or(0, |at| at + 1)
        } else if self.line_end() < self.text.len() {
            self.line_end() + 1
        } else {
            return;
        };
        let line = self.text[start..].split('\n').next().unwrap_or_default();
        self.cursor = line.grapheme_indices(true).nth(place).map_or(start + line.len(), |(at, _)| start + at);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn press(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    #[test]
    fn lines_are_typed_joined_and_walked() {
        let mut area = Area::new("ab\ncdef");
        for (code, text, cursor) in [
            (KeyCode::Up, "ab\ncdef", (0, 2)),
            (KeyCode::Enter, "ab\n\ncdef", (1, 0)),
            (KeyCode::Down, "ab\n\ncdef", (2, 0)),
            (KeyCode::End, "ab\n\ncdef", (2, 4)),
            (KeyCode::Home, "ab\n\ncdef", (2, 0)),
            (KeyCode::Backspace, "ab\ncdef", (1, 0)),
            (KeyCode::Delete, "ab\ndef", (1, 0)),
            (KeyCode::Char('日'), "ab\n日def", (1, 2)),
        ] {
            area.typed(press(code));
            assert_eq!((area.text(), area.lay(40).cursor), (text, cursor), "{code:?}");
        }
    }

    #[test]
    fn long_lines_are_broken_and_control_characters_dropped() {
        let laid = Area::new("abcdef\u{1b}[2J").lay(4);
        assert_eq!(laid.lines, ["abcd", "ef[2", "J"]);
        assert_eq!(laid.cursor, (2, 1));
        assert_eq!(Area::line("a\r\nb").text(), "a b");
    }

    proptest! {
        #[test]
        fn no_keys_break_it(text in "\\PC{0,20}", codes in prop::collection::vec(0_u8..14, 0..60), width in 1_usize..20) {
            let mut area = Area::new(&text);
            for code in codes {
                let (code, modifiers) = match code {
                    0 => (KeyCode::Enter, KeyModifiers::NONE),
                    1 => (KeyCode::Backspace, KeyModifiers::NONE),
                    2 => (KeyCode::Delete, KeyModifiers::NONE),
                    3 => (KeyCode::Left, KeyModifiers::NONE),
                    4 => (KeyCode::Right, KeyModifiers::NONE),
                    5 => (KeyCode::Up, KeyModifiers::NONE),
                    6 => (KeyCode::Down, KeyModifiers::NONE),
                    7 => (KeyCode::Home, KeyModifiers::NONE),
                    8 => (KeyCode::Char('u'), KeyModifiers::CONTROL),
                    9 => (KeyCode::Char('w'), KeyModifiers::CONTROL),
                    10 => (KeyCode::Char('k'), KeyModifiers::CONTROL),
                    11 => (KeyCode::Char('\u{301}'), KeyModifiers::NONE),
                    12 => (KeyCode::Char('🇩'), KeyModifiers::NONE),
                    _ => (KeyCode::Char('日'), KeyModifiers::NONE),
                };
                area.typed(KeyEvent::new(code, modifiers));
                let laid = area.lay(width);
                prop_assert!(laid.cursor.0 < laid.lines.len());
            }
        }
    }
}
