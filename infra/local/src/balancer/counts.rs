//! What the balancer counts, published as `AWS/ApplicationELB` with the dimensions that AWS uses.
//!
//! As with AWS, a count of nothing is not published, so that silence and "no errors" look the same.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::StatusCode;

use super::Balancer;
use super::group::Group;
use crate::cloudwatch::{CloudWatch, Sample};

const NAMESPACE: &str = "AWS/ApplicationELB";

/// The stretch of stack time that one set of samples covers, in milliseconds.
const WINDOW_MS: i64 = 10_000;
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Response times kept apart in one window; later ones are left out of the percentiles.
const MOST_TIMES: usize = 20_000;

/// The counters of one target group.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    requests: u64,
    /// Answers of targets by the first digit of their status.
    answers: [u64; 6],
    own_errors: u64,
    seconds: Vec<f64>,
}

impl Counts {
    pub(super) fn request(&self) {
        self.with(|window| window.requests += 1);
    }

    pub(super) fn answer(&self, status: StatusCode, time: Duration) {
        self.with(|window| {
            let class = usize::from(status.as_u16() / 100).min(5);
            window.answers[class] += 1;
            if window.seconds.len() < MOST_TIMES {
                window.seconds.push(time.as_secs_f64());
            }
        });
    }

    pub(super) fn own_error(&self) {
        self.with(|window| window.own_errors += 1);
    }

    fn take(&self) -> Window {
        self.with(std::mem::take)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Window) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) async fn publish(balancer: &Balancer, cloudwatch: &CloudWatch) {
    let mut window = balancer.clock.now_ms() / WINDOW_MS;
    loop {
        balancer.clock.sleep(LOOK_EVERY).await;
        let current = balancer.clock.now_ms() / WINDOW_MS;
        if current > window {
            for group in balancer.all_groups() {
                put(cloudwatch, &balancer.name(), &group, window * WINDOW_MS);
            }
            window = current;
        }
    }
}

fn put(cloudwatch: &CloudWatch, load_balancer: &str, group: &Group, at: i64) {
    let window = group.counts.take();
    let of_balancer = [("LoadBalancer", load_balancer)];
    let of_group = [("LoadBalancer", load_balancer), ("TargetGroup", group.settings.dimension())];
    for dimensions in [&of_balancer[..], &of_group[..]] {
        let counted = [
            ("RequestCount", window.requests),
            ("HTTPCode_Target_2XX_Count", window.answers[2]),
            ("HTTPCode_Target_3XX_Count", window.answers[3]),
            ("HTTPCode_Target_4XX_Count", window.answers[4]),
            ("HTTPCode_Target_5XX_Count", window.answers[5]),
        ];
        for (name, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
            put_count(cloudwatch, name, dimensions, at, count);
        }
        if !window.seconds.is_empty() {
            let times = Sample::Values(window.seconds.iter().map(|seconds| (*seconds, 1.0)).collect());
            cloudwatch.put(NAMESPACE, "TargetResponseTime", dimensions, at, times, Some("Seconds"));
        }
    }
    if window.own_errors > 0 {
        put_count(cloudwatch, "HTTPCode_ELB_5XX_Count", &of_balancer, at, window.own_errors);
    }
    let (healthy, unhealthy) = group.host_counts();
    for (name, count) in [("HealthyHostCount", healthy), ("UnHealthyHostCount", unhealthy)] {
        let value = Sample::Value(count as f64);
        cloudwatch.put(NAMESPACE, name, &of_group, at, value, Some("Count"));
    }
}

/// A sum of `count` samples of one, as the statistics of these metrics are defined.
fn put_count(cloudwatch: &CloudWatch, name: &str, dimensions: &[(&str, &str)], at: i64, count: u64) {
    let value = Sample::Values(vec![(1.0, count as f64)]);
    cloudwatch.put(NAMESPACE, name, dimensions, at, value, Some("Count"));
}
