//! The alarms of the predictor service. Periods are short, so that each knows soon how things stand.

use super::{CLUSTER, LOAD_BALANCER, PREDICTOR, TARGET_GROUP};
use crate::alarms::{Alarm, AlarmMetric, Comparison, MissingData, Statistic};
use crate::wire::Place;

/// The alarm that also rolls a deployment back.
pub(super) const HTTP_5XX: &str = "predictor-http-5xx";

const PERIOD_S: u32 = 10;

/// Every alarm of the seed.
pub(super) fn all(place: &Place) -> Vec<Alarm> {
    use Comparison::{
        GreaterThanOrEqualToThreshold as AtLeast, GreaterThanThreshold as Above, LessThanThreshold as Below,
    };
    let service = |name, statistic| metric("AWS/ECS", name, &of_service(), statistic);
    let insights = |name, statistic| metric("ECS/ContainerInsights", name, &of_service(), statistic);
    let balancer = |name, statistic| metric("AWS/ApplicationELB", name, &of_target_group(), statistic);
    let mut alarms = vec![
        alarm("predictor-cpu-high", service("CPUUtilization", Statistic::Average), Above, 80.0, (2, 3)),
        alarm("predictor-memory-high", service("MemoryUtilization", Statistic::Maximum), Above, 80.0, (1, 2)),
        alarm("predictor-running-tasks-low", insights("RunningTaskCount", Statistic::Minimum), Below, 2.0, (2, 3)),
        alarm(HTTP_5XX, balancer("HTTPCode_Target_5XX_Count", Statistic::Sum), AtLeast, 2.0, (2, 3)),
        alarm("predictor-latency-p95", balancer("TargetResponseTime", Statistic::Percentile(95.0)), Above, 0.5, (2, 3)),
    ];
    let words = [
        "CPU above 80 % of what the tasks reserve.",
        "A task uses more than 80 % of its memory and may soon be killed.",
        "Fewer than two tasks are running.",
        "Targets answer with 5xx. Rolls a deployment back.",
        "One prediction in twenty takes longer than half a second.",
    ];
    for (alarm, words) in alarms.iter_mut().zip(words) {
        alarm.description = Some(words.to_owned());
        alarm.alarm_actions = vec![place.arn("sns", "on-call")];
        alarm.ok_actions = vec![place.arn("sns", "on-call")];
    }
    // Without an answer there is neither an error nor a slow one.
    for alarm in &mut alarms[3..] {
        alarm.missing_data = Some(MissingData::NotBreaching);
    }
    alarms
}

fn alarm(name: &str, metric: AlarmMetric, comparison: Comparison, threshold: f64, m_of_n: (u32, u32)) -> Alarm {
    Alarm {
        datapoints_to_alarm: Some(m_of_n.0),
        evaluation_periods: m_of_n.1,
        ..Alarm::new(name, metric, comparison, threshold)
    }
}

fn metric(namespace: &str, name: &str, dimensions: &[(&str, &str)], statistic: Statistic) -> AlarmMetric {
    let dimensions = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    AlarmMetric {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        dimensions,
        statistic,
        period_s: PERIOD_S,
        unit: None,
    }
}

fn of_service() -> [(&'static str, &'static str); 2] {
    [("ClusterName", CLUSTER), ("ServiceName", PREDICTOR)]
}

fn of_target_group() -> [(&'static str, &'static str); 2] {
    [("LoadBalancer", LOAD_BALANCER), ("TargetGroup", TARGET_GROUP)]
}
