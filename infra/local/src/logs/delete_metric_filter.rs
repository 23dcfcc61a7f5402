//! DeleteMetricFilter. What it counted stays in CloudWatch.

use serde::Deserialize;

use super::checks::{not_found, required};
use super::store::Store;
use crate::wire::{AwsError, Output};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteMetricFilterInput {
    log_group_name: Option<String>,
    filter_name: Option<String>,
}

pub(super) fn call(store: &mut Store, input: DeleteMetricFilterInput) -> Result<Output, AwsError> {
    let group_name = required(input.log_group_name, "logGroupName")?;
    let name = required(input.filter_name, "filterName")?;
    let group = store.groups.get_mut(group_name.as_str()).ok_or_else(|| not_found("log group"))?;
    group.filters.remove(&name).ok_or_else(|| not_found("metric filter"))?;
    Ok(Output::empty())
}
