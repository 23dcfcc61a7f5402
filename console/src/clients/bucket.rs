//! A token bucket that gives way when AWS says "too fast". Pure: time comes in as a number of seconds.

/// How long a halved bucket takes to come back to its full rate, in seconds.
const RECOVERY: f64 = 60.0;
/// A second throttling answer within this time, in seconds, belongs to the same burst and halves nothing more.
const SAME_BURST: f64 = 1.0;
/// The slowest that throttling can make a bucket, as a share of its rate.
const FLOOR: f64 = 1.0 / 16.0;

/// Requests that may be made, refilled at a steady rate.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    capacity: f64,
    rate: f64,
    tokens: f64,
    filled_at: f64,
    /// Share of the rate right after the last throttling answer, and when that came.
    slowed: Option<(f64, f64)>,
}

impl Bucket {
    /// A full bucket of `capacity` requests, refilled with `rate` requests per second.
    pub(crate) fn new(capacity: f64, rate: f64) -> Self {
        let capacity = capacity.max(1.0);
        Self { capacity, rate: rate.max(0.01), tokens: capacity, filled_at: 0.0, slowed: None }
    }

    /// Takes one request's worth, or tells how many seconds until there is one.
    pub(crate) fn take(&mut self, now: f64) -> Result<(), f64> {
        let rate = self.rate * self.share(now);
        self.tokens = (self.tokens + (now - self.filled_at).max(0.0) * rate).min(self.capacity);
        self.filled_at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err((1.0 - self.tokens) / rate)
    }

    /// AWS refused a request as too many: halves the rate and empties the bucket.
    pub(crate) fn slow_down(&mut self, now: f64) {
        if self.slowed.is_some_and(|(_, at)| now - at < SAME_BURST) {
            return;
        }
        let share = (self.share(now) / 2.0).max(FLOOR);
        self.slowed = Some((share, now));
        self.tokens = self.tokens.min(0.0);
        self.filled_at = now;
    }

    /// Whether a throttling answer still holds this bucket back.
    pub(crate) fn is_slowed(&self, now: f64) -> bool {
        self.share(now) < 1.0
    }

    /// Share of the full rate at `now`: what was left after the last throttling answer, growing by half a rate a minute.
    fn share(&self, now: f64) -> f64 {
        self.slowed.map_or(1.0, |(share, at)| (share + (now - at).max(0.0) / RECOVERY * 0.5).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn taken(bucket: &mut Bucket, from: f64, to: f64) -> u32 {
        let (mut now, mut count) = (from, 0);
        while now < to {
            match bucket.take(now) {
                Ok(()) => count += 1,
                Err(wait) => now += wait + 1e-9,
            }
        }
        count
    }

    #[test]
    fn a_burst_and_then_the_steady_rate() {
        let mut bucket = Bucket::new(10.0, 5.0);
        assert_eq!(taken(&mut bucket, 0.0, 10.0), 10 + 49);
    }

    #[test]
    fn throttling_halves_once_per_burst_and_recovers_in_a_minute() {
        let mut bucket = Bucket::new(10.0, 5.0);
        bucket.slow_down(100.0);
        bucket.slow_down(100.5);
        assert!(bucket.is_slowed(100.0));
        let first = taken(&mut bucket, 100.0, 110.0);
        assert!((25..=30).contains(&first), "{first}");
        assert!(bucket.is_slowed(159.0));
        assert!(!bucket.is_slowed(160.0));
    }

    #[test]
    fn even_endless_throttling_leaves_a_trickle() {
        let mut bucket = Bucket::new(4.0, 4.0);
        for second in 0..100 {
            bucket.slow_down(f64::from(second) * 2.0);
        }
        assert!(bucket.take(200.0).is_err());
        assert!(taken(&mut bucket, 200.0, 230.0) > 5);
    }

    proptest! {
        #[test]
        fn never_more_than_burst_plus_rate(steps in proptest::collection::vec(0.0f64..2.0, 1..200)) {
            let mut bucket = Bucket::new(5.0, 3.0);
            let (mut now, mut count) = (0.0, 0.0);
            for step in steps {
                now += step;
                while bucket.take(now).is_ok() {
                    count += 1.0;
                }
                prop_assert!(count <= 5.0 + now * 3.0 + 1e-6);
            }
        }
    }
}
