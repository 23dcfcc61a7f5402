//! All facts, in one place: screens read them, replies change them, nothing else does.

use std::collections::BTreeMap;

use crate::effect::Request;
use crate::event::{AuditEntry, Check, Facts, Outcome, Reply};
use crate::model::metric::ServiceMetrics;
use crate::model::rollout::DeploymentHistory;
use crate::model::{
    Alarm, AlarmHistoryItem, Catalog, Cluster, Fetched, Image, Prediction, RepositoryName, Service, ServiceEvent,
    ServiceId, Task, TaskDefinition, Timestamp,
};

/// Events of one service that are kept after ECS forgets them (it keeps 100).
const EVENTS_KEPT: usize = 1_000;
/// Predictions of the history that are held.
const PREDICTIONS_KEPT: usize = 500;

/// Everything AWS and the predictor told us, by what it is about.
#[derive(Debug, Clone, Default)]
pub struct FactStore {
    /// Clusters of the account and Region.
    pub clusters: Fetched<Vec<Cluster>>,
    /// Services by cluster name.
    pub services: BTreeMap<String, Fetched<BTreeMap<String, Service>>>,
    /// How old what we know of each service is, whoever asked for it.
    pub rows: BTreeMap<ServiceId, Fetched<()>>,
    /// When a cluster's services were last swept to the end.
    pub swept: BTreeMap<String, Timestamp>,
    /// Tasks of a service, stopped ones included.
    pub tasks: BTreeMap<ServiceId, Fetched<Vec<Task>>>,
    /// Task definitions by ARN.
    pub definitions: BTreeMap<String, Fetched<TaskDefinition>>,
    /// Revisions of a family, newest first.
    pub families: BTreeMap<String, Fetched<Vec<String>>>,
    /// Service deployments.
    pub deployments: BTreeMap<ServiceId, Fetched<DeploymentHistory>>,
    /// Service events, newest first, older than ECS remembers.
    pub events: BTreeMap<ServiceId, Vec<ServiceEvent>>,
    /// All alarms.
    pub alarms: Fetched<Vec<Alarm>>,
    /// History of an alarm.
    pub alarm_history: BTreeMap<String, Fetched<Vec<AlarmHistoryItem>>>,
    /// Charts, by service and window in minutes.
    pub metrics: BTreeMap<(ServiceId, u32), Fetched<ServiceMetrics>>,
    /// The last minutes of CPU and memory, for lists.
    pub sparks: BTreeMap<ServiceId, Fetched<ServiceMetrics>>,
    /// Images of a repository.
    pub images: BTreeMap<RepositoryName, Fetched<Vec<Image>>>,
    /// Pre-flight results by service and image reference.
    pub preflight: BTreeMap<(ServiceId, String), Fetched<Vec<Check>>>,
    /// Models of a prediction service, by base URL.
    pub models: BTreeMap<String, Fetched<Catalog>>,
    /// Sent predictions, oldest first.
    pub predictions: Fetched<Vec<Prediction>>,
    /// Audit file, oldest first.
    pub audit: Fetched<Vec<AuditEntry>>,
    /// Services seen by the sweep under way; on its end the others are gone.
    sweep: BTreeMap<String, Vec<String>>,
}

impl FactStore {
    /// The service, if it has been seen.
    #[must_use]
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        self.services.get(&id.cluster)?.value.as_ref()?.get(&id.service)
    }

    /// The task definition, if it has been read.
    #[must_use]
    pub fn definition(&self, arn: &str) -> Option<&TaskDefinition> {
        self.definitions.get(arn)?.value.as_ref()
    }

    /// Takes in a reply. Log lines belong to the screen that asked and are not kept here.
    pub fn receive(&mut self, reply: &Reply) {
        let at = reply.at;
        match (&reply.request, &reply.outcome) {
            (Request::Services { cluster }, outcome) => self.receive_services(cluster, outcome, at),
            (Request::ServiceRows { cluster, names }, outcome) => self.receive_rows(cluster, names, outcome, at),
            (_, Outcome::Failed(problem)) => self.fail(&reply.request, problem),
            (request, Outcome::Part(facts)) => self.put(request, facts, at),
            (request, Outcome::Done { facts, partial }) => {
                self.put(request, facts, at);
                self.note_partial(request, partial.clone());
            }
        }
    }

    /// Notes that an answer is on its way, for "loading…" where there is no value yet.
    pub fn begin(&mut self, request: &Request) {
        match request {
            Request::Clusters => self.clusters.loading = true,
            Request::Services { cluster } => {
                self.sweep.insert(cluster.clone(), Vec::new());
                self.services.entry(cluster.clone()).or_default().loading = true;
            }
            Request::Tasks(id) => self.tasks.entry(id.clone()).or_default().loading = true,
            Request::Deployments(id) => self.deployments.entry(id.clone()).or_default().loading = true,
            Request::Images(name) => self.images.entry(name.clone()).or_default().loading = true,
            Request::Alarms => self.alarms.loading = true,
            Request::Models { base } => self.models.entry(base.clone()).or_default().loading = true,
            _ => {}
        }
    }

    fn put(&mut self, request: &Request, facts: &Facts, at: Timestamp) {
        match (request, facts) {
            (Request::Clusters, Facts::Clusters(v)) => self.clusters.succeed(v.clone(), at),
            (Request::Tasks(id), Facts::Tasks(v)) => succeed(&mut self.tasks, id, v, at),
            (Request::TaskDefinition { arn }, Facts::TaskDefinition(v)) => succeed(&mut self.definitions, arn, v, at),
            (Request::TaskDefinitionRevisions { family }, Facts::TaskDefinitionRevisions(v)) => {
                succeed(&mut self.families, family, v, at);
            }
            (Request::Deployments(id), Facts::Deployments(v)) => succeed(&mut self.deployments, id, v, at),
            (Request::Alarms, Facts::Alarms(v)) => self.alarms.succeed(v.clone(), at),
            (Request::AlarmHistory { name }, Facts::AlarmHistory(v)) => succeed(&mut self.alarm_history, name, v, at),
            (Request::Metrics { service, minutes, .. }, Facts::Metrics(v)) => {
                succeed(&mut self.metrics, &(service.clone(), *minutes), v, at);
            }
            (Request::Sparks { cluster, .. }, Facts::Sparks(all)) => {
                for (name, v) in all {
                    succeed(&mut self.sparks, &ServiceId::new(cluster, name), v, at);
                }
            }
            (Request::Images(name), Facts::Images(v)) => succeed(&mut self.images, name, v, at),
            (Request::Preflight { service, image }, Facts::Preflight(v)) => {
                succeed(&mut self.preflight, &(service.clone(), image.clone()), v, at);
            }
            (Request::Models { base }, Facts::Models(v)) => succeed(&mut self.models, base, v, at),
            (Request::Predict(_), Facts::Prediction(v)) => self.keep_prediction(v),
            (Request::PredictionHistory, Facts::PredictionHistory(v)) => self.predictions.succeed(v.clone(), at),
            (Request::Audit, Facts::Audit(v)) => self.audit.succeed(v.clone(), at),
            _ => {}
        }
    }

    /// Adds a prediction to the history that has been read; the file gets it by an effect.
    fn keep_prediction(&mut self, prediction: &Prediction) {
        let Some(kept) = &mut self.predictions.value else { return };
        kept.push(prediction.for_keeping());
        let surplus = kept.len().saturating_sub(PREDICTIONS_KEPT);
        kept.drain(..surplus);
    }

    fn fail(&mut self, request: &Request, problem: &crate::model::ApiProblem) {
        let problem = problem.clone();
        match request {
            Request::Clusters => self.clusters.fail(problem),
            Request::Tasks(id) => self.tasks.entry(id.clone()).or_default().fail(problem),
            Request::TaskDefinition { arn } => self.definitions.entry(arn.clone()).or_default().fail(problem),
            Request::TaskDefinitionRevisions { family } => {
                self.families.entry(family.clone()).or_default().fail(problem);
            }
            Request::Deployments(id) => self.deployments.entry(id.clone()).or_default().fail(problem),
            Request::Alarms => self.alarms.fail(problem),
            Request::AlarmHistory { name } => self.alarm_history.entry(name.clone()).or_default().fail(problem),
            Request::Metrics { service, minutes, .. } => {
                self.metrics.entry((service.clone(), *minutes)).or_default().fail(problem);
            }
            Request::Sparks { cluster, names } => {
                for name in names {
                    self.sparks.entry(ServiceId::new(cluster, name)).or_default().fail(problem.clone());
                }
            }
            Request::Images(name) => self.images.entry(name.clone()).or_default().fail(problem),
            Request::Preflight { service, image } => {
                self.preflight.entry((service.clone(), image.clone())).or_default().fail(problem);
            }
            Request::Models { base } => self.models.entry(base.clone()).or_default().fail(problem),
            Request::PredictionHistory => self.predictions.fail(problem),
            Request::Audit => self.audit.fail(problem),
            _ => {}
        }
    }

    fn note_partial(&mut self, request: &Request, partial: Option<String>) {
        match request {
            Request::Clusters => self.clusters.partial = partial,
            Request::Tasks(id) => self.tasks.entry(id.clone()).or_default().partial = partial,
            Request::Deployments(id) => self.deployments.entry(id.clone()).or_default().partial = partial,
            Request::Alarms => self.alarms.partial = partial,
            Request::Metrics { service, minutes, .. } => {
                self.metrics.entry((service.clone(), *minutes)).or_default().partial = partial;
            }
            Request::Images(name) => self.images.entry(name.clone()).or_default().partial = partial,
            _ => {}
        }
    }

    fn receive_services(&mut self, cluster: &str, outcome: &Outcome, at: Timestamp) {
        let (facts, last) = match outcome {
            Outcome::Part(facts) => (facts, None),
            Outcome::Done { facts, partial } => (facts, Some(partial.clone())),
            Outcome::Failed(problem) => {
                self.services.entry(cluster.to_owned()).or_default().fail(problem.clone());
                return;
            }
        };
        let Facts::Services(page) = facts else { return };
        let seen = self.sweep.entry(cluster.to_owned()).or_default();
        seen.extend(page.iter().map(|service| service.id.service.clone()));
        self.merge(cluster, page, at);
        self.stamp(cluster, at);
        if let Some(partial) = last {
            self.swept.insert(cluster.to_owned(), at);
            let seen = self.sweep.remove(cluster).unwrap_or_default();
            let held = self.services.entry(cluster.to_owned()).or_default();
            held.loading = false;
            if let (None, Some(map)) = (&partial, held.value.as_mut()) {
                let seen: std::collections::BTreeSet<_> = seen.into_iter().collect();
                map.retain(|name, _| seen.contains(name));
            }
            held.partial = partial;
        }
    }

    fn receive_rows(&mut self, cluster: &str, names: &[String], outcome: &Outcome, at: Timestamp) {
        if !matches!(outcome, Outcome::Failed(_)) && self.stand_for_all(cluster, names) {
            self.stamp(cluster, at);
        }
        match outcome {
            Outcome::Failed(problem) => self.fail_rows(cluster, names, problem),
            Outcome::Part(Facts::Services(page)) => self.merge(cluster, page, at),
            Outcome::Done { facts: Facts::Services(page), .. } => {
                self.merge(cluster, page, at);
                for name in names {
                    self.rows.entry(ServiceId::new(cluster, name)).or_default().succeed((), at);
                }
                let map = self.services.entry(cluster.to_owned()).or_default().value.get_or_insert_default();
                // Asked for by name and not there: deleted since. Parts may have brought the others.
                if page.len() < names.len() && names.len() <= 10 {
                    map.retain(|name, _| !names.contains(name) || page.iter().any(|s| s.id.service == *name));
                }
            }
            _ => {}
        }
    }

    /// Whether news of these services tell how fresh the whole list is. Those of a single one, asked for by its own
    /// screen or because its deployment is watched, do not; unless there is no other.
    fn stand_for_all(&self, cluster: &str, names: &[String]) -> bool {
        let known = self.services.get(cluster).and_then(|held| held.value.as_ref());
        let only = self.swept.contains_key(cluster) && known.is_some_and(|all| all.len() <= 1);
        names.len() > 1 || only
    }

    fn stamp(&mut self, cluster: &str, at: Timestamp) {
        let held = self.services.entry(cluster.to_owned()).or_default();
        held.at = Some(at);
        held.problem = None;
    }

    fn fail_rows(&mut self, cluster: &str, names: &[String], problem: &crate::model::ApiProblem) {
        for name in names {
            self.rows.entry(ServiceId::new(cluster, name)).or_default().fail(problem.clone());
        }
        let for_all = self.stand_for_all(cluster, names);
        let held = self.services.entry(cluster.to_owned()).or_default();
        // Where one is not known at all, this is the reason.
        let missing = held.value.as_ref().is_none_or(|all| names.iter().any(|name| !all.contains_key(name)));
        if for_all || missing {
            held.fail(problem.clone());
        }
    }

    fn merge(&mut self, cluster: &str, page: &[Service], at: Timestamp) {
        let map = self.services.entry(cluster.to_owned()).or_default().value.get_or_insert_default();
        for service in page {
            self.rows.entry(service.id.clone()).or_default().succeed((), at);
            keep_events(self.events.entry(service.id.clone()).or_default(), &service.events);
            map.insert(service.id.service.clone(), service.clone());
        }
    }
}

fn succeed<K: Ord + Clone, V: Clone>(map: &mut BTreeMap<K, Fetched<V>>, key: &K, value: &V, at: Timestamp) {
    map.entry(key.clone()).or_default().succeed(value.clone(), at);
}

/// Adds events not seen yet; newest first, bounded.
fn keep_events(kept: &mut Vec<ServiceEvent>, fresh: &[ServiceEvent]) {
    let new: Vec<ServiceEvent> =
        fresh.iter().filter(|event| !kept.iter().any(|old| old.id == event.id)).cloned().collect();
    if new.is_empty() {
        return;
    }
    kept.splice(0..0, new);
    kept.sort_by_key(|event| std::cmp::Reverse(event.at));
    kept.truncate(EVENTS_KEPT);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str) -> Service {
        Service { id: ServiceId::new("c", name), ..Service::default() }
    }

    fn sweep(outcome: Outcome) -> Reply {
        Reply { request: Request::Services { cluster: "c".into() }, at: Timestamp(1), outcome }
    }

    fn names(store: &FactStore) -> Vec<String> {
        store.services["c"].value.iter().flat_map(|map| map.keys().cloned()).collect()
    }

    #[test]
    fn a_whole_sweep_forgets_deleted_services_and_a_partial_one_does_not() {
        let mut store = FactStore::default();
        let done = |names: &[&str], partial: Option<&str>| Outcome::Done {
            facts: Facts::Services(names.iter().map(|n| service(n)).collect()),
            partial: partial.map(str::to_owned),
        };
        store.begin(&Request::Services { cluster: "c".into() });
        store.receive(&sweep(Outcome::Part(Facts::Services(vec![service("a")]))));
        store.receive(&sweep(done(&["b"], None)));
        assert_eq!(names(&store), ["a", "b"]);
        store.begin(&Request::Services { cluster: "c".into() });
        store.receive(&sweep(done(&["b"], Some("page 2: throttled"))));
        assert_eq!(names(&store), ["a", "b"]);
        store.begin(&Request::Services { cluster: "c".into() });
        store.receive(&sweep(done(&["b"], None)));
        assert_eq!(names(&store), ["b"]);
    }

    #[test]
    fn news_of_one_service_do_not_make_the_whole_list_fresh() {
        let mut store = FactStore::default();
        let services = |names: &[&str]| Outcome::Done {
            facts: Facts::Services(names.iter().map(|n| service(n)).collect()),
            partial: None,
        };
        let rows = |names: &[&str], at| {
            let request =
                Request::ServiceRows { cluster: "c".into(), names: names.iter().map(|n| (*n).to_owned()).collect() };
            Reply { request, at: Timestamp(at), outcome: services(names) }
        };
        store.receive(&sweep(services(&["a", "b"])));
        store.receive(&sweep(Outcome::Failed(crate::model::ApiProblem::default())));
        store.receive(&rows(&["a"], 9));
        assert_eq!((store.services["c"].at, store.services["c"].problem.is_some()), (Some(Timestamp(1)), true));
        assert_eq!(store.rows[&ServiceId::new("c", "a")].at, Some(Timestamp(9)));
        store.receive(&rows(&["a", "b"], 10));
        assert_eq!((store.services["c"].at, store.services["c"].problem.is_some()), (Some(Timestamp(10)), false));
        store.receive(&sweep(services(&["a"])));
        store.receive(&rows(&["a"], 11));
        assert_eq!(store.services["c"].at, Some(Timestamp(11)), "the only one is all");
    }

    #[test]
    fn events_are_merged_by_id_and_outlive_ecs() {
        let event = |id: &str, at| ServiceEvent { id: id.into(), at: Timestamp(at), message: String::new() };
        let mut kept = vec![event("b", 2), event("a", 1)];
        keep_events(&mut kept, &[event("c", 3), event("b", 2)]);
        assert_eq!(kept.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
    }
}
