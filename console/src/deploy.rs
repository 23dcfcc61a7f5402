//! Decisions of a deploy and a rollback: what to register, what differs, what to go back to.
//!
//! Pure: the dialogs and the command line both ask here, so they cannot disagree. Nothing here talks to AWS.

mod diff;
mod rollback;

use serde_json::Value;

pub use diff::{Change, diff};
pub(crate) use diff::{is_secret_header, names_a_secret};
pub use rollback::{RollbackChoice, is_deregistered, return_to, rollback_choices};

use crate::model::{Service, TaskDefinition};

/// Members of `taskDefinition` that describe what was registered and are no input of `RegisterTaskDefinition`.
pub(crate) const READ_ONLY_MEMBERS: &[&str] = &[
    "taskDefinitionArn",
    "revision",
    "status",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
    "requiresAttributes",
    "compatibilities",
];

/// Why no new definition can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeployError {
    /// The definition is not a JSON object or has no containers.
    #[error("task definition {0} has no containers")]
    NoContainers(String),
    /// The named container does not occur.
    #[error("task definition {definition} has no container {container}; it has {known}")]
    NoSuchContainer {
        /// ARN of the definition.
        definition: String,
        /// Name that was asked for.
        container: String,
        /// Names that occur.
        known: String,
    },
    /// An image reference is empty or holds white space.
    #[error("{0:?} is not an image reference")]
    BadImage(String),
}

/// `RegisterTaskDefinition` input: the definition with one image changed, read-only members removed, everything else
/// as AWS sent it, members unknown to this console included. Without a name the first essential container is meant.
///
/// # Errors
/// When there is no such container, or `image` is no image reference.
pub fn with_image(definition: &TaskDefinition, container: Option<&str>, image: &str) -> Result<Value, DeployError> {
    if image.is_empty() || image.contains(char::is_whitespace) {
        return Err(DeployError::BadImage(image.to_owned()));
    }
    let name = match container {
        Some(name) => name.to_owned(),
        None => first_essential(definition).ok_or_else(|| DeployError::NoContainers(definition.arn.clone()))?,
    };
    let mut input = registrable(definition);
    let target = input
        .get_mut("containerDefinitions")
        .and_then(Value::as_array_mut)
        .and_then(|all| all.iter_mut().find(|c| container_name(c) == Some(&name)))
        .and_then(Value::as_object_mut)
        .ok_or_else(|| no_such_container(definition, &name))?;
    target.insert("image".to_owned(), Value::String(image.to_owned()));
    Ok(input)
}

/// `RegisterTaskDefinition` input that would register the same definition again, tags included.
#[must_use]
pub fn registrable(definition: &TaskDefinition) -> Value {
    let Some(members) = definition.raw.as_object() else { return Value::Null };
    let mut input = members.clone();
    input.retain(|name, _| !READ_ONLY_MEMBERS.contains(&name.as_str()));
    if !definition.tags.is_empty() {
        input.insert("tags".to_owned(), Value::Array(definition.tags.clone()));
    }
    Value::Object(input)
}

/// The container whose image a deploy means: the one behind the load balancer, else the first essential one.
#[must_use]
pub fn main_container(definition: &TaskDefinition, service: &Service) -> Option<String> {
    let defined = |name: &str| definition.containers().iter().any(|c| container_name(c) == Some(name));
    let balanced = service.load_balancers.iter().map(|lb| lb.container.as_str()).find(|name| defined(name));
    balanced.map(str::to_owned).or_else(|| first_essential(definition))
}

/// `essential` is true when it is left out.
fn first_essential(definition: &TaskDefinition) -> Option<String> {
    let essential = |c: &&Value| c.get("essential").and_then(Value::as_bool).unwrap_or(true);
    let containers = definition.containers();
    let found = containers.iter().find(essential).or_else(|| containers.first())?;
    container_name(found).map(str::to_owned)
}

fn container_name(container: &Value) -> Option<&str> {
    container.get("name").and_then(Value::as_str)
}

fn no_such_container(definition: &TaskDefinition, container: &str) -> DeployError {
    let known: Vec<&str> = definition.containers().iter().filter_map(container_name).collect();
    if known.is_empty() {
        return DeployError::NoContainers(definition.arn.clone());
    }
    DeployError::NoSuchContainer {
        definition: definition.arn.clone(),
        container: container.to_owned(),
        known: known.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::model::service::LoadBalancer;

    fn definition(raw: Value) -> TaskDefinition {
        TaskDefinition {
            arn: "arn:td/app:7".into(),
            family: "app".into(),
            revision: 7,
            raw: Arc::new(raw),
            tags: vec![],
        }
    }

    fn two_containers() -> Value {
        json!({
            "taskDefinitionArn": "arn:td/app:7", "revision": 7, "status": "ACTIVE", "registeredAt": 1.5,
            "registeredBy": "arn:x", "requiresAttributes": [{"name": "a"}], "compatibilities": ["EC2"],
            "family": "app", "cpu": "256", "memberOfTomorrow": {"deep": [1, null, 2.50]}, "volumes": [],
            "containerDefinitions": [
                {"name": "proxy", "image": "envoy:1", "essential": false},
                {"name": "app", "image": "app:1", "unknown": 1e3, "environment": []},
            ],
        })
    }

    #[test]
    fn only_the_image_changes_and_nothing_unknown_is_lost() {
        let old = definition(two_containers());
        let new = with_image(&old, Some("app"), "app:2").expect("the container exists");
        let mut expected = two_containers();
        for member in READ_ONLY_MEMBERS {
            expected.as_object_mut().expect("an object").remove(*member);
        }
        expected["containerDefinitions"][1]["image"] = json!("app:2");
        assert_eq!(new, expected);
        let sorted = |value: &Value| serde_json::to_string(value).expect("JSON").len();
        assert_eq!(sorted(&new), sorted(&expected));
        assert_eq!(diff(&old.raw, &new).len(), 1);
    }

    #[test]
    fn tags_of_the_old_revision_are_kept() {
        let mut old = definition(two_containers());
        old.tags = vec![json!({"key": "team", "value": "ml"})];
        let new = with_image(&old, None, "app:2").expect("a container exists");
        assert_eq!(new["tags"], json!([{"key": "team", "value": "ml"}]));
    }

    #[test]
    fn without_a_name_the_first_essential_container_is_meant() {
        let new = with_image(&definition(two_containers()), None, "app:2").expect("a container exists");
        assert_eq!(new["containerDefinitions"][1]["image"], "app:2");
        assert_eq!(new["containerDefinitions"][0]["image"], "envoy:1");
    }

    #[test]
    fn what_cannot_be_deployed_is_said() {
        let old = definition(two_containers());
        for (raw, container, image, words) in [
            (&old, Some("nope"), "a:1", "no container nope; it has proxy, app"),
            (&old, None, "", "not an image reference"),
            (&old, None, "a b", "not an image reference"),
            (&definition(json!({})), None, "a:1", "has no containers"),
            (&definition(json!([])), Some("app"), "a:1", "has no containers"),
        ] {
            let error = with_image(raw, container, image).expect_err(words).to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn the_main_container_is_the_balanced_one_else_the_first_essential() {
        let definition = definition(two_containers());
        let behind = |container: &str| Service {
            load_balancers: vec![LoadBalancer { container: container.into(), ..LoadBalancer::default() }],
            ..Service::default()
        };
        assert_eq!(main_container(&definition, &behind("proxy")).as_deref(), Some("proxy"));
        assert_eq!(main_container(&definition, &behind("gone")).as_deref(), Some("app"));
        assert_eq!(main_container(&definition, &Service::default()).as_deref(), Some("app"));
    }
}
