//! Tab 4 and `d`: how the service is set up, and what its task definition says. Secrets by name only.

use serde_json::Value;

use crate::deploy;
use crate::model::task_definition::short_name;
use crate::model::{LogSource, Service, TaskDefinition};
use crate::screens::services::image;
use crate::screens::text::TextLine;
use crate::screens::text::json;
use crate::state::Scope;
use crate::theme::Meaning;
use crate::widgets::clock;
use crate::widgets::pane;

/// Everything worth knowing about the set-up of a service.
pub(crate) fn describe(service: &Service, scope: &Scope) -> Vec<TextLine> {
    let mut lines = definition_lines(service, scope);
    lines.push(TextLine::blank());
    lines.extend(deployment_lines(service));
    lines.push(TextLine::blank());
    lines.extend(network_lines(service));
    lines.push(TextLine::blank());
    lines.extend(service_lines(service, scope));
    lines.push(TextLine::blank());
    lines.extend(tag_lines(service));
    lines
}

fn service_lines(service: &Service, scope: &Scope) -> Vec<TextLine> {
    let mut lines = vec![
        TextLine::heading("Service"),
        TextLine::pair("name", &service.id.service),
        TextLine::pair("cluster", &service.id.cluster),
        TextLine::pair("arn", &service.arn),
        TextLine::pair("status", &service.status.to_lowercase()),
    ];
    let controller = if service.controller.is_empty() { "ECS" } else { &service.controller };
    lines.push(TextLine::pair("controller", controller));
    let optional = [("scheduling", &service.scheduling), ("launch type", &service.launch_type)];
    lines.extend(optional.into_iter().filter_map(|(l, v)| Some(TextLine::pair(l, &v.as_ref()?.to_lowercase()))));
    for entry in array(&service.raw, "capacityProviderStrategy") {
        let weight = entry.get("weight").and_then(Value::as_i64).unwrap_or(0);
        let base = entry.get("base").and_then(Value::as_i64).unwrap_or(0);
        let words = format!("{} weight {weight} base {base}", text(entry, "capacityProvider"));
        lines.push(TextLine::pair("capacity provider", &words));
    }
    lines.extend(service.created_at.map(|at| TextLine::pair("created", &clock::date_time(at, &scope.zone))));
    lines.push(TextLine::pair("exec", if service.exec_enabled { "enabled" } else { "off" }));
    lines
}

fn deployment_lines(service: &Service) -> Vec<TextLine> {
    let set = &service.deployment_configuration;
    let strategy = if set.strategy.is_empty() { "ROLLING" } else { &set.strategy };
    let bounds = format!("{} % to {} % of {} tasks", set.minimum_healthy_percent, set.maximum_percent, service.desired);
    let breaker = match (set.breaker, set.breaker_rollback) {
        (true, true) => ("on, rolls back", Meaning::Good),
        (true, false) => ("on, does not roll back", Meaning::Warning),
        (false, _) => ("off: a failing deployment goes on for ever", Meaning::Warning),
    };
    let alarms = match (set.alarms.is_empty(), set.alarm_rollback) {
        (true, _) => "none".to_owned(),
        (false, rolls) => format!("{}{}", set.alarms.join(", "), if rolls { "; roll back" } else { "" }),
    };
    let mut lines = vec![
        TextLine::heading("Deployments"),
        TextLine::pair("strategy", &strategy.to_lowercase()),
        TextLine::pair("healthy tasks", &bounds),
        TextLine::pair_of("circuit breaker", breaker.0, breaker.1),
        TextLine::pair("alarms", &alarms),
    ];
    lines.extend(set.bake_minutes.map(|minutes| TextLine::pair("bake time", &format!("{minutes} min"))));
    lines
}

fn network_lines(service: &Service) -> Vec<TextLine> {
    let mut lines = vec![TextLine::heading("Network")];
    for balancer in &service.load_balancers {
        let group = balancer.target_group.rsplit(':').next().unwrap_or_default();
        let words = format!("{group} → {}:{}", balancer.container, balancer.port);
        lines.push(TextLine::pair("target group", &words));
    }
    if service.load_balancers.is_empty() {
        lines.push(TextLine::pair("target group", "none"));
    }
    let grace = service.health_check_grace_period.map(|seconds| format!("{seconds}s"));
    lines.extend(grace.map(|words| TextLine::pair("grace period", &words)));
    let network = service.raw.get("networkConfiguration").and_then(|n| n.get("awsvpcConfiguration"));
    for (label, member) in [("subnets", "subnets"), ("security groups", "securityGroups")] {
        let names = network.map(|n| strings(n, member)).unwrap_or_default();
        if !names.is_empty() {
            lines.push(TextLine::pair(label, &names.join(", ")));
        }
    }
    let public = network.map(|n| text(n, "assignPublicIp")).filter(|word| !word.is_empty());
    lines.extend(public.map(|word| TextLine::pair("public address", &word.to_lowercase())));
    lines
}

fn tag_lines(service: &Service) -> Vec<TextLine> {
    let mut lines = vec![TextLine::heading("Tags")];
    if service.tags.is_empty() {
        lines.push(TextLine::pair("none", ""));
    }
    lines.extend(service.tags.iter().map(|(key, value)| TextLine::pair(key, &json::shown(key, value))));
    lines
}

fn definition_lines(service: &Service, scope: &Scope) -> Vec<TextLine> {
    let name = short_name(&service.task_definition);
    let Some(definition) = scope.facts.definition(&service.task_definition) else {
        let mut lines = vec![TextLine::heading(&format!("Task definition {name}"))];
        let held = scope.facts.definitions.get(&service.task_definition);
        lines.extend(
            pane::explain(held, "").into_iter().map(|(words, meaning)| TextLine::of(&format!("  {words}"), meaning)),
        );
        return lines;
    };
    let mut lines = of_definition(definition);
    // The container that a deploy changes says so.
    if let (Some(main), Some(image)) = (deploy::main_container(definition, service), image(service, scope)) {
        let words = format!("{main} ({})", image.short());
        lines.insert(1, TextLine::pair("deploys change", &words));
    }
    lines
}

/// A task definition: size, roles, containers.
pub(crate) fn of_definition(definition: &TaskDefinition) -> Vec<TextLine> {
    let raw = definition.raw.as_ref();
    let mut lines = vec![TextLine::heading(&format!("Task definition {}", short_name(&definition.arn)))];
    let size = format!("CPU {} · memory {} MiB", or_dash(&scalar(raw, "cpu")), or_dash(&scalar(raw, "memory")));
    lines.push(TextLine::pair("size", &size));
    let platform = raw.get("runtimePlatform");
    let platform = platform.map(|p| format!("{} {}", text(p, "operatingSystemFamily"), text(p, "cpuArchitecture")));
    lines.extend(platform.map(|words| TextLine::pair("platform", words.trim())));
    for (label, member) in
        [("network mode", "networkMode"), ("execution role", "executionRoleArn"), ("task role", "taskRoleArn")]
    {
        let value = text(raw, member);
        if !value.is_empty() {
            lines.push(TextLine::pair(label, value));
        }
    }
    for container in definition.containers() {
        lines.push(TextLine::blank());
        lines.extend(container_lines(container));
    }
    lines
}

fn container_lines(container: &Value) -> Vec<TextLine> {
    let essential = container.get("essential").and_then(Value::as_bool).unwrap_or(true);
    let word = if essential { "essential" } else { "not essential" };
    let mut lines = vec![
        TextLine::heading(&format!("Container {} ({word})", text(container, "name"))),
        TextLine::pair("image", text(container, "image")),
    ];
    lines.extend(limits(container));
    for (label, member) in [("entry point", "entryPoint"), ("command", "command")] {
        let words = strings(container, member);
        if !words.is_empty() {
            lines.push(TextLine::pair(label, &words.join(" ")));
        }
    }
    let user = text(container, "user");
    lines.extend((!user.is_empty()).then(|| TextLine::pair("user", user)));
    lines.extend(array(container, "portMappings").iter().map(|port| {
        let number = |member| port.get(member).and_then(Value::as_u64);
        let protocol = Some(text(port, "protocol")).filter(|p| !p.is_empty()).unwrap_or("tcp");
        let host = number("hostPort").filter(|host| Some(*host) != number("containerPort"));
        let to = host.map(|host| format!(" on host port {host}")).unwrap_or_default();
        TextLine::pair("port", &format!("{}/{protocol}{to}", number("containerPort").unwrap_or(0)))
    }));
    lines.extend(health_check(container));
    lines.extend(log_lines(&LogSource::of_container(container)));
    lines.extend(environment(container));
    lines.extend(array(container, "mountPoints").iter().map(|mount| {
        let words = format!("{} ← {}", text(mount, "containerPath"), text(mount, "sourceVolume"));
        TextLine::pair("mount", &words)
    }));
    lines.extend(array(container, "dependsOn").iter().map(|other| {
        TextLine::pair("starts after", &format!("{} is {}", text(other, "containerName"), text(other, "condition")))
    }));
    lines
}

fn limits(container: &Value) -> Option<TextLine> {
    let part = |label: &str, member: &str| {
        let value = scalar(container, member);
        (!value.is_empty() && value != "0").then(|| format!("{label} {value}"))
    };
    let parts: Vec<String> = [part("CPU", "cpu"), part("memory", "memory"), part("soft memory", "memoryReservation")]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| TextLine::pair("limits", &parts.join(" · ")))
}

fn health_check(container: &Value) -> Vec<TextLine> {
    let Some(check) = container.get("healthCheck") else {
        return vec![TextLine::pair_of("health check", "none", Meaning::Muted)];
    };
    let seconds = |member: &str, default: u64| check.get(member).and_then(Value::as_u64).unwrap_or(default);
    // ECS's defaults: every 30 s, 5 s to answer, 3 tries.
    let rhythm = format!(
        "every {}s, {}s to answer, {} tries, {}s to start",
        seconds("interval", 30),
        seconds("timeout", 5),
        seconds("retries", 3),
        seconds("startPeriod", 0)
    );
    vec![TextLine::pair("health check", &strings(check, "command").join(" ")), TextLine::pair("", &rhythm)]
}

fn log_lines(source: &LogSource) -> Vec<TextLine> {
    let Some(driver) = &source.driver else {
        return vec![TextLine::pair_of("log", "no log configuration: its output is lost", Meaning::Warning)];
    };
    let place = match (&source.group, &source.stream_prefix) {
        (Some(group), Some(prefix)) => format!("{driver} → {group}, streams {prefix}/{}/…", source.container),
        (Some(group), None) => format!("{driver} → {group}"),
        (None, _) => driver.clone(),
    };
    let (mode, meaning) = match source.mode.as_deref() {
        Some("blocking") => ("blocking: a slow log halts the container, and no line is lost", Meaning::Text),
        Some(_) => ("non-blocking: lines are lost when the buffer is full", Meaning::Warning),
        // Source: "Amazon ECS task definition parameters", log driver mode.
        None => ("not set: the account's default, since June 2025 non-blocking, which can lose lines", Meaning::Muted),
    };
    let mut lines = vec![TextLine::pair("log", &place), TextLine::pair_of("log mode", mode, meaning)];
    if source.group.is_none() {
        let options = source.options.iter().filter(|(key, _)| key != "mode");
        lines.extend(
            options.map(|(key, value)| TextLine::pair("log option", &format!("{key} = {}", json::shown(key, value)))),
        );
    }
    lines
}

fn environment(container: &Value) -> Vec<TextLine> {
    let variables = array(container, "environment").iter().map(|variable| {
        let name = text(variable, "name");
        let value = json::shown(name, text(variable, "value"));
        let meaning = if value == json::HIDDEN { Meaning::Muted } else { Meaning::Text };
        TextLine::pair("env", name).and(" = ", Meaning::Muted).and(&value, meaning)
    });
    let secrets = array(container, "secrets").iter().map(|secret| {
        let source = text(secret, "valueFrom");
        TextLine::pair("secret", text(secret, "name")).and(" ← ", Meaning::Muted).and(source, Meaning::Muted)
    });
    variables.chain(secrets).collect()
}

fn array<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// A number or a text, as text.
fn scalar(value: &Value, member: &str) -> String {
    match value.get(member) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn strings(value: &Value, member: &str) -> Vec<String> {
    array(value, member).iter().filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
}
