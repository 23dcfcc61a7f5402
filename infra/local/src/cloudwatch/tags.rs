//! TagResource, UntagResource and ListTagsForResource on metric alarms.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::checks::{invalid_value, required};
use crate::alarms::book::{Book, Record};
use crate::wire::{AwsError, Output, Place, Value};

const MAX_TAGS: usize = 50;

/// A tag as it stands on the wire.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    #[serde(rename = "ResourceARN")]
    arn: Option<String>,
    #[serde(rename = "Tags")]
    tags: Option<Vec<Tag>>,
    #[serde(rename = "TagKeys")]
    keys: Option<Vec<String>>,
}

/// Tags as they are kept.
pub(super) fn checked(tags: Vec<Tag>) -> Result<BTreeMap<String, String>, AwsError> {
    if tags.iter().any(|tag| tag.key.is_empty() || tag.key.starts_with("aws:")) {
        return Err(invalid_value("Tag keys must not be empty and must not start with aws:."));
    }
    let tags: BTreeMap<String, String> = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    check_number(&tags)?;
    Ok(tags)
}

pub(super) fn tag(book: &mut Book, place: &Place, input: Resource) -> Result<Output, AwsError> {
    let record = record(book, place, input.arn)?;
    let mut all = record.tags.clone();
    all.extend(checked(required(input.tags, "Tags")?)?);
    check_number(&all)?;
    record.tags = all;
    Ok(Output::empty_result())
}

pub(super) fn untag(book: &mut Book, place: &Place, input: Resource) -> Result<Output, AwsError> {
    let record = record(book, place, input.arn)?;
    let keys = required(input.keys, "TagKeys")?;
    record.tags.retain(|key, _| !keys.contains(key));
    Ok(Output::empty_result())
}

pub(super) fn list(book: &mut Book, place: &Place, input: Resource) -> Result<Output, AwsError> {
    let record = record(book, place, input.arn)?;
    let tags = record
        .tags
        .iter()
        .map(|(key, value)| Value::Map(vec![("Key", key.as_str().into()), ("Value", value.as_str().into())]));
    Ok(Output::Tree(Value::Map(vec![("Tags", Value::List(tags.collect()))])))
}

fn check_number(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() > MAX_TAGS {
        return Err(invalid_value(format!("A resource can have no more than {MAX_TAGS} tags.")));
    }
    Ok(())
}

fn record<'a>(book: &'a mut Book, place: &Place, arn: Option<String>) -> Result<&'a mut Record, AwsError> {
    let arn = required(arn, "ResourceARN")?;
    if !arn.starts_with("arn:") {
        return Err(invalid_value(format!("The ARN {arn} is not valid.")));
    }
    let found = arn.strip_prefix(&place.alarm("")).and_then(|name| book.alarms.get_mut(name));
    let message = || format!("The resource {arn} does not exist.");
    found.ok_or_else(|| AwsError::client("ResourceNotFoundException", message()).with_status(404))
}
