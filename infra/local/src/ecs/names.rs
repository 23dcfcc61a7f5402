//! ARNs of Amazon ECS, and how callers may name things instead: by name, by short or by long ARN.

use crate::scheduler::ServiceKey;
use crate::wire::Place;

/// The cluster that is meant when none is named.
const DEFAULT_CLUSTER: &str = "default";

pub(super) fn cluster_arn(place: &Place, cluster: &str) -> String {
    place.arn("ecs", &format!("cluster/{cluster}"))
}

pub(super) fn service_arn(place: &Place, key: &ServiceKey) -> String {
    place.arn("ecs", &format!("service/{}/{}", key.cluster, key.name))
}

pub(super) fn task_arn(place: &Place, cluster: &str, id: &str) -> String {
    place.arn("ecs", &format!("task/{cluster}/{id}"))
}

pub(super) fn container_arn(place: &Place, cluster: &str, task: &str, container: &str) -> String {
    place.arn("ecs", &format!("container/{cluster}/{task}/{}", super::derived_uuid(&[task, container])))
}

pub(super) fn definition_arn(place: &Place, family: &str, revision: i32) -> String {
    place.arn("ecs", &format!("task-definition/{family}:{revision}"))
}

pub(super) fn deployment_arn(place: &Place, key: &ServiceKey, id: &str) -> String {
    place.arn("ecs", &format!("service-deployment/{}/{}/{id}", key.cluster, key.name))
}

pub(super) fn revision_arn(place: &Place, key: &ServiceKey, id: &str) -> String {
    place.arn("ecs", &format!("service-revision/{}/{}/{id}", key.cluster, key.name))
}

/// The name of the cluster that a caller means.
pub(super) fn cluster(named: Option<&str>) -> &str {
    match named {
        None | Some("") => DEFAULT_CLUSTER,
        Some(text) => last_part(text),
    }
}

/// What stands after the last slash: the name or id in any kind of ARN, or the text itself.
pub(super) fn last_part(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

/// Splits `arn:…:KIND/CLUSTER/SERVICE/ID`.
pub(super) fn deep<'a>(arn: &'a str, kind: &str) -> Option<(ServiceKey, &'a str)> {
    let mut parts = arn.splitn(6, ':').last()?.split('/');
    let (found, cluster, service, id) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (found == kind && parts.next().is_none()).then(|| (ServiceKey::new(cluster, service), id))
}

/// Letters, digits, `-` and `_`, at most 255 of them: cluster names, service names, families, container names.
pub(super) fn is_valid(name: &str) -> bool {
    (1..=255).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_name_things_in_several_ways() {
        for (named, expected) in [
            (None, "default"),
            (Some("local"), "local"),
            (Some("arn:aws:ecs:us-east-1:000000000000:cluster/local"), "local"),
        ] {
            assert_eq!(cluster(named), expected);
        }
        assert_eq!(last_part("arn:aws:ecs:us-east-1:000000000000:service/local/web"), "web");
    }

    #[test]
    fn deep_arns_are_split_by_kind() {
        let arn = "arn:aws:ecs:us-east-1:000000000000:service-revision/local/web/123";
        assert_eq!(deep(arn, "service-revision"), Some((ServiceKey::new("local", "web"), "123")));
        assert_eq!(deep(arn, "service-deployment"), None);
        assert_eq!(deep("nonsense", "service-revision"), None);
    }
}
