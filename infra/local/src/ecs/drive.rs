//! The loop that drives the scheduler: on observations, on calls, and as time passes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::Ecs;
use crate::clock::Clock;
use crate::scheduler::{Action, Observation};

/// The scheduler is stepped at least this often (stack time).
const TICK: Duration = Duration::from_millis(500);
/// No step takes in more observations than this.
const LARGEST_BATCH: usize = 1_024;

impl Ecs {
    /// Drives the scheduler until one of the channels closes. `alarm_lookup` says whether an alarm is in ALARM, or
    /// `None` when there is no such alarm.
    pub async fn run(
        ecs: Arc<Self>,
        clock: Clock,
        mut observations: UnboundedReceiver<Observation>,
        actions: UnboundedSender<Action>,
        alarm_lookup: impl Fn(&str) -> Option<bool> + Send,
    ) {
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                received = observations.recv_many(&mut batch, LARGEST_BATCH) => {
                    if received == 0 {
                        return;
                    }
                }
                () = ecs.wishes.notified() => {}
                () = clock.sleep(TICK) => {}
            }
            let names = ecs.world().scheduler.alarms_of_interest();
            batch.extend(names.into_iter().map(|name| {
                let in_alarm = alarm_lookup(&name).unwrap_or(false);
                Observation::Alarm { name, in_alarm }
            }));
            for action in ecs.step(batch) {
                if actions.send(action).is_err() {
                    return;
                }
            }
        }
    }
}
