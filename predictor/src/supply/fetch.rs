//! One version from cache or store to a checked model, or the kind of failure that decides what happens next.

use super::{Supply, SupplyError, Wanted, smoke};
use crate::artifact::Manifest;
use crate::log::Level;
use crate::model::Model;
use crate::registry::{Event, Parts, RegistryError};
use crate::service::Service;

/// Why a version was not had.
#[derive(Debug)]
pub(super) enum Failed {
    /// The store may answer later.
    Passing(String),
    /// The registry rules it out, or is damaged.
    Registry(RegistryError),
    /// The model fails a check.
    Refused(String),
}

impl From<RegistryError> for Failed {
    fn from(error: RegistryError) -> Self {
        if error.may_pass() { Self::Passing(error.to_string()) } else { Self::Registry(error) }
    }
}

impl Failed {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Passing(words) | Self::Refused(words) => words.clone(),
            Self::Registry(error) => error.to_string(),
        }
    }

    pub(super) fn into_error(self, wanted: &Wanted) -> SupplyError {
        let wanted = wanted.clone();
        match self {
            Self::Registry(source) => SupplyError::Registry { wanted, source: Box::new(source) },
            Self::Passing(reason) | Self::Refused(reason) => SupplyError::Refused { wanted, reason },
        }
    }
}

impl Supply {
    /// An exact version. Versions never change, so what the cache has is as good as what the store has.
    pub(super) async fn fetch_exact(&self, service: &Service, name: &str, version: &str) -> Result<Model, Failed> {
        if let Some(parts) = self.cache.read(name, version).await {
            match prepared(parts, name, version).await {
                Ok(model) => return Ok(model),
                Err(failed) => warn_of_cache(service, name, version, &failed.words()),
            }
        }
        let history = self.registry.history(name).await?;
        let refused = |refusal| RegistryError::Refused { model: name.to_owned(), refusal: Box::new(refusal) };
        let registered = history.known(version).map_err(refused)?.registered;
        self.fetch(service, name, registered).await
    }

    /// The newest approved version.
    pub(super) async fn fetch_approved(&self, service: &Service, name: &str) -> Result<Model, Failed> {
        let history = self.registry.history(name).await?;
        let none = || RegistryError::NoneApproved { model: name.to_owned() };
        let approved = history.approvals().first().copied().cloned().ok_or_else(none)?;
        self.fetch_registered(service, name, &approved).await
    }

    /// A version whose registration is known; its digest decides whether the cached copy is the right one.
    pub(super) async fn fetch_registered(&self, service: &Service, name: &str, event: &Event) -> Result<Model, Failed> {
        if let Some(parts) = self.cache.read(name, &event.version).await {
            if parts.digest() != event.digest {
                warn_of_cache(service, name, &event.version, "its digest is not that of the registration");
            } else if let Ok(model) = prepared(parts, name, &event.version).await {
                return Ok(model);
            }
        }
        self.fetch(service, name, event).await
    }

    async fn fetch(&self, service: &Service, name: &str, event: &Event) -> Result<Model, Failed> {
        let parts = self.registry.fetch(name, event).await?;
        let model = prepared(parts.clone(), name, &event.version).await?;
        if let Err(error) = self.cache.write(name, &event.version, parts).await {
            warn_of_cache(service, name, &event.version, &error.to_string());
        }
        Ok(model)
    }
}

fn warn_of_cache(service: &Service, name: &str, version: &str, reason: &str) {
    let fields = [("model", name.into()), ("model_version", version.into()), ("reason", reason.into())];
    service.log.say(Level::Warn, "cache of models not used", &fields);
}

/// Every check, on a thread that answers nobody. A panic in the model is one more way to fail.
async fn prepared(parts: Parts, name: &str, version: &str) -> Result<Model, Failed> {
    let (name, version) = (name.to_owned(), version.to_owned());
    let checked = tokio::task::spawn_blocking(move || {
        let model =
            Model::load(parts.artifact().map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
        let Manifest { name: found_name, version: found_version, .. } = model.manifest();
        if (found_name, found_version) != (&name, &version) {
            return Err(format!("it describes {found_name}@{found_version}"));
        }
        smoke(&model)?;
        Ok(model)
    });
    match checked.await {
        Ok(outcome) => outcome.map_err(Failed::Refused),
        Err(_) => Err(Failed::Refused("it panicked on its own examples".to_owned())),
    }
}
