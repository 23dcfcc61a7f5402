//! Tasks: run, stop, list, describe.

mod face;
mod run;

use aws_sdk_ecs::operation::describe_tasks::{DescribeTasksInput, DescribeTasksOutput};
use aws_sdk_ecs::operation::list_tasks::{ListTasksInput, ListTasksOutput};
use aws_sdk_ecs::operation::stop_task::{StopTaskInput, StopTaskOutput};
use aws_sdk_ecs::types::{DesiredStatus, Failure, LaunchType, TaskField};

pub(super) use run::run;

use super::world::World;
use super::{errors, names, paging};
use crate::scheduler::TaskId;
use crate::scheduler::task::{Owner, Task};
use crate::wire::AwsError;

pub(super) fn stop(world: &mut World, now_ms: i64, input: &StopTaskInput) -> Result<StopTaskOutput, AwsError> {
    let cluster = world.cluster(input.cluster.as_deref())?;
    let id = task_id(input.task.as_deref().unwrap_or_default())?;
    let known = world.scheduler.tasks.get(&id).is_some_and(|task| task.cluster == cluster);
    if !known {
        return Err(errors::invalid("The referenced task was not found."));
    }
    let reason = input.reason.clone().filter(|reason| !reason.is_empty());
    world.scheduler.stop_task(now_ms, &id, reason.unwrap_or_else(|| "Task stopped by user".to_owned()));
    let shown = world.scheduler.tasks.get(&id).map(|task| face::face(world, task, false));
    Ok(StopTaskOutput::builder().set_task(shown).build())
}

pub(super) fn list(world: &mut World, _now_ms: i64, input: &ListTasksInput) -> Result<ListTasksOutput, AwsError> {
    let cluster = world.cluster(input.cluster.as_deref())?;
    let service = match input.service_name.as_deref() {
        Some(named) => Some(world.service(input.cluster.as_deref(), Some(named))?),
        None => None,
    };
    let running = match input.desired_status {
        None | Some(DesiredStatus::Running | DesiredStatus::Pending) => true,
        Some(DesiredStatus::Stopped) => false,
        Some(_) => return Err(errors::invalid("desiredStatus must be RUNNING, PENDING or STOPPED.")),
    };
    let of_service = |task: &Task| match (&service, &task.owner) {
        (None, _) => true,
        (Some(wanted), Owner::Service { key, .. }) => key == wanted,
        (Some(_), Owner::Alone { .. }) => false,
    };
    let same = |wanted: &Option<String>, found: Option<&str>| wanted.is_none() || wanted.as_deref() == found;
    let arns = world
        .scheduler
        .tasks
        .values()
        .filter(|task| task.cluster == cluster && task.wanted == running && input.container_instance.is_none())
        .filter(|task| of_service(task))
        .filter(|task| same(&input.family, Some(&task.template.launch.family)))
        .filter(|task| same(&input.started_by, task.started_by()))
        .filter(|task| input.launch_type.is_none() || input.launch_type == Some(launch_type(world, task)))
        .map(|task| names::task_arn(&world.place, &task.cluster, task.id.as_str()))
        .collect();
    let (arns, next) = paging::page(arns, input.next_token.as_deref(), input.max_results, 100)?;
    Ok(ListTasksOutput::builder().set_task_arns(Some(arns)).set_next_token(next).build())
}

pub(super) fn describe(
    world: &mut World,
    _now_ms: i64,
    input: &DescribeTasksInput,
) -> Result<DescribeTasksOutput, AwsError> {
    let cluster = world.cluster(input.cluster.as_deref())?;
    match input.tasks().len() {
        0 => return Err(errors::invalid("Tasks cannot be empty.")),
        1..=100 => {}
        _ => return Err(errors::invalid("Tasks can have at most 100 items.")),
    }
    let with_tags = input.include().contains(&TaskField::Tags);
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for named in input.tasks() {
        let id = task_id(named)?;
        match world.scheduler.tasks.get(&id).filter(|task| task.cluster == cluster) {
            Some(task) => tasks.push(face::face(world, task, with_tags)),
            None => {
                let arn = names::task_arn(&world.place, &cluster, id.as_str());
                failures.push(Failure::builder().arn(arn).reason("MISSING").build());
            }
        }
    }
    Ok(DescribeTasksOutput::builder().set_tasks(Some(tasks)).set_failures(Some(failures)).build())
}

fn task_id(named: &str) -> Result<TaskId, AwsError> {
    let id = names::last_part(named);
    if [32, 36].contains(&id.len()) {
        Ok(TaskId::new(id))
    } else {
        Err(errors::invalid("taskId length should be one of [32,36]"))
    }
}

/// How a task was launched: as its service, or as `RunTask` was told.
pub(super) fn launch_type(world: &World, task: &Task) -> LaunchType {
    let told = match &task.owner {
        Owner::Service { key, .. } => world.services.get(key).and_then(|face| face.service.launch_type.clone()),
        Owner::Alone { .. } => world.tasks.get(&task.id).and_then(|face| face.launch_type.clone()),
    };
    told.unwrap_or(LaunchType::Ec2)
}
