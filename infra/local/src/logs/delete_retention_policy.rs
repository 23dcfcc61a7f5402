//! DeleteRetentionPolicy: the group keeps its events for ever, or until it is full.

use serde::Deserialize;

use super::checks::{not_found, required};
use super::store::Store;
use crate::wire::{AwsError, Output};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteRetentionPolicyInput {
    log_group_name: Option<String>,
}

pub(super) fn call(store: &mut Store, input: DeleteRetentionPolicyInput) -> Result<Output, AwsError> {
    let name = required(input.log_group_name, "logGroupName")?;
    store.groups.get_mut(name.as_str()).ok_or_else(|| not_found("log group"))?.retention_days = None;
    Ok(Output::empty())
}
