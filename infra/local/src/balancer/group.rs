//! The targets of one target group, and which of them gets the next request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::counts::Counts;
use super::settings::TargetGroup;
use super::target::{Standing, Target, Ticket};
use crate::scheduler::port::TaskId;

/// A target group at work.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) settings: TargetGroup,
    pub(super) counts: Counts,
    targets: Mutex<Targets>,
}

#[derive(Debug, Default)]
struct Targets {
    all: Vec<Arc<Target>>,
    next: usize,
}

impl Group {
    pub(super) fn new(settings: TargetGroup) -> Self {
        Self { settings, counts: Counts::default(), targets: Mutex::default() }
    }

    pub(super) fn add(&self, target: Arc<Target>) {
        self.targets().all.push(target);
    }

    pub(super) fn remove(&self, target: &Arc<Target>) {
        self.targets().all.retain(|known| !Arc::ptr_eq(known, target));
    }

    /// The task's target, now draining; `None` when the task has none that could begin to drain.
    pub(super) fn start_draining(&self, task: &TaskId) -> Option<Arc<Target>> {
        self.targets().all.iter().find(|target| target.task == *task && target.drain()).cloned()
    }

    /// The next target in turn that was not tried yet, with a ticket for the request.
    ///
    /// Unhealthy targets get requests only when there is no healthy one, as with Elastic Load Balancing ("fail open").
    pub(super) fn choose(&self, tried: &[TaskId]) -> Option<(Arc<Target>, Ticket)> {
        let mut targets = self.targets();
        let with = |standing: Standing| -> Vec<Arc<Target>> {
            let chosen = targets.all.iter().filter(|target| target.standing() == standing);
            chosen.filter(|target| !tried.contains(&target.task)).cloned().collect()
        };
        let mut candidates = with(Standing::Healthy);
        if candidates.is_empty() {
            candidates = with(Standing::Unhealthy);
        }
        if candidates.is_empty() {
            return None;
        }
        let target = candidates.swap_remove(targets.next % candidates.len());
        targets.next = targets.next.wrapping_add(1);
        let ticket = target.enter();
        Some((target, ticket))
    }

    /// How many targets are healthy, and how many are not.
    pub(super) fn host_counts(&self) -> (usize, usize) {
        let targets = self.targets();
        let count = |standing| targets.all.iter().filter(|target| target.standing() == standing).count();
        (count(Standing::Healthy), count(Standing::Unhealthy))
    }

    /// Whether a task is, or is still, a target.
    pub(super) fn has_targets(&self) -> bool {
        !self.targets().all.is_empty()
    }

    fn targets(&self) -> MutexGuard<'_, Targets> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(standings: &[(&str, Standing)]) -> Group {
        let group = Group::new(TargetGroup::with_defaults("targetgroup/test/1"));
        for (task, standing) in standings {
            let target = Target::new(TaskId::new(*task), ([127, 0, 0, 1], 1).into());
            target.stand(*standing);
            group.add(Arc::new(target));
        }
        group
    }

    fn chosen(group: &Group, times: usize) -> Vec<String> {
        let one = || group.choose(&[]).map_or_else(|| "none".to_owned(), |(target, _)| target.task.to_string());
        (0..times).map(|_| one()).collect()
    }

    #[test]
    fn healthy_targets_take_turns() {
        let group = group(&[("a", Standing::Healthy), ("b", Standing::Unhealthy), ("c", Standing::Healthy)]);
        let mut turns = chosen(&group, 4);
        turns.sort();
        assert_eq!(turns, ["a", "a", "c", "c"]);
    }

    #[test]
    fn unhealthy_targets_only_without_healthy_ones_and_new_ones_never() {
        assert_eq!(chosen(&group(&[("a", Standing::Unhealthy), ("b", Standing::Initial)]), 2), ["a", "a"]);
        assert_eq!(chosen(&group(&[("b", Standing::Initial)]), 1), ["none"]);
        assert_eq!(chosen(&group(&[]), 1), ["none"]);
    }

    #[test]
    fn a_draining_target_gets_nothing_and_drains_once() {
        let group = group(&[("a", Standing::Healthy), ("b", Standing::Healthy)]);
        assert!(group.start_draining(&TaskId::new("a")).is_some());
        assert!(group.start_draining(&TaskId::new("a")).is_none());
        assert!(group.start_draining(&TaskId::new("x")).is_none());
        assert_eq!(chosen(&group, 2), ["b", "b"]);
    }

    #[tokio::test]
    async fn a_target_is_idle_once_its_last_ticket_is_given_back() {
        let group = group(&[("a", Standing::Healthy)]);
        let (target, ticket) = group.choose(&[]).expect("a healthy target");
        let waiting = tokio::spawn(async move { target.idle().await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(ticket);
        waiting.await.expect("the wait ends");
    }
}
