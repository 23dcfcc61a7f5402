//! Starts and stops a service's tasks, within the minimum and maximum healthy percent.
//!
//! The two rules that nothing here may break: a task is started only while fewer than the upper bound run or are on
//! the way, and a healthy task is stopped only while more than the lower bound are healthy. Beyond AWS's text, healthy
//! old tasks are kept as long as they are needed for the desired count, unless room has to be made.

use std::sync::Arc;

use super::deployment::Rollout;
use super::events::list;
use super::health::{Cause, Standing, standing};
use super::port::{Action, TaskId};
use super::service::{Life, Service};
use super::step::World;
use super::task::{Owner, StopCode, Task};

/// The service's tasks that are meant to run, oldest first, and how they stand.
struct Census {
    members: Vec<Member>,
}

struct Member {
    id: TaskId,
    primary: bool,
    standing: Standing,
    stopping: bool,
}

/// One service's plan for this step.
struct Plan {
    desired: usize,
    lower: usize,
    upper: usize,
    census: Census,
}

/// Brings the service's tasks one step nearer to what is wanted.
pub(super) fn reconcile(service: &mut Service, world: &mut World<'_>, actions: &mut Vec<Action>) {
    let Some(primary) = service.deployments.first() else { return };
    let (primary_id, rollout) = (primary.id.clone(), primary.rollout);
    let mut plan = Plan {
        desired: usize::try_from(service.desired).unwrap_or(usize::MAX),
        lower: service.lower_bound(),
        upper: service.upper_bound(),
        census: Census::take(service, &primary_id, world),
    };
    if service.life == Life::Active {
        plan.stop_surplus();
        if rollout != Rollout::Failed {
            plan.stop_unhealthy();
            plan.stop_old();
        }
    } else {
        plan.census.members.iter_mut().for_each(|member| member.stopping = true);
    }
    let unhealthy = plan.census.members.iter().filter(|one| one.primary && one.is_unhealthy()).count();
    let stopped = stop(service, &plan, &primary_id, world, actions);
    let started = launch(service, &plan, unhealthy, world, actions);
    if stopped + started > 0 {
        service.stall_told = false;
    } else if rollout == Rollout::InProgress {
        tell_stall(service, &plan, world);
    }
}

impl Census {
    fn take(service: &Service, primary: &str, world: &World<'_>) -> Self {
        let member = |task: &Task| Member {
            id: task.id.clone(),
            primary: task.deployment() == Some(primary),
            standing: standing(task, world.now_ms, service.settings.grace_ms),
            stopping: false,
        };
        let tasks = service.tasks.iter().filter_map(|id| world.tasks.get(id));
        Self { members: tasks.filter(|task| task.wanted).map(member).collect() }
    }

    fn staying(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| !member.stopping)
    }

    fn live(&self) -> usize {
        self.staying().count()
    }

    fn healthy(&self) -> usize {
        self.staying().filter(|member| member.is_healthy()).count()
    }

    fn healthy_primary(&self) -> usize {
        self.staying().filter(|member| member.primary && member.is_healthy()).count()
    }

    /// Tasks of the newest deployment that count towards the desired number: all but the unhealthy ones.
    fn promising(&self) -> usize {
        self.staying().filter(|member| member.primary && !member.is_unhealthy()).count()
    }
}

impl Member {
    fn is_healthy(&self) -> bool {
        self.standing == Standing::Healthy
    }

    fn is_unhealthy(&self) -> bool {
        matches!(self.standing, Standing::Unhealthy(_))
    }
}

impl Plan {
    fn needed(&self) -> usize {
        self.desired.saturating_sub(self.census.promising())
    }

    fn room(&self) -> usize {
        self.upper.saturating_sub(self.census.live())
    }

    fn lacks_room(&self) -> bool {
        self.room() < self.needed()
    }

    /// After scaling in: those that do not run yet go first, then the newest.
    fn stop_surplus(&mut self) {
        for wanted in [Standing::Pending, Standing::Warming, Standing::Healthy] {
            for index in (0..self.census.members.len()).rev() {
                let spare = wanted != Standing::Healthy || self.census.healthy() > self.lower;
                let surplus = self.census.promising() > self.desired;
                let member = &mut self.census.members[index];
                if surplus && spare && member.primary && member.standing == wanted {
                    member.stopping = true;
                }
            }
        }
    }

    /// Unhealthy tasks go once they are replaced, or when there is no room for the replacement.
    fn stop_unhealthy(&mut self) {
        for index in 0..self.census.members.len() {
            let replaced = self.census.healthy_primary() >= self.desired;
            let may_go = replaced || self.lacks_room();
            let member = &mut self.census.members[index];
            if may_go && member.primary && member.is_unhealthy() {
                member.stopping = true;
            }
        }
    }

    /// Tasks of older deployments: pending ones at once, others as the new ones take over.
    fn stop_old(&mut self) {
        for index in 0..self.census.members.len() {
            let replaced = self.census.healthy_primary() >= self.desired;
            let lacks_room = self.lacks_room();
            let healthy = self.census.healthy();
            let member = &mut self.census.members[index];
            if member.primary {
                continue;
            }
            member.stopping = match member.standing {
                Standing::Pending => true,
                Standing::Healthy => healthy > self.lower && (healthy > self.desired || lacks_room),
                _ => replaced || lacks_room,
            };
        }
    }
}

fn stop(service: &mut Service, plan: &Plan, primary: &str, world: &mut World<'_>, actions: &mut Vec<Action>) -> usize {
    let leaving: Vec<&Member> = plan.census.members.iter().filter(|member| member.stopping).collect();
    for member in &leaving {
        let Some(task) = world.tasks.get_mut(&member.id) else { continue };
        let reason = match &member.standing {
            Standing::Unhealthy(Cause::Container) => "Task failed container health checks".to_owned(),
            Standing::Unhealthy(Cause::Target { target_group, .. }) => {
                format!("Task failed ELB health checks in (target-group {target_group})")
            }
            _ => format!("Scaling activity initiated by (deployment {primary})"),
        };
        task.begin_stop(world.now_ms, StopCode::ServiceSchedulerInitiated, reason, actions);
    }
    let (pending, running): (Vec<&Member>, Vec<&Member>) =
        leaving.iter().partition(|member| member.standing == Standing::Pending);
    if !pending.is_empty() {
        service.events.tell(world.ids, world.now_ms, &format!("stopped {} pending tasks.", pending.len()));
    }
    if !running.is_empty() {
        let tasks = list(running.iter().map(|member| &member.id));
        let text = format!("has stopped {} running tasks: {tasks}.", running.len());
        service.events.tell(world.ids, world.now_ms, &text);
    }
    leaving.len()
}

fn launch(
    service: &mut Service,
    plan: &Plan,
    unhealthy: usize,
    world: &mut World<'_>,
    actions: &mut Vec<Action>,
) -> usize {
    let Some(primary) = service.deployments.first() else { return 0 };
    let waits = primary.rollout == Rollout::Failed || world.now_ms < primary.next_launch_ms;
    let count = plan.needed().min(plan.room());
    if service.life != Life::Active || waits || count == 0 {
        return 0;
    }
    let Some(revision) = service.revision(&primary.revision) else { return 0 };
    let owner =
        Owner::Service { key: service.key.clone(), deployment: primary.id.clone(), revision: revision.id.clone() };
    let template = Arc::clone(&revision.template);
    let digests = revision.digests.clone();
    let mut started = Vec::with_capacity(count);
    for _ in 0..count {
        let id = world.ids.task();
        let task = Task::new(id.clone(), &service.key.cluster, owner.clone(), Arc::clone(&template), world.now_ms);
        actions.push(task.start(&digests));
        world.tasks.insert(id.clone(), task);
        service.tasks.push(id.clone());
        started.push(id);
    }
    let mut text = format!("has started {count} tasks: {}.", list(&started));
    let replaced = unhealthy.min(count);
    if replaced > 0 {
        text.push_str(&format!(" Amazon ECS replaced {replaced} tasks due to an unhealthy status."));
    }
    service.events.tell(world.ids, world.now_ms, &text);
    count
}

/// Nothing can be started or stopped, nothing is on its way, and yet the deployment is not through.
fn tell_stall(service: &mut Service, plan: &Plan, world: &mut World<'_>) {
    let leaving = service.tasks.len() > plan.census.members.len();
    let all_healthy = plan.census.members.iter().all(Member::is_healthy);
    if service.stall_told || leaving || !all_healthy || plan.needed() == 0 || plan.room() > 0 {
        return;
    }
    service.stall_told = true;
    let text = "was unable to stop or start tasks during a deployment because of the service deployment \
                configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";
    service.events.tell(world.ids, world.now_ms, text);
}
