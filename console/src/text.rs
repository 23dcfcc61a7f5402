//! Untrusted text made fit to draw: logs, tags, error bodies and answers of strangers.
//!
//! The one gate between foreign text and the terminal. Its output never holds a control character, an escape sequence
//! or a character that turns the reading direction around, so nothing can move the cursor or disguise a word.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

const ESCAPE: char = '\u{1b}';
const TAB_WIDTH: usize = 8;
/// Longest operating system command or device control string that is taken for one. What is longer is text that only
/// begins like one, and hiding it would hide evidence.
const LONGEST_STRING_SEQUENCE: usize = 4_096;

/// What may be drawn of `text`, on one line: escape sequences removed whole, tabs expanded to stops of eight columns,
/// trailing line ends dropped, every other control or direction character replaced by a visible sign.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let text = text.trim_end_matches(['\n', '\r']);
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(length) = escape_sequence(rest) {
            rest = &rest[length..];
            continue;
        }
        rest = &rest[first.len_utf8()..];
        if first == '\t' {
            let spaces = TAB_WIDTH - column % TAB_WIDTH;
            out.extend(std::iter::repeat_n(' ', spaces));
            column += spaces;
            continue;
        }
        let drawn = substitute(first);
        column += drawn.width().unwrap_or(0);
        out.push(drawn);
    }
    Cow::Owned(out)
}

/// A JSON document in which no terminal can be steered: control and direction characters, which JSON lets stand in a
/// string, written as `\u009b`. It means the same to every reader.
#[must_use]
pub fn escape_json(document: &str) -> Cow<'_, str> {
    let stays = |c: char| is_harmless(c) || c.is_ascii_whitespace();
    if document.chars().all(stays) {
        return Cow::Borrowed(document);
    }
    let mut out = String::with_capacity(document.len() + 16);
    for c in document.chars() {
        if stays(c) {
            out.push(c);
        } else {
            // All of them lie in the first plane.
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    Cow::Owned(out)
}

fn is_harmless(c: char) -> bool {
    !c.is_control() && !is_direction_or_separator(c)
}

/// Direction marks, embeddings, overrides and isolates, and the two separators that some terminals break a line at.
fn is_direction_or_separator(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn substitute(c: char) -> char {
    match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        c if is_harmless(c) => c,
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// Length in bytes of the complete escape sequence at the start of `text` (ECMA-48 §5), `None` when there is none. A
/// lone or unfinished introducer is not a sequence: it is shown.
fn escape_sequence(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    match chars.next()? {
        '\u{9b}' => control_sequence(text, 2),
        '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => string_sequence(text, 2),
        ESCAPE => match chars.next()? {
            '[' => control_sequence(text, 2),
            ']' | 'P' | 'X' | '^' | '_' => string_sequence(text, 2),
            _ => short_sequence(text),
        },
        _ => None,
    }
}

/// `ESC [ parameters intermediates final`
fn control_sequence(text: &str, introducer: usize) -> Option<usize> {
    let body = &text.as_bytes()[introducer..];
    let parameters = body.iter().take_while(|b| (0x20..=0x3f).contains(*b)).count();
    body.get(parameters).filter(|b| (0x40..=0x7e).contains(*b))?;
    Some(introducer + parameters + 1)
}

/// `ESC ] … BEL`, `ESC P … ESC \` and their like.
fn string_sequence(text: &str, introducer: usize) -> Option<usize> {
    let mut previous = '\0';
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < introducer) {
        if at > LONGEST_STRING_SEQUENCE || c == '\n' {
            return None;
        }
        let ended = c == '\u{7}' || c == '\u{9c}' || (previous == ESCAPE && c == '\\');
        if ended {
            return Some(at + c.len_utf8());
        }
        previous = c;
    }
    None
}

/// `ESC intermediates final`
fn short_sequence(text: &str) -> Option<usize> {
    let body = &text.as_bytes()[1..];
    let intermediates = body.iter().take_while(|b| (0x20..=0x2f).contains(*b)).count();
    body.get(intermediates).filter(|b| (0x30..=0x7e).contains(*b))?;
    Some(intermediates + 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn foreign_text_becomes_fit_to_draw() {
        for (text, drawn) in [
            ("plain", "plain"),
            ("", ""),
            ("line\r\n", "line"),
            ("two\nlines", "two␊lines"),
            ("over\rwrite", "over␍write"),
            ("a\tb", "a       b"),
            ("12345678\tb", "12345678        b"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[38;5;196;1mx", "x"),
            ("\u{1b}[2J\u{1b}[Hgone", "gone"),
            ("\u{1b}[?1049l", ""),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]52;c;ZXZpbA==\u{7}", ""),
            ("\u{1b}Pq#0\u{1b}\\sixel", "sixel"),
            ("\u{1b}(Bcharset", "charset"),
            ("\u{1b}7saved\u{1b}8", "saved"),
            ("\u{9b}31mred", "red"),
            ("\u{9d}0;t\u{9c}text", "text"),
            ("cut \u{1b}[3", "cut ␛[3"),
            ("cut \u{1b}", "cut ␛"),
            ("unfinished \u{1b}]0;not hidden", "unfinished ␛]0;not hidden"),
            ("bell\u{7} del\u{7f} nul\0", "bell␇ del␡ nul␀"),
            ("next\u{85}line", "next\u{fffd}line"),
            ("admin\u{202e}txt.exe", "admin\u{fffd}txt.exe"),
            ("a\u{2066}b\u{2069}c\u{200f}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
            ("日本\tx", "日本    x"),
            ("[::1] <b>&amp;", "[::1] <b>&amp;"),
            ("family 👨‍👩‍👧", "family 👨‍👩‍👧"),
        ] {
            assert_eq!(clean(text), drawn, "{text:?}");
        }
    }

    #[test]
    fn harmless_text_is_not_copied() {
        assert!(matches!(clean("nothing to do"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn no_control_character_ever_comes_out(text in "(\\PC|[\\x00-\\x1f]|\\x1b[\\[\\]P(]|[\\u{80}-\\u{9f}]|[\\u{2028}-\\u{202e}]|[0-9;m\\\\]){0,60}") {
            let drawn = clean(&text);
            prop_assert!(drawn.chars().all(is_harmless), "{drawn:?}");
        }

        #[test]
        fn cleaning_twice_changes_nothing(text in any::<String>()) {
            let once = clean(&text).into_owned();
            prop_assert_eq!(clean(&once), once.as_str());
        }
    }
}
