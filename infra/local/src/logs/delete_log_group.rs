//! DeleteLogGroup: the group, its streams and its events.

use serde::Deserialize;

use super::checks::{not_found, required};
use super::store::Store;
use crate::wire::{AwsError, Output};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteLogGroupInput {
    log_group_name: Option<String>,
}

pub(super) fn call(store: &mut Store, input: DeleteLogGroupInput) -> Result<Output, AwsError> {
    let name = required(input.log_group_name, "logGroupName")?;
    store.groups.remove(name.as_str()).ok_or_else(|| not_found("log group"))?;
    Ok(Output::empty())
}
