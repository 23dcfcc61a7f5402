//! Tasks of the new revision that failed, grouped by reason, with the last telling line of their log.

use ratatui::text::{Line, Span};

use super::Rollout;
use super::scene::Scene;
use crate::explain::{self, Explanation};
use crate::model::time::SECOND;
use crate::model::{LogLine, Task};
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::widgets::words;

/// Words that make a log line telling.
const TELLING: [&str; 7] = ["panic", "fatal", "error", "exception", "fail", "cannot", "refused"];

/// Failed tasks with one reason.
pub(super) struct Group<'a> {
    pub(super) explanation: Explanation,
    pub(super) count: usize,
    pub(super) newest: &'a Task,
}

/// Groups, the one with the newest failure first.
pub(super) fn groups<'s>(scene: &Scene, scope: &'s Scope) -> Vec<Group<'s>> {
    let tasks = scope.facts.tasks.get(&scene.service.id).and_then(|held| held.value.as_ref());
    let target = scene.target();
    let since = scene.began().map(|at| at.plus(-5 * SECOND));
    let of_this = |task: &&Task| {
        task.task_definition == target && since.is_none_or(|since| task.created_at.is_none_or(|at| at >= since))
    };
    let mut failed: Vec<&Task> = tasks.into_iter().flatten().filter(of_this).filter(|task| has_failed(task)).collect();
    failed.sort_by_key(|task| std::cmp::Reverse(task.stopped_at.or(task.stopping_at).or(task.created_at)));
    let mut groups: Vec<Group> = Vec::new();
    for task in failed {
        let Some(explanation) = explain::stopped(task) else { continue };
        match groups.iter_mut().find(|group| group.explanation == explanation) {
            Some(group) => group.count += 1,
            None => groups.push(Group { explanation, count: 1, newest: task }),
        }
    }
    groups
}

/// Stopped by itself or for its health; not by a person, a smaller count or the rollback.
fn has_failed(task: &Task) -> bool {
    let by_scaling = task.stopped_reason.as_deref().is_some_and(|reason| reason.contains("Scaling activity"));
    let ending = task.is_stopped() || task.stop_code.is_some();
    ending && !by_scaling && task.stop_code.as_deref() != Some("UserInitiated")
}

/// Lines: count, reason, what to do, and what the log said last.
pub(super) fn lines(room: &Rollout, scene: &Scene, scope: &Scope, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let glyph = scope.theme.glyph(Status::Failed);
    for group in groups(scene, scope) {
        let times = if scope.theme.ascii { 'x' } else { '×' };
        let text = format!("{glyph} {}{times} {}", group.count, group.explanation.what);
        push(&mut lines, "failed", &text, Meaning::Danger, (scope, cells));
        if let Some(hint) = room.hints.get(&group.newest.id).filter(|hint| !hint.is_empty()) {
            let cut = words::cut_end(&format!("log {}: {hint}", group.newest.short_id()), cells.saturating_sub(11));
            push(&mut lines, "", &format!("  {cut}"), Meaning::Text, (scope, cells));
        }
        push(&mut lines, "", &format!("  {}", group.explanation.next), Meaning::Accent, (scope, cells));
    }
    lines
}

fn push(lines: &mut Vec<Line<'static>>, label: &str, text: &str, meaning: Meaning, (scope, cells): (&Scope, usize)) {
    let wrapped = words::wrap(&crate::text::clean(text), cells.saturating_sub(9));
    for (index, part) in wrapped.into_iter().take(2).enumerate() {
        let label = if index == 0 { label } else { "" };
        let indent = if index > 0 { "  " } else { "" };
        lines.push(Line::from(vec![
            Span::styled(format!("{label:<9}"), scope.theme.style(Meaning::Muted)),
            Span::styled(format!("{indent}{part}"), scope.theme.style(meaning)),
        ]));
    }
}

/// The newest line that names a failure, else the newest that says anything; cleaned.
pub(super) fn telling(lines: &[LogLine]) -> String {
    let mut sorted: Vec<&LogLine> = lines.iter().filter(|line| !line.text.trim().is_empty()).collect();
    sorted.sort_by_key(|line| std::cmp::Reverse((line.at, line.ingested_at)));
    let names_failure = |line: &&&LogLine| {
        let text = line.text.to_lowercase();
        TELLING.iter().any(|word| text.contains(word))
    };
    let found = sorted.iter().find(names_failure).or(sorted.first());
    found.map(|line| crate::text::clean(&spoken(line.text.trim())).into_owned()).unwrap_or_default()
}

/// What a JSON line says: its message, with the error where that is apart. Other lines as they are.
fn spoken(text: &str) -> String {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(text) else { return text.to_owned() };
    let told = |name: &&str| members.get(*name).and_then(serde_json::Value::as_str).filter(|told| !told.is_empty());
    let message = ["message", "msg"].iter().find_map(told);
    let error = ["error", "err", "exception"].iter().find_map(told);
    match (message, error) {
        (Some(message), Some(error)) => format!("{message}: {error}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_lines_are_read_for_what_they_say() {
        for (text, said) in [
            (
                r#"{"level":"error","message":"cannot load the model","error":"no such file"}"#,
                "cannot load the model: no such file",
            ),
            (r#"{"msg":"bye"}"#, "bye"),
            (r#"{"level":"error"}"#, r#"{"level":"error"}"#),
            ("plain text", "plain text"),
            ("{broken", "{broken"),
        ] {
            assert_eq!(spoken(text), said);
        }
    }
}
