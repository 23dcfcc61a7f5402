//! The answer: status and times, the model's answer as a picture or beside the one before, the body.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::answer::{duration, size, status_word};
use super::super::json::Pieces;
use super::super::{Part, Predict, compare, reading};
use super::framed;
use crate::model::Timestamp;
use crate::model::prediction::Outcome;
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::widgets::{clock, pane};

/// One turn of the sign that something is under way.
const TURN: [&str; 4] = ["◐", "◓", "◑", "◒"];
const TURN_ASCII: [&str; 4] = ["|", "/", "-", "\\"];

/// What stands above the lines of the answer: the comparison, or the answer as a picture.
pub(super) fn head(predict: &Predict, scope: &Scope, width: usize) -> Vec<Pieces> {
    let Some(shown) = &predict.shown else { return Vec::new() };
    if let (Some(before), true) = (&predict.before, predict.comparing) {
        return compare::lines(before, shown, width, scope);
    }
    let room = reading::Room { width, ascii: scope.theme.ascii, explained: predict.explaining };
    shown.read.as_ref().map_or_else(Vec::new, |read| reading::lines(read, room))
}

pub(super) fn answer(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect) {
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
    let head = head(predict, scope, usize::from(below.width));
    let count = head.len() + shown.lines.len();
    let first = predict.scroll.min(count.saturating_sub(1));
    let lines: Vec<Line<'_>> = head
        .iter()
        .chain(&shown.lines)
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
    let more = count.saturating_sub(first + usize::from(below.height));
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

fn sending_line(since: Timestamp, has_older: bool, scope: &Scope) -> Line<'static> {
    let elapsed = scope.now.since(since);
    let turns = if scope.theme.ascii { TURN_ASCII } else { TURN };
    let sign = turns[usize::try_from(elapsed.0 / 1_000).unwrap_or(0) % turns.len()];
    let limit = scope.config.predict_timeout.max(1);
    let older = if has_older { " (below: the answer before)" } else { "" };
    let words = format!(" {sign} sending, {elapsed} of at most {limit}s; esc cancels{older}");
    Line::styled(words, scope.theme.style(Meaning::Busy))
}
