//! Deploy an image: a new revision that changes the image and nothing else.

use serde_json::json;

use super::under_way::{begun_by, under_way};
use super::{ask, calls, check, key, named, refusal, restart, say, short_digest, surge::Surge};
use crate::action::Action;
use crate::deploy::{diff, main_container, with_image};
use crate::dialog::Dialog;
use crate::effect::Write;
use crate::event::{Check, Verdict};
use crate::keymap::Place;
use crate::model::image::ImageReference;
use crate::model::task_definition::short_name;
use crate::model::{Service, TaskDefinition};
use crate::screens::Intent;
use crate::state::Scope;

/// Asks before `image` (a whole reference) takes the place of the present one. The same reference again is a restart.
#[must_use]
pub fn deploy(
    service: &Service,
    definition: &TaskDefinition,
    image: &str,
    checks: &[Check],
    scope: &Scope,
) -> Vec<Intent> {
    if let Some(reason) = refusal(service, scope) {
        return say(reason);
    }
    let container = main_container(definition, service);
    let new = match with_image(definition, container.as_deref(), image) {
        Ok(new) => new,
        Err(error) => return say(error.to_string()),
    };
    let changes = diff(&definition.raw, &new);
    if changes.is_empty() {
        return restart(service, scope);
    }
    let reference = ImageReference::parse(image);
    let tag = crate::text::clean(&reference.short()).into_owned();
    let from = definition.arn.clone();
    let proposal = Write::Deploy { service: service.id.clone(), definition: new, from: from.clone(), tasks: None };
    let name = &service.id.service;
    let mut dialog = Dialog::new(format!("Deploy {tag} to {name}"), "Deploy", proposal, service, scope);
    let family = &definition.family;
    dialog.from_to = vec![(
        "task definition".to_owned(),
        named(service, &from, scope),
        format!("a new revision of {family} ({tag})"),
    )];
    dialog.from_to.extend(digests(service, definition, &reference, scope));
    dialog.consequence = format!("{} {}", Surge::of(service).sentence(), safety(service, scope));
    dialog.checks = own_checks(service, scope).into_iter().chain(checks.iter().cloned()).collect();
    let of_new = json!(format!("(the new revision of {family})"));
    dialog.calls =
        vec![calls::register(&from, &changes), calls::update_service(&service.id, "taskDefinition", &of_new)];
    dialog.changes = changes;
    dialog.undo = format!(
        "{} on the rollout returns to {}, during the deployment and after it",
        key(scope, Place::Rollout, Action::RollBack),
        short_name(&service.task_definition)
    );
    ask(dialog)
}

/// Digest that runs now and digest that the reference names, when both are known.
fn digests(
    service: &Service,
    definition: &TaskDefinition,
    to: &ImageReference,
    scope: &Scope,
) -> Option<(String, String, String)> {
    let before = running_digest(service, definition, scope)?;
    let after = digest_of(to, scope)?;
    Some(("digest".to_owned(), short_digest(&before), short_digest(&after)))
}

/// Digest of the main container's image that tasks of this definition run.
pub(crate) fn running_digest(service: &Service, definition: &TaskDefinition, scope: &Scope) -> Option<String> {
    let container = main_container(definition, service)?;
    let tasks = scope.facts.tasks.get(&service.id).and_then(|held| held.value.as_ref());
    let running = tasks.into_iter().flatten().filter(|t| t.task_definition == definition.arn && !t.is_stopped());
    let mut of_tasks = running.flat_map(|t| &t.containers).filter(|c| c.name == container);
    let from_history = || {
        let history = scope.facts.deployments.get(&service.id)?.value.as_ref()?;
        let revision = history.revisions.iter().find(|r| r.task_definition == definition.arn)?;
        revision.images.iter().find(|image| image.container == container)?.digest.clone()
    };
    of_tasks.find_map(|c| c.digest.clone()).or_else(from_history)
}

/// Digest that a reference names in ECR now, as far as the repository has been read.
pub(crate) fn digest_of(reference: &ImageReference, scope: &Scope) -> Option<String> {
    if reference.digest.is_some() {
        return reference.digest.clone();
    }
    let images = scope.facts.images.get(&reference.ecr()?)?.value.as_ref()?;
    let tag = reference.tag.as_deref().unwrap_or("latest");
    images.iter().find(|image| image.tags.iter().any(|t| t == tag)).map(|image| image.digest.clone())
}

/// What guards a deployment of this service, in a sentence.
pub(super) fn safety(service: &Service, scope: &Scope) -> String {
    let configured = &service.deployment_configuration;
    let roll_back = key(scope, Place::Rollout, Action::RollBack);
    let breaker = match (configured.breaker, configured.breaker_rollback) {
        (true, true) => "The circuit breaker rolls back by itself when tasks keep failing.".to_owned(),
        (true, false) => "The circuit breaker ends it when tasks keep failing, but does not roll back.".to_owned(),
        (false, _) => format!("There is no circuit breaker: failing tasks are retried until {roll_back} rolls back."),
    };
    let alarms = configured.alarms.join(", ");
    match configured.alarm_rollback {
        _ if alarms.is_empty() => breaker,
        true => format!("{breaker} So does alarm {alarms}."),
        false => format!("{breaker} Alarm {alarms} ends it without going back."),
    }
}

/// What the present state says against a new deployment.
pub(super) fn own_checks(service: &Service, scope: &Scope) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(going) = under_way(service, scope) {
        let what = named(service, &going.task_definition, scope);
        let who = begun_by(going.ours, &going.task_definition, scope);
        let words = format!("{what} is being rolled out ({who}); this one would end it unfinished");
        checks.push(check("no other deployment", Verdict::Warning, words));
    }
    if Surge::of(service).is_stuck() {
        let words = "minimum and maximum percent leave ECS no task to start or stop: change one of them first";
        checks.push(check("room to roll", Verdict::NotGood, words));
    }
    checks
}
