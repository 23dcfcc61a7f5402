//! PutLifecyclePolicy, GetLifecyclePolicy, DeleteLifecyclePolicy. A policy is checked, kept and told; it expires nothing
//! here, which AWS does within a day.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::checks::{invalid, required, seconds};
use super::store::{LifecyclePolicy, Registry};
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LifecyclePolicyInput {
    repository_name: Option<String>,
    lifecycle_policy_text: Option<String>,
}

pub(super) fn put(registry: &mut Registry, input: &LifecyclePolicyInput, now_ms: i64) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let text = required(input.lifecycle_policy_text.as_deref(), "lifecyclePolicyText")?;
    let repository = registry.repository(name)?;
    check(text).map_err(|problem| {
        let constraint = format!("'Lifecycle policy validation failure: {problem}'");
        invalid(format!("Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: {constraint}"))
    })?;
    repository.lifecycle_policy = Some(LifecyclePolicy { text: text.to_owned(), put_ms: now_ms });
    Ok(Output::members(json!({"registryId": ACCOUNT, "repositoryName": name, "lifecyclePolicyText": text})))
}

pub(super) fn get(registry: &mut Registry, input: &LifecyclePolicyInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let policy = registry.repository(name)?.lifecycle_policy.as_ref().ok_or_else(|| not_found(name))?;
    Ok(told(name, policy))
}

pub(super) fn delete(registry: &mut Registry, input: &LifecyclePolicyInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let policy = registry.repository(name)?.lifecycle_policy.take().ok_or_else(|| not_found(name))?;
    Ok(told(name, &policy))
}

fn told(name: &str, policy: &LifecyclePolicy) -> Output {
    Output::members(json!({
        "registryId": ACCOUNT,
        "repositoryName": name,
        "lifecyclePolicyText": policy.text,
        "lastEvaluatedAt": seconds(policy.put_ms),
    }))
}

fn not_found(name: &str) -> AwsError {
    AwsError::client(
        "LifecyclePolicyNotFoundException",
        format!(
            "Lifecycle policy does not exist for the repository with name '{name}' in the registry with id '{ACCOUNT}'"
        ),
    )
}

/// The rules of the user guide's "Lifecycle policy properties".
fn check(text: &str) -> Result<(), String> {
    let tree: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    let rules = tree.get("rules").and_then(Value::as_array).filter(|rules| !rules.is_empty());
    let mut priorities = BTreeSet::new();
    for rule in rules.ok_or("there must be at least one rule")? {
        let priority = rule.get("rulePriority").and_then(Value::as_u64).filter(|priority| *priority > 0);
        if !priorities.insert(priority.ok_or("a rulePriority must be a whole number from 1")?) {
            return Err("each rulePriority may be given once".to_owned());
        }
        check_rule(rule)?;
    }
    Ok(())
}

fn check_rule(rule: &Value) -> Result<(), String> {
    let word = |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let prefixed = ["tagPrefixList", "tagPatternList"].iter().any(|name| {
        rule.pointer(&format!("/selection/{name}")).and_then(Value::as_array).is_some_and(|list| !list.is_empty())
    });
    match word("/selection/tagStatus") {
        "tagged" if !prefixed => return Err("tagged images need a tagPrefixList or a tagPatternList".to_owned()),
        "tagged" | "untagged" | "any" => {}
        other => return Err(format!("tagStatus '{other}' is none of tagged, untagged, any")),
    }
    match (word("/selection/countType"), word("/selection/countUnit")) {
        ("imageCountMoreThan", "") | ("sinceImagePushed", "days") => {}
        (kind, unit) => return Err(format!("countType '{kind}' does not go with countUnit '{unit}'")),
    }
    if rule.pointer("/selection/countNumber").and_then(Value::as_u64).is_none_or(|number| number == 0) {
        return Err("countNumber must be a whole number from 1".to_owned());
    }
    if word("/action/type") == "expire" { Ok(()) } else { Err("the action's type must be expire".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies() {
        let policy = |change: &str, to: Value| {
            let mut rule = json!({
                "rulePriority": 1,
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5},
                "action": {"type": "expire"},
            });
            if let Some(place) = rule.pointer_mut(change) {
                *place = to;
            }
            json!({"rules": [rule]}).to_string()
        };
        let check = |text: &str, expect: Option<&str>| match (check(text), expect) {
            (Ok(()), None) => {}
            (Err(problem), Some(words)) => assert!(problem.contains(words), "{problem}"),
            (found, _) => panic!("{text}: {found:?}"),
        };
        check(&policy("/none", json!(1)), None);
        check("{", Some("not JSON"));
        check("{\"rules\": []}", Some("at least one"));
        check(&policy("/rulePriority", json!(0)), Some("rulePriority"));
        check(&policy("/selection/tagStatus", json!("tagged")), Some("tagPrefixList"));
        check(&policy("/selection/tagStatus", json!("all")), Some("'all'"));
        check(&policy("/selection/countType", json!("sinceImagePushed")), Some("countUnit ''"));
        check(&policy("/selection/countNumber", json!("5")), Some("countNumber"));
        check(&policy("/action/type", json!("keep")), Some("expire"));
    }
}
