//! From the registry into memory: fetches wanted models at the start, then follows approvals while the service runs.
//!
//! A model reaches a request only after its digest, its structure, its golden examples and a smoke prediction for each of its
//! forms were checked, away from the threads that answer. The exchange is one assignment: requests under way finish
//! with the model that they began with. What fails leaves everything as it was, and is said in the log, in the metrics
//! and in the list of models.

mod approved;
mod cache;
mod everything;
mod fetch;
mod smoke;

pub use smoke::smoke;

use crate::log::Level;
use crate::model::Model;
use crate::registry::{Registry, RegistryError, check_name, check_version};
use crate::service::Service;
use crate::store::Location;
use cache::Cache;
use predictor_wire::{AbsentModel, ModelState};
use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// First pause after a store failed at the start; each next one is twice as long, up to the time between polls.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Pauses and times between polls differ by up to this share, so that many instances do not ask at once.
const JITTER: f64 = 0.2;

/// A model that is to come out of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// Its version; without one the approved, whichever that is.
    pub version: Option<String>,
}

/// What brings models from a registry into a service.
#[derive(Debug)]
pub struct Supply {
    registry: Registry,
    cache: Cache,
    wanted: Vec<Wanted>,
    wants_everything: bool,
    poll: Duration,
}

/// Why a version was not had just now.
#[derive(Debug)]
pub enum Unavailable {
    /// There is none, in the registry's words.
    Absent(String),
    /// There is one that must not be served.
    Refused(String),
    /// The store does not answer.
    Unreachable(String),
}

/// Why a wanted model can never be had.
#[derive(Debug, thiserror::Error)]
pub enum SupplyError {
    /// The registry says so, or is damaged.
    #[error("{wanted} cannot be served: {source}")]
    Registry {
        /// What was wanted.
        wanted: Wanted,
        /// Why not.
        source: Box<RegistryError>,
    },
    /// The model fails a check.
    #[error("{wanted} cannot be served: {reason}")]
    Refused {
        /// What was wanted.
        wanted: Wanted,
        /// Why not.
        reason: String,
    },
}

impl fmt::Display for Wanted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}@{}", self.name, self.version.as_deref().unwrap_or("approved"))
    }
}

impl Wanted {
    /// Reads `NAME@VERSION` or `NAME@approved`, as [`Wanted`] is written.
    #[must_use]
    pub fn parse(reference: &str) -> Option<Self> {
        let (name, version) = reference.split_once('@')?;
        let version = (version != "approved").then(|| version.to_owned());
        Some(Self { name: name.to_owned(), version })
    }

    /// What callers are told until it is there.
    #[must_use]
    pub fn absent(&self, state: ModelState, detail: &str) -> AbsentModel {
        AbsentModel { reference: self.to_string(), state, detail: detail.to_owned() }
    }
}

impl Supply {
    /// Models to bring from a registry. `cache` is a directory for what was fetched; without one, all is fetched anew
    /// at every start.
    #[must_use]
    pub fn new(registry: Registry, cache: Option<PathBuf>, wanted: Vec<Wanted>, poll: Duration) -> Self {
        Self { registry, cache: Cache::new(cache), wanted, wants_everything: false, poll }
    }

    /// The same, and with `everything` also all models that have an approved version when the service starts.
    #[must_use]
    pub fn and(self, everything: bool) -> Self {
        Self { wants_everything: everything, ..self }
    }

    /// Where the models come from.
    #[must_use]
    pub fn location(&self) -> &Location {
        self.registry.store().location()
    }

    /// One version, once; the newest approved one if none is named. Checked like all others.
    ///
    /// # Errors
    /// It is not there, fails a check, or the store does not answer.
    pub async fn one(&self, service: &Service, name: &str, version: Option<&str>) -> Result<Model, Unavailable> {
        // Both become paths of the cache, and come from a caller here.
        let harmless = check_name(name).and_then(|()| version.map_or(Ok(()), check_version));
        harmless.map_err(|error| Unavailable::Absent(error.to_string()))?;
        let fetched = match version.filter(|version| *version != "approved") {
            Some(version) => self.fetch_exact(service, name, version).await,
            None => self.fetch_approved(service, name).await,
        };
        fetched.map_err(|failed| match failed {
            fetch::Failed::Passing(words) => Unavailable::Unreachable(words),
            fetch::Failed::Refused(words) => Unavailable::Refused(words),
            fetch::Failed::Registry(error @ (RegistryError::Artifact(_) | RegistryError::Damaged { .. })) => {
                Unavailable::Refused(error.to_string())
            }
            fetch::Failed::Registry(error) => Unavailable::Absent(error.to_string()),
        })
    }

    /// Brings everything that is wanted, then follows approvals. Ends only when something can never be had.
    pub async fn run(&self, service: &Arc<Service>) -> SupplyError {
        let more = if self.wants_everything { self.everything(service).await } else { Vec::new() };
        let each = self.wanted.iter().chain(&more).map(|wanted| self.keep(service, wanted));
        match futures_util::future::try_join_all(each).await {
            Err(error) => error,
            // Nothing is wanted, or only what never changes.
            Ok(_) => std::future::pending().await,
        }
    }

    async fn keep(&self, service: &Arc<Service>, wanted: &Wanted) -> Result<Infallible, SupplyError> {
        match &wanted.version {
            Some(version) => {
                self.load_exact(service, wanted, version).await?;
                Ok(std::future::pending().await)
            }
            None => approved::follow(self, service, wanted).await,
        }
    }

    async fn load_exact(&self, service: &Arc<Service>, wanted: &Wanted, version: &str) -> Result<(), SupplyError> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.fetch_exact(service, &wanted.name, version).await {
                Ok(model) => {
                    said_in_service(service, &model, None);
                    service.models.change(|shelf| shelf.with(model, &service.metrics));
                    return Ok(());
                }
                Err(fetch::Failed::Passing(reason)) => {
                    said_absent(service, wanted, &reason);
                    service.metrics.supply.reachable(&wanted.name, false);
                    pause = self.rest(pause).await;
                }
                Err(failed) => return Err(failed.into_error(wanted)),
            }
        }
    }

    /// Waits; gives the next, longer pause.
    async fn rest(&self, pause: Duration) -> Duration {
        let longest = self.poll.max(FIRST_PAUSE);
        tokio::time::sleep(jittered(pause.min(longest))).await;
        (pause * 2).min(longest)
    }
}

/// Says that a model goes into service, in place of version `old` of the same name if one is given.
fn said_in_service(service: &Service, model: &Model, old: Option<&str>) {
    let manifest = model.manifest();
    let (name, version) = (manifest.name.as_str(), manifest.version.as_str());
    let fields = [("model", name.into()), ("model_version", version.into()), ("instead_of", old.into())];
    service.log.say(Level::Info, "model in service", &fields);
    service.metrics.supply.loaded(name);
}

/// Puts an approved model into service, in place of version `old` of the same name if one is given.
fn put_approved(service: &Service, model: Model, old: Option<&str>) {
    said_in_service(service, &model, old);
    let (name, version) = (model.manifest().name.clone(), model.manifest().version.clone());
    let old = old.filter(|old| *old != version);
    service.models.change(|shelf| {
        let shelf = shelf.with_approved(model, &service.metrics);
        match old {
            Some(old) if !shelf.is_candidate(&name, old) => shelf.without(&name, old),
            _ => shelf,
        }
    });
}

/// Says why a wanted model is not there yet; the service is not ready meanwhile.
fn said_absent(service: &Service, wanted: &Wanted, reason: &str) {
    let fields = [("model", wanted.to_string().into()), ("reason", reason.into())];
    service.log.say(Level::Warn, "model not there yet", &fields);
    service.models.change(|shelf| shelf.with_absent(wanted.absent(ModelState::Loading, reason)));
}

fn jittered(time: Duration) -> Duration {
    time.mul_f64(1.0 + JITTER * (2.0 * fastrand::f64() - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_written() {
        for reference in ["housing@2", "housing@approved"] {
            assert_eq!(Wanted::parse(reference).expect("a reference").to_string(), reference);
        }
        assert_eq!(Wanted::parse("housing@approved").and_then(|wanted| wanted.version), None);
        assert_eq!(Wanted::parse("housing"), None);
    }

    #[test]
    fn pauses_stay_near_what_is_asked_for() {
        for _ in 0..1000 {
            let pause = jittered(Duration::from_secs(10)).as_secs_f64();
            assert!((8.0..=12.0).contains(&pause), "{pause}");
        }
    }
}
