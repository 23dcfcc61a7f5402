//! What was sent, newest first.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::super::{Part, Predict, sent};
use super::framed;
use crate::model::time::MINUTE;
use crate::state::Scope;
use crate::widgets::{pane, table};

pub(super) fn history(predict: &Predict, scope: &Scope, frame: &mut Frame, area: Rect) {
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
