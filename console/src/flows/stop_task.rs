//! Stop one task; the service puts another in its place.

use super::{ask, calls, check, named, refusal, say};
use crate::dialog::Dialog;
use crate::effect::Write;
use crate::event::Verdict;
use crate::model::{Service, Task};
use crate::screens::Intent;
use crate::state::Scope;

/// Asks before a task is stopped.
#[must_use]
pub fn stop_task(service: &Service, task: &Task, scope: &Scope) -> Vec<Intent> {
    if let Some(reason) = refusal(service, scope) {
        return say(reason);
    }
    if task.is_stopped() || task.desired_status == "STOPPED" {
        return say(format!("task {} has stopped, or is about to, already", task.short_id()));
    }
    let who = scope.context.identity.as_deref().unwrap_or("an operator");
    let reason = format!("Stopped from Quarterdeck by {}", crate::text::clean(who));
    let proposal = Write::StopTask { service: service.id.clone(), task: task.id.clone(), reason: reason.clone() };
    let title = format!("Stop task {} of {}", task.short_id(), service.id.service);
    let mut dialog = Dialog::new(title, "Stop task", proposal, service, scope);
    let state = format!("{} {}", task.last_status, task.health).trim_end().to_owned();
    dialog.from_to = vec![
        ("task".to_owned(), state, "STOPPED".to_owned()),
        ("revision".to_owned(), named(service, &task.task_definition, scope), replacement(service, task, scope)),
    ];
    dialog.consequence = consequence(service);
    dialog.checks = alone(service, task, scope);
    dialog.calls = vec![calls::stop_task(&service.id, &task.id, &reason)];
    dialog.undo = "a stopped task cannot be resumed; the service's replacement takes its place".to_owned();
    ask(dialog)
}

fn consequence(service: &Service) -> String {
    let drain = if service.load_balancers.is_empty() {
        "ECS sends its containers SIGTERM"
    } else {
        "ECS takes it out of the load balancer, waits for open requests, then sends its containers SIGTERM"
    };
    format!(
        "{drain} and, after stopTimeout (30 s unless the definition says otherwise), SIGKILL. The service wants {} and \
         starts another at once.",
        super::tasks(service.desired)
    )
}

fn replacement(service: &Service, task: &Task, scope: &Scope) -> String {
    if task.task_definition == service.task_definition {
        return "a new task of the same".to_owned();
    }
    format!("a new task of {}", named(service, &service.task_definition, scope))
}

fn alone(service: &Service, task: &Task, scope: &Scope) -> Vec<crate::event::Check> {
    let others = match scope.facts.tasks.get(&service.id).and_then(|held| held.value.as_ref()) {
        Some(all) => all.iter().filter(|t| t.id != task.id && t.last_status == "RUNNING").count(),
        None => usize::try_from(service.running.saturating_sub(1)).unwrap_or(0),
    };
    match others {
        0 => vec![check("others running", Verdict::Warning, "none: no task answers until the replacement is up")],
        n => vec![check("others running", Verdict::Ok, n.to_string())],
    }
}
