//! The SDK's clients, and the rest they get when credentials are refused: polling on would only add noise.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::gate::Answer;
use super::sdk::Sdk;
use super::{Clients, lock, now, profile};
use crate::model::{ApiProblem, ProblemKind};

/// How long refused credentials are not tried again, unless something the credential chain reads has changed.
const REFUSED_FOR: Duration = Duration::from_secs(60);

/// Credentials were refused: asking again at once would only add noise.
#[derive(Debug)]
pub(super) struct Refused {
    problem: ApiProblem,
    at: Instant,
    chain_changed_at: Option<SystemTime>,
}

impl Clients {
    /// The SDK's clients, made at the first call and after each renewal.
    pub(super) async fn sdk(&self) -> Answer<Arc<Sdk>> {
        if let Some(problem) = self.refusal() {
            return Err(problem);
        }
        let mut kept = self.inner.sdk.lock().await;
        if let Some(sdk) = &*kept {
            return Ok(Arc::clone(sdk));
        }
        let region = lock(&self.inner.region).clone();
        let sdk = Arc::new(Sdk::load(&self.inner.settings, region.as_deref()).await?);
        *lock(&self.inner.region) = Some(sdk.region.clone());
        *kept = Some(Arc::clone(&sdk));
        Ok(sdk)
    }

    /// The present refusal of the credentials, as long as trying again makes no sense.
    fn refusal(&self) -> Option<ApiProblem> {
        let mut refused = lock(&self.inner.refused);
        let known = refused.as_ref()?;
        let is_old = known.at.elapsed() > REFUSED_FOR || profile::changed_at() != known.chain_changed_at;
        if !is_old {
            return Some(ApiProblem { at: now(), ..known.problem.clone() });
        }
        *refused = None;
        // The SDK caches credentials; only fresh clients read the chain again.
        if let Ok(mut sdk) = self.inner.sdk.try_lock() {
            *sdk = None;
        }
        None
    }

    pub(super) fn note_refusal(&self, problem: &ApiProblem) {
        if problem.kind != ProblemKind::Credentials {
            return;
        }
        let mut refused = lock(&self.inner.refused);
        if refused.is_none() {
            let chain_changed_at = profile::changed_at();
            *refused = Some(Refused { problem: problem.clone(), at: Instant::now(), chain_changed_at });
        }
    }
}
