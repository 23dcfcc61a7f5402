//! Following the approvals of one model: the newest approved version answers; if it fails its checks, the next newest that
//! does not.

use super::fetch::Failed;
use super::{FIRST_PAUSE, Supply, SupplyError, Wanted, jittered, put_approved, said_absent};
use crate::log::Level;
use crate::registry::{Event, History};
use crate::service::Service;
use predictor_wire::ModelState;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

/// What is known while following.
struct Following<'a> {
    supply: &'a Supply,
    service: &'a Arc<Service>,
    wanted: &'a Wanted,
    history: History,
    /// The version that answers.
    serving: Option<String>,
    /// Refused versions, with the number of the newest event at that time: they are tried again after the next.
    refused: BTreeMap<String, u64>,
    /// What was last said about the store or about missing approvals, so that it is said once.
    said: Option<String>,
}

/// Follows until the wanted model can never be had.
pub(super) async fn follow(
    supply: &Supply,
    service: &Arc<Service>,
    wanted: &Wanted,
) -> Result<Infallible, SupplyError> {
    let (history, refused) = (History::default(), BTreeMap::new());
    let mut following = Following { supply, service, wanted, history, serving: None, refused, said: None };
    let mut pause = FIRST_PAUSE;
    loop {
        following.step().await?;
        if following.serving.is_some() {
            tokio::time::sleep(jittered(supply.poll)).await;
        } else {
            pause = supply.rest(pause).await;
        }
    }
}

impl Following<'_> {
    /// One look at the registry, and what follows from it.
    async fn step(&mut self) -> Result<(), SupplyError> {
        if let Err(error) = self.supply.registry.refresh(&self.wanted.name, &mut self.history).await {
            return self.cannot_look(error.into());
        }
        self.service.metrics.supply.reachable(&self.wanted.name, true);
        let line: Vec<Event> = self.history.approvals().into_iter().cloned().collect();
        self.forget_others(&line);
        if line.is_empty() {
            self.say_once("no version is approved yet");
            return Ok(());
        }
        let mut last_failure = None;
        for event in &line {
            if self.serving.as_ref() == Some(&event.version) {
                self.said = None;
                return Ok(());
            }
            if self.refused.get(&event.version) == Some(&self.history.last()) {
                continue;
            }
            match self.supply.fetch_registered(self.service, &self.wanted.name, event).await {
                Ok(model) => {
                    self.take(model, &event.version);
                    return Ok(());
                }
                Err(failed @ Failed::Passing(_)) => return self.cannot_look(failed),
                Err(failed) => {
                    self.refuse(&event.version, &failed.words());
                    last_failure = Some(failed);
                }
            }
        }
        match (&self.serving, last_failure) {
            (None, Some(failed)) => Err(failed.into_error(self.wanted)),
            _ => Ok(()),
        }
    }

    fn take(&mut self, model: crate::model::Model, version: &str) {
        // A version that is wanted by its number as well stays.
        let is_wanted = |old: &String| {
            self.supply
                .wanted
                .iter()
                .any(|wanted| wanted.name == self.wanted.name && wanted.version.as_ref() == Some(old))
        };
        let old = self.serving.take().filter(|old| !is_wanted(old));
        put_approved(self.service, model, old.as_deref());
        self.serving = Some(version.to_owned());
        self.said = None;
    }

    /// Everything stays as it is; the version is listed with the reason.
    fn refuse(&mut self, version: &str, reason: &str) {
        self.refused.insert(version.to_owned(), self.history.last());
        let fields = [
            ("model", self.wanted.name.clone().into()),
            ("model_version", version.into()),
            ("reason", reason.into()),
            ("kept", self.serving.clone().into()),
        ];
        self.service.log.say(Level::Error, "approved model refused", &fields);
        self.service.metrics.supply.refused(&self.wanted.name);
        let refused = Wanted { name: self.wanted.name.clone(), version: Some(version.to_owned()) };
        self.service.models.change(|shelf| shelf.with_absent(refused.absent(ModelState::Failed, reason)));
    }

    /// Versions that are no longer approved need not be listed as refused.
    fn forget_others(&mut self, line: &[Event]) {
        let gone: Vec<String> = self
            .refused
            .keys()
            .filter(|version| !line.iter().any(|event| event.version == **version))
            .cloned()
            .collect();
        for version in gone {
            self.refused.remove(&version);
            let reference = format!("{}@{version}", self.wanted.name);
            self.service.models.change(|shelf| shelf.without_absent(&reference));
        }
    }

    fn cannot_look(&mut self, failed: Failed) -> Result<(), SupplyError> {
        self.service.metrics.supply.reachable(&self.wanted.name, false);
        if self.serving.is_none() && !matches!(failed, Failed::Passing(_)) {
            return Err(failed.into_error(self.wanted));
        }
        self.say_once(&failed.words());
        Ok(())
    }

    fn say_once(&mut self, reason: &str) {
        // Times and addresses in a store's words differ each time; the first words do not.
        let beginning: String = reason.chars().take(60).collect();
        if self.said.as_ref() == Some(&beginning) {
            return;
        }
        self.said = Some(beginning);
        match &self.serving {
            None => said_absent(self.service, self.wanted, reason),
            Some(version) => {
                let fields = [
                    ("model", self.wanted.name.clone().into()),
                    ("reason", reason.into()),
                    ("kept", version.clone().into()),
                ];
                self.service.log.say(Level::Warn, "approvals cannot be followed", &fields);
            }
        }
    }
}
