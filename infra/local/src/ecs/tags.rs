//! Tags of clusters, services, tasks and task definitions.

use aws_sdk_ecs::operation::list_tags_for_resource::{ListTagsForResourceInput, ListTagsForResourceOutput};
use aws_sdk_ecs::operation::tag_resource::{TagResourceInput, TagResourceOutput};
use aws_sdk_ecs::operation::untag_resource::{UntagResourceInput, UntagResourceOutput};

use super::errors;
use super::world::World;
use crate::scheduler::ServiceKey;
use crate::wire::AwsError;

/// More tags than this are refused.
const MOST_TAGS: usize = 50;

pub(super) fn list(
    world: &mut World,
    _now_ms: i64,
    input: &ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, AwsError> {
    let arn = existing(world, input.resource_arn.as_deref())?;
    Ok(ListTagsForResourceOutput::builder().set_tags(Some(world.tags_of(&arn))).build())
}

pub(super) fn tag(world: &mut World, _now_ms: i64, input: &TagResourceInput) -> Result<TagResourceOutput, AwsError> {
    let arn = existing(world, input.resource_arn.as_deref())?;
    let mut tags = world.tags_of(&arn);
    for tag in input.tags() {
        if tag.key().is_none_or(|key| key.is_empty() || key.starts_with("aws:")) {
            return Err(errors::invalid("Tag keys must not be empty and must not start with aws:."));
        }
        tags.retain(|present| present.key != tag.key);
        tags.push(tag.clone());
    }
    if tags.len() > MOST_TAGS {
        return Err(errors::invalid("The maximum number of tags per resource is 50."));
    }
    world.tags.insert(arn, tags);
    Ok(TagResourceOutput::builder().build())
}

pub(super) fn untag(
    world: &mut World,
    _now_ms: i64,
    input: &UntagResourceInput,
) -> Result<UntagResourceOutput, AwsError> {
    let arn = existing(world, input.resource_arn.as_deref())?;
    let mut tags = world.tags_of(&arn);
    tags.retain(|tag| !tag.key.as_ref().is_some_and(|key| input.tag_keys().contains(key)));
    world.tags.insert(arn, tags);
    Ok(UntagResourceOutput::builder().build())
}

fn existing(world: &World, arn: Option<&str>) -> Result<String, AwsError> {
    let arn = arn.unwrap_or_default();
    let resource = arn.splitn(6, ':').nth(5).filter(|_| arn.starts_with("arn:"));
    let Some(resource) = resource else {
        return Err(errors::invalid("Invalid ARN."));
    };
    let parts: Vec<&str> = resource.split('/').collect();
    let exists = match parts[..] {
        ["cluster", name] => world.cluster(Some(name)).is_ok(),
        ["service", cluster, name] => world.services.contains_key(&ServiceKey::new(cluster, name)),
        ["task", _, id] => world.scheduler.tasks.contains_key(id),
        ["task-definition", name] => name.contains(':') && world.definition(name).is_some(),
        _ => false,
    };
    // The account and region are those of the stack, whatever the caller wrote.
    let canonical = world.place.arn("ecs", resource);
    let not_found = || AwsError::client("ResourceNotFoundException", "The specified resource wasn't found.");
    if exists { Ok(canonical) } else { Err(not_found()) }
}
