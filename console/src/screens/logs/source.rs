//! Where the lines come from: service → task definition → log configuration; or why there are none. Reads facts only.

use crate::effect::LogQuery;
use crate::model::{ApiProblem, LogSource, ServiceId, Task, TaskDefinition};
use crate::state::Scope;

/// A log that can be followed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Source {
    /// Whose log: a container, or all of them.
    pub(super) label: String,
    /// Group and streams; no range.
    pub(super) query: LogQuery,
    /// How it was guessed, when no configuration says it outright.
    pub(super) guess: Option<String>,
    /// The agent drops lines when its buffer is full.
    pub(super) lossy: bool,
    /// Lines of several containers come together.
    pub(super) several: bool,
}

/// What is known of the sources.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Finding {
    /// This must be read first.
    Waiting(&'static str),
    /// It could not be read.
    Trouble(Box<ApiProblem>),
    /// There is nothing to follow: why, and what to do.
    Nowhere(Vec<String>),
    /// These, the most telling first.
    Sources(Vec<Source>),
}

/// Looks for the logs of a service, or of one of its tasks.
#[must_use]
pub(super) fn find(scope: &Scope, service: &ServiceId, task: Option<&str>, asked: bool) -> Finding {
    let known_task = task.and_then(|id| task_of(scope, service, id));
    let arn = match (known_task, scope.facts.service(service)) {
        (Some(task), _) if !task.task_definition.is_empty() => task.task_definition.clone(),
        (_, Some(service)) => service.task_definition.clone(),
        _ => return without_service(scope, service, asked),
    };
    let held = scope.facts.definitions.get(&arn);
    match held.map(|held| (&held.value, &held.problem)) {
        Some((Some(definition), _)) => of_definition(scope, definition, task, known_task),
        Some((None, Some(problem))) => Finding::Trouble(Box::new(problem.clone())),
        _ => Finding::Waiting("Reading the task definition…"),
    }
}

/// ARN of the task definition to read.
#[must_use]
pub(super) fn definition(scope: &Scope, service: &ServiceId, task: Option<&str>) -> Option<String> {
    let own = task.and_then(|id| task_of(scope, service, id)).map(|task| task.task_definition.clone());
    let arn =
        own.filter(|arn| !arn.is_empty()).or_else(|| Some(scope.facts.service(service)?.task_definition.clone()))?;
    (!arn.is_empty()).then_some(arn)
}

fn task_of<'a>(scope: &'a Scope, service: &ServiceId, id: &str) -> Option<&'a Task> {
    scope.facts.tasks.get(service)?.value.iter().flatten().find(|task| task.id == id)
}

fn without_service(scope: &Scope, service: &ServiceId, asked: bool) -> Finding {
    let held = scope.facts.services.get(&service.cluster);
    match held.and_then(|held| held.problem.clone()) {
        Some(problem) => Finding::Trouble(Box::new(problem)),
        None if asked => Finding::Nowhere(vec![
            format!("There is no service {} in cluster {}.", service.service, service.cluster),
            ":services lists those that exist.".to_owned(),
        ]),
        None => Finding::Waiting("Reading the service…"),
    }
}

fn of_definition(scope: &Scope, definition: &TaskDefinition, task: Option<&str>, known: Option<&Task>) -> Finding {
    let logs = definition.log_sources();
    let mut sources: Vec<Source> = logs.iter().filter_map(|log| of_container(scope, log, task, known)).collect();
    if task.is_none() {
        sources.splice(0..0, together(&sources, &logs));
    }
    if sources.is_empty() { Finding::Nowhere(nowhere(&logs)) } else { Finding::Sources(sources) }
}

/// Several containers that write to one group under one prefix can be followed as one.
fn together(sources: &[Source], logs: &[LogSource]) -> Option<Source> {
    let first = sources.first().filter(|_| sources.len() > 1)?;
    let prefix = logs.iter().find(|log| log.container == first.label)?.stream_prefix.clone()?;
    let same = |log: &LogSource| {
        log.group.as_deref() == Some(&first.query.group) && log.stream_prefix.as_ref() == Some(&prefix)
    };
    let all = sources.iter().all(|source| logs.iter().any(|log| log.container == source.label && same(log)));
    all.then(|| Source {
        label: "all containers".to_owned(),
        query: LogQuery { stream_prefix: Some(format!("{prefix}/")), ..first.query.clone() },
        guess: None,
        lossy: sources.iter().any(|source| source.lossy),
        several: true,
    })
}

fn of_container(scope: &Scope, log: &LogSource, task: Option<&str>, known: Option<&Task>) -> Option<Source> {
    let elsewhere = |region: Option<String>| region.filter(|region| *region != scope.context.region);
    let lossy = log.mode.as_deref() == Some("non-blocking");
    let label = log.container.clone();
    if log.driver.as_deref() == Some("awsfirelens") {
        return through_firelens(log, elsewhere).map(|(query, guess)| Source {
            label,
            query,
            guess: Some(guess),
            lossy,
            several: false,
        });
    }
    let group = log.group.clone().filter(|_| log.driver.as_deref() == Some("awslogs"))?;
    let mut query = LogQuery { group, region: elsewhere(log.region.clone()), ..LogQuery::default() };
    match (task, &log.stream_prefix) {
        (Some(task), Some(_)) => query.streams = log.stream(task).into_iter().collect(),
        // Without a prefix Docker names the stream after its container id.
        (Some(_), None) => query.streams = runtime_id(known, &log.container).into_iter().collect(),
        (None, Some(prefix)) => query.stream_prefix = Some(format!("{prefix}/{}/", log.container)),
        (None, None) => {}
    }
    Some(Source { label, query, guess: None, lossy, several: false })
}

fn runtime_id(task: Option<&Task>, container: &str) -> Option<String> {
    task?.containers.iter().find(|c| c.name == container)?.runtime_id.clone()
}

fn option<'a>(log: &'a LogSource, names: &[&str]) -> Option<&'a str> {
    let named = |(key, _): &&(String, String)| names.iter().any(|name| name.eq_ignore_ascii_case(key));
    log.options.iter().find(named).map(|(_, value)| value.as_str())
}

/// Fluent Bit's own outputs to CloudWatch name the group in their options; a templated name can only be guessed at.
fn through_firelens(
    log: &LogSource,
    elsewhere: impl Fn(Option<String>) -> Option<String>,
) -> Option<(LogQuery, String)> {
    let output = option(log, &["Name"])?;
    if !matches!(output, "cloudwatch" | "cloudwatch_logs") {
        return None;
    }
    let group = option(log, &["log_group_name"])?;
    if group.contains("$(") {
        return None;
    }
    let query = LogQuery {
        group: group.to_owned(),
        region: elsewhere(option(log, &["region"]).map(str::to_owned)),
        stream_prefix: option(log, &["log_stream_prefix"]).map(str::to_owned),
        ..LogQuery::default()
    };
    Some((query, format!("FireLens ({output})")))
}

fn nowhere(logs: &[LogSource]) -> Vec<String> {
    let mut lines: Vec<String> = logs.iter().map(why_not).collect();
    if logs.is_empty() {
        lines.push("The task definition names no container.".to_owned());
    }
    lines.push(
        "To follow logs here, give the container the log driver awslogs with awslogs-group, awslogs-region and \
         awslogs-stream-prefix; :td shows the task definition."
            .to_owned(),
    );
    lines
}

fn why_not(log: &LogSource) -> String {
    let name = &log.container;
    match log.driver.as_deref() {
        None => format!(
            "Container {name} has no log configuration: its output stays with the container runtime of its host."
        ),
        Some("awslogs") => format!("Container {name} uses awslogs, but names no awslogs-group."),
        Some("awsfirelens") => format!("Container {name} logs through FireLens; {}", firelens_goes_to(log)),
        Some(driver) => format!("Container {name} uses the log driver {driver}{}.", destination(log)),
    }
}

fn firelens_goes_to(log: &LogSource) -> String {
    match option(log, &["Name"]) {
        Some("cloudwatch" | "cloudwatch_logs") => {
            format!("its CloudWatch group is named by a template: {}.", option(log, &["log_group_name"]).unwrap_or("-"))
        }
        Some(output) => format!("by its options the lines go to {output}{}. Look there.", destination(log)),
        None => "its own configuration file says where to; the log router's container may tell more.".to_owned(),
    }
}

fn destination(log: &LogSource) -> String {
    let names = [
        "splunk-url",
        "syslog-address",
        "gelf-address",
        "fluentd-address",
        "Host",
        "dd_service",
        "delivery_stream",
        "stream",
        "bucket",
        "Index",
        "uri",
        "URI",
        "url",
    ];
    names.iter().find_map(|name| option(log, &[name])).map(|value| format!(" ({value})")).unwrap_or_default()
}

#[cfg(test)]
mod tests;
