//! Stack time: real time, faster when asked, or set by hand in tests. Alarm periods, scheduler timers and metric
//! timestamps read it; nothing else in the stack may ask the machine for the time of day.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// A shared clock of stack time. Cloning it is cheap; all clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    kind: Arc<Kind>,
}

#[derive(Debug)]
enum Kind {
    Running { started: Instant, started_ms: i64, speed: f64 },
    Manual { now_ms: watch::Sender<i64> },
}

impl Clock {
    /// A clock that starts at the machine's time and runs `speed` times as fast (1.0 is real time).
    /// A speed that is not a positive number counts as 1.0.
    #[must_use]
    pub fn running(speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self { kind: Arc::new(Kind::Running { started: Instant::now(), started_ms: machine_ms(), speed }) }
    }

    /// A clock that stands at `now_ms` until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(now_ms: i64) -> Self {
        Self { kind: Arc::new(Kind::Manual { now_ms: watch::Sender::new(now_ms) }) }
    }

    /// Stack time in milliseconds since the epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match &*self.kind {
            Kind::Running { started, started_ms, speed } => {
                let elapsed = started.elapsed().as_secs_f64() * 1000.0 * speed;
                started_ms.saturating_add(elapsed as i64)
            }
            Kind::Manual { now_ms } => *now_ms.borrow(),
        }
    }

    /// How many times faster than real time the clock runs; a manual clock says 1.0.
    #[must_use]
    pub fn speed(&self) -> f64 {
        match &*self.kind {
            Kind::Running { speed, .. } => *speed,
            Kind::Manual { .. } => 1.0,
        }
    }

    /// The real time that `stack_time` takes on this clock.
    #[must_use]
    pub fn real(&self, stack_time: Duration) -> Duration {
        stack_time.div_f64(self.speed())
    }

    /// Waits for this much stack time.
    pub async fn sleep(&self, stack_time: Duration) {
        match &*self.kind {
            Kind::Running { .. } => tokio::time::sleep(self.real(stack_time)).await,
            Kind::Manual { now_ms } => {
                let wait = i64::try_from(stack_time.as_millis()).unwrap_or(i64::MAX);
                let target = self.now_ms().saturating_add(wait);
                // The sender lives as long as this clock, so waiting can only end by reaching the target.
                let _ = now_ms.subscribe().wait_for(|now| *now >= target).await;
            }
        }
    }

    /// Moves a manual clock forward and wakes its sleepers. A running clock ignores it.
    pub fn advance(&self, stack_time: Duration) {
        if let Kind::Manual { now_ms } = &*self.kind {
            let step = i64::try_from(stack_time.as_millis()).unwrap_or(i64::MAX);
            now_ms.send_modify(|now| *now = now.saturating_add(step));
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::running(1.0)
    }
}

fn machine_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(1_000);
        assert_eq!(clock.now_ms(), 1_000);
        clock.clone().advance(Duration::from_secs(2));
        assert_eq!(clock.now_ms(), 3_000);
    }

    #[tokio::test]
    async fn a_manual_sleep_ends_when_the_time_has_come() {
        let clock = Clock::manual(0);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(60)).await }
        });
        while !sleeper.is_finished() {
            clock.advance(Duration::from_secs(10));
            tokio::task::yield_now().await;
        }
        assert!(clock.now_ms() >= 60_000);
    }

    #[test]
    fn speed_divides_waiting() {
        assert_eq!(Clock::running(30.0).real(Duration::from_secs(60)), Duration::from_secs(2));
        assert_eq!(Clock::running(f64::NAN).speed(), 1.0);
    }
}
