//! TagResource, UntagResource and ListTagsForResource on repositories.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::checks::{invalid, required};
use super::store::{Registry, Repository};
use crate::wire::{AwsError, Output, Place};

const MAX_TAGS: usize = 50;

/// A tag; unlike elsewhere in ECR its members begin with capitals.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    resource_arn: Option<String>,
    tags: Option<Vec<Tag>>,
    tag_keys: Option<Vec<String>>,
}

/// Adds tags to others.
pub(super) fn added(to: &BTreeMap<String, String>, tags: &[Tag]) -> Result<BTreeMap<String, String>, AwsError> {
    if tags.iter().any(|tag| tag.key.is_empty() || tag.key.starts_with("aws:")) {
        let message = "Tag keys must not be empty and must not start with aws:.";
        return Err(AwsError::client("InvalidTagParameterException", message));
    }
    let mut all = to.clone();
    all.extend(tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())));
    if all.len() > MAX_TAGS {
        let message = format!("A resource can have no more than {MAX_TAGS} tags.");
        return Err(AwsError::client("TooManyTagsException", message));
    }
    Ok(all)
}

pub(super) fn tag(registry: &mut Registry, place: &Place, input: &Resource) -> Result<Output, AwsError> {
    let tags = required(input.tags.as_deref(), "tags")?;
    let repository = repository(registry, place, input)?;
    repository.resource_tags = added(&repository.resource_tags, tags)?;
    Ok(Output::empty())
}

pub(super) fn untag(registry: &mut Registry, place: &Place, input: &Resource) -> Result<Output, AwsError> {
    let keys = required(input.tag_keys.as_deref(), "tagKeys")?;
    repository(registry, place, input)?.resource_tags.retain(|key, _| !keys.contains(key));
    Ok(Output::empty())
}

pub(super) fn list(registry: &mut Registry, place: &Place, input: &Resource) -> Result<Output, AwsError> {
    let tags = repository(registry, place, input)?.resource_tags.iter();
    let tags: Vec<_> = tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    Ok(Output::members(json!({"tags": tags})))
}

fn repository<'a>(registry: &'a mut Registry, place: &Place, input: &Resource) -> Result<&'a mut Repository, AwsError> {
    let arn = required(input.resource_arn.as_deref(), "resourceArn")?;
    let name = arn.strip_prefix(&place.repository(""));
    registry.repository(name.ok_or_else(|| {
        invalid(format!("Invalid parameter at 'resourceArn' failed to satisfy constraint: '{arn} is no repository'"))
    })?)
}
