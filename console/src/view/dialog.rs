//! Draws the question before a change: everything that matters for the answer, and the buttons.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::dialog::{Dialog, Focus};
use crate::event::Verdict;
use crate::input::Input;
use crate::model::Target;
use crate::model::image::ImageReference;
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::widgets::{pane, words};

/// Draws the dialog in the middle of `area`.
pub(super) fn draw(scope: &Scope, dialog: &Dialog, frame: &mut Frame, area: Rect) {
    let width = width(area.width);
    let cells = usize::from(width.saturating_sub(4));
    let (text, fields) = (body(scope, dialog, cells), fields(dialog, cells));
    let lines = u16::try_from(text.len()).unwrap_or(u16::MAX);
    let place = centre(area, width, lines.saturating_add(fields + 4).min(area.height));
    pane::clear(frame, place);
    let inside = pane::draw(scope, frame, place, &crate::text::clean(&dialog.title), None);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let [top, middle, buttons] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(fields), Constraint::Length(2)]).areas(inside);
    let hidden = lines.saturating_sub(top.height);
    let scroll = dialog.scroll.min(hidden);
    frame.render_widget(Paragraph::new(text).scroll((scroll, 0)), top);
    draw_fields(scope, dialog, frame, middle);
    draw_buttons(scope, dialog, frame, buttons, hidden > scroll);
}

/// Lines of the text that do not fit at the present size: how far it can be scrolled.
#[must_use]
pub(crate) fn hidden(scope: &Scope, dialog: &Dialog) -> u16 {
    let cells = usize::from(width(scope.size.0).saturating_sub(4));
    let lines = u16::try_from(body(scope, dialog, cells).len()).unwrap_or(u16::MAX);
    // Borders of the body and of the dialog are the same two rows.
    let room = u16::try_from(scope.body_rows()).unwrap_or(u16::MAX);
    lines.saturating_sub(room.saturating_sub(fields(dialog, cells) + 2))
}

fn width(columns: u16) -> u16 {
    columns.saturating_sub(2).min(112)
}

/// Draws "Quit?".
pub(super) fn quit(scope: &Scope, frame: &mut Frame, area: Rect) {
    let place = centre(area, 44, 4);
    pane::clear(frame, place);
    let inside = pane::draw(scope, frame, place, "Quit Quarterdeck?", None);
    let lines = vec![Line::from(" enter or q: quit    any other key: stay")];
    frame.render_widget(Paragraph::new(lines), inside);
}

fn centre(area: Rect, width: u16, height: u16) -> Rect {
    let x = area.x + area.width.saturating_sub(width) / 2;
    let y = area.y + area.height.saturating_sub(height) / 2;
    Rect { x, y, width: width.min(area.width), height: height.min(area.height) }
}

fn fields(dialog: &Dialog, cells: usize) -> u16 {
    let objection = dialog.objection.as_ref().map_or(0, |words| words::wrap(words, cells).len());
    u16::from(dialog.number.is_some())
        + u16::from(dialog.typed.is_some())
        + u16::try_from(objection).unwrap_or(u16::MAX).min(4)
}

fn body(scope: &Scope, dialog: &Dialog, cells: usize) -> Vec<Line<'static>> {
    let theme = scope.theme;
    let mut lines = vec![whereabouts(scope, dialog)];
    for (what, from, to) in &dialog.from_to {
        lines.extend(from_to(scope, (what, from, to), cells));
    }
    let (counted, calls) = match dialog.scaled() {
        Some((from, to)) => {
            let (words, call) = crate::flows::scaled(dialog.service(), from, to);
            lines.extend(from_to(scope, ("tasks wanted", &from.to_string(), &to.to_string()), cells));
            (words, vec![call])
        }
        None => (String::new(), dialog.calls.clone()),
    };
    lines.extend(wrapped(&counted, cells, theme.style(Meaning::Text)));
    lines.extend(wrapped(&dialog.consequence, cells, theme.style(Meaning::Text)));
    // What speaks against it comes first: it must be seen without scrolling.
    let (against, fine): (Vec<_>, Vec<_>) = dialog.checks.iter().partition(|check| speaks_against(check));
    lines.extend(against.iter().flat_map(|check| check_lines(scope, check, cells)));
    lines.extend(dialog.changes.iter().flat_map(|change| change_lines(scope, change, cells)));
    for call in &calls {
        lines.extend(wrapped(&format!("calls {call}"), cells, theme.style(Meaning::Muted)));
    }
    if !dialog.undo.is_empty() {
        lines.extend(wrapped(&format!("undo: {}", dialog.undo), cells, theme.style(Meaning::Muted)));
    }
    lines.extend(fine.iter().flat_map(|check| check_lines(scope, check, cells)));
    lines
}

fn speaks_against(check: &crate::event::Check) -> bool {
    matches!(check.verdict, Verdict::Warning | Verdict::NotGood)
}

fn whereabouts(scope: &Scope, dialog: &Dialog) -> Line<'static> {
    let context = &scope.context;
    let account = context.account.as_deref().unwrap_or("account not known yet");
    let target = match &context.target {
        Target::Local { .. } => format!("local stack {account}"),
        Target::Aws { profile } => format!("{} {account}", profile.as_deref().unwrap_or("default")),
    };
    let id = dialog.service();
    let words = format!("{target} · {} · {} / {}", context.region, id.cluster, id.service);
    let mut head = vec![Span::styled(words, scope.theme.style(Meaning::Title))];
    if context.production {
        head.push(Span::raw("  "));
        head.push(Span::styled(" PROD ", scope.theme.style(Meaning::Production)));
    }
    Line::from(head)
}

/// `what   from → to`; the new value goes to a line of its own where it does not fit.
fn from_to(scope: &Scope, (what, from, to): (&str, &str, &str), cells: usize) -> Vec<Line<'static>> {
    const LABEL: usize = 17;
    let theme = scope.theme;
    let (from, to) = (crate::text::clean(from).into_owned(), crate::text::clean(to).into_owned());
    let arrow = if theme.ascii { " -> " } else { " → " };
    let label = Span::styled(format!("{what:<LABEL$}"), theme.style(Meaning::Muted));
    let arrow = Span::styled(arrow, theme.style(Meaning::Muted));
    let room = cells.saturating_sub(LABEL);
    let old = |cells| Span::styled(words::cut_middle(&from, cells), theme.style(Meaning::Text));
    let new = |cells| Span::styled(words::cut_middle(&to, cells), theme.style(Meaning::Accent));
    if words::width(&from) + words::width(&to) + 4 <= room {
        return vec![Line::from(vec![label, old(room), arrow, new(room)])];
    }
    let indent = Span::raw(" ".repeat(LABEL));
    vec![Line::from(vec![label, old(room)]), Line::from(vec![indent, arrow, new(room.saturating_sub(4))])]
}

fn wrapped(text: &str, cells: usize, style: ratatui::style::Style) -> Vec<Line<'static>> {
    if text.is_empty() {
        return Vec::new();
    }
    words::wrap(&crate::text::clean(text), cells).into_iter().map(|line| Line::styled(line, style)).collect()
}

/// A difference as `path: before → after`, for dialogs and reviews.
pub(crate) fn change_lines(scope: &Scope, change: &crate::deploy::Change, cells: usize) -> Vec<Line<'static>> {
    let theme = scope.theme;
    let (sign, text, meaning) = match (&change.before, &change.after) {
        (Some(before), Some(after)) => ("~", format!("{}: {}", change.path, turned(before, after)), Meaning::Warning),
        (None, Some(after)) => ("+", format!("{}: {after}", change.path), Meaning::Good),
        (Some(before), None) => ("-", format!("{}: {before}", change.path), Meaning::Danger),
        (None, None) => return Vec::new(),
    };
    wrapped(&format!("{sign} {text}"), cells, theme.style(meaning))
}

/// `before → after`; of images in one repository only the tags, with the repository named once.
fn turned(before: &str, after: &str) -> String {
    let (old, new) = (ImageReference::parse(before), ImageReference::parse(after));
    let tagged = |image: &ImageReference| image.tag.is_some() && image.digest.is_none();
    if old.repository.contains('/') && old.repository == new.repository && tagged(&old) && tagged(&new) {
        return format!("{} → {} of {}", old.short(), new.short(), old.repository);
    }
    format!("{before} → {after}")
}

/// A pre-flight check in a line.
pub(crate) fn check_lines(scope: &Scope, check: &crate::event::Check, cells: usize) -> Vec<Line<'static>> {
    let (status, word) = match check.verdict {
        Verdict::Ok => (Status::Ok, "OK"),
        Verdict::Warning => (Status::Warning, "WARN"),
        Verdict::NotGood => (Status::Failed, "NG"),
        Verdict::Skipped => (Status::Unknown, "SKIP"),
    };
    let text = match scope.theme.ascii {
        true => format!("{word:<4} {}: {}", check.name, check.detail),
        false => format!("{} {word:<4} {}: {}", scope.theme.glyph(status), check.name, check.detail),
    };
    wrapped(&text, cells, scope.theme.style(status.meaning()))
}

fn draw_fields(scope: &Scope, dialog: &Dialog, frame: &mut Frame, area: Rect) {
    let mut y = area.y;
    let mut field = |label: &str, input: &Input, focused: bool, frame: &mut Frame| {
        let style = scope.theme.style(if focused { Meaning::Selected } else { Meaning::Text });
        let text = format!(" {:<24}", input.text());
        let spans =
            vec![Span::styled(format!("{label} "), scope.theme.style(Meaning::Muted)), Span::styled(text, style)];
        frame.render_widget(Line::from(spans), Rect { y, height: 1, ..area });
        if focused {
            let before = words::width(label) + 2 + words::width(input.split().0);
            frame.set_cursor_position((area.x + u16::try_from(before).unwrap_or(0), y));
        }
        y += 1;
    };
    if let Some(input) = &dialog.number {
        field("tasks wanted:", input, dialog.focus == Focus::Number, frame);
    }
    if let Some(input) = &dialog.typed {
        let label = format!("type {} to allow it:", dialog.service().service);
        field(&label, input, dialog.focus == Focus::Typed, frame);
    }
    if let Some(objection) = &dialog.objection {
        let lines = wrapped(objection, usize::from(area.width), scope.theme.style(Meaning::Danger));
        frame.render_widget(Paragraph::new(lines), Rect { y, height: area.bottom().saturating_sub(y), ..area });
    }
}

fn draw_buttons(scope: &Scope, dialog: &Dialog, frame: &mut Frame, area: Rect, more: bool) {
    let button = |label: &str, focused: bool, meaning: Meaning| {
        let style = if focused { scope.theme.style(Meaning::Selected) } else { scope.theme.style(meaning) };
        let text = if focused { format!("▶ {label} ◀") } else { format!("  {label}  ") };
        let text = if scope.theme.ascii { text.replace(['▶', '◀'], "*") } else { text };
        Span::styled(text, style)
    };
    let mut spans = vec![
        button("Cancel", dialog.focus == Focus::Cancel, Meaning::Text),
        Span::raw("   "),
        button(dialog.act, dialog.focus == Focus::Act, Meaning::Danger),
        Span::styled("   tab moves, enter presses", scope.theme.style(Meaning::Muted)),
    ];
    if more {
        spans.push(Span::styled(", pgdn shows more", scope.theme.style(Meaning::Warning)));
    }
    let y = area.bottom().saturating_sub(1);
    frame.render_widget(Line::from(spans), Rect { y, height: 1, ..area });
}
