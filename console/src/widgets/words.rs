//! Text measured in terminal cells: cut, wrap.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Width in cells.
#[must_use]
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text in at most `cells`, cut at its end with `…`.
#[must_use]
pub fn cut_end(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut kept = take(text.graphemes(true), cells.saturating_sub(1));
    if cells > 0 {
        kept.push('…');
    }
    kept
}

/// The text in at most `cells`, cut in its middle: names differ at their ends.
#[must_use]
pub fn cut_middle(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    if cells < 4 {
        return cut_end(text, cells);
    }
    let head = take(text.graphemes(true), (cells - 1) / 2);
    let mut left = cells - 1 - width(&head);
    let fits = |g: &&str| {
        let fits = width(g) <= left;
        left = left.saturating_sub(width(g));
        fits
    };
    let tail: Vec<&str> = text.graphemes(true).rev().take_while(fits).collect();
    format!("{head}…{}", tail.into_iter().rev().collect::<String>())
}

/// The text broken into lines of at most `cells`, at spaces where possible.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split_inclusive(' ') {
            if width(&line) + width(word.trim_end()) > cells && !line.is_empty() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            line.push_str(word);
            while width(line.trim_end()) > cells {
                let head = take(line.graphemes(true), cells);
                if head.is_empty() {
                    break;
                }
                line = line[head.len()..].to_owned();
                lines.push(head);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

fn take<'a>(graphemes: impl Iterator<Item = &'a str>, cells: usize) -> String {
    let mut used = 0;
    let fits = |g: &&str| {
        used += width(g);
        used <= cells
    };
    graphemes.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_both_ends() {
        for (text, cells, cut) in [
            ("short", 9, "short"),
            ("service-with-a-long-name-v2", 13, "servic…ame-v2"),
            ("日本語のサービス", 7, "日…ービ"),
            ("abcdef", 2, "a…"),
            ("abc", 0, ""),
        ] {
            let got = cut_middle(text, cells);
            assert!(width(&got) <= cells, "{got}");
            if text.is_ascii() {
                assert_eq!(got, cut);
            }
        }
    }

    #[test]
    fn long_words_are_broken_and_others_are_not() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("a\nb", 9), ["a", "b"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
