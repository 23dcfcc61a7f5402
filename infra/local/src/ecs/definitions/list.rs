//! Lists of task definitions and of their families.

use aws_sdk_ecs::operation::list_task_definition_families::{
    ListTaskDefinitionFamiliesInput, ListTaskDefinitionFamiliesOutput,
};
use aws_sdk_ecs::operation::list_task_definitions::{ListTaskDefinitionsInput, ListTaskDefinitionsOutput};
use aws_sdk_ecs::types::{SortOrder, TaskDefinitionFamilyStatus, TaskDefinitionStatus};

use crate::ecs::paging;
use crate::ecs::world::{World, is_active};
use crate::wire::AwsError;

/// By family, then by revision as a number. A family prefix is a whole family's name, as in AWS.
pub(in crate::ecs) fn list(
    world: &mut World,
    _now_ms: i64,
    input: &ListTaskDefinitionsInput,
) -> Result<ListTaskDefinitionsOutput, AwsError> {
    let status = input.status.clone().unwrap_or(TaskDefinitionStatus::Active);
    let wanted = |family: &str| input.family_prefix.as_deref().is_none_or(|prefix| prefix == family);
    let mut arns: Vec<String> = world
        .families
        .iter()
        .filter(|(family, _)| wanted(family))
        .flat_map(|(_, definitions)| definitions)
        .filter(|definition| definition.status.as_ref() == Some(&status))
        .filter_map(|definition| definition.task_definition_arn.clone())
        .collect();
    if input.sort == Some(SortOrder::Desc) {
        arns.reverse();
    }
    let (arns, next) = paging::page(arns, input.next_token.as_deref(), input.max_results, 100)?;
    Ok(ListTaskDefinitionsOutput::builder().set_task_definition_arns(Some(arns)).set_next_token(next).build())
}

pub(in crate::ecs) fn families(
    world: &mut World,
    _now_ms: i64,
    input: &ListTaskDefinitionFamiliesInput,
) -> Result<ListTaskDefinitionFamiliesOutput, AwsError> {
    let prefix = input.family_prefix.as_deref().unwrap_or_default();
    let wants = |active: bool| match input.status {
        Some(TaskDefinitionFamilyStatus::Active) => active,
        Some(TaskDefinitionFamilyStatus::Inactive) => !active,
        _ => true,
    };
    let families = world
        .families
        .iter()
        .filter(|(family, definitions)| family.starts_with(prefix) && wants(definitions.iter().any(is_active)))
        .map(|(family, _)| family.clone())
        .collect();
    let (families, next) = paging::page(families, input.next_token.as_deref(), input.max_results, 100)?;
    Ok(ListTaskDefinitionFamiliesOutput::builder().set_families(Some(families)).set_next_token(next).build())
}
