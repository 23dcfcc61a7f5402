//! DescribeLogGroups: groups by name, prefix, pattern or class, 50 to a page.

use serde::Deserialize;
use serde_json::json;

use super::checks::{invalid, limit, name_of};
use super::store::{Group, Store};
use crate::wire::{AwsError, Output, Place, paging};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeLogGroupsInput {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    log_group_class: Option<String>,
    log_group_identifiers: Option<Vec<String>>,
    next_token: Option<String>,
    limit: Option<i64>,
}

impl DescribeLogGroupsInput {
    fn wants(&self, group: &Group) -> bool {
        let contains = |part: &String| group.name.to_lowercase().contains(&part.to_lowercase());
        self.log_group_name_prefix.as_ref().is_none_or(|prefix| group.name.starts_with(prefix.as_str()))
            && self.log_group_name_pattern.as_ref().is_none_or(contains)
            && self.log_group_class.as_ref().is_none_or(|class| class == group.class)
            && self
                .log_group_identifiers
                .as_ref()
                .is_none_or(|identifiers| identifiers.iter().any(|identifier| name_of(identifier) == &*group.name))
    }
}

pub(super) fn call(store: &Store, place: &Place, input: &DescribeLogGroupsInput) -> Result<Output, AwsError> {
    if input.log_group_name_prefix.is_some() && input.log_group_name_pattern.is_some() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let size = limit(input.limit, 50)?;
    let found = store.groups.values().filter(|group| input.wants(group)).map(|group| described(group, place));
    let (page, next) = paging::page(found, input.next_token.as_deref(), size)
        .ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    Ok(Output::members(json!({"logGroups": page, "nextToken": next})))
}

fn described(group: &Group, place: &Place) -> serde_json::Value {
    let arn = place.log_group(&group.name);
    json!({
        "logGroupName": &*group.name,
        "creationTime": group.created_ms,
        "retentionInDays": group.retention_days,
        "metricFilterCount": group.filters.len(),
        "arn": format!("{arn}:*"),
        "storedBytes": group.bytes,
        "logGroupClass": group.class,
        "logGroupArn": arn,
    })
}
