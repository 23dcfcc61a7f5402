//! Whether a call would be allowed, found out without changing anything.
//!
//! Reads are made on real things where there are any. Changes name things that cannot exist, so that AWS checks the
//! permission and then finds nothing to change.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};
use aws_sdk_ecr::types::ImageIdentifier;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;

use super::call::{Call, GET_CALLER_IDENTITY, LIST_SERVICES};
use super::gate::{Answer, Gate};
use super::sdk::Sdk;
use super::{Clients, ecs, now};
use crate::event::{Check, Verdict};
use crate::model::image::ImageReference;
use crate::model::time::SECOND;
use crate::model::{RepositoryName, ServiceId, Timestamp};

/// A name that nobody gives.
const NOWHERE: &str = "quarterdeck-doctor-asks-for-nothing";
/// Beyond this many milliseconds AWS refuses signatures soon (its limit is five minutes).
const SKEW_WARNING: i64 = 60 * SECOND;

/// Real things to try reads on, as far as there are any.
#[derive(Debug, Default)]
pub(super) struct Places {
    service: ServiceId,
    task_definition: String,
    family: String,
    log_group: String,
    repository: RepositoryName,
}

impl Places {
    /// The configured cluster and service, else the first ones.
    pub(super) async fn find(clients: &Clients, sdk: &Sdk) -> Self {
        let config = &clients.inner.settings.config;
        let nowhere = Self {
            service: ServiceId::new(NOWHERE, NOWHERE),
            task_definition: NOWHERE.to_owned(),
            family: NOWHERE.to_owned(),
            log_group: NOWHERE.to_owned(),
            repository: RepositoryName {
                region: sdk.region.clone(),
                name: NOWHERE.to_owned(),
                ..RepositoryName::default()
            },
        };
        let first = async || ecs::clusters::load(sdk, clients.gate()).await.ok()?.value.into_iter().next();
        let cluster = match config.cluster.clone() {
            Some(cluster) => cluster,
            None => first().await.map_or_else(|| "default".to_owned(), |cluster| cluster.name),
        };
        let service = config.service.clone().unwrap_or_else(|| NOWHERE.to_owned());
        let mut places = Self { service: ServiceId::new(cluster, service), ..nowhere };
        let first_service = || sdk.ecs.list_services().cluster(&places.service.cluster).max_results(1).send();
        let listed = clients.gate().read(LIST_SERVICES, first_service).await;
        let arn = listed.ok().and_then(|page| page.service_arns?.into_iter().next());
        if let (None, Some(arn)) = (&config.service, arn) {
            ecs::last_part(&arn).clone_into(&mut places.service.service);
        }
        places.fill_in(clients, sdk).await;
        places
    }

    async fn fill_in(&mut self, clients: &Clients, sdk: &Sdk) {
        let names = [self.service.service.clone()];
        let found = ecs::services::load_some(sdk, clients.gate(), &self.service.cluster, &names).await;
        let Some(service) = found.ok().and_then(|found| found.value.into_iter().next()) else { return };
        let Ok(definition) = clients.definition(sdk, &service.task_definition).await else { return };
        self.task_definition.clone_from(&service.task_definition);
        self.family.clone_from(&definition.family);
        if let Some(group) = definition.log_sources().into_iter().find_map(|source| source.group) {
            self.log_group = group;
        }
        let images = definition.containers().iter().filter_map(|c| c.get("image")?.as_str());
        if let Some(repository) = images.map(ImageReference::parse).find_map(|reference| reference.ecr()) {
            self.repository = repository;
        }
    }
}

/// Tries one call.
pub(super) async fn probe(gate: &Gate, sdk: &Sdk, call: Call, at: &Places) -> Answer<()> {
    match call.name.split_once(':') {
        Some(("ecs", _)) if call.writes => probe_change(gate, sdk, call, at).await,
        Some(("ecs", _)) => probe_ecs(gate, sdk, call, at).await,
        Some(("cloudwatch", _)) => probe_cloudwatch(gate, sdk, call).await,
        _ => probe_logs_and_images(gate, sdk, call, at).await,
    }
}

macro_rules! try_read {
    ($gate:expr, $call:expr, $request:expr) => {
        $gate.read($call, || $request.send()).await.map(drop)
    };
}

async fn probe_ecs(gate: &Gate, sdk: &Sdk, call: Call, at: &Places) -> Answer<()> {
    let (ecs, cluster, service) = (&sdk.ecs, &at.service.cluster, &at.service.service);
    match call.name {
        "ecs:ListClusters" => try_read!(gate, call, ecs.list_clusters().max_results(1)),
        "ecs:DescribeClusters" => try_read!(gate, call, ecs.describe_clusters().clusters(cluster)),
        "ecs:ListServices" => try_read!(gate, call, ecs.list_services().cluster(cluster).max_results(1)),
        "ecs:DescribeServices" => try_read!(gate, call, ecs.describe_services().cluster(cluster).services(service)),
        "ecs:ListTasks" => try_read!(gate, call, ecs.list_tasks().cluster(cluster).max_results(1)),
        "ecs:DescribeTasks" => try_read!(gate, call, ecs.describe_tasks().cluster(cluster).tasks("0".repeat(32))),
        "ecs:DescribeTaskDefinition" => {
            try_read!(gate, call, ecs.describe_task_definition().task_definition(&at.task_definition))
        }
        "ecs:ListTaskDefinitions" => {
            try_read!(gate, call, ecs.list_task_definitions().family_prefix(&at.family).max_results(1))
        }
        "ecs:ListServiceDeployments" => {
            try_read!(gate, call, ecs.list_service_deployments().cluster(cluster).service(service).max_results(1))
        }
        "ecs:DescribeServiceDeployments" => {
            let arn = made_up_arn(sdk, at, "service-deployment");
            try_read!(gate, call, ecs.describe_service_deployments().service_deployment_arns(&arn))
        }
        "ecs:DescribeServiceRevisions" => {
            let arn = made_up_arn(sdk, at, "service-revision");
            try_read!(gate, call, ecs.describe_service_revisions().service_revision_arns(&arn))
        }
        _ => Err(unknown(call)),
    }
}

async fn probe_cloudwatch(gate: &Gate, sdk: &Sdk, call: Call) -> Answer<()> {
    let cloudwatch = &sdk.cloudwatch;
    match call.name {
        "cloudwatch:DescribeAlarms" => try_read!(gate, call, cloudwatch.describe_alarms().max_records(1)),
        "cloudwatch:DescribeAlarmHistory" => try_read!(gate, call, cloudwatch.describe_alarm_history().max_records(1)),
        "cloudwatch:ListMetrics" => try_read!(gate, call, cloudwatch.list_metrics().namespace(NOWHERE)),
        "cloudwatch:GetMetricData" => {
            let metric = Metric::builder().namespace(NOWHERE).metric_name(NOWHERE).build();
            let statistic = MetricStat::builder().metric(metric).period(60).stat("Average").build();
            let query = MetricDataQuery::builder().id("m0").metric_stat(statistic).build();
            let (from, until) = (now().plus(-60 * SECOND).0, now().0);
            let request = || {
                let request = cloudwatch.get_metric_data().metric_data_queries(query.clone());
                request.start_time(DateTime::from_millis(from)).end_time(DateTime::from_millis(until))
            };
            try_read!(gate, call, request())
        }
        _ => Err(unknown(call)),
    }
}

async fn probe_logs_and_images(gate: &Gate, sdk: &Sdk, call: Call, at: &Places) -> Answer<()> {
    let logs = sdk.logs(None);
    let ecr = sdk.ecr(&at.repository.region);
    let registry = Some(at.repository.registry.clone()).filter(|id| !id.is_empty());
    let name = &at.repository.name;
    match call.name {
        "logs:FilterLogEvents" => {
            try_read!(gate, call, logs.filter_log_events().log_group_name(&at.log_group).start_time(now().0).limit(1))
        }
        "logs:DescribeLogGroups" => try_read!(gate, call, logs.describe_log_groups().limit(1)),
        "ecr:DescribeImages" => {
            let request = || ecr.describe_images().set_registry_id(registry.clone()).repository_name(name);
            try_read!(gate, call, request().max_results(1))
        }
        "ecr:BatchGetImage" => {
            let image = ImageIdentifier::builder().image_tag(NOWHERE).build();
            let request = || ecr.batch_get_image().set_registry_id(registry.clone()).repository_name(name);
            try_read!(gate, call, request().image_ids(image.clone()))
        }
        _ => Err(unknown(call)),
    }
}

/// None of these can succeed: service, task, deployment and containers do not exist.
async fn probe_change(gate: &Gate, sdk: &Sdk, call: Call, at: &Places) -> Answer<()> {
    let (ecs, cluster) = (&sdk.ecs, &at.service.cluster);
    match call.name {
        "ecs:UpdateService" => {
            gate.write(call, ecs.update_service().cluster(cluster).service(NOWHERE).send()).await.map(drop)
        }
        "ecs:StopTask" => {
            gate.write(call, ecs.stop_task().cluster(cluster).task("0".repeat(32)).send()).await.map(drop)
        }
        "ecs:StopServiceDeployment" => {
            let arn = made_up_arn(sdk, at, "service-deployment");
            gate.write(call, ecs.stop_service_deployment().service_deployment_arn(arn).send()).await.map(drop)
        }
        "ecs:RegisterTaskDefinition" => {
            let request = ecs.register_task_definition().family(NOWHERE).set_container_definitions(Some(Vec::new()));
            gate.write(call, request.send()).await.map(drop)
        }
        _ => Err(unknown(call)),
    }
}

fn made_up_arn(sdk: &Sdk, at: &Places, kind: &str) -> String {
    let ServiceId { cluster, service } = &at.service;
    format!("arn:aws:ecs:{}:{}:{kind}/{cluster}/{service}/{}", sdk.region, at.repository.registry, "0".repeat(21))
}

fn unknown(call: Call) -> crate::model::ApiProblem {
    super::own(crate::model::ProblemKind::Service, call.name, "the doctor does not know how to try this call", None)
}

/// The `Date` of an answer.
#[derive(Debug, Clone, Default)]
struct KeepDate(Arc<Mutex<Option<Timestamp>>>);

#[dyn_dispatch_hint]
impl Intercept for KeepDate {
    fn name(&self) -> &'static str {
        "KeepDate"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|text| DateTime::from_str(text, Format::HttpDate).ok()?.to_millis().ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date.map(Timestamp);
        Ok(())
    }
}

/// Compares this machine's clock with AWS's.
pub(super) async fn clock(gate: &Gate, sdk: &Sdk) -> Check {
    let date = KeepDate::default();
    let ask = || sdk.sts.get_caller_identity().customize().interceptor(date.clone()).send();
    let _ = gate.read(GET_CALLER_IDENTITY, ask).await;
    let theirs = *date.0.lock().unwrap_or_else(PoisonError::into_inner);
    let check = |verdict, detail: String| Check { name: "clock".to_owned(), verdict, detail };
    let Some(theirs) = theirs else { return check(Verdict::Skipped, "the answer had no date".to_owned()) };
    let skew = now().0 - theirs.0;
    let seconds = skew as f64 / SECOND as f64;
    let words = format!("{seconds:+.0} s against the service");
    if skew.abs() > SKEW_WARNING {
        return check(Verdict::NotGood, format!("{words}; AWS refuses signatures that are five minutes off"));
    }
    check(Verdict::Ok, words)
}
