//! What can be known before a deploy, without changing anything: each check comes out as OK, WARNING, NG or SKIP.

use serde_json::Value;

use super::gate::Answer;
use super::problem::own;
use super::sdk::Sdk;
use super::{Clients, ecr, ecs, logs};
use crate::deploy::main_container;
use crate::event::{Check, Verdict};
use crate::model::image::ImageReference;
use crate::model::service::RolloutWord;
use crate::model::task_definition::short_name;
use crate::model::{ApiProblem, ProblemKind, Service, ServiceId, TaskDefinition};

/// Runs all checks for deploying `image` to the service.
pub(super) async fn check(clients: &Clients, sdk: &Sdk, service: &ServiceId, image: &str) -> Answer<Vec<Check>> {
    let names = [service.service.clone()];
    let found = ecs::services::load_some(sdk, clients.gate(), &service.cluster, &names).await?;
    let Some(service) = found.value.into_iter().next() else {
        let message = format!("there is no service {} in cluster {}", service.service, service.cluster);
        return Err(own(ProblemKind::NotFound, "ecs:DescribeServices", message, None));
    };
    let definition = clients.definition(sdk, &service.task_definition).await?;
    let mut checks = vec![
        controller(&service),
        deployment_under_way(&service),
        room_to_move(&service),
        way_back(&service),
        definition_active(&definition),
        target_port(&service, &definition),
        roles(&service, &definition),
        secrets(&definition),
    ];
    checks.extend(of_image(clients, sdk, &service, &definition, image).await);
    checks.extend(log_groups(clients, sdk, &definition).await);
    Ok(checks)
}

fn verdict(name: &str, verdict: Verdict, detail: impl Into<String>) -> Check {
    Check { name: name.to_owned(), verdict, detail: detail.into() }
}

fn controller(service: &Service) -> Check {
    let name = "deployment controller";
    if service.is_ours_to_deploy() {
        return verdict(name, Verdict::Ok, "ECS");
    }
    let detail = format!("{} owns the deployments of this service; deploy there", service.controller);
    verdict(name, Verdict::NotGood, detail)
}

fn deployment_under_way(service: &Service) -> Check {
    let name = "no deployment under way";
    match service.rollout() {
        word @ (RolloutWord::Progressing | RolloutWord::RollingBack) => {
            let to = service.primary().map(|d| short_name(&d.task_definition).to_owned()).unwrap_or_default();
            let back = word == RolloutWord::RollingBack;
            let what = if back { format!("the way back to {to}") } else { format!("the rollout of {to}") };
            verdict(name, Verdict::Warning, format!("{what} is under way; a new deployment replaces it"))
        }
        RolloutWord::Draining => verdict(name, Verdict::NotGood, "the service is being deleted"),
        _ => verdict(name, Verdict::Ok, "the service is at rest"),
    }
}

/// Lower bound rounded up, upper bound rounded down, as ECS does.
fn room_to_move(service: &Service) -> Check {
    let name = "room for a rolling update";
    let configuration = &service.deployment_configuration;
    if service.desired == 0 {
        return verdict(name, Verdict::Ok, "nothing runs, so nothing has to move");
    }
    let lower = (u64::from(service.desired) * u64::from(configuration.minimum_healthy_percent)).div_ceil(100);
    let upper = u64::from(service.desired) * u64::from(configuration.maximum_percent) / 100;
    let bounds = format!("between {lower} and {upper} tasks at {} desired", service.desired);
    if upper <= u64::from(service.desired) && lower >= u64::from(service.desired) {
        let detail = format!("{bounds}: no task can be stopped and none started; raise maximumPercent");
        return verdict(name, Verdict::NotGood, detail);
    }
    verdict(name, Verdict::Ok, bounds)
}

fn way_back(service: &Service) -> Check {
    let configuration = &service.deployment_configuration;
    let name = "automatic way back";
    if configuration.breaker_rollback {
        return verdict(name, Verdict::Ok, "the circuit breaker rolls back");
    }
    if configuration.alarm_rollback {
        return verdict(name, Verdict::Ok, format!("alarms roll back: {}", configuration.alarms.join(", ")));
    }
    verdict(
        name,
        Verdict::Warning,
        "neither circuit breaker nor alarms roll back; a broken image must be undone by hand",
    )
}

fn definition_active(definition: &TaskDefinition) -> Check {
    let status = definition.raw.get("status").and_then(Value::as_str).unwrap_or("unknown");
    let (name, words) = ("task definition", format!("{} is {status}", short_name(&definition.arn)));
    if status == "ACTIVE" { verdict(name, Verdict::Ok, words) } else { verdict(name, Verdict::Warning, words) }
}

fn target_port(service: &Service, definition: &TaskDefinition) -> Check {
    let name = "port behind the load balancer";
    for balancer in &service.load_balancers {
        let container = definition.containers().iter().find(|c| text(c, "name") == Some(&balancer.container));
        let Some(container) = container else {
            let detail = format!("the load balancer sends to container {}, which is not defined", balancer.container);
            return verdict(name, Verdict::NotGood, detail);
        };
        let ports = container.get("portMappings").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let is_port =
            |mapping: &Value| mapping.get("containerPort").and_then(Value::as_u64) == Some(balancer.port.into());
        if !ports.iter().any(is_port) {
            let detail = format!("container {} does not map port {}", balancer.container, balancer.port);
            return verdict(name, Verdict::NotGood, detail);
        }
    }
    match service.load_balancers.first() {
        Some(balancer) => verdict(name, Verdict::Ok, format!("{}:{}", balancer.container, balancer.port)),
        None => verdict(name, Verdict::Skipped, "no load balancer"),
    }
}

fn roles(service: &Service, definition: &TaskDefinition) -> Check {
    let name = "execution role";
    let role = text(&definition.raw, "executionRoleArn");
    let on_fargate = service.launch_type.as_deref() == Some("FARGATE");
    let needs_role = !secret_names(definition).is_empty();
    match role {
        Some(role) => verdict(
            name,
            Verdict::Ok,
            format!("{}; whether it may pull is only seen when it does", ecs::last_part(role)),
        ),
        None if needs_role => {
            verdict(name, Verdict::NotGood, "secrets are read by the execution role, and there is none")
        }
        None if on_fargate => {
            verdict(name, Verdict::Warning, "none: Fargate needs one to pull from ECR and to write logs")
        }
        None => verdict(name, Verdict::Skipped, "none, and nothing here needs one"),
    }
}

fn secrets(definition: &TaskDefinition) -> Check {
    let names = secret_names(definition);
    if names.is_empty() {
        return verdict("secrets", Verdict::Ok, "none");
    }
    let detail = format!("{}: the console reads no secrets, so it cannot tell whether they exist", names.join(", "));
    verdict("secrets", Verdict::Skipped, detail)
}

fn secret_names(definition: &TaskDefinition) -> Vec<String> {
    let of_container =
        |container: &Value| container.get("secrets").and_then(Value::as_array).cloned().unwrap_or_default();
    let all = definition.containers().iter().flat_map(of_container);
    all.filter_map(|secret| text(&secret, "name").map(str::to_owned)).collect()
}

async fn of_image(
    clients: &Clients,
    sdk: &Sdk,
    service: &Service,
    definition: &TaskDefinition,
    image: &str,
) -> Vec<Check> {
    let reference = ImageReference::parse(image);
    let mut checks = Vec::new();
    let running = main_container(definition, service).and_then(|name| definition.image(&name).map(str::to_owned));
    if running.as_deref() == Some(image) {
        let detail = format!("{} already names it; a restart would do", short_name(&definition.arn));
        checks.push(verdict("image differs", Verdict::Warning, detail));
    }
    let Some(repository) = reference.ecr() else {
        checks.push(verdict("image exists", Verdict::Skipped, "not in ECR; its registry is not asked"));
        return checks;
    };
    match ecr::load_one(sdk, clients.gate(), &repository, &reference).await {
        Ok(Some(found)) => {
            checks.push(verdict("image exists", Verdict::Ok, found.digest.clone()));
            checks.push(scan(&found));
            checks.push(architecture(clients, sdk, definition, &reference).await);
        }
        Ok(None) => checks.push(verdict("image exists", Verdict::NotGood, "ECR knows no such tag")),
        Err(problem) => checks.push(failed("image exists", &problem)),
    }
    checks
}

fn scan(image: &crate::model::Image) -> Check {
    let counts = image.findings.iter().map(|(severity, n)| format!("{n} {severity}")).collect::<Vec<_>>().join(", ");
    let grave = image.findings.iter().any(|(severity, n)| *n > 0 && (severity == "CRITICAL" || severity == "HIGH"));
    match (image.scan_status.as_deref(), grave) {
        (_, true) => verdict("image scan", Verdict::Warning, counts),
        (Some("COMPLETE" | "ACTIVE"), false) if counts.is_empty() => verdict("image scan", Verdict::Ok, "no findings"),
        (Some("COMPLETE" | "ACTIVE"), false) => verdict("image scan", Verdict::Ok, counts),
        (Some(status), false) => verdict("image scan", Verdict::Skipped, format!("scan is {status}")),
        (None, false) => verdict("image scan", Verdict::Skipped, "not scanned"),
    }
}

async fn architecture(clients: &Clients, sdk: &Sdk, definition: &TaskDefinition, reference: &ImageReference) -> Check {
    let name = "architecture";
    let wanted = definition.raw.pointer("/runtimePlatform/cpuArchitecture").and_then(Value::as_str).unwrap_or("X86_64");
    let as_image = if wanted == "ARM64" { "arm64" } else { "amd64" };
    let Some(repository) = reference.ecr() else { return verdict(name, Verdict::Skipped, "not in ECR") };
    match ecr::load_architectures(sdk, clients.gate(), &repository, reference).await {
        Ok(found) if found.is_empty() => {
            verdict(name, Verdict::Skipped, format!("the task wants {wanted}; the manifest of this image does not say"))
        }
        Ok(found) if found.iter().any(|known| known == as_image) => verdict(name, Verdict::Ok, wanted),
        Ok(found) => {
            let detail = format!("the task wants {wanted}, the image is for {}", found.join(", "));
            verdict(name, Verdict::NotGood, detail)
        }
        Err(problem) => failed(name, &problem),
    }
}

async fn log_groups(clients: &Clients, sdk: &Sdk, definition: &TaskDefinition) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for source in definition.log_sources() {
        let name = format!("log group of {}", source.container);
        let Some(group) = source.group.as_deref() else { continue };
        let makes_it = source.options.iter().any(|(key, value)| key == "awslogs-create-group" && value == "true");
        checks.push(match logs::group_exists(sdk, clients.gate(), source.region.as_deref(), group).await {
            Ok(true) => verdict(&name, Verdict::Ok, group),
            Ok(false) if makes_it => verdict(&name, Verdict::Ok, format!("{group} is made by the first task")),
            Ok(false) => verdict(&name, Verdict::NotGood, format!("{group} does not exist: the task cannot start")),
            Err(problem) => failed(&name, &problem),
        });
    }
    checks
}

/// A check that could not be made. Only "does not exist" is a finding.
fn failed(name: &str, problem: &ApiProblem) -> Check {
    let found = problem.kind == ProblemKind::NotFound;
    verdict(name, if found { Verdict::NotGood } else { Verdict::Skipped }, problem.line())
}

fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::service::DeploymentConfiguration;

    #[test]
    fn bounds_that_leave_no_room_are_found() {
        for (desired, minimum, maximum, expected) in [
            (2, 100, 200, Verdict::Ok),
            (2, 50, 100, Verdict::Ok),
            (2, 100, 100, Verdict::NotGood),
            (3, 100, 125, Verdict::NotGood),
            (4, 100, 125, Verdict::Ok),
            (1, 50, 100, Verdict::NotGood),
            (0, 100, 100, Verdict::Ok),
        ] {
            let deployment_configuration = DeploymentConfiguration {
                minimum_healthy_percent: minimum,
                maximum_percent: maximum,
                ..DeploymentConfiguration::default()
            };
            let service = Service { desired, deployment_configuration, ..Service::default() };
            assert_eq!(room_to_move(&service).verdict, expected, "{desired} {minimum} {maximum}");
        }
    }
}
