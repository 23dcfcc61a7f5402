//! PutRetentionPolicy: how many days a group keeps its events.

use serde::Deserialize;

use super::checks::{not_found, required, violated};
use super::store::Store;
use crate::wire::{AwsError, Output};

const LAWFUL_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRetentionPolicyInput {
    log_group_name: Option<String>,
    retention_in_days: Option<u32>,
}

pub(super) fn call(store: &mut Store, input: PutRetentionPolicyInput, now_ms: i64) -> Result<Output, AwsError> {
    let name = required(input.log_group_name, "logGroupName")?;
    let days = required(input.retention_in_days, "retentionInDays")?;
    if !LAWFUL_DAYS.contains(&days) {
        let set: Vec<String> = LAWFUL_DAYS.iter().map(ToString::to_string).collect();
        let constraint = format!("Member must satisfy enum value set: [{}]", set.join(", "));
        return Err(violated(&days.to_string(), "retentionInDays", &constraint));
    }
    let group = store.groups.get_mut(name.as_str()).ok_or_else(|| not_found("log group"))?;
    group.retention_days = Some(days);
    group.drop_expired(now_ms);
    Ok(Output::empty())
}
