//! RunTask.

use aws_sdk_ecs::operation::run_task::{RunTaskInput, RunTaskOutput};
use aws_sdk_ecs::types::{LaunchType, PropagateTags, Tag, TaskDefinition, TaskOverride};

use super::face;
use crate::ecs::services::check_network;
use crate::ecs::world::{TaskFace, World};
use crate::ecs::{errors, launch, names};
use crate::scheduler::TaskId;
use crate::wire::AwsError;

pub(in crate::ecs) fn run(world: &mut World, now_ms: i64, input: &RunTaskInput) -> Result<RunTaskOutput, AwsError> {
    let cluster = world.cluster(input.cluster.as_deref())?;
    let token = input.client_token.clone().map(|token| (cluster.clone(), token));
    let known = token.as_ref().and_then(|token| world.run_tokens.get(token)).cloned();
    let started = match known {
        Some(tasks) => tasks,
        None => start(world, now_ms, &cluster, input)?,
    };
    if let Some(token) = token {
        world.run_tokens.insert(token, started.clone());
    }
    let shown = started.iter().filter_map(|id| world.scheduler.tasks.get(id));
    let tasks = shown.map(|task| face::face(world, task, true)).collect();
    Ok(RunTaskOutput::builder().set_tasks(Some(tasks)).set_failures(Some(Vec::new())).build())
}

fn start(world: &mut World, now_ms: i64, cluster: &str, input: &RunTaskInput) -> Result<Vec<TaskId>, AwsError> {
    let count = input.count.unwrap_or(1);
    if !(1..=10).contains(&count) {
        return Err(errors::invalid("Count must be between 1 and 10."));
    }
    let definition = world.usable_definition(input.task_definition.as_deref())?;
    check_network(&definition, input.network_configuration.as_ref())?;
    let overrides = input.overrides.clone().unwrap_or_else(|| TaskOverride::builder().build());
    let mut template = launch::template(cluster, &definition, &[]);
    launch::apply_overrides(&mut template, &overrides)?;
    let family = definition.family.clone().unwrap_or_default();
    let group = input.group.clone().unwrap_or_else(|| format!("family:{family}"));
    let tags = tags(world, input, &definition);
    let mut started = Vec::new();
    for _ in 0..count {
        let started_by = input.started_by.clone();
        let id = world.scheduler.run_task(now_ms, cluster, group.clone(), started_by, template.clone());
        let told = TaskFace {
            overrides: overrides.clone(),
            launch_type: Some(input.launch_type.clone().unwrap_or(LaunchType::Ec2)),
            platform_version: input.platform_version.clone(),
            enable_execute_command: input.enable_execute_command.unwrap_or(false),
        };
        world.tasks.insert(id.clone(), told);
        world.tags.insert(names::task_arn(&world.place, cluster, id.as_str()), tags.clone());
        started.push(id);
    }
    Ok(started)
}

fn tags(world: &World, input: &RunTaskInput, definition: &TaskDefinition) -> Vec<Tag> {
    let mut tags = input.tags.clone().unwrap_or_default();
    if input.propagate_tags == Some(PropagateTags::TaskDefinition) {
        let own: Vec<Tag> = tags.clone();
        let arn = definition.task_definition_arn.as_deref().unwrap_or_default();
        tags.extend(world.tags_of(arn).into_iter().filter(|tag| !own.iter().any(|sent| sent.key == tag.key)));
    }
    tags
}
