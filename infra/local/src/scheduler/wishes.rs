//! What callers of the API wish: they change the state at once, and the next step acts on it. Inputs are already valid.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::deployment::{Deployment, Purpose, Rollout};
use super::port::TaskId;
use super::record::{RecordStatus, ServiceDeployment};
use super::service::{Life, Revision, Service, ServiceKey, Settings};
use super::state::State;
use super::task::{Owner, StopCode, Task, Template};

/// What an update changes; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The desired count; alone it makes no new deployment.
    pub desired: Option<u32>,
    /// How deployments are done; alone it makes no new deployment.
    pub settings: Option<Settings>,
    /// A new revision, which makes a new deployment.
    pub template: Option<Template>,
    /// A new deployment of what runs now, as a revision of its own, so that image tags are resolved again.
    pub force: bool,
}

/// Why a service deployment cannot be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopRefused {
    /// It is not known.
    NotFound,
    /// It has ended.
    Finished,
}

impl State {
    /// Makes a service with its first deployment. An inactive one of the same name is forgotten.
    /// Says the id of the revision.
    pub fn create_service(
        &mut self,
        now_ms: i64,
        key: ServiceKey,
        desired: u32,
        settings: Settings,
        template: Template,
    ) -> String {
        let mut service = Service::new(key.clone(), desired, settings, now_ms);
        let revision = self.add_revision(&mut service, template, now_ms);
        self.deploy(&mut service, revision.clone(), now_ms);
        self.services.insert(key, service);
        revision
    }

    /// Changes a service. Says the id of the revision when there is a new one.
    pub fn update_service(&mut self, now_ms: i64, key: &ServiceKey, change: Change) -> Option<String> {
        let mut service = self.services.remove(key)?;
        if let Some(desired) = change.desired {
            service.desired = desired;
            service.stall_told = false;
        }
        if let Some(settings) = change.settings {
            service.settings = settings;
            service.stall_told = false;
        }
        let present = || {
            let primary = service.deployments.first()?;
            service.revision(&primary.revision).map(|revision| Template::clone(&revision.template))
        };
        let template = change.template.or_else(|| if change.force { present() } else { None });
        let new_revision = template.map(|template| self.add_revision(&mut service, template, now_ms));
        if let Some(revision) = &new_revision {
            self.deploy(&mut service, revision.clone(), now_ms);
        }
        self.services.insert(key.clone(), service);
        new_revision
    }

    /// Deletes a service: its tasks are drained and stopped, then it is inactive.
    pub fn delete_service(&mut self, key: &ServiceKey) {
        if let Some(service) = self.services.get_mut(key).filter(|service| service.life == Life::Active) {
            service.life = Life::Draining;
            service.desired = 0;
        }
    }

    /// Starts a task that belongs to no service.
    pub fn run_task(
        &mut self,
        now_ms: i64,
        cluster: &str,
        group: String,
        started_by: Option<String>,
        template: Template,
    ) -> TaskId {
        let id = self.ids.task();
        let owner = Owner::Alone { started_by, group };
        let task = Task::new(id.clone(), cluster, owner, Arc::new(template), now_ms);
        self.queued.push(task.start(&BTreeMap::new()));
        self.tasks.insert(id.clone(), task);
        id
    }

    /// Stops a task; a service will replace its own.
    pub fn stop_task(&mut self, now_ms: i64, id: &TaskId, reason: String) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        task.begin_stop(now_ms, StopCode::UserInitiated, reason, &mut self.queued);
    }

    /// Asks for the rollback of a service deployment that is under way.
    ///
    /// # Errors
    /// When the service deployment is unknown or over.
    pub fn request_rollback(&mut self, now_ms: i64, key: &ServiceKey, record: &str) -> Result<(), StopRefused> {
        let service = self.services.get_mut(key).ok_or(StopRefused::NotFound)?;
        let rolling_back = service.deployments.first().is_some_and(|primary| primary.purpose == Purpose::Rollback);
        let record = service.records.iter_mut().find(|one| one.id == record).ok_or(StopRefused::NotFound)?;
        if record.is_finished() {
            return Err(StopRefused::Finished);
        }
        if !rolling_back {
            record.advance(RecordStatus::RollbackRequested, now_ms);
        }
        Ok(())
    }

    fn add_revision(&mut self, service: &mut Service, template: Template, now_ms: i64) -> String {
        let id = self.ids.revision();
        let template = Arc::new(template);
        service.revisions.push(Revision { id: id.clone(), created_ms: now_ms, template, digests: BTreeMap::new() });
        id
    }

    fn deploy(&mut self, service: &mut Service, revision: String, now_ms: i64) {
        let overtaken = "Service deployment stopped because a newer service deployment was started.";
        if let Some(record) = service.current_record_mut() {
            record.finish(RecordStatus::Stopped, Some(overtaken.to_owned()), now_ms);
        }
        let mut sources: Vec<String> = Vec::new();
        for deployment in &service.deployments {
            let settled = deployment.rollout == Rollout::Completed || service.deployments.len() == 1;
            let populated = settled || has_tasks(self, service, &deployment.id);
            if populated && !sources.contains(&deployment.revision) {
                sources.push(deployment.revision.clone());
            }
        }
        let record = ServiceDeployment::new(self.ids.service_deployment(), sources, revision.clone(), now_ms);
        let deployment = Deployment::new(self.ids.deployment(), revision, record.id.clone(), Purpose::Wanted, now_ms);
        service.records.insert(0, record);
        service.deployments.insert(0, deployment);
        service.steady_since_ms = None;
        service.stall_told = false;
    }
}

fn has_tasks(state: &State, service: &Service, deployment: &str) -> bool {
    service.tasks.iter().filter_map(|id| state.tasks.get(id)).any(|task| task.deployment() == Some(deployment))
}
