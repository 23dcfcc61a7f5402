//! TagResource, UntagResource and ListTagsForResource on log groups.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::checks::{invalid, name_of, not_found, required};
use super::store::{Group, Store};
use crate::wire::{AwsError, Output, Place};

const MAX_TAGS: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    resource_arn: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    tag_keys: Option<Vec<String>>,
}

pub(super) fn tag(store: &mut Store, place: &Place, input: Resource) -> Result<Output, AwsError> {
    let tags = required(input.tags, "tags")?;
    let group = group(store, place, input.resource_arn)?;
    let mut all = group.tags.clone();
    all.extend(tags);
    if all.len() > MAX_TAGS {
        return Err(AwsError::client(
            "TooManyTagsException",
            format!("A resource can have no more than {MAX_TAGS} tags."),
        ));
    }
    group.tags = all;
    Ok(Output::empty())
}

pub(super) fn untag(store: &mut Store, place: &Place, input: Resource) -> Result<Output, AwsError> {
    let keys = required(input.tag_keys, "tagKeys")?;
    let group = group(store, place, input.resource_arn)?;
    group.tags.retain(|key, _| !keys.contains(key));
    Ok(Output::empty())
}

pub(super) fn list(store: &mut Store, place: &Place, input: Resource) -> Result<Output, AwsError> {
    let group = group(store, place, input.resource_arn)?;
    Ok(Output::members(json!({"tags": group.tags})))
}

fn group<'a>(store: &'a mut Store, place: &Place, arn: Option<String>) -> Result<&'a mut Group, AwsError> {
    let arn = required(arn, "resourceArn")?;
    if !arn.starts_with(&place.log_group("")) {
        return Err(invalid(format!("The specified resource ARN is invalid: {arn}")));
    }
    store.groups.get_mut(name_of(&arn)).ok_or_else(|| not_found("resource"))
}
