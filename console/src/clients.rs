//! The clients: the only rooms that know the AWS SDK, reqwest and the files of the console's state.
//!
//! One door for reads ([`Clients::answer`]) and one for changes ([`Clients::write`]). Each answer carries its request.
//! Nothing here draws, and nothing here decides what to ask for.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is the edge where AWS, HTTP, files and the clock are"
)]

mod audit;
mod bucket;
pub mod call;
mod cloudwatch;
mod doctor;
mod ecr;
mod ecs;
mod gate;
mod history;
mod identity;
mod interceptors;
mod lines;
mod logs;
mod paths;
mod predictor;
mod preflight;
mod probe;
mod problem;
mod profile;
mod record;
mod refusal;
mod report;
mod sdk;
mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;

use audit::Audit;
use cloudwatch::metrics::Balancers;
use ecs::deployments::Kept;
use gate::{Answer, Gate};
use history::Line;
use identity::Identity;
use lines::Lines;
use predictor::Predictor;
use problem::{Advice, own};
use record::TaskRecord;
use refusal::Refused;
use sdk::Sdk;

pub(crate) use profile::region_of_profile;
pub(crate) use report::{Partly, Reporter, Whole};

use crate::config::Config;
use crate::effect::{LogQuery, Request, Write};
use crate::event::{Budget, Check, Event, Facts, Written};
use crate::model::{ApiProblem, Context, Prediction, ProblemKind, ServiceId, Target, TaskDefinition, Timestamp};

/// Predictions kept in the local history.
const MOST_PREDICTIONS: usize = 500;
/// Entries of local files that are shown.
const SHOWN_ENTRIES: usize = 500;
/// Task definitions kept in memory.
const MOST_DEFINITIONS: usize = 1_000;
/// What the clients need to know at start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where calls go.
    pub target: Target,
    /// Region from the command line or configuration; otherwise environment and profile decide.
    pub region: Option<String>,
    /// Another endpoint for all AWS services, for [`Target::Aws`].
    pub endpoint: Option<String>,
    /// The configuration.
    pub config: Arc<Config>,
    /// Folder for audit file, histories and records.
    pub state_dir: PathBuf,
}

/// The door to everything outside. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clients {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    advice: Advice,
    region: Mutex<Option<String>>,
    sdk: tokio::sync::Mutex<Option<Arc<Sdk>>>,
    refused: Mutex<Option<Refused>>,
    identity: Mutex<Option<Identity>>,
    gate: Gate,
    definitions: Mutex<BTreeMap<String, TaskDefinition>>,
    kept: Kept,
    balancers: Balancers,
    /// Metric resolution in seconds of services that publish finer than a minute.
    resolutions: Mutex<BTreeMap<ServiceId, u32>>,
    record: TaskRecord,
    predictor: Predictor,
    predictions: Lines,
    audit: Audit,
}

impl Clients {
    /// Makes the clients. Asks no network; the SDK is set up by the first call.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let (profile, local) = match &settings.target {
            Target::Local { endpoint } => (None, Some(endpoint.clone())),
            Target::Aws { profile } => (profile.clone(), None),
        };
        let advice = Advice { profile, local };
        let state = &settings.state_dir;
        let inner = Inner {
            region: Mutex::new(profile::first_region(&settings)),
            sdk: tokio::sync::Mutex::default(),
            refused: Mutex::default(),
            identity: Mutex::default(),
            gate: Gate::new(settings.config.budget_share, advice.clone()),
            definitions: Mutex::default(),
            kept: Kept::default(),
            balancers: Balancers::default(),
            resolutions: Mutex::default(),
            record: TaskRecord::new(state.join("tasks")),
            predictor: Predictor::default(),
            predictions: Lines::new(state.join("predictions.jsonl"), MOST_PREDICTIONS),
            audit: Audit::new(state.join("audit.jsonl")),
            advice,
            settings,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Carries out one read. Replies go to `out`: parts as they come, then an end or a failure. A followed log has no
    /// end; for it a failure is final only when asking again cannot mend it, and a part takes a failure back.
    pub async fn answer(&self, request: Request, out: mpsc::Sender<Event>) {
        let reporter = Reporter::new(request.clone(), out);
        match self.facts(request, &reporter).await {
            Ok(Partly { value, partial }) => reporter.done(value, partial).await,
            Err(problem) => {
                self.note_refusal(&problem);
                reporter.failed(problem).await;
            }
        }
    }

    /// Carries out one change, to its end even when the caller goes away. Sends [`Event::Audited`] for each audit line
    /// and [`Event::Written`] at the end.
    pub async fn write(&self, write: Write, out: mpsc::Sender<Event>) {
        let clients = self.clone();
        // A task of its own: a half-made change without its audit line would be worse than a late one.
        let job = tokio::spawn(async move {
            let result = write::perform(&clients, &write, &out).await;
            if let Err(problem) = &result {
                clients.note_refusal(problem);
            }
            let _ = out.send(Event::Written(Box::new(Written { write, at: now(), result }))).await;
        });
        if let Err(failure) = job.await
            && failure.is_panic()
        {
            std::panic::resume_unwind(failure.into_panic());
        }
    }

    /// How much of the request allowance is in use.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.inner.gate.budget()
    }

    /// Forgets credentials and identity; the next call reads the credential chain afresh.
    pub async fn renew(&self) {
        *self.inner.sdk.lock().await = None;
        *lock(&self.inner.refused) = None;
        *lock(&self.inner.identity) = None;
    }

    /// Where we are, as far as it is known.
    #[must_use]
    pub fn context(&self) -> Context {
        let settings = &self.inner.settings;
        let identity = lock(&self.inner.identity).clone();
        Context {
            target: settings.target.clone(),
            region: lock(&self.inner.region).clone().unwrap_or_default(),
            account: identity.as_ref().map(|identity| identity.account.clone()),
            credentials_expire: identity.as_ref().and_then(|identity| identity.expires),
            identity: identity.map(|identity| identity.name),
            production: settings.config.production,
            read_only: settings.config.read_only,
        }
    }

    /// Keeps one line of prediction history, unless the configuration says not to.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn remember_prediction(&self, prediction: &Prediction) -> std::io::Result<()> {
        if !self.inner.settings.config.keep_predictions {
            return Ok(());
        }
        self.inner.predictions.append(&Line::of(prediction))
    }

    /// Checks everything that can be wrong between this machine and AWS; calls nothing that changes anything.
    pub async fn doctor(&self) -> Vec<Check> {
        doctor::examine(self).await
    }

    async fn facts(&self, request: Request, reporter: &Reporter) -> Answer<Partly<Facts>> {
        match request {
            Request::Predict(request) => {
                Ok(whole(Facts::Prediction(self.inner.predictor.predict(request, self.predict_timeout()).await)))
            }
            Request::Models { base } => {
                self.inner.predictor.models(&base, self.predict_timeout()).await.map(Facts::Models).map(whole)
            }
            Request::Batch(request) => {
                let news = predictor::batch::run(&self.inner.predictor, &request, self.predict_timeout(), reporter);
                news.await.map(Box::new).map(Facts::Batch).map(whole)
            }
            Request::Paths { beginning } => {
                let found = tokio::task::spawn_blocking(move || paths::beginning_with(&beginning)).await;
                Ok(whole(Facts::Paths(found.unwrap_or_default())))
            }
            Request::PredictionHistory => self.prediction_history().await.map(Facts::PredictionHistory).map(whole),
            Request::Audit => {
                let entries = self.inner.audit.newest(SHOWN_ENTRIES);
                entries.map_err(|error| unreadable(self.inner.audit.path(), &error)).map(Facts::Audit).map(whole)
            }
            request => {
                let sdk = self.sdk().await?;
                self.ask_aws(&sdk, request, reporter).await
            }
        }
    }

    async fn ask_aws(&self, sdk: &Sdk, request: Request, reporter: &Reporter) -> Answer<Partly<Facts>> {
        let gate = &self.inner.gate;
        match request {
            Request::Identity => self.identity_facts(sdk).await.map(whole),
            Request::Clusters => Ok(ecs::clusters::load(sdk, gate).await?.map(Facts::Clusters)),
            Request::Services { cluster } => {
                Ok(ecs::services::load_all(sdk, gate, &cluster, reporter).await?.map(Facts::Services))
            }
            Request::ServiceRows { cluster, names } => {
                let services = ecs::services::load_some(sdk, gate, &cluster, &names).await?;
                self.note_resolutions(&services.value);
                Ok(services.map(Facts::Services))
            }
            Request::Tasks(service) => Ok(self.tasks(sdk, service).await?.map(Facts::Tasks)),
            Request::TaskDefinition { arn } => self.definition(sdk, &arn).await.map(Facts::TaskDefinition).map(whole),
            Request::TaskDefinitionRevisions { family } => {
                Ok(ecs::definitions::load_revisions(sdk, gate, &family).await?.map(Facts::TaskDefinitionRevisions))
            }
            Request::Deployments(service) => {
                let history = ecs::deployments::load(sdk, gate, &self.inner.kept, &service).await?;
                Ok(history.map(Facts::Deployments))
            }
            Request::Alarms => Ok(cloudwatch::alarms::load(sdk, gate).await?.map(Facts::Alarms)),
            Request::AlarmHistory { name } => {
                cloudwatch::alarms::load_history(sdk, gate, &name).await.map(Facts::AlarmHistory).map(whole)
            }
            Request::Metrics { service, target_group, minutes } => {
                self.metrics(sdk, &service, target_group.as_deref(), minutes).await
            }
            Request::Sparks { cluster, names } => {
                Ok(cloudwatch::metrics::load_sparks(sdk, gate, &cluster, &names).await?.map(Facts::Sparks))
            }
            Request::Images(repository) => Ok(ecr::load(sdk, gate, &repository).await?.map(Facts::Images)),
            Request::ImageParts { repository, digest } => {
                ecr::load_parts(sdk, gate, &repository, &digest).await.map(Facts::ImageParts).map(whole)
            }
            Request::Logs(query) => logs::load(sdk, gate, &query).await.map(Facts::Logs).map(whole),
            Request::FollowLogs(query) => Err(self.follow(sdk, &query, reporter).await),
            Request::Preflight { service, image } => {
                preflight::check(self, sdk, &service, &image).await.map(Facts::Preflight).map(whole)
            }
            Request::Predict(_)
            | Request::PredictionHistory
            | Request::Audit
            | Request::Models { .. }
            | Request::Batch(_)
            | Request::Paths { .. } => {
                Err(own(ProblemKind::Invalid, "console", "this request does not concern AWS", None))
            }
        }
    }

    fn predict_timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.inner.settings.config.predict_timeout.max(1)))
    }

    async fn follow(&self, sdk: &Sdk, query: &LogQuery, reporter: &Reporter) -> ApiProblem {
        logs::follow::follow(sdk, &self.inner.gate, query, reporter).await
    }

    async fn tasks(&self, sdk: &Sdk, service: ServiceId) -> Answer<Partly<Vec<crate::model::Task>>> {
        let Partly { value, partial } = ecs::tasks::load(sdk, &self.inner.gate, &service).await?;
        let place = self.place(sdk).await;
        let clients = self.clone();
        let merged = tokio::task::spawn_blocking(move || clients.inner.record.merge(&place, &service, value)).await;
        let value = merged.map_err(|error| own(ProblemKind::Service, "tasks", error.to_string(), None))?;
        Ok(Partly { value, partial })
    }

    /// Names account and Region for local files. A local stack begins anew at each start, so its port counts too.
    async fn place(&self, sdk: &Sdk) -> String {
        match &self.inner.settings.target {
            Target::Local { endpoint } => endpoint.replace("http://", "local_"),
            Target::Aws { .. } => {
                let account = match self.know_identity(sdk).await {
                    Ok(identity) => identity.account,
                    Err(_) => "unknown".to_owned(),
                };
                format!("{account}_{}", sdk.region)
            }
        }
    }

    async fn metrics(
        &self,
        sdk: &Sdk,
        service: &ServiceId,
        target_group: Option<&str>,
        minutes: u32,
    ) -> Answer<Partly<Facts>> {
        let resolution = lock(&self.inner.resolutions).get(service).copied();
        let (gate, balancers) = (&self.inner.gate, &self.inner.balancers);
        let metrics =
            cloudwatch::metrics::load(sdk, gate, balancers, service, target_group, minutes, resolution).await?;
        Ok(metrics.map(Facts::Metrics))
    }

    /// `monitoring.metricConfigurations[].resolutionSeconds` of the services' own JSON.
    fn note_resolutions(&self, services: &[crate::model::Service]) {
        let mut resolutions = lock(&self.inner.resolutions);
        for service in services {
            let configurations = service.raw.pointer("/monitoring/metricConfigurations").and_then(|c| c.as_array());
            let seconds =
                configurations.into_iter().flatten().filter_map(|c| c.get("resolutionSeconds")?.as_u64()).min();
            match seconds.and_then(|seconds| u32::try_from(seconds).ok()).filter(|seconds| *seconds < 60) {
                Some(seconds) => resolutions.insert(service.id.clone(), seconds),
                None => resolutions.remove(&service.id),
            };
        }
    }

    /// A task definition, asked for once: a revision never changes.
    async fn definition(&self, sdk: &Sdk, arn: &str) -> Answer<TaskDefinition> {
        if let Some(known) = self.kept_definition(arn) {
            return Ok(known);
        }
        let definition = ecs::definitions::load(sdk, &self.inner.gate, arn).await?;
        let mut definitions = lock(&self.inner.definitions);
        if definitions.len() >= MOST_DEFINITIONS {
            definitions.clear();
        }
        definitions.insert(definition.arn.clone(), definition.clone());
        Ok(definition)
    }

    fn kept_definition(&self, arn: &str) -> Option<TaskDefinition> {
        lock(&self.inner.definitions).get(arn).cloned()
    }

    async fn prediction_history(&self) -> Answer<Vec<Prediction>> {
        let lines: std::io::Result<Vec<Line>> = self.inner.predictions.newest(SHOWN_ENTRIES);
        let lines = lines.map_err(|error| unreadable(self.inner.predictions.path(), &error))?;
        Ok(lines.into_iter().map(Line::prediction).collect())
    }

    fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    fn audit(&self) -> &Audit {
        &self.inner.audit
    }
}

impl<T> Partly<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Partly<U> {
        Partly { value: change(self.value), partial: self.partial }
    }
}

fn whole<T>(value: T) -> Partly<T> {
    Partly { value, partial: None }
}

fn unreadable(path: &std::path::Path, error: &std::io::Error) -> ApiProblem {
    own(ProblemKind::Service, "file", format!("{} could not be read: {error}", path.display()), None)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The wall clock.
pub(crate) fn now() -> Timestamp {
    timestamp_of(SystemTime::now())
}

fn timestamp_of(time: SystemTime) -> Timestamp {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl crate::runtime::Answers for Clients {
    async fn answer(&self, request: Request, events: mpsc::Sender<Event>) {
        Clients::answer(self, request, events).await;
    }

    async fn write(&self, write: Write, events: mpsc::Sender<Event>) {
        Clients::write(self, write, events).await;
    }

    async fn renew(&self) {
        Clients::renew(self).await;
    }

    fn budget(&self) -> Budget {
        Clients::budget(self)
    }

    async fn remember(&self, prediction: Prediction) {
        if let Err(error) = self.remember_prediction(&prediction) {
            tracing::warn!(%error, "the prediction history could not be written");
        }
    }
}
