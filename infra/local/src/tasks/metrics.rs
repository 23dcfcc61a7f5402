//! Publishes what tasks use and how many of them there are, in the metrics of Amazon ECS.
//!
//! `AWS/ECS` CPUUtilization and MemoryUtilization are per cent of what the tasks reserve, one sample for each task;
//! `ECS/ContainerInsights` has the counts. AWS publishes once a minute; here every ten seconds, so that a chart has
//! points soon.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::board::{Board, Entry};
use super::usage::{Usage, Usages, measure};
use crate::clock::Clock;
use crate::cloudwatch::{CloudWatch, Sample};
use crate::ecs::ServiceCounts;

/// The stretch of stack time that one set of samples covers, in milliseconds.
const WINDOW_MS: i64 = 10_000;

const LOOK_EVERY: Duration = Duration::from_secs(1);
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const UNITS_PER_CPU: f64 = 1024.0;

/// Measures for ever, ends containers above their memory limit, publishes at the end of each window.
pub async fn publish(
    board: Arc<Board>,
    cloudwatch: Arc<CloudWatch>,
    clock: Clock,
    counts: impl Fn() -> Vec<ServiceCounts> + Send,
) {
    let mut baseline: HashMap<u32, (Duration, Instant)> = HashMap::new();
    let mut window = clock.now_ms() / WINDOW_MS;
    loop {
        tokio::time::sleep(clock.real(LOOK_EVERY).clamp(SHORTEST_PAUSE, LOOK_EVERY)).await;
        let groups = board.groups();
        let Ok(usages) = tokio::task::spawn_blocking(move || measure(&groups)).await else {
            continue;
        };
        board.enforce_limits(&usages);
        let now = Instant::now();
        baseline.retain(|group, _| usages.contains_key(group));
        for group in usages.keys() {
            baseline.entry(*group).or_insert((Duration::ZERO, now));
        }
        let current = clock.now_ms() / WINDOW_MS;
        if current > window {
            let at = window * WINDOW_MS;
            window = current;
            put_usage(&cloudwatch, at, &service_samples(&board.entries(), &usages, &mut baseline, now));
            put_counts(&cloudwatch, at, &counts());
        }
    }
}

/// Per cent of the reservation, one value for each task of a service.
#[derive(Debug, Default, PartialEq)]
struct Samples {
    cpu: Vec<f64>,
    memory: Vec<f64>,
}

fn service_samples(
    entries: &[(u32, Entry)],
    usages: &Usages,
    baseline: &mut HashMap<u32, (Duration, Instant)>,
    now: Instant,
) -> BTreeMap<(String, String), Samples> {
    let mut tasks: BTreeMap<&str, (&Entry, f64, u64)> = BTreeMap::new();
    for (group, entry) in entries {
        let Some(Usage { cpu, memory }) = usages.get(group) else {
            continue;
        };
        let (before, since) = baseline.insert(*group, (*cpu, now)).unwrap_or((*cpu, now));
        let seconds = now.duration_since(since).as_secs_f64();
        let cpus = if seconds > 0.0 { cpu.saturating_sub(before).as_secs_f64() / seconds } else { 0.0 };
        let task = tasks.entry(entry.task.as_str()).or_insert((entry, 0.0, 0));
        task.1 += cpus;
        task.2 += memory;
    }
    let mut services: BTreeMap<(String, String), Samples> = BTreeMap::new();
    for (entry, cpus, memory) in tasks.into_values() {
        let Some(service) = entry.group.strip_prefix("service:") else {
            continue;
        };
        let samples = services.entry((entry.cluster.clone(), service.to_owned())).or_default();
        let reserved = if entry.reserved_cpu > 0 { f64::from(entry.reserved_cpu) } else { UNITS_PER_CPU };
        samples.cpu.push(cpus * UNITS_PER_CPU / reserved * 100.0);
        if entry.reserved_memory > 0 {
            samples.memory.push(memory as f64 / entry.reserved_memory as f64 * 100.0);
        }
    }
    services
}

fn put_usage(cloudwatch: &CloudWatch, at: i64, services: &BTreeMap<(String, String), Samples>) {
    for ((cluster, service), samples) in services {
        let dimensions = [("ClusterName", cluster.as_str()), ("ServiceName", service.as_str())];
        for (name, values) in [("CPUUtilization", &samples.cpu), ("MemoryUtilization", &samples.memory)] {
            if !values.is_empty() {
                let values = Sample::Values(values.iter().map(|value| (*value, 1.0)).collect());
                cloudwatch.put("AWS/ECS", name, &dimensions, at, values, Some("Percent"));
            }
        }
    }
}

fn put_counts(cloudwatch: &CloudWatch, at: i64, services: &[ServiceCounts]) {
    for service in services {
        let dimensions = [("ClusterName", service.cluster.as_str()), ("ServiceName", service.service.as_str())];
        let counts = [
            ("RunningTaskCount", service.running),
            ("DesiredTaskCount", service.desired),
            ("PendingTaskCount", service.pending),
        ];
        for (name, count) in counts {
            let value = Sample::Value(count as f64);
            cloudwatch.put("ECS/ContainerInsights", name, &dimensions, at, value, Some("Count"));
        }
    }
}
