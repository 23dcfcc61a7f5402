//! `qd tasks`

use serde_json::{Value, json};

use super::ask::only;
use super::failure::{Failure, exit};
use super::output::Output;
use super::prepare::Prepared;
use super::{OfService, json, place};
use crate::effect::Request;
use crate::event::Facts;
use crate::explain;
use crate::model::Task;
use crate::model::task_definition::short_name;

pub(crate) async fn run(prepared: &Prepared, of: &OfService, output: &mut Output<'_>) -> Result<u8, Failure> {
    let service = place::service(prepared, of.name.as_deref()).await?;
    let (mut tasks, partial) = only!(&prepared.clients, Request::Tasks(service.clone()), Facts::Tasks);
    tasks.sort_by_key(|task: &Task| (task.is_stopped(), std::cmp::Reverse(task.stopped_at.or(task.created_at))));
    let row = |t: &Task| {
        let why = explain::stopped(t).map(|explanation| explanation.what).unwrap_or_default();
        vec![
            if output.tty { t.short_id().to_owned() } else { t.id.clone() },
            t.last_status.clone(),
            t.health.clone(),
            short_name(&t.task_definition).to_owned(),
            t.private_ip.clone().unwrap_or_else(|| "-".to_owned()),
            output.time(t.started_at.or(t.created_at)),
            why,
        ]
    };
    let rows: Vec<Vec<String>> = tasks.iter().map(row).collect();
    let all: Vec<Value> = tasks.iter().map(json::task).collect();
    let head = ["TASK", "STATUS", "HEALTH", "REVISION", "ADDRESS", "STARTED", "WHY STOPPED"];
    let document = json!({"cluster": service.cluster, "service": service.service, "tasks": all, "partial": partial});
    output.list(&head, &rows, &document)?;
    if let Some(partial) = partial {
        output.note(&format!("partial: {partial}"));
    }
    Ok(exit::OK)
}
