//! Draws the request, the answer and what was sent before.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::model::Timestamp;
use crate::model::prediction::Outcome;
use crate::model::time::MINUTE;
use crate::state::Scope;
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::{clock, pane, table, words};

use super::answer::{duration, size, status_word};
use super::area::{Area, Laid};
use super::form::{Field, masked};
use super::route::{Route, without_user};
use super::{Part, Predict, sent};

/// From this width on all parts stand side by side.
const WIDE: u16 = 120;
/// Cells of a label.
const LABEL: u16 = 9;
/// One turn of the sign that something is under way.
const TURN: [&str; 4] = ["◐", "◓", "◑", "◒"];
const TURN_ASCII: [&str; 4] = ["|", "/", "-", "\\"];

/// Draws all parts where there is room, otherwise the ones that belong together.
pub(super) fn draw(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect) {
    if area.width >= WIDE {
        let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
        let [top, bottom] =
            Layout::vertical([Constraint::Length(request_rows(predict, scope, left)), Constraint::Min(5)]).areas(left);
        request(predict, scope, frame, top);
        history(predict, scope, frame, bottom);
        answer(predict, scope, frame, right);
        return;
    }
    if predict.part == Part::History {
        history(predict, scope, frame, area);
        return;
    }
    let rows = request_rows(predict, scope, area);
    let [top, bottom] = Layout::vertical([Constraint::Length(rows), Constraint::Min(5)]).areas(area);
    request(predict, scope, frame, top);
    answer(predict, scope, frame, bottom);
}

/// Rows that the answer has on a screen of this size, its border not counted.
pub(super) fn answer_rows(predict: &Predict, scope: &Scope) -> usize {
    let rows = scope.body_rows();
    let area = Rect { width: scope.size.0, height: u16::try_from(rows).unwrap_or(u16::MAX), ..Rect::default() };
    let taken = if scope.size.0 >= WIDE { 0 } else { usize::from(request_rows(predict, scope, area)) };
    // The status stands still above what scrolls.
    rows.saturating_sub(taken + 1)
}

fn request_rows(predict: &Predict, scope: &Scope, area: Rect) -> u16 {
    let wanted = match (predict.form.raw, predict.editing) {
        _ if predict.route(scope).is_err() => 11,
        (false, false) => 7,
        (false, true) => 10,
        (true, _) => 13,
    };
    wanted.min(area.height.saturating_sub(5)).max(5)
}

fn title(predict: &Predict, part: Part, words: &str) -> String {
    if predict.part == part { format!("● {words}") } else { words.to_owned() }
}

fn framed(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect, part: Part, words: &str) -> Rect {
    let title = title(predict, part, words);
    let title = if scope.theme.ascii { title.replace('●', "*") } else { title };
    pane::draw(scope, frame, area, &title, None)
}

// ---- request ----------------------------------------------------------------------------------------------------

fn request(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect) {
    let name = clean(&predict.service.service).into_owned();
    let kind = if predict.form.raw { "request, raw" } else { "request" };
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
    let note = Rect { y: inside.bottom() - 1, height: 1, ..inside };
    let fields = Rect { y: inside.y + 1, height: inside.height.saturating_sub(2), ..inside };
    if predict.form.raw {
        raw_fields(predict, scope, frame, fields);
    } else {
        field(predict, scope, frame, fields, ("text", &predict.form.text, true));
    }
    if inside.height > 2 {
        frame.render_widget(note_line(predict, scope), note);
    }
}

fn route_line(predict: &Predict, route: &Route, scope: &Scope) -> Line<'static> {
    let theme = scope.theme;
    let (method, path) = match predict.form.raw {
        true => (predict.form.area(Field::Method).text(), predict.form.area(Field::Path).text()),
        false => ("POST", "/predict"),
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
    if let Some(objection) = predict.form.objection() {
        add(clean(&objection).into_owned(), Meaning::Danger);
    } else if predict.form.raw {
        match predict.form.validity() {
            Some(Ok(())) => add("body is JSON".to_owned(), Meaning::Good),
            Some(Err(words)) => add(clean(&words).into_owned(), Meaning::Warning),
            None => add("no body".to_owned(), Meaning::Muted),
        }
    }
    if predict.editing {
        let fields = if predict.form.raw { ", tab next field" } else { "" };
        add(format!("editing: esc ends, ctrl-s sends{fields}"), Meaning::Accent);
    }
    Line::from(spans)
}

fn sending_line(since: Timestamp, has_older: bool, scope: &Scope) -> Line<'static> {
    let elapsed = scope.now.since(since);
    let turns = if scope.theme.ascii { TURN_ASCII } else { TURN };
    let sign = turns[usize::try_from(elapsed.0 / 1_000).unwrap_or(0) % turns.len()];
    let limit = scope.config.predict_timeout.max(1);
    let older = if has_older { " (below: the answer before)" } else { "" };
    let words = format!(" {sign} sending, {elapsed} of at most {limit}s; esc cancels{older}");
    Line::styled(words, scope.theme.style(Meaning::Busy))
}

// ---- answer -----------------------------------------------------------------------------------------------------

fn answer(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect) {
    let theme = scope.theme;
    let inside = framed(predict, scope, frame, area, Part::Answer, "answer");
    if inside.height == 0 {
        return;
    }
    let top = Rect { height: 1, ..inside };
    if let Some(sending) = &predict.sending {
        frame.render_widget(sending_line(sending.since, predict.shown.is_some(), scope), top);
    }
    let Some(shown) = &predict.shown else {
        if predict.sending.is_none() {
            let how = if predict.route(scope).is_ok() { " Enter sends the request." } else { "" };
            pane::empty(scope, frame, inside, &[(format!("Nothing has been sent yet.{how}"), Meaning::Muted)]);
        }
        return;
    };
    if predict.sending.is_none() {
        frame.render_widget(status_line(predict, scope), top);
    }
    // While another is under way the one before stays, in grey.
    let doubtful = predict.sending.is_some();
    let below =
        Rect { x: inside.x + 1, y: inside.y + 1, width: inside.width.saturating_sub(2), height: inside.height - 1 };
    let first = predict.scroll.min(shown.lines.len().saturating_sub(1));
    let lines: Vec<Line<'_>> = shown
        .lines
        .iter()
        .skip(first)
        .take(usize::from(below.height))
        .map(|pieces| {
            let meaning = |meaning| if doubtful { Meaning::Muted } else { meaning };
            let span = |(text, kind): &'_ (String, Meaning)| Span::styled(text.clone(), theme.style(meaning(*kind)));
            Line::from(pieces.iter().map(span).collect::<Vec<_>>())
        })
        .collect();
    let sideways = u16::try_from(predict.sideways).unwrap_or(u16::MAX);
    frame.render_widget(Paragraph::new(lines).scroll((0, sideways)), below);
    let more = shown.lines.len().saturating_sub(first + usize::from(below.height));
    if more > 0 {
        let at =
            Rect { y: area.bottom().saturating_sub(1), height: 1, x: area.x + 2, width: area.width.saturating_sub(4) };
        frame.render_widget(
            Line::styled(format!(" {more} more lines "), theme.style(Meaning::Muted)).right_aligned(),
            at,
        );
    }
}

fn status_line(predict: &Predict, scope: &Scope) -> Line<'static> {
    let theme = scope.theme;
    let Some(shown) = &predict.shown else { return Line::default() };
    let at = clock::time(shown.prediction.at, &scope.zone);
    let Outcome::Answered(answer) = &shown.prediction.outcome else {
        let words = format!(" {} no answer", theme.glyph(Status::Failed));
        let at = Span::styled(format!("  sent {at}"), theme.style(Meaning::Muted));
        return Line::from(vec![Span::styled(words, theme.style(Meaning::Danger)), at]);
    };
    let (status, word) = status_word(answer.status);
    let facts = format!(
        "  {}, first byte {}, {}, {at}",
        duration(answer.total_ms),
        duration(answer.first_byte_ms),
        size(answer.body.len())
    );
    let head = format!(" {} {} {word}", theme.glyph(status), answer.status);
    Line::from(vec![Span::styled(head, theme.style(status.meaning())), Span::styled(facts, theme.style(Meaning::Text))])
}

// ---- history ----------------------------------------------------------------------------------------------------

fn history(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect) {
    let held = &scope.facts.predictions;
    let rows = sent::rows(scope, &predict.sent);
    let total = rows.len();
    let rows = predict.table.arrange(rows, &sent::columns(), scope);
    let heading = table::title("sent", &predict.table, rows.len(), total);
    let inside = framed(predict, scope, frame, area, Part::History, &heading);
    if rows.is_empty() {
        let words = if total > 0 { "Nothing that was sent matches." } else { "Nothing has been sent yet." };
        pane::empty(scope, frame, inside, &pane::explain(Some(held), words));
        return;
    }
    let doubtful = pane::is_doubtful(held, scope, 10 * MINUTE);
    table::draw(scope, frame, inside, &predict.table, &sent::columns(), &rows, doubtful);
}
