//! Task definitions as AWS sent them, and the revisions of a family.

use std::sync::Arc;

use aws_sdk_ecs::types::{SortOrder, TaskDefinitionField, TaskDefinitionStatus};
use serde_json::Value;

use super::PER_PAGE;
use crate::clients::Partly;
use crate::clients::call::{DESCRIBE_TASK_DEFINITION, LIST_TASK_DEFINITIONS};
use crate::clients::gate::{Answer, Gate};
use crate::clients::interceptors::KeepBody;
use crate::clients::sdk::Sdk;
use crate::model::TaskDefinition;
use crate::model::task_definition::short_name;

/// Revisions that are offered; a family can have a million.
const MOST_REVISIONS: usize = 200;

/// Loads one definition by ARN or `family:revision`.
pub(crate) async fn load(sdk: &Sdk, gate: &Gate, arn: &str) -> Answer<TaskDefinition> {
    let body = KeepBody::default();
    let described = gate
        .read(DESCRIBE_TASK_DEFINITION, || {
            let request = sdk.ecs.describe_task_definition().task_definition(arn).include(TaskDefinitionField::Tags);
            request.customize().interceptor(body.clone()).send()
        })
        .await?;
    let tags = described.tags.unwrap_or_default();
    let tags = tags
        .into_iter()
        .filter_map(|tag| Some(serde_json::json!({"key": tag.key?, "value": tag.value.unwrap_or_default()})));
    let definition = described.task_definition;
    let known = |value: Option<&String>| value.cloned().filter(|text| !text.is_empty());
    Ok(TaskDefinition {
        arn: known(definition.as_ref().and_then(|d| d.task_definition_arn.as_ref())).unwrap_or_else(|| arn.to_owned()),
        family: known(definition.as_ref().and_then(|d| d.family.as_ref())).unwrap_or_else(|| family_of(arn)),
        revision: definition.map_or(0, |d| u32::try_from(d.revision).unwrap_or_default()),
        raw: Arc::new(body.take("taskDefinition")),
        tags: tags.collect::<Vec<Value>>(),
    })
}

fn family_of(arn: &str) -> String {
    let name = short_name(arn);
    name.rsplit_once(':').map_or(name, |(family, _)| family).to_owned()
}

/// ARNs of the active revisions of a family, newest first.
pub(crate) async fn load_revisions(sdk: &Sdk, gate: &Gate, family: &str) -> Answer<Partly<Vec<String>>> {
    let mut arns: Vec<String> = Vec::new();
    let mut token = None;
    loop {
        let page = gate
            .read(LIST_TASK_DEFINITIONS, || {
                let request = sdk.ecs.list_task_definitions().family_prefix(family).sort(SortOrder::Desc);
                let request = request.status(TaskDefinitionStatus::Active).max_results(PER_PAGE);
                request.set_next_token(token.clone()).send()
            })
            .await?;
        arns.extend(page.task_definition_arns.unwrap_or_default().into_iter().filter(|arn| family_of(arn) == family));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Partly { value: arns, partial: None });
        }
        if arns.len() >= MOST_REVISIONS {
            let partial = Some(format!("only the newest {} revisions of {family}", arns.len()));
            return Ok(Partly { value: arns, partial });
        }
    }
}
