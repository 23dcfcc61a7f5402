//! Everything the scheduler knows: services, tasks, alarms. It holds no clock and no handle to anything outside.

use std::collections::BTreeMap;

use super::ids::Ids;
use super::port::{Action, TaskId};
use super::service::{Service, ServiceKey};
use super::task::Task;

/// The scheduler's whole state.
#[derive(Clone, Debug)]
pub struct State {
    /// Services by cluster and name, inactive ones for a while too.
    pub services: BTreeMap<ServiceKey, Service>,
    /// Tasks by id, stopped ones for a while too.
    pub tasks: BTreeMap<TaskId, Task>,
    /// Alarms that were observed, and whether they are in ALARM.
    pub alarms: BTreeMap<String, bool>,
    /// Makes ids.
    pub ids: Ids,
    /// Actions that wishes led to; the next step hands them out.
    pub(super) queued: Vec<Action>,
}

impl State {
    /// An empty state; equal seeds give equal ids.
    pub fn new(seed: u64) -> Self {
        Self {
            services: BTreeMap::new(),
            tasks: BTreeMap::new(),
            alarms: BTreeMap::new(),
            ids: Ids::seeded(seed),
            queued: Vec::new(),
        }
    }

    /// The alarms that deployments under way name, for whoever looks their states up.
    pub fn alarms_of_interest(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .services
            .values()
            .filter(|service| {
                service.settings.alarms.enabled && service.records.first().is_some_and(|r| !r.is_finished())
            })
            .flat_map(|service| service.settings.alarms.names.iter().cloned())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The tasks of a service, stopped ones too, oldest first.
    pub fn tasks_of<'a>(&'a self, key: &'a ServiceKey) -> impl Iterator<Item = &'a Task> {
        self.tasks.values().filter(move |task| match &task.owner {
            super::task::Owner::Service { key: owner, .. } => owner == key,
            super::task::Owner::Alone { .. } => false,
        })
    }
}
