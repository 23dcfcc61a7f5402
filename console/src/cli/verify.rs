//! `qd verify`: what was deployed is what runs, and it answers as it should. Rolls back where it is told to.
//!
//! Everything that can be refused is refused before the first prediction is sent. Nothing is changed but by the code of
//! `qd rollback`.

mod judge;
mod report;
mod running;
mod saved;
mod send;

use clap::Args;

use super::ask::{self, only};
use super::deploy::{refuse_foreign, settled};
use super::failure::{Failure, exit};
use super::output::Output;
use super::prepare::Prepared;
use super::span::parse_span;
use super::wait::pause;
use super::{place, predict, rollback};
use crate::clients::now;
use crate::deploy::main_container;
use crate::effect::Request;
use crate::event::Facts;
use crate::model::image::ImageReference;
use crate::model::service::RolloutWord;
use crate::model::task_definition::short_name;
use crate::model::{Deployment, Service, ServiceId, Task};
use report::Report;
use saved::Saved;

/// Options of `qd verify`.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// The service; not needed when there is only one
    pub name: Option<String>,
    /// Image that every running task must have, as sha256:…
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<String>,
    /// Saved predictions to send, a JSON object a line: {"model" or "path", "body", "expect": {…}}
    #[arg(long, value_name = "FILE")]
    pub predictions: Option<String>,
    /// Container whose image counts; by default the one behind the load balancer, else the first essential one
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// Roll back if anything is wrong, wait for that, and exit with 7
    #[arg(long)]
    pub rollback: bool,
    /// Do not ask before rolling back
    #[arg(long, short)]
    pub yes: bool,
    /// Give up waiting for the rollback after this time
    #[arg(long, default_value = "30m", value_name = "SPAN")]
    pub timeout: String,
}

/// How long tasks may take to come and go after a deployment, in milliseconds.
const PATIENCE: i64 = 120_000;

pub(crate) async fn run(prepared: &Prepared, options: &Options, output: &mut Output<'_>) -> Result<u8, Failure> {
    parse_span(&options.timeout).map_err(Failure::usage)?;
    let digest = options.digest.as_deref().map(digest).transpose()?;
    let saved = match &options.predictions {
        Some(file) => saved::read(file)?,
        None => Vec::new(),
    };
    may_roll_back(prepared, options, output)?;
    let id = place::service(prepared, options.name.as_deref()).await?;
    let service = at_rest(prepared, &id).await?;
    if options.rollback {
        refuse_foreign(&service)?;
    }
    can_be_verified(&service)?;
    // Asked for before anything is sent.
    let base = if saved.is_empty() { String::new() } else { predict::base_of(prepared, &service)? };
    let report = look(prepared, service, digest, &saved, (&base, options), output).await?;
    if report.is_good() {
        report.print(None, exit::OK, output)?;
        return Ok(exit::OK);
    }
    if options.rollback {
        return roll_back(prepared, &report, options, output).await;
    }
    report.print(None, exit::DEPLOYMENT_FAILED, output)?;
    output.note(&format!("  qd rollback {} goes back to the last revision that worked", id.service));
    Ok(exit::DEPLOYMENT_FAILED)
}

/// `sha256:` and 64 hexadecimal digits.
fn digest(text: &str) -> Result<&str, Failure> {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    if hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
        return Ok(text);
    }
    let words = format!("{text:?} is no image digest; it is sha256: and 64 hexadecimal digits in lower case");
    Err(Failure::usage(words).with_hint("qd images SERVICE --json names the digest behind each tag."))
}

/// Who could not go back in the end learns it in the beginning.
fn may_roll_back(prepared: &Prepared, options: &Options, output: &Output<'_>) -> Result<(), Failure> {
    if !options.rollback {
        return Ok(());
    }
    if prepared.config.read_only {
        let failure =
            Failure::new(exit::DENIED, "this console is read-only here, and --rollback would change something");
        return Err(failure.with_hint("Leave --rollback out, or start without --readonly."));
    }
    if !options.yes && output.answers.is_none() {
        let failure = Failure::usage("nobody is here to confirm a rollback");
        return Err(failure.with_hint("Add --yes when that is meant, or leave --rollback out."));
    }
    Ok(())
}

/// The service; where its newest deployment is complete and old tasks still leave or new ones still come, those are
/// waited for.
async fn at_rest(prepared: &Prepared, id: &ServiceId) -> Result<Service, Failure> {
    let begun = now();
    loop {
        let service = ask::service(&prepared.clients, id).await?;
        let complete = |primary: &Deployment| primary.rollout_state.as_deref() == Some("COMPLETED");
        let moves = service.deployments.len() > 1 || service.running < service.desired;
        if !moves || !service.primary().is_some_and(complete) || now().since(begun).0 > PATIENCE {
            return Ok(service);
        }
        tokio::time::sleep(pause(prepared)).await;
    }
}

fn can_be_verified(service: &Service) -> Result<(), Failure> {
    let name = &service.id.service;
    settled(service, "what runs is not settled, nothing was verified")?;
    match service.rollout() {
        RolloutWord::Draining => Err(Failure::not_found(format!("service {name} is being deleted"))),
        RolloutWord::Idle => Err(Failure::not_found(format!("no task of {name} runs: its desired count is 0"))
            .with_hint(format!("qd scale 1 {name} starts one; then verify again."))),
        _ => Ok(()),
    }
}

/// Asks what runs and sends the saved predictions.
async fn look(
    prepared: &Prepared,
    service: Service,
    digest: Option<&str>,
    saved: &[Saved],
    (base, options): (&str, &Options),
    output: &mut Output<'_>,
) -> Result<Report, Failure> {
    let clients = &prepared.clients;
    let definition = ask::definition(clients, &service.task_definition).await?;
    let container = options.container.clone().or_else(|| main_container(&definition, &service)).unwrap_or_default();
    if definition.image(&container).is_none() {
        let words = format!("there is no container {container:?} in {}", short_name(&definition.arn));
        return Err(Failure::usage(words).with_hint("Name one of its containers with --container."));
    }
    let (tasks, partial) = only!(clients, Request::Tasks(service.id.clone()), Facts::Tasks);
    if let Some(partial) = partial {
        let words = format!("not all tasks of {} could be read, nothing was verified: {partial}", service.id.service);
        return Err(Failure::new(exit::ERROR, words).with_hint("Try again; qd doctor names missing permissions."));
    }
    let image = ImageReference::parse(definition.image(&container).unwrap_or_default());
    let wanted = wanted(prepared, &image, &tasks, digest, output).await;
    let running = running::judge(&service, &tasks, &container, &wanted);
    let answers = send::all(prepared, base, saved, output).await?;
    let digest = digest.map(str::to_owned);
    Ok(Report { service, container, digest, running, answers })
}

/// The digest and, if there are tasks that run another one, those of its parts: an index is one image for several
/// platforms.
async fn wanted(
    prepared: &Prepared,
    image: &ImageReference,
    tasks: &[Task],
    digest: Option<&str>,
    output: &mut Output<'_>,
) -> Vec<String> {
    let Some(digest) = digest else { return Vec::new() };
    let mut wanted = vec![digest.to_owned()];
    let mut runs = tasks.iter().flat_map(|task| &task.containers).filter_map(|container| container.digest.as_deref());
    let Some(repository) = image.ecr().filter(|_| runs.any(|runs| runs != digest)) else { return wanted };
    let request = Request::ImageParts { repository, digest: digest.to_owned() };
    match ask::ask(&prepared.clients, request).await {
        Ok(answered) => wanted.extend(answered.parts.into_iter().flat_map(|facts| match facts {
            Facts::ImageParts(parts) => parts,
            _ => Vec::new(),
        })),
        Err(problem) => output.note(&format!("whether {digest} is an index is not known: {}", problem.line())),
    }
    wanted
}

/// Goes back as `qd rollback` does, unless somebody has deployed meanwhile.
async fn roll_back(
    prepared: &Prepared,
    report: &Report,
    options: &Options,
    output: &mut Output<'_>,
) -> Result<u8, Failure> {
    if !output.json {
        report.print(None, exit::ROLLED_BACK, output)?;
    }
    let id = &report.service.id;
    let mut document = Vec::new();
    let ended = match unchanged_since(prepared, &report.service).await {
        Ok(()) => {
            let back = rollback::Options {
                name: Some(id.service.clone()),
                wait: true,
                yes: options.yes,
                timeout: options.timeout.clone(),
                ..rollback::Options::default()
            };
            let answers = output.answers.as_mut().map(|answers| &mut **answers as &mut dyn std::io::BufRead);
            let out: &mut dyn std::io::Write = if output.json { &mut document } else { &mut *output.out };
            let (json, tty, colour) = (output.json, output.tty, output.colour);
            let mut aside = Output { out, notes: &mut *output.notes, answers, json, tty, colour };
            rollback::run(prepared, &back, &mut aside).await
        }
        Err(failure) => Err(failure),
    };
    let (code, words) = match ended {
        Ok(exit::OK) => (exit::ROLLED_BACK, "it was rolled back".to_owned()),
        Ok(code) => (exit::DEPLOYMENT_FAILED, format!("the rollback did not work, exit code {code}")),
        Err(failure) => (exit::DEPLOYMENT_FAILED, format!("it was not rolled back: {}", failure.message)),
    };
    if output.json {
        let rollback = serde_json::from_slice(&document).unwrap_or_default();
        report.print(Some((&words, rollback)), code, output)?;
    } else {
        report.conclude(&words, code, output)?;
    }
    Ok(code)
}

/// What somebody deployed after the look is not judged, and not undone.
async fn unchanged_since(prepared: &Prepared, seen: &Service) -> Result<(), Failure> {
    let service = ask::service(&prepared.clients, &seen.id).await?;
    let deployment = |service: &Service| service.primary().map(|primary| primary.id.clone());
    if deployment(&service) == deployment(seen) {
        return Ok(());
    }
    let now = short_name(&service.task_definition).to_owned();
    Err(Failure::new(exit::DEPLOYMENT_FAILED, format!("somebody deployed {now} meanwhile; that is left alone")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_whole_and_lower_case() {
        let whole = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(digest(&whole).ok(), Some(whole.as_str()));
        for text in ["", "latest", "sha256:", "sha256:0a", &whole.to_uppercase(), &whole[7..], &format!("{whole}0")] {
            assert_eq!(digest(text).map_err(|failure| failure.code), Err(exit::USAGE), "{text}");
        }
    }
}
