//! Reading a text: scroll, wrap, search. State only; the lines are given anew each time, so they may change below it.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use regex::Regex;
use unicode_segmentation::UnicodeSegmentation;

use super::line::TextLine;
use crate::action::Action;
use crate::state::Scope;
use crate::theme::Meaning;
use crate::widgets::words;

/// Matches that are counted and visited.
const MOST_MATCHES: usize = 10_000;
/// Cells that one press scrolls to the side.
const SIDE_STEP: usize = 8;

/// Where a reader is in a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    /// Line and, of a wrapped line, row at the top.
    top: (usize, usize),
    /// Cells scrolled to the right.
    left: usize,
    pub(crate) wrap: bool,
    search: String,
    pattern: Option<Regex>,
    /// Index of the match that was visited last.
    visited: Option<usize>,
}

/// One match: line, and bytes of its plain text.
type Match = (usize, Range<usize>);

/// Columns and rows in view.
pub(crate) type Window = (usize, usize);

impl Reader {
    /// A reader that wraps long lines.
    pub(crate) fn wrapping() -> Self {
        Self { wrap: true, ..Self::default() }
    }

    /// What is searched for.
    pub(crate) fn sought(&self) -> &str {
        &self.search
    }

    /// Takes an action on texts; `false` when it is none.
    pub(crate) fn update(&mut self, action: Action, lines: &[TextLine], window: Window) -> bool {
        let page = window.1.max(1);
        match action {
            Action::Down => self.advance(lines, window, 1),
            Action::Up => self.retreat(lines, window, 1),
            Action::HalfPageDown => self.advance(lines, window, (page / 2).max(1)),
            Action::HalfPageUp => self.retreat(lines, window, (page / 2).max(1)),
            Action::PageDown => self.advance(lines, window, page),
            Action::PageUp => self.retreat(lines, window, page),
            Action::Top => self.top = (0, 0),
            Action::Bottom => self.top = self.last_start(lines, window),
            Action::ScrollRight if !self.wrap => self.left = (self.left + SIDE_STEP).min(widest(lines)),
            Action::ScrollLeft => self.left = self.left.saturating_sub(SIDE_STEP),
            Action::Wrap => (self.wrap, self.left, self.top.1) = (!self.wrap, 0, 0),
            Action::NextMatch => self.visit(lines, window, 1),
            Action::PreviousMatch => self.visit(lines, window, -1),
            _ => return false,
        }
        self.top = self.top.min(self.last_start(lines, window));
        true
    }

    /// Searches; goes to the first match at or below the top.
    pub(crate) fn search(&mut self, text: &str, lines: &[TextLine], window: Window) {
        text.clone_into(&mut self.search);
        let literal = || crate::filter::build(&regex::escape(text)).ok();
        self.pattern = if text.is_empty() { None } else { crate::filter::build(text).ok().or_else(literal) };
        let found = self.matches(lines);
        self.visited =
            found.iter().position(|(line, _)| *line >= self.top.0).or_else(|| (!found.is_empty()).then_some(0));
        self.show_visited(&found, lines, window);
    }

    /// Ends the search; `false` when there was none.
    pub(crate) fn clear(&mut self) -> bool {
        self.visited = None;
        self.pattern = None;
        !std::mem::take(&mut self.search).is_empty()
    }

    /// `</word> 3/17  12/240`: search and place, for the title.
    pub(crate) fn place(&self, lines: &[TextLine], window: Window) -> String {
        let mut words = String::new();
        if self.pattern.is_some() {
            let found = self.matches(lines).len();
            let at = self.visited.map_or(0, |at| at + 1).min(found);
            words = match found {
                0 => format!("</{}> no match  ", crate::text::clean(&self.search)),
                _ => format!("</{}> {at}/{found}  ", crate::text::clean(&self.search)),
            };
        }
        let top = self.top.min(self.last_start(lines, window)).0;
        words + &format!("{}/{}", (top + window.1).min(lines.len()), lines.len())
    }

    /// Draws the lines in view.
    pub(crate) fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect, lines: &[TextLine]) {
        let window = (usize::from(area.width), usize::from(area.height));
        let found = self.matches(lines);
        let (mut at, mut row) = self.top.min(self.last_start(lines, window));
        let mut y = area.y;
        while y < area.bottom() {
            let Some(line) = lines.get(at) else { break };
            for (range, indent) in self.rows(line, window.0).into_iter().skip(row) {
                if y >= area.bottom() {
                    break;
                }
                let marked = self.marked(&found, at);
                let mut spans = vec![Span::raw(" ".repeat(indent))];
                spans.extend(line.spans(range, &marked, scope));
                frame.render_widget(Line::from(spans), Rect { y, height: 1, ..area });
                y += 1;
            }
            (at, row) = (at + 1, 0);
        }
    }

    fn marked(&self, found: &[Match], line: usize) -> Vec<(Range<usize>, Meaning)> {
        let meaning = |index| if self.visited == Some(index) { Meaning::Selected } else { Meaning::Match };
        let here = found.iter().enumerate().filter(|(_, (at, _))| *at == line);
        here.map(|(index, (_, range))| (range.clone(), meaning(index))).collect()
    }

    fn matches(&self, lines: &[TextLine]) -> Vec<Match> {
        let Some(pattern) = &self.pattern else { return Vec::new() };
        let in_line = |(at, line): (usize, &TextLine)| {
            let plain = line.plain();
            let ranges: Vec<Range<usize>> = pattern.find_iter(&plain).map(|m| m.range()).collect();
            ranges.into_iter().filter(|range| !range.is_empty()).map(move |range| (at, range))
        };
        lines.iter().enumerate().flat_map(in_line).take(MOST_MATCHES).collect()
    }

    fn visit(&mut self, lines: &[TextLine], window: Window, by: isize) {
        let found = self.matches(lines);
        if found.is_empty() {
            self.visited = None;
            return;
        }
        let count = isize::try_from(found.len()).unwrap_or(isize::MAX);
        let now = self.visited.and_then(|at| isize::try_from(at).ok()).unwrap_or(if by > 0 { -1 } else { 0 });
        self.visited = usize::try_from((now + by).rem_euclid(count)).ok();
        self.show_visited(&found, lines, window);
    }

    fn show_visited(&mut self, found: &[Match], lines: &[TextLine], window: Window) {
        let Some((line, range)) = self.visited.and_then(|at| found.get(at)) else { return };
        if self.wrap || *line < self.top.0 || *line >= self.top.0 + window.1 {
            self.top = (line.saturating_sub(window.1 / 3), 0).min(self.last_start(lines, window));
        }
        let before = lines.get(*line).map_or(0, |l| words::width(l.plain().get(..range.end).unwrap_or_default()));
        if !self.wrap && (before > self.left + window.0 || before <= self.left) {
            self.left = before.saturating_sub(window.0 * 2 / 3);
        }
    }

    fn advance(&mut self, lines: &[TextLine], window: Window, rows: usize) {
        let end = self.last_start(lines, window);
        for _ in 0..rows {
            if self.top >= end {
                break;
            }
            let of_line = lines.get(self.top.0).map_or(1, |line| self.rows(line, window.0).len());
            self.top = if self.top.1 + 1 < of_line { (self.top.0, self.top.1 + 1) } else { (self.top.0 + 1, 0) };
        }
    }

    fn retreat(&mut self, lines: &[TextLine], window: Window, rows: usize) {
        for _ in 0..rows {
            self.top = match self.top {
                (0, 0) => break,
                (line, 0) => (line - 1, lines.get(line - 1).map_or(0, |l| self.rows(l, window.0).len() - 1)),
                (line, row) => (line, row - 1),
            };
        }
    }

    /// The lowest position from which the last row is in view.
    fn last_start(&self, lines: &[TextLine], window: Window) -> (usize, usize) {
        if !self.wrap {
            return (lines.len().saturating_sub(window.1), 0);
        }
        let mut left = window.1;
        for (at, line) in lines.iter().enumerate().rev() {
            let rows = self.rows(line, window.0).len();
            if rows >= left {
                return (at, rows - left);
            }
            left -= rows;
        }
        (0, 0)
    }

    /// Byte ranges of a line's rows, with the blanks before each. At least one.
    fn rows(&self, line: &TextLine, cells: usize) -> Vec<(Range<usize>, usize)> {
        let plain = line.plain();
        if self.wrap {
            return breaks(&plain, cells.max(1), line.indent);
        }
        let start = skip_cells(&plain, self.left);
        vec![(start..plain.len(), 0)]
    }
}

fn widest(lines: &[TextLine]) -> usize {
    lines.iter().map(|line| words::width(&line.plain())).max().unwrap_or(0).saturating_sub(SIDE_STEP)
}

fn skip_cells(text: &str, cells: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if used >= cells {
            return at;
        }
        used += words::width(grapheme);
    }
    if cells == 0 { 0 } else { text.len() }
}

/// Breaks at the last blank of a row, or in the middle of a long word. Later rows begin below column `indent`, and no
/// row ends left of it: a label is not parted from its value.
fn breaks(text: &str, cells: usize, indent: usize) -> Vec<(Range<usize>, usize)> {
    let indent = if indent * 2 > cells { 0 } else { indent };
    let mut rows: Vec<(Range<usize>, usize)> = Vec::new();
    let (mut start, mut used, mut blank) = (0, 0, None);
    for (at, grapheme) in text.grapheme_indices(true) {
        let width = words::width(grapheme);
        let before = |rows: &[(Range<usize>, usize)]| if rows.is_empty() { 0 } else { indent };
        while used + width + before(&rows) > cells && at > start {
            let cut = blank.take().unwrap_or(at);
            rows.push((start..cut, before(&rows)));
            used = words::width(&text[cut..at]);
            start = cut;
        }
        used += width;
        if grapheme == " " && used + before(&rows) > indent {
            blank = Some(at + 1);
        }
    }
    let before = if rows.is_empty() { 0 } else { indent };
    rows.push((start..text.len(), before));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> Vec<TextLine> {
        (0..count).map(|n| TextLine::of(&format!("line {n}"), Meaning::Text)).collect()
    }

    #[test]
    fn rows_break_at_blanks_and_long_words_anywhere() {
        for (text, cells, indent, expected) in [
            ("one two three", 7, 0, vec!["one ", "two ", "three"]),
            ("abcdefgh", 3, 0, vec!["abc", "def", "gh"]),
            ("", 5, 0, vec![""]),
            ("日本語", 4, 0, vec!["日本", "語"]),
            ("key  value more", 12, 5, vec!["key  value ", "more"]),
            ("key  longervalue", 12, 5, vec!["key  longerv", "alue"]),
            ("key  a longervalue", 12, 5, vec!["key  a ", "longerv", "alue"]),
        ] {
            let rows: Vec<&str> = breaks(text, cells, indent).into_iter().map(|(range, _)| &text[range]).collect();
            assert_eq!(rows, expected, "{text}");
        }
    }

    #[test]
    fn scrolling_stops_at_both_ends() {
        let (lines, window) = (lines(100), (20, 10));
        let mut reader = Reader::default();
        for (action, top) in [
            (Action::Up, 0),
            (Action::Down, 1),
            (Action::PageDown, 11),
            (Action::HalfPageUp, 6),
            (Action::Bottom, 90),
            (Action::PageDown, 90),
            (Action::Top, 0),
        ] {
            assert!(reader.update(action, &lines, window));
            assert_eq!(reader.top, (top, 0), "{action:?}");
        }
    }

    #[test]
    fn search_counts_and_goes_round() {
        let (lines, window) = (lines(40), (20, 10));
        let mut reader = Reader::default();
        reader.search("line 3", &lines, window);
        assert_eq!(reader.place(&lines, window), "</line 3> 1/11  10/40");
        reader.update(Action::NextMatch, &lines, window);
        assert_eq!((reader.visited, reader.top.0), (Some(1), 27));
        reader.update(Action::PreviousMatch, &lines, window);
        reader.update(Action::PreviousMatch, &lines, window);
        assert_eq!((reader.visited, reader.top.0), (Some(10), 30));
        assert!(reader.clear() && !reader.clear());
    }

    #[test]
    fn a_broken_pattern_is_taken_literally() {
        let lines = vec![TextLine::of("a[b", Meaning::Text)];
        let mut reader = Reader::default();
        reader.search("a[", &lines, (20, 10));
        assert_eq!(reader.matches(&lines).len(), 1);
    }

    #[test]
    fn a_line_of_a_megabyte_is_read_to_its_end() {
        let text = "x".repeat(1 << 20);
        let lines = TextLine::many(&text);
        let mut reader = Reader::wrapping();
        assert!(reader.update(Action::Bottom, &lines, (80, 20)));
        assert_eq!(lines.iter().map(|line| line.plain().len()).sum::<usize>(), 1 << 20);
    }
}
