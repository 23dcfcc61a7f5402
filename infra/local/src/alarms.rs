//! Metric alarms: what an alarm watches, how its state follows from datapoints (pure), and the loop that keeps asking.

mod alarm;
pub(crate) mod book;
pub mod evaluate;
pub(crate) mod reason;
mod watched;

use std::sync::Arc;
use std::time::Duration;

pub use alarm::{Alarm, AlarmMetric, AlarmState, Comparison, MissingData, Statistic};
pub use watched::{AlarmQuery, QuerySource, Watched};

use crate::clock::Clock;
use crate::cloudwatch::CloudWatch;

/// Evaluates all alarms for ever; drop the future to stop it.
pub async fn run(cloudwatch: Arc<CloudWatch>, clock: Clock) {
    loop {
        clock.sleep(Duration::from_secs(1)).await;
        cloudwatch.evaluate_alarms();
    }
}
