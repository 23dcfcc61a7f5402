//! One line of a text in pieces of one meaning each. Whatever goes in is cleaned here, so that nothing else has to.

use std::ops::Range;

use ratatui::text::Span;

use crate::state::Scope;
use crate::theme::Meaning;
use crate::widgets::words;

/// Cells that a label takes in [`TextLine::pair`].
const LABEL: usize = 20;
/// Longest logical line in characters; what is longer is broken, so that a line of a megabyte stays cheap to scroll.
const LONGEST: usize = 2_000;

/// A line whose pieces are fit to draw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TextLine {
    pieces: Vec<(String, Meaning)>,
    /// Columns below which a wrapped continuation begins.
    pub(crate) indent: usize,
}

impl TextLine {
    /// An empty line.
    pub(crate) fn blank() -> Self {
        Self::default()
    }

    /// Text with a meaning.
    pub(crate) fn of(text: &str, meaning: Meaning) -> Self {
        Self::blank().and(text, meaning)
    }

    /// A heading of a part.
    pub(crate) fn heading(text: &str) -> Self {
        Self::of(text, Meaning::Title)
    }

    /// `label   value`, labels set in a column.
    pub(crate) fn pair(label: &str, value: &str) -> Self {
        Self::pair_of(label, value, Meaning::Text)
    }

    /// The same with a meaning for the value.
    pub(crate) fn pair_of(label: &str, value: &str, meaning: Meaning) -> Self {
        let blank = " ".repeat(LABEL.saturating_sub(words::width(label)).max(1));
        let mut line = Self::blank().and("  ", Meaning::Text).and(label, Meaning::Muted);
        line.pieces.push((blank, Meaning::Text));
        line.indent = LABEL + 2;
        line.and(value, meaning)
    }

    /// The line with one piece more.
    pub(crate) fn and(mut self, text: &str, meaning: Meaning) -> Self {
        self.pieces.push((crate::text::clean(text).into_owned(), meaning));
        self
    }

    /// All pieces joined.
    pub(crate) fn plain(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// Lines of a foreign text, each cleaned, over-long ones broken.
    pub(crate) fn many(text: &str) -> Vec<Self> {
        text.split('\n').flat_map(|line| break_up(&crate::text::clean(line))).collect()
    }

    /// The bytes `range` of the plain text as spans; `marked` ranges are drawn in their own meaning.
    pub(crate) fn spans(
        &self,
        range: Range<usize>,
        marked: &[(Range<usize>, Meaning)],
        scope: &Scope,
    ) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        let mut start = 0;
        for (text, meaning) in &self.pieces {
            let end = start + text.len();
            let (from, to) = (range.start.max(start), range.end.min(end));
            if from < to {
                push_cut(&mut spans, (text, start), from..to, (marked, *meaning), scope);
            }
            start = end;
        }
        spans
    }
}

fn push_cut(
    spans: &mut Vec<Span<'static>>,
    (text, start): (&str, usize),
    range: Range<usize>,
    (marked, meaning): (&[(Range<usize>, Meaning)], Meaning),
    scope: &Scope,
) {
    let mut at = range.start;
    while at < range.end {
        let inside = marked.iter().find(|(mark, _)| mark.contains(&at));
        let next_start = marked.iter().map(|(mark, _)| mark.start).filter(|s| *s > at).min().unwrap_or(range.end);
        let (to, look) = match inside {
            Some((mark, look)) => (mark.end.min(range.end), *look),
            None => (next_start.min(range.end), meaning),
        };
        if let Some(piece) = text.get(at - start..to - start) {
            spans.push(Span::styled(piece.to_owned(), scope.theme.style(look)));
        }
        at = to;
    }
}

fn break_up(line: &str) -> Vec<TextLine> {
    if line.len() <= LONGEST {
        return vec![TextLine { pieces: vec![(line.to_owned(), Meaning::Text)], indent: 0 }];
    }
    let characters: Vec<char> = line.chars().collect();
    let whole = |part: &[char]| TextLine { pieces: vec![(part.iter().collect(), Meaning::Text)], indent: 0 };
    characters.chunks(LONGEST).map(whole).collect()
}
