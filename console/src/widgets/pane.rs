//! The frame round a body: border, title, how fresh it is; and the words in place of a body that has nothing to show.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders, Clear, Paragraph};

use crate::model::{ApiProblem, Fetched, Freshness, ProblemKind};
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::widgets::words;

const ASCII_BORDER: ratatui::symbols::border::Set<'static> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Draws border and title; answers the area inside. `note` stands at the right of the title.
pub fn draw(scope: &Scope, frame: &mut Frame, area: Rect, title: &str, note: Option<Span<'static>>) -> Rect {
    let block = block(scope).title(Span::styled(format!(" {title} "), scope.theme.style(Meaning::Title)));
    let block = match note {
        Some(note) => block.title(Line::from(vec![Span::raw(" "), note, Span::raw(" ")]).right_aligned()),
        None => block,
    };
    let inside = block.inner(area);
    frame.render_widget(block, area);
    inside
}

/// A bordered block in the present theme.
#[must_use]
pub fn block(scope: &Scope) -> Block<'static> {
    let block = Block::new().borders(Borders::ALL).border_style(scope.theme.style(Meaning::Border));
    if scope.theme.ascii { block.border_set(ASCII_BORDER) } else { block.border_type(BorderType::Rounded) }
}

/// Clears `area` for something that lies over the screen.
pub fn clear(frame: &mut Frame, area: Rect) {
    frame.render_widget(Clear, area);
}

/// One word on how far a value can be trusted, for the right end of a title.
#[must_use]
pub fn freshness<T>(fetched: &Fetched<T>, scope: &Scope, interval: i64) -> Option<Span<'static>> {
    let theme = scope.theme;
    let age = fetched.at.map(|at| scope.now.since(at));
    let words = |text: String, meaning| Some(Span::styled(text, theme.style(meaning)));
    if let Some(partial) = &fetched.partial {
        return words(format!("{} partial: {partial}", theme.glyph(Status::Warning)), Meaning::Warning);
    }
    match (fetched.freshness(scope.now, interval), age) {
        (Freshness::Loading, _) => words("loading…".to_owned(), Meaning::Muted),
        (Freshness::Live, _) if fetched.loading => words("loading more…".to_owned(), Meaning::Muted),
        (Freshness::Live, Some(age)) => words(format!("{age} ago"), Meaning::Muted),
        (Freshness::Stale, Some(age)) => {
            words(format!("{} STALE {age}", theme.glyph(Status::Warning)), Meaning::Warning)
        }
        (Freshness::Failed, age) => {
            let code = fetched.problem.as_ref().map_or("", |p| short(p.kind));
            let age = age.map(|age| format!(", shown is {age} old")).unwrap_or_default();
            words(format!("{} {code}{age}", theme.glyph(Status::Failed)), Meaning::Danger)
        }
        (_, None) => None,
    }
}

/// A value older than two intervals, or whose newest attempt failed, is drawn in grey.
#[must_use]
pub fn is_doubtful<T>(fetched: &Fetched<T>, scope: &Scope, interval: i64) -> bool {
    matches!(fetched.freshness(scope.now, interval), Freshness::Stale | Freshness::Failed)
}

fn short(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Denied => "denied",
        ProblemKind::Credentials => "credentials",
        ProblemKind::Throttled => "throttled",
        ProblemKind::NotFound => "not found",
        ProblemKind::Conflict => "conflict",
        ProblemKind::Invalid => "refused",
        ProblemKind::Unreachable => "unreachable",
        ProblemKind::Timeout => "no answer",
        ProblemKind::ReadOnly => "read-only",
        ProblemKind::Service => "failed",
    }
}

/// What to show where there is no value: loading, or why there is none and what to do.
#[must_use]
pub fn explain<T>(fetched: Option<&Fetched<T>>, empty: &str) -> Vec<(String, Meaning)> {
    match fetched {
        Some(Fetched { problem: Some(problem), .. }) => trouble(problem),
        Some(Fetched { value: Some(_), .. }) => vec![(empty.to_owned(), Meaning::Muted)],
        _ => vec![("Loading…".to_owned(), Meaning::Muted)],
    }
}

/// A failure in a few lines: what, the service's own words, what to do.
#[must_use]
pub fn trouble(problem: &ApiProblem) -> Vec<(String, Meaning)> {
    let mut lines = vec![(format!("{}: {}", problem.call, short(problem.kind)), Meaning::Danger)];
    let said: Vec<&str> =
        [problem.code.as_str(), problem.message.as_str()].into_iter().filter(|t| !t.is_empty()).collect();
    if !said.is_empty() {
        lines.push((crate::text::clean(&said.join(": ")).into_owned(), Meaning::Text));
    }
    lines.extend(problem.hint.iter().map(|hint| (hint.clone(), Meaning::Accent)));
    lines
}

/// Draws lines in the upper middle of an empty body.
pub fn empty(scope: &Scope, frame: &mut Frame, area: Rect, lines: &[(String, Meaning)]) {
    let room = usize::from(area.width.saturating_sub(4)).clamp(1, 90);
    let mut text: Vec<Line> = Vec::new();
    for (words, meaning) in lines {
        let style = scope.theme.style(*meaning);
        text.extend(words::wrap(words, room).into_iter().map(|line| Line::styled(line, style)));
    }
    let rows = u16::try_from(text.len()).unwrap_or(area.height);
    let top = area.y + area.height.saturating_sub(rows) / 3;
    let place = Rect { x: area.x + 2, y: top, width: area.width.saturating_sub(4), height: area.bottom() - top };
    frame.render_widget(Paragraph::new(text), place);
}
