//! What is known of one task, as lines: why it stopped first, then when what happened, its containers, its place.

use crate::explain;
use crate::model::task_definition::short_name;
use crate::model::{Container, ServiceId, Task, Timestamp};
use crate::screens::service;
use crate::screens::text::TextLine;
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::widgets::clock;

/// Everything about a task.
pub(crate) fn describe(task: &Task, id: &ServiceId, scope: &Scope) -> Vec<TextLine> {
    let mut lines = vec![state(task, id, scope)];
    lines.extend(why(task));
    lines.push(TextLine::blank());
    lines.extend(timeline(task, scope));
    for container in &task.containers {
        lines.push(TextLine::blank());
        lines.extend(container_lines(container, scope));
    }
    lines.push(TextLine::blank());
    lines.extend(place(task));
    if let Some(definition) = scope.facts.definition(&task.task_definition) {
        lines.push(TextLine::blank());
        lines.extend(service::of_definition(definition));
    }
    lines
}

fn state(task: &Task, id: &ServiceId, scope: &Scope) -> TextLine {
    let status = service::status_of(task);
    let glyph = scope.theme.glyph(status);
    let mut line = TextLine::of(&format!("{glyph} {}", service::status_word(task)), status.meaning());
    if !matches!(task.health.as_str(), "" | "UNKNOWN") {
        let meaning = if task.health == "HEALTHY" { Meaning::Good } else { Meaning::Danger };
        line = line.and(&format!("  {}", task.health.to_lowercase()), meaning);
    }
    line = line.and(&format!("  {}", short_name(&task.task_definition)), Meaning::Text);
    let wanted = scope.facts.service(id).map(|s| s.task_definition.as_str()).filter(|w| !w.is_empty());
    if wanted.is_some_and(|wanted| wanted != task.task_definition) {
        let now = short_name(wanted.unwrap_or_default());
        line = line.and(&format!("  old: the service wants {now}"), Meaning::Warning);
    }
    let doing = service::doing(task);
    if doing.is_empty() { line } else { line.and(&format!("  {doing}"), Meaning::Busy) }
}

fn why(task: &Task) -> Vec<TextLine> {
    let Some(explanation) = explain::stopped(task) else { return Vec::new() };
    let mut lines = vec![
        TextLine::blank(),
        TextLine::heading("Why it stopped"),
        TextLine::pair_of("what", &explanation.what, service::status_of(task).meaning()),
        TextLine::pair_of("next", &explanation.next, Meaning::Accent),
    ];
    lines.extend(task.stopped_reason.as_deref().map(|reason| TextLine::pair("AWS says", reason)));
    lines.extend(task.stop_code.as_deref().map(|code| TextLine::pair("stop code", code)));
    let codes = service::exit_codes(task);
    lines.extend((!codes.is_empty()).then(|| TextLine::pair("exit code", &codes)));
    lines
}

/// One step of a task's life: when, what, and how long since the step before.
fn timeline(task: &Task, scope: &Scope) -> Vec<TextLine> {
    let steps = [
        ("created", task.created_at),
        ("image pull began", task.pull_started_at),
        ("image pulled", task.pull_stopped_at),
        ("started", task.started_at),
        ("stopping", task.stopping_at),
        ("stopped", task.stopped_at),
    ];
    let mut steps: Vec<(&str, Timestamp)> = steps.into_iter().filter_map(|(word, at)| Some((word, at?))).collect();
    steps.sort_by_key(|(_, at)| *at);
    let mut lines = vec![TextLine::heading("Timeline")];
    let mut before: Option<Timestamp> = None;
    for (word, at) in &steps {
        let took = before.map(|before| format!("+{}", precise(at.0 - before.0))).unwrap_or_default();
        let line = TextLine::pair(word, &clock::date_time(*at, &scope.zone));
        lines.push(line.and(&format!("  {took:<9}"), Meaning::Accent));
        before = Some(*at);
    }
    if let (Some((_, last)), false) = (steps.last(), task.is_stopped()) {
        let word = if task.started_at.is_some() { "runs for" } else { "waits for" };
        lines.push(TextLine::pair_of(word, &scope.now.since(*last).to_string(), Meaning::Busy));
    }
    lines
}

/// A duration with tenths while it is short: starts are judged by seconds.
fn precise(milliseconds: i64) -> String {
    match milliseconds.max(0) {
        short @ 0..10_000 => format!("{}.{}s", short / 1_000, short % 1_000 / 100),
        long => crate::model::time::Age(long).to_string(),
    }
}

fn container_lines(container: &Container, scope: &Scope) -> Vec<TextLine> {
    let bad = container.exit_code.is_some_and(|code| code != 0) || container.health.as_deref() == Some("UNHEALTHY");
    let status = match (bad, container.last_status.as_str()) {
        (true, _) => Status::Failed,
        (false, "RUNNING") => Status::Running,
        (false, "STOPPED") => Status::Waiting,
        _ => Status::Progressing,
    };
    let word = container.last_status.to_lowercase();
    let mut words = format!("{} {word}", scope.theme.glyph(status));
    if let Some(health) = container.health.as_deref().filter(|health| *health != "UNKNOWN") {
        words.push_str(&format!(", {}", health.to_lowercase()));
    }
    if let Some(code) = container.exit_code {
        words.push_str(&format!(", exit code {code}"));
    }
    let mut lines = vec![
        TextLine::heading(&format!("Container {}", container.name)),
        TextLine::pair_of("state", &words, status.meaning()),
    ];
    lines.extend(container.reason.as_deref().map(|reason| TextLine::pair("reason", reason)));
    lines.push(TextLine::pair("image", &container.image));
    lines.extend(container.digest.as_deref().map(|digest| TextLine::pair("digest", digest)));
    lines.extend(container.ports.iter().map(|(inside, host)| {
        let words = if inside == host { inside.to_string() } else { format!("{inside} on host port {host}") };
        TextLine::pair("port", &words)
    }));
    lines.extend(container.runtime_id.as_deref().map(|id| TextLine::pair("runtime id", id)));
    lines
}

fn place(task: &Task) -> Vec<TextLine> {
    let mut lines = vec![TextLine::heading("Place")];
    let size =
        format!("CPU {} · memory {} MiB", task.cpu.as_deref().unwrap_or("-"), task.memory.as_deref().unwrap_or("-"));
    let facts = [
        ("address", task.private_ip.as_deref()),
        ("zone", task.zone.as_deref()),
        ("launch type", task.launch_type.as_deref()),
        ("capacity provider", task.capacity_provider.as_deref()),
        ("reserved", Some(size.as_str())),
        ("exec", Some(if task.exec_enabled { "enabled" } else { "off" })),
        ("started by", task.started_by.as_deref()),
        ("group", task.group.as_deref()),
        ("arn", Some(task.arn.as_str())),
    ];
    lines.extend(facts.into_iter().filter_map(|(label, value)| Some(TextLine::pair(label, value?))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_durations_show_tenths() {
        for (milliseconds, words) in [(0, "0.0s"), (1_249, "1.2s"), (9_999, "9.9s"), (12_000, "12s"), (-5, "0.0s")] {
            assert_eq!(precise(milliseconds), words);
        }
    }
}
