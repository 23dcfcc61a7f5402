//! CreateLogStream.

use serde::Deserialize;

use super::checks::{self, already_exists, not_found, required};
use super::store::Store;
use crate::wire::{AwsError, Output};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateLogStreamInput {
    log_group_name: Option<String>,
    log_stream_name: Option<String>,
}

pub(super) fn call(store: &mut Store, input: &CreateLogStreamInput, now_ms: i64) -> Result<Output, AwsError> {
    let group = required(input.log_group_name.as_deref(), "logGroupName")?;
    let name = required(input.log_stream_name.as_deref(), "logStreamName")?;
    checks::name(name, "logStreamName", |character| !":*".contains(character), "[^:*]*")?;
    let group = store.groups.get_mut(group).ok_or_else(|| not_found("log group"))?;
    if group.streams.contains_key(name) {
        return Err(already_exists("log stream"));
    }
    group.ensure_stream(name, now_ms);
    Ok(Output::empty())
}
