//! `GET` and `POST /_local/balancer`: the load balancer's name and its target group, as another emulator of AWS made them.
//!
//! Elastic Load Balancing is not answered here. Whoever made a load balancer elsewhere says so, and then health checks and the
//! dimensions of metrics are that one's.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Balancer, Matcher, TargetGroup};

/// What `POST /_local/balancer` tells. What is left out of the target group has the defaults of its API.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// `app/NAME/ID`.
    name: String,
    target_group: Option<ToldGroup>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldGroup {
    arn: String,
    path: Option<String>,
    interval_s: Option<u64>,
    timeout_s: Option<u64>,
    healthy_threshold: Option<u32>,
    unhealthy_threshold: Option<u32>,
    matcher: Option<String>,
    deregistration_delay_s: Option<u64>,
}

impl Balancer {
    /// Answers the route; `None` for any other.
    pub(crate) fn answer(&self, method: &str, path: &str, body: &[u8]) -> Option<(u16, Value)> {
        let told = match (method, path) {
            ("GET", "balancer") => Ok(()),
            ("POST", "balancer") => serde_json::from_slice(body)
                .map_err(|error| format!("The balancer could not be read: {error}"))
                .and_then(|told: Told| self.hear(told)),
            _ => return None,
        };
        Some(match told {
            Ok(()) => (200, self.described()),
            Err(message) => (400, json!({"message": message})),
        })
    }

    fn hear(&self, told: Told) -> Result<(), String> {
        if !told.name.starts_with("app/") || told.name.split('/').count() != 3 {
            return Err(format!("{:?} is not the name of a load balancer: app/NAME/ID", told.name));
        }
        let group = told.target_group.map(group).transpose()?;
        let has_targets =
            |arn: &str| self.all_groups().iter().any(|known| known.settings.arn == arn && known.has_targets());
        if let Some(known) = group.as_ref().filter(|group| has_targets(&group.arn)) {
            return Err(format!("{} has targets already; tell its settings before its first task", known.arn));
        }
        self.rename(told.name);
        if let Some(group) = group {
            let arn = group.arn.clone();
            self.add_target_group(group);
            self.forward_to(&arn);
        }
        Ok(())
    }

    fn described(&self) -> Value {
        let groups: Vec<_> = self
            .all_groups()
            .iter()
            .map(|group| json!({"arn": group.settings.arn, "path": group.settings.path, "healthy": group.host_counts().0}))
            .collect();
        json!({"name": self.name(), "target_groups": groups})
    }
}

fn group(told: ToldGroup) -> Result<TargetGroup, String> {
    if !told.arn.starts_with("arn:") || !told.arn.contains(":targetgroup/") {
        return Err(format!("{:?} is not the ARN of a target group", told.arn));
    }
    let defaults = TargetGroup::with_defaults(&told.arn);
    let seconds = |told: Option<u64>, default| told.map_or(default, Duration::from_secs);
    let matcher = match told.matcher.as_deref() {
        None => defaults.matcher,
        Some(text) => Matcher::parse(text).ok_or_else(|| format!("{text:?} is no list of status codes"))?,
    };
    Ok(TargetGroup {
        path: told.path.unwrap_or(defaults.path),
        interval: seconds(told.interval_s, defaults.interval).max(Duration::from_secs(1)),
        timeout: seconds(told.timeout_s, defaults.timeout).max(Duration::from_secs(1)),
        healthy_threshold: told.healthy_threshold.unwrap_or(defaults.healthy_threshold).max(1),
        unhealthy_threshold: told.unhealthy_threshold.unwrap_or(defaults.unhealthy_threshold).max(1),
        matcher,
        deregistration_delay: seconds(told.deregistration_delay_s, defaults.deregistration_delay),
        arn: told.arn,
    })
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_balancer_is_told_over_http() {
        let (observations, _told) = mpsc::unbounded_channel();
        let balancer = Balancer::new("app/local/1", 0, Clock::manual(0), observations);
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/a/2";
        let check = |body: Value, status: u16, expect: &str| {
            let (found, answer) = balancer.answer("POST", "balancer", body.to_string().as_bytes()).expect("its route");
            assert_eq!(found, status, "{body}: {answer}");
            assert!(answer.to_string().contains(expect), "{answer}");
        };
        check(json!({"name": "mine"}), 400, "app/NAME/ID");
        check(json!({"name": "app/x/1", "target_group": {"arn": "x"}}), 400, "ARN of a target group");
        check(json!({"name": "app/x/1", "target_group": {"arn": arn, "matcher": "all"}}), 400, "status codes");
        check(json!({"name": "app/x/1", "target_group": {"arn": arn, "path": "/ready"}}), 200, "/ready");
        assert_eq!(balancer.name(), "app/x/1");
        assert_eq!(balancer.answer("GET", "elsewhere", b""), None);
    }
}
