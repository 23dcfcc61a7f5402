//! Tab 1: the tasks, running ones first, then the stopped ones with the reason in words.

use crate::explain;
use crate::model::task_definition::short_name;
use crate::model::{ServiceId, Task, Timestamp};
use crate::screens::services::stopped_or_made;
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Table, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};

/// Which tasks are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Shown {
    /// Every task that is known.
    #[default]
    All,
    /// Tasks that have not stopped.
    Running,
    /// Tasks that have.
    Stopped,
}

impl Shown {
    /// What `x` turns to.
    pub(super) fn next(self) -> Self {
        match self {
            Self::All => Self::Running,
            Self::Running => Self::Stopped,
            Self::Stopped => Self::All,
        }
    }

    /// For the title.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::All => "tasks, all",
            Self::Running => "tasks, running",
            Self::Stopped => "tasks, stopped",
        }
    }

    fn has(self, task: &Task) -> bool {
        match self {
            Self::All => true,
            Self::Running => !task.is_stopped(),
            Self::Stopped => task.is_stopped(),
        }
    }
}

/// A task, and whether its service wants another revision by now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TaskRow<'a> {
    pub(super) task: &'a Task,
    old: bool,
}

impl Row for TaskRow<'_> {
    fn id(&self) -> String {
        self.task.id.clone()
    }

    fn status(&self) -> Status {
        status_of(self.task)
    }
}

/// How a task fares. A stop that somebody wanted is no fault.
pub(crate) fn status_of(task: &Task) -> Status {
    if task.is_stopped() {
        return if stop_was_wanted(task) { Status::Waiting } else { Status::Failed };
    }
    match task.last_status.as_str() {
        "RUNNING" if task.health == "UNHEALTHY" => Status::Failed,
        "RUNNING" if task.desired_status != "STOPPED" => Status::Running,
        _ => Status::Progressing,
    }
}

fn stop_was_wanted(task: &Task) -> bool {
    let reason = task.stopped_reason.as_deref().unwrap_or_default().to_lowercase();
    match task.stop_code.as_deref() {
        Some("ServiceSchedulerInitiated") => reason.contains("scaling activity"),
        Some("UserInitiated" | "SpotInterruption" | "TerminationNotice" | "InfrastructureHealth") => true,
        _ => false,
    }
}

/// `running`, `stopping`, …: AWS's word, and the one for a running task that is to end.
pub(crate) fn status_word(task: &Task) -> String {
    let ending = task.desired_status == "STOPPED" && task.last_status == "RUNNING";
    if ending { "stopping".to_owned() } else { clean(&task.last_status).to_lowercase() }
}

/// The list begins sorted by state: ill and running before stopped, newest first.
pub(super) fn table() -> Table {
    Table::sorted(1, false)
}

/// The tasks to list, newest first.
pub(super) fn rows<'a>(id: &ServiceId, shown: Shown, scope: &'a Scope) -> Vec<TaskRow<'a>> {
    let wanted = scope.facts.service(id).map(|service| service.task_definition.as_str());
    let tasks = scope.facts.tasks.get(id).and_then(|held| held.value.as_ref());
    let old = |task: &Task| wanted.is_some_and(|wanted| !wanted.is_empty() && wanted != task.task_definition);
    let mut rows: Vec<TaskRow<'a>> =
        tasks.into_iter().flatten().filter(|t| shown.has(t)).map(|task| TaskRow { task, old: old(task) }).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(stopped_or_made(row.task)));
    rows
}

fn rank(task: &Task) -> f64 {
    match (task.is_stopped(), status_of(task)) {
        (true, _) => 3.0,
        (false, Status::Failed) => 0.0,
        (false, Status::Progressing) => 1.0,
        (false, _) => 2.0,
    }
}

fn column<'a>(
    title: &'static str,
    width: Width,
    drop: u8,
    cell: fn(&TaskRow<'a>, &Scope) -> Cell,
    sort: fn(&TaskRow<'a>, &Scope) -> SortKey,
) -> Column<TaskRow<'a>> {
    Column { title, width, right: false, drop, cell, sort }
}

fn optional(text: Option<&str>) -> Cell {
    text.map_or_else(|| Cell::of("-", Meaning::Muted), |text| Cell::text(clean(text)))
}

fn optional_key(text: Option<&str>) -> SortKey {
    text.map_or(SortKey::Missing, SortKey::text)
}

/// The columns. At 80 columns id, state, health, revision, exit code, age and the reason stay.
pub(super) fn columns<'a>() -> Vec<Column<TaskRow<'a>>> {
    let fixed = Width::Fixed;
    vec![
        column("TASK", fixed(8), 0, |r, _| Cell::text(clean(r.task.short_id())), |r, _| SortKey::text(&r.task.id)),
        column("ST", fixed(14), 0, status_cell, |r, _| SortKey::Number(rank(r.task))),
        column("HEALTH", fixed(9), 1, |r, _| health(r.task), |r, _| SortKey::text(&r.task.health)),
        column("REV", fixed(7), 0, revision, |r, _| SortKey::text(&r.task.task_definition)),
        column("EXIT", fixed(4), 0, |r, _| exit(r.task), |r, _| SortKey::text(&exit_codes(r.task))),
        column("AGE", fixed(6), 0, age, |r, _| stopped_or_made(r.task).map_or(SortKey::Missing, newest_first)),
        column("CPU/MEM", fixed(10), 2, |r, _| reserved(r.task), |r, _| optional_key(r.task.cpu.as_deref())),
        column(
            "IP",
            fixed(15),
            3,
            |r, _| optional(r.task.private_ip.as_deref()),
            |r, _| optional_key(r.task.private_ip.as_deref()),
        ),
        column(
            "ZONE",
            fixed(12),
            4,
            |r, _| optional(r.task.zone.as_deref()),
            |r, _| optional_key(r.task.zone.as_deref()),
        ),
        column("CAPACITY", fixed(12), 5, |r, _| optional(capacity(r.task)), |r, _| optional_key(capacity(r.task))),
        column(
            "STOP CODE",
            fixed(24),
            6,
            |r, _| optional(r.task.stop_code.as_deref()),
            |r, _| optional_key(r.task.stop_code.as_deref()),
        ),
        column("WHY", Width::Prose(18), 0, |r, _| why(r.task), |r, _| SortKey::text(&why(r.task).plain())),
    ]
}

fn newest_first(at: Timestamp) -> SortKey {
    #[allow(clippy::cast_precision_loss, reason = "a sort key")]
    SortKey::Number(-(at.0 as f64))
}

fn status_cell(row: &TaskRow<'_>, scope: &Scope) -> Cell {
    let status = row.status();
    Cell::of(format!("{} {}", scope.theme.glyph(status), status_word(row.task)), status.meaning())
}

fn health(task: &Task) -> Cell {
    let meaning = match task.health.as_str() {
        "HEALTHY" => Meaning::Good,
        "UNHEALTHY" => Meaning::Danger,
        _ => Meaning::Muted,
    };
    match task.health.as_str() {
        "" | "UNKNOWN" => Cell::of("-", Meaning::Muted),
        word => Cell::of(clean(word).to_lowercase(), meaning),
    }
}

fn revision(row: &TaskRow<'_>, _: &Scope) -> Cell {
    let name = short_name(&row.task.task_definition);
    let number = clean(name.rsplit_once(':').map_or(name, |(_, number)| number)).into_owned();
    let mut pieces = vec![(number, Meaning::Text)];
    // A stopped task of an old revision is nothing to wonder at.
    if row.old && !row.task.is_stopped() {
        pieces.push((" old".to_owned(), Meaning::Warning));
    }
    Cell(pieces)
}

/// `1`, or `0,137` when there are several containers.
pub(crate) fn exit_codes(task: &Task) -> String {
    let codes: Vec<String> = task.containers.iter().filter_map(|c| Some(c.exit_code?.to_string())).collect();
    codes.join(",")
}

fn exit(task: &Task) -> Cell {
    let codes = exit_codes(task);
    let bad = task.containers.iter().any(|c| c.exit_code.is_some_and(|code| code != 0));
    match codes.as_str() {
        "" => Cell::of("-", Meaning::Muted),
        _ => Cell::of(codes, if bad && !stop_was_wanted(task) { Meaning::Danger } else { Meaning::Text }),
    }
}

fn age(row: &TaskRow<'_>, scope: &Scope) -> Cell {
    let since =
        if row.task.is_stopped() { stopped_or_made(row.task) } else { row.task.started_at.or(row.task.created_at) };
    since.map_or_else(|| Cell::of("-", Meaning::Muted), |at| Cell::text(scope.now.since(at).to_string()))
}

fn reserved(task: &Task) -> Cell {
    match (task.cpu.as_deref(), task.memory.as_deref()) {
        (None, None) => Cell::of("-", Meaning::Muted),
        (cpu, memory) => Cell::text(format!("{}/{}", clean(cpu.unwrap_or("-")), clean(memory.unwrap_or("-")))),
    }
}

fn capacity(task: &Task) -> Option<&str> {
    task.capacity_provider.as_deref().or(task.launch_type.as_deref())
}

fn why(task: &Task) -> Cell {
    match explain::stopped(task) {
        // Container and exit code have columns of their own.
        Some(explanation) => {
            let what = explanation.what.split_once(": ").filter(|(head, _)| head.starts_with("Container "));
            Cell::of(what.map_or(explanation.what.as_str(), |(_, meaning)| meaning), status_of(task).meaning())
        }
        None => Cell::of(doing(task), Meaning::Muted),
    }
}

/// What a task that is not stopped waits for.
pub(crate) fn doing(task: &Task) -> &'static str {
    match (task.last_status.as_str(), task.pull_started_at, task.pull_stopped_at) {
        ("RUNNING", ..) => "",
        (_, Some(_), None) => "pulling the image",
        ("PROVISIONING", ..) => "waiting for its network or its host",
        ("PENDING", None, _) => "waiting for the agent",
        ("PENDING" | "ACTIVATING", ..) => "starting its containers",
        _ => "",
    }
}

/// What the strip below the list says about a task.
pub(super) fn facts(row: &TaskRow<'_>, scope: &Scope) -> Vec<(&'static str, String, Meaning)> {
    let task = row.task;
    let mut facts = Vec::new();
    if let Some(explanation) = explain::stopped(task) {
        facts.push(("why", explanation.what, status_of(task).meaning()));
        facts.push(("next", explanation.next, Meaning::Accent));
        facts.extend(
            task.stopped_reason.as_deref().map(|reason| ("AWS says", clean(reason).into_owned(), Meaning::Text)),
        );
        return facts;
    }
    let container = |c: &crate::model::Container| {
        let health = c.health.as_deref().filter(|h| *h != "UNKNOWN").map(|h| format!(" {h}")).unwrap_or_default();
        clean(&format!("{} {}{}", c.name, c.last_status, health).to_lowercase()).into_owned()
    };
    let containers: Vec<String> = task.containers.iter().map(container).collect();
    facts.push(("runs", containers.join(", "), Meaning::Text));
    let placed = [task.private_ip.as_deref(), task.zone.as_deref(), capacity(task)];
    let placed: Vec<String> = placed.into_iter().flatten().map(|text| clean(text).into_owned()).collect();
    let size = reserved(task).plain();
    facts.push(("where", format!("{} · CPU/memory {size}", placed.join(" · ")), Meaning::Text));
    if row.old {
        let words = format!("runs {}, which the service no longer wants", clean(short_name(&task.task_definition)));
        facts.push(("revision", words, Meaning::Warning));
    }
    let waits = doing(task);
    if !waits.is_empty() {
        let since = task.created_at.map(|at| format!(" for {}", scope.now.since(at))).unwrap_or_default();
        facts.push(("now", format!("{waits}{since}"), Meaning::Busy));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stop_nobody_wanted_is_a_fault() {
        let stopped = |code: &str, reason: &str| Task {
            last_status: "STOPPED".into(),
            stop_code: Some(code.into()),
            stopped_reason: Some(reason.into()),
            ..Task::default()
        };
        for (task, status) in [
            (stopped("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment x)"), Status::Waiting),
            (stopped("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group x)"), Status::Failed),
            (stopped("UserInitiated", "Task stopped by user"), Status::Waiting),
            (stopped("EssentialContainerExited", "Essential container in task exited"), Status::Failed),
            (stopped("TaskFailedToStart", "CannotPullContainerError"), Status::Failed),
            (Task { last_status: "RUNNING".into(), health: "UNHEALTHY".into(), ..Task::default() }, Status::Failed),
            (Task { last_status: "RUNNING".into(), ..Task::default() }, Status::Running),
            (Task { last_status: "PENDING".into(), ..Task::default() }, Status::Progressing),
        ] {
            assert_eq!(status_of(&task), status, "{task:?}");
        }
    }
}
