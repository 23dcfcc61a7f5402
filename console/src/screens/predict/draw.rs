//! Draws the request, the answer and what was sent before.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::{Part, Predict};
use crate::state::Scope;
use crate::widgets::pane;

mod answer;
mod fields;
mod history;
mod request;

use answer::answer;
use history::history;
use request::request;

/// From this width on all parts stand side by side.
const WIDE: u16 = 120;
/// Rows that the answer has at least.
const ANSWER_ROWS: u16 = 5;
/// Rows of the request while the answer is read in a narrow window.
const FOLDED: u16 = 6;

/// Draws all parts where there is room, otherwise the ones that belong together.
pub(super) fn draw(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect) {
    if area.width >= WIDE {
        let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
        let [top, bottom] =
            Layout::vertical([Constraint::Length(request_rows(predict, scope, left)), Constraint::Min(ANSWER_ROWS)])
                .areas(left);
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
    let [top, bottom] = Layout::vertical([Constraint::Length(rows), Constraint::Min(ANSWER_ROWS)]).areas(area);
    request(predict, scope, frame, top);
    answer(predict, scope, frame, bottom);
}

/// Cells of a line of the answer, and lines in view, on a screen of this size; borders and status not counted.
pub(super) fn answer_size(predict: &Predict, scope: &Scope) -> (usize, usize) {
    let rows = scope.body_rows();
    let area = Rect { width: scope.size.0, height: u16::try_from(rows + 2).unwrap_or(u16::MAX), ..Rect::default() };
    let is_wide = scope.size.0 >= WIDE;
    let taken = if is_wide { 0 } else { usize::from(request_rows(predict, scope, area)) };
    let width = if is_wide { scope.size.0 / 2 } else { scope.size.0 };
    // The status stands still above what scrolls.
    (usize::from(width.saturating_sub(4)), rows.saturating_sub(taken + 1))
}

/// Lines of the answer on a screen of this size.
pub(super) fn answer_lines(predict: &Predict, scope: &Scope) -> usize {
    let (width, _) = answer_size(predict, scope);
    let head = answer::head(predict, scope, width).len();
    head + predict.shown.as_ref().map_or(0, |shown| shown.lines.len())
}

fn request_rows(predict: &Predict, scope: &Scope, area: Rect) -> u16 {
    let is_wide = area.width >= WIDE || scope.size.0 >= WIDE;
    let wanted = match (&predict.form.asked, predict.form.raw, predict.editing) {
        _ if predict.route(scope).is_err() => 11,
        _ if predict.choosing => {
            u16::try_from(predict.model_rows(scope).len()).unwrap_or(u16::MAX).saturating_add(4).max(7)
        }
        (Some(asked), false, _) if !is_wide && predict.part == Part::Answer => {
            fields::rows(asked, predict.editing).min(FOLDED)
        }
        (Some(asked), false, editing) => fields::rows(asked, editing),
        (None, false, false) => 7,
        (None, false, true) => 10,
        (_, true, _) => 13,
    };
    wanted.min(area.height.saturating_sub(ANSWER_ROWS)).max(5)
}

fn title(predict: &Predict, part: Part, words: &str) -> String {
    if predict.part == part { format!("● {words}") } else { words.to_owned() }
}

fn framed(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect, part: Part, words: &str) -> Rect {
    let title = title(predict, part, words);
    let title = if scope.theme.ascii { title.replace('●', "*") } else { title };
    pane::draw(scope, frame, area, &title, None)
}
