//! One line as rows of cells. Only the part of it that can be seen is cleaned and measured, so that a line of a
//! megabyte costs no more than a short one; everything drawn has gone through `text::clean`.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;

use super::buffer::Held;
use super::json::{self, Fields};
use super::level::Level;
use super::look::Layout;
use super::sieve::Sieve;
use crate::text::clean;
use crate::theme::{Meaning, Theme};
use crate::widgets::words;

/// Bytes that are looked at for a number of columns, for the usual line; escape sequences and marks may need more.
const BYTES_PER_COLUMN: usize = 4;
/// Messages are set in this part of the width so that the fields behind them stand below each other.
const MESSAGE_SHARE: usize = 6;
/// Most highlighted places in one line.
const MOST_MATCHES: usize = 200;

/// The drawable part of a line: clean text, where each meaning ends, and how many bytes are left out.
#[derive(Debug, Default)]
struct Body {
    text: String,
    parts: Vec<(usize, Meaning)>,
    rest: usize,
}

impl Body {
    fn add(&mut self, text: &str, meaning: Meaning) {
        self.text.push_str(text);
        self.parts.push((self.text.len(), meaning));
    }
}

/// Rows that a line takes.
#[must_use]
pub(super) fn height(held: &Held, layout: &Layout) -> usize {
    if layout.wrap { rows(&body(held, layout), layout).0.len() } else { 1 }
}

/// A line as rows. The flag says that the search found something which cannot be seen.
#[must_use]
pub(super) fn draw(held: &Held, layout: &Layout, sieve: &Sieve, theme: Theme) -> (Vec<Vec<Span<'static>>>, bool) {
    let body = body(held, layout);
    let (ranges, rest) = rows(&body, layout);
    let marks = marks(&body.text, sieve);
    let in_view = |(mark, meaning): &(Range<usize>, Meaning)| {
        *meaning == Meaning::Match && ranges.iter().any(|row| mark.start < row.end && row.start < mark.end)
    };
    let out_of_view = held.judgement.hit && !marks.iter().any(in_view);
    let mut drawn: Vec<Vec<Span<'static>>> =
        ranges.iter().map(|row| spans(&body, row.clone(), &marks, held.judgement.wanted, theme)).collect();
    if let (Some(last), true) = (drawn.last_mut(), rest > 0) {
        last.push(Span::styled(more(rest), theme.style(Meaning::Muted)));
    }
    (drawn, out_of_view)
}

fn more(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("… +{bytes}"),
        1_000..1_000_000 => format!("… +{} kB", bytes / 1_000),
        _ => format!("… +{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

fn body(held: &Held, layout: &Layout) -> Body {
    let columns = if layout.wrap { layout.body * layout.tallest } else { layout.left + layout.body };
    let level = held.level.map_or(Meaning::Text, Level::meaning);
    if layout.fields
        && let Some(fields) = json::fields(&held.line.text)
    {
        return of_fields(&fields, level, layout.body / MESSAGE_SHARE);
    }
    let mut body = Body::default();
    let (text, rest) = window(&held.line.text, columns, layout.wrap);
    body.add(&text, level);
    body.rest = rest;
    body
}

/// A clean beginning of the text with at least so many columns, and the number of bytes behind it.
fn window(text: &str, columns: usize, breaks: bool) -> (Cow<'_, str>, usize) {
    let text = text.trim_end_matches(['\n', '\r']);
    let mut bytes = columns * BYTES_PER_COLUMN + 256;
    loop {
        let head = json::prefix(text, bytes);
        let drawn = if breaks && head.contains('\n') {
            Cow::Owned(head.split('\n').map(clean).collect::<Vec<_>>().join("\n"))
        } else {
            clean(head)
        };
        if head.len() == text.len() || words::width(&drawn) > columns {
            return (drawn, text.len() - head.len());
        }
        bytes *= 4;
    }
}

fn of_fields(fields: &Fields, level: Meaning, set_in: usize) -> Body {
    let mut body = Body::default();
    if let Some(known) = fields.level {
        body.add(&format!("{:<5} ", known.word()), level);
    }
    let message = clean(&fields.message);
    body.add(&message, level);
    if !fields.rest.is_empty() && !message.is_empty() {
        body.add(&" ".repeat(set_in.saturating_sub(words::width(&message)) + 1), Meaning::Text);
    }
    for (key, value) in &fields.rest {
        let value = clean(value);
        match key.as_str() {
            "method" | "path" | "uri" | "url" => body.add(&format!("{value} "), Meaning::Text),
            "status" => body.add(&format!("{value} "), status(&value)),
            "latency_ms" | "duration_ms" => body.add(&format!("{value}ms "), Meaning::Text),
            _ => {
                body.add(&format!("{}=", clean(key)), Meaning::Muted);
                body.add(&format!("{value} "), Meaning::Text);
            }
        }
    }
    body
}

fn status(value: &str) -> Meaning {
    match value.as_bytes().first() {
        Some(b'5') => Meaning::Danger,
        Some(b'4') => Meaning::Warning,
        _ => Meaning::Text,
    }
}

/// Byte ranges of the rows, and the bytes that did not fit.
fn rows(body: &Body, layout: &Layout) -> (Vec<Range<usize>>, usize) {
    let text = body.text.trim_end();
    let begin = take(text, 0, layout.left);
    if !layout.wrap {
        let end = take(text, begin, layout.body);
        let row = begin..end;
        return shorten(text, vec![row], body.rest, layout);
    }
    let (mut ranges, mut at) = (Vec::new(), 0);
    while ranges.len() < layout.tallest {
        let end = take(text, at, layout.body);
        ranges.push(at..end);
        at = end + usize::from(text[end..].starts_with('\n'));
        if at >= text.len() {
            break;
        }
    }
    shorten(text, ranges, body.rest, layout)
}

/// Makes room for the words on what does not fit.
fn shorten(text: &str, mut ranges: Vec<Range<usize>>, rest: usize, layout: &Layout) -> (Vec<Range<usize>>, usize) {
    let hidden = |end: usize| text.len() - end + rest;
    if let Some(last) = ranges.last_mut()
        && hidden(last.end) > 0
    {
        // The words may grow as the line is cut for them.
        let words = [hidden(last.end), hidden(last.end) + 40].map(|bytes| words::width(&more(bytes)));
        let room = layout.body.saturating_sub(words[0].max(words[1]));
        last.end = take(text, last.start, room).min(last.end);
        let left_out = hidden(last.end);
        return (ranges, left_out);
    }
    (ranges, 0)
}

/// End of the part of `text` that begins at `from` and takes at most so many columns; a line break ends it.
fn take(text: &str, from: usize, columns: usize) -> usize {
    let mut used = 0;
    let mut end = from;
    for grapheme in text[from..].graphemes(true) {
        used += words::width(grapheme);
        if used > columns || grapheme == "\n" {
            break;
        }
        end += grapheme.len();
    }
    end
}

/// Places that are highlighted: what the search finds, and fainter what the filters look for.
fn marks(text: &str, sieve: &Sieve) -> Vec<(Range<usize>, Meaning)> {
    let found = |filter: &super::sieve::Filter, meaning| {
        let pattern = filter.pattern()?;
        let places = pattern.find_iter(text).filter(|place| !place.is_empty()).take(MOST_MATCHES);
        Some(places.map(|place| (place.range(), meaning)).collect::<Vec<_>>())
    };
    let search = sieve.search.iter().filter_map(|search| found(search, Meaning::Match));
    let wanted = sieve.active().filter(|filter| !filter.hides).filter_map(|filter| found(filter, Meaning::Accent));
    search.chain(wanted).flatten().collect()
}

fn spans(
    body: &Body,
    row: Range<usize>,
    marks: &[(Range<usize>, Meaning)],
    wanted: bool,
    theme: Theme,
) -> Vec<Span<'static>> {
    let edges = marks.iter().flat_map(|(mark, _)| [mark.start, mark.end]);
    let mut cuts: Vec<usize> = body.parts.iter().map(|(end, _)| *end).chain(edges).chain([row.end]).collect();
    cuts.retain(|cut| *cut > row.start && *cut <= row.end);
    cuts.sort_unstable();
    cuts.dedup();
    let mut at = row.start;
    let mut spans = Vec::with_capacity(cuts.len());
    for cut in cuts {
        let part = body.parts.iter().find(|(end, _)| *end > at).map_or(Meaning::Text, |(_, meaning)| *meaning);
        let part = if wanted { part } else { Meaning::Muted };
        let meaning = marks.iter().find(|(mark, _)| mark.contains(&at)).map_or(part, |(_, meaning)| *meaning);
        spans.push(Span::styled(body.text[at..cut].to_owned(), theme.style(meaning)));
        at = cut;
    }
    spans
}

#[cfg(test)]
mod tests;
