//! Bars of the revisions: how many tasks of each are asked for, running, pending; traffic where it is shifted.

use ratatui::text::{Line, Span};

use super::scene::{Part, Revision, Scene};
use crate::flows::named;
use crate::model::RevisionSummary;
use crate::state::Scope;
use crate::theme::Meaning;
use crate::widgets::words;

/// Shortest bar that still shows something.
const LEAST_BAR: usize = 8;

/// One line for each revision.
pub(super) fn lines(scene: &Scene, scope: &Scope, cells: usize) -> Vec<Line<'static>> {
    let revisions = scene.revisions();
    let names: Vec<String> = revisions.iter().map(|r| named(scene.service, &r.task_definition, scope)).collect();
    let name = names.iter().map(|name| words::width(name)).max().unwrap_or(0).min(cells / 3);
    let most = revisions.iter().map(|r| total(&r.counts)).max().unwrap_or(0).max(scene.service.desired);
    let full = |revision: &Revision| counts(scene, revision, scope, true);
    let longest = revisions.iter().map(|revision| words::width(&full(revision))).max().unwrap_or(0);
    let room = cells.saturating_sub(9 + name + 2);
    let whole = room >= longest + LEAST_BAR;
    let bar = if whole { room - longest } else { LEAST_BAR }.min(40);
    let line = |(revision, text): (&Revision, &String)| {
        let text = words::cut_middle(text, name);
        let blank = " ".repeat(name.saturating_sub(words::width(&text)));
        let (label, meaning) = label(revision.part);
        let mut spans = vec![
            Span::styled(format!("{label:<9}"), scope.theme.style(Meaning::Muted)),
            Span::styled(format!("{text}{blank}  "), scope.theme.style(meaning)),
        ];
        spans.extend(draw_bar(&revision.counts, most, bar, meaning, scope));
        spans.push(Span::styled(counts(scene, revision, scope, whole), scope.theme.style(Meaning::Text)));
        Line::from(spans)
    };
    revisions.iter().zip(&names).map(line).collect()
}

fn label(part: Part) -> (&'static str, Meaning) {
    match part {
        Part::From => ("from", Meaning::Text),
        Part::To => ("to", Meaning::Accent),
        Part::BackTo => ("back to", Meaning::Good),
    }
}

fn total(counts: &RevisionSummary) -> u32 {
    counts.requested.max(counts.running + counts.pending)
}

fn draw_bar(counts: &RevisionSummary, most: u32, cells: usize, meaning: Meaning, scope: &Scope) -> Vec<Span<'static>> {
    let share = |count: u32| {
        let most = usize::try_from(most.max(1)).unwrap_or(1);
        let count = usize::try_from(count).unwrap_or(0);
        (count * cells).div_ceil(most).min(cells)
    };
    let [full, half, empty] = if scope.theme.ascii { ["#", "=", "."] } else { ["█", "▒", "·"] };
    let running = share(counts.running);
    let pending = share(counts.running + counts.pending).saturating_sub(running);
    let rest = cells.saturating_sub(running + pending);
    let style = |meaning| scope.theme.style(meaning);
    vec![
        Span::styled(full.repeat(running), style(if meaning == Meaning::Text { Meaning::Muted } else { meaning })),
        Span::styled(half.repeat(pending), style(Meaning::Warning)),
        Span::styled(empty.repeat(rest), style(Meaning::Border)),
    ]
}

/// `1/2 running · 1 pending · 1 healthy · 10 % traffic`; not `whole`: without the least telling words.
fn counts(scene: &Scene, revision: &Revision, scope: &Scope, whole: bool) -> String {
    let counts = &revision.counts;
    // Of what is being replaced nothing is asked for any more: "2/0" would only puzzle.
    let of = if counts.running > counts.requested { String::new() } else { format!("/{}", counts.requested) };
    let mut words = format!(" {}{of}{}", counts.running, if whole { " running" } else { "" });
    if counts.pending > 0 {
        words.push_str(&format!(" · {} pending", counts.pending));
    }
    if let Some(healthy) = healthy(scene, &revision.task_definition, scope).filter(|_| whole) {
        words.push_str(&format!(" · {healthy} healthy"));
    }
    if let Some(weight) = counts.production_weight {
        words.push_str(&format!(" · {weight:.0} % traffic"));
    }
    if let Some(weight) = counts.test_weight.filter(|weight| *weight > 0.0) {
        words.push_str(&format!(" · {weight:.0} % test"));
    }
    words
}

/// Tasks whose health check passes; `None` where no task has one.
fn healthy(scene: &Scene, task_definition: &str, scope: &Scope) -> Option<usize> {
    let tasks = scope.facts.tasks.get(&scene.service.id)?.value.as_ref()?;
    let mine = || tasks.iter().filter(|task| task.task_definition == task_definition && !task.is_stopped());
    let checked = mine().any(|task| !matches!(task.health.as_str(), "" | "UNKNOWN"));
    checked.then(|| mine().filter(|task| task.health == "HEALTHY").count())
}
