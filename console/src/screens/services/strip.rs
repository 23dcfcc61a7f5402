//! The lines below the list: why the selected service is as it is. They spare a step at 03:00.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::alarms::AlarmBook;
use crate::model::AlarmState;
use crate::model::task_definition::short_name;
use crate::screens::service::meaning_of;
use crate::screens::services::row::{ServiceRow, without_subject, words_for};
use crate::state::Scope;
use crate::text::clean;
use crate::theme::Meaning;
use crate::widgets::words;

/// Rows of a body below which the list gets them all.
const LEAST_BODY: usize = 12;

/// Rows of a strip below a list of services, its rule included.
pub(crate) const SERVICE_ROWS: u16 = 5;

/// Rows of a list with a heading and a strip of `strip` rows, in a body of `rows`.
pub(crate) fn page(rows: usize, strip: u16) -> usize {
    rows.saturating_sub(taken(rows, strip) + 1)
}

/// Splits a body into list and strip; a low body has no strip.
pub(crate) fn split(area: Rect, strip: u16) -> (Rect, Rect) {
    let taken = u16::try_from(taken(usize::from(area.height), strip)).unwrap_or(0);
    let list = Rect { height: area.height - taken, ..area };
    (list, Rect { y: list.bottom(), height: taken, ..area })
}

fn taken(rows: usize, strip: u16) -> usize {
    if rows >= LEAST_BODY { usize::from(strip) } else { 0 }
}

/// Draws a rule with a title, and lines below it; each `(label, text, meaning)`, wrapped while there is room.
pub(crate) fn draw(scope: &Scope, frame: &mut Frame, area: Rect, title: &str, facts: &[(&str, String, Meaning)]) {
    if area.height == 0 {
        return;
    }
    let theme = scope.theme;
    let bar = if theme.ascii { "-" } else { "─" };
    let title = words::cut_middle(title, usize::from(area.width.saturating_sub(6)));
    let rest = usize::from(area.width).saturating_sub(words::width(&title) + 4);
    let rule = Line::from(vec![
        Span::styled(format!("{bar} "), theme.style(Meaning::Border)),
        Span::styled(title, theme.style(Meaning::Title)),
        Span::styled(format!(" {}", bar.repeat(rest + 1)), theme.style(Meaning::Border)),
    ]);
    frame.render_widget(rule, Rect { height: 1, ..area });
    let cells = usize::from(area.width.saturating_sub(11)).max(1);
    let mut y = area.y + 1;
    for (index, (label, text, meaning)) in facts.iter().enumerate() {
        // Each fact that follows keeps a row.
        let after = u16::try_from(facts.len() - index - 1).unwrap_or(0);
        let room = usize::from(area.bottom().saturating_sub(y + after).max(1));
        for (row, words) in shortened(text, cells, room).into_iter().enumerate() {
            if y >= area.bottom() {
                return;
            }
            let label = if row == 0 { *label } else { "" };
            let line = Line::from(vec![
                Span::styled(format!(" {label:<9}"), theme.style(Meaning::Muted)),
                Span::styled(words, theme.style(*meaning)),
            ]);
            frame.render_widget(line, Rect { y, height: 1, ..area });
            y += 1;
        }
    }
}

/// The text in at most `rows` rows; what is left out shows as `…`.
fn shortened(text: &str, cells: usize, rows: usize) -> Vec<String> {
    let mut lines = words::wrap(text, cells);
    if lines.len() > rows {
        let rest = lines.split_off(rows - 1).join(" ");
        lines.push(words::cut_end(&rest, cells));
    }
    lines
}

/// What the strip says about a service: ringing alarms, AWS's word on the rollout, the last event.
pub(super) fn facts(row: &ServiceRow<'_>, scope: &Scope) -> Vec<(&'static str, String, Meaning)> {
    let mut facts = Vec::new();
    let service = row.service;
    let alarms = AlarmBook::of(scope).of_service(service);
    if let Some(alarm) = alarms.iter().find(|alarm| alarm.state == AlarmState::Alarm) {
        let since = alarm.since.map(|at| format!(" for {}", scope.now.since(at))).unwrap_or_default();
        let words = format!("{}{since}: {}", clean(&alarm.name), clean(&alarm.reason));
        facts.push(("alarm", words, Meaning::Danger));
    }
    if let Some(primary) = service.primary() {
        let reason = primary.rollout_reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let failed = if primary.failed > 0 { format!(", {} tasks failed", primary.failed) } else { String::new() };
        let age = primary.created_at.map(|at| format!(" {} ago", scope.now.since(at))).unwrap_or_default();
        let words = format!("{}{age}{failed}{reason}", short_name(&primary.task_definition));
        let meaning = if primary.failed > 0 { Meaning::Danger } else { words_for(service.rollout()).0.meaning() };
        facts.push(("rollout", clean(&words).into_owned(), meaning));
    }
    if let Some(event) = service.events.first() {
        let message = clean(&event.message);
        let words = format!("{} ago: {}", scope.now.since(event.at), without_subject(&message));
        facts.push(("event", words, meaning_of(&message)));
    }
    facts
}
