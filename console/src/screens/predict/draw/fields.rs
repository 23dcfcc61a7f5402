//! The fields of a model: label, value, unit and range, or what is wrong with the value.

use predictor_wire::FieldType;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::area::Laid;
use super::super::asked::{Asked, Entry};
use super::super::{Part, Predict};
use crate::fields;
use crate::state::Scope;
use crate::text::clean;
use crate::theme::Meaning;
use crate::widgets::words;

/// Widest label, in cells.
const WIDEST_LABEL: usize = 22;
/// Rows of a text: to read it, and to write it.
const TEXT_ROWS: (u16, u16) = (2, 5);

/// Rows that the whole form takes, borders counted.
pub(super) fn rows(asked: &Asked, editing: bool) -> u16 {
    // Border, route, title, note, border.
    asked.entries().iter().map(|entry| rows_of(entry, editing)).sum::<u16>().saturating_add(5)
}

fn rows_of(entry: &Entry, editing: bool) -> u16 {
    match (entry.field.field_type, editing) {
        (FieldType::Text, false) => TEXT_ROWS.0,
        (FieldType::Text, true) => TEXT_ROWS.1,
        _ => 1,
    }
}

/// Draws title and fields; the one in focus is always in view.
pub(super) fn draw(predict: &Predict, asked: &Asked, scope: &Scope, frame: &mut Frame, area: Rect) {
    if area.height == 0 {
        return;
    }
    frame.render_widget(title(predict, asked, scope), Rect { height: 1, ..area });
    let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let entries = asked.entries();
    let first = first_in_view(entries, asked.focus(), below.height, predict.editing);
    let label = entries.iter().map(|entry| words::width(&entry.field.name) + 1).max().unwrap_or(0).min(WIDEST_LABEL);
    let mut y = below.y;
    for (index, entry) in entries.iter().enumerate().skip(first) {
        let left = below.bottom().saturating_sub(y);
        let height = rows_of(entry, predict.editing).min(left);
        if height == 0 {
            break;
        }
        let focused = index == asked.focus();
        entry_rows(predict, scope, frame, Rect { y, height, ..below }, (entry, label, focused));
        y += height;
    }
    let hidden = entries.len() - entries.len().min(shown(entries, first, below.height, predict.editing));
    if hidden > 0 && area.width > 20 {
        let more = Line::styled(format!("{hidden} more fields "), scope.theme.style(Meaning::Muted)).right_aligned();
        frame.render_widget(more, Rect { height: 1, ..area });
    }
}

fn title(predict: &Predict, asked: &Asked, scope: &Scope) -> Line<'static> {
    let theme = scope.theme;
    let count = predict.catalog(scope).map_or(0, |catalog| catalog.models().len());
    let of = if count > 1 { format!("  (one of {count} models)") } else { String::new() };
    let mut spans = vec![
        Span::styled(format!(" {}@{}", clean(&asked.name), clean(&asked.version)), theme.style(Meaning::Title)),
        Span::styled(of, theme.style(Meaning::Muted)),
    ];
    let words = asked.set_words().unwrap_or_else(|| asked.title.clone());
    spans.push(Span::styled(format!("  {}", clean(&words)), theme.style(Meaning::Text)));
    Line::from(spans)
}

/// The first field that is drawn so that the one in focus is whole.
fn first_in_view(entries: &[Entry], focus: usize, rows: u16, editing: bool) -> usize {
    let mut first = 0;
    while first < focus && first + shown(entries, first, rows, editing) <= focus {
        first += 1;
    }
    first
}

/// How many fields from `first` on are drawn.
fn shown(entries: &[Entry], first: usize, rows: u16, editing: bool) -> usize {
    let mut left = rows;
    let fits = |entry: &&Entry| {
        let fits = left > 0;
        left = left.saturating_sub(rows_of(entry, editing));
        fits
    };
    entries.iter().skip(first).take_while(fits).count()
}

fn entry_rows(
    predict: &Predict,
    scope: &Scope,
    frame: &mut Frame,
    area: Rect,
    (entry, label, focused): (&Entry, usize, bool),
) {
    let theme = scope.theme;
    let in_front = focused && predict.part == Part::Request;
    let mark = if in_front { if theme.ascii { ">" } else { "▌" } } else { " " };
    let star = if entry.field.required { "*" } else { " " };
    let name = words::cut_middle(&clean(&entry.field.name), label);
    let padding = " ".repeat(label.saturating_sub(words::width(&name)));
    let style = theme.style(if in_front { Meaning::Accent } else { Meaning::Muted });
    frame.render_widget(Line::styled(format!("{mark}{name}{star}{padding}"), style), Rect { height: 1, ..area });
    let from = u16::try_from(label + 3).unwrap_or(u16::MAX).min(area.width);
    let rest = Rect { x: area.x + from, width: area.width - from, ..area };
    let remark = remark(entry);
    let wanted = words::width(&remark.0) + 2;
    let hint = if entry.field.field_type == FieldType::Text { 0 } else { wanted.min(usize::from(rest.width) * 2 / 3) };
    let hint = u16::try_from(hint).unwrap_or(0);
    let place = Rect { width: rest.width.saturating_sub(hint), ..rest };
    value(predict, scope, frame, place, (entry, in_front && predict.editing, in_front));
    if hint > 2 {
        let text = words::cut_end(&remark.0, usize::from(hint) - 1);
        let place = Rect { x: place.right(), width: hint, height: 1, ..rest };
        frame.render_widget(Line::styled(text, theme.style(remark.1)), place);
    }
}

/// What is wrong with the value; otherwise unit and range.
fn remark(entry: &Entry) -> (String, Meaning) {
    match entry.value() {
        Err(words) => (clean(&words).into_owned(), Meaning::Danger),
        Ok(_) => (clean(&fields::hint(&entry.field)).into_owned(), Meaning::Muted),
    }
}

fn value(
    predict: &Predict,
    scope: &Scope,
    frame: &mut Frame,
    place: Rect,
    (entry, editing, in_front): (&Entry, bool, bool),
) {
    let theme = scope.theme;
    if place.width < 3 {
        return;
    }
    if entry.area.text().is_empty() && !editing {
        let default = entry.field.default.as_ref().map(fields::written);
        let words = default.map_or_else(|| "(unknown)".to_owned(), |value| format!("({value})"));
        let words = if entry.field.field_type == FieldType::Text { "(empty)".to_owned() } else { words };
        let line = Line::styled(clean(&words).into_owned(), theme.style(Meaning::Muted));
        frame.render_widget(line, Rect { height: 1, ..place });
        return;
    }
    if entry.is_choice() {
        let (left, right) = if theme.ascii { ("<", ">") } else { ("‹", "›") };
        let text = clean(entry.area.text());
        let words = if in_front { format!("{left} {text} {right}") } else { text.into_owned() };
        let meaning = if editing { Meaning::Accent } else { Meaning::Text };
        frame.render_widget(Line::styled(words, theme.style(meaning)), Rect { height: 1, ..place });
        return;
    }
    written(predict, scope, frame, place, (entry, editing));
}

/// A value that is written, with the cursor in it while it is.
fn written(predict: &Predict, scope: &Scope, frame: &mut Frame, place: Rect, (entry, editing): (&Entry, bool)) {
    let cells = usize::from(place.width).saturating_sub(2).max(1);
    let Laid { lines, cursor } = entry.area.lay(cells);
    let is_text = entry.field.field_type == FieldType::Text;
    let lines = match (editing, is_text) {
        (false, true) => entry.area.text().split('\n').flat_map(|line| words::wrap(&clean(line), cells)).collect(),
        _ => lines,
    };
    let rows = usize::from(place.height);
    let first = if editing { (cursor.0 + 1).saturating_sub(rows) } else { 0 };
    let style = scope.theme.style(Meaning::Text);
    for (row, line) in lines.iter().skip(first).take(rows).enumerate() {
        let y = place.y + u16::try_from(row).unwrap_or(0);
        frame.render_widget(Line::styled(line.clone(), style), Rect { y, height: 1, ..place });
    }
    if !editing && lines.len() > rows {
        let more = Line::styled(format!(" +{} lines", lines.len() - rows), scope.theme.style(Meaning::Muted));
        frame.render_widget(more.right_aligned(), Rect { y: place.bottom() - 1, height: 1, ..place });
    }
    if editing && predict.editing {
        let x = place.x + u16::try_from(cursor.1).unwrap_or(0);
        let y = place.y + u16::try_from(cursor.0 - first).unwrap_or(0);
        frame.set_cursor_position((x.min(place.right()), y));
    }
}
