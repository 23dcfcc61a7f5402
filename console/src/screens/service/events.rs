//! Tab 3: what ECS says about the service, newest first, older than ECS itself remembers.

use crate::model::{ServiceEvent, ServiceId};
use crate::screens::services::without_subject;
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Table, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::clock;

/// Words in AWS's service events, the first that occurs decides. Source: "Amazon ECS service event messages".
const SIGNS: &[(&str, Meaning)] = &[
    ("unable to", Meaning::Danger),
    ("unhealthy", Meaning::Danger),
    ("failed", Meaning::Danger),
    ("failure", Meaning::Danger),
    ("error", Meaning::Danger),
    ("could not", Meaning::Danger),
    ("cannot", Meaning::Danger),
    ("is not authorized", Meaning::Danger),
    ("rolling back", Meaning::Danger),
    ("rolled back", Meaning::Danger),
    ("throttl", Meaning::Warning),
    ("insufficient", Meaning::Warning),
    ("unavailable", Meaning::Warning),
    ("was stopped", Meaning::Warning),
    ("steady state", Meaning::Good),
    ("deployment completed", Meaning::Good),
    ("completed", Meaning::Good),
    ("has started", Meaning::Busy),
    ("has begun", Meaning::Busy),
    ("has stopped", Meaning::Busy),
    ("registered", Meaning::Busy),
    ("draining", Meaning::Busy),
];

/// How an event is coloured, by its words.
pub(crate) fn meaning_of(message: &str) -> Meaning {
    let message = message.to_lowercase();
    SIGNS.iter().find(|(word, _)| message.contains(word)).map_or(Meaning::Text, |(_, meaning)| *meaning)
}

/// One event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventRow<'a>(pub(super) &'a ServiceEvent);

impl Row for EventRow<'_> {
    fn id(&self) -> String {
        self.0.id.clone()
    }

    fn status(&self) -> Status {
        match meaning_of(&self.0.message) {
            Meaning::Danger => Status::Failed,
            Meaning::Warning => Status::Warning,
            Meaning::Good => Status::Ok,
            Meaning::Busy => Status::Progressing,
            _ => Status::Unknown,
        }
    }
}

/// The list begins with the newest event, ill or not.
pub(super) fn table() -> Table {
    Table::sorted(0, true)
}

/// All events that are kept.
pub(super) fn rows<'a>(id: &ServiceId, scope: &'a Scope) -> Vec<EventRow<'a>> {
    scope.facts.events.get(id).into_iter().flatten().map(EventRow).collect()
}

/// The columns. A narrow terminal shows the time without the day, which the age makes up for.
pub(super) fn columns<'a>(scope: &Scope) -> Vec<Column<EventRow<'a>>> {
    let narrow = scope.size.0 < 100;
    #[allow(clippy::cast_precision_loss, reason = "a sort key")]
    fn time(row: &EventRow<'_>, _: &Scope) -> SortKey {
        SortKey::Number(row.0.at.0 as f64)
    }
    let column = |title, width, drop, cell, sort| Column { title, width, right: false, drop, cell, sort };
    vec![
        column("TIME", Width::Fixed(if narrow { 8 } else { 19 }), 1, at, time),
        column("AGE", Width::Fixed(6), 0, |r, scope| Cell::text(scope.now.since(r.0.at).to_string()), time),
        column("EVENT", Width::Prose(30), 0, message, |r, _| SortKey::text(&r.0.message)),
    ]
}

fn at(row: &EventRow<'_>, scope: &Scope) -> Cell {
    let format = if scope.size.0 < 100 { clock::time } else { clock::date_time };
    Cell::of(format(row.0.at, &scope.zone), Meaning::Muted)
}

fn message(row: &EventRow<'_>, scope: &Scope) -> Cell {
    let status = row.status();
    let glyph = scope.theme.glyph(status);
    let message = clean(&row.0.message);
    Cell::of(format!("{glyph} {}", without_subject(&message)), meaning_of(&message))
}

/// What the strip below the list says: the whole event.
pub(super) fn facts(row: &EventRow<'_>) -> Vec<(&'static str, String, Meaning)> {
    vec![("event", clean(&row.0.message).into_owned(), meaning_of(&row.0.message))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_coloured_by_their_words() {
        for (message, meaning) in [
            ("(service a) has reached a steady state.", Meaning::Good),
            ("(service a) (deployment ecs-svc/1) deployment completed.", Meaning::Good),
            ("(service a) (deployment ecs-svc/1) deployment failed: tasks failed to start.", Meaning::Danger),
            ("(service a) has started 1 tasks: (task 1).", Meaning::Busy),
            ("(service a) has stopped 1 running tasks: (task 1).", Meaning::Busy),
            ("(service a) was unable to place a task because no container instance met …", Meaning::Danger),
            ("(service a) (port 80) is unhealthy in (target-group x) due to …", Meaning::Danger),
            ("(service a) rolling back to deployment ecs-svc/0.", Meaning::Danger),
            ("(service a) operations are being throttled on elb. Will try again later.", Meaning::Warning),
            ("(service a) registered 1 targets in (target-group x)", Meaning::Busy),
            ("something new", Meaning::Text),
        ] {
            assert_eq!(meaning_of(message), meaning, "{message}");
        }
    }
}
