//! JSON in colours, one member a line, without reading it into memory a second time.
//!
//! It goes by tokens alone and stops when enough lines are made, so that a body of any size costs no more than what is
//! shown. Whether the text is JSON at all is decided elsewhere.

use crate::text::clean;
use crate::theme::Meaning;

/// Longest token that is shown, in bytes.
const LONGEST_TOKEN: usize = 4_096;
/// Deeper levels are not indented further.
const DEEPEST_INDENT: usize = 32;

/// Pieces of one line.
pub(super) type Pieces = Vec<(String, Meaning)>;

/// At most `most` lines; `false` when there were more.
pub(super) fn pretty(text: &str, most: usize) -> (Vec<Pieces>, bool) {
    let mut writer = Writer::default();
    let mut rest = text.trim_start();
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        if writer.lines.len() >= most {
            return (writer.lines, false);
        }
        let length = token(rest);
        let (word, tail) = rest.split_at(length);
        rest = tail.trim_start();
        match first {
            '{' | '[' => writer.open(word, rest.starts_with(['}', ']'])),
            '}' | ']' => writer.close(word, matches!(before, Some('{' | '['))),
            ',' => {
                writer.put(word, Meaning::Muted);
                writer.break_line();
            }
            ':' => writer.put(": ", Meaning::Muted),
            '"' => writer.put(word, if rest.starts_with(':') { Meaning::Accent } else { Meaning::Good }),
            'n' => writer.put(word, Meaning::Muted),
            _ => writer.put(word, Meaning::Warning),
        }
        before = Some(first);
    }
    writer.finish();
    (writer.lines, true)
}

/// Length in bytes of the token at the start.
fn token(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'"') => {
            let mut escaped = false;
            let end = bytes.iter().skip(1).position(|byte| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                ends
            });
            end.map_or(bytes.len(), |end| end + 2)
        }
        Some(b'{' | b'}' | b'[' | b']' | b',' | b':') | None => 1.min(bytes.len()),
        Some(_) => {
            let ends = |c: char| "{}[],:\"".contains(c) || c.is_whitespace();
            text.find(ends).unwrap_or(text.len()).max(text.chars().next().map_or(1, char::len_utf8))
        }
    }
}

#[derive(Default)]
struct Writer {
    lines: Vec<Pieces>,
    line: Pieces,
    depth: usize,
}

impl Writer {
    fn put(&mut self, text: &str, meaning: Meaning) {
        if self.line.is_empty() && self.depth > 0 {
            self.line.push(("  ".repeat(self.depth.min(DEEPEST_INDENT)), Meaning::Text));
        }
        let shown = shorten(text);
        self.line.push((clean(&shown).into_owned(), meaning));
    }

    fn open(&mut self, word: &str, is_empty: bool) {
        self.put(word, Meaning::Muted);
        if !is_empty {
            self.depth += 1;
            self.break_line();
        }
    }

    fn close(&mut self, word: &str, was_empty: bool) {
        if !was_empty {
            self.break_line();
            self.depth = self.depth.saturating_sub(1);
        }
        self.put(word, Meaning::Muted);
    }

    fn break_line(&mut self) {
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }

    fn finish(&mut self) {
        self.break_line();
    }
}

/// A text cut to what is shown of one token.
fn shorten(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= LONGEST_TOKEN {
        return text.into();
    }
    let end = (0..=LONGEST_TOKEN).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}… ({} bytes)", &text[..end], text.len()).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(text: &str) -> String {
        let (lines, _) = pretty(text, 1_000);
        let line = |pieces: &Pieces| pieces.iter().map(|(text, _)| text.as_str()).collect::<String>();
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn members_stand_on_lines_of_their_own() {
        assert_eq!(
            plain(r#"{"a":[1,{"b":null}],"c":{},"d":"x\"y:,","e":[]}"#),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": \"x\\\"y:,\",\n  \"e\": []\n}"
        );
        assert_eq!(plain("true"), "true");
        assert_eq!(plain(""), "");
    }

    #[test]
    fn it_stops_when_enough_is_shown() {
        let text = format!("[{}1]", "1,".repeat(1_000_000));
        let (lines, whole) = pretty(&text, 100);
        assert_eq!((lines.len(), whole), (100, false));
    }

    proptest! {
        #[test]
        fn whatever_is_read_in_is_shown_whole(text in "[\\[\\]{},:\"a1é\\\\ ]{0,40}") {
            let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(squeeze(&plain(&text)), squeeze(&text));
        }
    }
}
