//! What a service serves that names no model and has none inside: every model that the registry has approved.

use super::{FIRST_PAUSE, Supply, Wanted};
use crate::log::Level;
use crate::registry::RegistryError;
use crate::served::ANY;
use crate::service::Service;
use predictor_wire::ModelState;

/// Answers requests that name no model, where it is among several.
const DEFAULT: &str = "sentiment";

impl Supply {
    /// The models that have an approved version and are not wanted already; listed as absent from now on. Waits for a store
    /// that does not answer, and for a first approval.
    pub(super) async fn everything(&self, service: &Service) -> Vec<Wanted> {
        let anything = Wanted { name: ANY.to_owned(), version: None };
        let (mut pause, mut said) = (FIRST_PAUSE, None);
        let approved = loop {
            let reason = match self.approved().await {
                Ok(approved) if !approved.is_empty() => break approved,
                Ok(_) => format!("{} has no approved model yet; predictor register and approve one", self.location()),
                Err(error) => error.to_string(),
            };
            if said.as_ref() != Some(&reason) {
                service.log.say(Level::Warn, "no model there yet", &[("reason", reason.as_str().into())]);
            }
            service.models.change(|shelf| shelf.with_absent(anything.absent(ModelState::Loading, &reason)));
            said = Some(reason);
            pause = self.rest(pause).await;
        };
        let is_new = |name: &String| !self.wanted.iter().any(|wanted| wanted.name == *name && wanted.version.is_none());
        let new = approved.into_iter().filter(is_new).map(|name| Wanted { name, version: None });
        let new: Vec<Wanted> = new.collect();
        service.models.change(|shelf| {
            let shelf = shelf.without_absent(&anything.to_string());
            let shelf =
                if new.iter().any(|wanted| wanted.name == DEFAULT) { shelf.with_default(DEFAULT) } else { shelf };
            let absent = new.iter().map(|wanted| wanted.absent(ModelState::Loading, "is being fetched"));
            absent.fold(shelf, |shelf, absent| shelf.with_absent(absent))
        });
        new
    }

    /// Names of models with an approved version. A model whose history cannot be read is among them: what follows it says
    /// what is wrong.
    async fn approved(&self) -> Result<Vec<String>, RegistryError> {
        let mut approved = Vec::new();
        for name in self.registry.names().await? {
            match self.registry.history(&name).await {
                Ok(history) if history.approved().is_none() => {}
                Err(error) if error.may_pass() => return Err(error),
                Ok(_) | Err(_) => approved.push(name),
            }
        }
        Ok(approved)
    }
}
