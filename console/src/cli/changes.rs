//! `qd restart`, `qd scale`, `qd stop`.

use clap::Args;

use super::ask::{self, only};
use super::confirm::{Plan, confirm};
use super::deploy::{refuse_foreign, report};
use super::failure::{Failure, exit};
use super::output::Output;
use super::place;
use super::prepare::Prepared;
use super::span::parse_span;
use super::wait::{Awaited, follow};
use crate::effect::{Request, Write};
use crate::event::Facts;
use crate::model::Task;
use crate::model::task_definition::short_name;

/// Options of `qd restart`.
#[derive(Debug, Clone, Args)]
pub struct Restart {
    /// The service; not needed when there is only one
    pub name: Option<String>,
    /// Follow the deployment and exit with its verdict
    #[arg(long)]
    pub wait: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Give up waiting after this time
    #[arg(long, default_value = "30m", value_name = "SPAN")]
    pub timeout: String,
}

/// Options of `qd scale`.
#[derive(Debug, Clone, Args)]
pub struct Scale {
    /// Number of tasks
    #[arg(value_name = "TASKS")]
    pub to: u32,
    /// The service; not needed when there is only one
    pub name: Option<String>,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// Options of `qd stop`.
#[derive(Debug, Clone, Args)]
pub struct Stop {
    /// Task id, or its beginning when that is enough to tell
    pub task: String,
    /// The service; not needed when there is only one
    pub name: Option<String>,
    /// Reason that ECS shows
    #[arg(long, default_value = "stopped with qd")]
    pub reason: String,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

pub(crate) async fn restart(prepared: &Prepared, options: &Restart, output: &mut Output<'_>) -> Result<u8, Failure> {
    let timeout = parse_span(&options.timeout).map_err(Failure::usage)?;
    let id = place::service(prepared, options.name.as_deref()).await?;
    let service = ask::service(&prepared.clients, &id).await?;
    refuse_foreign(&service)?;
    let plan = Plan {
        title: format!("Restart {}", id.service),
        from_to: format!(
            "{} tasks of {} are replaced by fresh ones",
            service.desired,
            short_name(&service.task_definition)
        ),
        changes: Vec::new(),
        undo: "nothing to undo: the same revision runs".to_owned(),
    };
    let write = Write::Restart { service: id.clone() };
    confirm(prepared, &plan, &write, options.yes, output).await?;
    let awaited = Awaited::next(prepared, &id, options.wait).await?;
    let sentence = ask::write(&prepared.clients, write).await?;
    report(&sentence, options.wait, output)?;
    match awaited {
        Some(awaited) => follow(prepared, &id, awaited, timeout, output).await,
        None => Ok(exit::OK),
    }
}

pub(crate) async fn scale(prepared: &Prepared, options: &Scale, output: &mut Output<'_>) -> Result<u8, Failure> {
    let id = place::service(prepared, options.name.as_deref()).await?;
    let service = ask::service(&prepared.clients, &id).await?;
    refuse_foreign(&service)?;
    let from = service.desired;
    if from == options.to {
        output.progress(&format!("{} has a desired count of {from} already", id.service))?;
        return Ok(exit::OK);
    }
    let plan = Plan {
        title: format!("Scale {}", id.service),
        from_to: format!("desired count {from} -> {}", options.to),
        changes: Vec::new(),
        undo: format!("qd scale {from} {}", id.service),
    };
    let write = Write::Scale { service: id, from, to: options.to };
    confirm(prepared, &plan, &write, options.yes, output).await?;
    let sentence = ask::write(&prepared.clients, write).await?;
    report(&sentence, false, output)?;
    Ok(exit::OK)
}

pub(crate) async fn stop(prepared: &Prepared, options: &Stop, output: &mut Output<'_>) -> Result<u8, Failure> {
    let id = place::service(prepared, options.name.as_deref()).await?;
    let (tasks, _) = only!(&prepared.clients, Request::Tasks(id.clone()), Facts::Tasks);
    let task = the_task(&tasks, &options.task)?;
    let plan = Plan {
        title: format!("Stop task {}", task.id),
        from_to: format!("{} -> STOPPED; the service starts another one", task.last_status),
        changes: Vec::new(),
        undo: "nothing to undo: the service replaces it".to_owned(),
    };
    let write = Write::StopTask { service: id, task: task.id.clone(), reason: options.reason.clone() };
    confirm(prepared, &plan, &write, options.yes, output).await?;
    let sentence = ask::write(&prepared.clients, write).await?;
    report(&sentence, false, output)?;
    Ok(exit::OK)
}

/// The one task that is not stopped and whose id begins so.
fn the_task<'a>(tasks: &'a [Task], beginning: &str) -> Result<&'a Task, Failure> {
    let alive = || tasks.iter().filter(|task| !task.is_stopped());
    let found: Vec<&Task> = alive().filter(|task| !beginning.is_empty() && task.id.starts_with(beginning)).collect();
    match found.as_slice() {
        [task] => Ok(task),
        [] => {
            let known: Vec<&str> = alive().map(Task::short_id).collect();
            Err(Failure::not_found(format!("no running task begins with {beginning}; there are {}", known.join(", "))))
        }
        several => Err(Failure::usage(format!("{} tasks begin with {beginning}; write more of it", several.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_named_by_enough_of_its_id() {
        let task = |id: &str, status: &str| Task { id: id.into(), last_status: status.into(), ..Task::default() };
        let tasks = [task("aa11", "RUNNING"), task("aa22", "RUNNING"), task("bb", "STOPPED")];
        for (beginning, expected) in
            [("aa1", Ok("aa11")), ("aa", Err(exit::USAGE)), ("bb", Err(exit::NOT_FOUND)), ("", Err(exit::NOT_FOUND))]
        {
            assert_eq!(the_task(&tasks, beginning).map(|t| t.id.as_str()).map_err(|f| f.code), expected, "{beginning}");
        }
    }
}
