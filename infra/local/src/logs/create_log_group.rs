//! CreateLogGroup.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::checks::{self, already_exists, required, violated};
use super::store::Store;
use crate::wire::{AwsError, Output};

const CLASSES: [&str; 3] = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateLogGroupInput {
    log_group_name: Option<String>,
    log_group_class: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

pub(super) fn call(store: &mut Store, input: CreateLogGroupInput, now_ms: i64) -> Result<Output, AwsError> {
    let name = required(input.log_group_name, "logGroupName")?;
    let lawful = |character: char| character.is_ascii_alphanumeric() || "._-/#".contains(character);
    checks::name(&name, "logGroupName", lawful, "[\\.\\-_/#A-Za-z0-9]+")?;
    let class = input.log_group_class.as_deref().unwrap_or(CLASSES[0]);
    let class = CLASSES.into_iter().find(|known| *known == class).ok_or_else(|| {
        let set = CLASSES.join(", ");
        violated(class, "logGroupClass", &format!("Member must satisfy enum value set: [{set}]"))
    })?;
    if store.groups.contains_key(name.as_str()) {
        return Err(already_exists("log group"));
    }
    let group = store.ensure_group(&name, now_ms);
    group.class = class;
    group.tags = input.tags.unwrap_or_default();
    Ok(Output::empty())
}
