//! Container health checks: runs the definition's command and keeps the verdict, by Docker's rules.

use std::time::Duration;

use tokio::process::Command;

use super::group::Group;
use crate::clock::Clock;
use crate::scheduler::port::HealthCheck;

/// Until the first success inside the start period, a check runs this often (stack time) at least.
const START_INTERVAL: Duration = Duration::from_secs(1);

/// A check is given this long in real time, however fast the stack's clock runs.
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(2);

/// The verdict over a series of checks.
#[derive(Debug)]
pub(crate) struct Verdict {
    retries: u32,
    start_period: Duration,
    failures: u32,
    healthy: Option<bool>,
}

impl Verdict {
    pub(crate) fn new(check: &HealthCheck) -> Self {
        Self { retries: check.retries.max(1), start_period: check.start_period, failures: 0, healthy: None }
    }

    /// Takes one result at the container's age and says when the verdict changes.
    pub(crate) fn observe(&mut self, passed: bool, age: Duration) -> Option<bool> {
        if passed {
            self.failures = 0;
            return self.change(true);
        }
        if self.healthy.is_none() && age < self.start_period {
            return None;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= self.retries { self.change(false) } else { None }
    }

    fn change(&mut self, healthy: bool) -> Option<bool> {
        (self.healthy.replace(healthy) != Some(healthy)).then_some(healthy)
    }

    fn pause(&self, check: &HealthCheck, age: Duration) -> Duration {
        let starting = self.healthy.is_none() && age < self.start_period;
        if starting { check.interval.min(START_INTERVAL) } else { check.interval }
    }
}

/// Runs the check for as long as it is awaited and reports each change of the verdict.
pub(crate) async fn follow(
    check: &HealthCheck,
    clock: &Clock,
    command: impl Fn(&[String]) -> Option<Command>,
    report: impl Fn(bool),
) {
    let started = clock.now_ms();
    let age = || Duration::from_millis(u64::try_from(clock.now_ms() - started).unwrap_or(0));
    let mut verdict = Verdict::new(check);
    loop {
        clock.sleep(verdict.pause(check, age())).await;
        let Some(command) = command(&check.command) else {
            return;
        };
        let passed = run_once(command, check.timeout, clock).await;
        if let Some(healthy) = verdict.observe(passed, age()) {
            report(healthy);
        }
    }
}

async fn run_once(mut command: Command, timeout: Duration, clock: &Clock) -> bool {
    let Ok(mut child) = command.process_group(0).kill_on_drop(true).spawn() else {
        return false;
    };
    let mut group = child.id().map(Group::led_by);
    // Standard input stays open until the check has ended: its end would end the check.
    let _input = child.stdin.take();
    let patience = clock.real(timeout).max(SHORTEST_TIMEOUT.min(timeout));
    let ended = tokio::time::timeout(patience, child.wait()).await;
    if let Some(group) = &mut group {
        group.end();
    }
    matches!(ended, Ok(Ok(status)) if status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(start_period: u64, retries: u32) -> HealthCheck {
        HealthCheck {
            command: Vec::new(),
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            retries,
            start_period: Duration::from_secs(start_period),
        }
    }

    #[test]
    fn failures_count_in_a_row_and_after_the_start_period() {
        let table = |start_period: u64, retries: u32, results: &[(bool, u64)], expect: &[Option<bool>]| {
            let mut verdict = Verdict::new(&check(start_period, retries));
            let changes: Vec<_> =
                results.iter().map(|(passed, age)| verdict.observe(*passed, Duration::from_secs(*age))).collect();
            assert_eq!(changes, expect, "start period {start_period}, retries {retries}");
        };
        table(0, 2, &[(false, 1), (false, 2)], &[None, Some(false)]);
        table(0, 2, &[(false, 1), (true, 2), (false, 3), (true, 4)], &[None, Some(true), None, None]);
        table(10, 1, &[(false, 5), (false, 11)], &[None, Some(false)]);
        table(10, 1, &[(true, 2), (false, 5)], &[Some(true), Some(false)]);
        table(0, 1, &[(false, 1), (true, 2)], &[Some(false), Some(true)]);
    }

    #[test]
    fn checks_run_often_until_the_first_success() {
        let check = check(60, 3);
        let mut verdict = Verdict::new(&check);
        assert_eq!(verdict.pause(&check, Duration::ZERO), START_INTERVAL);
        verdict.observe(true, Duration::from_secs(1));
        assert_eq!(verdict.pause(&check, Duration::from_secs(2)), check.interval);
    }
}
