//! What going back would change: the lower pane, and the same as plain text.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::target::Target;
use crate::action::Action;
use crate::deploy::{Change, diff};
use crate::event::{Check, Verdict};
use crate::flows::under_way::{begun_by, under_way};
use crate::flows::{key, named};
use crate::keymap::Place;
use crate::model::Service;
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::view::dialog::{change_lines, check_lines};
use crate::widgets::{pane, words};

pub(super) fn draw(scope: &Scope, service: &Service, target: &Target, frame: &mut Frame, area: Rect) {
    let to = named(service, &target.choice.task_definition, scope);
    let arrow = if scope.theme.ascii { "->" } else { "→" };
    let title = format!("{} {arrow} {to}", named(service, &service.task_definition, scope));
    let inside = pane::draw(scope, frame, area, &title, None);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let mut lines = lines(scope, service, target, usize::from(inside.width));
    let room = usize::from(inside.height);
    if lines.len() > room && room > 0 {
        let more = lines.len() - room + 1;
        lines.truncate(room - 1);
        let words = format!("… {more} more lines: {} shows all", key(scope, Place::List, Action::Describe));
        lines.push(Line::styled(words, scope.theme.style(Meaning::Muted)));
    }
    frame.render_widget(Paragraph::new(lines), inside);
}

fn lines(scope: &Scope, service: &Service, target: &Target, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut say = |text: &str, meaning: Meaning| {
        let style = scope.theme.style(meaning);
        lines.extend(words::wrap(text, cells).into_iter().map(|line| Line::styled(line, style)));
    };
    if let Some(refusal) = crate::flows::refusal(service, scope) {
        say(&refusal, Meaning::Warning);
    }
    if let Some(going) = under_way(service, scope) {
        let what = named(service, &going.task_definition, scope);
        let who = begun_by(going.ours, &going.task_definition, scope);
        let roll_back = key(scope, Place::Rollout, Action::RollBack);
        let glyph = scope.theme.glyph(Status::Warning);
        let words =
            format!("{glyph} {what} is being rolled out ({who}): {roll_back} stops and undoes that deployment.");
        say(&words, Meaning::Warning);
    }
    match changes(service, target, scope) {
        Some(changes) if changes.is_empty() => say("No difference to what runs now.", Meaning::Muted),
        Some(changes) => lines.extend(changes.iter().flat_map(|change| change_lines(scope, change, cells))),
        None => say("reading both task definitions…", Meaning::Muted),
    }
    lines.extend(evidence(target).iter().flat_map(|check| check_lines(scope, check, cells)));
    lines
}

/// What proves that it worked, and what its images and definition say; ill news first.
fn evidence(target: &Target) -> Vec<Check> {
    let verdict = if target.is_proven() { Verdict::Ok } else { Verdict::Warning };
    let proof = Check { name: "it worked before".to_owned(), verdict, detail: target.choice.ran_as.clone() };
    let mut checks: Vec<Check> = std::iter::once(proof).chain(target.checks()).collect();
    checks.sort_by_key(|check| match check.verdict {
        Verdict::NotGood => 0,
        Verdict::Warning => 1,
        Verdict::Skipped | Verdict::Ok => 2,
    });
    checks
}

/// From what the service wants now to the target; `None` until both definitions have been read.
fn changes(service: &Service, target: &Target, scope: &Scope) -> Option<Vec<Change>> {
    let now = scope.facts.definition(&service.task_definition)?;
    let then = scope.facts.definition(&target.choice.task_definition)?;
    Some(diff(&now.raw, &then.raw))
}

/// The same for reading and copying.
pub(super) fn plain(service: &Service, target: &Target, scope: &Scope) -> String {
    let to_text = |line: Line| line.spans.iter().map(|span| span.content.as_ref()).collect::<String>();
    lines(scope, service, target, 160).into_iter().map(to_text).collect::<Vec<_>>().join("\n")
}
