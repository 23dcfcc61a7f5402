//! `qd deploy`: a new revision with only the image changed.

use clap::Args;
use serde_json::{Value, json};

use super::ask::{self, only};
use super::confirm::{Plan, confirm};
use super::failure::{Failure, exit};
use super::output::Output;
use super::prepare::Prepared;
use super::span::parse_span;
use super::wait::{Awaited, follow};
use super::{doctor, place};
use crate::deploy::{diff, main_container, with_image};
use crate::effect::{Request, Write};
use crate::event::{Check, Facts, Verdict};
use crate::model::image::ImageReference;
use crate::model::service::RolloutWord;
use crate::model::task_definition::short_name;
use crate::model::{Service, TaskDefinition};

/// Options of `qd deploy`.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// The service; not needed when there is only one
    pub name: Option<String>,
    /// Tag in the repository that the service uses now
    #[arg(long, required_unless_present = "image", conflicts_with = "image")]
    pub tag: Option<String>,
    /// Whole image reference instead of a tag
    #[arg(long, value_name = "REFERENCE")]
    pub image: Option<String>,
    /// Container to change; by default the one behind the load balancer, else the first essential one
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// Revision that the new one derives from; latest brings what others, such as Terraform, registered since
    #[arg(long, value_enum, default_value_t)]
    pub base: Base,
    /// Print the exact requests and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Deploy although a check says NG
    #[arg(long)]
    pub ignore_checks: bool,
    /// Refuse while another deployment is under way, which this one would replace
    #[arg(long)]
    pub no_replace: bool,
    /// Tasks to start if the service wants none so far, as before its first image
    #[arg(long, value_name = "TASKS", value_parser = clap::value_parser!(u32).range(1..))]
    pub from_zero: Option<u32>,
    /// Follow the deployment and exit with its verdict
    #[arg(long)]
    pub wait: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Give up waiting after this time
    #[arg(long, default_value = "30m", value_name = "SPAN")]
    pub timeout: String,
}

/// Which revision is taken as it is but for the image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Base {
    /// The one that the service has.
    #[default]
    Running,
    /// The newest active one of its family.
    Latest,
}

pub(crate) async fn run(prepared: &Prepared, options: &Options, output: &mut Output<'_>) -> Result<u8, Failure> {
    let clients = &prepared.clients;
    let timeout = parse_span(&options.timeout).map_err(Failure::usage)?;
    let id = place::service(prepared, options.name.as_deref()).await?;
    let service = ask::service(clients, &id).await?;
    refuse_foreign(&service)?;
    if options.no_replace {
        settled(&service, "nothing was changed")?;
    }
    let definition = ask::definition(clients, &service.task_definition).await?;
    let container = options.container.clone().or_else(|| main_container(&definition, &service));
    let image = new_image(&definition, container.as_deref(), options)?;
    let newest = match options.base {
        Base::Running => None,
        Base::Latest => Some(ask::definition(clients, family(&definition.arn)).await?),
    };
    let base = newest.as_ref().unwrap_or(&definition);
    let input = with_image(base, container.as_deref(), &image).map_err(|error| Failure::usage(error.to_string()))?;
    let changes = diff(&definition.raw, &input);
    let tasks = options.from_zero.filter(|_| service.desired == 0);
    if changes.is_empty() {
        if let Some(tasks) = tasks {
            let words = format!("{} has {image} already, and wants no task", id.service);
            return Err(
                Failure::new(exit::ERROR, words).with_hint(format!("qd scale {tasks} {} starts it.", id.service))
            );
        }
        let message = format!("{} runs {image} already", id.service);
        output.progress(&message)?;
        output.note("nothing to change; qd restart pulls a moved tag again");
        return Ok(exit::OK);
    }
    if options.dry_run {
        return dry_run(&id, &input, tasks, output);
    }
    let request = Request::Preflight { service: id.clone(), image: image.clone() };
    let (checks, _) = only!(clients, request, Facts::Preflight);
    judge(&checks, options.ignore_checks, output)?;
    let old_image = container.as_deref().and_then(|name| definition.image(name)).unwrap_or_default().to_owned();
    let count = tasks.map(|tasks| format!(", 0 -> {tasks} tasks")).unwrap_or_default();
    let plan = Plan {
        title: format!("Deploy {}", id.service),
        from_to: format!("{} ({}) -> {}{count}", short_name(&definition.arn), shown(&old_image), shown(&image)),
        changes,
        undo: format!("qd rollback {}", id.service),
    };
    let write = Write::Deploy { service: id.clone(), definition: input, from: definition.arn.clone(), tasks };
    confirm(prepared, &plan, &write, options.yes, output).await?;
    let awaited = Awaited::next(prepared, &id, options.wait).await?;
    let sentence = ask::write(clients, write).await?;
    report(&sentence, options.wait, output)?;
    match awaited {
        Some(awaited) => follow(prepared, &id, awaited, timeout, output).await,
        None => Ok(exit::OK),
    }
}

/// `predictor` of `arn:…:task-definition/predictor:7`, which AWS takes for the newest active revision.
fn family(arn: &str) -> &str {
    let name = short_name(arn);
    name.rsplit_once(':').map_or(name, |(family, _)| family)
}

/// CodeDeploy and external controllers own their deployments.
pub(crate) fn refuse_foreign(service: &Service) -> Result<(), Failure> {
    if service.is_ours_to_deploy() {
        return Ok(());
    }
    let message =
        format!("the deployments of {} belong to {}; it is not changed here", service.id.service, service.controller);
    Err(Failure::new(exit::ERROR, message).with_hint("Deploy through that controller."))
}

/// Refuses while a deployment of the service is under way; `else_words` say what that means for the caller.
pub(crate) fn settled(service: &Service, else_words: &str) -> Result<(), Failure> {
    let name = &service.id.service;
    let to = service.primary().map_or("", |primary| short_name(&primary.task_definition));
    let what = match service.rollout() {
        RolloutWord::Progressing => format!("the rollout of {to}"),
        RolloutWord::RollingBack => format!("the way back to {to}"),
        _ => return Ok(()),
    };
    let hint = format!("qd wait {name} follows it to its end, qd rollback {name} undoes it; then try again.");
    Err(Failure::new(exit::ERROR, format!("{what} is under way in {name}; {else_words}")).with_hint(hint))
}

/// Says what AWS began: in words, or as JSON when nothing follows.
pub(crate) fn report(sentence: &str, more_follows: bool, output: &mut Output<'_>) -> Result<(), Failure> {
    if output.json && !more_follows {
        return output.print_json(&json!({"result": sentence}));
    }
    output.progress(sentence)
}

fn new_image(definition: &TaskDefinition, container: Option<&str>, options: &Options) -> Result<String, Failure> {
    if let Some(image) = &options.image {
        return Ok(image.clone());
    }
    let tag = options.tag.clone().unwrap_or_default();
    let is_tag =
        !tag.is_empty() && tag.len() <= 128 && tag.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    if !is_tag {
        return Err(Failure::usage(format!("{tag:?} is no image tag")));
    }
    let present = container.and_then(|name| definition.image(name)).unwrap_or_default();
    if present.is_empty() {
        let message = format!("container {} is not in {}", container.unwrap_or("?"), short_name(&definition.arn));
        return Err(Failure::usage(message));
    }
    Ok(format!("{}:{tag}", ImageReference::parse(present).repository))
}

fn shown(image: &str) -> String {
    let reference = ImageReference::parse(image);
    format!("{}:{}", short_name(&reference.repository), reference.short())
}

fn dry_run(
    id: &crate::model::ServiceId,
    input: &Value,
    tasks: Option<u32>,
    output: &mut Output<'_>,
) -> Result<u8, Failure> {
    let mut update = json!({
        "cluster": id.cluster, "service": id.service,
        "taskDefinition": "(ARN that RegisterTaskDefinition answers)",
    });
    if let Some(tasks) = tasks {
        update["desiredCount"] = tasks.into();
    }
    output.print_json(&json!({"RegisterTaskDefinition": input, "UpdateService": update}))?;
    Ok(exit::OK)
}

fn judge(checks: &[Check], ignore: bool, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut notes = Vec::new();
    {
        let mut aside = Output {
            out: &mut notes,
            notes: &mut std::io::sink(),
            answers: None,
            json: false,
            tty: false,
            colour: false,
        };
        doctor::print(checks, &mut aside)?;
    }
    for line in String::from_utf8_lossy(&notes).lines() {
        output.note(line);
    }
    let bad: Vec<&Check> = checks.iter().filter(|check| check.verdict == Verdict::NotGood).collect();
    let Some(first) = bad.first().filter(|_| !ignore) else { return Ok(()) };
    let code = if first.name == "image exists" { exit::NOT_FOUND } else { exit::ERROR };
    let names = bad.iter().map(|check| check.name.as_str()).collect::<Vec<_>>().join(", ");
    let message = format!("not deployed: {names}: {}", first.detail);
    Err(Failure::new(code, message).with_hint("--ignore-checks deploys all the same."))
}
