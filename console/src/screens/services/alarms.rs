//! Which alarms speak of which service: by dimension, by target group, or because its deployments watch them.

use std::collections::HashMap;

use crate::model::{Alarm, AlarmState, Service, ServiceId};
use crate::state::Scope;

/// All known alarms by what they watch.
pub(crate) struct AlarmBook<'a> {
    by_service: HashMap<(&'a str, &'a str), Vec<&'a Alarm>>,
    by_target_group: HashMap<&'a str, Vec<&'a Alarm>>,
    by_name: HashMap<&'a str, &'a Alarm>,
}

impl<'a> AlarmBook<'a> {
    /// Sorts the alarms that have been read.
    pub(crate) fn of(scope: &'a Scope) -> Self {
        let mut book = Self { by_service: HashMap::new(), by_target_group: HashMap::new(), by_name: HashMap::new() };
        for alarm in scope.facts.alarms.value.iter().flatten() {
            let dimension = |name: &str| alarm.dimensions.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
            if let Some(service) = dimension("ServiceName") {
                let cluster = dimension("ClusterName").unwrap_or_default();
                book.by_service.entry((cluster, service)).or_default().push(alarm);
            }
            if let Some(group) = dimension("TargetGroup") {
                book.by_target_group.entry(group).or_default().push(alarm);
            }
            book.by_name.insert(&alarm.name, alarm);
        }
        book
    }

    /// Alarms of a service, each once.
    pub(crate) fn of_service(&self, service: &Service) -> Vec<&'a Alarm> {
        let ServiceId { cluster, service: name } = &service.id;
        let by_dimension = [cluster.as_str(), ""].into_iter().filter_map(|c| self.by_service.get(&(c, name.as_str())));
        // The dimension is the last part of the ARN: `targetgroup/NAME/ID`.
        let groups = service.load_balancers.iter().map(|lb| lb.target_group.rsplit(':').next().unwrap_or_default());
        let by_group = groups.filter_map(|group| self.by_target_group.get(group));
        let watched = service.deployment_configuration.alarms.iter().filter_map(|n| self.by_name.get(n.as_str()));
        let mut found: Vec<&Alarm> = by_dimension.chain(by_group).flatten().chain(watched).copied().collect();
        found.sort_by_key(|alarm| (alarm.state, &alarm.name));
        found.dedup_by_key(|alarm| &alarm.name);
        found
    }
}

/// How many of `alarms` ring.
pub(crate) fn ringing(alarms: &[&Alarm]) -> usize {
    alarms.iter().filter(|alarm| alarm.state == AlarmState::Alarm).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::service::{DeploymentConfiguration, LoadBalancer};

    fn alarm(name: &str, state: AlarmState, dimensions: &[(&str, &str)]) -> Alarm {
        let dimensions = dimensions.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Alarm { name: name.into(), state, dimensions, ..Alarm::default() }
    }

    #[test]
    fn an_alarm_belongs_to_a_service_by_dimension_target_group_or_watch_and_counts_once() {
        let mut scope = Scope::default();
        let ours = [("ClusterName", "c"), ("ServiceName", "api")];
        scope.facts.alarms.succeed(
            vec![
                alarm("cpu", AlarmState::Ok, &ours),
                alarm("watched-too", AlarmState::Alarm, &ours),
                alarm("5xx", AlarmState::Ok, &[("TargetGroup", "targetgroup/api/1")]),
                alarm("other-cluster", AlarmState::Alarm, &[("ClusterName", "d"), ("ServiceName", "api")]),
                alarm("other-service", AlarmState::Alarm, &[("ClusterName", "c"), ("ServiceName", "web")]),
            ],
            Timestamp(1),
        );
        let group = "arn:aws:elasticloadbalancing:r:1:targetgroup/api/1";
        let service = Service {
            id: ServiceId::new("c", "api"),
            load_balancers: vec![LoadBalancer { target_group: group.into(), ..LoadBalancer::default() }],
            deployment_configuration: DeploymentConfiguration {
                alarms: vec!["watched-too".into(), "gone".into()],
                ..DeploymentConfiguration::default()
            },
            ..Service::default()
        };
        let book = AlarmBook::of(&scope);
        let found = book.of_service(&service);
        assert_eq!(found.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["watched-too", "5xx", "cpu"]);
        assert_eq!(ringing(&found), 1);
    }
}
