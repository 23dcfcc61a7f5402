//! The gate that every AWS call passes: request budget, concurrency, retries, and what a failure means.
//!
//! Retries are made here and not in the SDK, so that each attempt is paid from the same budget. Writes are attempted
//! once, wait for no read, and are never repeated.

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::future::Future;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::Semaphore;

use super::bucket::Bucket;
use super::call::{Call, Category};
use super::problem::{Advice, problem};
use crate::event::Budget;
use crate::model::{ApiProblem, ProblemKind};

/// Attempts of a read.
const READ_ATTEMPTS: u32 = 3;
/// Reads under way at the same time, for each AWS service.
const CONCURRENCY: usize = 4;
/// Span over which the shown rate is counted.
const RATE_WINDOW: Duration = Duration::from_secs(10);

/// Result of an AWS call.
pub(crate) type Answer<T> = Result<T, ApiProblem>;

/// See the module.
#[derive(Debug)]
pub(crate) struct Gate {
    born: Instant,
    buckets: Mutex<BTreeMap<Category, Bucket>>,
    permits: BTreeMap<&'static str, Arc<Semaphore>>,
    waiting: AtomicU32,
    calls: AtomicU64,
    recent: Mutex<VecDeque<Instant>>,
    advice: Advice,
}

impl Gate {
    /// A gate that lets `share` of each bucket through.
    pub(crate) fn new(share: f64, advice: Advice) -> Self {
        let share = if share.is_finite() { share.clamp(0.01, 1.0) } else { 0.25 };
        let bucket = |category: Category| {
            let (burst, rate) = category.allowance();
            (category, Bucket::new(burst * share, rate * share))
        };
        let services = ["ecs", "cloudwatch", "logs", "ecr", "sts"];
        Self {
            born: Instant::now(),
            buckets: Mutex::new(Category::ALL.into_iter().map(bucket).collect()),
            permits: services.map(|service| (service, Arc::new(Semaphore::new(CONCURRENCY)))).into(),
            waiting: AtomicU32::new(0),
            calls: AtomicU64::new(0),
            recent: Mutex::new(VecDeque::new()),
            advice,
        }
    }

    /// How much of the allowance is in use.
    pub(crate) fn budget(&self) -> Budget {
        let now = self.seconds();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        while recent.front().is_some_and(|at| at.elapsed() > RATE_WINDOW) {
            recent.pop_front();
        }
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        Budget {
            rate: f64::from(u32::try_from(recent.len()).unwrap_or(u32::MAX)) / RATE_WINDOW.as_secs_f64(),
            throttled: buckets.values().any(|bucket| bucket.is_slowed(now)),
            waiting: self.waiting.load(Ordering::Relaxed),
            calls: self.calls.load(Ordering::Relaxed),
        }
    }

    /// Makes a read: waits for its turn, repeats what may succeed the next time.
    ///
    /// # Errors
    /// What AWS answered to the last attempt, classified.
    pub(crate) async fn read<T, E, F, Fut>(&self, call: Call, attempt: F) -> Answer<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let service = call.name.split_once(':').map_or("", |(service, _)| service);
        let permits = self.permits.get(service).map(Arc::clone);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let _permit = match &permits {
                Some(permits) => permits.acquire().await.ok(),
                None => None,
            };
            self.turn(call.category).await;
            let problem = match attempt().await {
                Ok(output) => return Ok(output),
                Err(error) => problem(call, &error, &self.advice),
            };
            if problem.kind == ProblemKind::Throttled {
                self.slow_down(call.category);
            }
            if attempts == READ_ATTEMPTS || !is_worth_repeating(problem.kind) {
                return Err(problem);
            }
            drop(_permit);
            tokio::time::sleep(pause(attempts)).await;
        }
    }

    /// Makes a write, once. It is counted, but waits for nobody.
    ///
    /// # Errors
    /// What AWS answered, classified.
    pub(crate) async fn write<T, E, Fut>(&self, call: Call, attempt: Fut) -> Answer<T>
    where
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        debug_assert!(call.writes, "{} is no write", call.name);
        let _ = self.try_turn(call.category);
        self.count();
        attempt.await.map_err(|error| problem(call, &error, &self.advice))
    }

    async fn turn(&self, category: Category) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        while let Err(wait) = self.try_turn(category) {
            tokio::time::sleep(wait).await;
        }
        self.count();
    }

    fn try_turn(&self, category: Category) -> Result<(), Duration> {
        let now = self.seconds();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bucket) = buckets.get_mut(&category) else { return Ok(()) };
        bucket.take(now).map_err(|wait| Duration::from_secs_f64(wait.clamp(0.001, 60.0)))
    }

    fn slow_down(&self, category: Category) {
        let now = self.seconds();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&category) {
            bucket.slow_down(now);
        }
    }

    fn count(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(Instant::now());
        while recent.front().is_some_and(|at| at.elapsed() > RATE_WINDOW) {
            recent.pop_front();
        }
    }

    fn seconds(&self) -> f64 {
        self.born.elapsed().as_secs_f64()
    }
}

/// Counts a waiting call down again, also when its job is aborted.
struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn is_worth_repeating(kind: ProblemKind) -> bool {
    matches!(kind, ProblemKind::Throttled | ProblemKind::Service | ProblemKind::Timeout)
}

/// Exponential with full jitter, so that several consoles do not come back in step.
fn pause(attempts: u32) -> Duration {
    let ceiling = 400 * 2u64.pow(attempts.min(5));
    Duration::from_millis(100 + fastrand::u64(0..ceiling))
}
