//! The words round the lines: title, how live they are, and what is hidden, found, dropped or missing.

use ratatui::text::{Line, Span};

use super::Logs;
use super::position::{self, Position};
use super::source::Finding;
use super::window::Part;
use crate::model::time::Age;
use crate::state::Scope;
use crate::text::clean;
use crate::theme::{Meaning, Status, Theme};
use crate::widgets::{pane, words};

/// `1,234`
#[must_use]
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What is shown of what, and by which filters.
#[must_use]
pub(super) fn title(logs: &Logs) -> String {
    let mut title = format!("logs {}", clean(&logs.service.service));
    if let Some(task) = &logs.task {
        title.push_str(&format!(" {}", clean(task.get(..8).unwrap_or(task))));
    }
    if let (Some(source), Finding::Sources(sources)) = (&logs.source, &logs.finding)
        && sources.len() > 1
    {
        title.push_str(&format!(" · {}", clean(&source.label)));
    }
    let (shown, all) = (logs.store.shown(), logs.store.buffer().len());
    let count = if shown == all { grouped(all) } else { format!("{}/{}", grouped(shown), grouped(all)) };
    title.push_str(&format!(" [{count}]"));
    let filters = logs.store.sieve().words();
    if !filters.is_empty() {
        title.push_str(&format!(" {filters}"));
    }
    title
}

/// How live the lines are.
#[must_use]
pub(super) fn note(logs: &Logs, scope: &Scope) -> Line<'static> {
    let theme = scope.theme;
    let mut spans = Vec::new();
    if let Some(problem) = &logs.problem {
        let words = pane::trouble(problem).into_iter().next().map_or_else(String::new, |(words, _)| words);
        spans.push(span(theme, format!("{} {words}, retrying", theme.glyph(Status::Failed)), Meaning::Danger));
    } else if let Some((part, _)) = &logs.window.load {
        let words = match part {
            Part::First(_) => "loading…",
            Part::Older => "loading older…",
            Part::Newer => "loading newer…",
        };
        spans.push(span(theme, words.to_owned(), Meaning::Muted));
    }
    if let Some((_, lag)) = logs.lag.filter(|_| logs.window.reaches_now) {
        spans.push(span(theme, format!("{} {} behind", theme.glyph(Status::Warning), Age(lag)), Meaning::Warning));
    }
    match &logs.position {
        Position::Held(place) => {
            let new = position::new_lines(&logs.store, &place.seen);
            let new = if new > 0 { format!(" +{} new", grouped(new)) } else { String::new() };
            let more = if logs.window.reaches_now { "" } else { ", G: newest" };
            let words = format!("{} PAUSED{new}{more}", theme.glyph(Status::Paused));
            spans.push(span(theme, words, Meaning::Warning));
        }
        Position::Following if logs.window.reaches_now && logs.problem.is_none() => {
            spans.push(span(theme, format!("{} LIVE", theme.glyph(Status::Running)), Meaning::Good));
        }
        Position::Following => {}
    }
    joined(spans, theme)
}

/// Zone, errors, hidden lines, matches, marks; what was dropped or left out.
#[must_use]
pub(super) fn foot(logs: &Logs, scope: &Scope, cells: usize) -> Line<'static> {
    let theme = scope.theme;
    let mut parts = vec![(logs.look.zone_name(scope), Meaning::Accent)];
    let store = &logs.store;
    let errors = store.index().errors().len();
    if errors > 0 {
        let noun = if errors == 1 { "error" } else { "errors" };
        parts.push((format!("{} {noun}", grouped(errors)), Meaning::Danger));
    }
    parts.extend(matches(logs, scope).map(|words| (words, Meaning::Title)));
    let hidden = store.buffer().len() - store.shown();
    if hidden > 0 {
        parts.push((format!("{} hidden", grouped(hidden)), Meaning::Muted));
    }
    if !logs.marks.is_empty() {
        parts.push((format!("{} marked", logs.marks.len()), Meaning::Accent));
    }
    parts.extend(warnings(logs, theme).into_iter().map(|words| (words, Meaning::Warning)));
    parts.extend(bounds(logs, scope).map(|words| (words, Meaning::Muted)));
    let mut room = cells;
    let mut spans = Vec::new();
    for (words, meaning) in parts {
        let needed = words::width(&words) + 3;
        if needed > room {
            break;
        }
        room -= needed;
        spans.push(span(theme, words, meaning));
    }
    joined(spans, theme)
}

fn matches(logs: &Logs, scope: &Scope) -> Option<String> {
    let search = logs.store.sieve().search.as_ref()?;
    let hits = logs.store.index().hits();
    let layout = logs.layout_now(scope);
    let cursor = logs.sight(&layout, |sight| sight.cursor(&logs.position));
    let here = cursor.and_then(|rank| logs.store.index().shown().get(rank)).and_then(|p| hits.binary_search(p).ok());
    let text = words::cut_end(&clean(&search.text), 20);
    let objection = if search.objection.is_some() { " (taken literally)" } else { "" };
    Some(match here.filter(|_| matches!(logs.position, Position::Held(_))) {
        Some(at) => format!("/{text}/ {} of {}{objection}", grouped(at + 1), grouped(hits.len())),
        None => format!("/{text}/ {} found{objection}", grouped(hits.len())),
    })
}

fn warnings(logs: &Logs, theme: Theme) -> Vec<String> {
    let sign = theme.glyph(Status::Warning);
    let mut words = Vec::new();
    if logs.window.full {
        words.push(format!("{sign} memory full: newer lines are not kept"));
    }
    if logs.window.dropped > 0 {
        words.push(format!("{sign} {} oldest dropped from memory", grouped(logs.window.dropped)));
    }
    if logs.window.missing > 0 {
        words.push(format!("{sign} ≈{} lines missing", logs.window.missing));
    }
    let source = logs.source.as_ref();
    if let Some(guess) = source.and_then(|source| source.guess.as_ref()) {
        words.push(format!("{sign} guessed from {guess}"));
    }
    if source.is_some_and(|source| source.lossy) {
        words.push("non-blocking driver: may drop lines".to_owned());
    }
    words
}

/// At the top of what is held: whether there is more.
fn bounds(logs: &Logs, scope: &Scope) -> Option<String> {
    let layout = logs.layout_now(scope);
    let at_top = logs.sight(&layout, |sight| sight.top(&logs.position)) == (0, 0);
    if !at_top || logs.window.load.is_some() || logs.source.is_none() {
        return None;
    }
    Some(match (logs.window.reached_start, logs.window.from) {
        (true, Some(_)) => "beginning of the range".to_owned(),
        (true, None) => "beginning of the log".to_owned(),
        (false, _) if logs.window.is_sparse() => "sparse log: g looks further".to_owned(),
        (false, _) => "g: to the true beginning".to_owned(),
    })
}

fn span(theme: Theme, words: String, meaning: Meaning) -> Span<'static> {
    Span::styled(words, theme.style(meaning))
}

fn joined(spans: Vec<Span<'static>>, theme: Theme) -> Line<'static> {
    let mut line = Line::default();
    for (at, words) in spans.into_iter().enumerate() {
        line.push_span(span(theme, if at > 0 { " · " } else { " " }.to_owned(), Meaning::Border));
        line.push_span(words);
    }
    if !line.spans.is_empty() {
        line.push_span(Span::raw(" "));
    }
    line
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(super::grouped(number), text);
        }
    }
}
