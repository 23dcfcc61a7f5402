//! Health checks of targets, by the rules of Elastic Load Balancing.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Balancer;
use super::group::Group;
use super::settings::TargetGroup;
use super::target::{Standing, Target};
use crate::scheduler::port::TargetState;

/// A new target is checked this often (stack time) at least, so that it gets requests as soon as it can take them.
const INITIAL_INTERVAL: Duration = Duration::from_secs(1);

/// A check is given this long in real time at least, however fast the stack's clock runs.
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(2);

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Probe {
    Code(u16),
    TimedOut,
    Failed,
}

/// The verdict over the checks of one target. One success makes a new target healthy.
#[derive(Debug, Default)]
struct Verdict {
    standing: Option<Standing>,
    successes: u32,
    failures: u32,
}

impl Verdict {
    /// Takes one result and says when the standing changes.
    fn observe(&mut self, settings: &TargetGroup, healthy: bool) -> Option<Standing> {
        let (successes, failures) = if healthy { (self.successes + 1, 0) } else { (0, self.failures + 1) };
        (self.successes, self.failures) = (successes, failures);
        let enough = if self.standing.is_none() { 1 } else { settings.healthy_threshold.max(1) };
        let standing = match healthy {
            true if successes >= enough => Standing::Healthy,
            false if failures >= settings.unhealthy_threshold.max(1) => Standing::Unhealthy,
            _ => return None,
        };
        (self.standing.replace(standing) != Some(standing)).then_some(standing)
    }
}

/// Checks a target until aborted and tells each change of its standing.
pub(super) async fn follow(balancer: &Arc<Balancer>, group: &Group, target: &Target) {
    let settings = &group.settings;
    let mut verdict = Verdict::default();
    let mut since_counted = Duration::ZERO;
    loop {
        let pause =
            if verdict.standing.is_none() { settings.interval.min(INITIAL_INTERVAL) } else { settings.interval };
        balancer.clock.sleep(pause).await;
        since_counted += pause;
        let probe = probe(balancer, target, settings).await;
        let healthy = matches!(probe, Probe::Code(code) if settings.matcher.accepts(code));
        // The early checks of a new target only look for its first success: they do not make it fail any sooner.
        if !healthy && since_counted < settings.interval {
            continue;
        }
        since_counted = Duration::ZERO;
        if let Some(standing) = verdict.observe(settings, healthy)
            && target.stand(standing)
        {
            balancer.tell(&target.task, &settings.arn, state(standing, &probe));
        }
    }
}

fn state(standing: Standing, probe: &Probe) -> TargetState {
    if standing == Standing::Healthy {
        return TargetState::Healthy;
    }
    let reason = match probe {
        Probe::Code(code) => format!("Health checks failed with these codes: [{code}]"),
        Probe::TimedOut => "Request timed out".to_owned(),
        Probe::Failed => "Health checks failed".to_owned(),
    };
    TargetState::Unhealthy { reason }
}

async fn probe(balancer: &Balancer, target: &Target, settings: &TargetGroup) -> Probe {
    let patience = balancer.clock.real(settings.timeout).max(SHORTEST_TIMEOUT.min(settings.timeout));
    match tokio::time::timeout(patience, status(target, &settings.path)).await {
        Ok(Ok(code)) => Probe::Code(code),
        Ok(Err(_)) => Probe::Failed,
        Err(_) => Probe::TimedOut,
    }
}

async fn status(target: &Target, path: &str) -> Result<u16, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(target.address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(path)
        .header("host", target.address.to_string())
        .header("user-agent", "ELB-HealthChecker/2.0")
        .header("connection", "close")
        .body(Empty::<Bytes>::new())?;
    let answer = async {
        let response = sender.send_request(request).await?;
        Ok(response.status().as_u16())
    };
    tokio::pin!(answer);
    // The connection works for as long as the answer is awaited, and is closed with it.
    tokio::select! {
        code = &mut answer => code,
        ended = connection => {
            ended?;
            answer.await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_count_in_a_row_and_a_new_target_needs_one_success() {
        let settings = TargetGroup {
            healthy_threshold: 2,
            unhealthy_threshold: 3,
            ..TargetGroup::with_defaults("targetgroup/t/1")
        };
        let check = |results: &str, expect: &[(usize, Standing)]| {
            let mut verdict = Verdict::default();
            let changes: Vec<_> = results
                .chars()
                .enumerate()
                .filter_map(|(place, result)| Some((place, verdict.observe(&settings, result == '+')?)))
                .collect();
            assert_eq!(changes, expect, "{results}");
        };
        check("+", &[(0, Standing::Healthy)]);
        check("-+", &[(1, Standing::Healthy)]);
        check("--+---", &[(2, Standing::Healthy), (5, Standing::Unhealthy)]);
        check("---", &[(2, Standing::Unhealthy)]);
        check("---+-++", &[(2, Standing::Unhealthy), (6, Standing::Healthy)]);
    }

    #[test]
    fn reasons_in_the_words_of_aws() {
        let reason = |probe: Probe| state(Standing::Unhealthy, &probe);
        let unhealthy = |reason: &str| TargetState::Unhealthy { reason: reason.to_owned() };
        assert_eq!(reason(Probe::Code(503)), unhealthy("Health checks failed with these codes: [503]"));
        assert_eq!(reason(Probe::TimedOut), unhealthy("Request timed out"));
        assert_eq!(reason(Probe::Failed), unhealthy("Health checks failed"));
    }
}
