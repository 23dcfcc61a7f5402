//! The request: where it goes, what it is made of, what is wrong with it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::area::{Area, Laid};
use super::super::form::{Field, masked};
use super::super::models;
use super::super::route::{Route, without_user};
use super::super::{Part, Predict};
use super::{fields, framed};
use crate::model::Catalog;
use crate::state::Scope;
use crate::text::clean;
use crate::theme::Meaning;
use crate::widgets::{table, words};

/// Cells of a label.
const LABEL: u16 = 9;

pub(super) fn request(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect) {
    let name = clean(&predict.service.service).into_owned();
    let kind = match predict.form.raw {
        true => "request, raw",
        false if predict.choosing => "models; request",
        false => "request",
    };
    let inside = framed(predict, scope, frame, area, Part::Request, &format!("{kind} to {name}"));
    if inside.height == 0 {
        return;
    }
    match predict.route(scope) {
        Ok(route) => frame.render_widget(route_line(predict, &route, scope), Rect { height: 1, ..inside }),
        Err(lines) => {
            let width = usize::from(inside.width).saturating_sub(2).max(1);
            let lines = lines.iter().enumerate().flat_map(|(index, line)| {
                let meaning = if index == 0 { Meaning::Warning } else { Meaning::Text };
                let wrapped = words::wrap(&clean(line), width);
                wrapped.into_iter().map(move |line| (line, meaning)).collect::<Vec<_>>()
            });
            let text: Vec<Line<'_>> =
                lines.map(|(line, meaning)| Line::styled(format!(" {line}"), scope.theme.style(meaning))).collect();
            frame.render_widget(Paragraph::new(text), inside);
            return;
        }
    }
    if predict.choosing {
        let below = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
        let rows = predict.model_rows(scope);
        table::draw(scope, frame, below, &predict.models, &models::columns(), &rows, false);
        return;
    }
    let note = Rect { y: inside.bottom() - 1, height: 1, ..inside };
    let place = Rect { y: inside.y + 1, height: inside.height.saturating_sub(2), ..inside };
    match (&predict.form.asked, predict.form.raw) {
        (_, true) => raw_fields(predict, scope, frame, place),
        (Some(asked), _) => fields::draw(predict, asked, scope, frame, place),
        (None, _) => field(predict, scope, frame, place, ("text", &predict.form.text, true)),
    }
    if inside.height > 2 {
        frame.render_widget(note_line(predict, scope), note);
    }
}

fn route_line(predict: &Predict, route: &Route, scope: &Scope) -> Line<'static> {
    let theme = scope.theme;
    let (method, path) = match (predict.form.raw, &predict.form.asked) {
        (true, _) => (predict.form.area(Field::Method).text(), predict.form.area(Field::Path).text().to_owned()),
        (false, Some(asked)) => ("POST", asked.path(predict.explaining)),
        (false, None) => ("POST", "/predict".to_owned()),
    };
    let url = format!("{}{}", without_user(&route.base), path);
    Line::from(vec![
        Span::styled(format!(" {} ", clean(method)), theme.style(Meaning::Title)),
        Span::styled(clean(&url).into_owned(), theme.style(Meaning::Accent)),
        Span::styled(format!("  from {}", clean(&route.origin)), theme.style(Meaning::Muted)),
    ])
}

fn raw_fields(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect) {
    let [method, path, headers, body] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(area.height.saturating_sub(2) / 3),
        Constraint::Min(1),
    ])
    .areas(area);
    for (place, which) in [method, path, headers, body].into_iter().zip(Field::ALL) {
        let focused = predict.form.field == which;
        let hides = which == Field::Headers && !(focused && predict.editing);
        let shown =
            if hides { Area::new(&masked(predict.form.area(which).text())) } else { predict.form.area(which).clone() };
        field(predict, scope, frame, place, (which.words(), &shown, focused));
    }
}

/// Label and text; with the cursor in it while it is edited.
fn field(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect, (label, text, focused): (&str, &Area, bool)) {
    if area.height == 0 || area.width <= LABEL + 2 {
        return;
    }
    let theme = scope.theme;
    let in_part = predict.part == Part::Request;
    let mark = if focused && in_part { if theme.ascii { ">" } else { "▌" } } else { " " };
    let label_style = theme.style(if focused && in_part { Meaning::Accent } else { Meaning::Muted });
    frame.render_widget(Line::styled(format!("{mark}{label}"), label_style), Rect { height: 1, ..area });
    let place = Rect { x: area.x + LABEL, width: area.width - LABEL - 1, ..area };
    let Laid { lines, cursor } = text.lay(usize::from(place.width).saturating_sub(1));
    let editing = focused && predict.editing;
    // The cursor needs every cell in its place; a reader wants whole words.
    let lines = if editing { lines } else { lines_of_words(text, usize::from(place.width).saturating_sub(1)) };
    let rows = usize::from(place.height);
    let first = if editing { (cursor.0 + 1).saturating_sub(rows) } else { 0 };
    let shown = lines.iter().skip(first).take(rows).map(|line| Line::styled(line.clone(), theme.style(Meaning::Text)));
    frame.render_widget(Paragraph::new(shown.collect::<Vec<_>>()), place);
    if !editing && lines.len() > rows {
        let more = format!(" +{} lines", lines.len() - rows);
        let at = Rect { y: place.bottom() - 1, height: 1, ..place };
        frame.render_widget(Line::styled(more, theme.style(Meaning::Muted)).right_aligned(), at);
    }
    if editing {
        let x = place.x + u16::try_from(cursor.1).unwrap_or(0);
        let y = place.y + u16::try_from(cursor.0 - first).unwrap_or(0);
        frame.set_cursor_position((x.min(place.right()), y));
    }
}

fn lines_of_words(text: &Area, cells: usize) -> Vec<String> {
    text.text().split('\n').flat_map(|line| words::wrap(&clean(line), cells)).collect()
}

/// What is wrong, and what the keys do while typing.
fn note_line(predict: &Predict, scope: &Scope) -> Line<'static> {
    let theme = scope.theme;
    let mut spans = vec![Span::raw(" ")];
    let mut add = |text: String, meaning| spans.push(Span::styled(format!("{text}  "), theme.style(meaning)));
    let in_fields = !predict.form.raw && predict.form.asked.is_some();
    let several = predict.form.raw || predict.form.asked.as_ref().is_some_and(|asked| asked.entries().len() > 1);
    if predict.editing {
        let fields = if several { ", tab next field" } else { "" };
        add(format!("editing: esc ends, ctrl-s sends{fields}"), Meaning::Accent);
    }
    // A fault stands at its field; what is typed next is nearer.
    if let Some(objection) = predict.form.objection().filter(|_| !(in_fields && predict.editing)) {
        add(clean(&objection).into_owned(), Meaning::Danger);
    } else if let (false, Some(asked)) = (predict.form.raw, &predict.form.asked) {
        let field = asked.entry().map(|entry| &entry.field);
        add(field.map(described).unwrap_or_default(), Meaning::Muted);
    } else if !predict.form.raw {
        add(untold(predict, scope), Meaning::Muted);
    } else {
        match predict.form.validity() {
            Some(Ok(())) => add("body is JSON".to_owned(), Meaning::Good),
            Some(Err(words)) => add(clean(&words).into_owned(), Meaning::Warning),
            None => add("no body".to_owned(), Meaning::Muted),
        }
    }
    Line::from(spans)
}

/// What a field means, with its choices where the row has no room for them.
fn described(field: &predictor_wire::Field) -> String {
    let choices = if field.choices.is_empty() { String::new() } else { format!(" {}", field.choices.join(" | ")) };
    clean(&format!("{}{choices}", field.description)).into_owned()
}

/// Why there is only a text to fill in.
fn untold(predict: &Predict, scope: &Scope) -> String {
    let told = predict.told(scope);
    let words = match told.map(|told| (&told.value, &told.problem)) {
        Some((_, Some(problem))) => format!("a plain text: the models could not be asked for: {}", problem.message),
        Some((Some(Catalog::Untold(why)), _)) => format!("a plain text: this service tells of no models ({why})"),
        Some((Some(_), _)) => String::new(),
        _ => "asking for the models…".to_owned(),
    };
    clean(&words).into_owned()
}
